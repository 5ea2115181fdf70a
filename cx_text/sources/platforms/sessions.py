"""A connection for client libraries that ask with `requests`: what goes wrong is said, and ends, as with `Http`."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

from cx_text.sources.platforms import http
from cx_text.sources.platforms.base import PlatformError


class Session(requests.Session):
    """Asks once, follows nowhere, and gives a library nothing but whole JSON, without what it would wait for.

    `status`, `path` and `body` are of the last answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.status, self.path = 0, ""
        self.body: Any = None
        self._seconds = (http.CONNECT_SECONDS, http.READ_SECONDS)

    def request(self, method: str, url: str | bytes, *given: Any, **more: Any) -> requests.Response:
        """Return an answer that is no error.

        Raises:
            PlatformError: There was no answer, an error, or something that is no JSON.
        """
        parts = urlsplit(str(url))
        where = f"{parts.hostname}{parts.path}"
        # With a given auth no password of a .netrc file is sent in the place of the secret.
        given_auth = more.pop("auth", None) or (lambda request: request)
        try:
            answer = super().request(method, url, *given, **{
                **more, "auth": given_auth, "timeout": self._seconds, "allow_redirects": False})
        except requests.Timeout:
            raise PlatformError("no answer in time", where=where, permanent=False) from None
        except requests.RequestException as error:
            raise PlatformError(f"no answer ({type(error).__name__})", where=where, permanent=False) from None
        self.status, self.path = answer.status_code, parts.path
        if answer.status_code >= 300:
            raise http.refused(answer.status_code, answer.headers, str(url))
        try:
            self.body = answer.json()
        except ValueError:
            raise PlatformError(f"the answer to {method.upper()} is no whole JSON", where=where,
                                permanent=False) from None
        for name in [name for name in answer.headers if name.lower().startswith("x-ratelimit")]:
            del answer.headers[name]  # libraries sleep by these; a limit that is reached is told with status 429
        return answer
