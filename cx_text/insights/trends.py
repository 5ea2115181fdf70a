"""How often a theme is raised over time, and which themes are new or growing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, IntArray
from cx_text.insights.intervals import share_figure
from cx_text.insights.raising import MORE, Raised, compared, distinct

TREND_COLUMNS = ("start", "n", "n_raised", "share", "low", "high")  # first day (UTC) of the period; shares 0 to 1
_WEEKS_UNTIL = 26 * 7  # days: a longer time is shown by months
NEW_SHARE, LATE_SHARE = 1 / 5, 1 / 3  # of the time, at its end


@dataclass(frozen=True, slots=True)
class Periods:
    """Weeks (from Monday) or months (UTC) without a gap: their starts, and the place of each comment's, -1 undated."""

    unit: str
    starts: tuple[pd.Timestamp, ...]
    of_comment: IntArray

    @classmethod
    def of(cls, received_at: pd.Series) -> Periods:
        """Return weeks for half a year or less, else months."""
        known = received_at.dropna()
        if known.empty:
            return cls("month", (), np.full(len(received_at), -1, dtype=np.int64))
        unit = "week" if (known.max() - known.min()).days <= _WEEKS_UNTIL else "month"
        kind = "W-SUN" if unit == "week" else "M"
        every = pd.period_range(known.min().tz_convert(None), known.max().tz_convert(None), freq=kind)
        starts = [at.to_timestamp(how="start") for at in every]
        places = np.searchsorted(np.array(starts, dtype="datetime64[us]"),
                                 received_at.dt.tz_convert(None).to_numpy(dtype="datetime64[us]"), side="right") - 1
        places[received_at.isna().to_numpy()] = -1
        return cls(unit, tuple(at.tz_localize("UTC") for at in starts), places.astype(np.int64))


def trend(periods: Periods, raises: BoolArray, is_read: BoolArray) -> pd.DataFrame:
    """Return one row a period with TREND_COLUMNS: the share of comments that raise a theme, with Wilson's interval.

    Args:
        periods: Of the comments.
        raises: bool (n_comments,), which raise it.
        is_read: bool (n_comments,), which are counted at all.
    """
    n_each, n_raised = (np.bincount(periods.of_comment[keep & (periods.of_comment >= 0)], minlength=len(periods.starts))
                        for keep in (is_read, raises & is_read))
    rows = []
    for start, n, m in zip(periods.starts, n_each.tolist(), n_raised.tolist(), strict=True):
        share = share_figure(m, n)
        rows.append((start, n, m, *((share.value / 100, share.low / 100, share.high / 100) if share
                                    else (np.nan,) * 3)))
    return pd.DataFrame(rows, columns=list(TREND_COLUMNS))


def shares_over_time(raised: Raised, periods: Periods, is_read: BoolArray) -> tuple[IntArray, IntArray]:
    """Return how many comments of each period raise each theme, (n_periods, n_themes), and are there, (n_periods,)."""
    place = np.where(is_read, periods.of_comment, -1)
    return (raised.counts(place, len(periods.starts)),
            np.bincount(place[place >= 0], minlength=len(periods.starts)).astype(np.int64))


def new_themes(raised: Raised, received_at: pd.Series) -> set[str]:
    """Return the ids of themes none of whose opinions is older than the last fifth of all the time.

    A theme that an undated comment raises is none of them: it may be old.
    """
    times = received_at.dt.tz_convert(None).to_numpy(dtype="datetime64[us]")
    known = times[~np.isnat(times)]
    if not len(known) or known.min() == known.max():
        return set()
    since = known.max() - NEW_SHARE * (known.max() - known.min())
    old = np.isnat(times) | (times < since)
    n_old = np.bincount(raised.theme[old[raised.comment]], minlength=len(raised.themes))
    n_all = np.bincount(raised.theme, minlength=len(raised.themes))
    return {t.id for t, o, n in zip(raised.themes, n_old.tolist(), n_all.tolist(), strict=True) if n and not o}


def growing_themes(raised: Raised, received_at: pd.Series, is_read: BoolArray, customers: IntArray) -> set[str]:
    """Return the ids of themes that surely more customers raise in the last third of the time than before.

    Two shares of customers, false discoveries controlled over all themes (`compared`); who wrote in both counts in
    each.

    Args:
        raised: By comments.
        received_at: Of each comment, UTC; undated ones are left out.
        is_read: bool (n_comments,), which are counted at all.
        customers: int64 (n_comments,), whose each is.
    """
    known = received_at.notna().to_numpy() & is_read
    if not known.any():
        return set()
    first, last = received_at[known].min(), received_at[known].max()
    late = (received_at >= last - LATE_SHARE * (last - first)).to_numpy()
    group = np.where(known, late.astype(np.int64), -1)
    counts = raised.counts(group, 2, unit=customers)
    sizes = [len(distinct(customers[group == k])) for k in (0, 1)]
    table = compared([t.id for t in raised.themes], counts[1], sizes[1], counts[0], sizes[0])
    return set(table.loc[table["verdict"] == MORE, "id"])
