"""What goes with raising a theme: leave-out and adjusted effects of many themes at once, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from cx_text.backends.base import BoolArray

Floats = npt.NDArray[np.float64]

POINTS: Floats = np.array([-100.0, 0.0, 100.0])  # detractor, passive, promoter
YES_OR_NO: Floats = np.array([0.0, 100.0])  # per cent
N_DRAWS = 1000
_TINY = 1e-9  # so that themes that nobody raises, or always the same customers, leave the model solvable
_CHUNK = 100  # draws in memory at once
PRIOR = 0.5  # of a customer, for each outcome on either side: Jeffreys' prior for a table of counts


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of raising each theme on the mean outcome of all; float64 (n_themes,), NaN where nobody or all raise it.

    `leave_out`: mean of all minus the mean of those who do not raise it. `adjusted`: the same with what goes together
    with all other themes held constant. `p`: two-sided, of "adjusted is 0".
    """

    leave_out: Floats
    leave_out_low: Floats
    leave_out_high: Floats
    adjusted: Floats
    adjusted_low: Floats
    adjusted_high: Floats
    p: Floats


def estimate_effects(raised: BoolArray, outcome: Floats, *, possible: Floats = POINTS, seed: int = 0,
                     n_draws: int = N_DRAWS, level: float = 0.95) -> Effects:
    """Return the leave-out and the adjusted effect of each theme, with intervals.

    The adjusted effect is a theme's coefficient in a linear model of the outcome on all themes at once, times the share
    who raise it, so that both are in units of the mean of all. The model is penalised as if each theme had another 1.5
    customers for whom it changes nothing (ridge regression, Hoerl and Kennard 1970).

    Intervals are percentiles of a Bayesian bootstrap (Rubin 1981): each draw gives every customer a weight from the
    exponential distribution and estimates anew. So that few customers of one mind do not look sure, half a customer of
    each possible outcome stands on either side of each theme (Jeffreys' prior); without that, 95 % intervals of ten
    customers held the truth in 48 to 81 % of simulations. `docs/statistics.md` has the coverage.

    Args:
        raised: bool (n_customers, n_themes).
        outcome: float64 (n_customers,), without NaN.
        possible: Outcomes that one answer may have; of amounts what `stand_in` gives.
        seed: Of the draws.
        n_draws: Draws of the bootstrap.
        level: Of the intervals, between 0 and 1.
    """
    model = ThemeModel(raised, outcome, possible)
    observed = model.observed()
    drawn = [(draw.leave_out, draw.slopes * draw.shares)
             for draw in model.draws(n_draws, np.random.default_rng(seed))]
    without, alone = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    ends = [(1 - level) / 2, (1 + level) / 2]
    (leave_low, leave_high), (low, high) = np.quantile(without, ends, axis=0), np.quantile(alone, ends, axis=0)
    adjusted = (observed.slopes * observed.shares)[0]
    p = np.asarray(2 * norm.sf(np.abs(adjusted) / np.maximum(alone.std(axis=0), 1e-12)), dtype=np.float64)
    n_raisers = raised.sum(axis=0)
    known = (n_raisers > 0) & (n_raisers < len(raised))
    return Effects(*(np.where(known, figures, np.nan)
                     for figures in (observed.leave_out[0], leave_low, leave_high, adjusted, low, high, p)))


@dataclass(frozen=True, slots=True)
class Moments:
    """Weighted counts and sums of one or more draws: all that means and slopes are made from.

    `counts`: float64 (n_draws, 1 + n_themes, 1 + n_themes), of customers who raise two themes, in row and column 0
    those who raise one or, at (0, 0), all. `sums`: (n_draws, 1 + n_themes), of their outcomes. `prior` and
    `prior_sums`: (2, n_draws, n_themes), customers of the prior who raise only that theme, and who do not, and the sums
    of their outcomes. `pull` is the penalty on each theme's coefficient, in customers.
    """

    counts: Floats
    sums: Floats
    prior: Floats
    prior_sums: Floats
    pull: float

    @property
    def mean(self) -> Floats:
        """Return (n_draws,): mean outcome, without the prior's."""
        return np.asarray(self.sums[:, 0] / self.counts[:, 0, 0])

    @property
    def shares(self) -> Floats:
        """Return (n_draws, n_themes): share who raise each theme."""
        n_all = self.counts[:, :1, 0] + self.prior.sum(axis=0)
        return np.asarray((self.counts[:, 0, 1:] + self.prior[0]) / n_all)

    @property
    def leave_out(self) -> Floats:
        """Return (n_draws, n_themes): mean of all minus that of those who do not raise the theme."""
        n_all = self.counts[:, :1, 0] + self.prior.sum(axis=0)
        everything = self.sums[:, :1] + self.prior_sums.sum(axis=0)
        n_inside, inside = self.counts[:, 0, 1:] + self.prior[0], self.sums[:, 1:] + self.prior_sums[0]
        return np.asarray(everything / n_all - (everything - inside) / np.maximum(n_all - n_inside, 1e-9))

    @property
    def slopes(self) -> Floats:
        """Return (n_draws, n_themes): coefficient of each theme in the linear model of them all."""
        n_themes = self.sums.shape[1] - 1
        places, prior = np.arange(1, n_themes + 1), self.prior[0]
        counts, sums = self.counts.copy(), self.sums.copy()
        counts[:, places, places] += prior + self.pull
        counts[:, 0, 0] += prior.sum(axis=1)
        counts[:, 0, places] += prior
        counts[:, places, 0] += prior
        sums[:, 0] += self.prior_sums[0].sum(axis=1)
        sums[:, 1:] += self.prior_sums[0]
        with threadpool_limits(1):  # for so many small systems, threads only get in each other's way
            return np.asarray(np.linalg.solve(counts, sums[..., None])[:, 1:, 0])


class ThemeModel:
    """The linear model of an outcome on themes, as it was observed and as it is drawn anew.

    Args:
        raised: bool (n_customers, n_themes).
        outcome: float64 (n_customers,), without NaN.
        possible: Outcomes that one answer may have.
    """

    def __init__(self, raised: BoolArray, outcome: Floats, possible: Floats = POINTS) -> None:
        self.possible = possible
        self._weights, cells, values = _cells(raised, outcome)
        design = csr_array(np.concatenate([np.ones((len(cells), 1)), cells], axis=1, dtype=np.float64))
        self._pairs, self._values = _pairs(design), design.multiply(values[:, None]).tocsr()

    def observed(self) -> Moments:
        """Return the moments of the customers, whose coefficients are pulled towards 0 by the weight of the prior."""
        return self._moments(self._weights[None, :], None)

    def draws(self, n_draws: int, rng: np.random.Generator) -> Iterator[Moments]:
        """Yield the moments of draws of the Bayesian bootstrap, some at a time."""
        for first in range(0, n_draws, _CHUNK):
            n = min(_CHUNK, n_draws - first)
            yield self._moments(rng.standard_gamma(self._weights, size=(n, len(self._weights))), rng)

    def _moments(self, weights: Floats, rng: np.random.Generator | None) -> Moments:
        n, width = len(weights), self._values.shape[1]
        counts = np.asarray((self._pairs.T @ weights.T).T).reshape(n, width, width)
        sums = np.asarray((self._values.T @ weights.T).T)
        if rng is None:
            none = np.zeros((2, n, width - 1))
            return Moments(counts, sums, none, none, PRIOR * len(self.possible))
        prior = rng.standard_gamma(PRIOR, size=(2, n, width - 1, len(self.possible)))
        return Moments(counts, sums, prior.sum(axis=3), prior @ self.possible, _TINY)


def stand_in(amounts: Floats) -> Floats:
    """Return three values with the mean and the variance of amounts, which have no list of possible ones."""
    spread = float(amounts.std()) * 1.5**0.5
    return np.array([-spread, 0.0, spread]) + float(amounts.mean())


def _cells(raised: BoolArray, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how many customers raise the same themes with the same outcome, which themes, and which outcome."""
    bits = np.packbits(raised, axis=1)
    rows = np.zeros((len(raised), -(-bits.shape[1] // 8)), dtype=np.uint64)
    rows.view(np.uint8)[:, :bits.shape[1]] = bits
    cell = pd.factorize(outcome)[0].astype(np.int64)
    for column in rows.T:  # one number a cell, without sorting all customers
        numbers, names = pd.factorize(column)
        cell = pd.factorize(cell * max(1, len(names)) + numbers)[0]
    counts = np.bincount(cell)
    first = np.full(len(counts), len(cell), dtype=np.int64)
    np.minimum.at(first, cell, np.arange(len(cell)))
    # In the order of their keys, whatever the order of the customers: so do the same customers get the same draws.
    keys = np.concatenate([bits[first], outcome[first][:, None].copy().view(np.uint8)], axis=1)
    order = np.unique(keys, axis=0, return_index=True)[1]
    return counts[order].astype(np.float64), raised[first[order]].astype(np.float64), outcome[first[order]]


def _pairs(design: csr_array) -> csr_array:
    """Return for each row the products of its columns two by two, as one row."""
    n_rows, width = design.shape
    lengths = np.diff(design.indptr).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(lengths**2)])
    rows = np.repeat(np.arange(n_rows), lengths**2)
    place = np.arange(ends[-1]) - ends[rows]  # within the row's square
    left = design.indices[design.indptr[rows] + place // lengths[rows]].astype(np.int64)
    right = design.indices[design.indptr[rows] + place % lengths[rows]]
    return csr_array((np.ones(len(rows)), left * width + right, ends), shape=(n_rows, width**2))
