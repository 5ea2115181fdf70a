"""From periods, days or weeks, to blocks: the window that is judged, and its past in blocks of the same length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, IntArray
from cx_text.monitor.counts import Blocks, Compared, compare
from cx_text.monitor.levels import Levels, compare_levels
from cx_text.monitor.polya import Floats


@dataclass(frozen=True, slots=True)
class Cut:
    """Where blocks lie: the window is the last `length` periods up to `now`, that one included.

    `past_ends`: int64 (n_series,), the last period of each series' past; `n_past`: periods before that which are
    looked at. `left_out`: bool (n_series, n_periods), what is no part of a series' past: a block is left out where any
    of its periods is. `factors`: float64 (n_periods,) or (n_series, n_periods), what each period, by weekday or season,
    does to rates; None for nothing. `unsure`: see `Blocks`.
    """

    now: int
    length: int
    past_ends: IntArray
    n_past: int
    left_out: BoolArray
    factors: Floats | None = None
    unsure: Floats | None = None

    @property
    def n_blocks(self) -> int:
        """Blocks of the past, and the window."""
        return max(1, self.n_past // self.length) + 1

    def places(self, series: IntArray, period: IntArray) -> IntArray:
        """Return the block of each row, -1 for none; the window is the last."""
        back = (self.past_ends[series] - period) // self.length
        place = np.where((back >= 0) & (back < self.n_blocks - 1), self.n_blocks - 2 - back, -1)
        in_window = (period > self.now - self.length) & (period <= self.now)
        return np.asarray(np.where(in_window, self.n_blocks - 1, place))


class Comparison(Protocol):
    """How unusual each series' window is."""

    @property
    def rise(self) -> Floats:
        """Return p of a rise; float64 (n_series,)."""
        ...

    @property
    def fall(self) -> Floats:
        """Return p of a fall; float64 (n_series,)."""
        ...


class Watched(Protocol):
    """What is watched, in periods."""

    n_series: int
    n_periods: int

    def compare(self, cut: Cut) -> Comparison:
        """Return each series' window against its past."""
        ...


class ByPeriod:
    """Counts a period, where nobody is in two periods of a block, or it does not matter.

    Args:
        counts: (n_series, n_strata, n_periods), customers who raise each series.
        exposures: (n_strata, n_periods), customers who wrote at all.
    """

    def __init__(self, counts: IntArray, exposures: IntArray) -> None:
        self._counts, self._exposures = counts, exposures
        self.n_series, self.n_strata, self.n_periods = counts.shape

    def blocks(self, cut: Cut) -> Blocks:
        """Return sums over the periods of each block."""
        exposures = np.broadcast_to(self._exposures, self._counts.shape)
        return _kept(_summed(self._counts, cut), _summed(exposures, cut), cut)

    def compare(self, cut: Cut) -> Compared:
        """Return each series' window against its past."""
        return compare(self.blocks(cut))

    def pooled(self) -> ByPeriod:
        """Return the same with all strata in one."""
        return ByPeriod(self._counts.sum(axis=1, keepdims=True), self._exposures.sum(axis=0, keepdims=True))


class ByCustomer:
    """Customers by name, each counted once in a block however often they write in it.

    Args:
        wrote: Columns `customer`, `stratum` and `period`, whole numbers from 0: who wrote at all.
        raised: The same, and `series`: who raised what.
        n_series: How many are watched.
        n_strata: How many there are.
        n_periods: How many there are.
    """

    def __init__(self, wrote: pd.DataFrame, raised: pd.DataFrame, n_series: int, n_strata: int, n_periods: int) -> None:
        self.n_series, self.n_strata, self.n_periods = n_series, n_strata, n_periods
        self._wrote = wrote[["customer", "stratum", "period"]].drop_duplicates()
        self._raised = raised[["series", "customer", "stratum", "period"]].drop_duplicates()

    def blocks(self, cut: Cut) -> Blocks:
        """Return distinct customers of each block."""
        counts = self._counted(self._raised, cut)
        exposures = np.empty_like(counts)
        for end in np.unique(cut.past_ends):
            whose = np.flatnonzero(cut.past_ends == end)
            exposures[whose] = self._counted(self._wrote.assign(series=whose[0]), cut)[whose[0]]
        return _kept(counts, exposures, cut)

    def compare(self, cut: Cut) -> Compared:
        """Return each series' window against its past."""
        return compare(self.blocks(cut))

    def pooled(self) -> ByCustomer:
        """Return the same with all strata in one."""
        return ByCustomer(self._wrote.assign(stratum=0), self._raised.assign(stratum=0), self.n_series, 1,
                          self.n_periods)

    def _counted(self, rows: pd.DataFrame, cut: Cut) -> Floats:
        place = cut.places(rows["series"].to_numpy(), rows["period"].to_numpy())
        each = rows.assign(place=place)[place >= 0][["series", "stratum", "place", "customer"]].drop_duplicates()
        shape = (self.n_series, self.n_strata, cut.n_blocks)
        cells = np.ravel_multi_index((each["series"], each["stratum"], each["place"]), shape)
        return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


class AnswersByPeriod:
    """Answers of -1, 0 and 1 a period: of an NPS, of a polarity, or of a share.

    Args:
        answers: (n_series, n_strata, n_periods, 3), how many gave each.
    """

    def __init__(self, answers: IntArray) -> None:
        self._answers = answers
        self.n_series, _, self.n_periods, _ = answers.shape

    def sums(self, cut: Cut) -> Floats:
        """Return the answers of each block; (n_series, n_strata, n_blocks, 3)."""
        keep, _ = _keep(cut)
        sums = np.stack([_summed(self._answers[..., value], cut) for value in range(3)], axis=-1)
        return np.where(keep[:, None, :, None], sums, 0.0)

    def compare(self, cut: Cut) -> Levels:
        """Return each series' window against its past; the factors of the cut are for counts, and left aside."""
        return compare_levels(self.sums(cut))

    def pooled(self) -> AnswersByPeriod:
        """Return the same with all strata in one."""
        return AnswersByPeriod(self._answers.sum(axis=1, keepdims=True))


def _summed(values: IntArray | Floats, cut: Cut) -> Floats:
    """Return (n_series, n_strata, n_periods) summed over each block's periods."""
    n_series, n_strata, n_periods = values.shape
    series, period = (a.ravel() for a in np.indices((n_series, n_periods)))
    place = cut.places(series, period)
    inside = place >= 0
    cell = (series * cut.n_blocks + place)[inside]
    sums = [np.bincount(cell, values[:, stratum].ravel()[inside], n_series * cut.n_blocks)
            for stratum in range(n_strata)]
    return np.stack([own.reshape(n_series, cut.n_blocks) for own in sums], axis=1)


def _keep(cut: Cut) -> tuple[BoolArray, Floats]:
    """Return which blocks are whole and not left out, and the mean factor of each; (n_series, n_blocks)."""
    n_series, n_periods = cut.left_out.shape
    factors = np.ones(n_periods) if cut.factors is None else cut.factors
    factors = np.broadcast_to(factors, (n_series, n_periods))
    each = np.stack([np.ones((n_series, n_periods)), cut.left_out, factors], axis=1)
    n_held, n_out, sums = np.moveaxis(_summed(each, cut), 1, 0)
    keep = (n_held == cut.length) & (n_out == 0)
    keep[:, -1] = True
    return keep, sums / np.maximum(n_held, 1)


def _kept(counts: Floats, exposures: Floats, cut: Cut) -> Blocks:
    """Return blocks without those that are left out or begin before the first period, and with the factors."""
    keep, means = _keep(cut)
    return Blocks(np.where(keep[:, None], counts, 0.0), exposures * np.where(keep, means, 0.0)[:, None], cut.unsure)


def weekday_factors(counts: IntArray, exposures: IntArray, weekdays: Sequence[int]) -> Floats:
    """Return what each weekday does to the rates of all series together; float64 (n_periods,), around 1.

    Observed by expected, over all series: their days are too few to tell each one's own. What more or fewer comments on
    a weekday do is in the exposures already.

    Args:
        counts: (n_series, n_periods), days of the past.
        exposures: (n_periods,).
        weekdays: 0 to 6, of each period.
    """
    day = np.asarray(weekdays)
    observed = np.bincount(day, counts.sum(axis=0), 7)
    expected = np.bincount(day, exposures, 7) * counts.sum() / max(1, exposures.sum())
    # Seven customers' worth of an even week, so that a weekday without any has a factor, too.
    return np.asarray(((observed + 1) / (expected + 1))[day])
