"""What is forgotten is nowhere, also not in the bytes of the file, and does not come back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, text, update
from store_rows import answer, import_rows, n_rows, rows_of, write_export

from cx_text.comment import Polarity
from cx_text.errors import ConfigError
from cx_text.store.comments import Arrival
from cx_text.store.corrections import correct_polarity
from cx_text.store.forgetting import find_author, find_comment, find_older, forget
from cx_text.store.opening import open_store
from cx_text.store.searching import search_words
from cx_text.store.tables import (
    audit_answers,
    audit_items,
    audit_log,
    audits,
    brand_mentions,
    case_notes,
    cases,
    codeframes,
    comments,
    corrections,
    decisions,
    metadata,
    opinions,
    proposals,
    runs,
    tags,
)
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


@pytest.fixture
def worked_with(store):
    """Return the store after people worked with that comment and another: corrected, audited, followed up, quoted."""
    at = {"at": datetime.now(UTC), "by": "ana"}
    [comment], [other] = find_comment(store, "survey:R-7"), find_comment(store, "survey:R-8")
    with store.writing() as connection:
        connection.execute(insert(tags).values(run_id=1, comment_id=other, version=1, text="Number 8 is late again"))
        connection.execute(insert(opinions).values(run_id=1, comment_id=other, start=0, end=22))
        connection.execute(update(opinions).where(opinions.c.comment_id == comment).values(end=len(SECRET_WORDS)))
        connection.execute(insert(audits).values(id=1, run_id=1, plan={}, by="ana", started_at=at["at"]))
        for place, (number, end) in enumerate([(comment, len(SECRET_WORDS)), (other, 22)], start=1):
            correct_polarity(connection, store, number, 0, end, Polarity.NEGATIVE, "ana")
            connection.execute(insert(audit_items).values(
                audit_id=1, place=place, comment_id=number, start=0, end=end, stratum="t01", weight=1.0,
                is_second_look=False))
            connection.execute(insert(audit_answers).values(audit_id=1, place=place, **at))
            connection.execute(insert(cases).values(id=place, comment_id=number, owner="ana", state="open", by="ana",
                                                    opened_at=at["at"]))
            connection.execute(insert(case_notes).values(case_id=place, words=f"Xena said so of {place}", **at))
        definition = {"version": 1, "themes": [
            {"id": "t01", "label": "Quarrels", "exemplars": [SECRET_WORDS.upper(), "Late again"],
             "summary": f"{SECRET_WORDS}."}], "moved": {"xylophone quarrel with <name_1> one": "t01", "late again": ""}}
        connection.execute(insert(codeframes).values(name="main", version=1, definition=definition, arrays=b"",
                                                     made_at=at["at"]))
        connection.execute(insert(proposals).values(codeframe_name="main", definition=definition, arrays=b"",
                                                    diff=[{"exemplars": [SECRET_WORDS]}], by="ana", made_at=at["at"]))
        for decision in ({"action": "move", "texts": [f"{SECRET_WORDS} two", "Late again"]},
                         {"action": "split", "parts": [{"label": "One", "examples": [f"{SECRET_WORDS}!"]}]}):
            connection.execute(insert(decisions).values(codeframe_name="main", decision=decision, **at))
    return store


def whole_text(store):
    """Return all that the database has, its statistics too, as one text of lower case."""
    with store.reading() as connection:
        names = [table.name for table in metadata.sorted_tables]
        if not store.is_sqlite:
            names += ["comment_words", "pg_stats"]
            rows = [connection.execute(text(f"SELECT t::text FROM {name} t")).scalars().all() for name in names]
        else:
            rows = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in names]
    return str(rows).lower()


def test_words_are_nowhere_after_people_worked_with_them(worked_with):
    store = worked_with
    if not store.is_sqlite:
        with store.writing() as connection:
            connection.execute(text("ANALYZE"))
    assert {"xylophone quarrel", "xena", "xenon"} == {w for w in ("xylophone quarrel", "xena", "xenon")
                                                      if w in whole_text(store)}
    forget(store, find_author(store, "c-7"), how="author")
    left = whole_text(store)
    assert [word for word in ("xylophon", "quarrel with", "xena said so of 1", "xenon") if word in left] == []
    assert n_rows(store) == {
        "comments": 301, "comment_segments": 299, "imports": 2, "runs": 1, "audit_log": 1, "tags": 1, "opinions": 1,
        "audits": 1, "audit_items": 1, "audit_answers": 1, "cases": 1, "case_notes": 1, "corrections": 1,
        "codeframes": 1, "proposals": 1, "decisions": 2}
    kept = {"version": 1, "themes": [{"id": "t01", "label": "Quarrels", "exemplars": ["Late again"], "summary": ""}],
            "moved": {"late again": ""}}
    assert [row.definition for row in (*rows_of(store, codeframes), *rows_of(store, proposals))] == [kept, kept]
    assert [row.diff for row in rows_of(store, proposals)] == [[{"exemplars": []}]]
    assert [row.decision for row in rows_of(store, decisions)] == [
        {"action": "move", "texts": ["Late again"]},
        {"action": "split", "parts": [{"label": "One", "examples": []}]}]
    assert [row.place for row in rows_of(store, audit_answers)] == [2]
    assert [row.words for row in rows_of(store, case_notes)] == ["Xena said so of 2"]
    [other] = find_comment(store, "survey:R-8")
    assert [row.comment_id for row in rows_of(store, corrections)] == [other]
    with store.reading() as connection:
        assert search_words(connection, "xylophone OR quarrel").ids == []
        assert len(search_words(connection, "late").ids) == 299


def test_no_word_of_the_index_is_left_in_the_files(worked_with, tmp_path):
    if not worked_with.is_sqlite:
        pytest.skip("the files of a server are its own")
    hidden = [b"xylophon", b"ylophon", b"uarrel with", b"Xena said so of 1", b"quarrel"]

    def found():
        whole = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite3*"))
        return [words for words in hidden if words in whole]

    assert found() == hidden
    assert forget(worked_with, find_author(worked_with, "c-7"), how="author").is_overwritten
    assert found() == []


def test_older_ones_are_found_by_when_they_came(store):
    with store.writing() as connection:
        connection.execute(update(comments).where(comments.c.key == "R-3").values(received_at=None))
        connection.execute(update(comments).where(comments.c.key == "R-4").values(
            received_at=None, stored_at=datetime(2025, 1, 1, tzinfo=UTC)))
        connection.execute(update(comments).where(comments.c.key == "R-5").values(
            received_at=datetime(2025, 6, 1, tzinfo=UTC), verbatim=""))
    old = find_older(store, datetime(2026, 1, 1, tzinfo=UTC))
    with store.reading() as connection:
        assert connection.execute(select(comments.c.key).where(comments.c.id.in_(old))
                                  .order_by(comments.c.id)).scalars().all() == ["R-4", "R-5"]
    forget(store, old, how="age")
    assert find_older(store, datetime(2026, 1, 1, tzinfo=UTC)) == []
    assert len(find_older(store, datetime(2026, 3, 2, tzinfo=UTC))) == 297
    assert [row.subject["by"] for row in rows_of(store, audit_log)] == ["age"]


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
