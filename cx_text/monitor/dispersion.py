"""How much more than chance a series goes up and down by itself: each series', leaning on all."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from cx_text.monitor.polya import Floats

# Squared coefficients of variation of a block's rate: 0 is chance alone, 0.04 means up or down by a fifth.
GRID: Floats = np.array([0.0, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28])
# What is assumed before anything is seen, as if as many series had shown it: ups and downs of some 10 to 30 %.
_ASSUMED: Floats = np.array([0.1, 0.08, 0.12, 0.18, 0.22, 0.16, 0.08, 0.03, 0.02, 0.01])
_ASSUMED_SERIES = 4.0
_ROUNDS = 60


def dispersion_weights(counts: Floats, exposures: Floats) -> Floats:
    """Return how likely each value of `GRID` is for each series; float64 (n_series, n_grid), rows add up to 1.

    Each series' counts, given their total, have the Dirichlet-multinomial distribution (Mosimann 1962, Biometrika
    49:65), in which the rate has dropped out; so a few blocks do not look steadier than they are. Its prior is the
    mixture over the grid that makes all series most likely together, found by expectation and maximisation (Laird
    1978, JASA 73:805), with a few assumed series so that a short past does not pass for a steady one.

    Args:
        counts: float64 (n_series, n_blocks).
        exposures: float64, the same; 0 where a block is left out.
    """
    likelihood = _log_likelihood(counts, exposures)
    likelihood = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    prior = _ASSUMED
    for _ in range(_ROUNDS):
        weights = likelihood * prior
        weights /= weights.sum(axis=1, keepdims=True)
        prior = (weights.sum(axis=0) + _ASSUMED_SERIES * _ASSUMED) / (len(counts) + _ASSUMED_SERIES)
    weights = likelihood * prior
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def n_equal_blocks(exposures: Floats) -> Floats:
    """Return how many blocks of one exposure say as much of a rate that goes up and down; float64 (n_series,).

    (Σ e)² / Σ e² (Kish 1965, "Survey Sampling"); 0 where there is none.
    """
    squares = (exposures**2).sum(axis=-1)
    return np.asarray(np.divide(exposures.sum(axis=-1) ** 2, squares, out=np.zeros_like(squares), where=squares > 0))


def _log_likelihood(counts: Floats, exposures: Floats) -> Floats:
    """Return the log likelihood of each series under each dispersion, given its total, but for a constant."""
    shares = exposures / np.maximum(exposures.sum(axis=1, keepdims=True), 1e-300)
    total, blocks = counts.sum(axis=1), np.maximum(n_equal_blocks(exposures), 1.0)
    with np.errstate(divide="ignore"):
        chance = np.where(counts > 0, counts * np.log(np.where(shares > 0, shares, 1.0)), 0.0).sum(axis=1)
    columns = [chance]
    for dispersion in GRID[1:]:
        whole = blocks / dispersion
        shape = np.where(shares > 0, whole[:, None] * shares, 1.0)
        each = np.where(shares > 0, gammaln(shape + counts) - gammaln(shape), 0.0).sum(axis=1)
        columns.append(each - gammaln(whole + total) + gammaln(whole))
    return np.stack(columns, axis=1)
