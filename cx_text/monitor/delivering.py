"""Delivering: what people have to be told is asked for with the change itself, and sent from what is asked for.

That an alert fires is asked for in the transaction that stores it, so that neither is there without the other. That it
is over is only told to whom was told that it fired: where that message still waits it says itself that it is over, and
where it was on its way meanwhile, the second one goes out after it, or not at all if the first has said so already.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from cx_text.backends.base import PiiFinder
from cx_text.errors import CxTextError, NotifyError
from cx_text.monitor.message import Attachment, Message
from cx_text.monitor.messages import digest_message, message_of_alert, proposal_message, quotes_of, report_message
from cx_text.monitor.notifiers import OpenNotifier, open_notifier
from cx_text.store.alerts import FIRING, RESOLVED, Alert, alert, alerts_of
from cx_text.store.database import Store
from cx_text.store.deliveries import (
    DEAD,
    SENDING,
    SENT,
    Delivery,
    ask_delivery,
    claim_delivery,
    deliveries_of_alert,
    delivery,
    delivery_counts,
    drop_delivery,
    fail_delivery,
    finish_delivery,
    last_delivery,
    unsent_counts,
)
from cx_text.watch_options import Notifier, WatchOptions

if TYPE_CHECKING:
    from sqlalchemy import Connection

Finder = Callable[[], PiiFinder]
Reports = Callable[[date], Sequence[Attachment]]
Opening = Callable[[Notifier, Mapping[str, str]], OpenNotifier]
_MOST_ALERTS = 1000  # of a digest


@dataclass(frozen=True, slots=True)
class Delivered:
    """What sending did. `n_sent`, `n_dead`: in this call. `n_waiting`: after it. `errors`: one line each."""

    n_sent: int
    n_waiting: int
    n_dead: int
    errors: tuple[str, ...]


def ask_deliveries(connection: Connection, options: WatchOptions, told: Alert, event: Literal["fired", "resolved"],
                   at: datetime) -> list[int]:
    """Return the ids of new deliveries of an alert: one for each notifier that is told each change of its rule.

    It is called in the transaction that stores the alert, or that it is over.

    Args:
        connection: Of a writer.
        options: Say who is told.
        told: The alert.
        event: What happened to it.
        at: Now.
    """
    has_been_told = {one.notifier for one in deliveries_of_alert(connection, told.id)
                     if one.event == f"fired {told.id}" and one.state in (SENT, SENDING)}
    wanted = [notifier for notifier in options.notifiers if notifier.form == "each" and _is_of(notifier, told)
              and (event == "fired" or (notifier.resolved and notifier.name in has_been_told))]
    asked = [ask_delivery(connection, told.watch, notifier.name, f"{event} {told.id}", at, alert_id=told.id)
             for notifier in wanted]
    return [one for one in asked if one is not None]


def ask_digests(connection: Connection, watch: str, options: WatchOptions, at: datetime) -> list[int]:
    """Return the ids of new digests: one a day, or a week from Monday, where anything changed or fires.

    A digest is due when the day before is judged, that is `grace_hours` after midnight (UTC), and it holds what changed
    since the last one. What it holds is settled here; one that was missed is asked for by the next look.

    Args:
        connection: Of a writer.
        watch: The name of the watch.
        options: Say who is told.
        at: Now.
    """
    asked = []
    for notifier in options.notifiers:
        if notifier.form == "each":
            continue
        day = (at - timedelta(hours=options.grace_hours)).date()
        day -= timedelta(days=day.weekday() if notifier.form == "weekly" else 0)
        last = last_delivery(connection, watch, notifier.name, "digest")
        if last is not None and last.event == f"digest {day}":
            continue
        facts = _changes(connection, watch, notifier, day, last)
        if facts["new"] or facts["lasting"] or facts["over"]:
            asked.append(ask_delivery(connection, watch, notifier.name, f"digest {day}", at, facts=facts))
    return [one for one in asked if one is not None]


def ask_report(connection: Connection, watch: str, options: WatchOptions, day: date, at: datetime) -> list[int]:
    """Return the ids of new deliveries of the weekly report of a Monday, to whom the recipe says."""
    asked = [ask_delivery(connection, watch, notifier.name, f"report {day}", at)
             for notifier in options.notifiers if notifier.report]
    return [one for one in asked if one is not None]


def ask_proposal(connection: Connection, watch: str, options: WatchOptions, day: date, at: datetime,
                 lines: Sequence[str]) -> list[int]:
    """Return the ids of new deliveries that tell of a proposed refit; `lines` say what would change."""
    asked = [ask_delivery(connection, watch, notifier.name, f"proposal {day}", at, facts={"lines": list(lines)})
             for notifier in options.notifiers if notifier.proposals]
    return [one for one in asked if one is not None]


def deliver(store: Store, recipe_name: str, options: WatchOptions, *, environment: Mapping[str, str], now: datetime,
            finder: Finder | None = None, reports: Reports | None = None,
            opening: Opening = open_notifier) -> Delivered:
    """Send what waits and may be sent, one after the other, and return what came of it.

    However many watchers do this at once, each message is sent by one. Messages to a notifier that cannot be opened
    here wait for a watcher that can.

    Args:
        store: Where deliveries are.
        recipe_name: The name of the watch.
        options: The notifiers, and the address of the web page.
        environment: Holds the addresses of notifiers.
        now: UTC, when this begins.
        finder: Gives what finds personal data, for quotes from imports that kept it; such quotes are left out without.
        reports: Gives the files of the weekly report of a Monday.
        opening: Opens a notifier.

    Raises:
        OutputError: The store cannot be written to.
    """
    began, finder = time.monotonic(), finder and cache(finder)

    def at() -> datetime:
        """Return the time, which goes on while messages are sent."""
        return now + timedelta(seconds=time.monotonic() - began)

    with store.reading() as connection:
        unsent = unsent_counts(connection, recipe_name)
    opened, errors = _opened(unsent, options, environment, opening)
    n_sent = n_dead = 0
    while opened and (claimed := claim_delivery(store, recipe_name, at(), notifiers=opened)) is not None:
        try:
            made = _made(store, claimed, options, finder, reports)
            if made is None:
                drop_delivery(store, claimed)
                continue
            message, facts = made
            opened[claimed.notifier].send(message)
        except Exception as error:  # noqa: BLE001  one that cannot be made or sent keeps no other from being sent
            what, is_permanent = _said(error)
            errors.append(f"{claimed.event}: {what}")
            if isinstance(error, NotifyError) and not is_permanent:
                del opened[claimed.notifier]  # it is busy or out of reach: nothing more of it in this call
            fail_delivery(store, claimed, is_permanent=is_permanent, error=what, now=at())
            with store.reading() as connection:
                after = delivery(connection, claimed.id)
            n_dead += after is not None and after.state == DEAD
            continue
        n_sent += finish_delivery(store, claimed, at(), facts=facts)
    with store.reading() as connection:
        counts = delivery_counts(connection, recipe_name)
    return Delivered(n_sent, counts["waiting"], n_dead, tuple(errors))


def _opened(unsent: Mapping[str, int], options: WatchOptions, environment: Mapping[str, str],
            opening: Opening) -> tuple[dict[str, OpenNotifier], list[str]]:
    """Return the notifiers for which something waits, and why some of them cannot be opened."""
    known, opened, errors = {notifier.name: notifier for notifier in options.notifiers}, {}, []
    for name, n in unsent.items():
        waits = f"{n} {'message waits' if n == 1 else 'messages wait'} for it"
        if name not in known:
            errors.append(f"notifier {name!r}: the recipe has it no more. {waits}.")
            continue
        try:
            opened[name] = opening(known[name], environment)
        except CxTextError as error:
            errors.append(f"{error} {waits}.")
    return opened, errors


def _said(error: Exception) -> tuple[str, bool]:
    """Return what is said of a failure, and whether trying again is of no use."""
    if isinstance(error, NotifyError):
        return str(error), error.permanent
    if isinstance(error, CxTextError):
        return str(error), False
    return f"the message could not be made ({type(error).__name__})", False  # its words may be a customer's


def _made(store: Store, claimed: Delivery, options: WatchOptions, finder: Finder | None,
          reports: Reports | None) -> tuple[Message, dict[str, Any]] | None:
    """Return a message and what it says, for its facts; None where it is overtaken."""
    kind, _, day = claimed.event.partition(" ")
    if kind == "report":
        if reports is None:
            raise CxTextError("the report cannot be made here", permanent=False)
        return report_message(date.fromisoformat(day), reports(date.fromisoformat(day)), options.link), {}
    if kind == "proposal":
        return proposal_message(claimed.facts.get("lines", ()), options.link), {}
    with store.reading() as connection:
        if kind == "digest":
            new, lasting, over = (
                [one for alert_id in claimed.facts[group] if (one := alert(connection, alert_id)) is not None]
                for group in ("new", "lasting", "over"))
            return digest_message(new, lasting, over, date.fromisoformat(day), claimed.facts["form"], options.link), {}
        told = None if claimed.alert_id is None else alert(connection, claimed.alert_id)
        if told is None or (kind == "resolved" and not _is_awaited(connection, claimed)):
            return None
        quotes = [] if kind == "resolved" else quotes_of(connection, told, finder)
    return (message_of_alert(told, quotes, options.link, is_resolved=kind == "resolved"),
            {"is_over": told.state == RESOLVED} if kind == "fired" else {})


def _is_awaited(connection: Connection, claimed: Delivery) -> bool:
    """Whether its notifier was told that the alert fires, and not yet that it is over."""
    return any(one.event == f"fired {claimed.alert_id}" and one.notifier == claimed.notifier and one.state == SENT
               and not one.facts.get("is_over") for one in deliveries_of_alert(connection, claimed.alert_id or 0))


def _changes(connection: Connection, watch: str, notifier: Notifier, day: date,
             last: Delivery | None) -> dict[str, Any]:
    """Return the alerts that a digest tells of, by their ids, and up to which it knows them."""
    known = [one for one in alerts_of(connection, watch=watch, limit=_MOST_ALERTS) if _is_of(notifier, one)]
    upto = max((one.id for one in known), default=0)
    if last is None:  # the first one: as if there had been one a day or a week ago
        first_day = day - timedelta(days=7 if notifier.form == "weekly" else 1)
        seen = {one.id for one in known if one.fired_on < first_day}
        is_over = {one.id for one in known if one.resolved_on is not None and one.resolved_on >= first_day}
    else:
        seen = {one.id for one in known if one.id <= last.facts["upto"]}
        fired_before = {*last.facts["new"], *last.facts["lasting"]}
        is_over = {one.id for one in known if one.state == RESOLVED and (one.id in fired_before or one.id not in seen)}
    firing = [one.id for one in known if one.state == FIRING]
    return {"form": notifier.form, "upto": upto, "new": [n for n in firing if n not in seen],
            "lasting": [n for n in firing if n in seen],
            "over": sorted(is_over, reverse=True) if notifier.resolved else []}


def _is_of(notifier: Notifier, told: Alert) -> bool:
    return not notifier.rules or told.rule in notifier.rules
