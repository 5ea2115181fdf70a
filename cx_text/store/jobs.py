"""Jobs: work that takes longer than a page, asked for by one process and done by another, never lost and never twice.

    waiting → running → done | failed | cancelled
       ↑         │
       └─────────┘  once, where whoever did it is gone

Whoever claims a job says from time to time that it is alive. `started_at` is the token of a claim: what a worker says
of a job that was taken from it meanwhile, because it was silent for too long, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, exists, insert, or_, select, update

from cx_text.errors import ConfigError
from cx_text.store.database import Store
from cx_text.store.tables import jobs

KINDS = ("import", "retag", "refit", "reassign")
SILENT_SECONDS = 60  # after which a worker is taken for dead
_MAKES_RUNS = ("retag", "refit", "reassign")  # one at a time in a store: they read and write the run in use
_N_LOST = "n_lost"  # kept in `result` until there is one
_GONE = "the process that did this was stopped twice. Ask for it again when the machine has memory to spare."


class JobState(StrEnum):
    """Where a job is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `started_at`: of its last claim. `phase`, `n_done`, `n_total`: how far it is, where that is known.

    `options` hold no words of customers. `result` is empty until it is done; `error` is one line.
    """

    id: int
    kind: str
    state: JobState
    options: Mapping[str, Any]
    by: str
    asked_at: datetime
    started_at: datetime | None
    seen_at: datetime | None
    finished_at: datetime | None
    phase: str | None
    n_done: int | None
    n_total: int | None
    result: Mapping[str, Any]
    error: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in (JobState.WAITING, JobState.RUNNING)


def ask(connection: Connection, kind: str, options: Mapping[str, Any], by: str) -> int:
    """Return the id of a new job, or of one that waits already and is the same.

    Args:
        connection: Of a writer.
        kind: One of KINDS.
        options: What the worker is told, as JSON; never what customers wrote.
        by: Who asks.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"there is no kind of job {kind!r}")
    same = (row.id for row in connection.execute(
        select(jobs.c.id, jobs.c.options).where(jobs.c.state == JobState.WAITING, jobs.c.kind == kind))
        if row.options == dict(options))
    if (found := next(same, None)) is not None:
        return int(found)
    row = {"kind": kind, "state": JobState.WAITING, "options": dict(options), "by": by, "asked_at": datetime.now(UTC)}
    return int(connection.execute(insert(jobs).values(row).returning(jobs.c.id)).scalar_one())


def claim(store: Store) -> Job | None:
    """Return the job that has waited longest, which is the caller's from now on; None where there is none to do.

    However many workers ask, one gets it. Jobs of workers that are silent for 60 s wait again first, once; those that
    were lost twice have failed. Of jobs that make runs only one is given out at a time.

    Raises:
        OutputError: Another writer took too long, or the store cannot be written to.
    """
    with store.reading() as connection:  # most of the time there is nothing to do, and no writer is held up
        if connection.execute(select(jobs.c.id).where(or_(_is_next(), _is_dead())).limit(1)).first() is None:
            return None
    with store.writing() as connection:
        for row in connection.execute(select(jobs).where(_is_dead())).all():
            _lose(connection, _job(row))
        waiting = connection.execute(
            select(jobs.c.id).where(_is_next()).order_by(jobs.c.id).limit(1)).scalar_one_or_none()
        if waiting is None:
            return None
        now = datetime.now(UTC)
        connection.execute(update(jobs).where(jobs.c.id == waiting).values(
            state=JobState.RUNNING, started_at=now, seen_at=now, phase=None, n_done=None, n_total=None))
        return job(connection, waiting)


def progress(store: Store, claimed: Job, phase: str | None, n_done: int | None, n_total: int | None) -> bool:
    """Say that a worker is alive and how far it is; return whether the job is still its own.

    It is not where somebody cancelled it, or where it was taken for dead: then the worker has to stop.

    Raises:
        OutputError: Another writer took too long, or the store cannot be written to.
    """
    return _tell(store, claimed, seen_at=datetime.now(UTC), phase=phase and phase[:64], n_done=n_done, n_total=n_total)


def finish(store: Store, claimed: Job, result: Mapping[str, Any]) -> bool:
    """Write down that a job is done; return whether it was still the caller's."""
    return _tell(store, claimed, state=JobState.DONE, finished_at=datetime.now(UTC), result=dict(result))


def fail(store: Store, claimed: Job, error: str) -> bool:
    """Write down that a job failed, with one line that says why; return whether it was still the caller's."""
    return _tell(store, claimed, state=JobState.FAILED, finished_at=datetime.now(UTC), error=error, result=None)


def give_back(store: Store, claimed: Job) -> bool:
    """Let a job wait again whose worker was asked to stop; return whether it was still the caller's."""
    return _tell(store, claimed, state=JobState.WAITING)


def lose(store: Store, claimed: Job) -> bool:
    """Let a job wait again whose worker died, or fail where that is the second time; return whether it was there."""
    with store.writing() as connection:
        return _lose(connection, claimed)


def cancel(connection: Connection, job_id: int) -> bool:
    """Cancel a job that is not over; return whether there was one. A worker finds out when it says how far it is."""
    done = connection.execute(
        update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_((JobState.WAITING, JobState.RUNNING)))
        .values(state=JobState.CANCELLED, finished_at=datetime.now(UTC)))
    return bool(done.rowcount)


def job(connection: Connection, job_id: int) -> Job:
    """Return a job.

    Raises:
        ConfigError: There is none of this id.
    """
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise ConfigError(f"there is no job {job_id}")
    return _job(row)


def jobs_of(connection: Connection, limit: int = 50) -> list[Job]:
    """Return the newest jobs, the newest first."""
    return [_job(row) for row in connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(limit))]


def open_jobs(connection: Connection) -> list[Job]:
    """Return the jobs that are not over, the oldest first; by the index of states."""
    states = (JobState.WAITING, JobState.RUNNING)
    return [_job(row) for row in connection.execute(select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.id))]


def _is_next() -> Any:
    """Whether a job waits, and not for another that makes a run."""
    other = jobs.alias()
    has_to_wait = and_(jobs.c.kind.in_(_MAKES_RUNS), exists().where(
        other.c.state == JobState.RUNNING, other.c.kind.in_(_MAKES_RUNS)))
    return and_(jobs.c.state == JobState.WAITING, ~has_to_wait)


def _is_dead() -> Any:
    silent_since = datetime.now(UTC) - timedelta(seconds=SILENT_SECONDS)
    return and_(jobs.c.state == JobState.RUNNING, jobs.c.seen_at < silent_since)


def _is_own(claimed: Job) -> Any:
    return and_(jobs.c.id == claimed.id, jobs.c.state == JobState.RUNNING, jobs.c.started_at == claimed.started_at)


def _tell(store: Store, claimed: Job, **values: object) -> bool:
    with store.writing() as connection:
        return bool(connection.execute(update(jobs).where(_is_own(claimed)).values(**values)).rowcount)


def _lose(connection: Connection, claimed: Job) -> bool:
    if claimed.result.get(_N_LOST):
        values: dict[str, Any] = {"state": JobState.FAILED, "finished_at": datetime.now(UTC), "error": _GONE,
                                  "result": None}
    else:
        values = {"state": JobState.WAITING, "result": {_N_LOST: 1}}
    return bool(connection.execute(update(jobs).where(_is_own(claimed)).values(values)).rowcount)


def _job(row: Any) -> Job:
    return Job(**{**row._mapping, "state": JobState(row.state), "result": row.result or {}})
