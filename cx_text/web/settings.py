"""How the page is served, and what every request can reach: the store and these settings."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from cx_text.snapshots import Snapshots
from cx_text.store.database import Store

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the page is served.

    Args:
        host: The address that is listened on, such as 127.0.0.1.
        port: Its port, 1 to 65535.
        allowed_hosts: Names under which people reach it through a proxy, such as "feedback.example.com"; others are
            refused where any is given.
        recipe: Name or path of the recipe whose sources of the platform "webhook" are taken at /ingest/NAME; None:
            nothing is.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    allowed_hosts: tuple[str, ...] = ()
    recipe: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the address."""
        return is_loopback(self.host)

    @property
    def needs_accounts(self) -> bool:
        """Whether people have to log in: always, but for one person on this machine without a proxy before it."""
        return not self.is_loopback or bool(self.allowed_hosts)

    def allows_host(self, header: str) -> bool:
        """Whether a request's Host header is one of ours; any is, where accounts are needed and no name was given.

        A page of another site that makes its own name point to 127.0.0.1 (DNS rebinding) is refused by this.
        """
        if self.needs_accounts and not self.allowed_hosts:
            return True
        host = header.lower()
        names = {*LOOPBACK_NAMES, self.host.lower()}
        ours = {f"{name}:{self.port}" for name in names} | (names if self.port == 80 else set())
        allowed = {name.lower() for name in self.allowed_hosts}
        return host in ours or host in allowed or host.rpartition(":")[0] in allowed


def is_loopback(host: str) -> bool:
    """Whether an address, or the name localhost, is reached from this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def store_of(request: HTTPConnection) -> Store:
    """Return the store that is served."""
    return cast("Store", request.app.state.store)


def settings_of(request: HTTPConnection) -> WebSettings:
    """Return how the page is served."""
    return cast("WebSettings", request.app.state.settings)


def snapshots_of(request: HTTPConnection) -> Snapshots:
    """Return what figures of the store are counted from."""
    return cast("Snapshots", request.app.state.snapshots)
