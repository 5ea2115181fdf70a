"""Imports: what was read, when, how, what became of its rows, and of two imports alike only one ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, insert, select, update

from cx_text.sources.rows import LedgerEntry
from cx_text.store.tables import comments, imports, ledger


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What an import reads and how: two that agree in `source`, `sha256`, `plan` and `options` read the same."""

    source: str
    file_name: str
    n_bytes: int
    sha256: str
    plan: Mapping[str, Any]
    options: Mapping[str, Any]


def begin(connection: Connection, facts: ImportFacts) -> tuple[int, bool]:
    """Write down that an import begins; return its id, and whether its ledger has to be written.

    It has not where the same was imported before, to the end: the ledger would be the same.
    """
    row = {**asdict(facts), "plan": _plain(facts.plan), "options": _plain(facts.options)}
    found = connection.execute(insert(imports).values(**row, started_at=datetime.now(UTC)).returning(imports.c.id))
    import_id = found.scalar_one()
    return import_id, _whole_twin(connection, import_id) is None


def add_entries(connection: Connection, import_id: int, entries: Sequence[LedgerEntry]) -> None:
    """Add entries to the ledger of an import."""
    # int: SQLite takes a number of numpy for its bytes
    rows = [{"import_id": import_id, "row": int(cast("int", entry.row)), "column": entry.question or "",
             "outcome": entry.outcome.value, "reason": entry.reason} for entry in entries]
    if rows:
        connection.execute(insert(ledger), rows)


def finish(connection: Connection, import_id: int, counts: Mapping[str, Any]) -> None:
    """Write down that an import is whole, with its counts, and leave one ledger of all that read the same.

    That is the ledger of the first one that is whole: `counts["ledger_of"]`. Those that were stopped, or run at this
    moment, lose what they have of it; one that still runs will find this one when it ends.
    """
    whole = _whole_twin(connection, import_id)
    superfluous = [import_id] if whole is not None else [row.id for row in _twins(connection, import_id)]
    connection.execute(delete(ledger).where(ledger.c.import_id.in_(superfluous)))
    told = {**counts, "ledger_of": import_id if whole is None else whole}
    connection.execute(update(imports).where(imports.c.id == import_id)
                       .values(finished_at=datetime.now(UTC), counts=_plain(told)))


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import as it is kept; `finished_at` is None while it goes on, and stays so where it was stopped."""

    id: int
    source: str
    file_name: str
    n_bytes: int
    sha256: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, Any] | None


def all_imports(connection: Connection) -> list[ImportRow]:
    """Return all imports, the newest first."""
    wanted = [imports.c[field.name] for field in fields(ImportRow)]
    return [ImportRow(*row) for row in connection.execute(select(*wanted).order_by(imports.c.id.desc()))]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in what was imported: the file, the row's number and the column."""

    file_name: str
    row: int
    column: str


def places_of(connection: Connection, ids: Sequence[int]) -> dict[int, Place]:
    """Return where comments came from: comment's id → its place. One query; 1,000 ids at most."""
    rows = connection.execute(select(comments.c.id, imports.c.file_name, comments.c.row, comments.c.column)
                              .join(imports, imports.c.id == comments.c.import_id).where(comments.c.id.in_(ids)))
    return {row.id: Place(row.file_name, row.row, row.column) for row in rows}


def all_entries(connection: Connection, portion: int = 5000) -> Iterator[list[tuple[Place, str, str]]]:
    """Yield all rows that became no comment, in portions, by import and row: place, outcome, reason."""
    after = 0
    query = (select(ledger.c.id, imports.c.file_name, ledger.c.row, ledger.c.column, ledger.c.outcome, ledger.c.reason)
             .join(imports, imports.c.id == ledger.c.import_id).order_by(ledger.c.id).limit(portion))
    while rows := connection.execute(query.where(ledger.c.id > after)).all():
        yield [(Place(row.file_name, row.row, row.column), row.outcome, row.reason) for row in rows]
        after = rows[-1].id


def _twins(connection: Connection, import_id: int) -> list[Any]:
    """Return the other imports that read the same in the same way, the first one first."""
    own = connection.execute(select(imports).where(imports.c.id == import_id)).one()
    alike = connection.execute(select(imports).where(imports.c.sha256 == own.sha256, imports.c.source == own.source,
                                                     imports.c.id != import_id).order_by(imports.c.id)).all()
    return [row for row in alike if (row.plan, row.options) == (own.plan, own.options)]


def _whole_twin(connection: Connection, import_id: int) -> int | None:
    """Return the import that has the ledger of all that read the same, if one of them is whole."""
    whole = next((row for row in _twins(connection, import_id) if row.finished_at is not None), None)
    return None if whole is None else int(whole.counts["ledger_of"])


def _plain(values: Mapping[str, Any]) -> Any:
    """Return values as they come back from the database, so that they can be compared."""
    return json.loads(json.dumps(values, default=str))
