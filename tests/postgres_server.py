"""A PostgreSQL server for tests: the one that CX_TEXT_TEST_POSTGRES names, else one of our own in a new folder."""

import itertools
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg

_NUMBERS = itertools.count(1)


class NoServer(Exception):  # noqa: N818  says what it is
    """There is none here; the message says why."""


@contextmanager
def running_server():
    """Give the address of a server's database "postgres", by which others can be made."""
    if given := os.environ.get("CX_TEXT_TEST_POSTGRES"):
        yield given
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        raise NoServer("no PostgreSQL here: install it, or name a server in CX_TEXT_TEST_POSTGRES")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="cx_text_pg"))
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        _run(programs[-1] / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", user=user)
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        _run(programs[-1] / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start", user=user)
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run(programs[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server):
    """Return the address of a new, empty database on a server."""
    name = f"cx_text_test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    base, mark, query = server.partition("?")
    return f"{base.rpartition('/')[0]}/{name}{mark}{query}"


def remove_database(server, address):
    """Remove a database that `new_database` made."""
    name = address.rpartition("/cx_text_test_")[2].partition("?")[0]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS cx_text_test_{name} WITH (FORCE)")


def _run(*words, user):
    done = subprocess.run([str(word) for word in words], user=user, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, cwd="/")
    if done.returncode:
        raise NoServer(f"PostgreSQL does not start here: {done.stderr.strip() or done.stdout.strip()}")
