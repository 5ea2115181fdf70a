"""Comments come back with all that a page shows of them, and forgotten ones not at all."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event, insert
from store_rows import answer, import_rows, write_export

from cx_text.comment import BrandMention, Polarity
from cx_text.store.forgetting import find_comment, forget
from cx_text.store.opening import open_store
from cx_text.store.reading import MaskedPlace, OpinionRow, comment_of, comments_of, customer_comments
from cx_text.store.tables import brand_mentions, opinions, runs, tags

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def store(place, tmp_path):
    """Return a store with three comments, the first of them in three versions, and two runs."""
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [
            answer(1, "First words", customer="c-1"), answer(2, "Sarah sent it late", score=9, plan="Basic"),
            answer(3, "Gone", customer="c-1")]))
        import_rows(opened, write_export(tmp_path / "b.csv", [answer(1, "Second  words", day=5, customer="c-1")]))
        import_rows(opened, write_export(tmp_path / "c.csv", [answer(1, "The app. A price.", day=9, customer="c-1")]))
        forget(opened, find_comment(opened, "survey:R-3"), how="comment")
        with opened.writing() as connection:
            connection.execute(insert(runs), [{"id": n, "recipe": "r", "manifest": {}, "started_at": NOW,
                                               "is_current": n == 2} for n in (1, 2)])
            read = {"polarity": "negative", "polarity_score": -0.5, "confidence": 0.75, "language": "en",
                    "kind": "answer", "n_windows": 1}
            connection.execute(insert(tags), [
                {**read, "run_id": 1, "comment_id": 1, "version": 1, "text": "First words"},
                {**read, "run_id": 2, "comment_id": 1, "version": 3, "text": "The app. A price."}])
            span = {"comment_id": 1, "polarity": "negative", "polarity_score": -0.5, "confidence": 0.75}
            connection.execute(insert(opinions), [
                {**span, "run_id": 2, "id": 1, "start": 9, "end": 17, "theme_id": None, "theme_confidence": 0.25},
                {**span, "run_id": 2, "id": 2, "start": 0, "end": 8, "theme_id": "t01", "theme_confidence": 1.0},
                {**span, "run_id": 1, "id": 3, "start": 0, "end": 5, "theme_id": "t01", "theme_confidence": 1.0}])
            connection.execute(insert(brand_mentions).values(run_id=2, comment_id=1, start=4, end=7, brand="App",
                                                             polarity=None))
        yield opened


def test_a_comment_is_whole(store):
    with store.reading() as connection:
        comment = comment_of(connection, 1, 2)
    assert (comment.id, comment.key, comment.source, comment.version, comment.verbatim, comment.nps_score) == (
        1, "survey:R-1", "survey", 3, "The app. A price.", 3)
    assert (comment.received_at, comment.segments, comment.file_name, comment.row, comment.column) == (
        datetime(2026, 3, 9, 10, tzinfo=UTC), {"Plan": "Plus"}, "c.csv", 2, "Why?")
    assert (comment.tags.polarity, comment.tags.language, comment.tags.flagged) == (Polarity.NEGATIVE, "en", None)
    assert comment.opinions == (
        OpinionRow(2, 0, 8, Polarity.NEGATIVE, -0.5, 0.75, "t01", 1.0),
        OpinionRow(1, 9, 17, Polarity.NEGATIVE, -0.5, 0.75, None, 0.25))
    assert [comment.words_of(opinion) for opinion in comment.opinions] == ["The app.", "A price."]
    assert comment.mentions == (BrandMention(4, 7, "App"),)
    assert [(v.version, v.verbatim, v.file_name, v.received_at.day) for v in comment.versions] == [
        (2, "Second  words", "b.csv", 5), (1, "First words", "a.csv", 1)]


def test_tags_of_another_version_or_run_are_not_shown(store):
    with store.reading() as connection:
        for run_id in (1, None, 99):
            comment = comment_of(connection, 1, run_id)
            assert (comment.verbatim, comment.tags, comment.opinions, comment.mentions) == (
                "The app. A price.", None, (), ())


def test_masked_places_are_those_of_the_stored_words(store):
    with store.reading() as connection:
        comment = comment_of(connection, 2, None)
    assert comment.masked == (MaskedPlace(0, 8, "<NAME_1>", "NAME"),)
    assert comment.verbatim == "<NAME_1> sent it late"


def test_forgotten_and_unknown_ones_are_not_there(store):
    with store.reading() as connection:
        assert [comment_of(connection, number, 2) for number in (3, 99)] == [None, None]
        assert [row.id for row in comments_of(connection, [2, 99, 3, 1], 2)] == [2, 1]
        assert comments_of(connection, [], 2) == []


def test_a_page_takes_four_queries(store):
    asked = []
    with store.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
        assert [row.versions for row in comments_of(connection, [1, 2, 3], 2)] == [(), ()]
    assert len(asked) == 4


def test_comments_of_a_customer_are_newest_first(store, tmp_path):
    import_rows(store, write_export(tmp_path / "d.csv", [answer(4, "Newest", day=20, customer="c-1"),
                                                         answer(5, "Oldest", day=2, customer="c-1")]))
    author = store.pseudonym("c-1")
    with store.reading() as connection:
        assert [row.verbatim for row in customer_comments(connection, author, 9)] == [
            "Newest", "The app. A price.", "Oldest"]
        [_, second] = customer_comments(connection, author, 2, run_id=2)
    assert second.tags.polarity is Polarity.NEGATIVE
