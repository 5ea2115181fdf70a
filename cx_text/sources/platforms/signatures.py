"""Whether what was pushed comes from who knows the secret: an HMAC of the body, in the form of each tool.

Scheme, headers, and what is signed by an HMAC with SHA-256 but where another digest is named:

- cx_text: `X-Cx-Signature: t=SECONDS,v1=HEX`; "SECONDS.BODY"
- standard (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,BASE64`;
  "ID.SECONDS.BODY"
- typeform: `Typeform-Signature: sha256=BASE64`; the body
- zendesk: `X-Zendesk-Webhook-Signature: BASE64` and `X-Zendesk-Webhook-Signature-Timestamp`; that time and the body
- intercom: `X-Hub-Signature: sha1=HEX`; the body, by SHA-1
- github: `X-Hub-Signature-256: sha256=HEX`; the body
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime

from cx_text.sources.platforms.base import as_time

WINDOW_SECONDS = 300  # between the time that is signed and now, before or after
_Headers = Mapping[str, str]


def is_signed(scheme: str, secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    """Return whether a body was signed with a secret, and lately where the signature says when.

    Args:
        scheme: One of SCHEMES.
        secret: What both sides know; never empty.
        headers: Of the request, by names in lower case.
        body: As it came, byte for byte.
        now: The time (UTC).
    """
    return bool(secret) and SCHEMES[scheme](secret, headers, body, now)


def _cx_text(secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    parts = [part.strip().partition("=") for part in headers.get("x-cx-signature", "").split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    wanted = _hmac(secret.encode(), at.encode() + b"." + body).hex()
    return _is_recent(at, now) and _is_any([value for name, _, value in parts if name == "v1"], wanted)


def _standard(secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    name, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    wanted = "v1," + _base64(_hmac(key, f"{name}.{at}.".encode() + body))
    return bool(name) and _is_recent(at, now) and _is_any(headers.get("webhook-signature", "").split(" "), wanted)


def _typeform(secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    del now
    return _is_any([headers.get("typeform-signature", "")], "sha256=" + _base64(_hmac(secret.encode(), body)))


def _zendesk(secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    at = headers.get("x-zendesk-webhook-signature-timestamp", "")
    wanted = _base64(_hmac(secret.encode(), at.encode() + body))
    return _is_recent(at, now) and _is_any([headers.get("x-zendesk-webhook-signature", "")], wanted)


def _intercom(secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    del now
    wanted = "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()  # theirs; an HMAC of it is still sound
    return _is_any([headers.get("x-hub-signature", "")], wanted)


def _github(secret: str, headers: _Headers, body: bytes, now: datetime) -> bool:
    del now
    return _is_any([headers.get("x-hub-signature-256", "")], "sha256=" + _hmac(secret.encode(), body).hex())


SCHEMES: Mapping[str, Callable[[str, _Headers, bytes, datetime], bool]] = {
    "cx_text": _cx_text, "standard": _standard, "typeform": _typeform, "zendesk": _zendesk, "intercom": _intercom,
    "github": _github}


def _hmac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, "sha256")


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _is_any(given: list[str], wanted: str) -> bool:
    """Compare in constant time; while a secret is exchanged for another one, tools send a signature by each."""
    return any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given)


def _is_recent(at: str, now: datetime) -> bool:
    try:
        return abs((now - as_time(at)).total_seconds()) <= WINDOW_SECONDS
    except (ValueError, OverflowError, OSError):
        return False
