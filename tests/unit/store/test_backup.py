"""A backup is a whole store, taken while others write."""

import stat
import threading

import pytest
from store_rows import answer, import_rows, n_rows, rows_of, write_export

from cx_text.errors import ConfigError, OutputError
from cx_text.store.backup import back_up
from cx_text.store.opening import open_store
from cx_text.store.tables import audit_log, comments


def test_a_backup_is_a_store_with_the_same_in_it(tmp_path):
    with open_store(tmp_path / "store", create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", [answer(n) for n in range(50)]))
        n_bytes = back_up(store, tmp_path / "copy")
        kept = rows_of(store, comments)
        [logged] = rows_of(store, audit_log)
    assert (logged.action, logged.subject) == ("backup", {"file": str(tmp_path / "copy"), "n_bytes": n_bytes})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "copy", "store"]
    assert (tmp_path / "copy").stat().st_size == n_bytes
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    with open_store(tmp_path / "copy") as copy, copy.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert rows_of(copy, comments) == kept


def test_a_backup_during_an_import_is_whole(tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(n) for n in range(6_000)])
    with open_store(tmp_path / "store", create=True) as store:
        thread = threading.Thread(target=import_rows, args=(store, export))
        thread.start()
        for number in range(3):
            back_up(store, tmp_path / f"copy{number}")
        thread.join()
    for number in range(3):
        with open_store(tmp_path / f"copy{number}") as copy:
            counts = n_rows(copy)
            with copy.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert counts.get("comments", 0) == counts.get("comment_segments", 0)
            assert counts.get("comments", 0) % 2_000 == 0
            assert sum(import_rows(copy, export).comments.values()) == 6_000


def test_what_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "copy").write_text("mine")
    with open_store(tmp_path / "store", create=True) as store, pytest.raises(OutputError) as caught:
        back_up(store, tmp_path / "copy")
    assert str(caught.value) == f"{tmp_path / 'copy'}: there is something already. Give the path of a new file."
    assert (tmp_path / "copy").read_text() == "mine"


def test_a_folder_that_is_missing_is_said(tmp_path):
    with open_store(tmp_path / "store", create=True) as store, pytest.raises(OutputError) as caught:
        back_up(store, tmp_path / "no" / "copy")
    assert str(caught.value) == f"{tmp_path / 'no' / 'copy'}: the backup cannot be written: No such file or directory."


def test_postgresql_has_its_own_tool(postgres):
    from postgres_server import new_database, remove_database

    address = new_database(postgres)
    with open_store(address, create=True) as store, pytest.raises(ConfigError) as caught:
        back_up(store, "copy")
    remove_database(postgres, address)
    assert str(caught.value) == (f"{store.place}: a store on PostgreSQL is backed up by PostgreSQL's own tool. Run: "
                                 "pg_dump --format=custom --file=FILE DATABASE.")
