"""What a series would need to see."""

from dataclasses import replace

import numpy as np
import pytest

from cx_text.monitor.blocks import AnswersByPeriod, ByPeriod
from cx_text.monitor.explaining import explain
from cx_text.monitor.judging import (
    FIRING,
    LIMIT_WEEKLY,
    QUIET,
    TREND_WEEKLY,
    WEEKLY,
    Entry,
    Rated,
    State,
    look,
    look_together,
)
from cx_text.monitor.threshold import LimitOf
from cx_text.monitor.trend import TrendOf

ONE_WEEK = replace(WEEKLY, windows=(1,))
FALL = replace(ONE_WEEK, direction="fall")


def counts(seed=5):
    return np.random.default_rng(seed).poisson(20.0, size=(20, 1, 45))


def looked(watched, rule, now=44):
    return look_together([Entry(watched, (State(),) * watched.n_series, rule,
                                is_alone=isinstance(watched, LimitOf))], now)[0]


@pytest.mark.parametrize(("rule", "beside"), [(ONE_WEEK, -1), (FALL, 1)])
def test_the_count_that_it_takes_to_fire_does(rule, beside):
    now = counts()
    explained = explain(looked(ByPeriod(now, np.full((1, 45), 1000)), rule), rule, 0)
    assert explained.low < explained.effect < explained.high
    assert (explained.is_ratio, explained.n, explained.value) == (True, now[0, 0, -1], now[0, 0, -1])
    for more, name in ((0, FIRING), (beside, QUIET)):
        now[0, 0, -1] = int(explained.needed) + more
        assert looked(ByPeriod(now, np.full((1, 45), 1000)), rule).states[0].name == name


def test_no_count_is_low_enough_where_few_are_expected():
    now = counts()
    now[0] = np.random.default_rng(0).poisson(2.0, size=(1, 45))
    explained = explain(looked(ByPeriod(now, np.full((1, 45), 1000)), FALL), FALL, 0)
    assert (explained.needed, explained.n_least) == (None, 5)


def test_it_takes_more_where_more_is_watched():
    watched = ByPeriod(counts(), np.full((1, 45), 1000))
    entry = Entry(watched, (State(),) * 20, ONE_WEEK)
    assert explain(look_together([entry] * 9, 44)[0], ONE_WEEK, 0).needed > explain(
        looked(watched, ONE_WEEK), ONE_WEEK, 0).needed


def scored(last):
    answers = np.random.default_rng(1).multinomial(1000, [0.2, 0.3, 0.5], size=(10, 1, 45))
    answers[0, 0, -1] = last
    return AnswersByPeriod(answers)


def test_the_points_that_a_level_must_fall_to():
    explained = explain(looked(scored([200, 300, 500]), FALL), FALL, 0)
    assert (explained.is_ratio, explained.value, explained.n, explained.n_least) == (False, 30.0, 1000, 20)
    assert explained.low < explained.effect < explained.high
    off = int(np.ceil(5 * (30 - explained.needed)))
    for more, name in ((0, FIRING), (-1, QUIET)):
        fallen = scored([200 + off + more, 300, 500 - off - more])
        assert looked(fallen, FALL).states[0].name == name


def test_where_a_line_would_have_to_end():
    rng = np.random.default_rng(2)
    rule = replace(TREND_WEEKLY, windows=(26,))

    def line(ratio):
        level = np.ones((20, 1, 60))
        level[0, 0, -26:] = np.exp(np.linspace(0, np.log(ratio), 26))
        return TrendOf(ByPeriod(np.round(100 * level).astype(int) + rng.poisson(1, level.shape),
                                np.full((1, 60), 5000)), 1)

    explained = explain(looked(line(1.0), rule, 59), rule, 0)
    assert explained.needed / explained.expected == pytest.approx(1.25, abs=0.2)
    ratio = explained.needed / explained.expected
    assert looked(line(1.1 * ratio), rule, 59).states[0].name == FIRING
    assert looked(line(0.9 * ratio), rule, 59).states[0].name == QUIET


def test_a_trend_of_a_level():
    answers = np.random.default_rng(3).multinomial(100, [0.2, 0.3, 0.5], size=(3, 1, 60))
    rule = replace(TREND_WEEKLY, windows=(26,), direction="fall")
    explained = explain(looked(TrendOf(AnswersByPeriod(answers), 1), rule, 59), rule, 0)
    assert explained.needed <= explained.expected - rule.min_points
    assert (explained.is_ratio, explained.n_least) == (False, 20)


@pytest.mark.parametrize("n", [250, 30])
def test_the_share_that_is_surely_over_a_limit(n):
    def share(count):
        each = np.array([[[count // 4, count // 4, count // 4, count - 3 * (count // 4)]]])
        return LimitOf(ByPeriod(each, np.full((1, 4), n)), 10.0)

    explained = explain(looked(share(n // 10), LIMIT_WEEKLY, 3), LIMIT_WEEKLY, 0)
    needed = round(explained.needed * 4 * n / 100)
    assert (explained.expected, explained.value - explained.expected) == (10.0, explained.effect)
    assert explained.low < explained.effect < explained.high
    assert looked(share(needed), LIMIT_WEEKLY, 3).states[0].name == FIRING
    assert looked(share(needed - 1), LIMIT_WEEKLY, 3).states[0].name == QUIET


def test_the_points_that_are_surely_under_a_limit():
    rule = replace(LIMIT_WEEKLY, direction="fall")
    explained = explain(looked(LimitOf(AnswersByPeriod(np.tile([20, 30, 50], (1, 1, 4, 1))), 20.0), rule, 3), rule, 0)
    assert explained.needed == pytest.approx(20 - 2.59 * 100 * (0.61 / 400) ** 0.5, abs=0.2)


def test_what_others_have_rated_they_explain():
    rated = Rated(np.array([0.1]), np.array([4]), np.array([12]), np.array([12.0]), np.array([3.0]),
                  np.array([True]), np.array([False]))
    found = look_together([Entry(rated, (State(),), WEEKLY)], 7)[0]
    with pytest.raises(ValueError, match="what others have rated, they explain"):
        explain(found, WEEKLY, 0)


def test_a_look_at_one_rule_is_its_own_family():
    watched = ByPeriod(counts(), np.full((1, 45), 1000))
    assert explain(look(watched, (State(),) * 20, ONE_WEEK, 44), ONE_WEEK, 3).window == 1
