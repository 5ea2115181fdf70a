"""Windows, and their past in blocks of the same length."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.monitor.blocks import ByCustomer, ByPeriod, Cut, weekday_factors


def cut(now, length, end, *, n_past=6, n_periods=12, n_series=1, left_out=(), factors=None):
    out = np.zeros((n_series, n_periods), dtype=bool)
    out[:, list(left_out)] = True
    return Cut(now, length, np.full(n_series, end), n_past, out, factors)


def test_the_window_is_last_and_blocks_end_where_the_past_does():
    watched = ByPeriod(2 ** np.arange(12)[None, None], np.full((1, 12), 10))
    found = watched.blocks(cut(11, 2, 7))
    assert found.counts.tolist() == [[[4 + 8, 16 + 32, 64 + 128, 1024 + 2048]]]
    assert found.exposures.tolist() == [[[20, 20, 20, 20]]]


def test_a_block_that_is_left_out_or_begins_too_early_has_no_exposure():
    watched = ByPeriod(np.ones((1, 1, 12), dtype=int), np.full((1, 12), 10))
    assert watched.blocks(cut(11, 2, 4, left_out=[3])).exposures.tolist() == [[[0, 20, 0, 20]]]
    assert watched.blocks(cut(11, 2, 4, left_out=[3])).counts.tolist() == [[[0, 2, 0, 2]]]
    assert watched.blocks(cut(11, 2, 1)).exposures.tolist() == [[[0, 0, 20, 20]]]
    assert watched.blocks(cut(11, 2, 9, left_out=[11])).exposures[0, 0, -1] == 20  # a window is always judged


def test_each_series_has_a_past_of_its_own():
    counts = np.stack([np.arange(12), np.arange(12)])[:, None]
    found = ByPeriod(counts, np.full((1, 12), 10)).blocks(
        Cut(11, 1, np.array([10, 5]), 3, np.zeros((2, 12), dtype=bool)))
    assert found.counts[:, 0].tolist() == [[8, 9, 10, 11], [3, 4, 5, 11]]


def rows(*each, names):
    return pd.DataFrame(list(each), columns=list(names))


def test_a_customer_counts_once_in_a_block_however_often_she_writes():
    wrote = rows((0, 0, 0), (0, 0, 1), (1, 0, 1), (0, 0, 2), (0, 0, 3), (2, 1, 3),
                 names=("customer", "stratum", "period"))
    raised = rows((0, 0, 0, 2), (0, 0, 0, 3), (0, 0, 0, 3), (0, 2, 1, 3), (1, 1, 0, 1),
                  names=("series", "customer", "stratum", "period"))
    watched = ByCustomer(wrote, raised, n_series=2, n_strata=2, n_periods=4)
    weeks = watched.blocks(cut(3, 2, 1, n_past=2, n_periods=4, n_series=2))
    assert weeks.counts.tolist() == [[[0, 1], [0, 1]], [[1, 0], [0, 0]]]
    assert weeks.exposures.tolist() == [[[2, 1], [0, 1]], [[2, 1], [0, 1]]]
    days = watched.blocks(cut(3, 1, 2, n_past=3, n_periods=4, n_series=2))
    assert days.counts[0].tolist() == [[0, 0, 1, 1], [0, 0, 0, 1]]


@given(st.integers(0, 2**32 - 1))
def test_customers_who_write_once_are_counted_as_periods_are(seed):
    rng = np.random.default_rng(seed)
    n = 60
    wrote = pd.DataFrame({"customer": np.arange(n), "stratum": rng.integers(0, 2, n), "period": rng.integers(0, 12, n)})
    raised = wrote[rng.random(n) < 0.4].assign(series=lambda rows: rng.integers(0, 3, len(rows)))
    counts, exposures = np.zeros((3, 2, 12), dtype=int), np.zeros((2, 12), dtype=int)
    np.add.at(exposures, (wrote["stratum"], wrote["period"]), 1)
    np.add.at(counts, (raised["series"], raised["stratum"], raised["period"]), 1)
    own = Cut(11, 2, np.array([9, 9, 5]), 6, rng.random((3, 12)) < 0.1)
    there = ByCustomer(wrote, raised, 3, 2, 12).blocks(own)
    here = ByPeriod(counts, exposures).blocks(own)
    assert np.array_equal(there.counts, here.counts)
    assert np.array_equal(there.exposures, here.exposures)


def test_factors_scale_what_is_expected_of_a_block():
    watched = ByPeriod(np.ones((1, 1, 12), dtype=int), np.full((1, 12), 10))
    factors = np.array([1.0, 0.5] * 6)
    assert watched.blocks(cut(11, 1, 10, n_past=2, factors=factors)).exposures.tolist() == [[[5, 10, 5]]]
    assert watched.blocks(cut(11, 2, 9, n_past=2, factors=factors)).exposures.tolist() == [[[15, 15]]]


def test_weekdays_are_told_from_all_series_together():
    rng = np.random.default_rng(0)
    days = np.arange(140) % 7
    truth = np.array([1.3, 1, 1, 1, 1, 0.7, 0.7])
    exposures = np.where(days >= 5, 60, 100)
    rates = rng.uniform(0.01, 0.1, size=(40, 1))
    found = weekday_factors(rng.poisson(rates * exposures * truth[days]), exposures, days)
    assert found[:7] / found[1] == pytest.approx(truth, rel=0.08)
    assert weekday_factors(np.zeros((2, 7), dtype=int), np.zeros(7, dtype=int), np.arange(7)).tolist() == [1.0] * 7
