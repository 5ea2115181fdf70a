"""NPS with an interval that holds for small samples, and the proxy that star ratings give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from cx_text.comment import NpsCategory, RatingScale

CATEGORIES = tuple(NpsCategory)  # detractor, passive, promoter


@dataclass(frozen=True, slots=True)
class Nps:
    """Share of promoters minus share of detractors, in points from -100 to 100, with its interval.

    `basis` says what it was counted from: "nps_score", or "rating 1-5" for a proxy. A proxy is shown as one and never
    pooled with scores from 0 to 10.
    """

    nps: float
    low: float
    high: float
    n: int
    n_detractors: int
    n_passives: int
    n_promoters: int
    basis: str = "nps_score"
    level: float = 0.95

    @property
    def counts(self) -> tuple[int, int, int]:
        """Detractors, passives and promoters."""
        return self.n_detractors, self.n_passives, self.n_promoters

    @property
    def is_proxy(self) -> bool:
        """Whether this was counted from a rating instead of the question how likely one is to recommend."""
        return self.basis != "nps_score"


def nps(n_detractors: int, n_passives: int, n_promoters: int, *, basis: str = "nps_score", level: float = 0.95,
        design_effect: float = 1.0) -> Nps | None:
    """Return the NPS with its adjusted-Wald interval, or None when nobody gave a score.

    The interval adds 3/4 detractor, 3/4 promoter and 3/2 passives before the normal approximation, and is cut at
    -100 and 100 (Rocks 2016, "Interval estimation for the Net Promoter Score", The American Statistician 70:365). Of
    very few customers of one mind it would end short of the NPS itself; it is then widened to hold it.

    Args:
        n_detractors: Rows.
        n_passives: Rows.
        n_promoters: Rows.
        basis: What they were counted from.
        level: Of the interval, between 0 and 1.
        design_effect: Rows that say as much as one of a customer who answered once (Kish 1965); 1 where all did.

    Raises:
        ValueError: A count is negative, or the level is not between 0 and 1.
    """
    if min(n_detractors, n_passives, n_promoters) < 0 or not 0 < level < 1:
        raise ValueError(f"counts {n_detractors}, {n_passives}, {n_promoters} and level {level} cannot be used")
    n = n_detractors + n_passives + n_promoters
    if n == 0:
        return None
    middle, variance = adjusted(*(count / design_effect for count in (n_detractors, n_passives, n_promoters)))
    margin = 100 * float(norm.ppf((1 + level) / 2)) * variance**0.5
    points = 100 * (n_promoters - n_detractors) / n
    return Nps(points, max(-100.0, min(points, 100 * middle - margin)),
               min(100.0, max(points, 100 * middle + margin)), n, n_detractors, n_passives, n_promoters, basis, level)


def adjusted(n_detractors: float, n_passives: float, n_promoters: float, *,
             added: float = 3.0) -> tuple[float, float]:
    """Return the adjusted estimate (-1 to 1) and its variance (Rocks 2016).

    Args:
        n_detractors: Counted.
        n_passives: Counted.
        n_promoters: Counted.
        added: Customers to add, a quarter of them detractors and a quarter promoters.
    """
    n = n_detractors + n_passives + n_promoters + added
    p, d = (n_promoters + added / 4) / n, (n_detractors + added / 4) / n
    return p - d, (p + d - (p - d) ** 2) / n


def nps_of(categories: pd.Series, *, basis: str = "nps_score", level: float = 0.95) -> Nps | None:
    """Return the NPS of a column of NPS categories; missing values are left out."""
    counts = categories.value_counts()
    d, a, p = (int(counts.get(c, 0)) for c in CATEGORIES)
    return nps(d, a, p, basis=basis, level=level)


def proxy_category(rating: float, scale: RatingScale) -> NpsCategory:
    """Return the category that a rating stands in for: top fifth promoter, next passive, the rest detractor.

    On five stars: 5 promoter, 4 passive, 1 to 3 detractor; on 1-10: 9 and 10, 7 and 8, 1 to 6. A convention of the
    trade, not a measurement: results built on it are called a proxy.
    """
    share = (rating - scale.lowest) / (scale.highest - scale.lowest)
    if scale.highest == 10:
        return NpsCategory.of(int(np.floor(rating)))
    return NpsCategory.PROMOTER if share > 0.875 else NpsCategory.PASSIVE if share >= 0.75 else NpsCategory.DETRACTOR
