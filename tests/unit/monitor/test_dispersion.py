"""How much series go up and down by themselves."""

import numpy as np
import pytest
from scipy.stats import dirichlet_multinomial, multinomial

from cx_text.monitor.dispersion import GRID, _log_likelihood, dispersion_weights, n_equal_blocks


def test_the_likelihood_is_that_of_the_dirichlet_multinomial():
    counts, exposures = np.array([[3.0, 7.0, 5.0, 0.0]]), np.array([[10.0, 10.0, 10.0, 0.0]])
    found = _log_likelihood(counts, exposures)[0]
    law = [multinomial(15, [1 / 3] * 3).logpmf([3, 7, 5])]
    law += [dirichlet_multinomial([1 / d] * 3, 15).logpmf([3, 7, 5]) for d in GRID[1:]]
    assert found - found[0] == pytest.approx(np.array(law) - law[0])


@pytest.mark.parametrize("spread", [0.0, 0.15, 0.4])
def test_it_is_found_again(spread):
    rng = np.random.default_rng(0)
    means = np.exp(rng.uniform(2, 4, size=(50, 1)))
    rates = rng.gamma(1 / spread**2, spread**2, size=(50, 26)) if spread else 1.0
    counts = rng.poisson(means * rates * np.ones((50, 26))).astype(float)
    found = (dispersion_weights(counts, np.ones((50, 26))) @ GRID).mean()
    assert found == pytest.approx(spread**2, abs=0.005 + 0.15 * spread**2)


def test_a_series_leans_on_the_others():
    rng = np.random.default_rng(1)
    wild = rng.poisson(20 * rng.gamma(4, 0.25, size=(40, 26))).astype(float)
    own = rng.poisson(20, size=(1, 6)).astype(float)
    padded = np.zeros((1, 26))
    padded[:, :6] = own
    exposures = np.ones((41, 26))
    exposures[-1, 6:] = 0
    alone = dispersion_weights(padded, exposures[-1:]) @ GRID
    among = dispersion_weights(np.vstack([wild, padded]), exposures) @ GRID
    assert among[-1] > 2 * alone[0]


def test_how_many_equal_blocks_unequal_ones_are_worth():
    assert n_equal_blocks(np.array([[2.0, 2.0, 2.0, 0.0], [3.0, 1.0, 0.0, 0.0], [0.0] * 4])).tolist() == [3.0, 1.6, 0.0]
