"""A window of each watched series against its own past, given how many customers wrote at all."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from cx_text.monitor.dispersion import GRID, dispersion_weights, n_equal_blocks
from cx_text.monitor.polya import Floats, crossing, tails

LEVEL = 0.95
_LEANING = 1.0  # customers' worth by which a stratum's rate leans on that of the whole series
_FEWEST_BLOCKS = 1.5
_NO_WEIGHT = 1e-9  # of a dispersion: as far as p is told


@dataclass(frozen=True, slots=True)
class Blocks:
    """Customers who raise each series, and customers who wrote at all, in blocks of one length.

    `counts`: float64 (n_series, n_strata, n_blocks), `exposures` the same. The last block is the window, those before
    it its past. A block that is left out, for all strata, has the exposure 0. Strata are what customers come by:
    sources, segments, or the one. `unsure`: float64 (n_series,), squared coefficient of variation of what a factor by
    season makes of the window's exposure; None for 0.
    """

    counts: Floats
    exposures: Floats
    unsure: Floats | None = None

    def __post_init__(self) -> None:
        if self.counts.ndim != 3 or self.counts.shape != self.exposures.shape:
            raise ValueError(f"counts {self.counts.shape} and exposures {self.exposures.shape} do not go together")


@dataclass(frozen=True, slots=True)
class Compared:
    """Each series' window against its past; float64 (n_series,) but for `weights`.

    `count`: customers in the window. `expected`: as many as its past leads one to expect, given who wrote. `rise` and
    `fall`: mid-p; 1 where there is nothing to compare with. `past`, `odds` and `n_blocks` are what `tails` takes: the
    past customers that say as much of `expected` (all of them, where strata have not moved), and the exposure of the
    window by theirs. `weights`: (n_series, n_grid), of the dispersions.
    """

    count: Floats
    expected: Floats
    rise: Floats
    fall: Floats
    past: Floats
    odds: Floats
    n_blocks: Floats
    weights: Floats

    @property
    def ratio(self) -> Floats:
        """Return count by expected, float64 (n_series,), half a customer added to both: none is 0 or infinite."""
        return np.asarray((self.count + 0.5) / (self.expected + 0.5))

    @property
    def dispersion(self) -> Floats:
        """Return each mean squared coefficient of variation from block to block; float64 (n_series,)."""
        return np.asarray(self.weights @ GRID)

    def only(self, k: int) -> Compared:
        """Return one series alone."""
        return Compared(*(getattr(self, field.name)[k:k + 1] for field in fields(self)))


def compare(blocks: Blocks) -> Compared:
    """Return how unusual each series' last block is against those before it.

    What is expected is the sum over strata of each one's own past rate times those who wrote now: so sources that grow
    or shrink move no series whose rate within each stays (direct standardisation). A weighted sum of counts says as
    much as (Σ w y)² / Σ w² y of one rate (Fay and Feuer 1997, Statistics in Medicine 16:791): that is the past that the
    conditional test of `tails` gets. The dispersion is that of past blocks of the window's own length, so that ups and
    downs which last count; its p is the mean over the dispersions, by how likely each is.
    """
    counts, past_exposures, now = blocks.counts, blocks.exposures[:, :, :-1], blocks.exposures[:, :, -1]
    past_counts = counts[:, :, :-1]
    seen = past_counts.sum(axis=(1, 2))
    rates, variances = _rates(past_counts.sum(axis=2), past_exposures.sum(axis=2))
    expected = (rates * now).sum(axis=1)
    unsure = 0.0 if blocks.unsure is None else blocks.unsure * expected**2
    past = _as_one_rate(expected, (variances * now**2).sum(axis=1) + unsure, seen)
    in_blocks = (np.where(seen > 0, rates.T, 1.0).T[:, :, None] * past_exposures).sum(axis=1)
    by_exposure = np.divide(now.sum(axis=1), past_exposures.sum(axis=(1, 2)), out=np.zeros_like(expected),
                            where=past_exposures.sum(axis=(1, 2)) > 0)
    odds = np.where(past > 0, expected / np.maximum(past, 1.0), by_exposure)
    n_blocks = n_equal_blocks(in_blocks)
    is_known = (odds > 0) & (n_blocks >= _FEWEST_BLOCKS)
    weights = dispersion_weights(past_counts.sum(axis=1), in_blocks)
    found = Compared(counts[:, :, -1].sum(axis=1), expected, np.ones_like(expected), np.ones_like(expected), past,
                     np.where(is_known, odds, 1.0), np.maximum(n_blocks, 1.0), weights)
    rise, fall = _p_values(found, found.count, found.odds)
    return replace(found, rise=np.where(is_known, rise, 1.0), fall=np.where(is_known, fall, 1.0))


def ratio_interval(found: Compared, *, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return the interval of each series' rate in the window by that of its past: what the test would not reject.

    Args:
        found: Of `compare`.
        level: Of the interval, between 0 and 1.
    """
    def rise(log_ratio: Floats) -> Floats:
        return _p_values(found, found.count, found.odds * np.exp(log_ratio))[0]

    low, high = (np.exp(crossing(rise, target, len(found.count))) for target in ((1 - level) / 2, (1 + level) / 2))
    return np.where(found.count > 0, low, 0.0), np.where(found.past > 0, high, np.inf)


def count_needed(found: Compared, p: float) -> Floats:
    """Return the smallest count of each series whose rise would have a p of at most `p`; float64 (n_series,).

    Args:
        found: Of `compare`.
        p: Above 0.
    """
    low, high = np.full(len(found.count), -1.0), np.ceil(2 * found.expected + 8)
    while (unmet := _p_values(found, high, found.odds)[0] > p).any():
        low, high = np.where(unmet, high, low), np.where(unmet, 2 * high, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        met = _p_values(found, middle, found.odds)[0] <= p
        low, high = np.where(met, low, middle), np.where(met, middle, high)
    return np.asarray(high)


def count_left(found: Compared, p: float) -> Floats:
    """Return the largest count of each series whose fall would have a p of at most `p`, -1 where not even none would.

    Args:
        found: Of `compare`.
        p: Above 0.
    """
    low, high = np.full(len(found.count), -1.0), np.ceil(found.expected) + 1
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        met = _p_values(found, np.maximum(middle, 0.0), found.odds)[1] <= p
        low, high = np.where(met, middle, low), np.where(met, high, middle)
    return np.asarray(low)


def _rates(counts: Floats, exposures: Floats) -> tuple[Floats, Floats]:
    """Return each stratum's past rate of each series, and its variance by chance; (n_series, n_strata).

    A stratum leans on the rate of the whole series with one customer's worth, so that one in which few wrote so far has
    a rate, too, and a wide one. All rates together lead one to expect what was there.
    """
    total, among = counts.sum(axis=1, keepdims=True), exposures.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where((total > 0) & (among > 0), total / among, 0.0)
        size = exposures + np.where(base > 0, _LEANING / base, 1.0)
        rates = np.where(base > 0, (counts + _LEANING) / size, 0.0)
        scale = np.where(base > 0, total / (rates * exposures).sum(axis=1, keepdims=True), 1.0)
    rates = rates * scale
    return rates, rates * scale / size


def _as_one_rate(expected: Floats, variance: Floats, seen: Floats) -> Floats:
    """Return the count of one rate that says as much as the weighted sum of counts: whole, at most all that were."""
    alike = np.divide(expected**2, variance, out=np.zeros_like(expected), where=variance > 0)
    return np.asarray(np.where(alike > 0, np.clip(np.round(alike), 1.0, np.maximum(seen, 1.0)), 0.0))


def _p_values(found: Compared, count: Floats, odds: Floats) -> tuple[Floats, Floats]:
    series, place = np.nonzero(found.weights > _NO_WEIGHT)
    weights = found.weights[series, place]
    both = tails(count[series], found.past[series], odds[series], found.n_blocks[series], GRID[place])
    rise, fall = (np.minimum(1.0, np.bincount(series, weights * each, len(count))) for each in both)
    return rise, fall
