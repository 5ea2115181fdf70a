"""Which themes go with a lower or higher NPS, or another outcome: leave-out and adjusted effects, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from cx_text.backends.base import BoolArray, IntArray
from cx_text.codeframe import Theme
from cx_text.comment import Polarity
from cx_text.errors import ConfigError
from cx_text.insights.effects import POINTS, YES_OR_NO, Effects, estimate_effects, stand_in
from cx_text.insights.intervals import outcome_figure
from cx_text.insights.observations import Observations, theme_of_each, units_of
from cx_text.measures import MEASURES

ANYTHING = "anything"  # said of a theme, whatever its polarity
DRIVER_COLUMNS = (
    "outcome",  # "nps", or a measure of cx_text.measures
    "id", "label",
    "parent_id", "parent_label",  # of the theme above; missing on the first level
    "journey_stage",  # that a person gave it; missing for most
    "said",  # "anything", or only "negative", "neutral" or "positive" opinions on it
    "n_comments", "share_of_comments",  # of the analysed comments, 0 to 1
    "n_raisers",  # customers with an outcome who raise it; rows of the export where it has no customer key
    "mean", "mean_low", "mean_high",  # outcome of those: NPS, per cent, or an amount
    "total",  # sum of their amounts; missing for all other outcomes
    "leave_out", "leave_out_low", "leave_out_high",  # mean of all minus the mean without those who raise it
    "adjusted", "adjusted_low", "adjusted_high",  # the same, with what goes with all other themes held constant
    "verdict",  # "costs", "lifts" or "cannot tell"
    "is_small",  # too few raise it, or too few do not, for a verdict
)
POLARITIES = [p.value for p in Polarity if p is not Polarity.MIXED]  # an opinion is never mixed
_EFFECTS = tuple(c for c in DRIVER_COLUMNS if c.startswith(("leave_out", "adjusted")))

FALSE_DISCOVERIES = 0.05  # share of the verdicts "costs" and "lifts" that may be wrong (Benjamini and Hochberg 1995)
MIN_RAISERS = 10  # below this many on either side no verdict is given


def drivers(observations: Observations, outcome: str = "nps", *, seed: int = 0) -> pd.DataFrame:
    """Return what goes with raising each theme, one row a theme and polarity of what was said, DRIVER_COLUMNS.

    Themes of the first level are adjusted for one another, and so are sub-themes; each split by polarity is a model of
    its own. The unit is the customer where the export has a key for them, with the mean of their outcomes, else the
    row. False discoveries are controlled over all rows with "anything", and over all others.

    Args:
        observations: Who said what, with which outcome.
        outcome: "nps" (points from -100 to 100) or a measure of the export: shares in per cent, amounts as they are.
        seed: Of the bootstrap.

    Returns:
        The costliest first, a theme's sub-themes behind it, and each theme's polarities behind the theme.

    Raises:
        ConfigError: There is no such outcome, no theme, or all customers have the same outcome.
    """
    if not any(not t.is_hidden for t in observations.themes):
        raise ConfigError("the results hold no themes, so there is nothing to compare",
                          next="Tag more comments, or give a codeframe with --codeframe")
    values = observations.outcome(outcome).dropna()
    if values.nunique() < 2:
        raise ConfigError(f"the {len(values):,} customers with an outcome all have the same {outcome}, so no theme can "
                          "go with a higher or lower one" if len(values) > 1 else
                          f"only one customer has an outcome ({outcome}), so there is nothing to compare")
    return driver_table(observations, outcome, seed=seed)


def driver_table(observations: Observations, outcome: str = "nps", *, seed: int = 0,
                 first_level_only: bool = False) -> pd.DataFrame:
    """Return the table of `drivers`, also where nothing can be told: effects and verdicts are then missing.

    With `first_level_only` it has no sub-themes and no rows by polarity.
    """
    return _Drivers(observations, outcome, seed).table(first_level_only=first_level_only)


@dataclass(frozen=True, slots=True)
class _Row:
    """A theme and what was said of it: who raises it, the figures by their column's name, and the p of its effect."""

    theme: Theme
    said: str
    n_raisers: int
    is_small: bool
    figures: Mapping[str, float]
    p: float
    verdict: str | None = None


class _Drivers:
    """The rows of one table of drivers, and the models behind them."""

    def __init__(self, observations: Observations, outcome: str, seed: int) -> None:
        # By id, so that a codeframe and the table written from it, in another order, give the same draws.
        self.themes = sorted((t for t in observations.themes if not t.is_hidden), key=lambda t: t.id)
        self.n_analysed, self.seed, self.outcome_name = observations.n_analysed, seed, outcome
        self.good = 1 if outcome == "nps" else MEASURES[outcome].good
        self.is_amount = outcome != "nps" and MEASURES[outcome].kind == "amount"
        try:
            values = observations.outcome(outcome)
        except ConfigError:  # without a score there are still themes to count
            values = pd.Series(np.nan, index=observations.respondents.index)
        units = units_of(observations)
        means = values.groupby(units).mean()
        self.outcome = means.reindex(range(int(units.max()) + 1 if len(units) else 0)).to_numpy(dtype=np.float64)
        self.known = ~np.isnan(self.outcome)
        self.possible = POINTS if outcome == "nps" else YES_OR_NO
        if self.is_amount:
            self.possible = stand_in(self.outcome[self.known]) if self.known.any() else POINTS
        self.opinions = theme_of_each(observations.opinions, self.themes)
        self.opinions = self.opinions.assign(unit=units.to_numpy()[self.opinions["respondent"].to_numpy()])

    def table(self, *, first_level_only: bool) -> pd.DataFrame:
        """Return the rows in order."""
        tops = [t for t in self.themes if t.parent is None]
        subs = [] if first_level_only else [t for t in self.themes if t.parent is not None]
        rows = []
        for family in [[ANYTHING]] if first_level_only else [[ANYTHING], POLARITIES]:
            # Among sub-themes, what is said of a theme without naming any of its sub-themes is one more column.
            found = [*self._level("top_id", tops, family), *(self._level("theme_id", [*subs, *tops], family)
                     if subs else [])[:len(subs) * len(family)]]
            rows += _judged([row for row in found if row.said == ANYTHING or row.n_raisers], self.good)
        labels = {t.id: t.label for t in self.themes}
        table = pd.DataFrame([self._cells(row, labels) for row in rows], columns=list(DRIVER_COLUMNS))
        return _in_order(_typed(table), self.good)

    def _level(self, level: str, themes: Sequence[Theme], family: Sequence[str]) -> list[_Row]:
        """Return the rows of one model: each theme with each thing said of it, one column each."""
        columns = [(theme, said) for theme in themes for said in family]
        raised = self._raised(level, columns)
        effects = None
        if columns and self.known.sum() > 1:
            effects = estimate_effects(raised[self.known], self.outcome[self.known], possible=self.possible,
                                       seed=self.seed)
        return [self._row(theme, said, raised[:, k], effects, k) for k, (theme, said) in enumerate(columns)]

    def _raised(self, level: str, columns: Sequence[tuple[Theme, str]]) -> BoolArray:
        """Return bool (n_customers, n_columns): who says that of that theme."""
        raised = np.zeros((len(self.outcome), len(columns)), dtype=bool)
        if not columns:
            return raised
        known: dict[tuple[str | None, str | None], int] = {
            (theme.id, said): k for k, (theme, said) in enumerate(columns)}
        names, themes = _numbered(self.opinions[level])
        words, said = _numbered(self.opinions["polarity"]) if columns[0][1] != ANYTHING else (
            [ANYTHING], np.zeros(len(self.opinions), dtype=np.int64))
        # One more place for what is missing, which has the number -1.
        place_of = np.array([[known.get((name, word), -1) for word in [*words, None]] for name in [*names, None]],
                            dtype=np.int64)
        places = place_of[themes, said]
        raised[self.opinions["unit"].to_numpy()[places >= 0], places[places >= 0]] = True
        return raised

    def _row(self, theme: Theme, said: str, raises: BoolArray, effects: Effects | None, column: int) -> _Row:
        inside = self.outcome[raises & self.known]
        is_small = not MIN_RAISERS <= len(inside) <= self.known.sum() - MIN_RAISERS
        figures = {} if effects is None else {name: float(getattr(effects, name)[column]) for name in _EFFECTS}
        figure = outcome_figure(inside, self.possible)
        if figure:
            figures |= {"mean": figure.value, "mean_low": figure.low, "mean_high": figure.high}
        if self.is_amount:
            figures["total"] = float(inside.sum())
        return _Row(theme, said, len(inside), is_small, figures, float("nan") if effects is None else effects.p[column])

    def _cells(self, row: _Row, labels: Mapping[str, str]) -> list[object]:
        theme = row.theme
        own = self.opinions[self.opinions["theme_id" if theme.parent else "top_id"] == theme.id]
        if row.said != ANYTHING:
            own = own[own["polarity"] == row.said]
        n_comments = own["comment"].nunique()
        given: dict[str, object] = {
            **row.figures, "outcome": self.outcome_name, "id": theme.id, "label": theme.label,
            "parent_id": theme.parent, "parent_label": theme.parent and labels.get(theme.parent),
            "journey_stage": theme.stage and theme.stage.value, "said": row.said, "n_comments": n_comments,
            "share_of_comments": n_comments / self.n_analysed if self.n_analysed else None,
            "n_raisers": row.n_raisers, "is_small": row.is_small, "verdict": row.verdict}
        return [given.get(name) for name in DRIVER_COLUMNS]


def _numbered(column: pd.Series) -> tuple[list[str | None], IntArray]:
    """Return the values of a column, and the number of each row's; -1 where it is missing."""
    codes, names = pd.factorize(column)
    return list(names), codes.astype(np.int64)


def _judged(rows: Sequence[_Row], good: int) -> list[_Row]:
    """Return the rows of one family of tests with their verdicts."""
    asked = [row for row in rows if not np.isnan(row.p) and not row.is_small]
    controlled = false_discovery_control([row.p for row in asked]) if asked else []
    sure = {id(row) for row, p in zip(asked, controlled, strict=True) if p <= FALSE_DISCOVERIES}
    return [replace(row, verdict=_verdict(row, good, is_sure=id(row) in sure)) for row in rows]


def _verdict(row: _Row, good: int, *, is_sure: bool) -> str | None:
    if np.isnan(row.p):
        return None
    ends = [good * row.figures["adjusted_low"], good * row.figures["adjusted_high"]]
    if is_sure and max(ends) < 0:
        return "costs"
    return "lifts" if is_sure and min(ends) > 0 else "cannot tell"


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    numbers = [c for c in DRIVER_COLUMNS if c.startswith(("share", "mean", "total", "leave_out", "adjusted"))]
    texts = ["outcome", "id", "label", "parent_id", "parent_label", "journey_stage", "said", "verdict"]
    return table.astype({**dict.fromkeys(numbers, "float64"), "n_comments": "int64", "n_raisers": "int64",
                         "is_small": "bool", **dict.fromkeys(texts, "str")})


def _in_order(table: pd.DataFrame, good: int) -> pd.DataFrame:
    """Return the rows with each theme's polarities behind it, sub-themes behind their theme, the costliest first."""
    whole = table[table["said"] == ANYTHING].assign(cost=lambda rows: good * rows["adjusted"])
    whole = whole.sort_values(["cost", "n_comments"], ascending=[True, False], kind="stable")
    place = {theme_id: k for k, theme_id in enumerate(whole["id"])}
    above = [place.get(parent, place[own]) for own, parent in zip(table["id"], table["parent_id"], strict=True)]
    said = [ANYTHING, *POLARITIES]
    order = sorted(range(len(table)), key=lambda k: (above[k], not pd.isna(table["parent_id"].iloc[k]),
                                                     place[table["id"].iloc[k]], said.index(table["said"].iloc[k])))
    return table.iloc[order].reset_index(drop=True)
