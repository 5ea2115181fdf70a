"""The time of the year."""

from dataclasses import replace

import numpy as np
import pytest

from cx_text.monitor.blocks import ByPeriod, Cut
from cx_text.monitor.counts import Blocks, compare
from cx_text.monitor.judging import WEEKLY, State, look
from cx_text.monitor.season import season_factors

N, YEAR, N_PERIODS = 40, 52.18, 130


def turns(rng, size):
    return np.exp(size * np.sin(2 * np.pi * (np.arange(N_PERIODS) / YEAR + rng.random((N, 1)))))


def watched(rng, rates):
    return ByPeriod(rng.poisson(30 * rates * rng.gamma(44, 1 / 44, size=(N, N_PERIODS)))[:, None],
                    np.full((1, N_PERIODS), 1000))


def found(rng, rates, now=120):
    ends = np.full(N, now - 4)
    cut = Cut(now, 1, ends, now - 3, np.zeros((N, N_PERIODS), dtype=bool))
    return season_factors(watched(rng, rates).blocks(cut), ends, 1, N_PERIODS, YEAR)


def test_the_season_of_each_series_is_found_and_known_to_be_unsure():
    rng = np.random.default_rng(0)
    truth = turns(rng, 0.3)
    factors, unsure = found(rng, truth)
    off = np.log(factors / truth)
    assert np.std(off) < 0.08 < np.std(np.log(truth))
    assert unsure.mean() == pytest.approx(2 * (off**2).mean(), rel=0.4)
    assert factors.shape == (N, N_PERIODS)


def test_without_seasons_there_are_none():
    rng = np.random.default_rng(1)
    factors, unsure = found(rng, np.ones((N, N_PERIODS)))
    assert np.abs(factors - 1).max() < 0.08
    assert unsure.max() < 0.004


def test_what_grows_is_no_season():
    rng = np.random.default_rng(2)
    factors, _ = found(rng, np.exp(np.linspace(0, 1, N_PERIODS)) * np.ones((N, 1)))
    assert np.abs(factors - 1).max() < 0.12


def test_what_is_left_out_of_the_past_tells_nothing():
    rng = np.random.default_rng(3)
    all_out = np.zeros((N, N_PERIODS), dtype=bool)
    all_out[0, :117] = True
    ends = np.full(N, 116)
    blocks = watched(rng, turns(rng, 0.3)).blocks(Cut(120, 1, ends, 117, all_out))
    factors, unsure = season_factors(blocks, ends, 1, N_PERIODS, YEAR)
    assert factors[0] == pytest.approx(np.ones(N_PERIODS))
    assert unsure[0] > 3 * unsure[1:].max()


def test_a_season_is_expected_where_the_past_is_long_enough():
    rng = np.random.default_rng(4)
    truth = turns(rng, 0.3)
    series, states, without = watched(rng, truth), (State(),) * N, replace(WEEKLY, year=None)
    assert look(series, states, WEEKLY, 66).judgements == look(series, states, without, 66).judgements
    now = 125
    expected = [np.array([own.expected for own in look(series, states, replace(rule, windows=(4,)), now).judgements])
                for rule in (WEEKLY, without)]
    due = 30 * truth[:, now - 3:now + 1].sum(axis=1)
    near, far = (np.abs(np.log(own / due)).mean() for own in expected)
    assert near < 0.5 * far


def test_an_unsure_factor_makes_a_rise_less_of_a_wonder():
    counts, exposures = np.full((1, 1, 21), 50.0), np.full((1, 1, 21), 1000.0)
    counts[0, 0, -1] = 90
    sure, unsure = compare(Blocks(counts, exposures)), compare(Blocks(counts, exposures, np.array([0.04])))
    assert sure.expected == pytest.approx(unsure.expected)
    assert sure.rise[0] < 0.3 * unsure.rise[0]
    assert unsure.past[0] == pytest.approx(25, abs=2)
