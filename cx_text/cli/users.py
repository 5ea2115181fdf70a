"""`cx-text users`: who may log in to the page."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cx_text.cli.import_export import Place

PASSWORD_VARIABLE = "CX_TEXT_PASSWORD"  # noqa: S105  a name

users = typer.Typer(help="Make, list and close the accounts of the page (cx-text serve).", no_args_is_help=True,
                    rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="Name of the account, such as anna or anna@example.com.")]


@users.command("add")
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="viewer reads; editor also corrects and imports; admin also manages "
                                      "accounts.")] = "viewer",
    store: Place = None,
) -> None:
    """Make an account; the password is asked for, or taken from CX_TEXT_PASSWORD."""
    from datetime import UTC, datetime

    from cx_text.store.accounts import add_account, checked_name, checked_role
    from cx_text.store.database import machine_user
    from cx_text.store.opening import open_store
    from cx_text.web.passwords import hashed

    folded, wanted = checked_name(name), checked_role(role)
    with open_store(store) as opened:
        password = hashed(asked_password(folded))
        with opened.writing() as connection:
            add_account(connection, folded, wanted, password, at=datetime.now(UTC), who=machine_user())
    typer.echo(f"{folded} can log in, as {wanted.value}.")


@users.command("list")
def list_users(store: Place = None) -> None:
    """List the accounts with their roles."""
    from cx_text.store.accounts import accounts
    from cx_text.store.opening import open_store

    with open_store(store) as opened, opened.reading() as connection:
        everybody = accounts(connection)
    width = max((len(one.name) for one in everybody), default=0)
    for one in everybody:
        state = f"closed {one.disabled_at:%Y-%m-%d}" if one.disabled_at else f"since {one.created_at:%Y-%m-%d}"
        typer.echo(f"{one.name:<{width}}  {one.role.value:<6}  {state}")
    if not everybody:
        typer.echo("There are no accounts. Make one: cx-text users add NAME --role admin")


@users.command("password")
def set_password(name: Name, store: Place = None) -> None:
    """Give an account another password, which ends its sessions; asked for, or taken from CX_TEXT_PASSWORD."""
    from cx_text.store import accounts
    from cx_text.store.database import machine_user
    from cx_text.store.login_limits import forget_failures
    from cx_text.store.opening import open_store
    from cx_text.web.passwords import hashed

    with open_store(store) as opened:
        with opened.reading() as connection:
            account = accounts.account_of(connection, name)
        password = hashed(asked_password(account.name))
        with opened.writing() as connection:
            accounts.set_password(connection, account, password, who=machine_user())
            forget_failures(opened, connection, account.name)
    typer.echo(f"{account.name} has another password and was logged out.")


@users.command("disable")
def disable(name: Name, store: Place = None) -> None:
    """Close an account, end its sessions and revoke its tokens; its name stays taken."""
    from datetime import UTC, datetime

    from cx_text.store import accounts
    from cx_text.store.database import machine_user
    from cx_text.store.opening import open_store

    with open_store(store) as opened, opened.writing() as connection:
        account = accounts.account_of(connection, name)
        accounts.disable(connection, account, at=datetime.now(UTC), who=machine_user())
    typer.echo(f"{account.name} cannot log in any more.")


def asked_password(name: str) -> str:
    """Return the password that CX_TEXT_PASSWORD holds, else the one that is typed twice, unseen.

    Raises:
        ConfigError: It cannot be used, the two are not the same, or there is no terminal to ask on.
    """
    import getpass
    import sys

    from cx_text.errors import ConfigError
    from cx_text.web.passwords import checked

    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return checked(given, name=name)
    if not sys.stdin.isatty():
        raise ConfigError("there is no terminal to ask for the password on", next=f"Set {PASSWORD_VARIABLE} to it")
    password = checked(getpass.getpass(f"Password for {name}: "), name=name)
    if getpass.getpass("Once more: ") != password:
        raise ConfigError("the two passwords are not the same", next="Try again")
    return password
