"""Something new: what many customers say of late and no theme takes is a series of its own, under words of several."""

from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pytest
from made.spoken import words_at
from store_rows import import_rows, write_export

from cx_text.config import load_recipe
from cx_text.monitor.assessing import material_of
from cx_text.monitor.grouping import Group
from cx_text.monitor.history import history_of
from cx_text.monitor.judging import FIRING, State, look
from cx_text.monitor.new_themes import _labels, new_theme_quotes, new_themes, watched_new_themes
from cx_text.retagging import retag
from cx_text.store.opening import open_store
from cx_text.testing import FakeEmbedder, FakeModels
from cx_text.watch_options import WatchOptions, WatchRule

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 25)
RECIPE = load_recipe("nps_survey")
MODELS = FakeModels(RECIPE)
MODELS._open["embedding"] = FakeEmbedder(256)
USUAL = ["app crashes when paying", "app is slow", "app looks great", "staff are kind", "staff were rude today",
         "price is too high", "price went up again", "delivery came late", "delivery was cold"]
NEW = ["parking voucher was refused", "parking voucher refused", "refused my parking voucher",
       "parking voucher refused twice"]
RULE = WatchRule(name="New", kind="new_theme")
OPTIONS = WatchOptions(rules=(RULE,))


def written(number, day, words, customer=None):
    at = FIRST + timedelta(days=day)
    return (f"R-{number}", f"{at.isoformat()} 10:00", 5, words, "Plus", customer or f"c-{number}")


@pytest.fixture
def store(place, tmp_path):
    """Give 72 days of the usual, six comments a day, and twelve days in which two a day speak of something else."""
    with open_store(place, create=True) as opened:
        usual = [written(n, n // 6, f"{USUAL[n % 9]} {'abcdefghij'[n % 10] * 3}") for n in range(504)]
        import_rows(opened, write_export(tmp_path / "a.csv", usual[:300]))
        retag(opened, recipe=RECIPE, models=MODELS)
        new = [written(1000 + n, 72 + n // 2, NEW[n % 4]) for n in range(24)]
        import_rows(opened, write_export(tmp_path / "b.csv", usual[300:] + new))
        retag(opened, models=MODELS, only_waiting=True)
        yield opened


def history(store, until=LAST):
    material = material_of(store)
    return material.run_id, history_of(material.part, OPTIONS, until)


def judged(connection, run_id, past, known=(), states=None):
    rule = watched_new_themes(connection, run_id, past, OPTIONS, RULE, known)
    return rule, look(rule.watched, states or [State()] * len(rule.subjects), rule.limits, past.now)


def firing(rule, found):
    return [place for place, state in enumerate(found.states) if state.name == FIRING]


def test_what_many_say_of_late_fires_and_is_called_by_words_of_several(store):
    run_id, past = history(store)
    with store.reading() as connection:
        rule, found = judged(connection, run_id, past)
        [place] = firing(rule, found)
        subject, own = rule.subjects[place], found.judgements[place]
        assert subject.label == "Something new: parking, refused, voucher"
        assert (own.n, own.window, own.expected) == (14, 7, 0.0)
        quotes = new_theme_quotes(connection, run_id, past, rule.said[rule.said["series"] == place])
        words = words_at(connection, [(q["run_id"], q["comment_id"], q["start"], q["end"]) for q in quotes])
    assert len(set(words)) == 3
    assert set(words) <= set(NEW)


def test_before_it_came_nothing_fires(store):
    run_id, past = history(store, FIRST + timedelta(days=71))
    with store.reading() as connection:
        assert firing(*judged(connection, run_id, past)) == []


def test_a_group_that_fires_is_found_again_and_tells_nobody_twice(store):
    run_id, early = history(store, LAST - timedelta(days=4))
    with store.reading() as connection:
        rule, found = judged(connection, run_id, early)
        [place] = firing(rule, found)
        key = rule.subjects[place].id
        run_id, past = history(store)
        states = {key: found.states[place]}
        rule = watched_new_themes(connection, run_id, past, OPTIONS, RULE, [key])
        again = look(rule.watched, [states.get(s.id, State()) for s in rule.subjects], rule.limits, past.now)
    assert rule.subjects[0].id == key
    assert again.judgements[0].n == 14
    assert firing(rule, again) == [0]


def test_a_known_group_of_another_model_is_a_series_without_customers(store):
    run_id, past = history(store)
    with store.reading() as connection:
        found = new_themes(connection, run_id, past, 5, ["00ff"])
    assert found.keys[0] == "00ff"
    assert (found.labels[0], found.theme_ids[0]) == ("Something new", None)
    assert not (found.said["series"] == 0).any()


def test_where_not_all_are_compared_the_time_before_is_left_out(store, monkeypatch):
    monkeypatch.setattr("cx_text.monitor.new_themes.MOST_COMPARED", 30)
    run_id, past = history(store)
    with store.reading() as connection:
        found = new_themes(connection, run_id, past, 5)
    assert found.wrote["period"].min() == found.said["period"].min() > 0
    assert len(found.said) <= 30


def label_of(*texts):
    group = Group(np.zeros(2, dtype=np.uint8), np.arange(len(texts)))
    return _labels(MappingProxyType(dict(enumerate(texts))), np.arange(len(texts)), [group])[0]


def test_a_word_that_one_customer_uses_is_in_no_label():
    assert label_of("parking Fernsby", "parking") == "Something new: parking"
    assert label_of("Fernsby was there", "Wetherell too") == "Something new"
    assert label_of("tickets are gone", "my ticket is lost", "ticket again") == "Something new: ticket"


def test_a_label_has_neither_common_words_nor_placeholders():
    texts = ["<NAME_1> wouldn't open the barrier", "<NAME_1> could not open the barrier", "the barrier: open it!"]
    assert label_of(*texts) == "Something new: barrier, open"
