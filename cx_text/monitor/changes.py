"""From what a look says of each series to what is written down: new states, alerts that fire, alerts that are over.

States are kept with the days that they mean, as numbers of periods since the beginning of the calendar, so that they
stay true while the history grows at one end and is cut at the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cx_text.codeframe import Theme
from cx_text.monitor.evidence import Seen
from cx_text.monitor.history import History
from cx_text.monitor.judging import FIRING, RESOLVED, Look, State
from cx_text.monitor.series import WatchedRule
from cx_text.store.alerts import SeriesState

GONE = "gone"  # why an alert was resolved: nothing of its name is watched any more
_SAME_EVENT = 0.5  # of the excess of a theme, above which it and its sub-theme tell of the same thing

Key = tuple[str, str]  # a rule's key and a series'


@dataclass(frozen=True, slots=True)
class Change:
    """One series that began to fire, or that is over.

    `seen` is None where its series is not watched any more. `covered_by`: the series that tells of it already.
    """

    key: Key
    name: str
    seen: Seen | None = None
    why: str | None = None
    covered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What one look changes: states of all series, those that began to fire, and those that are over."""

    states: Mapping[Key, State]
    fired: tuple[Change, ...] = field(default=())
    resolved: tuple[Change, ...] = field(default=())


def read_state(kept: SeriesState | None, history: History) -> State:
    """Return a state with its periods counted as those of a history."""
    if kept is None:
        return State()
    own = dict(kept.state)
    spells = tuple((max(0, first - history.first), last - history.first) for first, last in own.pop("left_out"))
    return State(**{**own, "since": own["since"] - history.first},
                 left_out=tuple(spell for spell in spells if spell[1] >= 0))


def kept_state(state: State, history: History) -> dict[str, Any]:
    """Return a state as the store keeps it."""
    return {**asdict(state), "since": state.since + history.first,
            "left_out": [[first + history.first, last + history.first] for first, last in state.left_out]}


def changes_of(history: History, watched: Sequence[WatchedRule], looks: Sequence[Look],
               before: Mapping[Key, State], themes: Sequence[Theme], now: int) -> Changes:
    """Return what a look changes.

    One event is told of once. A theme and its sub-theme often tell of the same: where half of the excess of a theme is
    that of one of its sub-themes, one alert is enough, of the sub-theme where both begin, else of the one that fires
    already. So do two rules that count the same of one theme, brand or source: the first of them is enough; who praises
    is not the same as who complains, and a limit that somebody set is told of whatever else is.

    Args:
        history: What was judged.
        watched: The rules, as they were judged.
        looks: What was said of each.
        before: States before it, of series that are known.
        themes: Those in use.
        now: The period that was judged.
    """
    states: dict[Key, State] = {}
    fired: list[Change] = []
    resolved: list[Change] = []
    for rule, look in zip(watched, looks, strict=True):
        for place, (subject, after) in enumerate(zip(rule.subjects, look.states, strict=True)):
            key = rule.key, subject.id
            states[key] = after
            was = before.get(key, State())
            seen = Seen(history, rule, look, place, now, was)
            if after.name == FIRING and was.name != FIRING:
                fired.append(Change(key, FIRING, seen))
            elif was.name == FIRING and after.name == RESOLVED:
                resolved.append(Change(key, RESOLVED, seen, after.why))
    resolved += [Change(key, RESOLVED, None, GONE) for key, state in before.items()
                 if key not in states and state.name == FIRING]
    return Changes(states, tuple(_once(fired, states, watched, looks, themes)), tuple(resolved))


def _once(fired: Sequence[Change], states: Mapping[Key, State], watched: Sequence[WatchedRule],
          looks: Sequence[Look], themes: Sequence[Theme]) -> list[Change]:
    """Return what fired, with those marked that another alert tells of already."""
    new = {change.key for change in fired}
    groups = {one.key: (one.rule.per, one.rule.measure, one.direction, one.rule.polarity == "positive",
                        one.rule.kind == "level") for one in watched}
    told = {(groups[rule], series) for (rule, series), state in states.items()
            if state.name == FIRING and (rule, series) not in new}
    nearby = _Nearby(states, watched, looks, themes)
    found = []
    for change in fired:
        own = groups[change.key[0]], change.key[1]
        covered = change.key[1] if own in told else nearby.tells(change.key, new)
        if covered is None:
            told.add(own)
        found.append(replace(change, covered_by=covered))
    return found


class _Nearby:
    """Themes above and below others, and how much of the excess of one is that of another."""

    def __init__(self, states: Mapping[Key, State], watched: Sequence[WatchedRule], looks: Sequence[Look],
                 themes: Sequence[Theme]) -> None:
        self._states = states
        self._above = {t.id: t.parent for t in themes if t.parent}
        self._excess = {(one.key, subject.id): own.value - own.expected
                        for one, look in zip(watched, looks, strict=True) if one.rule.per == "theme"
                        for subject, own in zip(one.subjects, look.judgements, strict=True)}

    def tells(self, key: Key, new: Set[Key]) -> str | None:
        """Return the theme above or below that tells of the same event, None where there is none."""
        rule, theme = key
        for child, upper in self._above.items():
            if upper == theme and self._fires((rule, child)) and self._is_same(key, (rule, child)):
                return child
        upper_key = rule, self._above.get(theme, "")
        if upper_key not in new and self._fires(upper_key) and self._is_same(upper_key, key):
            return upper_key[1]
        return None

    def _fires(self, key: Key) -> bool:
        return key in self._excess and self._states[key].name == FIRING

    def _is_same(self, upper: Key, lower: Key) -> bool:
        whole = self._excess[upper]
        return whole != 0 and self._excess[lower] / whole >= _SAME_EVENT
