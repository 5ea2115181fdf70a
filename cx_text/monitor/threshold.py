"""Whether a figure is surely beyond a limit: an NPS, a net sentiment, or the share of customers who raise a theme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm, t

from cx_text.monitor.blocks import AnswersByPeriod, ByCustomer, ByPeriod, Cut
from cx_text.monitor.levels import VALUES, variance_of_answers
from cx_text.monitor.polya import Floats

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Limits:
    """Each series' figure in the window and a limit; float64 (n_series,) but for `limit` and `is_level`.

    `n`: customers who raise it, or who answered. `among`: customers who wrote, or who answered. `value`: in per cent of
    those, or in points; `low` and `high`: its 95 % interval; `limit` the same. `rise`: p of as much or more if the
    truth were the limit; `fall`: of as little or less; 1 where nobody wrote. `error`: standard error, in per cent or
    points; `freedom`: its degrees of freedom, of levels.
    """

    n: Floats
    among: Floats
    value: Floats
    low: Floats
    high: Floats
    rise: Floats
    fall: Floats
    error: Floats
    freedom: Floats
    limit: float
    is_level: bool


class LimitOf:
    """What is watched, against a limit instead of its past.

    Args:
        watched: Counts or answers.
        limit: Per cent of the customers who wrote, of counts; points, of answers.
    """

    def __init__(self, watched: ByPeriod | ByCustomer | AnswersByPeriod, limit: float) -> None:
        self.n_series, self.n_periods = watched.n_series, watched.n_periods
        self._watched, self._limit = watched, limit

    def compare(self, cut: Cut) -> Limits:
        """Return each series' figure in the window against the limit."""
        ends = np.full(self.n_series, cut.now - cut.length)
        window = Cut(cut.now, cut.length, ends, 0, np.zeros_like(cut.left_out))
        if isinstance(self._watched, AnswersByPeriod):
            return level_and_limit(self._watched.sums(window)[:, :, -1].sum(axis=1), self._limit)
        blocks = self._watched.blocks(window)
        counts, among = blocks.counts[..., -1].sum(axis=1), blocks.exposures[..., -1].sum(axis=1)
        return share_and_limit(counts, among, self._limit)


def share_and_limit(counts: Floats, among: Floats, limit: float) -> Limits:
    """Return shares of customers against a limit in per cent: the exact binomial's mid-p (Lancaster 1961, JASA 56:223).

    The interval is the score interval (Wilson 1927, JASA 22:209).

    Args:
        counts: float64 (n_series,), customers who raise each series.
        among: float64 (n_series,), customers who wrote.
        limit: Between 0 and 100.
    """
    law = binom(among, limit / 100)
    here = law.pmf(counts) / 2
    rise = np.where(among > 0, law.sf(counts) + here, 1.0)
    fall = np.where(among > 0, law.cdf(counts) - here, 1.0)
    n, z = np.maximum(among, 1), norm.ppf((1 + LEVEL) / 2)
    share = counts / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    low, high = (100 * np.clip(middle + side * margin, 0, 1) for side in (-1, 1))
    error = 100 * np.sqrt(limit / 100 * (1 - limit / 100) / n)
    return Limits(counts, among, 100 * share, low, high, rise, fall, error, np.full_like(n, np.inf), limit, False)


def level_and_limit(answers: Floats, limit: float) -> Limits:
    """Return mean answers against a limit in points: Student's test with the adjusted variance.

    Three answers are added to the variance, not to the mean, so that few answers of one mind do not look sure (Rocks
    2016, The American Statistician 70:365).

    Args:
        answers: float64 (n_series, 3), how many answered -1, 0 and 1.
        limit: In points, -100 to 100.
    """
    n = answers.sum(axis=-1)
    among = np.maximum(n, 1)
    value = answers @ VALUES / among
    error, freedom = np.sqrt(variance_of_answers(answers) / among), np.maximum(n - 1, 1)
    steps = (value - limit / 100) / error
    margin = t.ppf((1 + LEVEL) / 2, freedom) * error
    rise, fall = (np.where(n > 0, p, 1.0) for p in (t.sf(steps, freedom), t.cdf(steps, freedom)))
    low, high = (100 * np.clip(value + side * margin, -1, 1) for side in (-1, 1))
    return Limits(n, n, 100 * value, low, high, rise, fall, 100 * error, freedom, limit, True)
