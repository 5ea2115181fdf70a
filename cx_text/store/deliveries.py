"""Deliveries: what has to be sent to whom, written down with what happened, and sent by one process each.

    waiting → sending → sent | dead
       ↑         │
       └─────────┘  a passing failure, or a sender that is gone

A delivery is asked for in the transaction that stores what it tells of, once a watch, notifier and event. Whoever
claims it sends it. `claimed_at` is the token of a claim: who was silent for too long, and whose delivery another one
has taken meanwhile, changes nothing any more.

Where nobody dies in the middle, each message is sent exactly once. Between the service's answer and writing it down
there is a moment in which a process may be killed; nobody can tell then whether the message went out, and it is sent
again after ten minutes. So a message may come twice only if its sender died in the very seconds of sending.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cx_text.errors import ConfigError
from cx_text.store.database import Store
from cx_text.store.tables import deliveries

WAITING, SENDING, SENT, DEAD = "waiting", "sending", "sent", "dead"
STATES = (WAITING, SENDING, SENT, DEAD)
GONE_AFTER = timedelta(minutes=10)  # a claim that is older has lost its sender: no message takes so long
AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
LATER = timedelta(hours=6)  # between further tries
MOST_TRIES = 10
OLD_AFTER = timedelta(days=3)  # a message that is older is dead when it has failed as often as AGAIN_AFTER has steps
_GONE = "the process that sent this was stopped"
_ADDRESS = re.compile(r"\S*://\S*")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one notifier; times are UTC.

    `event`: "fired 12" and "resolved 12" of an alert, or "digest 2026-03-02", "report …", "proposal …" of a day.
    `facts`: what the message needs to know beside the alert; no words of customers. `n_tries`: how often it was
    claimed. `error`: why the last try failed, in one line without addresses.
    """

    id: int
    watch: str
    notifier: str
    event: str
    alert_id: int | None
    facts: Mapping[str, Any]
    state: str
    asked_at: datetime
    not_before: datetime | None
    claimed_at: datetime | None
    sent_at: datetime | None
    n_tries: int
    error: str | None


def ask_delivery(connection: Connection, watch: str, notifier: str, event: str, at: datetime, *,
                 alert_id: int | None = None, facts: Mapping[str, Any] | None = None,
                 not_before: datetime | None = None) -> int | None:
    """Return the id of a new delivery, or None where it was asked for before.

    It is called in the transaction that stores what is told. That goes on where another process asks for the same
    at the same moment.

    Args:
        connection: Of a writer.
        watch: The name of the watch.
        notifier: Who is told.
        event: Of what, as in `Delivery`.
        at: Now.
        alert_id: The alert that it tells of.
        facts: What the message needs to know beside; no words of customers.
        not_before: When it may be sent; at once when not given.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    asked = insert(deliveries).values(
        watch=watch, notifier=notifier, event=event, alert_id=alert_id, facts=dict(facts or {}), state=WAITING,
        asked_at=at, not_before=not_before, n_tries=0).on_conflict_do_nothing(
            index_elements=["watch", "notifier", "event"]).returning(deliveries.c.id)
    return connection.execute(asked).scalar_one_or_none()


def claim_delivery(store: Store, watch: str, now: datetime, *,
                   notifiers: Collection[str] | None = None) -> Delivery | None:
    """Return the delivery that has waited longest and may be sent now; None where there is none.

    It is the caller's alone, whoever else asks. Messages of one alert to one notifier are given out in their order,
    the next when the one before is sent or dead. A claim of more than ten minutes ago has lost its sender: it waits
    again, and counts as a try.

    Args:
        store: Where they are.
        watch: The name of the watch.
        now: UTC.
        notifiers: Only for these; for all when not given.

    Raises:
        OutputError: Another writer took too long, or the store cannot be written to.
    """
    is_gone = and_(deliveries.c.watch == watch, deliveries.c.state == SENDING,
                   deliveries.c.claimed_at < now - GONE_AFTER)
    is_next = _is_next(watch, now, notifiers)
    with store.reading() as connection:  # most of the time there is nothing to send, and no writer is held up
        if connection.execute(select(deliveries.c.id).where(or_(is_next, is_gone)).limit(1)).first() is None:
            return None
    with store.writing() as connection:
        has_tried = deliveries.c.n_tries >= MOST_TRIES
        connection.execute(update(deliveries).where(is_gone, has_tried).values(state=DEAD, error=_GONE))
        connection.execute(update(deliveries).where(is_gone).values(state=WAITING, error=_GONE))
        waiting = connection.execute(select(deliveries.c.id).where(is_next).order_by(
            deliveries.c.asked_at, deliveries.c.id).limit(1)).scalar_one_or_none()
        if waiting is None:
            return None
        row = connection.execute(
            update(deliveries).where(deliveries.c.id == waiting, deliveries.c.state == WAITING)
            .values(state=SENDING, claimed_at=now, n_tries=deliveries.c.n_tries + 1)
            .returning(*deliveries.c)).one_or_none()
        return None if row is None else Delivery(**row._mapping)


def finish_delivery(store: Store, claimed: Delivery, now: datetime, *,
                    facts: Mapping[str, Any] | None = None) -> bool:
    """Write down that a message is sent, and return whether it was still the caller's.

    Args:
        store: Where it is.
        claimed: As `claim_delivery` gave it.
        now: UTC.
        facts: What the message said, to be kept with its facts.
    """
    return _tell(store, claimed, state=SENT, sent_at=now, error=None, not_before=None,
                 facts={**claimed.facts, **(facts or {})})


def fail_delivery(store: Store, claimed: Delivery, *, is_permanent: bool, error: str, now: datetime) -> bool:
    """Write down that a message could not be sent, and return whether it was still the caller's.

    A passing failure is tried again after 1, 5, 15 and 60 minutes, then every 6 hours. After ten tries it is dead, and
    after five if it was asked for more than three days ago; a permanent one is dead at once.

    Args:
        store: Where it is.
        claimed: As `claim_delivery` gave it.
        is_permanent: Whether trying again is of no use.
        error: Why, in one line; addresses in it are taken out.
        now: UTC.
    """
    is_old = now - claimed.asked_at > OLD_AFTER and claimed.n_tries > len(AGAIN_AFTER)
    if is_permanent or is_old or claimed.n_tries >= MOST_TRIES:
        return _tell(store, claimed, state=DEAD, error=_line(error), not_before=None)
    wait = AGAIN_AFTER[claimed.n_tries - 1] if claimed.n_tries <= len(AGAIN_AFTER) else LATER
    return _tell(store, claimed, state=WAITING, error=_line(error), not_before=now + wait)


def drop_delivery(store: Store, claimed: Delivery) -> bool:
    """Take back a delivery whose message was overtaken, and return whether it was still the caller's."""
    with store.writing() as connection:
        return bool(connection.execute(delete(deliveries).where(_is_own(claimed))).rowcount)


def retry_delivery(connection: Connection, delivery_id: int) -> None:
    """Let a dead delivery wait again, with all its tries before it.

    Raises:
        ConfigError: There is no dead delivery of this id.
    """
    done = connection.execute(update(deliveries).where(deliveries.c.id == delivery_id, deliveries.c.state == DEAD)
                              .values(state=WAITING, n_tries=0, not_before=None))
    if not done.rowcount:
        raise ConfigError(f"there is no message {delivery_id} that could not be sent")


def delivery(connection: Connection, delivery_id: int) -> Delivery | None:
    """Return a delivery by its id."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    return None if row is None else Delivery(**row._mapping)


def last_delivery(connection: Connection, watch: str, notifier: str, kind: str) -> Delivery | None:
    """Return the last delivery that a notifier was to get of a kind of event: digest, report, proposal."""
    row = connection.execute(
        select(deliveries).where(deliveries.c.watch == watch, deliveries.c.notifier == notifier,
                                 deliveries.c.event.startswith(f"{kind} ", autoescape=True))
        .order_by(deliveries.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Delivery(**row._mapping)


def dead_letters(connection: Connection, *, watch: str | None = None, limit: int = 50) -> list[Delivery]:
    """Return messages that could not be sent and are not tried again, the newest first.

    Args:
        connection: To read by.
        watch: Of this watch; of all when not given.
        limit: At most.
    """
    query = select(deliveries).where(deliveries.c.state == DEAD).order_by(deliveries.c.id.desc()).limit(limit)
    query = query if watch is None else query.where(deliveries.c.watch == watch)
    return [Delivery(**row._mapping) for row in connection.execute(query)]


def deliveries_of_alert(connection: Connection, alert_id: int) -> list[Delivery]:
    """Return the messages of an alert, in the order in which they were asked for."""
    rows = connection.execute(select(deliveries).where(deliveries.c.alert_id == alert_id).order_by(deliveries.c.id))
    return [Delivery(**row._mapping) for row in rows]


def delivery_counts(connection: Connection, watch: str | None = None) -> Mapping[str, int]:
    """Return how many messages are in each state, of a watch or of all."""
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    rows = connection.execute(query if watch is None else query.where(deliveries.c.watch == watch))
    counts = {row[0]: int(row[1]) for row in rows}
    return {state: counts.get(state, 0) for state in STATES}


def unsent_counts(connection: Connection, watch: str) -> Mapping[str, int]:
    """Return how many messages of a watch wait or are being sent, by the notifiers that have any."""
    rows = connection.execute(
        select(deliveries.c.notifier, func.count())
        .where(deliveries.c.watch == watch, deliveries.c.state.in_((WAITING, SENDING)))
        .group_by(deliveries.c.notifier).order_by(deliveries.c.notifier))
    return {row[0]: int(row[1]) for row in rows}


def _is_next(watch: str, now: datetime, notifiers: Collection[str] | None) -> Any:
    """Whether a delivery waits, may be sent, and follows none of the same alert that is on its way."""
    before = deliveries.alias()
    has_to_wait = exists().where(
        before.c.alert_id == deliveries.c.alert_id, before.c.notifier == deliveries.c.notifier,
        before.c.id < deliveries.c.id, before.c.state.in_((WAITING, SENDING)))
    may = or_(deliveries.c.not_before.is_(None), deliveries.c.not_before <= now)
    is_next = and_(deliveries.c.watch == watch, deliveries.c.state == WAITING, may, ~has_to_wait)
    return is_next if notifiers is None else and_(is_next, deliveries.c.notifier.in_(sorted(notifiers)))


def _is_own(claimed: Delivery) -> Any:
    return and_(deliveries.c.id == claimed.id, deliveries.c.state == SENDING,
                deliveries.c.claimed_at == claimed.claimed_at)


def _tell(store: Store, claimed: Delivery, **values: object) -> bool:
    with store.writing() as connection:
        return bool(connection.execute(update(deliveries).where(_is_own(claimed)).values(**values)).rowcount)


def _line(error: str) -> str:
    """Return an error as one line that holds no address, since those of services hold their tokens."""
    return _ADDRESS.sub("(address)", " ".join(error.split()))[:300]
