"""A store of invented comments as large as wanted, with one finished run, as an import and a run would leave it.

    python scripts/make_store.py big.sqlite3                                  # a million comments
    python scripts/make_store.py postgresql://cx@/feedback --comments 20000

The place must be new, or an empty database. The same seed gives the same rows, but for pseudonyms and digests, which
are keyed by each store's own secret. Rows go in by COPY on PostgreSQL, by prepared statements on SQLite.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from made_comments import N_DAYS, SOURCES, START, Portion, Shop
from safetensors.numpy import save
from sqlalchemy import Connection, Table, insert, text, update
from written_clauses import WrittenTheme, written_themes

from cx_text.backends.opening import Models
from cx_text.codeframe import Theme
from cx_text.codeframe_form import FORMAT
from cx_text.config import load_recipe
from cx_text.sources.rows import Outcome
from cx_text.store.database import Store
from cx_text.store.opening import open_store
from cx_text.store.tables import (
    brand_mentions,
    codeframes,
    comment_segments,
    comment_versions,
    comments,
    imports,
    ledger,
    opinions,
    runs,
    tags,
)

N_DIMS = 384
IMPORT_DAYS = 31  # of each source in one import
CODEFRAME = "customers"
_QUESTIONS = ("What is the main reason for your score?", "How could we have helped you better?", None, None)
_END = START + timedelta(days=N_DAYS)
_VERSIONED = 100  # one comment in so many has an older version
_REJECTED = 300  # one verbatim in so many became no comment


def make_store(place: str | Path, n_comments: int, seed: int) -> None:
    """Make a store of invented comments in a new place.

    Args:
        place: As `open_store` takes it; nothing may be there.
        n_comments: How many comments.
        seed: Of all that is drawn.
    """
    themes = written_themes()
    n_sub = sum(theme.parent is not None for theme in themes)
    centres = np.random.default_rng([seed, 1]).standard_normal((n_sub, N_DIMS)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    shop = Shop(n_comments, seed, themes, np.packbits(centres > 0, axis=1))
    with open_store(place, create=True) as store:
        with store.writing() as connection:
            _add_imports(connection, shop)
            codeframe_id = connection.execute(insert(codeframes).values(
                name=CODEFRAME, version=1, definition=definition(themes, n_comments, seed),
                arrays=save({"centres": centres}), made_at=_END).returning(codeframes.c.id)).scalar_one()
            run_id = connection.execute(insert(runs).values(
                recipe="nps_survey", manifest=_manifest(n_comments, seed, themes), started_at=_END,
                codeframe_id=codeframe_id, codeframe_name=CODEFRAME).returning(runs.c.id)).scalar_one()
        n_opinions = n_mentions = 0
        for first, portion in shop.portions():
            with store.writing() as connection:
                if store.is_sqlite:
                    connection.exec_driver_sql("PRAGMA cache_size = -500000")  # 500 MB: its indexes grow everywhere
                _add_comments(connection, store, shop, first, portion)
                _add_read(connection, run_id, first, portion, n_opinions, n_mentions)
            n_opinions += len(portion.opinions["start"])
            n_mentions += len(portion.mentions["start"])
        with store.writing() as connection:
            _add_ledger(connection, shop)
            connection.execute(update(runs).where(runs.c.id == run_id).values(
                finished_at=_END + timedelta(hours=1), is_current=True, read_upto=n_comments, themed_upto=n_comments))
            if not store.is_sqlite:
                _advance_sequences(connection)
        _gather_statistics(store)


def definition(themes: tuple[WrittenTheme, ...], n_comments: int, seed: int) -> dict[str, Any]:
    """Return what a codeframe's JSON holds: each theme with what it is known by, as a discovery leaves it."""
    ids = {theme.label: f"t{number:02d}" for number, theme in enumerate(themes, start=1)}
    counted = n_comments * 3 // 2 // sum(theme.parent is not None for theme in themes)
    told = []
    for theme in themes:
        parts = [part for part in themes if part.parent == theme.label]
        texts = tuple(dict.fromkeys(texts[at] for part in (*parts, theme) for _, texts in part.clauses[:2]
                                    for at in (0, 21, 42)))[:6]
        subjects = tuple(dict.fromkeys(s.split()[-1] for part in (*parts, theme) for s in part.subjects))
        told.append(Theme(ids[theme.label], theme.label, subjects[:8], counted * max(len(parts), 1),
                          parent=ids[theme.parent] if theme.parent else None, exemplars=texts, summary=texts[0],
                          stability=0.9, stage=theme.stage))
    model = Models(load_recipe("nps_survey")).vectors_by()
    return {"format": FORMAT, "version": 1, "made_at": _END.isoformat(),
            "made_by": {**model, "seed": seed, "n_opinions": 20_000}, "min_confidence": 0.4,
            "certainty": {"base": -2.0, "by_nearness": 4.0, "by_margin": 8.0}, "n_numbered": len(themes),
            "themes": [asdict(theme) for theme in told], "owners": [theme.id for theme in told if theme.parent],
            "moved": {}}


def add_rows(connection: Connection, table: Table, columns: Mapping[str, Any]) -> None:
    """Add rows the fastest way that each database has, with values as the types of the table make them.

    Args:
        connection: Of a writer.
        table: Where to.
        columns: Name → the values of all rows, or one value that all of them have.
    """
    n_rows = next(len(values) for values in columns.values() if isinstance(values, list))
    made = []
    for name, values in columns.items():
        process = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        if not isinstance(values, list):
            made.append([process(values) if process else values] * n_rows)
        else:
            made.append([process(value) for value in values] if process else values)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", zip(*made, strict=True))
        return
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in zip(*made, strict=True):
            copy.write_row(row)


def _add_imports(connection: Connection, shop: Shop) -> None:
    n_of = np.bincount(shop.import_ids)
    for import_id in np.unique(shop.import_ids).tolist():
        month, source = divmod(import_id - 1, len(SOURCES))
        n, n_rejected = int(n_of[import_id]), int(n_of[import_id]) // _REJECTED
        name = f"{SOURCES[source]}_{month + 1:02d}.csv"
        at = START + timedelta(days=IMPORT_DAYS * (month + 1))
        plan = {"verbatims": ["Comment"], "nps_score": "Score" if source < 2 else None,
                "rating": None if source < 2 else "Stars", "received_at": "Submitted at", "id": "Response ID",
                "segments": ["plan", "region", "channel"], "customer": "Customer ID"}
        connection.execute(insert(imports).values(
            id=import_id, source=SOURCES[source], file_name=name, n_bytes=160 * n, started_at=at,
            sha256=hashlib.sha256(f"{shop.seed} {shop.n_comments} {name}".encode()).hexdigest(), plan=plan,
            finished_at=at + timedelta(minutes=1), options={"question": None, "date_order": None, "redact": True},
            counts={"rows": n + n_rejected, "comments": {"new": n}, "ledger": {"rejected": n_rejected},
                    "ledger_of": import_id}))


def _add_ledger(connection: Connection, shop: Shop) -> None:
    n_of = np.bincount(shop.import_ids)
    rejected = [(import_id, int(n) + at + 1) for import_id, n in enumerate(n_of) for at in range(n // _REJECTED)]
    if rejected:
        add_rows(connection, ledger, {
            "import_id": [import_id for import_id, _ in rejected], "row": [row for _, row in rejected],
            "column": "Comment", "outcome": Outcome.REJECTED.value, "reason": "the score 99 is not one from 0 to 10"})


def _add_comments(connection: Connection, store: Store, shop: Shop, first: int, portion: Portion) -> None:
    columns, n = portion.comments, len(portion.comments["verbatim"])
    ids = list(range(first + 1, first + n + 1))
    keys = [f"R-{comment_id:08d}" for comment_id in ids]
    digests = [store.digest(f"{key} {words}".encode()) for key, words in zip(keys, columns["verbatim"], strict=True)]
    places = [SOURCES.index(source) for source in columns["source"]]
    lowest = [1 if rating is not None else None for rating in columns["rating"]]
    import_ids = shop.import_ids[first:first + n].tolist()
    content = {
        **columns, "question": [_QUESTIONS[place] for place in places], "measures": {}, "column": "Comment",
        "author": [store.pseudonym(author) if author else None for author in columns["author"]],
        "rating_lowest": lowest, "rating_highest": [5 if rating else None for rating in lowest],
        "url": [f"https://reviews.example/{key}" if rating else None for key, rating in zip(keys, lowest, strict=True)],
        "content_digest": digests, "import_id": import_ids, "row": ids,
        "stored_at": [at + timedelta(days=IMPORT_DAYS) for at in columns["received_at"]]}
    add_rows(connection, comments, {"id": ids, "key": keys, **content,
                                    "version": [1 + (comment_id % _VERSIONED == 0) for comment_id in ids]})
    add_rows(connection, comment_segments, _numbered(portion.segments, ids))
    older = [at for at, comment_id in enumerate(ids) if comment_id % _VERSIONED == 0]
    if older:
        del content["source"]
        some = {name: [values[at] for at in older] if isinstance(values, list) else values
                for name, values in content.items()}
        add_rows(connection, comment_versions, {
            **some, "comment_id": [ids[at] for at in older], "version": 1,
            "verbatim": [f"As I said before: {words}" for words in some["verbatim"]],
            "received_at": [at - timedelta(days=1) for at in some["received_at"]],
            "content_digest": [store.digest(digest) for digest in some["content_digest"]]})


def _add_read(connection: Connection, run_id: int, first: int, portion: Portion, n_opinions: int,
              n_mentions: int) -> None:
    ids = list(range(first + 1, first + len(portion.tags["text"]) + 1))
    versions = [1 + (comment_id % _VERSIONED == 0) for comment_id in ids]
    add_rows(connection, tags, {"run_id": run_id, **_numbered(portion.tags, ids), "version": versions})
    for table, found, n_before in ((opinions, portion.opinions, n_opinions),
                                   (brand_mentions, portion.mentions, n_mentions)):
        own = list(range(n_before + 1, n_before + len(found["start"]) + 1))
        if own:
            add_rows(connection, table, {"id": own, "run_id": run_id, **_numbered(found, ids)})


def _numbered(columns: Mapping[str, list[Any]], ids: list[int]) -> dict[str, list[Any]]:
    """Return columns with the ids that comments have in the store in place of those from 0."""
    return {**columns, "comment_id": [ids[at] for at in columns["comment_id"]]}


def _manifest(n_comments: int, seed: int, themes: tuple[WrittenTheme, ...]) -> dict[str, Any]:
    """Return a manifest with the keys that one of a tagged export has."""
    recipe = load_recipe("nps_survey")
    models = Models(recipe)
    return {"made_by": "cx_text", "created_at": _END.isoformat(timespec="seconds"), "seconds": 0.0,
            "input": {"name": "the store", "n_comments": n_comments}, "columns": {"basis": "opinions"}, "options": {},
            "seed": seed, "recipe": recipe.model_dump(mode="json"), "models": models.revisions(), "versions": {},
            "processor": "", "arithmetic": "float32 on cpu",
            "counts": {"rows": n_comments, "ledger": {}, "themes": len(themes), "masked": None},
            "codeframe": {"version": 1, "min_confidence": 0.4, **models.vectors_by(), "seed": seed}}


def _advance_sequences(connection: Connection) -> None:
    """Let PostgreSQL number on behind the ids that were given here."""
    for name in ("imports", "comments", "opinions", "brand_mentions"):
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "
                                f"(SELECT coalesce(max(id), 1) FROM {name}))"))


def _gather_statistics(store: Store) -> None:
    """Let the database count what its planner goes by, which a server does by itself a minute later."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("PRAGMA optimize" if store.is_sqlite else "VACUUM ANALYZE"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", help="path of a new file, or the address of an empty PostgreSQL database")
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began = time.perf_counter()
    make_store(given.store, given.comments, given.seed)
    print(f"{given.comments:,} comments in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
