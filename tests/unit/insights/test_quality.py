"""Figures of a polarity model: right by hand, inside their intervals, and honest about too much confidence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.insights.quality import measure, reliability

SURE = np.eye(3)


def test_a_small_table_by_hand():
    gold, read = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    quality = measure(gold, SURE[read])
    assert quality.confusion == ((1, 1, 0), (0, 1, 0), (1, 0, 2))
    assert quality.accuracy.value == pytest.approx(4 / 6)
    assert [c.recall.value for c in quality.classes] == pytest.approx([1 / 2, 1, 2 / 3])
    assert [c.precision.value for c in quality.classes] == pytest.approx([1 / 2, 1 / 2, 1])
    assert quality.macro_f1.value == pytest.approx((1 / 2 + 2 / 3 + 4 / 5) / 3)
    assert quality.macro_recall.value == pytest.approx((1 / 2 + 1 + 2 / 3) / 3)
    assert quality.calibration_error == pytest.approx(2 / 6)  # always sure, right in four of six


def test_always_right_has_no_width_and_always_wrong_none_either():
    gold = [0, 1, 2] * 10
    right, wrong = measure(gold, SURE[gold]), measure(gold, SURE[[1, 2, 0] * 10])
    assert (right.accuracy.low, right.accuracy.value, right.accuracy.high) == (1, 1, 1)
    assert (wrong.macro_f1.value, wrong.macro_f1.high, wrong.calibration_error) == (0, 0, 1)


def test_a_class_that_the_set_lacks_is_in_no_mean():
    quality = measure([0, 2, 2, 0], SURE[[0, 2, 1, 0]])
    assert quality.macro_recall.value == pytest.approx((1 + 1 / 2) / 2)
    assert [c.n for c in quality.classes] == [2, 0, 2]


def test_the_interval_is_as_wide_as_the_binomial_says():
    gold = np.zeros(400, dtype=int)
    quality = measure(gold, SURE[np.r_[np.zeros(320, dtype=int), np.ones(80, dtype=int)]])
    half = 1.96 * np.sqrt(0.8 * 0.2 / 400)
    assert quality.accuracy.low == pytest.approx(0.8 - half, abs=0.008)
    assert quality.accuracy.high == pytest.approx(0.8 + half, abs=0.008)


def test_confidence_that_comes_true_has_a_small_error_and_too_much_a_large_one():
    draw = np.random.default_rng(1)
    rows = draw.dirichlet([1, 1, 1], size=20_000)
    gold = (rows.cumsum(axis=1) > draw.random(20_000)[:, None]).argmax(axis=1)
    assert measure(gold, rows).calibration_error < 0.02
    sharp = rows ** 4 / (rows ** 4).sum(axis=1, keepdims=True)
    assert measure(gold, sharp).calibration_error > 0.15
    assert all(abs(b.confidence - b.right_share) < 0.05 for b in reliability(gold, rows) if b.n > 300)
    assert sum(b.n for b in reliability(gold, rows)) == 20_000


def test_too_much_confidence_by_hand():
    rows = [[0.9, 0.05, 0.05]] * 10 + [[0.2, 0.3, 0.5]] * 10  # right in 6 and in 5 of 10
    gold = [0] * 6 + [1] * 4 + [2] * 5 + [0] * 5
    assert measure(gold, rows).calibration_error == pytest.approx((10 * 0.3 + 10 * 0) / 20)
    unsure, sure = reliability(gold, rows)
    assert (unsure.n, unsure.confidence, unsure.right_share) == (10, pytest.approx(0.5), 0.5)
    assert (sure.n, sure.confidence, sure.right_share) == (10, pytest.approx(0.9), 0.6)
    assert (sure.low, sure.high) == (0.9, 1.0)


def test_one_class_for_everything_is_no_better_than_chance():
    quality = measure([0, 1, 2] * 20, SURE[[2] * 60])
    assert quality.macro_recall.value == pytest.approx(1 / 3)
    assert quality.macro_f1.value == pytest.approx((2 * 20 / 80) / 3)
    assert quality.classes[0].precision.value == 0  # never read, so 0 and no division


def test_the_same_seed_gives_the_same_intervals():
    gold, rows = [0, 1, 2, 2] * 5, SURE[[0, 1, 1, 2] * 5]
    assert measure(gold, rows, seed=3) == measure(gold, rows, seed=3)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_every_figure_is_a_share_and_lies_in_order(pairs):
    gold, read = zip(*pairs, strict=True)
    quality = measure(gold, SURE[list(read)])
    per_class = [figure for c in quality.classes for figure in (c.precision, c.recall, c.f1)]
    for figure in (quality.accuracy, quality.macro_f1, quality.macro_recall, *per_class):
        assert 0 <= figure.low <= figure.value + 1e-12
        assert figure.value - 1e-12 <= figure.high <= 1
    assert 0 <= quality.calibration_error <= 1
    assert sum(map(sum, quality.confusion)) == quality.n == sum(c.n for c in quality.classes) == len(pairs)


@pytest.mark.parametrize(("gold", "probabilities", "message"), [
    ([], np.zeros((0, 3)), "there is no text to measure on"),
    ([0, 3], SURE[[0, 1]], "classes are 0 negative, 1 neutral, 2 positive"),
    ([0, 1], np.array([[np.nan] * 3, [1, 0, 0]]), "probabilities lie between 0 and 1"),
    ([0, 1], np.array([[3.2, -1, -2], [1, 0, 0]]), "probabilities lie between 0 and 1"),
    ([0], SURE, "gold of shape (1,) and probabilities of shape (3, 3), not (n,) and (n, 3)"),
])
def test_what_cannot_be_measured(gold, probabilities, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        measure(gold, probabilities)
