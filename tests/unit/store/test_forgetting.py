"""What is forgotten is nowhere, also not in the bytes of the file, and does not come back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from store_rows import answer, import_rows, n_rows, rows_of, write_export

from cx_text.errors import ConfigError
from cx_text.store.comments import Arrival
from cx_text.store.forgetting import find_author, find_comment, forget
from cx_text.store.opening import open_store
from cx_text.store.tables import audit_log, brand_mentions, comments, opinions, runs, tags
from cx_text.vault import new_key

SECRET_WORDS = "xylophone quarrel with Sarah"


@pytest.fixture
def store(place, tmp_path, monkeypatch):
    """Return a store with 300 comments, one of them in two versions, tagged, with a masked and sealed name."""
    monkeypatch.setenv("CX_TEXT_VAULT_KEY", new_key())
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [
            answer(n, f"{SECRET_WORDS} one" if n == 7 else f"Number {n} is late again " * 9) for n in range(300)]))
        import_rows(opened, write_export(tmp_path / "b.csv", [
            answer(7, f"{SECRET_WORDS} two", day=9, plan="Xenon"), answer(400, "And again", customer="c-7")]))
        [comment] = find_comment(opened, "survey:R-7")
        with opened.writing() as connection:
            connection.execute(insert(runs).values(id=1, recipe="r", manifest={}, is_current=True,
                                                   started_at=datetime.now(UTC)))
            connection.execute(insert(tags).values(run_id=1, comment_id=comment, version=2, text=f"{SECRET_WORDS} two"))
            span = {"run_id": 1, "comment_id": comment, "start": 0, "end": 9}
            connection.execute(insert(opinions).values(**span, theme_id="t01"))
            connection.execute(insert(brand_mentions).values(**span, brand="Xenobrand"))
        yield opened


def test_an_author_is_forgotten_everywhere(store):
    before = n_rows(store)
    ids = find_author(store, "c-7")
    done = forget(store, ids, how="author")
    assert (done.n_comments, done.n_versions, done.is_overwritten) == (2, 1, True)
    gone = before.items() - n_rows(store).items()
    assert {name for name, _ in gone} == {"comment_versions", "comment_segments", "redactions", "vault", "tags",
                                          "opinions", "brand_mentions"}
    assert n_rows(store) == {"comments": 301, "comment_segments": 299, "imports": 2, "runs": 1, "audit_log": 1}
    left = [row for row in rows_of(store, comments) if row.id in ids]
    assert [(row.key, row.verbatim, row.author, row.segments, row.nps_score, row.received_at) for row in left] == [
        ("R-7", "", None, {}, None, None), ("R-400", "", None, {}, None, None)]
    assert all(row.deleted_at for row in left)
    assert find_author(store, "c-7") == []
    assert [(row.action, row.subject) for row in rows_of(store, audit_log)] == [
        ("forget", {"by": "author", "comments": 2, "older_versions": 1})]


def test_no_word_is_left_in_the_files(store, tmp_path):
    if not store.is_sqlite:
        pytest.skip("the files of a server are its own")
    hidden = [store.pseudonym("c-7").encode(), b"xylophone", b"Xenon", b"Xenobrand"]

    def found():
        whole = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite3*"))
        return [words for words in hidden if words in whole]

    assert found() == hidden
    forget(store, find_author(store, "c-7"), how="author")
    assert found() == []


def test_what_was_forgotten_does_not_come_back(store, tmp_path):
    forget(store, find_comment(store, "survey:R-7"), how="comment")
    done = [import_rows(store, tmp_path / name).comments for name in ("a.csv", "b.csv")]
    assert done == [{Arrival.UNCHANGED: 299, Arrival.FORGOTTEN: 1}, {Arrival.UNCHANGED: 1, Arrival.FORGOTTEN: 1}]
    newer = import_rows(store, write_export(tmp_path / "c.csv", [answer(7, "Newer words", day=20)]))
    assert newer.comments == {Arrival.FORGOTTEN: 1}
    assert [row.verbatim for row in rows_of(store, comments) if row.key == "R-7"] == [""]


def test_a_reader_at_work_keeps_traces_and_that_is_said(store, monkeypatch):
    if not store.is_sqlite:
        pytest.skip("the files of a server are its own")
    monkeypatch.setattr("cx_text.store.database.BUSY_SECONDS", 0)
    with open_store(store.place) as other, other.reading() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM comments").scalar()
        impatient = open_store(store.place)
        done = forget(impatient, find_comment(impatient, "survey:R-7"), how="comment")
        impatient.close()
    assert not done.is_overwritten


def test_comments_are_found_by_the_names_that_results_have(store, tmp_path):
    header = ("id", "A?", "B?")
    options = {"id": "id", "verbatim": ["A?", "B?"], "source": "shop:uk", "received_at": None, "nps_score": None,
               "segments": None, "customer": None}
    import_rows(store, write_export(tmp_path / "c.csv", [("x:1", "one", "two"), ("x", "three", "four")], header),
                **options)
    keys = {row.id: row.key for row in rows_of(store, comments) if row.source == "shop:uk"}
    found = {name: [keys[found] for found in find_comment(store, f"shop:uk:{name}")]
             for name in ("x:1:2", "x", "x:1", "y")}
    assert found == {"x:1:2": ["x:1:2"], "x": ["x:1", "x:2"], "x:1": ["x:1"], "y": []}


def test_a_name_without_a_source_is_none(store):
    with pytest.raises(ConfigError) as caught:
        find_comment(store, "R-7")
    assert str(caught.value) == "'R-7' is no comment's id. Give source and id, such as survey:R-10001."
