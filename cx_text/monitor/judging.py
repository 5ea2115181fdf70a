"""One look at all watched series together, and the state of each: quiet, firing, resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.stats import false_discovery_control

from cx_text.backends.base import BoolArray
from cx_text.monitor.blocks import Cut, Watched
from cx_text.monitor.counts import Compared, count_needed, ratio_interval
from cx_text.monitor.levels import Levels
from cx_text.monitor.polya import Floats

QUIET, FIRING, RESOLVED = "quiet", "firing", "resolved"
ENDED, SETTLED = "ended", "settled"  # why it was resolved: as before again, or for so long that it is the new level
_CALM = 0.1  # p of every window, above which a look is like the past


@dataclass(frozen=True, slots=True)
class Rule:
    """When a change counts; times are in periods, which are looks.

    `windows`: lengths that are judged at each look. `n_past`: what they are judged against, at most.
    `strong`: false discoveries among what fires at one look. `weak`: the same where two looks in a row say so.
    `min_ratio`: by how much a count must have risen, or fallen, at least; `min_more`: by how many customers;
    `min_customers`: who raise it in the window, or were expected to where it fell. `min_points`: by how much a level
    must have moved, of `min_answers` in the window.
    `cool_down`: how long a resolved series cannot fire. `settled_after`: how long one fires at most.
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
    cool_down: int = 4
    settled_after: int = 26

    @property
    def longest(self) -> int:
        """The longest window: as long before a look is no past, since a change may have begun in it."""
        return max(self.windows)


WEEKLY = Rule()
DAILY = Rule(windows=(7, 14, 28), n_past=364, strong=0.03, weak=0.05, cool_down=28, settled_after=182)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one look says of one series.

    `p`: of all windows together. `controlled`: the share of false ones among all series that are as unusual or more.
    `window`: in periods, the most unusual one; what follows is of that. `n`: customers who raise it, or who answered.
    `value`: the same number, or the level in points; `expected`: what the past leads one to expect of it. `is_large`:
    the change is one that the rule cares for. `is_calm`: no window is unusual.
    """

    p: float
    controlled: float
    window: int
    n: int
    value: float
    expected: float
    is_large: bool
    is_calm: bool


@dataclass(frozen=True, slots=True)
class State:
    """Of one series: since which period, and what is no part of its past, in spells of periods, ends included.

    `n_weak`: looks in a row that were unusual by the weak measure. `why` is ENDED or SETTLED in the state RESOLVED.
    """

    name: str = QUIET
    since: int = 0
    n_weak: int = 0
    left_out: tuple[tuple[int, int], ...] = ()
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Judgements and new states, one a series; `compared` has what each window was judged by."""

    judgements: tuple[Judgement, ...]
    states: tuple[State, ...]
    compared: dict[int, Compared | Levels]


def look(watched: Watched, states: Sequence[State], rule: Rule, now: int, *, factors: Floats | None = None) -> Look:
    """Return what a look at the end of period `now` says of every series, and their new states.

    Args:
        watched: With the same series as `states`.
        states: After the look before.
        rule: When a change counts.
        now: The last period that is over.
        factors: See `Cut`.
    """
    ends = np.array([_past_end(state, rule, now) for state in states], dtype=np.int64)
    left_out = _left_out(states, watched.n_periods)
    compared = {length: watched.compare(Cut(now, length, ends, rule.n_past, left_out, factors))
                for length in rule.windows}
    judgements = judge(compared, rule)
    return Look(judgements, tuple(step(state, judgement, rule, now)
                                  for state, judgement in zip(states, judgements, strict=True)), compared)


def judge(compared: Mapping[int, Compared | Levels], rule: Rule) -> tuple[Judgement, ...]:
    """Return the judgement of each series, all of them controlled together.

    The windows of a series have one p, their harmonic mean (Good 1958, JASA 53:799; Wilson 2019, PNAS 116:1195): for
    dependent tests it loses less than the smallest times their number. False discoveries are controlled over all series
    (Benjamini and Hochberg 1995); where nothing changed, `strong` is so about the number of false alarms of a look.

    Args:
        compared: By length of window.
        rule: When a change counts.
    """
    lengths = list(compared)
    each = np.stack([compared[length].rise if rule.direction == "rise" else compared[length].fall
                     for length in lengths])
    p = np.minimum(1.0, 1 / np.mean(1 / np.maximum(each, 1e-300), axis=0))
    controlled = false_discovery_control(p) if len(p) else p
    most, whose = each.argmin(axis=0), np.arange(len(p))
    n, value, expected, is_large = (np.stack(rows)[most, whose] for rows in zip(
        *(_seen(compared[length], rule) for length in lengths), strict=True))
    is_calm = each.min(axis=0) > _CALM
    return tuple(Judgement(*row) for row in zip(
        p.tolist(), controlled.tolist(), [lengths[k] for k in most], n.astype(int).tolist(), value.tolist(),
        expected.tolist(), is_large.astype(bool).tolist(), is_calm.tolist(), strict=True))


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
        return State(FIRING, now, left_out=state.left_out)
    if state.name == RESOLVED:
        return State(QUIET, now, n_weak, state.left_out)
    return replace(state, n_weak=n_weak)


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

    The count needed is for one unusual window of one series: strong / (n_series n_windows), the first step of the
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
    needed = count_needed(alone, rule.strong / (len(found.judgements) * len(rule.windows)))
    least = max(rule.min_customers, own.expected + rule.min_more, rule.min_ratio * (own.expected + 0.5) - 0.5)
    return Explanation(own.window, own.n, own.expected, float(alone.ratio[0]), float(low[0]), float(high[0]),
                       int(np.ceil(max(float(needed[0]), least))))


def _still_firing(state: State, judgement: Judgement, rule: Rule, now: int) -> State:
    if judgement.is_calm:
        spell = (max(0, state.since - rule.longest + 1), now)
        return State(RESOLVED, now, left_out=(*state.left_out, spell), why=ENDED)
    if now - state.since >= rule.settled_after:
        return State(RESOLVED, now, left_out=((0, state.since - 1),), why=SETTLED)
    return state


def _seen(compared: Compared | Levels, rule: Rule) -> tuple[Floats, Floats, Floats, BoolArray]:
    """Return how many it was, the value, the expected one, and whether the rule cares; of one window."""
    is_fall = rule.direction == "fall"
    if isinstance(compared, Levels):
        more = (compared.value - compared.expected) * (-1 if is_fall else 1)
        return (compared.n, compared.value, compared.expected,
                (more >= rule.min_points) & (compared.n >= rule.min_answers))
    count, expected, ratio = compared.count, compared.expected, compared.ratio
    high, low = (expected, count) if is_fall else (count, expected)
    is_large = ((1 / ratio if is_fall else ratio) >= rule.min_ratio) & (high - low >= rule.min_more)
    return count, count, expected, is_large & (high >= rule.min_customers)


def _past_end(state: State, rule: Rule, now: int) -> int:
    """Return where a series' past ends: before the longest window, and for as long as it fires before that of then."""
    return (state.since if state.name == FIRING else now) - rule.longest


def _left_out(states: Sequence[State], n_periods: int) -> BoolArray:
    out = np.zeros((len(states), n_periods), dtype=bool)
    for k, state in enumerate(states):
        for first, last in state.left_out:
            out[k, first:last + 1] = True
    return out
