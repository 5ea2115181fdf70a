"""Who asks, and what they may see: the dependencies by which every route says which role it needs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from fastapi import HTTPException
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute

from cx_text.store.accounts import Role
from cx_text.store.database import machine_user
from cx_text.web import sessions
from cx_text.web.pushing import signed
from cx_text.web.settings import settings_of, store_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# All that anybody may ask for: the form to log in, and whether the server lives and watches look.
OPEN_PATHS = frozenset({"/login", "/healthz", "/healthz/watch"})
FORM_OUTDATED = "This form is outdated. Go back, load the page again, and send it anew."


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Who asks.

    Attributes:
        name: Of the account; of this machine's user where nobody logs in.
        role: What they may do; of an API token at most what its scopes allow.
        is_alone: Whether nobody logs in, because only this machine can reach the page.
        id: Of the account; None where nobody logs in.
    """

    name: str
    role: Role
    is_alone: bool
    id: int | None = None

    def may(self, role: str) -> bool:
        """Whether they may do what a role may, such as "editor"; templates ask by this what to show."""
        return self.role.includes(Role(role))


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request says of who sent it.

    Attributes:
        user: Who it is, None where nobody is logged in.
        secret: What this browser keeps, from which its forms' token is made: of the session, else of its own.
        is_new: Whether the browser has still to be told its secret.
        has_session: Whether there is a session that can be ended.
        is_token: Whether an API token was sent.
    """

    user: CurrentUser | None
    secret: str
    is_new: bool = False
    has_session: bool = False
    is_token: bool = False


class LoginNeeded(Exception):  # noqa: N818  says what it is
    """Nobody is logged in, and the route needs somebody."""


def session_cookie(request: HTTPConnection) -> str:
    """Return the name of the cookie with the session; cookies know no port, so that two servers need two names."""
    return f"cx_text_session_{settings_of(request).port}"


def form_cookie(request: HTTPConnection) -> str:
    """Return the name of the cookie from which forms get their token where there is no session."""
    return f"cx_text_form_{settings_of(request).port}"


def identify(request: HTTPConnection) -> Visitor:
    """Return who sent a request; it asks the store, so call it in a thread."""
    store, settings, at = store_of(request), settings_of(request), datetime.now(UTC)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and is_api(request) and settings.needs_accounts:
        found = sessions.whose_token(store, token.strip(), at=at)
        user = None if found is None else CurrentUser(found[0].name, found[1], is_alone=False, id=found[0].id)
        return Visitor(user, secret="", is_token=True)
    session = request.cookies.get(session_cookie(request), "")
    if settings.needs_accounts and session:
        account = sessions.whose(store, session, at=at)
        if account is not None:
            return Visitor(CurrentUser(account.name, account.role, is_alone=False, id=account.id), session,
                           has_session=True)
    own = request.cookies.get(form_cookie(request), "")
    alone = None if settings.needs_accounts else CurrentUser(machine_user(), Role.ADMIN, is_alone=True)
    return Visitor(alone, own or secrets.token_urlsafe(32), is_new=not own)


def visitor_of(request: HTTPConnection) -> Visitor:
    """Return what `identify` found of this request."""
    return cast("Visitor", request.state.visitor)


def is_api(request: HTTPConnection) -> bool:
    """Whether a request is for the JSON interface or the metrics, where errors are JSON and tokens count."""
    return request.url.path.startswith("/api/") or request.url.path == "/metrics"


def is_push(request: HTTPConnection) -> bool:
    """Whether a request is of a tool that pushes: its signature is all that counts, and errors are JSON."""
    return request.url.path.startswith("/ingest/")


async def viewer(request: Request) -> CurrentUser:
    """Return who asks: anybody who is logged in. For `Depends`."""
    return await _somebody(request, Role.VIEWER)


async def editor(request: Request) -> CurrentUser:
    """Return who asks, an editor or admin. For `Depends`."""
    return await _somebody(request, Role.EDITOR)


async def admin(request: Request) -> CurrentUser:
    """Return who asks, an admin. For `Depends`."""
    return await _somebody(request, Role.ADMIN)


async def own_form(request: Request) -> None:
    """Refuse a form that one of our own pages did not send. `viewer`, `editor` and `admin` ask this themselves.

    Raises:
        HTTPException: 403, it carries no token of this browser.
    """
    visitor = visitor_of(request)
    given: object = request.headers.get("x-csrf-token")
    if given is None:
        given = (await request.form()).get("csrf")
    if not isinstance(given, str) or not sessions.is_form_token(store_of(request), visitor.secret, given):
        raise HTTPException(403, FORM_OUTDATED)


def unguarded(routes: Iterable[BaseRoute]) -> list[str]:
    """Return the routes that ask for no role though they should."""
    return [str(getattr(route, "path", route)) for route in routes
            if getattr(route, "path", None) not in OPEN_PATHS
            and not (isinstance(route, APIRoute)
                     and {viewer, editor, admin, signed} & {each.call for each in route.dependant.dependencies})]


async def _somebody(request: Request, role: Role) -> CurrentUser:
    visitor = visitor_of(request)
    if visitor.user is None:
        raise LoginNeeded
    if request.method not in SAFE_METHODS:
        if is_api(request):
            _check_program(request, visitor)
        else:
            await own_form(request)
    if not visitor.user.role.includes(role):
        has = visitor.user.role.value
        raise HTTPException(403, f"This needs the role {role.value}, and you have the role {has}.")
    return visitor.user


def _check_program(request: Request, visitor: Visitor) -> None:
    """Refuse a change through the JSON interface that a page of another site could have caused.

    A browser sends a cookie with whatever a page asks for, so that only a token counts. Where nobody logs in there are
    none: there the body has to be JSON, which no page of another site can send without asking first.
    """
    if visitor.is_token:
        return
    if not visitor.user or not visitor.user.is_alone:
        raise HTTPException(403, "Changes through the API need a token with the scope write, not a session.")
    if request.method == "POST" and request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415, "The body has to be application/json.")
