"""Types of columns that hold the same on SQLite and PostgreSQL: words of any kind, and times in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

# PostgreSQL refuses NUL and neither database takes half a surrogate pair; people's exports have both.
_MARK = "\ue01b"  # of the private use area, where no character is anybody's
_REFUSED = re.compile(f"[\0\ud800-\udfff{_MARK}]")
_MARKED = re.compile(f"{_MARK}([0-9a-f]{{4}})")


class Words(TypeDecorator[str]):
    """Text that comes back exactly as it was given, whatever it holds.

    NUL, lone surrogates and the mark itself lie in the database as the mark U+E01B and four hexadecimal digits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored."""
        del dialect
        return None if value is None else _REFUSED.sub(lambda m: f"{_MARK}{ord(m[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what was given."""
        del dialect
        return None if value is None else as_given(value)


def as_given(stored: str) -> str:
    """Return the words that lie in a database as `Words` stores them."""
    return _MARKED.sub(lambda m: chr(int(m[1], 16)), stored) if _MARK in stored else stored


class UtcTime(TypeDecorator[datetime]):
    """A time with its zone, which is always UTC; SQLite keeps none, so it is left out there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what is stored.

        Raises:
            ValueError: The time has no zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
