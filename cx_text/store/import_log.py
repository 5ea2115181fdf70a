"""What was imported: each import with what became of its rows, and the rows that became no comment, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from cx_text.errors import ConfigError
from cx_text.store.tables import imports, ledger

_AT_ONCE = 2000  # entries, where all are wanted


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import. The counts of `comments` and `ledger`, by their names, add up to `n_rows` times `columns`.

    `columns`: those of words. `finished_at` is None while it runs, and stays so where it was stopped. `ledger_of`: the
    import that has the ledger of all that read the same. `platform`: of a look at a source, then `file_name` names it
    too, and rows are records. `is_done_since`: whether one that was stopped was run again.
    """

    id: int
    source: str
    file_name: str
    n_bytes: int
    started_at: datetime
    finished_at: datetime | None
    columns: tuple[str, ...]
    n_rows: int
    comments: Mapping[str, int]
    ledger: Mapping[str, int]
    ledger_of: int
    is_masked: bool
    platform: str | None = None
    is_done_since: bool = False


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Why one cell of words became no comment: `outcome` as in `cx_text.sources.outcomes`, `reason` masked."""

    id: int
    row: int
    column: str
    outcome: str
    reason: str


def imports_of(connection: Connection, limit: int = 50, before: int | None = None) -> list[ImportRecord]:
    """Return the newest imports, the newest first, by the primary key.

    Args:
        connection: To read by.
        limit: How many at most.
        before: Only those with a smaller id: the last of the page before.
    """
    query = select(imports).order_by(imports.c.id.desc()).limit(limit)
    rows = connection.execute(query if before is None else query.where(imports.c.id < before)).all()
    stopped = {row.sha256 for row in rows if row.finished_at is None}
    whole = {(row.sha256, row.source): row.id for row in connection.execute(
        select(imports.c.sha256, imports.c.source, func.max(imports.c.id).label("id"))
        .where(imports.c.sha256.in_(stopped), imports.c.finished_at.is_not(None))
        .group_by(imports.c.sha256, imports.c.source))} if stopped else {}
    return [_record(row, is_done_since=row.finished_at is None and whole.get((row.sha256, row.source), 0) > row.id)
            for row in rows]


def import_record(connection: Connection, import_id: int) -> ImportRecord:
    """Return one import.

    Raises:
        ConfigError: There is none of this id.
    """
    row = connection.execute(select(imports).where(imports.c.id == import_id)).one_or_none()
    if row is None:
        raise ConfigError(f"there is no import {import_id}")
    return _record(row)


def ledger_page(connection: Connection, import_id: int, limit: int = 50, after: int = 0) -> list[LedgerRow]:
    """Return entries of an import's ledger in the order in which they were written, by the primary key.

    Args:
        connection: To read by.
        import_id: `ledger_of` of the import.
        limit: How many at most.
        after: Only those with a larger id: the last of the page before.
    """
    rows = connection.execute(
        select(ledger.c.id, ledger.c.row, ledger.c.column, ledger.c.outcome, ledger.c.reason)
        .where(ledger.c.import_id == import_id, ledger.c.id > after).order_by(ledger.c.id).limit(limit))
    return [LedgerRow(*row) for row in rows]


def whole_ledger(connection: Connection, import_id: int) -> Iterator[LedgerRow]:
    """Yield all entries of an import's ledger, 2,000 a query."""
    last = 0
    while page := ledger_page(connection, import_id, _AT_ONCE, last):
        yield from page
        last = page[-1].id


def _record(row: Any, *, is_done_since: bool = False) -> ImportRecord:
    counts = row.counts or {}
    return ImportRecord(row.id, row.source, row.file_name, row.n_bytes, row.started_at, row.finished_at,
                        tuple(row.plan.get("verbatims", ())), counts.get("rows", 0), counts.get("comments", {}),
                        counts.get("ledger", {}), counts.get("ledger_of", row.id),
                        bool(row.options.get("redact", True)), row.plan.get("platform"), is_done_since)
