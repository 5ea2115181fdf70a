"""All comments of a run in columns: numbers and names, no words. One pass over the tables, for figures in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, String, and_, cast, extract, func, select, type_coerce

from cx_text.backends.base import IntArray
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
COMMENT_COLUMNS = ("id", "source", "key", "received_at", "author", "nps_score", "rating", "rating_lowest",
                   "rating_highest", "segments", "measures", "import_id", "language", "kind", "polarity",
                   "polarity_score", "confidence", "implied_detractor", "implied_passive", "implied_promoter",
                   "is_flagged", "is_read")


@dataclass(frozen=True, slots=True)
class RunColumns:
    """What a run read, in columns.

    `comments`: COMMENT_COLUMNS in the order of ids; received_at (datetime64[us], UTC, NaT where there is none), texts
    as categories, segments and measures as JSON in categories; is_read says that the run has read this version.
    Forgotten comments are left out. `opinions`: id, place (row in `comments`), theme_id and polarity as categories.
    `mentions`: place, brand, polarity. `plans`: import's id → the plan of its columns.
    """

    comments: pd.DataFrame
    opinions: pd.DataFrame
    mentions: pd.DataFrame
    plans: Mapping[int, Mapping[str, Any]]


def read_columns(connection: Connection, run_id: int | None) -> RunColumns:
    """Return the columns of a run; without a run those of the comments alone. It reads every row once.

    About 20 seconds for a million comments; 150 bytes a comment are kept.
    """
    found = _comments(connection, run_id)
    ids = found["id"].to_numpy()
    spoken = _of_run(connection, opinions, run_id, ("id", "theme_id", "polarity"), ids)
    named = _of_run(connection, brand_mentions, run_id, ("brand", "polarity"), ids)
    every = connection.execute(select(imports.c.id, imports.c.plan).order_by(imports.c.id))
    plans = {row.id: row.plan for row in every}
    return RunColumns(found, spoken, named, plans)


def stamp_of(connection: Connection) -> tuple[Any, ...]:
    """Return what differs when the columns of the run in use have changed; a few looks into indexes, whatever the size.

    Not seen is what changes no row's number and leaves no trace: there is nothing of the kind.
    """
    run = connection.execute(select(runs.c.id, runs.c.codeframe_id, runs.c.decisions_upto).where(runs.c.is_current)
                             .order_by(runs.c.id.desc()).limit(1)).one_or_none()
    newest = [connection.execute(select(func.max(table.c.id))).scalar()
              for table in (comments, opinions, audit_log, decisions, corrections)]
    undone = connection.execute(select(func.count(corrections.c.undone_at))).scalar()
    finished = connection.execute(select(func.max(imports.c.finished_at))).scalar()
    return (*(run or ()), *newest, undone, finished)


def _comments(connection: Connection, run_id: int | None) -> pd.DataFrame:
    # Times and JSON as the database has them: a million objects fewer; pandas reads them at once.
    is_sqlite = connection.dialect.name == "sqlite"
    at = (type_coerce(comments.c.received_at, String) if is_sqlite else
          cast(extract("epoch", comments.c.received_at) * 1_000_000, String))
    as_text = [(type_coerce if is_sqlite else cast)(comments.c[name], String).label(name)
               for name in ("segments", "measures")]
    of_run = and_(tags.c.comment_id == comments.c.id, tags.c.run_id == (run_id or 0),
                  tags.c.version == comments.c.version)
    own = [comments.c[name] for name in COMMENT_COLUMNS[:9] if name != "received_at"]
    query = (select(*own[:3], at.label("received_at"), *own[3:], *as_text, comments.c.import_id, tags.c.language,
                    tags.c.kind, tags.c.polarity, tags.c.polarity_score, tags.c.confidence, tags.c.implied_detractor,
                    tags.c.implied_passive, tags.c.implied_promoter, tags.c.flagged.is_not(None).label("is_flagged"),
                    tags.c.run_id.is_not(None).label("is_read"))
             .outerjoin(tags, of_run).where(comments.c.deleted_at.is_(None)).order_by(comments.c.id))
    table = _table(connection, query, COMMENT_COLUMNS)
    if is_sqlite:
        times = pd.to_datetime(table["received_at"], format="%Y-%m-%d %H:%M:%S.%f")
    else:
        times = pd.to_datetime(table["received_at"].astype("float64"), unit="us")
    texts = ("source", "author", "segments", "measures", "language", "kind", "polarity")
    floats = ("nps_score", "rating", "rating_lowest", "rating_highest", "polarity_score", "confidence",
              "implied_detractor", "implied_passive", "implied_promoter")
    return table.assign(received_at=times.dt.as_unit("us").dt.tz_localize("UTC")).astype(
        {"id": "int64", "import_id": "int64", "is_flagged": "bool", "is_read": "bool",
         **dict.fromkeys(texts, "category"), **dict.fromkeys(floats, "float32")})


def _of_run(connection: Connection, table: Any, run_id: int | None, names: Sequence[str],
            ids: IntArray) -> pd.DataFrame:
    """Return what a run read in comments that are there, with the row of each one's comment."""
    query = (select(table.c.comment_id, *(table.c[name] for name in names)).where(table.c.run_id == (run_id or 0))
             .order_by(table.c.id))
    found = _table(connection, query, ("comment_id", *names))
    own = found["comment_id"].to_numpy(dtype=np.int64)
    place = np.searchsorted(ids, own)
    is_there = (place < len(ids)) & (ids[np.minimum(place, len(ids) - 1)] == own) if len(ids) else place < 0
    found = found.assign(place=place).loc[is_there].drop(columns="comment_id").reset_index(drop=True)
    return found.astype({name: "int64" if name == "id" else "category" for name in names})


def _table(connection: Connection, query: Any, names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a query; texts become categories portion by portion, so that few are in memory at once."""
    parts = [pd.DataFrame.from_records(rows, columns=list(names)) for rows in _portions(connection, query)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(names))


def _portions(connection: Connection, query: Any) -> Iterator[Sequence[tuple[Any, ...]]]:
    result = connection.execution_options(yield_per=_PORTION).execute(query)
    for rows in result.partitions():
        yield [tuple(row) for row in rows]
