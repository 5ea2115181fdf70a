"""An audit is drawn from a run, judged blind, and says how right the run is."""

import numpy as np
import pytest
from made.invented_store import THEMES, fill
from sqlalchemy import delete, update
from store_rows import rows_of

from cx_text.errors import ConfigError
from cx_text.store import audits
from cx_text.store.opening import open_store
from cx_text.store.tables import audit_items, audit_log, comments, opinions


@pytest.fixture
def store(place, tmp_path):
    with open_store(place, create=True) as opened:
        fill(opened, tmp_path)
        yield opened


def started(store, n=30, **options):
    run_id = rows_of(store, opinions, opinions.c.run_id)[0][0]
    ids = np.array([row[0] for row in rows_of(store, opinions, opinions.c.id)])
    return audits.start(store, run_id, ids, THEMES, by="Ann", n=n, **options)


def say(store, audit_id, place, theme_id="t1", polarity="negative", by="Ann"):
    with store.writing() as connection:
        audits.answer(connection, audit_id, place, by=by, theme_id=theme_id, polarity=polarity)


def judge_all(store, audit_id, of=lambda item: (item.theme_id, item.polarity)):
    """Answer everything, as the run did or as `of` has it."""
    for item in rows_of(store, audit_items):
        theme, polarity = of(item)
        say(store, audit_id, item.place, theme, polarity)


def found(store, what, audit_id, *more):
    with store.reading() as connection:
        return getattr(audits, what)(connection, audit_id, *more)


def test_a_sample_has_second_looks_in_its_last_third_and_first_level_themes(store):
    audit_id = started(store)
    items = rows_of(store, audit_items)
    seconds = [item for item in items if item.is_second_look]
    assert (len(items), len(seconds)) == (33, 3)
    assert min(item.place for item in seconds) >= 20
    assert {item.weight for item in seconds} == {0.0}
    spans = {(item.comment_id, item.start): item.place for item in items if not item.is_second_look}
    assert all(spans[item.comment_id, item.start] < 10 for item in seconds)
    assert {item.theme_id for item in items} == {"t1", "t2", "t3", None}
    assert sum(item.weight for item in items) == pytest.approx(len(rows_of(store, opinions)))
    audit = found(store, "audit", audit_id)
    assert (audit.by, audit.n_items, audit.n_done, audit.finished_at) == ("Ann", 33, 0, None)
    assert audit.themes == (("t1", "App crashes"), ("t2", "Late delivery"), ("t3", "Prices"))


def test_an_opinion_is_shown_without_what_the_run_says(store):
    audit_id = started(store)
    item = found(store, "next_item", audit_id)
    assert item.place == 0
    assert item.text[item.start:item.end] in {"the app keeps crashing", "it crashes when I pay", "the driver was late",
                                              "prices are too high", "and so on"}
    assert (item.is_answered, item.theme_id, item.polarity) == (False, None, None)
    assert not hasattr(item, "is_second_look")


def test_answers_lead_on_and_the_last_one_counts(store):
    audit_id = started(store)
    say(store, audit_id, 0, "t2", "positive")
    say(store, audit_id, 0, None, "neutral", by="Ben")
    assert found(store, "next_item", audit_id).place == 1
    again = found(store, "item", audit_id, 0)
    assert (again.is_answered, again.theme_id, again.polarity) == (True, None, "neutral")
    assert found(store, "audit", audit_id).n_done == 1
    assert found(store, "result", audit_id).n_judged == 1


def test_a_run_that_is_always_right_has_all_figures_at_a_hundred(store):
    audit_id = started(store, n=60)
    judge_all(store, audit_id)
    assert found(store, "next_item", audit_id) is None
    said = found(store, "result", audit_id)
    assert (said.n_judged, said.share_covered) == (60, pytest.approx(1))
    assert said.theme_right.value == said.polarity_right.value == pytest.approx(100)
    assert said.same_theme_again.share.value == 100
    for row in said.themes:
        assert row.corrected_share.value == pytest.approx(row.tagged_share)
    assert [row.name for row in said.themes] == ["t1", "t2", "t3", None]


def test_what_a_person_says_otherwise_moves_the_shares(store):
    audit_id = started(store, n=60)
    judge_all(store, audit_id, lambda item: ("t1" if item.theme_id == "t2" else item.theme_id, item.polarity))
    crashes, late, _, _ = found(store, "result", audit_id).themes
    assert late.precision.value == 0
    assert crashes.precision.value == pytest.approx(100)
    both = crashes.tagged_share + late.tagged_share
    assert crashes.corrected_share.value == pytest.approx(both)
    assert crashes.recall.value == pytest.approx(100 * crashes.tagged_share / both)


def test_cannot_tell_is_an_answer_that_is_left_out(store):
    audit_id = started(store)
    judge_all(store, audit_id, lambda item: (None, None))
    assert found(store, "audit", audit_id).n_done == 33
    assert found(store, "result", audit_id).n_judged == 0


def test_a_second_look_is_compared_with_the_first(store):
    audit_id = started(store, n=90)
    judge_all(store, audit_id, lambda item: (item.theme_id, "neutral" if item.is_second_look else item.polarity))
    said = found(store, "result", audit_id)
    assert said.same_theme_again.share.n == 9
    assert (said.same_theme_again.share.value, said.same_polarity_again.share.value) == (100, 0)


def test_a_finished_audit_stays_as_it_is(store):
    audit_id = started(store)
    say(store, audit_id, 0)
    with store.writing() as connection:
        audits.finish(connection, audit_id, by="Ann")
    assert [(row.who, row.action, row.subject) for row in rows_of(store, audit_log)] == [
        ("Ann", "finish audit", {"audit": audit_id})]
    with pytest.raises(ConfigError) as error:
        say(store, audit_id, 0, "t2")
    assert str(error.value) == (f"audit {audit_id}: this audit is finished, so its answers stay as they are. Start "
                                "another one.")
    assert found(store, "audit", audit_id).finished_at is not None


@pytest.mark.parametrize(("given", "said"), [
    ({"place": 99}, "audit 1: there is no opinion 100 any more."),
    ({"theme_id": "t1a"}, "audit 1: there is no theme 't1a' to choose."),
    ({"polarity": "mixed"}, "audit 1: an opinion is negative, neutral or positive, not 'mixed'."),
    ({"audit_id": 7}, "there is no audit 7."),
])
def test_a_wrong_answer_is_one_line(store, given, said):
    started(store)
    with pytest.raises(ConfigError) as error:
        say(store, **{"audit_id": 1, "place": 0, **given})
    assert str(error.value) == said


def test_forgotten_and_newer_comments_drop_out_and_the_rest_stands_for_all(store, tmp_path):
    audit_id = started(store, n=60)
    judge_all(store, audit_id)
    first = rows_of(store, audit_items)[0]
    with store.writing() as connection:
        connection.execute(delete(audit_items).where(audit_items.c.comment_id == first.comment_id))
    said = found(store, "result", audit_id)
    assert said.n_judged < 60
    assert said.share_covered == pytest.approx(1)
    fresh = started(store)
    item = found(store, "next_item", fresh)
    with store.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == item.comment_id).values(version=9))
    assert found(store, "next_item", fresh).comment_id != item.comment_id
    assert found(store, "item", fresh, item.place) is None


def test_the_newest_audit_comes_first(store):
    one, two = started(store), started(store, seed=1, view="source=survey")
    with store.reading() as connection:
        listed = [(audit.id, audit.view) for audit in audits.all_audits(connection)]
    assert listed == [(two, "source=survey"), (one, "")]


def test_of_many_opinions_some_are_drawn(store, monkeypatch):
    monkeypatch.setattr(audits, "_MOST_READ", 50)
    started(store, n=10)
    assert sum(item.weight for item in rows_of(store, audit_items)) == pytest.approx(50)


def test_without_opinions_there_is_nothing_to_judge(place, tmp_path):
    with open_store(place, create=True) as store:
        fill(store, tmp_path, n=3, tag=False)
        with pytest.raises(ConfigError) as error:
            audits.start(store, 1, np.array([], dtype=np.int64), THEMES, by="Ann")
    assert str(error.value) == ("there is nothing to judge: no opinions were read in these comments. Tag them first, "
                                "or choose a wider part.")
