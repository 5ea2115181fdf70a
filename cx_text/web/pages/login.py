"""Logging in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from cx_text.store.accounts import n_active, password_hash, set_hash
from cx_text.store.login_limits import begin_attempt, forget_failures
from cx_text.web import passwords, sessions
from cx_text.web.people import CurrentUser, own_form, session_cookie, viewer, visitor_of
from cx_text.web.rendering import local_path, render
from cx_text.web.settings import store_of

router = APIRouter()
WRONG = "Name or password is wrong."


@router.get("/login")
def show_login(request: Request, next: str = "/") -> Response:
    """Show the form to log in; who is in already goes on."""
    if visitor_of(request).user is not None:
        return RedirectResponse(local_path(next), 303)
    with store_of(request).reading() as connection:
        has_accounts = n_active(connection) > 0
    return render(request, "login.html.j2", next=local_path(next), name="", error="", has_accounts=has_accounts)


@router.post("/login", dependencies=[Depends(own_form)])
def log_in(request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "",
           next: Annotated[str, Form()] = "/") -> Response:
    """Begin a session; what is said of a wrong name is what is said of a wrong password, and takes as long."""
    store, at = store_of(request), datetime.now(UTC)
    address = request.client.host if request.client else ""
    with store.writing() as connection:
        wait = begin_attempt(store, connection, name, address, at=at)
    if wait:
        minutes = -(-wait.seconds // 60)
        raise HTTPException(429, f"There were too many wrong attempts. Try again in "
                            f"{'a minute' if minutes == 1 else f'{minutes} minutes'}.",
                            {"Retry-After": str(wait.seconds + 1)})
    with store.reading() as connection:
        found = password_hash(connection, name)
    if not passwords.is_right(password, None if found is None else found[1]) or found is None:
        return render(request, "login.html.j2", status=401, next=local_path(next), name=name, error=WRONG,
                      has_accounts=True)
    account, known = found
    with store.writing() as connection:
        forget_failures(store, connection, account.name, address)
        if passwords.is_outdated(known):
            set_hash(connection, account, passwords.hashed(password))
    return _entered(request, sessions.begin(store, account, at=at), next)


@router.post("/logout")
def log_out(request: Request, user: Annotated[CurrentUser, Depends(viewer)]) -> Response:
    """End the session."""
    if visitor_of(request).has_session:
        sessions.end(store_of(request), visitor_of(request).secret)
    answer = RedirectResponse("/" if user.is_alone else "/login", 303)
    answer.delete_cookie(session_cookie(request))
    return answer


def _entered(request: Request, secret: str, next: str) -> Response:
    """Return the answer that gives a browser its new session, in place of one it may have had."""
    if visitor_of(request).has_session:
        sessions.end(store_of(request), visitor_of(request).secret)
    answer = RedirectResponse(local_path(next), 303)
    answer.set_cookie(session_cookie(request), secret, max_age=int(sessions.WHOLE.total_seconds()), httponly=True,
                      samesite="lax", secure=request.url.scheme == "https")
    return answer
