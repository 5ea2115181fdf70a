"""Jobs on both databases: one worker has each, and none is lost with its worker."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from cx_text.errors import ConfigError
from cx_text.store import jobs
from cx_text.store.jobs import JobState
from cx_text.store.opening import open_store
from cx_text.store.tables import jobs as table


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def ask(store, kind="import", options=None, by="ann"):
    with store.writing() as connection:
        return jobs.ask(connection, kind, options or {}, by)


def seen(store, job_id):
    with store.reading() as connection:
        return jobs.job(connection, job_id)


def silence(store, job_id):
    """Let a worker have been silent for longer than one may."""
    long_ago = datetime.now(UTC) - timedelta(seconds=jobs.SILENT_SECONDS + 1)
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.id == job_id).values(seen_at=long_ago))


def test_the_oldest_waits_no_longer_and_ends_with_its_result(store):
    assert jobs.claim(store) is None
    first, second = ask(store, options={"upload": "/x"}), ask(store, options={"upload": "/y"})
    claimed = jobs.claim(store)
    assert (claimed.id, claimed.state, claimed.by) == (first, JobState.RUNNING, "ann")
    assert claimed.options == {"upload": "/x"}
    assert not claimed.is_over
    assert jobs.progress(store, claimed, "reading", 2_000, 8_000)
    told = seen(store, first)
    assert (told.phase, told.n_done, told.n_total) == ("reading", 2_000, 8_000)
    assert jobs.finish(store, claimed, {"import": 7})
    done = seen(store, first)
    assert (done.state, done.result, done.error, done.is_over) == (JobState.DONE, {"import": 7}, None, True)
    assert done.asked_at <= done.started_at <= done.finished_at
    assert jobs.claim(store).id == second


def test_the_same_asked_for_twice_is_done_once_unless_it_has_begun(store):
    first = ask(store, "retag", {"only_waiting": True})
    assert ask(store, "retag", {"only_waiting": True}) == first
    assert ask(store, "retag", {"only_waiting": False}) != first
    jobs.claim(store)
    assert ask(store, "retag", {"only_waiting": True}) != first, "what it reads may be less than what is there now"


def test_a_kind_that_nobody_knows_is_a_bug(store):
    with pytest.raises(ValueError, match="there is no kind of job 'coffee'"):
        ask(store, "coffee")


def test_of_many_that_claim_at_once_one_gets_it(store):
    for number in range(3):
        ask(store, options={"upload": number})
    claimed, start = [], threading.Barrier(8)

    def worker():
        start.wait()
        if (found := jobs.claim(store)) is not None:
            claimed.append(found.id)

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [1, 2, 3]


def test_a_dead_workers_job_waits_again_once_and_fails_then(store):
    job_id = ask(store)
    first = jobs.claim(store)
    assert jobs.claim(store) is None, "it is alive"
    silence(store, job_id)
    second = jobs.claim(store)
    assert (second.id, second.state) == (job_id, JobState.RUNNING)
    assert second.started_at > first.started_at
    silence(store, job_id)
    assert jobs.claim(store) is None
    failed = seen(store, job_id)
    assert (failed.state, failed.error, failed.result) == (
        JobState.FAILED, "the process that did this was stopped twice. Ask for it again when the machine has memory to "
        "spare.", {})


def test_a_worker_that_was_taken_for_dead_can_change_nothing(store):
    job_id = ask(store)
    slow = jobs.claim(store)
    silence(store, job_id)
    jobs.claim(store)
    assert not jobs.progress(store, slow, "reading", 1, 2)
    assert not jobs.finish(store, slow, {"import": 1})
    assert not jobs.fail(store, slow, "no")
    assert not jobs.lose(store, slow)
    assert not jobs.give_back(store, slow)
    now = seen(store, job_id)
    assert (now.state, now.phase) == (JobState.RUNNING, None)


def test_a_job_given_back_waits_again_however_often(store):
    job_id = ask(store)
    for _ in range(3):
        assert jobs.give_back(store, jobs.claim(store))
        assert seen(store, job_id).state is JobState.WAITING


def test_a_lost_job_waits_again_at_once(store):
    job_id = ask(store)
    assert jobs.lose(store, jobs.claim(store))
    assert seen(store, job_id).state is JobState.WAITING
    assert jobs.lose(store, jobs.claim(store))
    assert seen(store, job_id).state is JobState.FAILED


def test_cancelled_before_and_while_it_runs(store):
    waiting, running, over = (ask(store, options={"upload": n}) for n in range(3))
    with store.writing() as connection:
        assert jobs.cancel(connection, waiting)
    claimed = jobs.claim(store)
    assert claimed.id == running
    with store.writing() as connection:
        assert jobs.cancel(connection, running)
    assert not jobs.progress(store, claimed, "reading", 1, 2)
    jobs.fail(store, jobs.claim(store), "no")
    with store.writing() as connection:
        assert not jobs.cancel(connection, over)
    assert [seen(store, n).state for n in (waiting, running, over)] == ["cancelled", "cancelled", "failed"]


def test_only_one_job_that_makes_a_run_goes_on_at_a_time(store):
    retag = ask(store, "retag")
    ask(store, "refit")
    ask(store, "import")
    assert jobs.claim(store).id == retag
    assert jobs.claim(store).kind == "import"
    assert jobs.claim(store) is None
    with store.writing() as connection:
        jobs.cancel(connection, retag)
    assert jobs.claim(store).kind == "refit"


def test_the_newest_first_and_those_not_over(store):
    for number in range(4):
        ask(store, options={"upload": number})
    jobs.finish(store, jobs.claim(store), {})
    jobs.claim(store)
    with store.reading() as connection:
        assert [found.id for found in jobs.jobs_of(connection, 3)] == [4, 3, 2]
        assert [found.id for found in jobs.open_jobs(connection)] == [2, 3, 4]
        with pytest.raises(ConfigError) as error:
            jobs.job(connection, 99)
    assert str(error.value) == "there is no job 99."
