"""What was imported, as both databases tell it."""

import pytest
from sqlalchemy import update
from store_rows import answer, import_rows, write_export

from cx_text.errors import ConfigError
from cx_text.store.import_log import import_record, imports_of, ledger_page, whole_ledger
from cx_text.store.opening import open_store
from cx_text.store.tables import imports


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def test_imports_are_told_newest_first_with_counts_that_add_up(store, tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(1), answer(2), answer(3, score=99), answer(1)])
    import_rows(store, export)
    with store.writing() as connection:  # it was stopped just before its end
        connection.execute(update(imports).values(finished_at=None, counts=None))
    import_rows(store, export)
    import_rows(store, export, source="reviews")
    with store.reading() as connection:
        third, second, first = imports_of(connection)
        assert [found.id for found in imports_of(connection, 1, before=3)] == [2]
        assert import_record(connection, 3) == third
        with pytest.raises(ConfigError) as error:
            import_record(connection, 9)
    assert str(error.value) == "there is no import 9."
    assert (first.finished_at, first.is_done_since, first.n_rows) == (None, True, 0)
    assert (second.comments, second.ledger) == ({"unchanged": 2}, {"rejected": 1, "duplicate": 1})
    assert (third.source, third.file_name, third.columns, third.is_masked) == ("reviews", "a.csv", ("Why?",), True)
    for record in (second, third):
        assert sum(record.comments.values()) + sum(record.ledger.values()) == record.n_rows * len(record.columns)


def test_the_ledger_is_told_page_by_page_and_whole(store, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(n, score=99 if n < 5 else 9) for n in range(20)]))
    with store.reading() as connection:
        first = ledger_page(connection, 1, 3)
        second = ledger_page(connection, 1, 3, first[-1].id)
        assert [entry.row for entry in (*first, *second)] == [2, 3, 4, 5, 6]
        assert list(whole_ledger(connection, 1)) == [*first, *second]
        assert ledger_page(connection, 2) == []
    assert (first[0].column, first[0].outcome) == ("Why?", "rejected")
