"""A person's own account: password, and how the page looks in this browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.store.accounts import account_by_id, password_hash, set_password, tokens
from cx_text.store.login_limits import begin_attempt, forget_failures
from cx_text.web import passwords, sessions
from cx_text.web.people import CurrentUser, session_cookie, viewer
from cx_text.web.rendering import APPEARANCE_COOKIE, APPEARANCES, local_path, render, see_other
from cx_text.web.settings import store_of

router = APIRouter()
Viewer = Annotated[CurrentUser, Depends(viewer)]


@router.get("/account")
def show_account(request: Request, user: Viewer) -> Response:
    """Show the account of who asks."""
    return account_page(request, user)


@router.post("/account/password")
def change_password(request: Request, user: Viewer, present: Annotated[str, Form()] = "",
                    password: Annotated[str, Form()] = "", again: Annotated[str, Form()] = "") -> Response:
    """Change the own password, which ends all sessions; this browser gets a new one."""
    if user.id is None:
        raise ConfigError("nobody logs in here, so there is no password to change")
    store, at = store_of(request), datetime.now(UTC)
    address = request.client.host if request.client else ""
    with store.writing() as connection:
        wait = begin_attempt(store, connection, user.name, address, at=at)
    if wait:
        raise HTTPException(429, headers={"Retry-After": str(wait.seconds + 1)})
    with store.reading() as connection:
        account, found = account_by_id(connection, user.id), password_hash(connection, user.name)
    errors = {}
    if found is None or not passwords.is_right(present, found[1]):
        errors["present"] = "This is not the present password."
    elif password != again:
        errors["again"] = "The two are not the same."
    else:
        try:
            passwords.checked(password, name=user.name)
        except ConfigError as error:
            errors["password"] = str(error)
    if errors:
        return account_page(request, user, errors=errors, status=422)
    hashed = passwords.hashed(password)
    with store.writing() as connection:
        forget_failures(store, connection, user.name, address)
        set_password(connection, account, hashed, who=user.name)
    answer = see_other(request, "/account", notice="Your password was changed, and all other sessions were ended.")
    answer.set_cookie(session_cookie(request), sessions.begin(store, account, at=at), httponly=True, samesite="lax",
                      max_age=int(sessions.WHOLE.total_seconds()), secure=request.url.scheme == "https")
    return answer


@router.post("/appearance", dependencies=[Depends(viewer)])
def change_appearance(request: Request, theme: Annotated[str, Form()] = "",
                      next: Annotated[str, Form()] = "/") -> Response:
    """Show pages dark or light in this browser, or as its system does."""
    answer = see_other(request, local_path(next))
    if theme in APPEARANCES:
        answer.set_cookie(APPEARANCE_COOKIE, theme, max_age=31_536_000, samesite="lax",
                          secure=request.url.scheme == "https")
    else:
        answer.delete_cookie(APPEARANCE_COOKIE)
    return answer


def account_page(request: Request, user: CurrentUser, *, errors: dict[str, str] | None = None, status: int = 200,
                 new_token: str = "") -> Response:
    """Return the page of an account, with a token that is shown this once."""
    with store_of(request).reading() as connection:
        known = [] if user.id is None else tokens(connection, user.id)
    return render(request, "account.html.j2", status=status, errors=errors or {}, tokens=known, new_token=new_token,
                  min_length=passwords.MIN_LENGTH)
