"""Who is logged in: secrets that a browser or a program keeps, of which the store has the SHA-256."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from cx_text.errors import OutputError
from cx_text.store import accounts
from cx_text.store.accounts import Account, Role
from cx_text.store.database import Store

IDLE, WHOLE = timedelta(hours=12), timedelta(days=7)
# Not at each request: a reader's page should not have to wait for who writes.
_TOUCH_AFTER = timedelta(minutes=5)
TOKEN_PREFIX = "cxt_"  # noqa: S105  what a token begins with, for scanners of secrets to know


def begin(store: Store, account: Account, *, at: datetime) -> str:
    """Begin a session and return its secret, 43 characters that stand for 32 random bytes.

    Raises:
        OutputError: The store cannot be written to.
    """
    secret = secrets.token_urlsafe(32)
    with store.writing() as connection:
        accounts.add_session(connection, _digest(secret), account, at=at, expires_at=at + WHOLE, idle_since=at - IDLE)
    return secret


def whose(store: Store, secret: str, *, at: datetime) -> Account | None:
    """Return who a session belongs to; None where it is unknown, over, or of a closed account."""
    digest = _digest(secret)
    with store.reading() as connection:
        found = accounts.session(connection, digest)
    if found is None or at >= found.expires_at or at - found.seen_at >= IDLE:
        return None
    if at - found.seen_at >= _TOUCH_AFTER:
        with suppress(OutputError), store.writing() as connection:  # who writes longer than we wait does no harm here
            accounts.touch_session(connection, digest, at=at)
    return found.account


def end(store: Store, secret: str) -> None:
    """End a session."""
    with store.writing() as connection:
        accounts.end_session(connection, _digest(secret))


def new_token(store: Store, account: Account, name: str, *, may_write: bool, at: datetime) -> str:
    """Make an API token and return it; it cannot be shown again."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    with store.writing() as connection:
        accounts.add_token(connection, _digest(token), account, name, ("read", "write") if may_write else ("read",),
                           at=at)
    return token


def whose_token(store: Store, token: str, *, at: datetime) -> tuple[Account, Role] | None:
    """Return who a token belongs to and what it may do: at most what its owner may, and never administer."""
    if not token.startswith(TOKEN_PREFIX):
        return None
    with store.reading() as connection:
        found = accounts.token(connection, _digest(token))
    if found is None:
        return None
    account, known = found
    if known.used_at is None or at - known.used_at >= _TOUCH_AFTER:
        with suppress(OutputError), store.writing() as connection:
            accounts.touch_token(connection, known.id, at=at)
    widest = Role.EDITOR if "write" in known.scopes else Role.VIEWER
    return account, min(account.role, widest, key=list(Role).index)


def form_token(store: Store, secret: str) -> str:
    """Return what forms carry to show that our own page sent them: a keyed digest of a secret of the browser."""
    return store.digest(b"form " + secret.encode()).hex()


def is_form_token(store: Store, secret: str, given: str) -> bool:
    """Whether a form carries what `form_token` gave."""
    return compare_digest(form_token(store, secret).encode(), given.encode())


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
