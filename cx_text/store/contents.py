"""What a store holds, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from cx_text.store import schema
from cx_text.store.comments import n_waiting
from cx_text.store.database import Store
from cx_text.store.tables import comment_versions, comments, imports


@dataclass(frozen=True, slots=True)
class Contents:
    """The numbers of one moment. `n_bytes`: on disk, indexes too. `sources`: source → comments, no forgotten ones.

    `n_stopped`: imports that are not whole: they run at this moment, or were stopped and have to be run again.
    """

    version: str
    n_bytes: int
    sources: dict[str, int]
    n_versions: int  # older ones
    n_forgotten: int
    n_waiting: int
    n_imports: int
    n_stopped: int
    last_import_at: datetime | None


def contents(store: Store) -> Contents:
    """Return what a store holds; it counts every comment."""
    with store.reading() as connection:
        by_source = n_of_sources(connection)
        n_forgotten = connection.execute(
            select(func.count()).select_from(comments).where(comments.c.deleted_at.is_not(None))).scalar_one()
        n_versions = connection.execute(select(func.count()).select_from(comment_versions)).scalar_one()
        n_imports, n_whole, last = connection.execute(
            select(func.count(), func.count(imports.c.finished_at), func.max(imports.c.finished_at))
            .select_from(imports)).one()
        n_bytes = (sum(path.stat().st_size for path in _files(store)) if store.is_sqlite else
                   connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        return Contents(schema.revision_of(connection) or "", n_bytes, by_source,
                        n_versions, n_forgotten, n_waiting(connection), n_imports, n_imports - n_whole, last)


def n_of_sources(connection: Connection) -> dict[str, int]:
    """Return how many comments each source has, no forgotten ones, by its name.

    All are counted by one index and the forgotten ones by another: to look at each comment takes seconds of a million.
    """
    per_source = select(comments.c.source, func.count()).group_by(comments.c.source).order_by(comments.c.source)
    everyone = dict(map(tuple, connection.execute(per_source)))
    forgotten = dict(map(tuple, connection.execute(per_source.where(comments.c.deleted_at.is_not(None)))))
    counted = {source: n - forgotten.get(source, 0) for source, n in everyone.items()}
    return {source: n for source, n in counted.items() if n}


def _files(store: Store) -> list[Path]:
    path = Path(store.place)
    return [each for each in (path, path.with_name(f"{path.name}-wal")) if each.exists()]
