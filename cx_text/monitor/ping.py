"""A dead man's ping: an address that is asked at the end of each look, so that somebody notices when none comes.

As healthchecks.io has it (https://healthchecks.io/docs/http_api): the address itself for a good look, /start at its
beginning, /fail where it failed.
"""

from __future__ import annotations

import importlib
from urllib.parse import urlsplit

from cx_text.errors import ConfigError, MissingExtra

_TRIES, _SECONDS = 2, 5.0
_LOCAL = ("localhost", "127.0.0.1", "::1")


class Ping:
    """Says that looks are made. Whatever becomes of that, no look fails by it.

    Args:
        address: Of https, or of this machine; None: nobody is told.

    Raises:
        ConfigError: It is no such address. It is not shown, as it is a secret.
        MissingExtra: The library for it is not installed.
    """

    def __init__(self, address: str | None) -> None:
        self._address = (address or "").strip().rstrip("/") or None
        if self._address is None:
            return
        parts = urlsplit(self._address)
        if not parts.hostname or not (parts.scheme == "https" or
                                      (parts.scheme == "http" and parts.hostname in _LOCAL)):
            raise ConfigError("the address to ping is none of https", next="Write it as https://HOST/ID")
        try:
            self._library = importlib.import_module("httpx")
        except ImportError:
            raise MissingExtra("a ping needs the httpx library, which is not installed",
                               next="Run: pip install 'cx-text[watch]'") from None

    def start(self) -> bool:
        """Say that a look begins; return whether that was taken."""
        return self._ask("/start")

    def end(self, *, is_good: bool) -> bool:
        """Say that a look has ended, well or not; return whether that was taken."""
        return self._ask("" if is_good else "/fail")

    def _ask(self, ending: str) -> bool:
        if self._address is None:
            return True
        for _ in range(_TRIES):
            try:
                answer = self._library.get(f"{self._address}{ending}", timeout=_SECONDS, follow_redirects=False)
            except self._library.HTTPError:
                continue
            if answer.status_code < 500:
                return bool(answer.status_code < 300)
        return False
