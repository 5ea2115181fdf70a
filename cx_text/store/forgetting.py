"""Forget: what a person wrote goes, wherever it lies in the store; that it happened is written down."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select, text, update

from cx_text.errors import ConfigError
from cx_text.store.database import Store, log
from cx_text.store.tables import (
    brand_mentions,
    comment_segments,
    comment_versions,
    comments,
    opinions,
    redactions,
    tags,
    vault,
)

_AT_ONCE = 1000  # ids in one statement; SQLite allows 32,766 variables
# Each row of these belongs to one comment; those that others refer to come last.
_OF_COMMENTS = (opinions, brand_mentions, tags, redactions, vault, comment_segments, comment_versions)
_NOTHING: dict[str, Any] = {"received_at": None, "question": None, "author": None, "nps_score": None, "rating": None,
            "rating_lowest": None, "rating_highest": None, "verbatim": "", "segments": {}, "measures": {}, "url": None,
            "content_digest": b""}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased. `is_overwritten`: no trace is left in the files of the store, as far as they are ours."""

    n_comments: int
    n_versions: int  # older ones
    is_overwritten: bool


def find_author(store: Store, customer: str) -> list[int]:
    """Return the comments of a customer, by the customer's own key: their ids in the store.

    A comment counts as theirs also where only an older version of it is.
    """
    pseudonym = store.pseudonym(customer)
    older = select(comment_versions.c.comment_id).where(comment_versions.c.author == pseudonym)
    with store.reading() as connection:
        return _found(connection, or_(comments.c.author == pseudonym, comments.c.id.in_(older)))


def find_comment(store: Store, name: str) -> list[int]:
    """Return the comments of a name, as results have it: source, colon, the answer's own id.

    Where an answer had several columns of words, its comments have ":1", ":2" behind; without that, all are meant.

    Raises:
        ConfigError: It has no colon.
    """
    parts = [(name[:at], name[at + 1:]) for at, character in enumerate(name) if character == ":"]
    if not parts:
        raise ConfigError(f"{name!r} is no comment's id", next="Give source and id, such as survey:R-10001")
    with store.reading() as connection:
        exact = _found(connection, or_(*((comments.c.source == source) & (comments.c.key == key)
                                         for source, key in parts)))
        if exact:
            return exact
        near = connection.execute(
            select(comments.c.id, comments.c.source, comments.c.key).where(comments.c.deleted_at.is_(None), or_(
                *((comments.c.source == source) & comments.c.key.startswith(f"{key}:", autoescape=True)
                  for source, key in parts))).order_by(comments.c.id)).all()
    return [row.id for row in near if f"{row.source}:{row.key}".removeprefix(f"{name}:").isdecimal()]


def forget(store: Store, ids: Sequence[int], *, how: str) -> Forgotten:
    """Erase comments with all that was read in them, whole or not at all, and write down that it happened.

    Their keys stay, without anything else, so that no later import brings them back. On SQLite the file is written
    anew, so that nothing is left in it: as much room as the store takes is needed for a moment, and nobody else can
    write meanwhile. On PostgreSQL the tables are vacuumed.

    Args:
        store: Where they are.
        ids: Their ids in the store.
        how: How they were named, for the log: "author" or "comment".

    Raises:
        OutputError: The store cannot be written to.
    """
    n_versions = 0
    with store.writing() as connection:
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first:first + _AT_ONCE]
            for table in _OF_COMMENTS:
                n_erased = connection.execute(delete(table).where(table.c.comment_id.in_(some))).rowcount
                n_versions += n_erased if table is comment_versions else 0
            connection.execute(update(comments).where(comments.c.id.in_(some))
                               .values(**_NOTHING, deleted_at=datetime.now(UTC)))
        log(connection, "forget", {"by": how, "comments": len(ids), "older_versions": n_versions})
    return Forgotten(len(ids), n_versions, _overwrite(store))


def _found(connection: Connection, condition: ColumnElement[bool]) -> list[int]:
    return list(connection.execute(select(comments.c.id).where(condition, comments.c.deleted_at.is_(None))
                                   .order_by(comments.c.id)).scalars())


def _overwrite(store: Store) -> bool:
    """Take what was removed out of the files, and return whether that is done.

    `secure_delete` overwrites what is removed, but not copies that SQLite left behind when it moved entries between
    pages, and not the journal; VACUUM and an emptied journal do.
    """
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (*_OF_COMMENTS, comments):
                connection.execute(text(f"VACUUM {table.name}"))
        return True
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, *_ = cursor.fetchone() or (1,)
        return not is_busy
    except sqlite3.OperationalError:  # no room to write the file anew, or another process writes
        return False
    finally:
        raw.close()
