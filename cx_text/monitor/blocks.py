"""From periods, days or weeks, to blocks: the window that is judged, and its past in blocks of the same length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, IntArray
from cx_text.monitor.counts import Blocks
from cx_text.monitor.polya import Floats


@dataclass(frozen=True, slots=True)
class Cut:
    """Where blocks lie: the window is the last `length` periods up to `now`, that one included.

    `past_ends`: int64 (n_series,), the last period of each series' past; `n_past`: periods before that which are
    looked at. `left_out`: bool (n_series, n_periods), what is no part of a series' past: a block is left out where any
    of its periods is. `factors`: float64 (n_periods,), what each period, by weekday or season, does to all rates; None
    for nothing.
    """

    now: int
    length: int
    past_ends: IntArray
    n_past: int
    left_out: BoolArray
    factors: Floats | None = None

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


class Watched(Protocol):
    """What is watched, in periods."""

    n_series: int
    n_periods: int

    def blocks(self, cut: Cut) -> Blocks:
        """Return it in blocks."""
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
        series, period = (a.ravel() for a in np.indices((self.n_series, self.n_periods)))
        place = cut.places(series, period)
        inside = place >= 0
        cell = (series * cut.n_blocks + place)[inside]
        shape = (self.n_series, cut.n_blocks)
        sums = [[np.bincount(cell, values.ravel()[inside], shape[0] * shape[1]).reshape(shape)
                 for values in (self._counts[:, stratum], np.broadcast_to(self._exposures[stratum], self._shape))]
                for stratum in range(self.n_strata)]
        counts, exposures = (np.stack(values, axis=1) for values in zip(*sums, strict=True))
        return _kept(counts, exposures, cut)

    @property
    def _shape(self) -> tuple[int, int]:
        return self.n_series, self.n_periods


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

    def _counted(self, rows: pd.DataFrame, cut: Cut) -> Floats:
        place = cut.places(rows["series"].to_numpy(), rows["period"].to_numpy())
        each = rows.assign(place=place)[place >= 0][["series", "stratum", "place", "customer"]].drop_duplicates()
        shape = (self.n_series, self.n_strata, cut.n_blocks)
        cells = np.ravel_multi_index((each["series"], each["stratum"], each["place"]), shape)
        return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def _kept(counts: Floats, exposures: Floats, cut: Cut) -> Blocks:
    """Return blocks without those that are left out or begin before the first period, and with the factors."""
    n_series, n_periods = cut.left_out.shape
    series, period = (a.ravel() for a in np.indices((n_series, n_periods)))
    place = cut.places(series, period)
    inside = place >= 0
    cell, size = (series * cut.n_blocks + place)[inside], n_series * cut.n_blocks
    n_held = np.bincount(cell, minlength=size)
    is_out = np.bincount(cell, cut.left_out.ravel()[inside], size) > 0
    keep = ((n_held == cut.length) & ~is_out).reshape(n_series, cut.n_blocks)
    keep[:, -1] = True
    factors = np.ones(n_periods) if cut.factors is None else cut.factors
    means = np.bincount(cell, factors[period[inside]], size) / np.maximum(n_held, 1)
    scale = np.where(keep, means.reshape(n_series, cut.n_blocks), 0.0)
    return Blocks(np.where(keep[:, None], counts, 0.0), exposures * scale[:, None])


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
