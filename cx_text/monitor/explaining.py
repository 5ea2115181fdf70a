"""Why a series fired or did not, and what it would need to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cx_text.monitor.counts import count_needed, ratio_interval
from cx_text.monitor.judging import Look, Rule
from cx_text.monitor.levels import Levels


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a series that is counted fired or did not: the rate ratio with its 95 % interval, and what it takes.

    `n_needed`: customers in the window from which it fires by itself, with the least change that the rule cares for.
    """

    window: int
    count: int
    expected: float
    ratio: float
    low: float
    high: float
    n_needed: int


def explain(found: Look, rule: Rule, k: int) -> Explanation:
    """Return the explanation of a series' most unusual window; of counts and rises. Levels say theirs themselves.

    The count needed is for one unusual window of one series: strong / (n_family n_windows), the first step of the
    control and what the harmonic mean makes of one small p.

    Args:
        found: Of `look`.
        rule: The one that it was judged by.
        k: Which series.

    Raises:
        ValueError: These are levels.
    """
    own = found.judgements[k]
    compared = found.compared[own.window]
    if isinstance(compared, Levels):
        raise ValueError("levels have no rate ratio; their intervals are in Levels")
    alone = compared.only(k)
    low, high = ratio_interval(alone)
    needed = count_needed(alone, rule.strong / (found.n_family * len(rule.windows)))
    least = max(rule.min_customers, own.expected + rule.min_more, rule.min_ratio * (own.expected + 0.5) - 0.5)
    return Explanation(own.window, own.n, own.expected, float(alone.ratio[0]), float(low[0]), float(high[0]),
                       int(np.ceil(max(float(needed[0]), least))))
