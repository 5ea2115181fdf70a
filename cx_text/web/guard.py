"""What stands before every page: who may ask under which name, how much they may send, and the headers of answers."""

from __future__ import annotations

import logging
import os
import secrets
import traceback
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cx_text.store.accounts import Role
from cx_text.web import people
from cx_text.web.failures import failure
from cx_text.web.settings import settings_of

MAX_FORM_BYTES, MAX_UPLOAD_BYTES = 1_000_000, 512_000_000
UPLOAD_PATHS = ("/imports", "/api/v1/imports")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PROXY_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_WITHOUT_PERSON = ("/static/", "/healthz", "/ingest/")
_LOG = logging.getLogger("cx_text.web")


class Guard:
    """The middleware around all routes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, has_begun = Request(scope), False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                _put_headers(request, MutableHeaders(scope=message))
            await send(message)

        request.state.visitor = people.Visitor(None, secret="")
        try:
            refused = _refusal(request)
            if refused is None and not request.url.path.startswith(_WITHOUT_PERSON):
                request.state.visitor = await run_in_threadpool(people.identify, request)
            refused = refused or _too_large(request)
            if refused is not None:
                await failure(request, refused.status_code, refused.detail)(scope, receive, send_with_headers)
                return
            await self.app(scope, _limited(request, receive), send_with_headers)
        except Exception as error:  # noqa: BLE001  else the server would write its message, which may hold customers' words
            if has_begun:
                _report(error)
                raise ConnectionAbortedError from None
            await failure(request, 500, _report(error))(scope, receive, send_with_headers)


def _refusal(request: Request) -> HTTPException | None:
    """Return why a request is refused before anything is done for it, None where it is not.

    What is pushed may come through a proxy and under any name: it acts for nobody, and has to be signed.
    """
    if people.is_push(request):
        return None
    settings = settings_of(request)
    host = request.headers.get("host", "")
    if not settings.allows_host(host):
        return HTTPException(400, f"This page is not served under the name {host[:200]!r}. Open it at "
                             f"http://localhost:{settings.port}, or start cx-text serve with --allow-host NAME.")
    if not settings.needs_accounts and any(name in request.headers for name in _PROXY_HEADERS):
        return HTTPException(403, "A proxy passed this on, and nobody logs in here. Start cx-text serve with "
                             "--allow-host NAME, which asks for accounts.")
    if request.method not in people.SAFE_METHODS and not _is_same_origin(request, host):
        return HTTPException(403, "This was sent by a page of another site.")
    return None


def _is_same_origin(request: Request, host: str) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _limit(request: Request) -> int:
    """Return how many bytes a body may have: many for a file, from who may import one."""
    user = people.visitor_of(request).user
    is_upload = request.url.path.startswith(UPLOAD_PATHS) and user is not None and user.role.includes(Role.EDITOR)
    return MAX_UPLOAD_BYTES if is_upload else MAX_FORM_BYTES


def _too_large(request: Request) -> HTTPException | None:
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > _limit(request):
        return _TooLarge(_limit(request))
    return None


class _TooLarge(HTTPException):
    def __init__(self, limit: int) -> None:
        super().__init__(413, f"This is larger than {limit // 1_000_000:,} MB.")


def _limited(request: Request, receive: Receive) -> Receive:
    """Return what reads a body and stops where it is larger than allowed, also where its length was not said."""
    limit, n_bytes = _limit(request), 0

    async def receive_some() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > limit:
            raise _TooLarge(limit)
        return message

    return receive_some


def _put_headers(request: Request, headers: MutableHeaders) -> None:
    headers.update(HEADERS)
    if "cache-control" not in headers:
        headers["Cache-Control"] = "no-store"
    visitor = people.visitor_of(request)
    if visitor.is_new:
        secure = "; Secure" if request.url.scheme == "https" else ""
        headers.append("Set-Cookie", f"{people.form_cookie(request)}={visitor.secret}; HttpOnly; Path=/; "
                       f"SameSite=Lax{secure}")


def _report(error: Exception) -> str:
    """Write down that something broke, and where, without the error's message; return what to tell who asked."""
    number = secrets.token_hex(4)
    place = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("error %s: %s at %s:%s", number, type(error).__name__, place.filename, place.lineno)
    if os.environ.get("CX_TEXT_DEBUG"):
        traceback.print_exception(error)
    return f"Something broke. The server's log has it under the number {number}."
