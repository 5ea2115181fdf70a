"""Sources that cannot be read for a day: nobody would see that they are silent, so it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cx_text.config import Recipe
from cx_text.monitor.delivering import ask_deliveries
from cx_text.store.alerts import Alert, SeriesState, add_alert, alert, keep_states, resolve_alert, states_of
from cx_text.store.collections import sources_standing
from cx_text.store.database import Store
from cx_text.watch_options import WatchOptions, WatchRule

PATIENCE = timedelta(days=1)
ENDED = "ended"
_MARK = ":failing"


@dataclass(frozen=True, slots=True)
class Failing:
    """A source that cannot be read: since when, None where it never was, and why, in one line."""

    source: str
    since: datetime | None
    error: str


def is_of_failing(key: tuple[str, str]) -> bool:
    """Return whether a state, by its rule and series, is that of a source that cannot be read."""
    return key[0].endswith(_MARK)


def failing_sources(store: Store, recipe: Recipe, now: datetime) -> dict[str, Failing]:
    """Return the sources of a recipe whose last look failed, and that were not read for a day; by name."""
    names = {entry.name for entry in recipe.sources}
    with store.reading() as connection:
        standing = sources_standing(connection)
    return {one.source: Failing(one.source, one.looked_at, one.errors[0]) for one in standing
            if one.source in names and one.errors and (one.looked_at is None or now - one.looked_at >= PATIENCE)}


def tell_of_failing(store: Store, recipe: Recipe, options: WatchOptions, failing: Mapping[str, Failing],
                    now: datetime, *, is_told: bool = True) -> tuple[list[Alert], list[Alert]]:
    """Write down which sources cannot be read, and which can be again; return the alerts that fired and are over.

    Only rules of the kind "silence" tell of it, of the sources that they watch.

    Args:
        store: Where alerts are kept.
        recipe: Its name is that of the watch.
        options: The rules, and who is told.
        failing: Of `failing_sources`.
        now: UTC.
        is_told: Whether messages are asked for.
    """
    fired: list[Alert] = []
    resolved: list[Alert] = []
    rules = [rule for rule in options.rules if rule.kind == "silence"]
    with store.writing() as connection:
        kept = states_of(connection, recipe.name)
        after = {key: one for key, one in kept.items() if not is_of_failing(key)}
        before = {key: one for key, one in kept.items() if is_of_failing(key)}
        for key, source in _wanted(rules, failing):
            if key in before:
                after[key] = before.pop(key)
                continue
            told = add_alert(
                connection, watch=recipe.name, rule=key[0].removesuffix(_MARK), kind="silence", measure="comments",
                direction="fall", subject={"per": "source", "id": source.source, "label": source.source},
                began_on=(source.since or now).date(), fired_on=now.date(), told_at=now, points=[], quotes=[],
                figures={"since": source.since and source.since.isoformat(), "error": source.error})
            after[key] = SeriesState(*key, {"name": "firing"}, told)
            fired += [one for one in [alert(connection, told)] if one]
        for gone in before.values():
            resolve_alert(connection, gone.alert_id or 0, now.date(), ENDED)
            resolved += [one for one in [alert(connection, gone.alert_id or 0)] if one]
        if fired or resolved:
            keep_states(connection, recipe.name, list(after.values()))
        if is_told:
            for one in fired:
                ask_deliveries(connection, options, one, "fired", now)
            for one in resolved:
                ask_deliveries(connection, options, one, "resolved", now)
    return fired, resolved


def _wanted(rules: list[WatchRule], failing: Mapping[str, Failing]) -> list[tuple[tuple[str, str], Failing]]:
    """Return the states that there have to be, by rule and source: one alert a source, of the first rule it is in."""
    found = []
    for name, source in failing.items():
        own = next((rule for rule in rules if not rule.only or name in rule.only), None)
        if own is not None:
            found.append(((own.name + _MARK, name), source))
    return found
