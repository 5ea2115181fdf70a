"""From what a look says of each series to what is written down: new states, alerts that fire, alerts that are over.

States are kept with the days that they mean, as numbers of periods since the beginning of the calendar, so that they
stay true while the history grows at one end and is cut at the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    `seen` is None where its series is not watched any more. `covered_by`: the theme above or below that tells of it.
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

    A theme and its sub-theme often tell of the same event. Where half of the excess of a theme is that of one of its
    sub-themes, one alert is enough: of the sub-theme where both begin, else of the one that fires already.

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
    """Return what fired, with those marked that a theme above or below tells of already."""
    above = {t.id: t.parent for t in themes if t.parent}
    excess = {(rule.key, subject.id): own.value - own.expected for rule, look in zip(watched, looks, strict=True)
              if rule.rule.per == "theme" for subject, own in zip(rule.subjects, look.judgements, strict=True)}
    new = {change.key for change in fired}

    def is_same(upper: Key, lower: Key) -> bool:
        return excess[upper] != 0 and excess[lower] / excess[upper] >= _SAME_EVENT

    found = []
    for change in fired:
        rule, theme = change.key
        covered = None
        if change.key in excess:
            parent = above.get(theme)
            children = [(rule, child) for child, upper in above.items() if upper == theme]
            firing = [key for key in children if key in excess and states[key].name == FIRING]
            covered = next((key[1] for key in firing if is_same(change.key, key)), None)
            upper = (rule, parent) if parent else None
            if (covered is None and upper in excess and upper is not None and upper not in new
                    and states[upper].name == FIRING and is_same(upper, change.key)):
                covered = parent
        found.append(replace(change, covered_by=covered))
    return found
