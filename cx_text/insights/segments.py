"""Segments: the NPS of each group of customers, how it differs from all others, and what goes with it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from cx_text.codeframe import Theme
from cx_text.errors import ConfigError
from cx_text.insights.drivers import DRIVER_COLUMNS, FALSE_DISCOVERIES, MIN_RAISERS, driver_table
from cx_text.insights.intervals import Counts, Difference, nps_difference
from cx_text.insights.nps import CATEGORIES, nps
from cx_text.insights.observations import Observations

SEGMENT_COLUMNS = (
    "segment", "value",  # the column and one of its values
    "n", "share",  # rows with a score; of those with a value in this column, 0 to 1
    "nps", "nps_low", "nps_high",
    "difference", "difference_low", "difference_high",  # to all others with a value in this column, in points
    "verdict",  # "higher", "lower" or "cannot tell"
    "is_small",  # too few rows for a verdict
    "costs", "costs_adjusted",  # the theme that costs most there, by its adjusted points; missing where none is sure to
    "lifts", "lifts_adjusted",
)
MAX_VALUES = 50  # of a segment; more are hardly groups to compare


def segment_table(observations: Observations, names: Sequence[str] | None = None, *, seed: int = 0) -> pd.DataFrame:
    """Return one row a value of each segment with SEGMENT_COLUMNS, the lowest NPS first within its segment.

    Differences to all others have adjusted quantities with summed variances (Rocks 2016), and verdicts only under
    false-discovery control over all values of all segments (Benjamini and Hochberg 1995). A row counts as one customer.

    Args:
        observations: Who said what, with which score.
        names: Segments, or "source"; None for all that `segments_of` gives.
        seed: Of the bootstrap behind the themes.

    Raises:
        ConfigError: There is no such segment, or it has more than 50 values.
    """
    chosen = segments_of(observations) if names is None else names
    groups = [group for name in chosen for group in _groups(observations, name)]
    asked = [g for g in groups if g.difference is not None and not g.is_small]
    controlled = false_discovery_control([g.difference.p for g in asked if g.difference]) if asked else []
    sure = {(g.segment, g.value) for g, p in zip(asked, controlled, strict=True) if p <= FALSE_DISCOVERIES}
    rows = [[*_figures(g, is_sure=(g.segment, g.value) in sure),
             *_standing_out(observations.chosen(observations.segment(g.segment) == g.value), seed)] for g in groups]
    table = pd.DataFrame(rows, columns=list(SEGMENT_COLUMNS))
    numbers = [c for c in SEGMENT_COLUMNS if c.startswith(("share", "nps", "difference")) or c.endswith("_adjusted")]
    table = table.astype({**dict.fromkeys(numbers, "float64"), "n": "int64", "is_small": "bool",
                          **dict.fromkeys(("segment", "value", "verdict", "costs", "lifts"), "str")})
    order = {name: k for k, name in enumerate(chosen)}
    return table.sort_values(["segment", "nps"], key=lambda c: c.map(order) if c.name == "segment" else c,
                             kind="stable", ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Group:
    """Those with one value of a segment: detractors, passives and promoters of them, and of all others."""

    segment: str
    value: str
    own: Counts
    others: Counts

    @property
    def difference(self) -> Difference | None:
        return nps_difference(self.own, self.others) if sum(self.own) and sum(self.others) else None

    @property
    def is_small(self) -> bool:
        return min(sum(self.own), sum(self.others)) < MIN_RAISERS


def _groups(observations: Observations, name: str) -> list[_Group]:
    counts = pd.crosstab(observations.segment(name), observations.respondents["category"])
    if len(counts) > MAX_VALUES:
        raise ConfigError(f"segment {name!r} has {len(counts):,} values, more than the {MAX_VALUES} that can be "
                          "compared")
    by_category = counts.reindex(columns=[c.value for c in CATEGORIES], fill_value=0)
    everyone = by_category.sum()
    return [_Group(name, str(value), _counts(own), _counts(everyone - own)) for value, own in by_category.iterrows()]


def _counts(row: pd.Series) -> Counts:
    d, a, p = (int(n) for n in row)
    return d, a, p


def _figures(group: _Group, *, is_sure: bool) -> list[object]:
    n, figure, difference = sum(group.own), nps(*group.own), group.difference
    verdict = None if difference is None else "cannot tell"
    if is_sure and difference and not difference.low <= 0 <= difference.high:
        verdict = "higher" if difference.low > 0 else "lower"
    return [group.segment, group.value, n, n / (n + sum(group.others)),
            *((figure.nps, figure.low, figure.high) if figure else (np.nan,) * 3),
            *((difference.value, difference.low, difference.high) if difference else (np.nan,) * 3),
            verdict, group.is_small]


def journey_table(observations: Observations, outcome: str = "nps", *, seed: int = 0) -> pd.DataFrame:
    """Return the table of drivers with the stages of the journey in place of themes; empty where no theme has one.

    Themes without a stage are held constant together, as one more stage that is not shown.
    """
    stages = {t.id: t.stage for t in observations.themes}
    stages |= {t.id: stages.get(t.parent) for t in observations.themes if t.stage is None and t.parent}
    if not any(stages.values()):
        return pd.DataFrame(columns=list(DRIVER_COLUMNS))
    names = {theme: stage.value if stage else "" for theme, stage in stages.items()}
    opinions = observations.opinions.assign(theme_id=observations.opinions["theme_id"].map(names).astype("object"))
    themes = tuple(Theme(name, name.replace("_", " ") or "no stage", (), 0) for name in dict.fromkeys(names.values()))
    table = driver_table(replace(observations, opinions=opinions, themes=themes), outcome, seed=seed)
    return table[table["id"] != ""].reset_index(drop=True)


def segments_of(observations: Observations) -> list[str]:
    """Return the segments of the export, and "source", that have from 2 to 50 values."""
    return [name for name in (*observations.segments, "source")
            if 2 <= observations.segment(name).nunique() <= MAX_VALUES]


def _standing_out(observations: Observations, seed: int) -> tuple[str | None, float, str | None, float]:
    """Return the theme that costs most among some customers, its points, and the same of the one that lifts most."""
    tops = driver_table(observations, seed=seed, first_level_only=True)
    costs, lifts = (tops[tops["verdict"] == verdict] for verdict in ("costs", "lifts"))
    worst = costs.nsmallest(1, "adjusted").to_dict("records")
    best = lifts.nlargest(1, "adjusted").to_dict("records")
    return (*((str(worst[0]["label"]), float(worst[0]["adjusted"])) if worst else (None, np.nan)),
            *((str(best[0]["label"]), float(best[0]["adjusted"])) if best else (None, np.nan)))
