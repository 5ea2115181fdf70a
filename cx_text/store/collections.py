"""How far each source is: where its next look begins, what the last one brought, and what went wrong in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, func, insert, select, text, update

from cx_text.measures import MeasureColumn
from cx_text.store.database import Store
from cx_text.store.tables import collections, comments, imports

_LOCK_SPACE = 7_262_021  # of PostgreSQL's advisory locks: the first of two numbers


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one part of a source is.

    `cursor`: what `cx_text.collecting` keeps of a look. `counts`: of the last look, by name. `import_id`: of the last
    look that brought something. `finished_at`: of the last look that came to its end.
    `not_before`: the platform asked to be left alone until then. `error`: why the last look stopped, in one line.
    """

    source: str
    part: str
    cursor: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    import_id: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    not_before: datetime | None = None
    error: str | None = None


_FIELDS = tuple(Standing.__dataclass_fields__)


def standing_of(connection: Connection, source: str, part: str) -> Standing:
    """Return how far a part of a source is; one that was never looked at has no times."""
    row = connection.execute(select(*(collections.c[name] for name in _FIELDS)).where(
        collections.c.source == source, collections.c.part == part)).one_or_none()
    return Standing(source, part) if row is None else Standing(*row)


def all_standing(connection: Connection) -> list[Standing]:
    """Return how far all parts of all sources are, by source and part."""
    rows = connection.execute(select(*(collections.c[name] for name in _FIELDS))
                              .order_by(collections.c.source, collections.c.part))
    return [Standing(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """How far a source is, all its parts together; times are UTC.

    `looked_at`: when the last look ended. `newest_at`: the newest record that an ended look has seen. `is_under_way`: a
    look was begun and has not ended. `errors`: why looks at its parts stopped, each in one line. `not_before`: the
    platform asked to be left alone until then.
    """

    source: str
    looked_at: datetime | None
    newest_at: datetime | None
    is_under_way: bool
    errors: tuple[str, ...]
    not_before: datetime | None


def sources_standing(connection: Connection) -> list[SourceStanding]:
    """Return how far all sources are that were ever looked at, by name."""
    parts: dict[str, list[Standing]] = {}
    for one in all_standing(connection):
        parts.setdefault(one.source, []).append(one)
    return [SourceStanding(
        source, max((one.finished_at for one in those if one.finished_at), default=None),
        max((datetime.fromisoformat(until) for one in those if (until := one.cursor.get("until"))), default=None),
        any(one.cursor.get("place") is not None for one in those),
        tuple(dict.fromkeys(one.error for one in those if one.error)),
        max((one.not_before for one in those if one.not_before), default=None)) for source, those in parts.items()]


def comments_by_source(connection: Connection) -> dict[str, int]:
    """Return how many comments each source has, forgotten ones not counted; it looks at the index of each."""
    rows = connection.execute(select(comments.c.source, func.count().label("n")).where(comments.c.deleted_at.is_(None))
                              .group_by(comments.c.source))
    return {row.source: row.n for row in rows}


def keep_standing(connection: Connection, standing: Standing) -> None:
    """Write down how far a part of a source is, in the caller's transaction."""
    values = {name: getattr(standing, name) for name in _FIELDS}
    values |= {"cursor": dict(standing.cursor), "counts": dict(standing.counts)}
    is_one = collections.c.source == standing.source, collections.c.part == standing.part
    if connection.execute(update(collections).where(*is_one).values(values)).rowcount == 0:
        connection.execute(insert(collections).values(values))


def begin_look(connection: Connection, source: str, platform: str, at: datetime, *, is_masked: bool,
               measures: Sequence[MeasureColumn] = ()) -> int:
    """Return the id of an import for what a look brings; its counts are kept by `count_look`.

    Args:
        connection: Of a writer.
        source: The source's name.
        platform: Where it is.
        at: When the look began (UTC).
        is_masked: Whether personal data is masked.
        measures: What its comments measure.
    """
    unlike_any = hashlib.sha256(f"{source} {at.isoformat()}".encode()).hexdigest()
    told = [{"measure": one.measure, "column": one.column, "scale": str(one.scale) if one.scale else None}
            for one in measures]
    return int(connection.execute(insert(imports).values(
        source=source, file_name=platform, n_bytes=0, sha256=unlike_any, started_at=at,
        plan={"verbatims": ["record"], "platform": platform, "measures": told}, options={"redact": is_masked},
        counts={}).returning(imports.c.id)).scalar_one())


def count_look(connection: Connection, import_id: int, n_records: int, comments: Mapping[str, int],
               ledger: Mapping[str, int]) -> None:
    """Write down what a look has brought so far; it may be stopped after each page, and is whole as it is."""
    told = {"rows": n_records, "comments": dict(comments), "ledger": dict(ledger), "ledger_of": import_id}
    connection.execute(update(imports).where(imports.c.id == import_id)
                       .values(counts=told, finished_at=datetime.now(UTC)))


@contextmanager
def held(store: Store, name: str) -> Iterator[bool]:
    """Give whether the caller alone does something for as long as the block lasts; a process that dies lets go.

    On SQLite a file in a folder beside the store is locked, on PostgreSQL an advisory lock of the session is taken.

    Args:
        store: In which it is done.
        name: What is done; in one store it is done once at a time.
    """
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], signed=True)
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            both = {"space": _LOCK_SPACE, "number": number}
            is_held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:space, :number)"), both).scalar_one())
            try:
                yield is_held
            finally:
                if is_held:
                    connection.execute(text("SELECT pg_advisory_unlock(:space, :number)"), both)
        return
    folder = Path(f"{store.place}-locks")
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = FileLock(folder / f"{number & 0xFFFFFFFF:08x}", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
