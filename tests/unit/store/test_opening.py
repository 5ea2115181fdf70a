"""A store is made, opened, upgraded; what is none is left as it was."""

import contextlib
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, inspect, select

from cx_text.errors import ConfigError, OutputError
from cx_text.store import schema
from cx_text.store.opening import open_store, upgrade_store
from cx_text.store.tables import audit_log, imports, metadata, settings

AN_IMPORT = {"source": "survey", "file_name": "a.csv", "n_bytes": 1, "sha256": "0" * 64,
             "started_at": datetime(2026, 1, 1, tzinfo=UTC), "plan": {}, "options": {}}


def test_the_migrations_make_the_tables_that_the_code_knows(place):
    with open_store(place, create=True) as store, store.reading() as connection:
        # The index of words is SQLite's or PostgreSQL's own; tests of the search hold it.
        options = {"compare_type": True, "compare_server_default": True,
                   "include_name": lambda name, kind, parents: kind != "table" or not name.startswith("comment_words")}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        assert schema.revision_of(connection) == schema.revisions()[-1]


def test_a_store_keeps_its_secret_and_pseudonyms(place):
    with open_store(place, create=True) as store:
        first = store.pseudonym("c-17")
    with open_store(place) as store, store.reading() as connection:
        assert store.pseudonym("c-17") == first
        assert store.pseudonym("c-18") != first
        assert "c-17" not in first
        assert len(bytes.fromhex(connection.execute(select(settings.c.value)).scalar_one())) == 32


def test_two_stores_make_different_pseudonyms(tmp_path):
    with open_store(tmp_path / "a", create=True) as one, open_store(tmp_path / "b", create=True) as other:
        assert one.pseudonym("c-17") != other.pseudonym("c-17")
        assert one.digest(b"words") != other.digest(b"words")


def test_fifty_readers_have_a_connection_each_at_the_same_moment(place):
    with open_store(place, create=True) as store, contextlib.ExitStack() as stack:
        readers = [stack.enter_context(store.reading()) for _ in range(50)]
        with store.writing() as connection:
            connection.execute(insert(imports).values(AN_IMPORT))
        counts = [reader.execute(select(func.count()).select_from(settings)).scalar_one() for reader in readers]
        assert counts == [1] * 50


def test_down_and_up_again_with_data_in_place(place):
    with open_store(place, create=True) as store:
        with store.writing() as connection:
            connection.execute(insert(imports).values(AN_IMPORT))
            schema.downgrade(connection, "0001")
            assert not inspect(connection).has_table("runs")
        with pytest.raises(ConfigError) as caught:
            open_store(place)
        assert str(caught.value) == (f"{store.place}: the store is of version 0001, and this cx_text needs 0005. Back "
                                     "it up, then run: cx-text store upgrade.")
        assert upgrade_store(place) == ("0001", "0005")
    with open_store(place) as store, store.reading() as connection:
        assert connection.execute(select(imports.c.file_name, imports.c.started_at)).all() == [
            ("a.csv", datetime(2026, 1, 1, tzinfo=UTC))]
        [logged] = connection.execute(select(audit_log)).all()
        assert (logged.action, logged.subject) == ("upgrade", {"from": "0001", "to": "0005"})
    assert upgrade_store(place) == ("0005", "0005")


def test_all_the_way_down_leaves_no_table(place):
    with open_store(place, create=True) as store, store.writing() as connection:
        schema.downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_newer_store_is_refused(place):
    with open_store(place, create=True) as store, store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    expected = (f"{store.place}: the store is of version 9999, which this cx_text does not know. Use the newer cx_text "
                "that wrote it.")
    for opened in (open_store, upgrade_store):
        with pytest.raises(ConfigError) as caught:
            opened(place)
        assert str(caught.value) == expected


def test_an_empty_database_is_no_store_until_it_is_made_one(place):
    if place.startswith("postgresql"):
        with pytest.raises(ConfigError) as caught:
            open_store(place)
        assert str(caught.value).endswith("there is no store in this database. Make one with cx-text import FILE.")
    else:
        with pytest.raises(ConfigError) as caught:
            open_store(place)
        assert str(caught.value) == (f"{place}: there is no store. Make one with cx-text import FILE, or name it with "
                                     "--store or CX_TEXT_DATABASE_URL.")


def test_what_is_no_store_is_left_as_it_was(tmp_path):
    words, other = tmp_path / "words.txt", tmp_path / "other.sqlite3"
    words.write_text("Dear diary, " * 1000)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")
    connection.close()
    before = words.read_bytes(), other.read_bytes()
    for path in (words, other):
        with pytest.raises(ConfigError) as caught:
            open_store(path, create=True)
        assert str(caught.value) == (f"{path}: this is something else than a store of cx_text. Give the path of a "
                                     "store, or of a file that is not there yet.")
    assert (words.read_bytes(), other.read_bytes()) == before


def test_a_new_file_is_for_its_owner_alone(tmp_path):
    with open_store(tmp_path / "a", create=True) as store, store.writing() as connection:
        connection.execute(insert(imports).values(AN_IMPORT))
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize(("address", "said"), [
    ("postgresql://me:pass@word@host/x", "the password in the address of the store holds an @. Write that as %40."),
    ("://pass", "the address of the store is no URL. Write it as postgresql://USER@HOST/DATABASE, or give the path of "
     "a file."),
    ("mysql://me:pass@host/x", "a store cannot be in 'mysql'. Write it as postgresql://USER@HOST/DATABASE, or give the "
     "path of a file."),
    ("sqlite://", "a store needs the path of a file. Write it as postgresql://USER@HOST/DATABASE, or give the path of "
     "a file."),
])
def test_addresses_that_are_none(address, said):
    with pytest.raises(ConfigError) as caught:
        open_store(address)
    assert str(caught.value) == said


def test_a_server_that_is_not_there_is_said_without_the_password():
    with pytest.raises(OutputError) as caught:
        open_store("postgresql://me:hunter2@127.0.0.1:1/x")
    assert str(caught.value).startswith("postgresql://127.0.0.1:1/x: the store cannot be opened: connection failed: ")
    assert "hunter2" not in str(caught.value)


def test_a_folder_is_no_store_and_a_folder_that_is_missing_is_said(tmp_path):
    with pytest.raises(ConfigError) as caught:
        open_store(tmp_path, create=True)
    assert str(caught.value) == f"{tmp_path}: this is a folder, and a store is one file."
    with pytest.raises(OutputError) as failed:
        open_store(tmp_path / "no" / "a", create=True)
    assert str(failed.value) == f"{tmp_path / 'no' / 'a'}: the store cannot be made: No such file or directory."


def test_the_place_is_given_or_from_the_environment_or_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CX_TEXT_DATABASE_URL", raising=False)
    assert open_store(create=True).place == "cx_text.sqlite3"
    monkeypatch.setenv("CX_TEXT_DATABASE_URL", f"sqlite:///{tmp_path}/named")
    assert open_store(create=True).place == f"{tmp_path}/named"
    assert open_store("given", create=True).place == "given"
    assert {"cx_text.sqlite3", "named", "given"} <= {path.name for path in tmp_path.iterdir()}


def test_two_processes_make_one_store(place):
    code = ("import sys; from cx_text.store.opening import open_store\n"
            "print(open_store(sys.argv[1], create=True).pseudonym('c'))")
    both = [subprocess.Popen([sys.executable, "-c", code, place], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate()[0] for process in both}
    assert [process.returncode for process in both] == [0] * 4
    assert len(said) == 1


def test_a_writer_that_fails_leaves_nothing(place):
    with open_store(place, create=True) as store:
        with contextlib.suppress(ZeroDivisionError), store.writing() as connection:
            connection.execute(insert(imports).values(AN_IMPORT))
            raise ZeroDivisionError
        with store.reading() as connection:
            assert connection.execute(select(func.count()).select_from(imports)).scalar() == 0


def test_a_busy_store_is_said(place, monkeypatch):
    monkeypatch.setattr("cx_text.store.database.BUSY_SECONDS", 0)
    with (open_store(place, create=True) as store, store.writing(), pytest.raises(OutputError) as caught,
          store.writing()):
        pass
    assert str(caught.value) == (f"{store.place}: another process has been writing to the store. Try again when it is "
                                 "done.")
    assert not caught.value.permanent


def test_a_reader_sees_one_moment_and_a_writer_waits_for_no_reader(place):
    with open_store(place, create=True) as store, store.reading() as connection:
        query = select(func.count()).select_from(imports)
        assert connection.execute(query).scalar() == 0
        with store.writing() as other:
            other.execute(insert(imports).values(AN_IMPORT))
        assert connection.execute(query).scalar() == 0
