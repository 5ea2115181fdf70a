"""Processes beside the page: they do what waits, and whatever ends them, no job is left as if it went on."""

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from store_rows import COLUMNS, answer, n_rows, write_export

from cx_text.store import jobs
from cx_text.store.jobs import JobState
from cx_text.store.opening import open_store
from cx_text.web.workers import Workers

N = 10_000  # five transactions


@pytest.fixture
def store(place, monkeypatch, pytestconfig):
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.setattr("cx_text.web.workers._LOOK_SECONDS", 0.1)
    with open_store(place, create=True) as opened:
        yield opened


@pytest.fixture
def workers(store):
    with contextlib.ExitStack() as stack:
        started = Workers(store)
        started.start()
        stack.callback(started.stop)
        yield started


@pytest.fixture(scope="module")
def rows():
    return [answer(n, f"Number {n} is late again") for n in range(N)]


@pytest.fixture
def job_id(store, tmp_path, rows):
    folder = tmp_path / "upload"
    folder.mkdir()
    export = write_export(folder / "1.csv", rows)
    options = {"paths": [str(export)], "names": ["march.csv"], "tag": False, "read": {**COLUMNS, "redact": False}}
    with store.writing() as connection:
        return jobs.ask(connection, "import", options, "ann")


def seen(store, job_id):
    with store.reading() as connection:
        return jobs.job(connection, job_id)


def wait_for(condition, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


def child_of(job_id):
    """Return the process that does a job: none of the test's other children is called so."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"cx_text.working" in words and f"PPid:\t{os.getpid()}\n" in (folder / "status").read_text():
                return int(folder.name)
    return None


def kill_while_it_stores(store, job_id):
    wait_for(lambda: n_rows(store).get("comments"))
    os.kill(killed := child_of(job_id), signal.SIGKILL)
    return killed


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process by /proc")
def test_a_killed_process_leaves_a_job_that_is_done_by_the_next_one(store, workers, job_id):
    kill_while_it_stores(store, job_id)
    wait_for(lambda: seen(store, job_id).is_over)
    done = seen(store, job_id)
    assert (done.state, done.error, done.result["n_rows"]) == (JobState.DONE, None, N)
    assert n_rows(store)["comments"] == N


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process by /proc")
def test_a_job_whose_processes_are_killed_twice_has_failed(store, workers, job_id):
    first = kill_while_it_stores(store, job_id)
    wait_for(lambda: child_of(job_id) not in (None, first))
    kill_while_it_stores(store, job_id)
    wait_for(lambda: seen(store, job_id).is_over)
    assert (seen(store, job_id).state, seen(store, job_id).error.split(".")[0]) == (
        JobState.FAILED, "the process that did this was stopped twice")
    assert child_of(job_id) is None


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process by /proc")
def test_what_runs_when_the_page_ends_waits_again(store, workers, job_id):
    wait_for(lambda: seen(store, job_id).phase is not None)
    environment = Path(f"/proc/{child_of(job_id)}/environ").read_bytes().decode()
    command = Path(f"/proc/{child_of(job_id)}/cmdline").read_bytes().decode()
    assert f"CX_TEXT_DATABASE_URL={store.address}" in environment
    assert store.address not in command
    workers.stop()
    assert seen(store, job_id).state is JobState.WAITING
    assert child_of(job_id) is None


def test_a_cancelled_job_ends(store, workers, job_id):
    wait_for(lambda: seen(store, job_id).phase is not None)
    with store.writing() as connection:
        assert jobs.cancel(connection, job_id)
    wait_for(lambda: child_of(job_id) is None)
    assert seen(store, job_id).state is JobState.CANCELLED


def test_a_job_that_cannot_be_done_fails_with_its_line_and_the_next_one_is_done(store, workers):
    with store.writing() as connection:
        first, second = (jobs.ask(connection, "import", {
            "paths": [f"/nowhere/{n}.csv"], "names": [f"{n}.csv"], "tag": False, "read": {}}, "ann") for n in (1, 2))
    wait_for(lambda: seen(store, second).is_over)
    assert [(seen(store, n).state, seen(store, n).error) for n in (first, second)] == [
        (JobState.FAILED, "/nowhere: there is no such folder.")] * 2
