"""The figures of a week, beside those of the whole weeks before it, four at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.insights.intervals import Figure
from cx_text.insights.nps import Nps
from cx_text.insights.raising import distinct
from cx_text.part import Part
from cx_text.views import View

WEEK = timedelta(days=7)
N_WEEKS = 4  # before, at most


@dataclass(frozen=True, slots=True)
class CountedName:
    """How many there are of a theme or source: `n` in the week, `before` in a week before on average (None: unknown).

    `of`, `of_before`: customers who wrote, of themes; all comments, of sources.
    """

    name: str
    n: int
    of: int
    before: float | None
    of_before: float | None


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """What is counted of a week from `start` (a Monday) on; levels of the weeks before are of all of them together.

    `n_weeks`: how many whole weeks there are before it, 0 to 4. `themes`: those of the first level that a customer
    raised in the week, by how many did. `sources`: by name.
    """

    start: date
    n_weeks: int
    n_comments: int
    comments_before: float | None
    n_customers: int
    customers_before: float | None
    nps: Nps | None
    nps_before: Nps | None
    sentiment: Figure | None
    sentiment_before: Figure | None
    themes: tuple[CountedName, ...]
    sources: tuple[CountedName, ...]

    @property
    def end(self) -> date:
        """The Sunday."""
        return self.start + WEEK - timedelta(days=1)


def figures_of_week(part: Part, start: date) -> WeekFigures:
    """Return the figures of the week from a Monday on.

    Customers are counted once a week: that of the weeks before is an average of weeks.

    Args:
        part: All comments.
        start: The Monday.
    """
    n_weeks = _n_whole_weeks(part, start)
    now = part.snapshot.part(View(start, start + WEEK - timedelta(days=1)))
    past = part.snapshot.part(View(start - max(1, n_weeks) * WEEK, start - timedelta(days=1)))
    ours, theirs = _Weekly.of(now, start, 1), _Weekly.of(past, start - max(1, n_weeks) * WEEK, max(1, n_weeks))
    before = theirs if n_weeks else None
    customers_before = float(before.customers.mean()) if before else None
    comments_before = past.n_comments / n_weeks if before else None
    is_first_level = [theme.parent is None for theme in now.raised.themes]
    themes = [CountedName(theme.label, int(ours.raising[0, k]), int(ours.customers[0]),
                          float(before.raising[:, k].mean()) if before else None, customers_before)
              for k, theme in enumerate(now.raised.themes) if is_first_level[k] and ours.raising[0, k]]
    sizes = [one.comments["source"].astype("str").value_counts().to_dict() for one in (now, past)]
    sources = [CountedName(name, sizes[0].get(name, 0), now.n_comments,
                           sizes[1].get(name, 0) / n_weeks if before else None, comments_before)
               for name in sorted({*sizes[0], *(sizes[1] if n_weeks else ())})]
    themes.sort(key=lambda one: (-one.n, one.name))
    return WeekFigures(start, n_weeks, now.n_comments, comments_before, int(ours.customers[0]), customers_before,
                       now.nps, past.nps if n_weeks else None, now.sentiment, past.sentiment if n_weeks else None,
                       tuple(themes), tuple(sources))


@dataclass(frozen=True, eq=False, slots=True)
class _Weekly:
    """`customers` int64 (n_weeks,): who wrote; `raising` int64 (n_weeks, n_themes): who raise each theme."""

    customers: IntArray
    raising: IntArray

    @classmethod
    def of(cls, part: Part, start: date, n_weeks: int) -> _Weekly:
        days = (part.comments["received_at"] - pd.Timestamp(start, tz="UTC")).dt.days.to_numpy()
        week = np.where(part.is_read, days // WEEK.days, -1).astype(np.int64)
        pairs = distinct(part.customers[part.is_read] * n_weeks + week[part.is_read])
        return cls(np.bincount(pairs % n_weeks, minlength=n_weeks).astype(np.int64),
                   part.raised.counts(week, n_weeks, unit=part.customers))


def _n_whole_weeks(part: Part, start: date) -> int:
    """Return how many of the weeks before began when there were comments already."""
    days = part.snapshot.days
    if days is None:
        return 0
    first = pd.Timestamp(days[0]).date()
    return int(min(N_WEEKS, max(0, (start - first).days // WEEK.days)))


def tables_of(figures: WeekFigures) -> dict[str, pd.DataFrame]:
    """Return the figures as tables, by name: levels, themes, sources. `before` are averages of a week."""
    rows: list[tuple[object, ...]] = []
    for name, levels in (("NPS", (figures.nps, figures.nps_before)),
                         ("net sentiment", (figures.sentiment, figures.sentiment_before))):
        for when, level in zip(("this week", "weeks before, together"), levels, strict=True):
            value = level.nps if isinstance(level, Nps) else level.value if level else None
            basis = level.basis if isinstance(level, Nps) else ""
            rows.append((name, when, value, *((level.low, level.high, level.n) if level else (None, None, 0)), basis))
    for name, n, before in (("comments", figures.n_comments, figures.comments_before),
                            ("customers", figures.n_customers, figures.customers_before)):
        rows += [(name, "this week", n, None, None, None, ""),
                 (name, "weeks before, a week", before, None, None, None, "")]
    return {"figures": pd.DataFrame(rows, columns=["measure", "when", "value", "low", "high", "n", "counted_from"]),
            "themes": _counts("theme", "customers", figures.themes),
            "sources": _counts("source", "comments", figures.sources)}


def _counts(what: str, unit: str, counts: Sequence[CountedName]) -> pd.DataFrame:
    return pd.DataFrame([(c.name, c.n, c.of, c.before, c.of_before) for c in counts],
                        columns=[what, unit, "of", f"{unit}_a_week_before", "of_a_week_before"])
