"""Forget: what a person wrote goes, wherever it lies in the store; that it happened is written down."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, text, tuple_, update

from cx_text.errors import ConfigError
from cx_text.store.database import Store, log
from cx_text.store.quotes import remove_quotes, words_of
from cx_text.store.tables import (
    audit_answers,
    audit_items,
    brand_mentions,
    case_notes,
    cases,
    codeframes,
    comment_segments,
    comment_versions,
    comments,
    corrections,
    decisions,
    opinions,
    proposals,
    records,
    redactions,
    tags,
    vault,
)

_AT_ONCE = 1000  # ids in one statement; SQLite allows 32,766 variables
# Each row of these belongs to one comment; those that others refer to come last.
_OF_COMMENTS = (opinions, brand_mentions, tags, redactions, vault, comment_segments, comment_versions, corrections,
                audit_items, cases)
_WRITTEN_OVER = (*(table.name for table in (*_OF_COMMENTS, audit_answers, case_notes, codeframes, proposals, decisions,
                                            records, comments)), "comment_words")
_NOTHING: dict[str, Any] = {"received_at": None, "question": None, "author": None, "nps_score": None, "rating": None,
            "rating_lowest": None, "rating_highest": None, "verbatim": "", "segments": {}, "measures": {}, "url": None,
            "content_digest": b"", "record_id": None}


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


def find_older(store: Store, before: datetime) -> list[int]:
    """Return the comments that are older than a time, blank ones too: their ids in the store. It reads every comment.

    The age is that of the version that stands: since it was received, else since it was stored.

    Args:
        store: Where they are.
        before: With its zone.
    """
    with store.reading() as connection:
        return _found(connection, func.coalesce(comments.c.received_at, comments.c.stored_at) < before)


def forget(store: Store, ids: Sequence[int], *, how: str) -> Forgotten:
    """Erase comments with all that was read in them, whole or not at all, and write down that it happened.

    Their keys stay, without anything else, so that no later import brings them back. What was done about them goes
    too (corrections, judgements of audits, cases with their notes), and their words where codeframes and decisions
    quote them. On SQLite the file is written anew, so that nothing is left in it: as much room as the store takes is
    needed for a moment, and nobody else can write meanwhile. On PostgreSQL the tables are vacuumed.

    Args:
        store: Where they are.
        ids: Their ids in the store.
        how: How they were named, for the log: "author", "comment" or "age".

    Raises:
        OutputError: The store cannot be written to.
    """
    with store.writing() as connection:
        n_versions = erase(connection, ids, how=how)
    return Forgotten(len(ids), n_versions, _overwrite(store))


def erase(connection: Connection, ids: Sequence[int], *, how: str) -> int:
    """Erase comments in the caller's transaction, and return how many older versions they had.

    As `forget`, but for what is left of them in free pages of the file and in indexes, until the next `forget`.

    Args:
        connection: Of a writer.
        ids: Their ids in the store.
        how: How they were named, for the log.
    """
    n_versions, said = 0, set[str]()
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first:first + _AT_ONCE]
        said |= words_of(connection, some)
        n_versions += _erase(connection, some)
    remove_quotes(connection, said)
    log(connection, "forget", {"by": how, "comments": len(ids), "older_versions": n_versions})
    return n_versions


def _erase(connection: Connection, ids: Sequence[int]) -> int:
    """Erase some comments, and return how many older versions they had."""
    theirs = select(cases.c.id).where(cases.c.comment_id.in_(ids))
    connection.execute(delete(case_notes).where(case_notes.c.case_id.in_(theirs)))
    judged = select(audit_items.c.audit_id, audit_items.c.place).where(audit_items.c.comment_id.in_(ids))
    connection.execute(delete(audit_answers).where(
        tuple_(audit_answers.c.audit_id, audit_answers.c.place).in_(judged)))
    n_erased = {table.name: connection.execute(delete(table).where(table.c.comment_id.in_(ids))).rowcount
                for table in _OF_COMMENTS}
    # A record holds the words of all that its customer was asked: it goes whole.
    connection.execute(delete(records).where(records.c.id.in_(
        select(comments.c.record_id).where(comments.c.id.in_(ids)))))
    connection.execute(update(comments).where(comments.c.id.in_(ids)).values(**_NOTHING, deleted_at=datetime.now(UTC)))
    return n_erased[comment_versions.name]


def _found(connection: Connection, condition: ColumnElement[bool]) -> list[int]:
    return list(connection.execute(select(comments.c.id).where(condition, comments.c.deleted_at.is_(None))
                                   .order_by(comments.c.id)).scalars())


def _overwrite(store: Store) -> bool:
    """Take what was removed out of the files, and return whether that is done.

    `secure_delete` overwrites what is removed, but not copies that SQLite left behind when it moved entries between
    pages, and not the journal; VACUUM and an emptied journal do. The index of the words only notes that an entry is
    gone, until its parts are made one. PostgreSQL's statistics hold words of the columns, so they are made anew.
    """
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in _WRITTEN_OVER:
                connection.execute(text(f"VACUUM (ANALYZE) {name}"))
        return True
    raw = store.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("INSERT INTO comment_words(comment_words) VALUES ('optimize')")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, *_ = cursor.fetchone() or (1,)
        return not is_busy
    except sqlite3.OperationalError:  # no room to write the file anew, or another process writes
        return False
    finally:
        raw.close()
