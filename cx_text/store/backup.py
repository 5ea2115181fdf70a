"""A copy of a store in one file, taken while others read and write."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from cx_text.errors import ConfigError, OutputError
from cx_text.store.database import Store, log

_PAGES = 10_000  # in one step; between steps others can write


def back_up(store: Store, path: Path) -> int:
    """Write a copy of a store that is whole, or none, readable for its owner alone; return its size in bytes.

    By SQLite's online backup: https://www.sqlite.org/backup.html. The copy is a store like any other.

    Raises:
        ConfigError: The store is on PostgreSQL, which has its own tool.
        OutputError: The file is there already, or cannot be written.
    """
    if not store.is_sqlite:
        raise ConfigError("a store on PostgreSQL is backed up by PostgreSQL's own tool", where=store.place,
                          next="Run: pg_dump --format=custom --file=FILE DATABASE")
    if path.exists():
        raise OutputError("there is something already", where=str(path), next="Give the path of a new file")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        _copy(store, unfinished)
        n_bytes = unfinished.stat().st_size
        unfinished.rename(path)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"the backup cannot be written: {reason}", where=str(path)) from None
    with store.writing() as connection:
        log(connection, "backup", {"file": str(path), "n_bytes": n_bytes})
    return n_bytes


def _copy(store: Store, path: Path) -> None:
    raw = store.engine.raw_connection()
    target = sqlite3.connect(path)
    try:
        own = raw.driver_connection
        assert isinstance(own, sqlite3.Connection)  # noqa: S101  of a store in a file
        own.backup(target, pages=_PAGES)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it; opening sets it back
    finally:
        target.close()
        raw.close()
