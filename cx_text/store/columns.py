"""All comments of a run in columns: numbers and names, no words. One pass over the tables, for figures in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, Connection, String, and_, case, cast, extract, func, select, type_coerce

from cx_text.backends.base import FloatArray, IntArray
from cx_text.store.column_types import Words, as_given
from cx_text.store.tables import (
    audit_log,
    brand_mentions,
    comments,
    corrections,
    decisions,
    imports,
    opinions,
    runs,
    tags,
)

_PORTION = 50_000  # rows at once on their way
_AT_ONCE = 1_000  # ids in one statement
_TEXTS = ("source", "author", "key", "segments", "measures", "language", "kind", "polarity", "theme_id", "brand")
_WHOLE = ("id", "comment_id", "import_id", "is_flagged", "is_read")


@dataclass(frozen=True, slots=True)
class RunColumns:
    """What a run read, in columns.

    `comments`, in the order of ids: id, import_id, received_at (datetime64[us], UTC, NaT where there is none),
    nps_score, rating, rating_lowest, rating_highest, polarity_score, confidence, implied_detractor, implied_passive,
    implied_promoter (float32, NaN where there is none); source, author, language, kind, polarity (categories), segments
    and measures (JSON in categories); key (categories) where an import has several columns of words; is_flagged;
    is_read, which says that the run has read this version. Forgotten comments are left out. `opinions`: id, place (row
    in `comments`), theme_id and polarity as categories. `mentions`: place, brand, polarity. `plans`: import's id → the
    plan of its columns.
    """

    comments: pd.DataFrame
    opinions: pd.DataFrame
    mentions: pd.DataFrame
    plans: Mapping[int, Mapping[str, Any]]


def read_columns(connection: Connection, run_id: int | None) -> RunColumns:
    """Return the columns of a run; without a run those of the comments alone. It reads every row once."""
    every = connection.execute(select(imports.c.id, imports.c.plan).order_by(imports.c.id))
    plans = {row.id: row.plan for row in every}
    found = _comments(connection, run_id, [number for number, plan in plans.items() if has_several(plan)])
    ids = found["id"].to_numpy()
    return RunColumns(found, _of_run(connection, opinions, run_id, ("id", "theme_id", "polarity"), ids),
                      _of_run(connection, brand_mentions, run_id, ("brand", "polarity"), ids), plans)


def theme_confidences(connection: Connection, ids: IntArray) -> FloatArray:
    """Return how sure some opinions are in the theme nearest to them, 0 to 1; float32 (n,), NaN where nobody knows.

    Args:
        connection: To read by.
        ids: int64 (n,): the opinions' ids, ascending.
    """
    found = np.full(len(ids), np.nan, dtype=np.float32)
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first:first + _AT_ONCE]
        rows = connection.execute(
            select(opinions.c.id, opinions.c.theme_confidence)
            .where(opinions.c.id.in_(some.tolist()), opinions.c.theme_confidence.is_not(None))).all()
        places = first + np.searchsorted(some, [row.id for row in rows])
        found[places] = [row.theme_confidence for row in rows]
    return found


def has_several(plan: Mapping[str, Any]) -> bool:
    """Whether an answer has several columns of words by the plan of an import, so that several comments are of one."""
    return len(plan.get("verbatims", ())) > 1


def stamp_of(connection: Connection) -> tuple[Any, ...]:
    """Return what differs when the columns of the run in use have changed, by a few looks into indexes."""
    run = connection.execute(select(runs.c.id, runs.c.codeframe_id, runs.c.decisions_upto, runs.c.finished_at)
                             .where(runs.c.is_current).order_by(runs.c.id.desc()).limit(1)).one_or_none()
    newest = [connection.execute(select(func.max(table.c.id))).scalar()
              for table in (comments, opinions, audit_log, decisions, corrections)]
    undone = connection.execute(select(func.count(corrections.c.undone_at))).scalar()
    finished = connection.execute(select(func.max(imports.c.finished_at))).scalar()
    return (*(run or ()), *newest, undone, finished)


def _comments(connection: Connection, run_id: int | None, several: Sequence[int]) -> pd.DataFrame:
    # What the database has, without an object for each time, JSON and text.
    is_sqlite = connection.dialect.name == "sqlite"
    seconds = (func.strftime("%s", comments.c.received_at, type_=String) if is_sqlite else
               extract("epoch", comments.c.received_at))
    of_run = and_(tags.c.comment_id == comments.c.id, tags.c.run_id == (run_id or 0),
                  tags.c.version == comments.c.version)
    columns = {
        "id": comments.c.id, "import_id": comments.c.import_id, "received_at": cast(seconds, BigInteger),
        **{name: _as_text(comments.c[name], is_sqlite) for name in ("source", "author", "segments", "measures")},
        "key": case((comments.c.import_id.in_(several), type_coerce(comments.c.key, String))),
        **{name: comments.c[name] for name in ("nps_score", "rating", "rating_lowest", "rating_highest")},
        **{name: tags.c[name] for name in ("language", "kind", "polarity", "polarity_score", "confidence",
                                           "implied_detractor", "implied_passive", "implied_promoter")},
        "is_flagged": tags.c.flagged.is_not(None), "is_read": tags.c.run_id.is_not(None)}
    query = (select(*(column.label(name) for name, column in columns.items())).outerjoin(tags, of_run)
             .where(comments.c.deleted_at.is_(None)).order_by(comments.c.id))
    table = _table(connection, query, list(columns))
    at = table["received_at"]
    times = pd.to_datetime(at.fillna(0).astype("int64"), unit="s").dt.as_unit("us").where(at.notna())
    return table.assign(received_at=times.dt.tz_localize("UTC"), is_flagged=table["is_flagged"].astype("bool"),
                        is_read=table["is_read"].astype("bool"))


def _as_text(column: Any, is_sqlite: bool) -> Any:
    """Return a column as the text that the database has."""
    return type_coerce(column, String) if is_sqlite else cast(column, String)


def _of_run(connection: Connection, table: Any, run_id: int | None, names: Sequence[str],
            ids: IntArray) -> pd.DataFrame:
    """Return what a run read in comments that are there, with the row of each one's comment."""
    columns = [type_coerce(table.c[name], String) if isinstance(table.c[name].type, Words) else table.c[name]
               for name in names]
    query = select(table.c.comment_id, *columns).where(table.c.run_id == (run_id or 0)).order_by(table.c.id)
    found = _table(connection, query, ["comment_id", *names])
    own = found["comment_id"].to_numpy(dtype=np.int64)
    place = np.searchsorted(ids, own)
    is_there = (place < len(ids)) & (ids[np.minimum(place, len(ids) - 1)] == own) if len(ids) else place < 0
    return found.assign(place=place).loc[is_there].drop(columns="comment_id").reset_index(drop=True)


@dataclass(slots=True)
class _Growing:
    """A column that grows: whole numbers, numbers, or texts as numbers of those seen so far, -1 for none."""

    name: str
    parts: list[Any] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def add(self, values: Sequence[Any]) -> None:
        if self.name in _TEXTS:
            known = self.known
            codes = [-1 if v is None else known.setdefault(v, len(known)) for v in values]
            self.parts.append(np.array(codes, dtype=np.int32))
        elif self.name in _WHOLE:
            self.parts.append(np.array(values, dtype=np.int64))
        else:  # seconds need 64 bits, scores do not
            self.parts.append(np.array(values, dtype=np.float64 if self.name == "received_at" else np.float32))

    def column(self) -> Any:
        if self.name not in _TEXTS:
            return np.concatenate(self.parts) if self.parts else np.zeros(
                0, dtype=np.int64 if self.name in _WHOLE else np.float32)
        codes = np.concatenate(self.parts) if self.parts else np.zeros(0, dtype=np.int32)
        names = [as_given(name) for name in self.known]
        return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype="object"))


def _table(connection: Connection, query: Any, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a query, each text once."""
    columns = [_Growing(name) for name in names]
    for rows in _portions(connection, query):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.add(values)
    return pd.DataFrame({column.name: column.column() for column in columns})


def _portions(connection: Connection, query: Any) -> Iterator[Sequence[Any]]:
    yield from connection.execution_options(yield_per=_PORTION).execute(query).partitions()
