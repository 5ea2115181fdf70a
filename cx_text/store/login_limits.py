"""How often somebody may try to log in: after some wrong attempts each further one has to wait twice as long."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from cx_text.store.database import Store
from cx_text.store.tables import login_failures

# An address may be that of a whole office behind one proxy, so that it may fail more often than a name.
FREE_FOR_NAME, FREE_FOR_ADDRESS = 5, 20
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
_FORGOTTEN_AFTER = timedelta(hours=1)


def begin_attempt(store: Store, connection: Connection, name: str, address: str, *, at: datetime) -> timedelta:
    """Count an attempt as failed before it is tried, so that many at once are no way around; `forget_failures` after.

    Args:
        store: Whose secret keys what is stored: neither names nor addresses are.
        connection: Of a writer.
        name: As it was typed, whether there is such an account or not.
        address: Where from.
        at: Now, UTC.

    Returns:
        How long to wait; zero where the attempt may be made. One that has to wait is not counted.
    """
    connection.execute(delete(login_failures).where(login_failures.c.last_at < at - _FORGOTTEN_AFTER))
    limits = ((_of_name(store, name), FREE_FOR_NAME), (store.pseudonym(f"address {address}"), FREE_FOR_ADDRESS))
    known = {row.who: row for row in connection.execute(
        select(login_failures).where(login_failures.c.who.in_([who for who, _ in limits])))}
    waits = [known[who].last_at + _wait_after(known[who].n_failures - free) - at
             for who, free in limits if who in known and known[who].n_failures >= free]
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        return longest
    for who, _ in limits:
        if who in known:
            connection.execute(update(login_failures).where(login_failures.c.who == who)
                               .values(n_failures=login_failures.c.n_failures + 1, last_at=at))
        else:
            connection.execute(insert(login_failures).values(who=who, n_failures=1, first_at=at, last_at=at))
    return timedelta(0)


def forget_failures(store: Store, connection: Connection, name: str, address: str | None = None) -> None:
    """Begin to count anew for a name that logged in or has a new password.

    The attempt that `begin_attempt` counted is taken back for the address; its other failures stay.
    """
    connection.execute(delete(login_failures).where(login_failures.c.who == _of_name(store, name)))
    if address is not None:
        connection.execute(update(login_failures).where(
            login_failures.c.who == store.pseudonym(f"address {address}"), login_failures.c.n_failures > 0)
            .values(n_failures=login_failures.c.n_failures - 1))


def _of_name(store: Store, name: str) -> str:
    return store.pseudonym(f"name {name.strip().casefold()}")


def _wait_after(n_more: int) -> timedelta:
    return min(LONGEST_WAIT, SHORTEST_WAIT * (1 << min(n_more, 10)))
