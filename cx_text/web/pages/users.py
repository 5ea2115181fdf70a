"""Everybody's accounts, for admins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.store import accounts
from cx_text.store.accounts import Role, account_by_id, checked_role
from cx_text.store.login_limits import forget_failures
from cx_text.web import passwords
from cx_text.web.people import CurrentUser, admin
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import store_of

router = APIRouter(prefix="/users")
Admin = Annotated[CurrentUser, Depends(admin)]


@router.get("", dependencies=[Depends(admin)])
def show_users(request: Request) -> Response:
    """Show all accounts."""
    return _page(request)


@router.post("")
def add(request: Request, user: Admin, name: Annotated[str, Form()] = "", role: Annotated[str, Form()] = "viewer",
        password: Annotated[str, Form()] = "") -> Response:
    """Make an account."""
    store = store_of(request)
    try:
        folded, wanted = accounts.checked_name(name), checked_role(role)
    except ConfigError as error:
        return _page(request, status=422, errors={"name": str(error)}, name=name, role=role)
    try:
        hashed = passwords.hashed(passwords.checked(password, name=folded))
    except ConfigError as error:
        return _page(request, status=422, errors={"password": str(error)}, name=name, role=role)
    try:
        with store.writing() as connection:
            accounts.add_account(connection, folded, wanted, hashed, at=datetime.now(UTC), who=user.name)
    except ConfigError as error:
        return _page(request, status=422, errors={"name": f"{error.what}."}, name=name, role=role)
    return see_other(request, "/users", notice=f"{folded} can log in now.")


@router.get("/{user_id}", dependencies=[Depends(admin)])
def show_user(request: Request, user_id: int) -> Response:
    """Show one account, with what can be changed of it."""
    return _user_page(request, user_id)


@router.post("/{user_id}/role")
def change_role(request: Request, user: Admin, user_id: int, role: Annotated[str, Form()]) -> Response:
    """Give an account another role."""
    wanted = checked_role(role)
    with store_of(request).writing() as connection:
        account = account_by_id(connection, user_id)
        accounts.set_role(connection, account, wanted, who=user.name)
    return see_other(request, "/users", notice=f"{account.name} is {wanted.value} now.")


@router.post("/{user_id}/password")
def change_password(request: Request, user: Admin, user_id: int, password: Annotated[str, Form()] = "") -> Response:
    """Give an account another password, which ends its sessions."""
    store = store_of(request)
    with store.reading() as connection:
        account = account_by_id(connection, user_id)
    try:
        hashed = passwords.hashed(passwords.checked(password, name=account.name))
    except ConfigError as error:
        return _user_page(request, user_id, status=422, errors={"password": str(error)})
    with store.writing() as connection:
        accounts.set_password(connection, account, hashed, who=user.name)
        forget_failures(store, connection, account.name)
    return see_other(request, "/users", notice=f"{account.name} has another password and was logged out.")


@router.post("/{user_id}/disable")
def disable(request: Request, user: Admin, user_id: int) -> Response:
    """Close an account."""
    with store_of(request).writing() as connection:
        account = account_by_id(connection, user_id)
        accounts.disable(connection, account, at=datetime.now(UTC), who=user.name)
    return see_other(request, "/users", notice=f"{account.name} cannot log in any more.")


@router.post("/{user_id}/enable")
def enable(request: Request, user: Admin, user_id: int) -> Response:
    """Open a closed account again."""
    with store_of(request).writing() as connection:
        account = account_by_id(connection, user_id)
        accounts.enable(connection, account, who=user.name)
    return see_other(request, "/users", notice=f"{account.name} can log in again.")


def _user_page(request: Request, user_id: int, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    with store_of(request).reading() as connection:
        account = account_by_id(connection, user_id)
    return render(request, "user.html.j2", status=status, account=account, roles=_roles(), errors=errors or {},
                  min_length=passwords.MIN_LENGTH)


def _roles() -> list[tuple[str, str]]:
    return [(Role.VIEWER, "viewer: reads"), (Role.EDITOR, "editor: also corrects and imports"),
            (Role.ADMIN, "admin: also manages accounts")]


def _page(request: Request, *, status: int = 200, errors: dict[str, str] | None = None, name: str = "",
          role: str = "viewer") -> Response:
    with store_of(request).reading() as connection:
        everybody = accounts.accounts(connection)
    return render(request, "users.html.j2", status=status, accounts=everybody, roles=_roles(), errors=errors or {},
                  name=name, role=role, min_length=passwords.MIN_LENGTH)
