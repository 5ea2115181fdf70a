"""Every scheme by a signature that was made elsewhere: by openssl, an RFC, or the tool's own documentation."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from cx_text.sources.platforms.signatures import SCHEMES, WINDOW_SECONDS, is_signed

NOW = datetime(2026, 3, 1, 8, 1, tzinfo=UTC)
HELLO = b'{"say":"hello"}'
JEFE, NOTHING = "Jefe", b"what do ya want for nothing?"  # RFC 2202 and RFC 4231, test case 2
JEFE_256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
VECTORS = {
    # printf '%s' '1772352000.{"say":"hello"}' | openssl dgst -sha256 -hmac hunter2
    "cx_text": ("hunter2", HELLO, NOW, {
        "x-cx-signature": "t=1772352000,v1=58056ec339188049868a3647a31c903147f71311e122319c096cc8cb63a1bc5e"}),
    # of the specification
    "standard": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}', datetime.fromtimestamp(1614265330,
                                                                                                          UTC), {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}),
    "typeform": (JEFE, NOTHING, NOW, {
        "typeform-signature": "sha256=" + base64.b64encode(bytes.fromhex(JEFE_256)).decode()}),
    # printf '%s' '2026-03-01T08:00:00Z{"say":"hello"}' | openssl dgst -sha256 -hmac SECRET -binary | base64
    "zendesk": ("dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", HELLO, NOW, {
        "x-zendesk-webhook-signature-timestamp": "2026-03-01T08:00:00Z",
        "x-zendesk-webhook-signature": "3RidLtb66MFP+D+dz0k0KW4YMiU3IzQs3nJoQvNfVxo="}),
    "intercom": (JEFE, NOTHING, NOW, {"x-hub-signature": "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"}),
    "github": (JEFE, NOTHING, NOW, {"x-hub-signature-256": f"sha256={JEFE_256}"}),
    }
DATED = ("cx_text", "standard", "zendesk")


def test_every_scheme_has_a_vector():
    assert set(VECTORS) == set(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_the_sender_signed_is_taken_and_nothing_else(scheme):
    secret, body, now, headers = VECTORS[scheme]
    assert is_signed(scheme, secret, headers, body, now)
    assert not is_signed(scheme, secret, headers, body + b" ", now)
    assert not is_signed(scheme, secret, {}, body, now)
    assert not is_signed(scheme, "", headers, body, now)
    other = "whsec_" + base64.b64encode(b"other").decode() if scheme == "standard" else "other"
    assert not is_signed(scheme, other, headers, body, now)
    for name, value in headers.items():
        for odd in ("", value[:-3], value.upper() + "é", "v1,é", "t=,v1="):
            assert not is_signed(scheme, secret, headers | {name: odd}, body, now)


@pytest.mark.parametrize("scheme", DATED)
@pytest.mark.parametrize(("seconds", "is_taken"), [(WINDOW_SECONDS - 60, True), (WINDOW_SECONDS + 61, False),
                                                   (-WINDOW_SECONDS - 61, False)])
def test_what_is_old_or_of_tomorrow_is_refused(scheme, seconds, is_taken):
    secret, body, now, headers = VECTORS[scheme]
    assert is_signed(scheme, secret, headers, body, now + timedelta(seconds=seconds)) is is_taken


@pytest.mark.parametrize(("scheme", "header", "between"), [("cx_text", "x-cx-signature", ","),
                                                           ("standard", "webhook-signature", " ")])
def test_one_of_two_signatures_will_do(scheme, header, between):
    secret, body, now, headers = VECTORS[scheme]
    wrong = "v1=00" if scheme == "cx_text" else "v1,AAAA"
    assert is_signed(scheme, secret, headers | {header: headers[header] + between + wrong}, body, now)


def test_a_secret_that_is_no_base64_is_no_standard_one():
    _, body, now, headers = VECTORS["standard"]
    assert not is_signed("standard", "whsec_not base64", headers, body, now)
