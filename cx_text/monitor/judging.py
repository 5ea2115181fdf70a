"""One look at all watched series of all rules together, and the state of each: quiet, firing, resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import false_discovery_control

from cx_text.backends.base import BoolArray, IntArray
from cx_text.monitor.blocks import ByCustomer, ByPeriod, Comparison, Cut, Watched
from cx_text.monitor.counts import Compared
from cx_text.monitor.levels import Levels
from cx_text.monitor.polya import Floats
from cx_text.monitor.season import season_factors
from cx_text.monitor.threshold import Limits
from cx_text.monitor.trend import Trends

QUIET, FIRING, RESOLVED = "quiet", "firing", "resolved"
ENDED, SETTLED = "ended", "settled"  # why it was resolved: as before again, or for so long that it is the new level
_YEARS_NEEDED = 1.25  # for a season
_CALM = 0.1  # p of every window, above which a look is like the past


@dataclass(frozen=True, slots=True)
class Rule:
    """When a change counts; times are in periods, which are looks.

    `windows`: lengths that are judged at each look. `n_past`: what they are judged against, at most.
    `strong`: false discoveries among what fires at one look. `weak`: the same where two looks in a row say so.
    `min_ratio`: by how much a count must have risen, or fallen, at least; `min_more`: by how many customers;
    `min_customers`: who raise it in the window, or were expected to where it fell. `min_points`: by how much a level
    must have moved, of `min_answers` in the window.
    `weight`: of its series among those of other rules, when all are controlled together.
    `year`: its length in periods: where counts have a past of five quarters of one, each series has its season; None
    for none.
    `cool_down`: how long a resolved series cannot fire. `settled_after`: how long one fires at most; None: for as long
    as it lasts. `calm_looks`: so many looks in a row have to be calm until it is over.
    """

    direction: Literal["rise", "fall"] = "rise"
    windows: tuple[int, ...] = (1, 2, 4)
    n_past: int = 52
    strong: float = 0.08
    weak: float = 0.2
    min_ratio: float = 1.25
    min_more: float = 3.0
    min_customers: int = 5
    min_points: float = 5.0
    min_answers: int = 20
    weight: float = 1.0
    year: float | None = 52.18
    cool_down: int = 4
    settled_after: int | None = 26
    calm_looks: int = 2

    @property
    def longest(self) -> int:
        """The longest window: as long before a look is no past, since a change may have begun in it."""
        return max(self.windows)


WEEKLY = Rule()
DAILY = Rule(windows=(7, 14, 28), n_past=364, strong=0.03, weak=0.05, year=365.25, cool_down=28, settled_after=182,
             calm_looks=7)
# Of `TrendOf`: what is before a window are windows of its length, that tell how lines come and go. What is slow can
# wait for a smaller p, and sudden changes are seen sooner for it.
TREND_WEEKLY = replace(WEEKLY, windows=(13, 26), n_past=104, weight=0.25)
TREND_DAILY = replace(DAILY, windows=(91, 182), n_past=728, weight=0.25)
# Of `LimitOf`, alone: what is beyond a limit stays so, and is no new level.
LIMIT_WEEKLY = replace(WEEKLY, windows=(4,), strong=0.005, weak=0.025, settled_after=None)
LIMIT_DAILY = replace(DAILY, windows=(28,), strong=0.002, weak=0.005, settled_after=None)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one look says of one series.

    `p`: of all windows together. `controlled`: the share of false ones among all series that are as unusual or more.
    `window`: in periods, the most unusual one; what follows is of that. `n`: customers who raise it, or who answered.
    `value`: the same number, or the level in points; `expected`: what the past leads one to expect of it. `is_large`:
    the change is one that the rule cares for. `calm_upto`: the longest window that is not unusual, as no shorter one
    is; 0 where the shortest one is unusual.
    """

    p: float
    controlled: float
    window: int
    n: int
    value: float
    expected: float
    is_large: bool
    calm_upto: int


@dataclass(frozen=True, slots=True)
class State:
    """Of one series: since which period, and what is no part of its past, in spells of periods, ends included.

    `n_weak`: looks in a row that were unusual by the weak measure. `why` is ENDED or SETTLED in the state RESOLVED.
    `window`: the most unusual one when it fired; `n_calm`: looks in a row, since then, in which that was calm.
    """

    name: str = QUIET
    since: int = 0
    n_weak: int = 0
    left_out: tuple[tuple[int, int], ...] = ()
    why: str | None = None
    window: int = 0
    n_calm: int = 0


@dataclass(frozen=True, slots=True)
class Rated:
    """What one rule says of each series by itself, before all are controlled together; arrays (n_series,).

    `p`: float64, of all windows together. `window`: int64, the most unusual one, in periods. `n`: int64. `value`,
    `expected`: float64. `is_large`: bool. `calm_upto`: int64. All as in `Judgement`.
    """

    p: Floats
    window: IntArray
    n: IntArray
    value: Floats
    expected: Floats
    is_large: BoolArray
    calm_upto: IntArray


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of a look, and what it watches; `Rated` where somebody else has rated the series, as new themes are.

    `states`: of the same series, after the look before. `factors`: see `Cut`. `is_alone`: its p counts as it is; with
    the others nothing is shared. So are rules that ask whether a figure is beyond a limit, not whether it changed.
    """

    watched: Watched | Rated
    states: Sequence[State]
    rule: Rule
    factors: Floats | None = None
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Judgements and new states, one a series; `compared` has what each window was judged by.

    `n_family`: among how many series one of these stands when all are controlled together, by their weights.
    """

    judgements: tuple[Judgement, ...]
    states: tuple[State, ...]
    compared: dict[int, Comparison]
    n_family: float


def look(watched: Watched, states: Sequence[State], rule: Rule, now: int, *, factors: Floats | None = None) -> Look:
    """Return what a look at the end of period `now` says of every series of one rule, and their new states.

    Args:
        watched: With the same series as `states`.
        states: After the look before.
        rule: When a change counts.
        now: The last period that is over.
        factors: See `Cut`.
    """
    return look_together([Entry(watched, states, rule, factors)], now)[0]


def look_together(entries: Sequence[Entry], now: int) -> tuple[Look, ...]:
    """Return what a look at the end of period `now` says by every rule, false discoveries controlled over all of them.

    Args:
        entries: Rules and what they watch; one may watch nothing.
        now: The last period that is over.
    """
    compared = [_compared(entry, now) for entry in entries]
    rated = [entry.watched if isinstance(entry.watched, Rated) else rate(own, entry.rule)
             for entry, own in zip(entries, compared, strict=True)]
    family = [(own, entry.rule.weight) for entry, own in zip(entries, rated, strict=True) if not entry.is_alone]
    of_family = iter(control([own for own, _ in family], [weight for _, weight in family]))
    weights = sum(len(own.p) * weight for own, weight in family)
    looks = []
    for entry, own, seen in zip(entries, rated, compared, strict=True):
        judgements = _judgements(own, own.p if entry.is_alone else next(of_family))
        states = tuple(step(state, judgement, entry.rule, now)
                       for state, judgement in zip(entry.states, judgements, strict=True))
        looks.append(Look(judgements, states, seen, 1.0 if entry.is_alone else weights / entry.rule.weight))
    return tuple(looks)


def rate(compared: Mapping[int, Comparison], rule: Rule) -> Rated:
    """Return what a rule says of each series by itself.

    The windows of a series have one p, their harmonic mean (Good 1958, JASA 53:799; Wilson 2019, PNAS 116:1195): for
    dependent tests it loses less than the smallest times their number.

    Args:
        compared: By length of window; empty where there are no series.
        rule: When a change counts.
    """
    if not compared:
        none = np.empty(0)
        whole = none.astype(np.int64)
        return Rated(none, whole, whole, none, none, none > 0, whole)
    lengths = np.array(list(compared), dtype=np.int64)
    each = np.stack([own.rise if rule.direction == "rise" else own.fall for own in compared.values()])
    p = np.minimum(1.0, 1 / np.mean(1 / np.maximum(each, 1e-300), axis=0))
    most, whose = each.argmin(axis=0), np.arange(len(p))
    n, value, expected, is_large = (np.stack(rows)[most, whose] for rows in zip(
        *(_seen(own, rule) for own in compared.values()), strict=True))
    return Rated(p, lengths[most], n.astype(np.int64), value, expected, is_large.astype(bool),
                 _calm_upto(compared, each, rule))


def control(rated: Sequence[Rated], weights: Sequence[float] | None = None) -> list[Floats]:
    """Return the share of false ones among all series of all rules that are as unusual or more, for each rule's.

    (Benjamini and Hochberg 1995, JRSS B 57:289; with weights Genovese, Roeder and Wasserman 2006, Biometrika 93:509.)
    Where nothing changed, the level at which one cuts is about the number of false alarms of a look, however many rules
    there are.

    Args:
        rated: One a rule.
        weights: One a rule, of each of its series; all alike when not given.
    """
    if not rated:
        return []
    sizes = [len(own.p) for own in rated]
    each = np.repeat(np.ones(len(rated)) if weights is None else np.asarray(weights, dtype=np.float64), sizes)
    p = np.concatenate([own.p for own in rated])
    controlled = false_discovery_control(np.minimum(1.0, p * (each.mean() / each))) if len(p) else p
    return np.split(controlled, np.cumsum(sizes)[:-1])


def step(state: State, judgement: Judgement, rule: Rule, now: int) -> State:
    """Return the state of a series after a look at the end of period `now`.

    Args:
        state: Before it.
        judgement: What the look says.
        rule: When a change counts.
        now: The period.
    """
    if state.name == FIRING:
        return _still_firing(state, judgement, rule, now)
    is_weak = judgement.is_large and judgement.controlled <= rule.weak
    n_weak = state.n_weak + 1 if is_weak else 0
    if state.name == RESOLVED and now - state.since < rule.cool_down:
        return replace(state, n_weak=n_weak)
    if is_weak and (judgement.controlled <= rule.strong or n_weak >= 2):
        return State(FIRING, now, left_out=state.left_out, window=judgement.window)
    if state.name == RESOLVED:
        return State(QUIET, now, n_weak, state.left_out)
    return replace(state, n_weak=n_weak)


def _compared(entry: Entry, now: int) -> dict[int, Comparison]:
    if isinstance(entry.watched, Rated) or not entry.states:
        return {}
    ends = np.array([_past_end(state, entry.rule, now) for state in entry.states], dtype=np.int64)
    left_out = _left_out(entry.states, entry.watched.n_periods)
    factors, unsure = _seasons(entry, now, ends, left_out)
    return {length: entry.watched.compare(Cut(now, length, ends, entry.rule.n_past, left_out, factors, unsure))
            for length in entry.rule.windows}


def _seasons(entry: Entry, now: int, ends: IntArray, left_out: BoolArray) -> tuple[Floats | None, Floats | None]:
    """Return the factors of an entry, those of the season among them, and how unsure they are."""
    rule, watched = entry.rule, entry.watched
    n_past = now - rule.longest + 1
    if not isinstance(watched, ByPeriod | ByCustomer) or rule.year is None or n_past < _YEARS_NEEDED * rule.year:
        return entry.factors, None
    length = min(rule.windows)
    blocks = watched.blocks(Cut(now, length, ends, n_past, left_out))
    factors, unsure = season_factors(blocks, ends, length, watched.n_periods, rule.year)
    return factors if entry.factors is None else factors * entry.factors, unsure


def _judgements(rated: Rated, controlled: Floats) -> tuple[Judgement, ...]:
    return tuple(Judgement(*row) for row in zip(*(column.tolist() for column in (
        rated.p, controlled, rated.window, rated.n, rated.value, rated.expected, rated.is_large, rated.calm_upto)),
        strict=True))


def _still_firing(state: State, judgement: Judgement, rule: Rule, now: int) -> State:
    n_calm = state.n_calm + 1 if judgement.calm_upto >= state.window else 0
    if n_calm >= rule.calm_looks:
        spell = (max(0, state.since - rule.longest + 1), now)
        return State(RESOLVED, now, left_out=(*state.left_out, spell), why=ENDED)
    if rule.settled_after is not None and now - state.since >= rule.settled_after:
        return State(RESOLVED, now, left_out=((0, state.since - 1),), why=SETTLED)
    return replace(state, n_calm=n_calm)


def _seen(compared: Comparison, rule: Rule) -> tuple[Floats, Floats, Floats, BoolArray]:
    """Return how many it was, the value, the expected one, and whether the rule cares; of one window."""
    side = -1 if rule.direction == "fall" else 1
    if isinstance(compared, Limits):
        n, value, fewest = compared.n, compared.value, rule.min_answers if compared.is_level else rule.min_customers
        is_large = (compared.among >= rule.min_answers) & ((n >= fewest) | (side < 0 and not compared.is_level))
        return n, value, np.full_like(value, compared.limit), is_large
    if isinstance(compared, Levels) or (isinstance(compared, Trends) and compared.is_level):
        more = side * (compared.value - compared.expected)
        return (compared.n, compared.value, compared.expected,
                (more >= rule.min_points) & (compared.n >= rule.min_answers))
    if isinstance(compared, Trends):
        n, value, expected, ratio = compared.n, compared.value, compared.expected, compared.effect
        # Over the whole window: half of what the last week has more, in every week of it.
        more, among = side * (value - expected) * compared.n_blocks / 2, n
    elif isinstance(compared, Compared):
        n, value, expected, ratio = compared.count, compared.count, compared.expected, compared.ratio
        more, among = side * (value - expected), np.where(side < 0, expected, value)
    else:
        raise TypeError(f"a rule does not know how large {type(compared).__name__} is")
    is_large = (ratio**side >= rule.min_ratio) & (more >= rule.min_more) & (among >= rule.min_customers)
    return n, value, expected, is_large


def _calm_upto(compared: Mapping[int, Comparison], each: Floats, rule: Rule) -> IntArray:
    """Return up to which window none is unusual; of limits, whether the figure is back on its side of them."""
    lengths, order = np.array(list(compared), dtype=np.int64), np.argsort(list(compared))
    is_calm = np.stack([(own.value <= own.limit if rule.direction == "rise" else own.value >= own.limit)
                        if isinstance(own, Limits) else p > _CALM
                        for own, p in zip(compared.values(), each, strict=True)])
    upto = np.logical_and.accumulate(is_calm[order], axis=0)
    return np.asarray(np.where(upto, lengths[order, None], 0).max(axis=0), dtype=np.int64)


def _past_end(state: State, rule: Rule, now: int) -> int:
    """Return where a series' past ends: before the longest window, and for as long as it fires before that of then."""
    return (state.since if state.name == FIRING else now) - rule.longest


def _left_out(states: Sequence[State], n_periods: int) -> BoolArray:
    out = np.zeros((len(states), n_periods), dtype=bool)
    for k, state in enumerate(states):
        for first, last in state.left_out:
            out[k, first:last + 1] = True
    return out
