"""Several rules at one look, controlled together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from cx_text.monitor.blocks import ByPeriod
from cx_text.monitor.judging import (
    FIRING,
    QUIET,
    TREND_WEEKLY,
    WEEKLY,
    Entry,
    Rated,
    Rule,
    State,
    control,
    look,
    look_together,
)

FALL = Rule(direction="fall")
p_values = st.lists(st.floats(0, 1), max_size=8)


def rated(p):
    n = len(p)
    return Rated(np.array(p, dtype=float), np.full(n, 4), np.full(n, 12), np.full(n, 12.0), np.full(n, 3.0),
                 np.ones(n, dtype=bool), np.zeros(n, dtype=bool))


@given(st.lists(p_values, max_size=4))
def test_it_is_the_control_of_all_of_them_at_once(families):
    found = control([rated(p) for p in families])
    assert [len(own) for own in found] == [len(p) for p in families]
    whole = np.array([p for own in families for p in own])
    expected = false_discovery_control(whole) if len(whole) else whole
    assert np.concatenate([*found, np.empty(0)]) == pytest.approx(expected)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 10))
def test_a_rule_of_less_weight_needs_a_smaller_p(first, second, weight):
    found = np.concatenate(control([rated([first]), rated([second])], [1.0, weight]))
    mean = (1 + weight) / 2
    assert found == pytest.approx(false_discovery_control(np.minimum(1, [first * mean, second * mean / weight])))


def test_among_how_many_a_series_stands_is_by_weight():
    entries = [Entry(rated([0.5] * 10), (State(),) * 10, WEEKLY), Entry(rated([0.5] * 8), (State(),) * 8, TREND_WEEKLY)]
    assert [own.n_family for own in look_together(entries, 7)] == [12.0, 48.0]


def weeks(seed, n_themes=20):
    rng = np.random.default_rng(seed)
    return ByPeriod(rng.poisson(20.0, size=(n_themes, 1, 45)), np.full((1, 45), 1000))


def test_one_entry_is_a_look():
    alone = look(weeks(0), (State(),) * 20, WEEKLY, 44)
    assert look_together([Entry(weeks(0), (State(),) * 20, WEEKLY)], 44)[0].judgements == alone.judgements
    assert alone.n_family == 20


def test_more_that_is_watched_makes_a_change_less_of_a_wonder_but_for_what_is_alone():
    states = (State(),) * 20
    counts = np.random.default_rng(1).poisson(20.0, size=(20, 1, 45))
    counts[0, 0, -1] = 43
    first = Entry(ByPeriod(counts, np.full((1, 45), 1000)), states, WEEKLY)
    alone = look_together([first], 44)[0]
    together, falls = look_together([first, Entry(weeks(2), states, FALL)], 44)
    assert together.judgements[0].p == alone.judgements[0].p
    assert together.judgements[0].controlled > 1.5 * alone.judgements[0].controlled
    assert (together.n_family, falls.n_family) == (40, 40)
    with_limit = look_together([first, Entry(rated([1e-9, 0.3]), (State(),) * 2, WEEKLY, is_alone=True)], 44)
    assert with_limit[0].judgements == alone.judgements
    assert [j.controlled for j in with_limit[1].judgements] == [1e-9, 0.3]
    assert [s.name for s in with_limit[1].states] == [FIRING, QUIET]
    assert with_limit[1].n_family == 1


def test_a_rule_may_watch_nothing():
    nothing = ByPeriod(np.zeros((0, 1, 45), dtype=int), np.full((1, 45), 1000))
    found = look_together([Entry(nothing, (), FALL), Entry(weeks(0), (State(),) * 20, WEEKLY)], 44)
    assert (found[0].judgements, found[0].states) == ((), ())
    assert found[1].judgements == look(weeks(0), (State(),) * 20, WEEKLY, 44).judgements
    assert look_together([], 44) == ()


def test_what_others_have_rated_goes_through_the_same_states():
    found = look_together([Entry(rated([1e-5, 0.9]), (State(),) * 2, WEEKLY)], 7)[0]
    assert [(s.name, s.since) for s in found.states] == [(FIRING, 7), (QUIET, 0)]
    first = found.judgements[0]
    assert (first.window, first.n, first.value, first.expected, first.controlled) == (4, 12, 12.0, 3.0, 2e-5)
    assert found.compared == {}
