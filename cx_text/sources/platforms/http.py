"""Asking a platform over HTTP: one request, one answer, and what went wrong in words that hold no secret."""

from __future__ import annotations

import functools
import importlib
import json
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from cx_text.errors import ConfigError, MissingExtra
from cx_text.sources.platforms.base import PlatformError

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
ANSWER_SECONDS = 120.0  # for all of an answer: one that comes drop by drop is given up
MAX_ANSWER_BYTES = 64_000_000
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524})
_DENIED = frozenset({401, 403})
_LOCAL = ("localhost", "127.0.0.1", "::1")
_RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")


class Http:
    """A connection to one platform. Errors name host and path alone: keys stand in what follows them, or in headers.

    Args:
        base_url: The beginning of every address; https, but for this machine.
        headers: Sent with each request.
        params: Added to each address.
        auth: Name and password, where the platform wants those.
        pause_seconds: At least between two requests.
        sleep: Waits; given seconds.
    """

    def __init__(self, base_url: str, *, headers: Mapping[str, str] | None = None,
                 params: Mapping[str, Any] | None = None, auth: tuple[str, str] | None = None,
                 pause_seconds: float = 0.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self.base_url = checked_url(base_url)
        httpx = _library()
        agent = f"cx_text/{version('cx-text')}"
        self._client = httpx.Client(
            headers={"User-Agent": agent, **(headers or {})}, auth=auth, follow_redirects=False, verify=_trusted(),
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS))
        self._params, self._pause_seconds, self._sleep = dict(params or {}), pause_seconds, sleep
        self._last_asked = float("-inf")

    def get(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Return the JSON at an address; None for an answer without any.

        Args:
            path: Behind the base address, or a whole address of the same host.
            params: Those that are None are left out.
            **more: Headers of this request, as `headers`.

        Raises:
            PlatformError: There was no answer, an error, or something that is no JSON.
        """
        return self._parsed("GET", path, self.fetch("GET", path, params=params, **more))

    def post(self, path: str, body: Any = None, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Return the JSON that comes back for some JSON; as `get`."""
        return self._parsed("POST", path, self.fetch("POST", path, params=params, json=body, **more))

    def fetch(self, method: str, path: str, *, params: Mapping[str, Any] | None = None, **more: Any) -> bytes:
        """Return the bytes of an answer that is no error; as `get`."""
        httpx, url = _library(), self._address(path)
        given = {name: value for name, value in {**self._params, **(params or {})}.items() if value is not None}
        self._wait()
        try:
            with self._client.stream(method, url, params=given or None, **more) as answer:
                body = self._body(answer, url)
        except httpx.TimeoutException:
            raise PlatformError("no answer in time", where=_named(url), permanent=False) from None
        except httpx.HTTPError as error:
            raise PlatformError(f"no answer ({type(error).__name__})", where=_named(url), permanent=False) from None
        if answer.status_code >= 300:  # all that is no answer to what was asked
            self.refuse(answer.status_code, answer.headers, url, body)
        return body

    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        """Raise what an HTTP status means; platforms that say more in the body of the answer read that first.

        Raises:
            PlatformError: Always.
        """
        del body
        raise refused(status, headers, url)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _wait(self) -> None:
        wait_seconds = self._last_asked + self._pause_seconds - time.monotonic()
        if wait_seconds > 0:
            self._sleep(wait_seconds)
        self._last_asked = time.monotonic()

    def _address(self, path: str) -> str:
        if not urlsplit(path).netloc:
            return self.base_url.rstrip("/") + (f"/{path.lstrip('/')}" if path else "")
        if urlsplit(path)[:2] != urlsplit(self.base_url)[:2]:  # an answer must not send secrets elsewhere
            raise PlatformError("the platform names another host", where=_named(path))
        return path

    @staticmethod
    def _body(answer: httpx.Response, url: str) -> bytes:
        parts, n_bytes, until = [], 0, time.monotonic() + ANSWER_SECONDS
        for part in answer.iter_bytes():
            parts.append(part)
            n_bytes += len(part)
            if n_bytes > MAX_ANSWER_BYTES:
                raise PlatformError(f"an answer of more than {MAX_ANSWER_BYTES // 1_000_000} MB", where=_named(url))
            if time.monotonic() > until:
                raise PlatformError("no answer in time", where=_named(url), permanent=False)
        return b"".join(parts)

    def _parsed(self, method: str, path: str, body: bytes) -> Any:
        if not body.strip():
            return None
        try:
            return json.loads(body)
        except ValueError:
            raise PlatformError(f"the answer to {method} is no whole JSON", where=_named(self._address(path)),
                                permanent=False) from None


def checked_url(base_url: str) -> str:
    """Return an address that may be asked: https, or http on this machine.

    Raises:
        ConfigError: It is none, or secrets would travel in clear.
    """
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{base_url!r} is no address", where="base_url", next="Write it as https://HOST")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise ConfigError(f"what is sent to {base_url!r} could be read on the way", where="base_url",
                          next="Write it with https://")
    return base_url


def refused(status: int, headers: Mapping[str, str], url: str) -> PlatformError:
    """Return what an HTTP status of 300 and above means, with how long to wait where the answer says so."""
    where = _named(url)
    if status in _DENIED:
        said = "the platform refuses the credentials" if status == 401 else "the credentials may not read this"
        return PlatformError(f"{said} ({status})", where=where, next="Check the secrets and rights of this source")
    if status in (404, 410):
        return PlatformError(f"there is no such thing on the platform ({status})", where=where,
                             next="Check the names and ids of this source in the recipe")
    if status in _PASSING:
        what = "the platform asks to be left alone for a while" if status == 429 else "the platform has a fault"
        return PlatformError(f"{what} ({status})", where=where, permanent=False,
                             retry_after_seconds=retry_after_seconds(headers))
    return PlatformError(f"the platform refused what was asked ({status})", where=where)


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return how long an answer asks to wait, None where it does not say.

    `Retry-After` holds seconds or a date (RFC 9110, section 10.2.3). Where it is missing, headers that say when a limit
    is lifted are read: seconds from now, seconds since 1970, or an ISO 8601 time.
    """
    told = {name.lower(): value.strip() for name, value in headers.items()}
    now = now or datetime.now(UTC)
    if said := told.get("retry-after"):
        try:
            return max(0.0, float(said))
        except ValueError:
            return _until(said, now)
    for name in _RESETS:
        if name in told:
            return _until(told[name], now)
    return None


def _until(said: str, now: datetime) -> float | None:
    try:
        number = float(said)
        return max(0.0, number - now.timestamp() if number > 1e9 else number)  # no wait is 31 years
    except ValueError:
        pass
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            at = read(said)
        except (ValueError, TypeError):
            continue
        return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
    return None


def _named(url: str) -> str:
    """Return host and path of an address, and nothing of what follows."""
    parts = urlsplit(url)
    return f"{parts.hostname}{parts.path}"


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that are trusted: reading them takes a while, so it is done once."""
    return ssl.create_default_context(cafile=importlib.import_module("certifi").where())


def _library() -> Any:
    try:
        import httpx
    except ImportError:
        raise missing("httpx") from None
    return httpx


def missing(library: str) -> MissingExtra:
    """Return the error that says how to install what collecting needs."""
    return MissingExtra(f"collecting needs the {library} library, which is not installed",
                        next="run: pip install 'cx-text[collect]'")
