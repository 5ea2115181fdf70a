"""A window against its past."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binom

from cx_text.monitor.counts import Blocks, compare, count_needed, ratio_interval
from cx_text.monitor.dispersion import GRID

some_counts = arrays(np.float64, (3, 2, 7), elements=st.integers(0, 30).map(float))
some_exposures = arrays(np.float64, (3, 2, 7), elements=st.integers(30, 300).map(float))


def one(past, now, among_past, among_now):
    counts, exposures = [*past, now], [*([among_past] * len(past)), among_now]
    return compare(Blocks(np.array(counts, float)[None, None], np.array(exposures, float)[None, None]))


@given(some_counts, some_exposures)
def test_p_values_are_shares_and_intervals_hold_where_the_test_does(counts, exposures):
    found = compare(Blocks(counts, exposures))
    assert ((found.rise >= 0) & (found.rise <= 1) & (found.fall >= 0) & (found.fall <= 1)).all()
    low, high = ratio_interval(found)
    assert (low <= high).all()
    above = (low > 1) & (found.expected > 0)
    assert (found.rise[above] <= 0.0251).all()
    assert (found.rise[(low < 0.999) & (found.count > 0)] >= 0.0249).all()


@given(some_counts, some_exposures)
def test_the_order_of_strata_does_not_matter(counts, exposures):
    there, back = compare(Blocks(counts, exposures)), compare(Blocks(counts[:, ::-1], exposures[:, ::-1]))
    assert there.rise == pytest.approx(back.rise)
    assert there.expected == pytest.approx(back.expected)


@given(some_counts, some_exposures)
def test_one_stratum_cut_into_two_alike_is_the_same(counts, exposures):
    whole = compare(Blocks(2 * counts[:, :1], 2 * exposures[:, :1]))
    halves = compare(Blocks(np.repeat(counts[:, :1], 2, axis=1), np.repeat(exposures[:, :1], 2, axis=1)))
    assert halves.expected == pytest.approx(whole.expected)
    assert halves.rise == pytest.approx(whole.rise, abs=0.02)


@given(some_counts, some_exposures)
def test_a_larger_count_never_has_a_larger_p(counts, exposures):
    more = counts.copy()
    more[:, 0, -1] += 1
    assert (compare(Blocks(more, exposures)).rise <= compare(Blocks(counts, exposures)).rise + 1e-12).all()


@given(some_counts, some_exposures)
def test_twice_the_exposure_halves_the_rate(counts, exposures):
    twice = exposures.copy()
    twice[:, :, -1] *= 2
    assert compare(Blocks(counts, twice)).expected == pytest.approx(2 * compare(Blocks(counts, exposures)).expected)


def test_an_interval_ends_where_the_test_would_reject():
    found = one([10] * 20, 20, 100, 100)
    by_chance = replace(found, weights=(GRID == 0)[None].astype(float))
    low, high = ratio_interval(by_chance)
    for ratio, target in ((low[0], 0.025), (high[0], 0.975)):
        law = binom(220, ratio / (20 + ratio))
        assert law.sf(20) + law.pmf(20) / 2 == pytest.approx(target, abs=1e-6)
    wider = ratio_interval(found)
    assert wider[0][0] < low[0] < found.ratio[0] < high[0] < wider[1][0]
    assert (found.rise[0], found.fall[0]) == (pytest.approx(0.0054, abs=0.003), pytest.approx(0.9946, abs=0.003))


def test_more_comments_are_no_rise():
    assert one([10] * 20, 20, 100, 200).rise[0] == pytest.approx(0.5, abs=0.05)


def test_the_count_that_it_takes_is_the_smallest():
    needed = count_needed(one([10] * 20, 12, 100, 100), 0.001)[0]
    assert one([10] * 20, needed, 100, 100).rise[0] <= 0.001 < one([10] * 20, needed - 1, 100, 100).rise[0]


def test_sources_that_grow_move_nothing_while_the_rate_in_each_stays():
    rng = np.random.default_rng(0)
    exposures = np.full((1, 2, 21), 1.0) * np.array([900.0, 100.0])[:, None]
    exposures[:, :, -1] = [600.0, 400.0]
    counts = rng.poisson(exposures * np.array([0.01, 0.1])[:, None]).astype(float)
    counts[:, :, -1] = [6.0, 40.0]
    apart = compare(Blocks(counts, exposures))
    together = compare(Blocks(counts.sum(axis=1, keepdims=True), exposures.sum(axis=1, keepdims=True)))
    assert apart.expected[0] == pytest.approx(46, rel=0.15)
    assert (apart.rise[0] > 0.1, together.rise[0] < 1e-4) == (True, True)
    assert apart.past[0] < counts[:, :, :-1].sum()  # mostly known from the small source


def test_a_source_that_is_new_is_expected_to_be_like_the_others_but_not_surely():
    exposures = np.full((1, 2, 11), 100.0)
    exposures[0, 1, :-1] = 0
    counts = np.zeros((1, 2, 11))
    counts[0, 0] = 10
    counts[0, 1, -1] = 20
    found = compare(Blocks(counts, exposures))
    assert found.expected[0] == pytest.approx(20, rel=0.05)
    assert found.past[0] < 10
    assert found.rise[0] > 0.05


def test_a_theme_that_nobody_raised_before():
    found = one([0] * 20, 6, 100, 100)
    assert found.rise[0] < 1e-4
    assert np.isinf(ratio_interval(found)[1][0])


@pytest.mark.parametrize("n_past", [0, 1])
def test_without_a_past_nothing_is_unusual(n_past):
    found = one([5] * n_past, 50, 100, 100)
    assert (found.rise[0], found.fall[0]) == (1.0, 1.0)


def test_shapes_that_do_not_go_together():
    with pytest.raises(ValueError, match=r"counts \(1, 1, 3\) and exposures \(1, 3\) do not go together"):
        Blocks(np.zeros((1, 1, 3)), np.zeros((1, 3)))


def test_p_values_of_steady_series_are_what_they_say():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(60):
        means = np.exp(rng.uniform(np.log(3), np.log(60), size=(50, 1)))
        exposures = rng.poisson(1000, size=27)
        counts = rng.poisson(means * exposures / 1000 * rng.gamma(1 / 0.0225, 0.0225, size=(50, 27)))
        found.append(compare(Blocks(counts[:, None].astype(float), np.tile(exposures, (50, 1, 1)).astype(float))))
    for p in (np.concatenate([f.rise for f in found]), np.concatenate([f.fall for f in found])):
        assert [(p <= level).mean() for level in (0.1, 0.01)] == pytest.approx([0.1, 0.01], rel=0.35)
