"""From a store to a page that answers: the port is taken first, so that what is wrong with it is said in one line."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from cx_text.errors import ConfigError
from cx_text.web.settings import WebSettings

_END_SECONDS = 5  # how long requests may still take once the server is told to end


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Args:
        host: Address or name of this machine.
        port: 1 to 65535, or 0 for one that is free.

    Raises:
        ConfigError: The port is taken or not allowed, or the address is none of this machine.
    """
    where = f"{host}:{port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM,
                                                      flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError):
        raise ConfigError("there is no such address", where=where, next="Give --host 127.0.0.1, or 0.0.0.0 for all "
                          "addresses of this machine") from None
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise _said(error, where, port) from None
    return listening


def address_of(settings: WebSettings) -> str:
    """Return the address at which this machine reaches the page."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  said, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def run(app: FastAPI, settings: WebSettings, listening: socket.socket, *, begun: Callable[[], None]) -> None:
    """Answer until Ctrl-C.

    Args:
        app: What answers.
        settings: Where it is served.
        listening: What `listen` gave.
        begun: Called once requests are taken.
    """
    # Of a proxy we believe who it speaks for where there may be one; which proxies those are, uvicorn takes from
    # FORWARDED_ALLOW_IPS, this machine alone when that is not set. No log of requests: addresses hold what is searched.
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="on",
                            proxy_headers=settings.needs_accounts, timeout_graceful_shutdown=_END_SECONDS)
    begun()
    with suppress(KeyboardInterrupt):  # which the server lets through once it has ended
        uvicorn.Server(config).run(sockets=[listening])


def _said(error: OSError, where: str, port: int) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError("another program listens there already", where=where,
                           next=f"End it, or give another port, such as --port {port + 1}")
    if error.errno == errno.EACCES:
        return ConfigError("only an administrator may listen there", where=where,
                           next="Give a port above 1023, such as --port 8765")
    if error.errno == errno.EADDRNOTAVAIL:
        return ConfigError("this is no address of this machine", where=where, next="Give --host 127.0.0.1, or 0.0.0.0 "
                           "for all addresses of this machine")
    return ConfigError(f"the server cannot listen: {error.strerror}", where=where)
