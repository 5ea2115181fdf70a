"""The comments of a store in days or weeks: who wrote when, by what they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, IntArray
from cx_text.part import Part
from cx_text.watch_options import SEGMENT, WatchOptions

_LONGEST_DAYS = 800  # two years of past, and what a window and its guard take
_MOST_STRATA = 8  # sources or values of segments that are told apart; the smallest are one


def period_of(day: date, length_days: int) -> int:
    """Return the number of the day or week that holds a day; weeks begin on Monday."""
    return day.toordinal() if length_days == 1 else (day.toordinal() - 1) // 7


def last_day(period: int, length_days: int) -> date:
    """Return the last day of a day or week by its number."""
    return date.fromordinal(period if length_days == 1 else 7 * period + 7)


def ended_by(day: date, length_days: int) -> date:
    """Return the last day of the newest day or week that is over at the end of a day."""
    period = period_of(day, length_days)
    return last_day(period if last_day(period, length_days) <= day else period - 1, length_days)


@dataclass(frozen=True, eq=False)
class History:
    """The comments of a part of a store, each in its period.

    `first`: number of the first period, as `period_of` gives it; all else is counted from there. `period`: int64
    (n_comments,), of each comment; -1 for those without a date, before the first or after the last. `stratum`: int64
    (n_comments,), what each one's customer came by first; `strata` its names. `is_read`: bool (n_comments,), which
    have a polarity.
    """

    part: Part
    first: int
    n_periods: int
    period_days: int
    period: IntArray
    stratum: IntArray
    strata: tuple[str, ...]
    is_read: BoolArray

    @property
    def now(self) -> int:
        """The last period."""
        return self.n_periods - 1

    def day(self, period: int) -> date:
        """Return the last day of a period."""
        return last_day(self.first + period, self.period_days)

    def first_day(self, period: int) -> date:
        """Return the first day of a period."""
        return self.day(period) - timedelta(days=self.period_days - 1)

    def rows(self, places: IntArray, series: IntArray | None = None) -> pd.DataFrame:
        """Return customer, stratum and period of some comments, and their series; those outside are left out."""
        columns = {"customer": self.part.customers[places], "stratum": self.stratum[places],
                   "period": self.period[places]}
        found = pd.DataFrame(columns if series is None else {"series": series, **columns})
        return found[found["period"] >= 0].reset_index(drop=True)

    @cached_property
    def wrote(self) -> pd.DataFrame:
        """Who wrote at all: customer, stratum and period of each comment that was read."""
        return self.rows(np.flatnonzero(self.is_read))


def history_of(part: Part, options: WatchOptions, until: date) -> History | None:
    """Return the comments of a part in periods up to the one that ends on a day; None where there is none by then.

    Args:
        part: What is watched.
        options: The length of a period, and what a shift of the mix is.
        until: The last day.
    """
    days = options.period_days
    times = part.comments["received_at"]
    known = times.notna().to_numpy()
    ordinal = np.zeros(len(times), dtype=np.int64)
    since_epoch = times[known].dt.tz_localize(None).to_numpy().astype("datetime64[D]").astype(np.int64)
    ordinal[known] = since_epoch + date(1970, 1, 1).toordinal()
    number = ordinal if days == 1 else (ordinal - 1) // 7
    last = period_of(until, days)
    first = last - _LONGEST_DAYS // days
    inside = known & (number >= first) & (number <= last)
    if not inside.any():
        return None
    first = int(number[inside].min())
    period = np.where(inside, number - first, -1)
    stratum, strata = _strata(part, options.mix, inside)
    return History(part, first, last - first + 1, days, period, _at_home(part.customers, stratum, inside), strata,
                   part.is_read)


def _at_home(customers: IntArray, stratum: IntArray, inside: BoolArray) -> IntArray:
    """Return the stratum of each comment's customer: that of the first comment. So nobody counts in two of them."""
    firsts, places = np.unique(customers[inside], return_index=True)
    home = np.full(int(customers.max(initial=0)) + 1, -1, dtype=np.int64)
    home[firsts] = stratum[inside][places]
    own = home[customers]
    return np.where(own >= 0, own, stratum)


def _strata(part: Part, mix: Sequence[str], inside: BoolArray) -> tuple[IntArray, tuple[str, ...]]:
    """Return the stratum of each comment, and their names, the largest first; the smallest are one."""
    if not mix:
        return np.zeros(len(inside), dtype=np.int64), ("all",)
    columns = [values_of(part, name).fillna("–").astype("str") for name in mix]
    together = columns[0]
    for column in columns[1:]:
        together = together + " · " + column
    codes, names = pd.factorize(together)
    sizes = np.bincount(codes[inside], minlength=len(names))
    order = np.argsort(-sizes, kind="stable")
    place = np.empty(len(names), dtype=np.int64)
    place[order] = np.minimum(np.arange(len(names)), _MOST_STRATA - 1)
    kept = [str(names[k]) for k in order[:_MOST_STRATA]]
    if len(names) > _MOST_STRATA:
        kept[-1] = "others"
    return place[codes], tuple(kept)


def values_of(part: Part, name: str) -> pd.Series:
    """Return the source of each comment, or its value in "segment.NAME", missing where it has none; by rows from 0."""
    if name == "source":
        return part.comments["source"].astype("str").reset_index(drop=True)
    return part.snapshot.segment(name.removeprefix(SEGMENT))[part.keep].reset_index(drop=True)
