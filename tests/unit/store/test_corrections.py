"""What a person says of an opinion holds in this run and in every later one, and can be undone exactly."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update
from store_rows import answer, import_rows, write_export

from cx_text.comment import Comment, Opinion, Polarity, Tags
from cx_text.errors import ConfigError
from cx_text.store.corrections import (
    Reading,
    all_corrections,
    correct_polarity,
    corrected,
    corrections_in_force,
    corrections_of,
    undo_correction,
    whole,
)
from cx_text.store.opening import open_store
from cx_text.store.tables import comments, opinions, runs, tags

NEGATIVE, NEUTRAL, POSITIVE, MIXED = Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE, Polarity.MIXED
TEXT = "Sick app! But the price. sick app"
SPANS = {(0, 9): (NEGATIVE, -0.9, 0.95), (14, 24): (POSITIVE, 0.5, 0.7), (25, 33): (NEGATIVE, -0.8, 0.85)}
WHOLE = (MIXED, -0.2, 0.7)


@pytest.fixture
def store(place, tmp_path):
    """Return a store with two comments; the run in use has read three opinions in the first, another run one."""
    with open_store(place, create=True) as opened:
        import_rows(opened, write_export(tmp_path / "a.csv", [answer(1, TEXT), answer(2, "Other words")]))
        with opened.writing() as connection:
            for run_id in (1, 2):
                connection.execute(insert(runs).values(id=run_id, recipe="r", manifest={}, is_current=run_id == 2,
                                                       started_at=datetime.now(UTC)))
                connection.execute(insert(tags).values(run_id=run_id, comment_id=1, version=1, text=TEXT,
                                                       **Reading(*WHOLE)._asdict()))
            rows = [(2, *place, *reading) for place, reading in SPANS.items()] + [(1, 0, 9, NEGATIVE, -0.9, 0.95)]
            connection.execute(insert(opinions), [
                dict(zip(("run_id", "start", "end", "polarity", "polarity_score", "confidence"), row, strict=True),
                     comment_id=1) for row in rows])
        yield opened


def correct(store, start, end, polarity, by="ana"):
    with store.writing() as connection:
        return correct_polarity(connection, store, 1, start, end, polarity, by)


def undo(store, correction_id):
    with store.writing() as connection:
        undo_correction(connection, store, correction_id)


def readings(store, run_id=2):
    """Return the reading of the comment in a run, and span → reading of its opinions."""
    with store.reading() as connection:
        row = connection.execute(select(tags).where(tags.c.run_id == run_id)).one()
        rows = connection.execute(select(opinions).where(opinions.c.run_id == run_id)).all()
        return tuple(Reading.of(row)), {(o.start, o.end): tuple(Reading.of(o)) for o in rows}


def test_a_correction_is_of_all_opinions_with_the_same_words(store):
    correct(store, 0, 9, POSITIVE)
    told = (POSITIVE, 1.0, 1.0)
    assert readings(store) == (told, {(0, 9): told, (14, 24): SPANS[14, 24], (25, 33): told})
    assert readings(store, run_id=1) == (WHOLE, {(0, 9): (NEGATIVE, -0.9, 0.95)})
    with store.reading() as connection:
        [found] = corrections_of(connection, 1)
    assert (found.comment, found.was, found.polarity, found.by, found.undone_at) == (
        "survey:R-1", NEGATIVE, POSITIVE, "ana", None)


def test_the_comment_stays_mixed_while_its_opinions_disagree(store):
    correct(store, 14, 24, NEGATIVE)
    assert readings(store)[0] == (NEGATIVE, -1.0, 1.0)
    correct(store, 0, 9, POSITIVE)
    assert readings(store)[0] == (MIXED, -0.2, 1.0)


def test_undoing_brings_back_exactly_what_was_read(store):
    first, second = correct(store, 0, 9, POSITIVE), correct(store, 25, 33, NEUTRAL)
    other = correct(store, 14, 24, NEUTRAL)
    undo(store, second)
    assert readings(store)[1][25, 33] == (POSITIVE, 1.0, 1.0)
    undo(store, other)
    undo(store, first)
    assert readings(store) == (WHOLE, {(0, 9): SPANS[0, 9], (14, 24): SPANS[14, 24], (25, 33): SPANS[0, 9]})
    with store.reading() as connection:
        assert [bool(c.undone_at) for c in corrections_of(connection, 1)] == [True] * 3
        assert corrections_in_force(connection, [1, 2]) == {}


def test_an_earlier_correction_that_is_undone_leaves_the_later_one(store):
    first, second = correct(store, 0, 9, POSITIVE), correct(store, 0, 9, NEUTRAL)
    undo(store, first)
    assert readings(store)[1][0, 9] == (NEUTRAL, 0.0, 1.0)
    undo(store, second)
    assert readings(store)[1][0, 9] == SPANS[0, 9]


def test_a_later_run_carries_it_out(store):
    correct(store, 0, 9, NEUTRAL)
    correct(store, 0, 9, POSITIVE)
    retagged = Comment("survey:R-1", TEXT, "survey", tags=Tags(
        text="The price is bad. SICK  app", polarity=NEGATIVE, polarity_score=-0.4, confidence=0.5,
        opinions=(Opinion(0, 17, NEGATIVE, -0.6, 0.8), Opinion(18, 27, NEGATIVE, -0.7, 0.9))))
    with store.reading() as connection:
        found = corrections_in_force(connection, [1, 2])
    assert list(found) == [1]
    again = corrected(retagged, store, found[1])
    assert [tuple(Reading.of(o)) for o in again.tags.opinions] == [(NEGATIVE, -0.6, 0.8), (POSITIVE, 1.0, 1.0)]
    assert tuple(Reading.of(again.tags)) == (MIXED, -0.4, 0.8)
    assert corrected(retagged, store, {}) is retagged
    untagged = Comment("survey:R-1", TEXT, "survey")
    assert corrected(untagged, store, found[1]) is untagged


@pytest.mark.parametrize(("read", "said", "expected"), [
    ((NEGATIVE, -0.5, 0.6), [], (NEGATIVE, -0.5, 0.6)),
    ((NEGATIVE, -0.5, 0.6), [(POSITIVE, 1.0, 1.0)], (POSITIVE, 1.0, 1.0)),
    ((NEGATIVE, -0.5, 0.6), [(POSITIVE, 1.0, 1.0), (POSITIVE, 0.4, 0.6)], (POSITIVE, 1.0, 1.0)),
    ((NEGATIVE, -0.5, 0.6), [(POSITIVE, 1.0, 1.0), (NEGATIVE, -0.4, 0.6)], (MIXED, -0.5, 0.6)),
    ((NEGATIVE, -0.5, 0.8), [(POSITIVE, 1.0, 1.0), (NEGATIVE, -0.4, 0.5)], (NEGATIVE, -0.5, 0.8)),
    ((MIXED, -0.1, 0.6), [(NEUTRAL, 0.0, 1.0), (NEGATIVE, -0.4, 0.6)], (NEGATIVE, -0.4, 0.6)),
    ((MIXED, -0.1, 0.6), [(NEUTRAL, 0.0, 1.0), (NEUTRAL, 0.1, 0.6)], (NEUTRAL, 0.0, 1.0)),
    ((None, None, None), [(None, None, None)], (None, None, None)),
])
def test_the_whole_follows_its_opinions(read, said, expected):
    assert tuple(whole(Reading(*read), [Reading(*one) for one in said])) == expected


def test_what_is_not_there_cannot_be_corrected(store):
    gone = ("the comment has no opinion from 0 to 5 in the run in use. "
            "Open it anew: it was tagged again, or changed.")
    with pytest.raises(ConfigError) as caught:
        correct(store, 0, 5, POSITIVE)
    assert str(caught.value) == gone
    with store.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == 1).values(version=2))
    with pytest.raises(ConfigError) as caught:
        correct(store, 0, 9, POSITIVE)
    assert str(caught.value) == gone.replace("to 5", "to 9")
    with pytest.raises(ConfigError) as caught:
        correct(store, 0, 9, MIXED)
    assert str(caught.value) == "one opinion is never mixed. Say negative, neutral or positive."
    with pytest.raises(ConfigError) as caught:
        undo(store, 7)
    assert str(caught.value) == "there is no correction 7 in force."


def test_a_correction_of_words_that_are_gone_can_be_undone(store):
    number = correct(store, 0, 9, POSITIVE)
    with store.writing() as connection:
        connection.execute(update(tags).where(tags.c.run_id == 2).values(text="x" * 33))
    before = readings(store)
    undo(store, number)
    assert readings(store) == before
    with pytest.raises(ConfigError) as caught:
        undo(store, number)
    assert str(caught.value) == f"there is no correction {number} in force."


def test_corrections_are_paged_newest_first(store):
    numbers = [correct(store, 0, 9, polarity) for polarity in (POSITIVE, NEUTRAL, NEGATIVE)]
    with store.reading() as connection:
        page = all_corrections(connection, limit=2)
        assert [c.id for c in page] == numbers[:0:-1]
        assert [c.id for c in all_corrections(connection, page[-1].id, 2)] == numbers[:1]
        assert [c.was for c in page] == [NEGATIVE, NEGATIVE]
