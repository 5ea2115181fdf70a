"""Why a series fired or did not, and what it would need to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, t

from cx_text.monitor.counts import Compared, count_left, count_needed, ratio_interval
from cx_text.monitor.judging import Look, Rule
from cx_text.monitor.levels import Levels
from cx_text.monitor.threshold import Limits
from cx_text.monitor.trend import Trends


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a series' most unusual window shows, and from where on the rule would fire by itself.

    `window`: in periods. `n`: customers, or answers, in it. `value` and `expected`: as in `Judgement`: of counts
    customers in the window, of their trend customers a week at its end and its beginning, of levels points, of a limit
    per cent or points, where `expected` is the limit. `effect`: with `is_ratio` value by expected, otherwise their
    difference; `low` and `high`: its 95 % interval.
    `needed`: the value from which on it fires, at least for a rise, at most for a fall, the customers who write and
    answer being as many; None where no value would. `n_least`: customers who raise it, or answers, that there must be:
    in the window, or, where counts fall, expected in it.
    """

    window: int
    n: int
    value: float
    expected: float
    effect: float
    is_ratio: bool
    low: float
    high: float
    needed: float | None
    n_least: int


def explain(found: Look, rule: Rule, k: int) -> Explanation:
    """Return the explanation of a series' most unusual window.

    What is needed is so for one unusual window of one series: strong / (n_family n_windows), the first step of the
    control and what the harmonic mean makes of one small p. Where others are unusual too, it takes less.

    Args:
        found: Of `look`.
        rule: The one that it was judged by.
        k: Which series.

    Raises:
        ValueError: The series were rated elsewhere.
    """
    own = found.judgements[k]
    if own.window not in found.compared:
        raise ValueError("what others have rated, they explain")
    compared = found.compared[own.window]
    p = rule.strong / (found.n_family * len(rule.windows))
    if isinstance(compared, Compared):
        return _of_counts(compared.only(k), own.window, rule, p)
    if isinstance(compared, Levels):
        difference = compared.value[k] - compared.expected[k]
        needed = _level_needed(compared, rule, k, p)
        return _explanation(own.window, compared, k, difference, False, needed, rule.min_answers)
    if isinstance(compared, Trends):
        needed = _level_needed(compared, rule, k, p) if compared.is_level else _end_needed(compared, rule, k, p)
        return _explanation(own.window, compared, k, compared.effect[k], not compared.is_level, needed,
                            rule.min_answers if compared.is_level else rule.min_customers)
    if isinstance(compared, Limits):
        return _of_limit(compared, own.window, rule, k)
    raise TypeError(f"nothing explains {type(compared).__name__}")


def _explanation(window: int, own: Levels | Trends, k: int, effect: float, is_ratio: bool, needed: float | None,
                 n_least: int) -> Explanation:
    return Explanation(window, int(own.n[k]), float(own.value[k]), float(own.expected[k]), float(effect), is_ratio,
                       float(own.low[k]), float(own.high[k]), needed, n_least)


def _of_counts(alone: Compared, window: int, rule: Rule, p: float) -> Explanation:
    expected = float(alone.expected[0])
    low, high = (float(end[0]) for end in ratio_interval(alone))
    needed: float | None
    if rule.direction == "rise":
        least = max(rule.min_customers, expected + rule.min_more, rule.min_ratio * (expected + 0.5) - 0.5)
        needed = float(np.ceil(max(float(count_needed(alone, p)[0]), least)))
    else:
        most = min(float(count_left(alone, p)[0]), expected - rule.min_more, (expected + 0.5) / rule.min_ratio - 0.5)
        needed = float(np.floor(most)) if most >= 0 and expected >= rule.min_customers else None
    return Explanation(window, int(alone.count[0]), float(alone.count[0]), expected, float(alone.ratio[0]), True, low,
                       high, needed, rule.min_customers)


def _level_needed(own: Levels | Trends, rule: Rule, k: int, p: float) -> float | None:
    """Return the points from which on a level, or the end of its line, is unusual and far enough."""
    far = max(rule.min_points, float(t.isf(p, own.freedom[k]) * own.error[k]))
    needed = float(own.expected[k]) + (far if rule.direction == "rise" else -far)
    return needed if -100 <= needed <= 100 else None


def _end_needed(own: Trends, rule: Rule, k: int, p: float) -> float | None:
    """Return the customers a week in which the line would have to end."""
    begins = float(own.expected[k])
    ratio = max(rule.min_ratio, float(np.exp(t.isf(p, own.freedom[k]) * own.error[k])))
    more = 2 * rule.min_more / own.n_blocks
    if rule.direction == "rise":
        return max(begins * ratio, begins + more) if np.isfinite(ratio) else None
    needed = min(begins / ratio, begins - more)
    return needed if needed >= 0 else None


def _of_limit(own: Limits, window: int, rule: Rule, k: int) -> Explanation:
    side, n = (1 if rule.direction == "rise" else -1), float(own.among[k])
    needed: float | None
    if own.is_level:
        needed = own.limit + side * float(t.isf(rule.strong, own.freedom[k]) * own.error[k])
        needed, least = (needed if n > 0 and -100 <= needed <= 100 else None), rule.min_answers
    else:
        law, counts = binom(n, own.limit / 100), np.arange(n + 1)
        tail = law.sf(counts) if side > 0 else law.cdf(counts - 1)
        fires = counts[(tail + law.pmf(counts) / 2 <= rule.strong)
                       & ((counts >= rule.min_customers) | (side < 0)) & (n >= rule.min_answers)]
        needed = None if not len(fires) else 100 * float(fires.min() if side > 0 else fires.max()) / n
        least = rule.min_customers
    return Explanation(window, int(own.n[k]), float(own.value[k]), own.limit, float(own.value[k] - own.limit), False,
                       float(own.low[k] - own.limit), float(own.high[k] - own.limit), needed, least)
