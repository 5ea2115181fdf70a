"""Passwords: argon2id with the parameters that its library recommends, and what a password has to be."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cx_text.errors import ConfigError

MIN_LENGTH, MAX_LENGTH = 12, 1024  # characters; NIST SP 800-63B asks for length, and for no rules beyond it
_HASHER = PasswordHasher()
# Each takes 64 MiB for a moment: a hundred logins at once must not take the machine's memory.
_AT_ONCE = threading.Semaphore(2)


def checked(password: str, *, name: str = "") -> str:
    """Return a password that may be used.

    Raises:
        ConfigError: It is too short, too long, or the account's own name.
    """
    if len(password) < MIN_LENGTH:
        raise ConfigError(f"the password has {len(password)} characters", next=f"Use at least {MIN_LENGTH}")
    if len(password) > MAX_LENGTH:
        raise ConfigError(f"the password has {len(password):,} characters", next=f"Use at most {MAX_LENGTH:,}")
    if name and password.strip().casefold() == name.casefold():
        raise ConfigError("the password is the name of the account", next="Use another one")
    return password


def hashed(password: str) -> str:
    """Return the argon2id hash of a password, with its parameters and salt in it; it takes some 50 ms."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def is_right(password: str, known: str | None) -> bool:
    """Whether a password is the one of a hash; it takes as long where there is no account, and so no hash."""
    with _AT_ONCE:
        try:
            _HASHER.verify(_of_nobody() if known is None else known, _normal(password[:MAX_LENGTH]))
        except (VerificationError, InvalidHashError):
            return False
    return known is not None


def is_outdated(known: str) -> bool:
    """Whether a hash was made with other parameters than are recommended now."""
    return _HASHER.check_needs_rehash(known)


@cache
def _of_nobody() -> str:
    return _HASHER.hash("a password that nobody has")


def _normal(password: str) -> str:
    """Return the same characters however a keyboard put them together."""
    return unicodedata.normalize("NFKC", password)
