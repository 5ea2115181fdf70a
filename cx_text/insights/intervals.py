"""Intervals of one figure: of a share, of a mean, of an NPS; each says its n."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

from cx_text.backends.base import IntArray
from cx_text.insights.effects import POINTS, YES_OR_NO, Floats
from cx_text.insights.nps import adjusted, nps

Counts = tuple[int, int, int]  # detractors, passives, promoters


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval and the number of customers, or rows, that it was counted from."""

    value: float
    low: float
    high: float
    n: int


def share_figure(n_yes: float, n: int, *, level: float = 0.95, design_effect: float = 1.0) -> Figure | None:
    """Return a share in per cent with Wilson's score interval (Wilson 1927, JASA 22:209); None without any.

    Args:
        n_yes: Rows; of weighted ones their share times `n`.
        n: All rows.
        level: Of the interval, between 0 and 1.
        design_effect: As in `cx_text.insights.nps.nps`.
    """
    if n == 0:
        return None
    share, n_independent, z = n_yes / n, n / design_effect, float(norm.ppf((1 + level) / 2))
    middle = (share + z**2 / (2 * n_independent)) / (1 + z**2 / n_independent)
    margin = z / (1 + z**2 / n_independent) * (
        share * (1 - share) / n_independent + z**2 / (4 * n_independent**2)) ** 0.5
    return Figure(100 * share, 100 * max(0.0, middle - margin), 100 * min(1.0, middle + margin), n)


def design_effect(values: Floats, customers: IntArray) -> float:
    """Return how many rows say as much as one independent one would: 1 where each customer has one row, or more.

    The variance of a mean of rows that come in clusters, by that of as many single ones (Kish 1965, "Survey Sampling").

    Args:
        values: float64 (n_rows,), without NaN.
        customers: int64 (n_rows,), from 0: whose row it is.
    """
    off = values - values.mean() if len(values) else values
    alone = float((off**2).sum())
    if not alone:
        return 1.0
    return max(1.0, float((np.bincount(customers, weights=off) ** 2).sum()) / alone)


def mean_figure(values: Floats, *, level: float = 0.95, design_effect: float = 1.0) -> Figure | None:
    """Return a mean with Student's interval; None without values, and no interval (NaN) for a single one.

    For amounts with a few very large ones among fewer than about 100 the interval is too narrow: see
    `docs/statistics.md`. The design effect is as in `cx_text.insights.nps.nps`.
    """
    n = len(values)
    if n == 0:
        return None
    mean = float(values.mean())
    error = float(values.std(ddof=1)) * (design_effect / n) ** 0.5 if n > 1 else float("nan")
    margin = float(t.ppf((1 + level) / 2, max(n - 1, 1))) * error
    return Figure(mean, mean - margin, mean + margin, n)


def outcome_figure(values: Floats, possible: Floats, *, level: float = 0.95) -> Figure | None:
    """Return the mean of outcomes by the interval that fits what is possible: NPS points, per cent of yes, amounts.

    Means of several answers of one customer have Student's.

    Args:
        values: Outcomes of a group, without NaN.
        possible: Outcomes that one answer may have: POINTS or YES_OR_NO of cx_text.insights.effects, or others.
        level: Of the interval, between 0 and 1.
    """
    if not np.isin(values, possible).all():
        return mean_figure(values, level=level)
    if np.array_equal(possible, POINTS):
        found = nps(*(int((values == points).sum()) for points in POINTS), level=level)
        return None if found is None else Figure(found.nps, found.low, found.high, found.n)
    if np.array_equal(possible, YES_OR_NO):
        return share_figure(int((values == 100).sum()), len(values), level=level)
    return mean_figure(values, level=level)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two NPS in points, with its interval, and the two-sided p of "there is none"."""

    value: float
    low: float
    high: float
    p: float


def nps_difference(one: Counts, other: Counts, *, level: float = 0.95) -> Difference:
    """Return the NPS of one group minus that of another.

    Adjusted quantities (Rocks 2016) with their variances summed, and half of his additions in each group, as Agresti
    and Caffo (2000, The American Statistician 54:280) do for two shares. The groups may not share customers.

    Args:
        one: Detractors, passives and promoters.
        other: The same of the other group.
        level: Of the interval, between 0 and 1.

    Raises:
        ValueError: One of them is empty.
    """
    found, against = nps(*one), nps(*other)
    if found is None or against is None:
        raise ValueError(f"no difference between {one} and {other}")
    (middle, variance), (other_middle, other_variance) = (adjusted(*counts, added=1.5) for counts in (one, other))
    spread = 100 * (variance + other_variance) ** 0.5
    centre = 100 * (middle - other_middle)
    margin = float(norm.ppf((1 + level) / 2)) * spread
    points = found.nps - against.nps
    return Difference(points, max(-200.0, min(points, centre - margin)), min(200.0, max(points, centre + margin)),
                      float(2 * norm.sf(abs(centre) / spread)))
