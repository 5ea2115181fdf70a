"""What a rule watches: its series, one a theme, brand, source or value of a segment, counted from a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.comment import Polarity
from cx_text.config import Brand
from cx_text.insights.nps import CATEGORIES
from cx_text.insights.observations import places_among
from cx_text.insights.raising import Raised
from cx_text.monitor.blocks import AnswersByPeriod, ByCustomer, ByPeriod, Watched
from cx_text.monitor.history import History, values_of
from cx_text.monitor.judging import (
    DAILY,
    LIMIT_DAILY,
    LIMIT_WEEKLY,
    TREND_DAILY,
    TREND_WEEKLY,
    WEEKLY,
    Entry,
    Rule,
    State,
)
from cx_text.monitor.threshold import LimitOf
from cx_text.monitor.trend import TrendOf
from cx_text.watch_options import LEVELS, Direction, WatchOptions, WatchRule

_FEWEST_OF_SEGMENT, _MOST_OF_SEGMENT = 30, 24  # comments of a value that is watched; values
_NEGATIVE, _MIDDLE, _POSITIVE = 0, 1, 2  # places of the answers -1, 0 and 1
_POLARITIES = {Polarity.NEGATIVE.value: _NEGATIVE, Polarity.NEUTRAL.value: _MIDDLE, Polarity.MIXED.value: _MIDDLE,
               Polarity.POSITIVE.value: _POSITIVE}
# Kind of rule → when it counts, by days and by weeks.
_PRESETS = {"trend": (TREND_DAILY, TREND_WEEKLY), "level": (LIMIT_DAILY, LIMIT_WEEKLY)}
_CATEGORIES = {c.value: place for c, place in zip(CATEGORIES, (_NEGATIVE, _MIDDLE, _POSITIVE), strict=True)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What one series is about: `per` is all, theme, brand, source or segment.NAME; `label` is for people."""

    per: str
    id: str
    label: str


Counted = ByPeriod | ByCustomer | AnswersByPeriod


@dataclass(frozen=True, eq=False, slots=True)
class WatchedRule:
    """A rule in one direction, with its series.

    `base`: counts or answers by period; `watched` is that, or its trend, or how it lies to a limit.
    `said`: the rows behind it, one a customer's (count) or answer (level): series, customer, stratum, period, place
    (row of the comment), and of levels the answer, 0 to 2. `missing`: names under `only` that nothing is called.
    """

    rule: WatchRule
    direction: Direction
    limits: Rule
    subjects: tuple[Subject, ...]
    base: Counted
    watched: Watched
    said: pd.DataFrame
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The rule's name and direction, by which its states are kept."""
        return f"{self.rule.name}:{self.direction}"

    def entry(self, states: Mapping[tuple[str, str], State]) -> Entry:
        """Return what a look takes of it: its series with their states, by key and id; a limit stands alone."""
        return Entry(self.watched, [states.get((self.key, subject.id), State()) for subject in self.subjects],
                     self.limits, is_alone=self.rule.kind == "level")

    @property
    def is_level(self) -> bool:
        """Whether its series are means of answers, and not counts."""
        return self.rule.measure in LEVELS


def limits_of(rule: WatchRule, options: WatchOptions, direction: Direction) -> Rule:
    """Return when a change counts, by the rule's own least changes."""
    daily, weekly = _PRESETS.get(rule.kind, (DAILY, WEEKLY))
    return replace(daily if options.period == "day" else weekly, direction=direction, min_ratio=rule.min_ratio,
                   min_more=rule.min_more, min_customers=rule.min_customers, min_points=rule.min_points,
                   min_answers=rule.min_answers)


def watched_rules(history: History, options: WatchOptions, brands: Sequence[Brand]) -> list[WatchedRule]:
    """Return what the rules of a recipe watch in a history; those for new themes are made elsewhere.

    Args:
        history: Who wrote when.
        options: The rules.
        brands: Those that are looked for.
    """
    return [made for rule in options.rules if rule.kind != "new_theme"
            for made in _watched(history, options, rule, brands)]


def _watched(history: History, options: WatchOptions, rule: WatchRule, brands: Sequence[Brand]) -> list[WatchedRule]:
    if rule.kind == "silence":
        rule = rule.model_copy(update={"per": "source", "measure": "comments"})
    every, place, series = _members(history, rule, brands)
    subjects, place, series, missing = _only(rule.only, every, place, series)
    said = history.rows(place, series).assign(place=place[history.period[place] >= 0])
    if rule.measure in LEVELS:
        said = _answered(history, rule, said, [subject.id for subject in subjects])
    base = counted(history, rule, said, len(subjects))
    return [WatchedRule(rule, direction, limits_of(rule, options, direction), subjects, base,
                        as_asked(rule, base, history.period_days), said, missing) for direction in rule.directions]


def _members(history: History, rule: WatchRule,
             brands: Sequence[Brand]) -> tuple[tuple[Subject, ...], IntArray, IntArray]:
    """Return all subjects of a rule, and pairs of a comment that was read, by its row, and its subject's place."""
    part = history.part
    if rule.per == "theme":
        chosen = np.ones(len(part.opinions), dtype=bool) if rule.polarity is None else (
            part.opinions["polarity"] == rule.polarity).to_numpy()
        raised = Raised.of(part.places[chosen], part.opinions["theme_id"][chosen], part.snapshot.themes)
        return tuple(Subject("theme", t.id, t.label) for t in raised.themes), raised.comment, raised.theme
    if rule.per == "brand":
        mentions = part.mentions
        chosen = np.ones(len(mentions), dtype=bool) if rule.polarity is None else (
            mentions["polarity"] == rule.polarity).to_numpy()
        at = (np.cumsum(part.keep) - 1)[mentions["place"].to_numpy()]
        name = places_among(mentions["brand"], {brand.name: k for k, brand in enumerate(brands)})
        keep = chosen & (name >= 0)
        pairs = pd.DataFrame({"place": at[keep], "series": name[keep]}).drop_duplicates()
        return (tuple(Subject("brand", brand.name, brand.name) for brand in brands),
                pairs["place"].to_numpy(dtype=np.int64), pairs["series"].to_numpy(dtype=np.int64))
    # A source brings comments without words, too, and scores stand beside them; of all else those that were read count.
    is_any = rule.kind == "silence" or rule.measure == "nps"
    counts = np.ones(len(history.period), dtype=bool) if is_any else history.is_read
    if rule.polarity is not None:
        counts = counts & (part.comments["polarity"] == rule.polarity).to_numpy()
    places = np.flatnonzero(counts)
    if rule.per == "all":
        return (Subject("all", "all", "All comments"),), places, np.zeros(len(places), dtype=np.int64)
    values = values_of(part, rule.per)
    sizes = values[history.period >= 0].value_counts()
    if rule.per != "source":
        sizes = sizes[sizes >= _FEWEST_OF_SEGMENT].head(_MOST_OF_SEGMENT)
    names = sorted(str(name) for name in sizes.index)
    own = places_among(values.iloc[places], {name: k for k, name in enumerate(names)})
    return tuple(Subject(rule.per, name, name) for name in names), places[own >= 0], own[own >= 0]


def _only(only: Sequence[str], subjects: tuple[Subject, ...], place: IntArray,
          series: IntArray) -> tuple[tuple[Subject, ...], IntArray, IntArray, tuple[str, ...]]:
    """Return the subjects that are asked for, by id or label, with their pairs, and the names that nothing has."""
    if not only:
        return subjects, place, series, ()
    wanted = {name.casefold() for name in only}
    kept = [k for k, s in enumerate(subjects) if {s.id.casefold(), s.label.casefold()} & wanted]
    renumbered = np.full(len(subjects) + 1, -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    own = renumbered[series]
    known = {name.casefold() for k in kept for name in (subjects[k].id, subjects[k].label)}
    missing = tuple(name for name in only if name.casefold() not in known)
    return tuple(subjects[k] for k in kept), place[own >= 0], own[own >= 0], missing


def _answered(history: History, rule: WatchRule, said: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Return the rows that hold an answer, with it; of a customer the last one in a period."""
    answer = _answers(history, rule, said, ids)
    own = said.assign(answer=answer)[answer >= 0]
    return own.drop_duplicates(["series", "customer", "stratum", "period"], keep="last").reset_index(drop=True)


def _answers(history: History, rule: WatchRule, said: pd.DataFrame, ids: Sequence[str]) -> IntArray:
    """Return the answer of each row, 0 to 2, -1 where it has none."""
    rows, place = history.part.comments, said["place"].to_numpy()
    if rule.measure == "nps":
        return np.asarray(places_among(rows["category"], _CATEGORIES)[place])
    if rule.measure in ("implied_nps", "implied_detractors"):
        chances = rows[[f"implied_{c.value}" for c in CATEGORIES]].to_numpy(dtype=np.float64)
        known = ~np.isnan(chances).any(axis=1)
        likeliest = np.where(known, np.nan_to_num(chances).argmax(axis=1), -1)
        found = np.array([*_CATEGORIES.values(), -1], dtype=np.int64)[likeliest][place]
        return found if rule.measure == "implied_nps" else _is_negative(found)
    found = _polarities(history, rule, said, ids)
    return found if rule.measure == "sentiment" else _is_negative(found)


def _is_negative(answer: IntArray) -> IntArray:
    """Return 1 for yes as the largest answer, for no as the middle one: the mean is a share."""
    return np.asarray(np.where(answer >= 0, np.where(answer == _NEGATIVE, _POSITIVE, _MIDDLE), -1))


def _polarities(history: History, rule: WatchRule, said: pd.DataFrame, ids: Sequence[str]) -> IntArray:
    """Return how each row's comment speaks of its subject, `ids` by series: as a whole, or of the theme or brand."""
    part, place = history.part, said["place"].to_numpy()
    if rule.per not in ("theme", "brand"):
        return np.asarray(places_among(part.comments["polarity"], _POLARITIES)[place])
    if rule.per == "brand":
        at = (np.cumsum(part.keep) - 1)[part.mentions["place"].to_numpy()]
        whose, polarity = part.mentions["brand"].astype("str").to_numpy(dtype=object), part.mentions["polarity"]
        above: dict[str, str] = {}
    else:
        at, polarity = part.places, part.opinions["polarity"]
        whose = part.opinions["theme_id"].astype("object").to_numpy()
        above = {t.id: t.parent for t in part.snapshot.themes if t.parent}
    each = pd.DataFrame({"place": at, "whose": whose, "sign": places_among(polarity, _POLARITIES) - 1})
    each = each[each["whose"].notna() & (each["sign"] >= -1)]
    if above:
        upper = each[each["whose"].isin(list(above))]
        each = pd.concat([each, upper.assign(whose=upper["whose"].map(above))])
    signs = np.sign(each.groupby(["place", "whose"])["sign"].mean())
    own = pd.MultiIndex.from_arrays([place, [ids[k] for k in said["series"]]])
    return np.asarray(signs.reindex(own).add(1).fillna(-1), dtype=np.int64)


def as_asked(rule: WatchRule, base: Counted, period_days: int) -> Watched:
    """Return what a rule looks at: counts or answers as they are, their trend, or how they lie to its limit."""
    if rule.kind == "trend":
        return TrendOf(base, 7 // period_days)
    if rule.kind == "level":
        return LimitOf(base, float((rule.above if rule.above is not None else rule.below) or 0.0))
    return base


def counted(history: History, rule: WatchRule, said: pd.DataFrame, n_series: int) -> Counted:
    """Return the counts or answers of a rule's series, from the rows behind them: `WatchedRule.said`."""
    n_strata, n_periods = len(history.strata), history.n_periods
    if rule.measure in LEVELS:
        shape = (n_series, n_strata, n_periods, 3)
        return AnswersByPeriod(_numbers(said, ["series", "stratum", "period", "answer"], shape))
    if rule.measure == "comments":
        counts = _numbers(said.assign(stratum=0), ["series", "stratum", "period"], (n_series, 1, n_periods))
        return ByPeriod(counts, np.ones((1, n_periods), dtype=np.int64))
    return ByCustomer(history.wrote, said, n_series, n_strata, n_periods)


def _numbers(rows: pd.DataFrame, columns: Sequence[str], shape: tuple[int, ...]) -> IntArray:
    """Return how many rows there are in each cell; int64 of a shape."""
    if not np.prod(shape):
        return np.zeros(shape, dtype=np.int64)
    cells = np.ravel_multi_index(tuple(rows[name].to_numpy(dtype=np.int64) for name in columns), shape)
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)
