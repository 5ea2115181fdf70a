"""People who may use the page, their sessions and their tokens, as rows; secrets arrive here as hashes only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cx_text.errors import ConfigError, nearest
from cx_text.store.database import log
from cx_text.store.tables import api_tokens, sessions, users

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


class Role(StrEnum):
    """What a person may do; each role may do what those before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, needed: Role) -> bool:
        """Whether who has this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Account:
    """One person; `disabled_at` is when the account was closed, None while it is in use."""

    id: int
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session's times, and whose it is."""

    account: Account
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as its owner sees it; what it is was shown once."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None


def checked_name(name: str) -> str:
    """Return a name as it is stored: in small letters, without blanks around it.

    Raises:
        ConfigError: It is no name.
    """
    folded = name.strip().casefold()
    if not _NAME.fullmatch(folded):
        raise ConfigError(f"{name!r} cannot be the name of an account",
                          next="Use up to 100 letters, digits and . _ @ + -, such as anna or anna@example.com")
    return folded


def checked_role(role: str) -> Role:
    """Return a role by its word.

    Raises:
        ConfigError: There is none of this name.
    """
    try:
        return Role(role)
    except ValueError:
        near = nearest(role, [r.value for r in Role])
        raise ConfigError(f"there is no role {role!r}{f'; {near}' if near else ''}",
                          next="Give one of viewer, editor, admin") from None


def accounts(connection: Connection) -> list[Account]:
    """Return all accounts by name, those that were closed last."""
    rows = connection.execute(select(users).order_by(users.c.disabled_at.is_not(None), users.c.name))
    return [_account(row) for row in rows]


def n_active(connection: Connection, role: Role | None = None) -> int:
    """Return how many accounts are in use, of one role where that is given."""
    query = select(func.count()).select_from(users).where(users.c.disabled_at.is_(None))
    return int(connection.execute(query if role is None else query.where(users.c.role == role.value)).scalar_one())


def account_of(connection: Connection, name: str) -> Account:
    """Return the account of a name, closed ones too.

    Raises:
        ConfigError: There is none.
    """
    folded = name.strip().casefold()
    row = connection.execute(select(users).where(users.c.name == folded)).one_or_none()
    if row is None:
        near = nearest(folded, connection.execute(select(users.c.name)).scalars())
        raise ConfigError(f"there is no account {name!r}{f'; {near}' if near else ''}",
                          next="See them with cx-text users list")
    return _account(row)


def account_by_id(connection: Connection, user_id: int) -> Account:
    """Return an account by its number.

    Raises:
        ConfigError: There is none.
    """
    row = connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise ConfigError("there is no such account", next="Open the page of users anew")
    return _account(row)


def password_hash(connection: Connection, name: str) -> tuple[Account, str] | None:
    """Return the account in use of a name with the hash of its password, None where there is none."""
    row = connection.execute(
        select(users).where(users.c.name == name.strip().casefold(), users.c.disabled_at.is_(None))).one_or_none()
    return None if row is None else (_account(row), row.password_hash)


def add_account(connection: Connection, name: str, role: Role, hashed: str, *, at: datetime, who: str) -> Account:
    """Make an account and return it.

    Args:
        connection: Of a writer.
        name: Its name, in any case.
        role: What the person may do.
        hashed: The hash of the password.
        at: Now, UTC.
        who: Who makes it.

    Raises:
        ConfigError: The name cannot be one, or is taken.
    """
    folded = checked_name(name)
    try:
        with connection.begin_nested():
            connection.execute(insert(users).values(name=folded, role=role.value, password_hash=hashed, created_at=at))
    except IntegrityError:
        raise ConfigError(f"there is an account {folded!r} already",
                          next=f"Give another name, or a new password with cx-text users password {folded}") from None
    log(connection, "user_add", {"name": folded, "role": role.value}, who=who)
    return account_of(connection, folded)


def set_password(connection: Connection, account: Account, hashed: str, *, who: str) -> None:
    """Give an account another password, which ends its sessions."""
    connection.execute(update(users).where(users.c.id == account.id).values(password_hash=hashed))
    end_sessions(connection, account)
    log(connection, "user_password", {"name": account.name}, who=who)


def set_hash(connection: Connection, account: Account, hashed: str) -> None:
    """Store the same password under newer parameters."""
    connection.execute(update(users).where(users.c.id == account.id).values(password_hash=hashed))


def set_role(connection: Connection, account: Account, role: Role, *, who: str) -> None:
    """Give an account another role.

    Raises:
        ConfigError: Nobody would be left who can administer accounts.
    """
    if role is not Role.ADMIN:
        _check_others(connection, account)
    connection.execute(update(users).where(users.c.id == account.id).values(role=role.value))
    log(connection, "user_role", {"name": account.name, "role": role.value}, who=who)


def disable(connection: Connection, account: Account, *, at: datetime, who: str) -> None:
    """Close an account, end its sessions and revoke its tokens; its name stays taken.

    Raises:
        ConfigError: Nobody would be left who can administer accounts.
    """
    _check_others(connection, account)
    connection.execute(update(users).where(users.c.id == account.id, users.c.disabled_at.is_(None))
                       .values(disabled_at=at))
    end_sessions(connection, account)
    connection.execute(update(api_tokens).where(api_tokens.c.user_id == account.id, api_tokens.c.revoked_at.is_(None))
                       .values(revoked_at=at))
    log(connection, "user_disable", {"name": account.name}, who=who)


def enable(connection: Connection, account: Account, *, who: str) -> None:
    """Open a closed account again; its tokens stay revoked."""
    connection.execute(update(users).where(users.c.id == account.id).values(disabled_at=None))
    log(connection, "user_enable", {"name": account.name}, who=who)


def add_session(connection: Connection, digest: bytes, account: Account, *, at: datetime, expires_at: datetime,
                idle_since: datetime) -> None:
    """Store a session by the SHA-256 of its secret, and remove everybody's that are over.

    Args:
        connection: Of a writer.
        digest: 32 bytes.
        account: Whose.
        at: Now, UTC.
        expires_at: When it ends in any case.
        idle_since: Sessions not seen since then are over.
    """
    connection.execute(delete(sessions).where((sessions.c.expires_at <= at) | (sessions.c.seen_at <= idle_since)))
    connection.execute(insert(sessions).values(digest=digest, user_id=account.id, created_at=at, seen_at=at,
                                               expires_at=expires_at))


def session(connection: Connection, digest: bytes) -> StoredSession | None:
    """Return a session of an account in use by the SHA-256 of its secret, also one that is over."""
    row = connection.execute(
        select(users, sessions.c.created_at.label("began_at"), sessions.c.seen_at, sessions.c.expires_at)
        .join(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.digest == digest, users.c.disabled_at.is_(None))).one_or_none()
    return None if row is None else StoredSession(_account(row), row.began_at, row.seen_at, row.expires_at)


def touch_session(connection: Connection, digest: bytes, *, at: datetime) -> None:
    """Note that a session was seen."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=at))


def end_session(connection: Connection, digest: bytes) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def end_sessions(connection: Connection, account: Account) -> None:
    """End all sessions of an account."""
    connection.execute(delete(sessions).where(sessions.c.user_id == account.id))


def add_token(connection: Connection, digest: bytes, account: Account, name: str, scopes: Sequence[str], *,
              at: datetime) -> None:
    """Store an API token by its SHA-256.

    Args:
        connection: Of a writer.
        digest: 32 bytes.
        account: Whose.
        name: What its owner calls it.
        scopes: "read", or "read" and "write".
        at: Now, UTC.
    """
    connection.execute(insert(api_tokens).values(user_id=account.id, name=name, digest=digest, scopes=list(scopes),
                                                 created_at=at))
    log(connection, "token_add", {"name": name, "scopes": list(scopes)}, who=account.name)


def tokens(connection: Connection, user_id: int) -> list[ApiToken]:
    """Return a person's tokens that work, the newest first."""
    rows = connection.execute(select(api_tokens).where(
        api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None)).order_by(api_tokens.c.id.desc()))
    return [_token(row) for row in rows]


def token(connection: Connection, digest: bytes) -> tuple[Account, ApiToken] | None:
    """Return whose a token is, by its SHA-256; None where it is unknown, revoked, or of a closed account."""
    row = connection.execute(select(api_tokens).where(
        api_tokens.c.digest == digest, api_tokens.c.revoked_at.is_(None))).one_or_none()
    if row is None:
        return None
    account = account_by_id(connection, row.user_id)
    return None if account.disabled_at else (account, _token(row))


def touch_token(connection: Connection, token_id: int, *, at: datetime) -> None:
    """Note that a token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=at))


def revoke_token(connection: Connection, account: Account, token_id: int, *, at: datetime) -> None:
    """Revoke a token of a person; one of somebody else stays as it is."""
    done = connection.execute(update(api_tokens).where(
        api_tokens.c.id == token_id, api_tokens.c.user_id == account.id, api_tokens.c.revoked_at.is_(None))
        .values(revoked_at=at))
    if done.rowcount:
        log(connection, "token_revoke", {"token": token_id}, who=account.name)


def _check_others(connection: Connection, account: Account) -> None:
    """Refuse what would leave nobody who can administer accounts."""
    if account.role is Role.ADMIN and account.disabled_at is None and n_active(connection, Role.ADMIN) == 1:
        raise ConfigError(f"{account.name} is the only admin", next="Make another admin first")


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.id, row.name, Role(row.role), row.created_at, row.disabled_at)


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    return ApiToken(row.id, row.name, tuple(row.scopes), row.created_at, row.used_at)
