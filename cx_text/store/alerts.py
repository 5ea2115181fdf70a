"""Alerts: changes of state that people are told of, and the state of each watched series.

quiet → firing → resolved. An alert is made when a series begins to fire, and says then what was seen; it changes once
more, when that is over. What is watched, and the states, are written in the same transaction as the alerts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, func, insert, or_, select, update

from cx_text.errors import ConfigError
from cx_text.store.tables import alerts, watch_looks, watch_states, watches

FIRING, RESOLVED = "firing", "resolved"
REAL, FALSE_ALARM = "real", "false alarm"  # what people say of an alert
VERDICTS = (REAL, FALSE_ALARM)
_KEPT_LOOKS = 2000


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. Days are UTC and whole.

    `kind`, `measure`: as in `cx_text.watch_options.WatchRule`. `direction`: rise or fall. `subject`: `per` (all, theme,
    brand, source, segment.NAME), `id` and `label`; of a new theme `label` is its first words. `began_on`: the first day
    of the window that was judged; `fired_on` the last. `why`: ended or settled, once it is resolved.

    `figures` hold, where they apply, `window_days`; `n` (customers, comments or answers in the window), `of` (customers
    who wrote in it), `n_mentions` (opinions or comments); `value` and `expected` (the count, or the level in points or
    per cent); `ratio` (counts) or `difference` (levels) with `low` and `high` (95 %); `p`; `controlled` (share of false
    ones among all that is as unusual); `crude` (what was expected had the sources not shifted); `limit` (kind level);
    `n_needed`; `sources` (name → customers in the window).
    `points`: of the picture, one a week up to the window's end: `start` (ISO day), `value`, `n`, `expected` (None where
    unknown) and `is_window`. `quotes`: where words stand in the text of tags: `run_id`, `comment_id`, `start`, `end`.
    """

    id: int
    watch: str
    rule: str
    kind: str
    measure: str
    direction: str
    subject: Mapping[str, str]
    state: str
    began_on: date
    fired_on: date
    told_at: datetime
    resolved_on: date | None
    why: str | None
    figures: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]]
    quotes: Sequence[Mapping[str, int]]
    seen_by: str | None = None
    seen_at: datetime | None = None
    verdict: str | None = None
    note: str | None = None


def add_alert(connection: Connection, **fields: Any) -> int:
    """Store an alert that fires, and return its id; `fields` are those of `Alert` up to `quotes`, without the id."""
    return int(connection.execute(insert(alerts).values(state=FIRING, **fields).returning(alerts.c.id)).scalar_one())


def resolve_alert(connection: Connection, alert_id: int, on: date, why: str) -> None:
    """Write down that what an alert told of is over; one that is resolved stays as it is."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id, alerts.c.state == FIRING)
                       .values(state=RESOLVED, resolved_on=on, why=why))


def alert(connection: Connection, alert_id: int) -> Alert | None:
    """Return an alert by its id."""
    row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()
    return None if row is None else Alert(**row._mapping)


def alerts_of(connection: Connection, *, watch: str | None = None, state: str | None = None,
              theme_id: str | None = None, before: int | None = None, limit: int = 50) -> list[Alert]:
    """Return alerts, the newest first.

    Args:
        connection: To read by.
        watch: Of this watch.
        state: "firing" or "resolved".
        theme_id: Of this theme.
        before: From the one before this id on: the last of the page before.
        limit: At most.
    """
    query = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
    for column, wanted in ((alerts.c.watch, watch), (alerts.c.state, state)):
        query = query if wanted is None else query.where(column == wanted)
    if theme_id is not None:
        query = query.where(alerts.c.subject["per"].as_string() == "theme",
                            alerts.c.subject["id"].as_string() == theme_id)
    if before is not None:
        query = query.where(alerts.c.id < before)
    return [Alert(**row._mapping) for row in connection.execute(query)]


def alert_counts(connection: Connection) -> Mapping[str, int]:
    """Return how many alerts are in each state."""
    rows = connection.execute(select(alerts.c.state, func.count()).group_by(alerts.c.state))
    counts = {row[0]: int(row[1]) for row in rows}
    return {state: counts.get(state, 0) for state in (FIRING, RESOLVED)}


def fired_counts(connection: Connection) -> Mapping[tuple[str, str], int]:
    """Return how many alerts ever fired, by watch and rule."""
    rows = connection.execute(select(alerts.c.watch, alerts.c.rule, func.count())
                              .group_by(alerts.c.watch, alerts.c.rule).order_by(alerts.c.watch, alerts.c.rule))
    return {(row[0], row[1]): int(row[2]) for row in rows}


def say_of_alert(connection: Connection, alert_id: int, *, by: str, verdict: str | None = None,
                 note: str | None = None) -> None:
    """Write down that somebody has seen an alert, and what they say of it.

    Args:
        connection: Of a writer.
        alert_id: Which.
        by: Who.
        verdict: "real" or "false alarm"; None: what was said stays.
        note: In a few words; None: what was said stays.

    Raises:
        ConfigError: There is no such alert, or no such verdict.
    """
    if verdict is not None and verdict not in VERDICTS:
        raise ConfigError(f"there is no verdict {verdict!r}", next=f"There are: {', '.join(VERDICTS)}")
    values: dict[str, Any] = {"seen_by": by, "seen_at": datetime.now(UTC)}
    values |= {} if verdict is None else {"verdict": verdict}
    values |= {} if note is None else {"note": note.strip() or None}
    if not connection.execute(update(alerts).where(alerts.c.id == alert_id).values(values)).rowcount:
        raise ConfigError(f"there is no alert {alert_id}")


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """How far a watch is: the last day that it judged, the rules that it judged by, and how well the themes fit.

    `proposed_at`: when it last asked for a refit of the themes.
    """

    name: str
    period: str
    judged_upto: date | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    proposed_at: datetime | None = None
    drift: Mapping[str, Any] | None = None


def watch_of(connection: Connection, name: str) -> WatchFacts | None:
    """Return how far a watch is, None where it never looked."""
    row = connection.execute(select(watches).where(watches.c.name == name)).one_or_none()
    return None if row is None else WatchFacts(**row._mapping)


def all_watches(connection: Connection) -> list[WatchFacts]:
    """Return all watches, by name."""
    return [WatchFacts(**row._mapping) for row in connection.execute(select(watches).order_by(watches.c.name))]


def keep_watch(connection: Connection, facts: WatchFacts) -> None:
    """Write down how far a watch is."""
    values = {name: getattr(facts, name) for name in WatchFacts.__dataclass_fields__}
    values["rules"] = dict(facts.rules)
    if connection.execute(update(watches).where(watches.c.name == facts.name).values(values)).rowcount == 0:
        connection.execute(insert(watches).values(values))


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The state of one series of one rule (name and direction), and the alert of it that fires."""

    rule: str
    series: str
    state: Mapping[str, Any]
    alert_id: int | None = None


def states_of(connection: Connection, watch: str) -> dict[tuple[str, str], SeriesState]:
    """Return the states of a watch, by rule and series."""
    rows = connection.execute(select(watch_states).where(watch_states.c.watch == watch))
    return {(row.rule, row.series): SeriesState(row.rule, row.series, row.state, row.alert_id) for row in rows}


def keep_states(connection: Connection, watch: str, states: Sequence[SeriesState]) -> None:
    """Write down all states of a watch, in place of those before."""
    connection.execute(delete(watch_states).where(watch_states.c.watch == watch))
    if states:
        connection.execute(insert(watch_states), [
            {"watch": watch, "rule": one.rule, "series": one.series, "state": dict(one.state),
             "alert_id": one.alert_id} for one in states])


@dataclass(frozen=True, slots=True)
class WatchLook:
    """One look of a watch.

    `counts`: collected, tagged, judged (periods), fired, resolved, sent, failed. `seconds`: by stage (collect, tag,
    judge, notify). `finished_at` is None while it goes on, and where it was killed.
    """

    id: int
    watch: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    error: str | None


def begin_watch_look(connection: Connection, watch: str, at: datetime) -> int:
    """Return the id of a look that begins; the oldest are forgotten, some thousand are kept."""
    look_id = int(connection.execute(insert(watch_looks).values(
        watch=watch, started_at=at, counts={}, seconds={}).returning(watch_looks.c.id)).scalar_one())
    connection.execute(delete(watch_looks).where(watch_looks.c.watch == watch,
                                                 watch_looks.c.id <= look_id - _KEPT_LOOKS))
    return look_id


def end_watch_look(connection: Connection, look_id: int, at: datetime, counts: Mapping[str, int],
                   seconds: Mapping[str, float], error: str | None) -> None:
    """Write down what a look did."""
    connection.execute(update(watch_looks).where(watch_looks.c.id == look_id).values(
        finished_at=at, counts=dict(counts), seconds=dict(seconds), error=error))


def watch_looks_of(connection: Connection, watch: str, limit: int = 20) -> list[WatchLook]:
    """Return the looks of a watch, the newest first."""
    rows = connection.execute(select(watch_looks).where(watch_looks.c.watch == watch)
                              .order_by(watch_looks.c.id.desc()).limit(limit))
    return [WatchLook(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class WatchStanding:
    """How the looks of a watch went.

    `good_at`: when the last one ended that did not fail. `n_failed`: how many of those that are kept failed or were
    killed. `last`: the newest one that ended.
    """

    watch: str
    good_at: datetime | None
    n_failed: int
    last: WatchLook | None


def watches_standing(connection: Connection) -> list[WatchStanding]:
    """Return how the looks of all watches went, by name, also of those that never came to judge anything."""
    newest = (select(func.max(watch_looks.c.id).label("id"), watch_looks.c.watch)
              .group_by(watch_looks.c.watch).subquery())
    is_good = and_(watch_looks.c.finished_at.is_not(None), watch_looks.c.error.is_(None))
    was_killed = and_(watch_looks.c.finished_at.is_(None), watch_looks.c.id < newest.c.id)
    rows = connection.execute(
        select(watch_looks.c.watch, func.max(case((is_good, watch_looks.c.finished_at))).label("good_at"),
               func.sum(case((or_(watch_looks.c.error.is_not(None), was_killed), 1), else_=0)).label("n_failed"))
        .join(newest, newest.c.watch == watch_looks.c.watch).group_by(watch_looks.c.watch))
    went = {row.watch: (row.good_at, int(row.n_failed)) for row in rows}
    names = sorted({*went, *connection.execute(select(watches.c.name)).scalars()})
    return [WatchStanding(name, *went.get(name, (None, 0)), _last_ended(connection, name)) for name in names]


def _last_ended(connection: Connection, watch: str) -> WatchLook | None:
    row = connection.execute(select(watch_looks).where(watch_looks.c.watch == watch,
                                                       watch_looks.c.finished_at.is_not(None))
                             .order_by(watch_looks.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else WatchLook(**row._mapping)
