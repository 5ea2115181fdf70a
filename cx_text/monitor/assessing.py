"""A period that is over is judged: every rule's series against their past, all of them together, written down at once.

What a period changes (states, alerts, what has to be sent, how far the watch is) is one transaction. So a watch that is
killed anywhere goes on with the first period that was not judged, and none is judged twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from cx_text.config import Recipe
from cx_text.monitor.changes import Change, Changes, Key, changes_of, kept_state, read_state
from cx_text.monitor.delivering import ask_deliveries
from cx_text.monitor.evidence import figures_of, points_of, quotes_of
from cx_text.monitor.failing import is_of_failing
from cx_text.monitor.history import History, history_of, last_day, period_of
from cx_text.monitor.judging import Look, State, look_together
from cx_text.monitor.new_themes import watched_new_themes
from cx_text.monitor.series import WatchedRule, watched_rules
from cx_text.part import Part
from cx_text.snapshot import Snapshot
from cx_text.snapshots import codeframe_of_run
from cx_text.store.alerts import (
    Alert,
    SeriesState,
    WatchFacts,
    add_alert,
    alert,
    keep_states,
    keep_watch,
    resolve_alert,
    states_of,
    watch_of,
)
from cx_text.store.columns import read_columns
from cx_text.store.database import Store
from cx_text.store.runs import current_run
from cx_text.views import View
from cx_text.watch_options import WatchOptions, WatchRule

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULE_CHANGED = "rule changed"  # why an alert was resolved


@dataclass(frozen=True, slots=True)
class Assessed:
    """What the judging of one period changed: alerts that fired, with their ids, and those that are over."""

    until: date
    n_series: int
    fired: tuple[Alert, ...]
    resolved: tuple[Alert, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Material:
    """What is judged: all comments as the run in use read them, and the run's id."""

    part: Part
    run_id: int


def material_of(store: Store) -> Material | None:
    """Return what there is to judge, None where nothing was read yet."""
    with store.reading() as connection:
        run = current_run(connection)
        if run is None:
            return None
        codeframe = codeframe_of_run(store, connection, run)
        snapshot = Snapshot(read_columns(connection, run.id), codeframe.themes if codeframe else ())
    return Material(snapshot.part(View()), run.id)


def due_days(options: WatchOptions, judged_upto: date | None, now: datetime, since: date | None = None,
             until: date | None = None) -> list[date]:
    """Return the last days of the periods that are over and not judged yet, the oldest first.

    Args:
        options: How long a period is, and how long after its end it is judged.
        judged_upto: The last day that was judged; None: the watch begins.
        now: UTC.
        since: Where the watch begins: from the period of this day on; with the newest when not given.
        until: No period after the one of this day; all that are over when not given.
    """
    length = options.period_days
    today = (now - timedelta(hours=options.grace_hours)).date()
    newest = period_of(today, length) - 1
    if until is not None:
        newest = min(newest, period_of(until, length))
    if judged_upto is not None:
        first = period_of(judged_upto, length) + 1
    else:
        first = newest if since is None else period_of(since, length)
    return [last_day(period, length) for period in range(first, newest + 1)]


def assess(store: Store, recipe: Recipe, options: WatchOptions, material: Material, until: date, *, now: datetime,
           is_told: bool = True, skipped: Sequence[str] = ()) -> Assessed:
    """Judge the period that ends on a day, and write down what that changes.

    Args:
        store: Where states and alerts are kept.
        recipe: Its name is that of the watch.
        options: The rules, and who is told.
        material: What is judged.
        until: The last day of the period.
        now: UTC.
        is_told: Whether messages are asked for.
        skipped: Sources that could not be read: they are not judged for silence.
    """
    with store.reading() as connection:
        facts, kept = watch_of(connection, recipe.name), states_of(connection, recipe.name)
    valid = valid_states(kept, facts, options)
    outdated = {key for key in kept if key not in valid and not (is_of_failing(key) and _is_of_rules(
        key, facts, options))}
    history = history_of(material.part, options, until)
    judged = None if history is None else judge(store, material.run_id, recipe, options, history, valid, skipped)
    with store.writing() as connection:
        return _Writing(connection, recipe.name, options, material, until, now, is_told).write(
            facts, kept, outdated, judged)


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """What a look says: the rules in order, with what was said of each, and what that changes."""

    history: History
    watched: tuple[WatchedRule, ...]
    looks: tuple[Look, ...]
    before: Mapping[Key, State]
    changes: Changes


def judge(store: Store, run_id: int, recipe: Recipe, options: WatchOptions, history: History,
          kept: Mapping[Key, SeriesState], skipped: Sequence[str] = ()) -> Judged:
    """Return what the rules say of a history's last period; nothing is written down.

    Args:
        store: Holds the opinions among which new themes are looked for.
        run_id: The run in use.
        recipe: Its brands.
        options: The rules.
        history: What is judged.
        kept: The states before.
        skipped: As for `assess`.
    """
    watched = (*watched_rules(history, options, recipe.brands), *_new_themes(store, run_id, options, history, kept))
    before = {key: read_state(one, history) for key, one in kept.items()}
    looks = tuple(_with_skipped(one, look, before, skipped) for one, look in zip(
        watched, look_together([one.entry(before) for one in watched], history.now), strict=True))
    changes = changes_of(history, watched, looks, before, history.part.snapshot.themes, history.now)
    return Judged(history, watched, looks, before, changes)


def _new_themes(store: Store, run_id: int, options: WatchOptions, history: History,
                kept: Mapping[Key, SeriesState]) -> list[WatchedRule]:
    """Return the rules for new themes, with those that were seen before among their series."""
    found = []
    for rule in (one for one in options.rules if one.kind == "new_theme"):
        known = [series for name, series in kept if name.rpartition(":")[0] == rule.name]
        with store.reading() as connection:
            found.append(watched_new_themes(connection, run_id, history, options, rule, known))
    return found


def _with_skipped(watched: WatchedRule, look: Look, before: Mapping[Key, State], skipped: Sequence[str]) -> Look:
    """Return a look for silence in which sources that could not be read stay as they were: nobody knows."""
    if watched.rule.kind != "silence" or not skipped:
        return look
    return replace(look, states=tuple(
        before.get((watched.key, subject.id), State()) if subject.id in skipped else state
        for subject, state in zip(watched.subjects, look.states, strict=True)))


def valid_states(kept: Mapping[Key, SeriesState], facts: WatchFacts | None,
                 options: WatchOptions) -> dict[Key, SeriesState]:
    """Return the states of series that still mean what they did: of the same rules, in periods of the same length."""
    if facts is not None and facts.period != options.period:
        return {}
    return {key: one for key, one in kept.items() if not is_of_failing(key) and _is_of_rules(key, facts, options)}


def _is_of_rules(key: Key, facts: WatchFacts | None, options: WatchOptions) -> bool:
    """Return whether a state is of a rule that says the same as when it was kept."""
    name = key[0].rpartition(":")[0]
    if facts is None or name not in facts.rules:
        return True
    try:  # what a newer version knows besides has its usual value in what an older one kept
        kept = WatchRule.model_validate(facts.rules[name])
    except ValidationError:
        return False
    return kept in options.rules


@dataclass(frozen=True, slots=True)
class _Writing:
    """Writes down what one period changes."""

    connection: Connection
    watch: str
    options: WatchOptions
    material: Material
    until: date
    now: datetime
    is_told: bool

    def write(self, facts: WatchFacts | None, kept: Mapping[Key, SeriesState], outdated: Set[Key],
              judged: Judged | None) -> Assessed:
        """Write all of it, and return what fired and what is over."""
        ids = {key: one.alert_id for key, one in kept.items() if one.alert_id is not None}
        fired: list[Alert] = []
        resolved: list[Alert] = [one for key in outdated for one in self._resolved(ids.pop(key, None), RULE_CHANGED)]
        states = [one for key, one in kept.items() if key not in outdated and (judged is None or is_of_failing(key))]
        if judged is not None:
            for change in judged.changes.resolved:
                resolved += self._resolved(ids.pop(change.key, None), change.why or "")
            for change in judged.changes.fired:
                if change.covered_by is None:
                    one = self._fired(change)
                    ids[change.key] = one.id
                    fired.append(one)
            states += [SeriesState(*key, kept_state(state, judged.history), ids.get(key))
                       for key, state in judged.changes.states.items() if state != State()]
        keep_states(self.connection, self.watch, states)
        told = facts or WatchFacts(self.watch, self.options.period)
        keep_watch(self.connection, replace(told, period=self.options.period, judged_upto=self.until,
                                            rules=_facts_of(self.options)))
        n_series = 0 if judged is None else sum(len(one.subjects) for one in judged.watched)
        return Assessed(self.until, n_series, tuple(fired), tuple(resolved))

    def _fired(self, change: Change) -> Alert:
        """Store an alert, ask for its messages, and return it."""
        seen = change.seen
        assert seen is not None  # noqa: S101  what fires was looked at
        figures = figures_of(seen)
        rule = seen.watched.rule
        began_on = max(self.until - timedelta(days=int(figures["window_days"]) - 1), seen.history.first_day(0))
        alert_id = add_alert(
            self.connection, watch=self.watch, rule=rule.name, kind=rule.kind, measure=rule.measure,
            direction=seen.watched.direction, began_on=began_on, fired_on=self.until, told_at=self.now,
            subject={"per": seen.subject.per, "id": seen.subject.id, "label": seen.subject.label}, figures=figures,
            points=points_of(seen, figures), quotes=quotes_of(self.connection, self.material.run_id, seen))
        return self._told(alert_id, "fired")

    def _resolved(self, alert_id: int | None, why: str) -> list[Alert]:
        """Write down that an alert is over, and ask for the message that says so."""
        if alert_id is None:
            return []
        resolve_alert(self.connection, alert_id, self.until, why)
        return [self._told(alert_id, "resolved")]

    def _told(self, alert_id: int, event: Literal["fired", "resolved"]) -> Alert:
        found = alert(self.connection, alert_id)
        assert found is not None  # noqa: S101  written a moment ago
        if self.is_told:
            ask_deliveries(self.connection, self.options, found, event, self.now)
        return found


def _facts_of(options: WatchOptions) -> dict[str, Any]:
    """Return the rules as they are kept: a rule that differs from what was kept begins anew."""
    return {rule.name: rule.model_dump(mode="json") for rule in options.rules}
