"""Tokens: what is signed in them, when they are renewed, and that no secret is told where one is wrong."""

import json
import time
from contextlib import closing

import jwt
import pytest
from made.platforms import app_store_connect, play_console
from made.platforms.app_store_connect import ISSUER, KEY_ID, as_pem
from made.platforms.base import Answer
from made.platforms.play_console import EMAIL, SCOPE, FakePlayConsole

from cx_text.sources.platforms.base import PlatformError
from cx_text.sources.platforms.tokens import AppleToken, GoogleToken

NOW = 1_772_352_000


class Watch:
    def __init__(self):
        self.seconds = NOW

    def __call__(self):
        return self.seconds


@pytest.fixture
def fake():
    with FakePlayConsole().serving() as served:
        yield served


def apple_pem():
    return as_pem(app_store_connect.private_key())


def claims_in(headers, key, algorithm, **more):
    assert list(headers) == ["Authorization"]
    kind, token = headers["Authorization"].split(" ")
    assert kind == "Bearer"
    return jwt.decode(token, key.public_key(), [algorithm], options={"verify_exp": False, "verify_iat": False}, **more)


@pytest.mark.parametrize("escaped", [False, True])
def test_apple_gets_who_signs_for_how_long(escaped):
    pem = apple_pem().replace("\n", "\\n") if escaped else apple_pem()
    headers = AppleToken(KEY_ID, ISSUER, pem, now=Watch()).headers()
    claims = claims_in(headers, app_store_connect.private_key(), "ES256", audience="appstoreconnect-v1")
    assert claims == {"iss": ISSUER, "iat": NOW - 60, "exp": NOW + 900, "aud": "appstoreconnect-v1"}
    assert jwt.get_unverified_header(headers["Authorization"].split(" ")[1]) == {
        "alg": "ES256", "kid": KEY_ID, "typ": "JWT"}


def test_a_token_is_renewed_a_minute_before_it_ends():
    watch = Watch()
    token = AppleToken(KEY_ID, ISSUER, apple_pem(), now=watch)
    first = token.headers()
    watch.seconds += 839
    assert token.headers() == first
    watch.seconds += 1
    renewed = claims_in(token.headers(), app_store_connect.private_key(), "ES256", audience="appstoreconnect-v1")
    assert renewed["exp"] == NOW + 840 + 900


@pytest.mark.parametrize("pem", ["", "hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
                                 play_console.private_pem()])
def test_a_key_that_cannot_sign_is_told_and_not_shown(pem):
    with pytest.raises(PlatformError) as caught:
        AppleToken(KEY_ID, ISSUER, pem).headers()
    assert str(caught.value) == ("the private key is no PEM that can sign with ES256. "
                                 "Copy all of the key's file, with its first and last line.")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("as_file", [False, True])
def test_google_gives_a_token_for_an_account(fake, tmp_path, as_file):
    account, watch = fake.secrets["PLAY_CONSOLE_SERVICE_ACCOUNT"], Watch()
    if as_file:
        (tmp_path / "key.json").write_text(account)
        account = str(tmp_path / "key.json")
    watch.seconds = time.time() - 3550  # tokens of then and of an hour later are good now
    with closing(GoogleToken(account, SCOPE, now=watch)) as token:
        assert token.headers() == token.headers() == {"Authorization": "Bearer ya29.c.fake"}
        watch.seconds += 3599 - 61
        token.headers()
        assert len(fake.requests) == 1
        watch.seconds += 1
        token.headers()
    assert [asked.path for asked in fake.requests] == ["/token", "/token"]
    claims = jwt.decode(fake.requests[1].form["assertion"], options={"verify_signature": False})
    assert claims == {"iss": EMAIL, "scope": SCOPE, "aud": f"{fake.url}/token", "iat": int(watch.seconds),
                      "exp": int(watch.seconds) + 3600}


def test_an_account_with_a_wrong_key_is_refused(fake):
    account = {**json.loads(fake.secrets["PLAY_CONSOLE_SERVICE_ACCOUNT"]), "client_email": "else@example.org"}
    with pytest.raises(PlatformError) as caught, closing(GoogleToken(json.dumps(account), SCOPE)) as token:
        token.headers()
    assert str(caught.value) == ("127.0.0.1/token: the platform refuses the credentials (401). "
                                 "Check the secrets and rights of this source.")


@pytest.mark.parametrize("account", ["", "hunter2", "{hunter2", "{}", '{"client_email": "a", "private_key": 1}', "."])
def test_what_is_no_account_is_told_and_not_shown(account):
    with pytest.raises(PlatformError) as caught:
        GoogleToken(account, SCOPE).headers()
    assert str(caught.value) == ("the service account is neither the JSON of a key nor the path of a file with it. "
                                 "Create a JSON key for the account in the Google Cloud console.")


def test_an_answer_without_a_token_is_tried_again(fake):
    fake.faults = [Answer({"id_token": "x"})]
    account = fake.secrets["PLAY_CONSOLE_SERVICE_ACCOUNT"]
    with pytest.raises(PlatformError) as caught, closing(GoogleToken(account, SCOPE)) as token:
        token.headers()
    assert (str(caught.value), caught.value.permanent) == ("the service account got no token.", False)
