"""Slow changes."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.monitor.blocks import AnswersByPeriod, ByCustomer, ByPeriod, Cut
from cx_text.monitor.judging import FIRING, QUIET, TREND_WEEKLY, State, look
from cx_text.monitor.trend import TrendOf, trends_of_counts, trends_of_levels

seeds = st.integers(0, 2**32 - 1)


def drawn(seed):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(np.exp(rng.uniform(-2, 4, size=(3, 2, 1))), size=(3, 2, 26)).astype(float)
    return counts, rng.integers(30, 300, size=(3, 2, 26)).astype(float)


def answered(seed):
    rng = np.random.default_rng(seed)
    return rng.multinomial(rng.integers(0, 60, size=(2, 2, 26)), rng.dirichlet([1, 1, 1])).astype(float)


def of_counts(counts, exposures, n_blocks=13):
    return trends_of_counts(counts, exposures, n_blocks, counts[..., -n_blocks:].sum(axis=(1, 2)))


def cut(now, length, n_series, n_periods, n_past=0):
    return Cut(now, length, np.full(n_series, now - length), n_past, np.zeros((n_series, n_periods), dtype=bool))


@given(seeds)
def test_the_order_of_strata_does_not_matter(seed):
    counts, exposures = drawn(seed)
    there, back = of_counts(counts, exposures), of_counts(counts[:, ::-1], exposures[:, ::-1])
    assert there.rise == pytest.approx(back.rise)
    assert there.effect == pytest.approx(back.effect, rel=1e-5)


@given(seeds)
def test_p_of_a_rise_and_of_a_fall_add_up_and_turn_with_time(seed):
    counts, exposures = drawn(seed)
    there = of_counts(counts[..., 13:], exposures[..., 13:])
    back = of_counts(counts[..., :12:-1], exposures[..., :12:-1])
    known = there.rise < 1
    assert (there.rise + there.fall)[known] == pytest.approx(1.0)
    assert there.rise[known] == pytest.approx(back.fall[known])
    assert there.effect == pytest.approx(1 / back.effect, rel=1e-4)
    assert ((there.low <= there.effect) & (there.effect <= there.high)).all()


@given(seeds)
def test_twice_as_many_who_write_are_no_trend_of_their_own(seed):
    counts, exposures = drawn(seed)
    doubled = of_counts(counts, 2 * exposures)
    assert doubled.rise == pytest.approx(of_counts(counts, exposures).rise)


@given(seeds)
def test_turning_answers_round_turns_rise_and_fall(seed):
    answers = answered(seed)
    there, back = trends_of_levels(answers, 13), trends_of_levels(answers[..., ::-1], 13)
    known = there.rise < 1
    assert there.rise[known] == pytest.approx(back.fall[known])
    assert there.effect == pytest.approx(-back.effect, abs=1e-9)
    assert there.low == pytest.approx(-back.high, abs=1e-9)


def test_a_line_is_found_with_its_ends():
    counts = np.round(400 * np.exp(np.linspace(0, np.log(2), 26)))[None, None]
    found = of_counts(counts, np.full((1, 1, 26), 5000.0), 26)
    assert (found.expected[0], found.value[0]) == (pytest.approx(400, rel=0.01), pytest.approx(800, rel=0.01))
    assert found.low[0] < 2 < found.high[0]
    assert found.effect[0] == pytest.approx(2, rel=0.01)
    assert (found.rise[0] < 1e-6, found.n[0]) == (True, counts.sum())


def test_the_slope_of_a_level_is_that_of_least_squares():
    rng = np.random.default_rng(0)
    answers = rng.multinomial(50, [0.2, 0.3, 0.5], size=(1, 1, 13)).astype(float)
    found = trends_of_levels(answers, 13)
    slope, start = np.polyfit(np.linspace(0, 1, 13), 100 * (answers[0, 0] @ [-1, 0, 1]) / 50, 1)
    assert (found.effect[0], found.expected[0], found.value[0]) == pytest.approx((slope, start, start + slope))
    assert found.n[0] == 650


def test_sources_that_grow_make_no_trend():
    rng = np.random.default_rng(1)
    share = np.linspace(0.1, 0.5, 26)
    exposures = 1000 * np.stack([1 - share, share])[None]
    counts = rng.poisson(exposures * np.array([0.01, 0.1])[:, None]).astype(float)
    answers = np.stack([rng.multinomial(100, own, size=26) for own in ([0.1, 0.3, 0.6], [0.6, 0.3, 0.1])])
    answers = np.round(answers * np.stack([1 - share, share])[..., None])[None]
    apart, together = of_counts(counts, exposures, 26), of_counts(
        counts.sum(axis=1, keepdims=True), exposures.sum(axis=1, keepdims=True), 26)
    assert (apart.rise[0] > 0.05, together.rise[0] < 1e-6) == (True, True)
    levels, pooled = (trends_of_levels(own, 26) for own in (answers, answers.sum(axis=1, keepdims=True)))
    assert (levels.fall[0] > 0.05, pooled.fall[0] < 1e-6) == (True, True)


def test_p_values_of_steady_series_are_what_they_say():
    rng = np.random.default_rng(2)
    found = []
    for _ in range(40):
        means = np.exp(rng.uniform(np.log(3), np.log(60), size=(50, 1, 1)))
        exposures = rng.poisson(1000, size=(1, 1, 52))
        counts = rng.poisson(means * exposures / 1000 * rng.gamma(44, 1 / 44, size=(50, 1, 52)))
        found.append(of_counts(counts.astype(float), np.tile(exposures, (50, 1, 1)).astype(float), 13))
    for p in (np.concatenate([f.rise for f in found]), np.concatenate([f.fall for f in found])):
        assert [(p <= level).mean() for level in (0.1, 0.01)] == pytest.approx([0.1, 0.01], rel=0.4)


def test_lines_that_come_and_go_with_the_season_are_no_wonder():
    rng = np.random.default_rng(3)
    season = 1 + 0.4 * np.sin(2 * np.pi * (np.arange(117) / 52 + rng.random((50, 1))))
    counts = rng.poisson(40 * season)[:, None].astype(float)
    exposures = np.full((50, 1, 117), 1000.0)
    with_past, without = of_counts(counts, exposures), of_counts(counts[..., -13:], exposures[..., -13:])
    assert (without.rise < 0.001).mean() > 0.1
    assert (with_past.rise < 0.001).mean() == 0


def test_few_weeks_are_no_line():
    exposures = np.full((1, 1, 13), 1000.0)
    exposures[0, 0, :4] = 0
    found = of_counts(np.arange(13.0)[None, None] * (exposures > 0), exposures)
    assert (found.rise[0], found.fall[0]) == (1.0, 1.0)
    none = of_counts(np.zeros((1, 1, 13)), np.full((1, 1, 13), 1000.0))
    assert (none.rise[0], none.fall[0], none.effect[0]) == (1.0, 1.0, pytest.approx(1.0))


def test_days_are_weeks_and_a_customer_counts_once_in_each():
    rng = np.random.default_rng(4)
    wrote = pd.DataFrame({"customer": rng.integers(0, 60, 900), "stratum": 0, "period": rng.integers(0, 91, 900)})
    raised = wrote[rng.random(900) < 0.4].assign(series=0)
    found = TrendOf(ByCustomer(wrote, raised, 1, 1, 91), 7).compare(cut(90, 91, 1, 91))
    weekly = [frame.assign(period=frame["period"] // 7) for frame in (wrote, raised)]
    weeks = TrendOf(ByCustomer(*weekly, 1, 1, 13), 1).compare(cut(12, 13, 1, 13))
    assert found == weeks
    each = raised.assign(week=raised["period"] // 7).drop_duplicates(["customer", "week"]).groupby("week").size()
    assert (found.value[0] + found.expected[0]) / 2 == pytest.approx(each.mean(), rel=0.1)
    assert found.n[0] == raised["customer"].nunique()


def test_only_whole_windows_of_the_past_tell_how_lines_go():
    counts = np.random.default_rng(5).poisson(20.0, size=(5, 1, 45))
    watched = ByPeriod(counts, np.full((1, 45), 1000))
    found = TrendOf(watched, 1).compare(cut(44, 13, 5, 45, n_past=104))
    assert found.rise == pytest.approx(of_counts(counts[..., -39:].astype(float), np.full((5, 1, 39), 1000.0)).rise)
    assert TrendOf(watched, 1).compare(cut(8, 13, 5, 45, n_past=104)).rise.tolist() == [1.0] * 5


def watch(watched, first, rule):
    states, seen = (State(),) * watched.n_series, []
    for now in range(first, watched.n_periods):
        states = look(watched, states, rule, now).states
        seen.append(states[0].name)
    return seen


def test_what_grows_slowly_fires_and_is_resolved_when_it_grows_no_more():
    rng = np.random.default_rng(6)
    level = np.ones((20, 120))
    level[0] = 1.03 ** np.clip(np.arange(120) - 40, 0, 30)
    watched = TrendOf(ByPeriod(rng.poisson(30 * level)[:, None], np.full((1, 120), 1000)), 1)
    seen = watch(watched, 40, TREND_WEEKLY)
    assert (seen[0], FIRING in seen[5:30], seen[-1]) == (QUIET, True, QUIET)


def test_a_level_that_sinks_slowly_fires():
    rng = np.random.default_rng(7)
    shares = np.tile([0.2, 0.3, 0.5], (10, 1, 80, 1))
    shares[0, 0, 50:] += np.linspace(0, 1, 30)[:, None] * [0.2, 0.0, -0.2]
    watched = TrendOf(AnswersByPeriod(rng.multinomial(80, shares)), 1)
    assert watch(watched, 50, replace(TREND_WEEKLY, direction="fall"))[-1] == FIRING
