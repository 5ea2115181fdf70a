"""A store that is open: connections to read, connections to write, and the store's own secret."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.exc import OperationalError

from cx_text.errors import OutputError
from cx_text.store.tables import audit_log, settings

BUSY_SECONDS = 30  # how long a writer waits for another one
WRITES = "cx_text_writes"  # the execution option of a connection that will write
_WRITERS_LOCK = 0x63785F74657874  # "cx_text"; any number does, as long as all writers ask for the same
SECRET = "secret"  # noqa: S105  the name of a setting
_BUSY = ("another process has been writing to the store", "Try again when it is done")
_SAID = {"database is locked": _BUSY, "due to lock timeout": _BUSY,
         "database or disk is full": ("the disk is full", "Make room and try again"),
         "attempt to write a readonly database": ("the store cannot be written to", "Check who may write the file")}


class Store:
    """One database that holds a store of the newest version; `cx_text.store.opening` gives it.

    Readers see what was whole when they began, and are never blocked. Writers wait for each other, on SQLite because
    it has one writer at a time, on PostgreSQL by an advisory lock, so that the same code is right on both.

    Args:
        engine: With `prepare` done.
        place: What to call it in messages; it holds no password.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine, self.place = engine, place
        with self.reading() as connection:
            secret = connection.execute(select(settings.c.value).where(settings.c.name == SECRET)).scalar_one()
        self._secret = bytes.fromhex(secret or "")

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def address(self) -> str:
        """By which another process opens the store; unlike `place` it may hold a password, and is never shown."""
        url = self.engine.url
        return str(Path(self.place).resolve()) if self.is_sqlite else url.render_as_string(hide_password=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read by; all that it reads in the block is of one moment."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are whole when the block ends, and absent where it raises.

        Raises:
            OutputError: Another writer took too long, the disk is full, or the file may not be written.
        """
        try:
            with writing_to(self.engine) as connection:
                yield connection
        except OperationalError as error:
            raise said(error, self.place) from error

    def pseudonym(self, customer: str) -> str:
        """Return what stands for a customer's own key: 32 hexadecimal digits that only this store can make of it."""
        return blake2b(customer.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=16).hexdigest()

    def digest(self, whole: bytes) -> bytes:
        """Return 16 bytes that stand for a content; without the store's secret no guess at it can be checked."""
        return blake2b(whole, key=self._secret, digest_size=16, person=b"content").digest()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.close()


def prepare(engine: Engine) -> Engine:
    """Return an engine that begins transactions as a store needs it."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def writing_to(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction of the only writer."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {max(1, BUSY_SECONDS * 1000)}"))  # 0 would be for ever
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITERS_LOCK})
        yield connection


def said(error: OperationalError, place: str) -> Exception:
    """Return an error of the database in the words of a user, or as it is where it is none of theirs."""
    for words, (what, next_step) in _SAID.items():
        if words in str(error.orig):
            return OutputError(what, where=place, next=next_step, permanent=False)
    return error


def log(connection: Connection, action: str, subject: Mapping[str, Any], *, who: str | None = None) -> None:
    """Write down what was done, in the caller's transaction.

    Args:
        connection: Of a writer.
        action: One word: forget, backup, upgrade.
        subject: To what, without anybody's words.
        who: Who did it; the user of this machine when not given.
    """
    connection.execute(audit_log.insert().values(at=datetime.now(UTC), who=who or machine_user(), action=action,
                                                 subject=dict(subject)))


def machine_user() -> str:
    """Return the name of who uses this machine, "unknown" where it has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have no name for its user
        return "unknown"


def _set_up(connection: Any, record: object) -> None:
    """Set up a connection to SQLite: https://www.sqlite.org/pragma.html says what each means."""
    del record
    # The driver begins transactions late and ends them early; SQLAlchemy's page on SQLite has this way around it.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", f"busy_timeout = {BUSY_SECONDS * 1000}", "synchronous = NORMAL",
                   "secure_delete = ON"):  # what is removed is overwritten
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin a transaction; a writer takes the lock at once, so that it never finds what it read outdated."""
    is_writing = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
