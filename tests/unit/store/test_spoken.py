"""Where words stand, on both databases: those of the run, of the newest version, of nobody who was forgotten."""

from datetime import UTC, datetime

import numpy as np
import pytest
from made.spoken import words_at
from sqlalchemy import insert, select, update
from store_rows import answer, import_rows, write_export

from cx_text.comment import Polarity
from cx_text.store.columns import theme_confidences
from cx_text.store.forgetting import forget
from cx_text.store.opening import open_store
from cx_text.store.spoken import SpokenPlace, spoken_places
from cx_text.store.tables import comments, opinions, runs, tags

TEXT = "late again 🚚 and rude"
HALVES = ((0, 12, "late", "negative", 0.9), (17, 21, None, "negative", None))


@pytest.fixture
def store(place, tmp_path):
    """Return a store with four comments that two runs read, each with two opinions."""
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [answer(n, TEXT) for n in range(4)]))
        with opened.writing() as connection:
            for run in (1, 2):
                connection.execute(insert(runs).values(id=run, recipe="r", manifest={}, is_current=run == 2,
                                                       started_at=datetime.now(UTC)))
                for comment in ids_of(connection):
                    connection.execute(insert(tags).values(run_id=run, comment_id=comment, version=1, text=TEXT))
                    for start, end, theme, polarity, sure in HALVES[::-1]:
                        connection.execute(insert(opinions).values(
                            run_id=run, comment_id=comment, start=start, end=end, theme_id=theme, theme_confidence=sure,
                            polarity=Polarity(polarity), confidence=0.25 * run))
        yield opened


def ids_of(connection):
    return list(connection.execute(select(comments.c.id).order_by(comments.c.id)).scalars())


def ids(store):
    with store.reading() as connection:
        return ids_of(connection)


def test_words_stand_where_the_opinion_is_in_the_order_of_the_text(store):
    first, second, *_ = ids(store)
    with store.reading() as connection:
        found = spoken_places(connection, 2, [second, first])
        assert [(one.comment_id, one.words) for one in found] == [
            (first, "late again 🚚"), (first, "rude"), (second, "late again 🚚"), (second, "rude")]
        assert found[0] == SpokenPlace(first, 0, 12, "negative", 0.9, "late again 🚚")
        assert found[1].confidence == 0.5  # of its polarity, where it has no theme
        assert [one.confidence for one in spoken_places(connection, 1, [first])] == [0.9, 0.25]
        assert [one.words for one in spoken_places(connection, 2, [first], themes=["late", "app"])] == ["late again 🚚"]
        assert spoken_places(connection, 2, [first], themes=[]) == []
        rows = connection.execute(select(opinions.c.id, opinions.c.start).where(
            opinions.c.run_id == 2, opinions.c.comment_id == first).order_by(opinions.c.start)).all()
        assert [one.words for one in spoken_places(connection, 2, [first], ids=[rows[1].id])] == ["rude"]
        assert spoken_places(connection, 2, [second], ids=[rows[1].id]) == []
        sure = theme_confidences(connection, np.array(sorted([rows[0].id, rows[1].id, 10**6])))
        assert sure.dtype == np.float32
        assert np.isnan(sure).tolist() == [True, False, True]
        assert spoken_places(connection, 3, [first]) == []
        assert spoken_places(connection, 2, []) == []


def test_words_at_places_come_in_the_order_of_the_places(store):
    first, second, *_ = ids(store)
    with store.reading() as connection:
        assert words_at(connection, [(2, second, 17, 21), (1, first, 0, 4), (9, first, 0, 4), (2, 999, 0, 4)]) == [
            "rude", "late", None, None]
        assert words_at(connection, []) == []


def test_who_is_forgotten_has_no_words(store):
    first, second, *_ = ids(store)
    forget(store, [first], how="asked")
    with store.reading() as connection:
        assert {one.comment_id for one in spoken_places(connection, 2, [first, second])} == {second}
        assert words_at(connection, [(2, first, 0, 4), (2, second, 0, 4)]) == [None, "late"]


def test_what_is_shown_no_more_where_it_was_written_is_not_quoted(store):
    first, second, *_ = ids(store)
    with store.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == first).values(removed_at=datetime.now(UTC)))
    with store.reading() as connection:
        assert {one.comment_id for one in spoken_places(connection, 2, [first, second])} == {second}
        assert words_at(connection, [(2, first, 0, 4), (2, second, 0, 4)]) == [None, "late"]


def test_what_was_said_newly_has_no_words_of_before(store, tmp_path):
    first, second, *_ = ids(store)
    import_rows(store, write_export(tmp_path / "b.csv", [answer(0, "all is well now", day=2)]))
    with store.reading() as connection:
        assert connection.execute(select(comments.c.version).where(comments.c.id == first)).scalar_one() == 2
        assert {one.comment_id for one in spoken_places(connection, 2, [first, second])} == {second}
        assert words_at(connection, [(2, first, 0, 4), (2, second, 0, 4)]) == [None, "late"]
