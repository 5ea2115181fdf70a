"""From a path or an address to an open store: a new one is made, an old or foreign one is refused in one line."""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from cx_text.errors import ConfigError, MissingExtra, OutputError
from cx_text.store import schema
from cx_text.store.database import SECRET, Store, log, prepare, said, writing_to
from cx_text.store.tables import settings

PLACE_VARIABLE = "CX_TEXT_DATABASE_URL"
DEFAULT_FILE = "cx_text.sqlite3"
# Connections that stay open between uses, and more that are closed after one: sixty at once, as the web page has forty
# threads and PostgreSQL takes a hundred connections. SQLAlchemy's own fifteen let the sixteenth reader wait 30 s.
_POOL = {"pool_size": 20, "max_overflow": 40}
_TRIES = 50  # to switch a new file to its journal while another process does the same, 0.1 s apart
_WRITE_IT = "Write it as postgresql://USER@HOST/DATABASE, or give the path of a file"


def open_store(place: str | Path | None = None, *, create: bool = False) -> Store:
    """Return an open store.

    Args:
        place: Path of a file (SQLite), or a URL, postgresql://USER:PASSWORD@HOST/DATABASE; what CX_TEXT_DATABASE_URL
            says when not given, else cx_text.sqlite3 in the current folder.
        create: Make a new one where there is none: a file that only its owner may read, or tables in an empty database.

    Raises:
        ConfigError: There is none; it is older or newer than this version, or no store at all; the address is wrong.
        OutputError: The file cannot be made, or the server cannot be reached.
        MissingExtra: The library for PostgreSQL is not installed.
    """
    engine, shown = _engine(place, create=create)
    try:
        revision = _revision(engine, shown)
        if revision is None and create:
            _make(engine, shown)
        else:
            _check(revision, shown)
            with suppress(sqlite3.OperationalError):  # a restored backup has none yet; who may only read has none
                _set_journal(engine)
        return Store(engine, shown)
    except BaseException:
        engine.dispose()
        raise


def upgrade_store(place: str | Path | None = None) -> tuple[str, str]:
    """Make a store one of the newest version, whole or not at all, and return its version before and after.

    Raises:
        ConfigError: There is none; it is newer than this version, or no store at all; the address is wrong.
        OutputError: The server cannot be reached, or another process writes to the store.
        MissingExtra: The library for PostgreSQL is not installed.
    """
    engine, shown = _engine(place, create=False)
    try:
        newest = schema.revisions()[-1]
        with writing_to(engine) as connection:
            before = _revision_on(connection, shown)
            if before is None or before not in schema.revisions():
                _check(before, shown)
            if before == newest:
                return newest, newest
            schema.upgrade(connection)
            log(connection, "upgrade", {"from": before, "to": newest})
        return str(before), newest
    except OperationalError as error:
        raise _unreachable(error, shown) from None
    except DatabaseError:
        raise _no_store(shown) from None
    finally:
        engine.dispose()


def _engine(place: str | Path | None, *, create: bool) -> tuple[Engine, str]:
    """Return the engine of a place, and what to call it in messages; a file is made where that is asked for."""
    given = place or os.environ.get(PLACE_VARIABLE, "").strip() or DEFAULT_FILE
    url, shown = _url(str(given))
    if url.get_backend_name() == "sqlite":
        _check_file(Path(url.database or ""), create=create)
        url = url.set(query={})
    try:
        # A plan that PostgreSQL keeps for any thousand keys compares each row with each key; made anew it hashes them.
        ways = {"prepare_threshold": None} if url.get_backend_name() == "postgresql" else {}
        return prepare(create_engine(url, connect_args=ways, **_POOL)), shown
    except ImportError:
        raise MissingExtra("PostgreSQL needs the psycopg library, which is not installed",
                           next="run: pip install 'cx-text[postgres]'") from None


def _url(given: str) -> tuple[URL, str]:
    if "://" not in given:
        return URL.create("sqlite", database=given), given
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):  # its message would repeat the password
        raise ConfigError("the address of the store is no URL", next=_WRITE_IT) from None
    kind = url.drivername.partition("+")[0]
    if "@" in (url.host or ""):
        raise ConfigError("the password in the address of the store holds an @", next="Write that as %40")
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite"), url.database
    if kind in ("postgresql", "postgres"):
        port = f":{url.port}" if url.port else ""
        return url.set(drivername="postgresql+psycopg"), f"postgresql://{url.host or ''}{port}/{url.database or ''}"
    raise ConfigError(f"a store cannot be in {kind!r}" if kind != "sqlite" else "a store needs the path of a file",
                      next=_WRITE_IT)


def _check_file(path: Path, *, create: bool) -> None:
    """Check that a file is there, or make it, for its owner alone: it will hold what customers wrote."""
    if path.is_dir():
        raise ConfigError("this is a folder, and a store is one file", where=str(path))
    if path.exists():
        return
    if not create:
        raise ConfigError("there is no store", where=str(path), next="Make one with cx-text import FILE, or name it "
                          f"with --store or {PLACE_VARIABLE}")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise OutputError(f"the store cannot be made: {error.strerror}", where=str(path)) from None


def _revision(engine: Engine, shown: str) -> str | None:
    try:
        with engine.connect() as connection, connection.begin():
            return _revision_on(connection, shown)
    except OperationalError as error:
        raise _unreachable(error, shown) from None
    except DatabaseError:  # SQLite says so of a file that is none of its own
        raise _no_store(shown) from None


def _revision_on(connection: Connection, shown: str) -> str | None:
    """Return the version of a store, None for an empty database.

    Raises:
        ConfigError: It is the database of something else.
    """
    revision = schema.revision_of(connection)
    if revision is None and not schema.is_empty(connection):
        raise _no_store(shown)
    return revision


def _check(revision: str | None, shown: str) -> None:
    known = schema.revisions()
    if revision == known[-1]:
        return
    if revision is None:
        raise ConfigError("there is no store in this database", where=shown, next="Make one with cx-text import FILE")
    if revision in known:
        raise ConfigError(f"the store is of version {revision}, and this cx_text needs {known[-1]}", where=shown,
                          next="Back it up, then run: cx-text store upgrade")
    raise ConfigError(f"the store is of version {revision}, which this cx_text does not know", where=shown,
                      next="Use the newer cx_text that wrote it")


def _make(engine: Engine, shown: str) -> None:
    """Make the tables and the secret of a new store; of two processes that want to, one does."""
    try:
        _set_journal(engine)
        with writing_to(engine) as connection:
            revision = _revision_on(connection, shown)
            if revision is None:
                schema.upgrade(connection)
                connection.execute(settings.insert().values(name=SECRET, value=secrets.token_hex(32)))
            else:
                _check(revision, shown)
    except OperationalError as error:
        raise said(error, shown) from error


def _set_journal(engine: Engine) -> None:
    """Let readers and a writer of a file work at once (WAL), which the file remembers."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        for attempt in range(_TRIES):
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # SQLite does not wait here, whatever its busy_timeout
                if "locked" not in str(error) or attempt == _TRIES - 1:
                    raise
                time.sleep(0.1)
    finally:
        raw.close()


def _no_store(shown: str) -> ConfigError:
    return ConfigError("this is something else than a store of cx_text", where=shown,
                       next="Give the path of a store, or of a file that is not there yet")


def _unreachable(error: OperationalError, shown: str) -> Exception:
    known = said(error, shown)
    if known is not error:
        return known
    reason = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
    return OutputError(f"the store cannot be opened: {reason}", where=shown, permanent=False)
