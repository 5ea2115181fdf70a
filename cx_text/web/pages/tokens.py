"""API tokens of who asks: made, shown once, revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.store.accounts import Account, account_by_id, revoke_token
from cx_text.store.database import Store
from cx_text.web import sessions
from cx_text.web.pages.accounts import Viewer, account_page
from cx_text.web.people import CurrentUser
from cx_text.web.rendering import see_other
from cx_text.web.settings import store_of

router = APIRouter()
_LONGEST_NAME = 100


@router.post("/account/tokens")
def add_token(request: Request, user: Viewer, name: Annotated[str, Form()] = "",
              scope: Annotated[str, Form()] = "read") -> Response:
    """Make a token and show it once."""
    store, called = store_of(request), name.strip()
    if not 0 < len(called) <= _LONGEST_NAME:
        return account_page(request, user, status=422, errors={
            "token": f"Give it a name of up to {_LONGEST_NAME} characters, so that you know later what uses it."})
    token = sessions.new_token(store, _own(store, user), called, may_write=scope == "write", at=datetime.now(UTC))
    return account_page(request, user, new_token=token)


@router.post("/account/tokens/{token_id}/revoke")
def revoke(request: Request, user: Viewer, token_id: int) -> Response:
    """Revoke one of the own tokens."""
    store = store_of(request)
    account = _own(store, user)
    with store.writing() as connection:
        revoke_token(connection, account, token_id, at=datetime.now(UTC))
    return see_other(request, "/account", notice="The token was revoked.")


def _own(store: Store, user: CurrentUser) -> Account:
    if user.id is None:
        raise ConfigError("nobody logs in here, so there are no tokens", next="Programs on this machine need none")
    with store.reading() as connection:
        return account_by_id(connection, user.id)
