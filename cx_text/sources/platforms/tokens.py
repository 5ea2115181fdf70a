"""Signed tokens by which Apple and Google know who asks: the only door to PyJWT.

https://developer.apple.com/documentation/appstoreconnectapi/generating-tokens-for-api-requests
https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from cx_text.sources.platforms.base import PlatformError
from cx_text.sources.platforms.http import Http, missing, refused

_APPLE_SECONDS: Final = 900  # Apple refuses tokens that are good for more than twenty minutes
_GOOGLE_SECONDS: Final = 3600
_EARLY_SECONDS: Final = 60  # a token is renewed so long before it ends, and clocks may differ by as much


class Token(ABC):
    """A token that is renewed before it ends. `now` gives seconds since 1970."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now, self._token, self._until = now, "", float("-inf")

    def headers(self) -> dict[str, str]:
        """Return the header that carries it.

        Raises:
            PlatformError: The secrets are none, or are refused.
        """
        if self._now() >= self._until:
            self._token, seconds = self._renewed()
            self._until = self._now() + seconds - _EARLY_SECONDS
        return {"Authorization": f"Bearer {self._token}"}

    def close(self) -> None:  # noqa: B027  most have no connection
        """Close the connection, if there is one."""

    @abstractmethod
    def _renewed(self) -> tuple[str, float]:
        """Return a new token, and for how many seconds it is good."""


class AppleToken(Token):
    r"""A token of the App Store Connect API.

    Args:
        key_id: Of the key.
        issuer_id: Of the team.
        private_key: As PEM; line breaks may be written as \n.
        **more: As for every Token.
    """

    def __init__(self, key_id: str, issuer_id: str, private_key: str, **more: Any) -> None:
        super().__init__(**more)
        self._key_id, self._issuer_id, self._private_key = key_id, issuer_id, private_key

    def _renewed(self) -> tuple[str, float]:
        now = int(self._now())
        claims = {"iss": self._issuer_id, "iat": now - _EARLY_SECONDS, "exp": now + _APPLE_SECONDS,
                  "aud": "appstoreconnect-v1"}
        return _signed(claims, self._private_key, "ES256", {"kid": self._key_id}), _APPLE_SECONDS


class GoogleToken(Token):
    """A token of a Google service account.

    Args:
        account: The account's key as Google gives it: the JSON itself, or the path of its file.
        scope: What the token is to allow.
        **more: As for every Token.
    """

    def __init__(self, account: str, scope: str, **more: Any) -> None:
        super().__init__(**more)
        self._given, self._scope = account, scope
        self._http: Http | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()

    def _renewed(self) -> tuple[str, float]:
        account, now = _account(self._given), int(self._now())
        claims = {"iss": account["client_email"], "scope": self._scope, "aud": account["token_uri"], "iat": now,
                  "exp": now + _GOOGLE_SECONDS}
        assertion = _signed(claims, account["private_key"], "RS256", {"kid": account.get("private_key_id")})
        self._http = self._http or _GoogleHttp(account["token_uri"])
        answer = self._http.post("", data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                           "assertion": assertion})
        if not isinstance(answer, Mapping) or not isinstance(answer.get("access_token"), str):
            raise PlatformError("the service account got no token", permanent=False)
        return answer["access_token"], float(answer.get("expires_in") or _GOOGLE_SECONDS)


class _GoogleHttp(Http):
    """Google says 400 where an account or its signature is wrong."""

    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        del body
        raise refused(401 if status == 400 else status, headers, url)


def _account(given: str) -> dict[str, str]:
    """Return the key of a service account, from its JSON or its file."""
    try:
        account = json.loads(given if given.startswith("{") else Path(given).expanduser().read_text("utf-8"))
        if all(isinstance(account[name], str) for name in ("client_email", "private_key", "token_uri")):
            return dict(account)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise PlatformError("the service account is neither the JSON of a key nor the path of a file with it",
                        next="Create a JSON key for the account in the Google Cloud console")


def _signed(claims: Mapping[str, Any], private_key: str, algorithm: str, headers: Mapping[str, Any]) -> str:
    try:
        import jwt
    except ImportError:
        raise missing("PyJWT") from None
    given = {name: value for name, value in headers.items() if value}
    try:
        return jwt.encode(dict(claims), private_key.replace("\\n", "\n"), algorithm, given)
    except NotImplementedError:
        raise missing("cryptography") from None
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):  # their texts may quote the key
        raise PlatformError(f"the private key is no PEM that can sign with {algorithm}",
                            next="Copy all of the key's file, with its first and last line") from None
