"""The conditional test, against sums over every possible count."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom

from cx_text.monitor.polya import crossing, shapes, tails

counts = st.integers(0, 60)
ratios = st.floats(0.01, 3)
blocks = st.integers(1, 52)
dispersions = st.sampled_from([0.0, 0.005, 0.04, 0.3, 1.28])


def rise(count, past, ratio, n_blocks, dispersion):
    found = tails(np.array([count], dtype=float), np.array([past], dtype=float), np.array([ratio]),
                  np.array([float(n_blocks)]), np.array([dispersion]))
    assert found[0][0] + found[1][0] == pytest.approx(1)
    return found[0][0]


@given(counts, st.integers(0, 300), ratios, blocks, dispersions)
def test_it_is_what_all_possible_counts_add_up_to(count, past, ratio, n_blocks, dispersion):
    if dispersion:
        law = betabinom(count + past, *shapes(np.float64(ratio), np.float64(n_blocks), np.float64(dispersion)))
    else:
        law = binom(count + past, ratio / (1 + ratio))
    each = law.pmf(np.arange(count + past + 1))
    exact = each[count + 1:].sum() + each[count] / 2
    assert rise(count, past, ratio, n_blocks, dispersion) == pytest.approx(exact, rel=1e-5, abs=1e-10)


@given(counts, counts, ratios, blocks, dispersions)
def test_a_larger_count_never_has_a_larger_p(count, past, ratio, n_blocks, dispersion):
    now = rise(count, past, ratio, n_blocks, dispersion)
    assert rise(count + 1, past, ratio, n_blocks, dispersion) <= now + 1e-12
    assert rise(count, past + 1, ratio, n_blocks, dispersion) >= now - 1e-12  # a larger past never a smaller one
    assert rise(count, past, 1.1 * ratio, n_blocks, dispersion) >= now - 1e-12


@given(st.integers(1, 20), blocks, dispersions.filter(bool))
def test_one_block_more_of_the_same_exposure_has_the_shape_of_each(count, n_blocks, dispersion):
    own, past = shapes(np.float64(1 / n_blocks), np.float64(n_blocks), np.float64(dispersion))
    assert (own, past) == (pytest.approx(1 / dispersion), pytest.approx(n_blocks / dispersion))


def test_dispersion_makes_a_rise_less_of_a_wonder():
    found = [rise(40, 200, 0.1, 10, dispersion) for dispersion in (0.0, 0.02, 0.1, 0.5)]
    assert found == sorted(found)
    assert found[0] < 1e-3 < found[-1]


def test_nothing_in_the_past_leaves_the_exposures_to_decide():
    assert rise(3, 0, 0.1, 10, 0.0) == pytest.approx((0.1 / 1.1) ** 3 / 2)


def test_large_counts_are_exact_too():
    each = binom(101_000, 1 / 101).pmf(np.arange(1200, 2000))
    assert rise(1200, 99_800, 0.01, 50, 0.0) == pytest.approx(each[1:].sum() + each[0] / 2, rel=1e-6)


def test_where_rising_functions_cross():
    targets = np.array([2.0, -3.0])
    assert crossing(lambda x: x - targets, 0.5, 2) == pytest.approx([2.5, -2.5])
