"""Figures and their limits."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, ttest_1samp

from cx_text.insights.nps import nps
from cx_text.monitor.blocks import AnswersByPeriod, ByCustomer, ByPeriod
from cx_text.monitor.judging import FIRING, LIMIT_WEEKLY, QUIET, RESOLVED, Entry, State, look_together
from cx_text.monitor.threshold import LimitOf, level_and_limit, share_and_limit

BELOW = replace(LIMIT_WEEKLY, direction="fall")


@given(st.integers(1, 400), st.floats(0, 1), st.floats(1, 99))
def test_a_share_has_the_mid_p_of_the_binomial_and_the_score_interval(n, part, limit):
    count = round(part * n)
    found = share_and_limit(np.array([float(count)]), np.array([float(n)]), limit)
    each = binom(n, limit / 100).pmf(np.arange(n + 1))
    assert found.rise[0] == pytest.approx(each[count + 1:].sum() + each[count] / 2, abs=1e-9)
    assert found.rise[0] + found.fall[0] == pytest.approx(1)
    interval = binomtest(count, n).proportion_ci(method="wilson")
    assert (found.low[0], found.high[0]) == pytest.approx((100 * interval.low, 100 * interval.high), abs=1e-6)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 200), st.floats(-90, 90))
def test_a_level_turns_round_with_its_answers(low, middle, high, limit):
    there = level_and_limit(np.array([[low, middle, high]], dtype=float), limit)
    back = level_and_limit(np.array([[high, middle, low]], dtype=float), -limit)
    assert there.value[0] == pytest.approx(nps(low, middle, high).nps)
    assert there.rise[0] == pytest.approx(back.fall[0])
    assert there.low[0] <= there.value[0] <= there.high[0]


def test_of_many_answers_it_is_the_test_of_a_mean():
    answers = np.repeat([-1.0, 0.0, 1.0], [300, 300, 400])
    found = level_and_limit(np.array([[300.0, 300.0, 400.0]]), 15)
    assert found.fall[0] == pytest.approx(ttest_1samp(answers, 0.15, alternative="less").pvalue, rel=0.05)


def test_few_answers_of_one_mind_are_not_sure():
    assert level_and_limit(np.array([[0.0, 0.0, 4.0]]), 50).rise[0] > 0.005
    assert level_and_limit(np.zeros((1, 3)), 50).rise[0] == 1.0
    assert share_and_limit(np.zeros(1), np.zeros(1), 10).fall[0] == 1.0


def test_customers_count_once_in_the_window():
    wrote = pd.DataFrame({"customer": [0, 0, 1, 2, 2, 3], "stratum": 0, "period": [0, 1, 1, 2, 3, 3]})
    raised = wrote.iloc[[0, 1, 3]].assign(series=0)
    watched = LimitOf(ByCustomer(wrote, raised, 1, 1, 4), 10.0)
    found = look_together([Entry(watched, (State(),), LIMIT_WEEKLY, is_alone=True)], 3)[0].compared[4]
    assert (found.n[0], found.among[0], found.value[0]) == (2, 4, 50.0)


def states_of(watched, rule, looks):
    states, seen = (State(),), []
    for now in looks:
        states = look_together([Entry(watched, states, rule, is_alone=True)], now)[0].states
        seen.append(states[0].name)
    return seen


def shares(*per_week, n=250):
    return LimitOf(ByPeriod(np.array([[per_week]]), np.full((1, len(per_week)), n)), 10.0)


def test_a_share_that_is_surely_over_the_limit_fires_until_it_is_back():
    watched = shares(*[25] * 4, 90, 30, 30, 10, 10, 10)
    assert states_of(watched, LIMIT_WEEKLY, range(3, 10)) == [QUIET, *[FIRING] * 5, RESOLVED]
    assert states_of(shares(*[25] * 4, 90), replace(LIMIT_WEEKLY, direction="fall"), range(3, 5)) == [QUIET] * 2


def test_what_is_only_likely_takes_two_looks():
    watched = shares(32, 32, 28, 28, 32)  # p 0.02, then 0.02
    found = look_together([Entry(watched, (State(),), LIMIT_WEEKLY, is_alone=True)], 3)[0]
    assert 0.005 < found.judgements[0].p < 0.025
    assert states_of(watched, LIMIT_WEEKLY, (3, 4)) == [QUIET, FIRING]


def test_few_customers_are_no_share():
    assert states_of(shares(*[3] * 4, n=4), LIMIT_WEEKLY, (3,)) == [QUIET]  # of 16 who wrote
    assert states_of(shares(*[1] * 4, n=5), replace(LIMIT_WEEKLY, min_customers=5), (3,)) == [QUIET]
    assert states_of(shares(*[3] * 4, n=5), LIMIT_WEEKLY, (3,)) == [FIRING]


def test_an_nps_that_is_surely_under_the_limit():
    answers = np.tile([40, 30, 30], (1, 1, 4, 1))
    watched = LimitOf(AnswersByPeriod(answers), 20.0)
    found = look_together([Entry(watched, (State(),), BELOW, is_alone=True)], 3)[0]
    first = found.judgements[0]
    assert (first.value, first.expected, first.n, first.window) == (pytest.approx(-10), 20.0, 400, 4)
    assert (first.controlled, found.states[0].name) == (first.p, FIRING)
    assert found.compared[4].high[0] < 20
    assert states_of(LimitOf(AnswersByPeriod(answers), -5.0), BELOW, (3,)) == [QUIET]


def test_what_stays_beyond_a_limit_fires_once_and_is_no_new_level():
    assert states_of(shares(*[50] * 60), LIMIT_WEEKLY, range(3, 60)) == [FIRING] * 57
