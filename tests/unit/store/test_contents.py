"""What a store says of itself."""

from datetime import UTC, datetime

from sqlalchemy import insert, update
from store_rows import answer, import_rows, rows_of, write_export

from cx_text.store import schema
from cx_text.store.contents import contents
from cx_text.store.forgetting import find_comment, forget
from cx_text.store.opening import open_store
from cx_text.store.tables import comments, imports, runs, tags


def test_a_new_store_is_empty(place):
    with open_store(place, create=True) as store:
        found = contents(store)
    assert found.n_bytes > 10_000
    assert (found.version, found.sources, found.n_waiting, found.n_imports, found.last_import_at) == (
        schema.revisions()[-1], {}, 0, 0, None)


def test_comments_versions_imports_and_what_waits_are_counted(place, tmp_path):
    with open_store(place, create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", [answer(1), answer(2), answer(3), answer(4, " ")]))
        import_rows(store, write_export(tmp_path / "b.csv", [answer(1, "Good now", day=3)]))
        import_rows(store, tmp_path / "b.csv", source="reviews")
        forget(store, find_comment(store, "survey:R-2"), how="comment")
        with store.writing() as connection:
            connection.execute(update(imports).where(imports.c.id == 2).values(finished_at=None))
        found = contents(store)
        last = max(row.finished_at for row in rows_of(store, imports) if row.finished_at)
    assert found.sources == {"reviews": 1, "survey": 3}
    assert (found.n_versions, found.n_forgotten, found.n_waiting) == (1, 1, 3)
    assert (found.n_imports, found.n_stopped, found.last_import_at) == (3, 1, last)


def test_tags_of_the_run_in_use_and_of_this_version_alone_count(place, tmp_path):
    with open_store(place, create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", [answer(1), answer(2)]))
        ids = [row.id for row in rows_of(store, comments)]
        with store.writing() as connection:
            connection.execute(insert(runs), [
                {"id": number, "recipe": "r", "manifest": {}, "started_at": datetime.now(UTC),
                 "is_current": number == 2} for number in (1, 2)])
            connection.execute(insert(tags), [{"run_id": 1, "comment_id": each, "version": 1} for each in ids])
        assert contents(store).n_waiting == 2
        with store.writing() as connection:
            connection.execute(insert(tags), [{"run_id": 2, "comment_id": each, "version": 1} for each in ids])
        assert contents(store).n_waiting == 0
        import_rows(store, write_export(tmp_path / "b.csv", [answer(1, "Good now", day=3)]))
        assert contents(store).n_waiting == 1
