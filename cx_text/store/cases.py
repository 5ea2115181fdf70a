"""What is done about single customers: cases on their comments, with an owner, a state, an outcome and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select, update

from cx_text.errors import ConfigError
from cx_text.store.actions import check_state
from cx_text.store.tables import case_notes, cases, comments

OPEN, CONTACTED, CLOSED = "open", "contacted", "closed"
STATES = (OPEN, CONTACTED, CLOSED)
OUTCOMES = ("recovered", "explained", "refunded", "no answer", "nothing to do")
_AT_ONCE = 1000  # ids in one statement; SQLite allows 32,766 variables


@dataclass(frozen=True, slots=True)
class Case:
    """What is done about the customer of one comment. Times are UTC; `outcome` is there for closed ones alone."""

    id: int
    comment_id: int
    owner: str
    state: str
    outcome: str | None
    by: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a case, or how its state changed."""

    at: datetime
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class CaseComment:
    """The comment of a case: what the customer wrote, personal data masked as it is stored, and the score."""

    id: int
    source: str
    received_at: datetime | None
    question: str | None
    verbatim: str
    nps_score: int | None
    rating: float | None


def open_case(connection: Connection, comment_id: int, *, by: str, owner: str = "") -> int:
    """Open a case on a comment, and return its id; that of the case which is there where there is one.

    Raises:
        ConfigError: There is no such comment, or it was forgotten.
    """
    known = connection.execute(select(cases.c.id).where(cases.c.comment_id == comment_id)).scalar()
    if known is not None:
        return int(known)
    if connection.execute(select(comments.c.id).where(comments.c.id == comment_id,
                                                      comments.c.deleted_at.is_(None))).scalar() is None:
        raise ConfigError(f"there is no comment {comment_id}")
    found = connection.execute(insert(cases).values(comment_id=comment_id, owner=owner.strip() or by, state=OPEN, by=by,
                                                    opened_at=datetime.now(UTC)).returning(cases.c.id))
    return int(found.scalar_one())


def change_case(connection: Connection, case_id: int, *, by: str, state: str | None = None, owner: str | None = None,
                outcome: str | None = None) -> None:
    """Change state, owner or outcome; each change becomes a note, so that the notes are the case's history.

    Args:
        connection: Of a writer.
        case_id: The case.
        by: Who changes it.
        state: One of STATES.
        owner: Who takes care of it.
        outcome: One of OUTCOMES; a closed case has one, and no other.

    Raises:
        ConfigError: There is no such case, state or outcome, or it is closed without an outcome.
    """
    before = case(connection, case_id)
    if before is None:
        raise ConfigError(f"there is no case {case_id}")
    state = check_state(state or before.state, STATES)
    owner = before.owner if owner is None else owner.strip()
    outcome = (outcome or before.outcome) if state == CLOSED else None
    if state == CLOSED and outcome not in OUTCOMES:
        raise ConfigError("a closed case needs an outcome" if not outcome else f"there is no outcome {outcome!r}",
                          next=f"There are: {', '.join(OUTCOMES)}")
    closed_at = (before.closed_at or datetime.now(UTC)) if state == CLOSED else None
    connection.execute(update(cases).where(cases.c.id == case_id).values(
        state=state, owner=owner, outcome=outcome, closed_at=closed_at))
    changes = (("state", before.state, state), ("owner", before.owner, owner), ("outcome", before.outcome, outcome))
    said = [f"{name}: {old or 'none'} → {new or 'none'}" for name, old, new in changes if old != new]
    if said:
        _note(connection, case_id, by, "; ".join(said))


def add_note(connection: Connection, case_id: int, words: str, *, by: str) -> None:
    """Write a note about a case.

    Raises:
        ConfigError: There is no such case, or no words.
    """
    if case(connection, case_id) is None:
        raise ConfigError(f"there is no case {case_id}")
    if not words.strip():
        raise ConfigError("the note is empty", where=f"case {case_id}")
    _note(connection, case_id, by, words.strip())


def case(connection: Connection, case_id: int) -> Case | None:
    """Return a case by its id."""
    row = connection.execute(select(cases).where(cases.c.id == case_id)).one_or_none()
    return None if row is None else Case(**row._mapping)


def notes_of(connection: Connection, case_id: int) -> list[Note]:
    """Return the notes of a case, the oldest first."""
    return [Note(row.at, row.by, row.words) for row in connection.execute(
        select(case_notes).where(case_notes.c.case_id == case_id).order_by(case_notes.c.id))]


def cases_of(connection: Connection, *, states: Sequence[str] = (), owner: str | None = None,
             before: int | None = None, limit: int = 50) -> list[Case]:
    """Return cases, the newest first.

    Args:
        connection: To read by.
        states: In one of these states; all where there is none.
        owner: Of this owner.
        before: From the one before this id on: the last of the page before.
        limit: At most.
    """
    query = select(cases).order_by(cases.c.id.desc()).limit(limit)
    query = query.where(cases.c.state.in_(states)) if states else query
    query = query.where(cases.c.owner == owner) if owner is not None else query
    query = query.where(cases.c.id < before) if before is not None else query
    return [Case(**row._mapping) for row in connection.execute(query)]


def cases_on(connection: Connection, comment_ids: Sequence[int]) -> dict[int, Case]:
    """Return comment's id → its case, for those of some comments that have one."""
    found: dict[int, Case] = {}
    for first in range(0, len(comment_ids), _AT_ONCE):
        some = list(comment_ids[first:first + _AT_ONCE])
        found |= {row.comment_id: Case(**row._mapping) for row in connection.execute(
            select(cases).where(cases.c.comment_id.in_(some)))}
    return found


def comments_with_cases(connection: Connection) -> set[int]:
    """Return the ids of all comments that have a case."""
    return set(connection.execute(select(cases.c.comment_id)).scalars())


def case_comments(connection: Connection, ids: Sequence[int]) -> dict[int, CaseComment]:
    """Return comment's id → what it says, for those of a page of ids that were not forgotten."""
    names = CaseComment.__dataclass_fields__
    query = select(*(comments.c[name] for name in names)).where(comments.c.id.in_(ids), comments.c.deleted_at.is_(None))
    return {row.id: CaseComment(**row._mapping) for row in connection.execute(query)}


def case_counts(connection: Connection) -> Mapping[str, int]:
    """Return how many cases are in each state."""
    rows = connection.execute(select(cases.c.state, func.count()).group_by(cases.c.state))
    counts = {row[0]: int(row[1]) for row in rows}
    return {state: counts.get(state, 0) for state in STATES}


def _note(connection: Connection, case_id: int, by: str, words: str) -> None:
    connection.execute(insert(case_notes).values(case_id=case_id, at=datetime.now(UTC), by=by, words=words))
