"""What is done about themes: actions with an owner, a date and a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from cx_text.errors import ConfigError, nearest
from cx_text.store.tables import actions

OPEN, IN_PROGRESS, DONE, DROPPED = "open", "in progress", "done", "dropped"
STATES = (OPEN, IN_PROGRESS, DONE, DROPPED)
UNDONE = (OPEN, IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Action:
    """What is done about a theme. Times are UTC; `done_at` is there for state "done" alone."""

    id: int
    codeframe_name: str
    theme_id: str
    title: str
    owner: str
    state: str
    due_at: datetime | None
    done_at: datetime | None
    notes: str
    by: str
    made_at: datetime

    def is_overdue(self, at: datetime) -> bool:
        """Whether it should have been done before a time and is not."""
        return self.due_at is not None and self.due_at < at and self.state in UNDONE


def add_action(connection: Connection, codeframe_name: str, theme_id: str, title: str, *, by: str, owner: str = "",
               due_at: datetime | None = None, notes: str = "") -> int:
    """Store a new action on a theme, and return its id.

    Raises:
        ConfigError: It has no title.
    """
    found = connection.execute(insert(actions).values(
        codeframe_name=codeframe_name, theme_id=theme_id, title=_titled(title), owner=owner.strip(), state=OPEN,
        due_at=due_at, notes=notes.strip(), by=by, made_at=datetime.now(UTC)).returning(actions.c.id))
    return int(found.scalar_one())


def change_action(connection: Connection, action_id: int, **fields: Any) -> None:
    """Change some of title, owner, state, due_at, done_at and notes.

    An action that becomes done is done now, unless `done_at` says otherwise, and one that is not has no such time.

    Raises:
        ConfigError: There is no such action or state, or no title.
    """
    known = {"title", "owner", "state", "due_at", "done_at", "notes"}
    if unknown := fields.keys() - known:
        raise TypeError(f"an action has no {', '.join(sorted(unknown))}")
    before = action(connection, action_id)
    if before is None:
        raise ConfigError(f"there is no action {action_id}")
    state = check_state(fields.get("state", before.state), STATES)
    if "title" in fields:
        fields["title"] = _titled(fields["title"])
    done_at = fields.get("done_at") or before.done_at or datetime.now(UTC)
    fields["done_at"] = done_at if state == DONE else None
    connection.execute(update(actions).where(actions.c.id == action_id).values(**fields))


def action(connection: Connection, action_id: int) -> Action | None:
    """Return an action by its id."""
    row = connection.execute(select(actions).where(actions.c.id == action_id)).one_or_none()
    return None if row is None else Action(**row._mapping)


def actions_of(connection: Connection, *, codeframe_name: str | None = None, theme_id: str | None = None,
               states: Sequence[str] = (), owner: str | None = None, overdue_at: datetime | None = None,
               before: int | None = None, limit: int = 50) -> list[Action]:
    """Return actions, the newest first.

    Args:
        connection: To read by.
        codeframe_name: Of themes of this codeframe.
        theme_id: Of this theme.
        states: In one of these states; all where there is none.
        owner: Of this owner.
        overdue_at: Not done, and due before this time.
        before: From the one before this id on: the last of the page before.
        limit: At most.
    """
    query = select(actions).order_by(actions.c.id.desc()).limit(limit)
    equal = {actions.c.codeframe_name: codeframe_name, actions.c.theme_id: theme_id, actions.c.owner: owner}
    for column, wanted in equal.items():
        query = query if wanted is None else query.where(column == wanted)
    if states:
        query = query.where(actions.c.state.in_(states))
    if overdue_at is not None:
        query = query.where(actions.c.due_at < overdue_at, actions.c.state.in_(UNDONE))
    if before is not None:
        query = query.where(actions.c.id < before)
    return [Action(**row._mapping) for row in connection.execute(query)]


def action_counts(connection: Connection, *, at: datetime | None = None) -> Mapping[str, int]:
    """Return how many actions are in each state, and "overdue" at a time, now when not given."""
    rows = connection.execute(select(actions.c.state, func.count()).group_by(actions.c.state))
    counts = {row[0]: int(row[1]) for row in rows}
    overdue = connection.execute(select(func.count()).select_from(actions).where(
        actions.c.due_at < (at or datetime.now(UTC)), actions.c.state.in_(UNDONE))).scalar_one()
    return {**{state: counts.get(state, 0) for state in STATES}, "overdue": overdue}


def touched_themes(connection: Connection, codeframe_name: str) -> set[str]:
    """Return the themes about which something was or is being done: those with an action that was not dropped."""
    return set(connection.execute(select(actions.c.theme_id).where(
        actions.c.codeframe_name == codeframe_name, actions.c.state != DROPPED).distinct()).scalars())


def check_state(state: str, states: Sequence[str]) -> str:
    """Return a state that is one of some.

    Raises:
        ConfigError: It is none of them.
    """
    if state not in states:
        raise ConfigError("; ".join(filter(None, (f"there is no state {state!r}", nearest(state, states)))),
                          next=f"There are: {', '.join(states)}")
    return state


def _titled(title: str) -> str:
    if not title.strip():
        raise ConfigError("an action needs a title", next="Say in a few words what is done")
    return title.strip()
