"""Jobs that wait are done beside the page, each by a process of its own, one at a time.

So pages stay quick whatever is computed, and the memory of models and large files is given back with the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress

from cx_text.errors import OutputError
from cx_text.store import jobs
from cx_text.store.database import Store
from cx_text.store.jobs import Job, JobState
from cx_text.store.opening import PLACE_VARIABLE

# -P: no module of the folder that the page was started in takes the place of a library's.
COMMAND = (sys.executable, "-P", "-m", "cx_text.working")
_LOOK_SECONDS = 1.0  # between two looks for what waits, or for who cancelled what runs
_PATIENCE_SECONDS = 10.0  # for a process to end by itself
_NICENESS = 5  # of its process: a page goes before it


class Workers:
    """Looks for jobs of a store, and starts and ends the processes that do them.

    A process that dies leaves a job that waits again, once; one that is ended with the page leaves one that waits
    again however often. What a killed page leaves running goes on, and is found alive by the next one.

    Args:
        store: Where the jobs are. Its address, with the password, goes to a process by its environment alone: other
            people of the machine can read what is on a command line.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._go, name="workers", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs."""
        self._thread.start()

    def stop(self) -> None:
        """End what runs, so that it waits again, and look no more."""
        self._is_closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _go(self) -> None:
        while not self._is_closing.is_set():
            claimed = None
            with suppress(OutputError):  # others write: next time
                claimed = jobs.claim(self._store)
            if claimed is not None:
                self._do(claimed)
            else:
                self._is_closing.wait(_LOOK_SECONDS)

    def _do(self, claimed: Job) -> None:
        # A session of its own: Ctrl-C on the terminal is for the page, which ends the process in its turn.
        process = subprocess.Popen(  # noqa: S603  our own module and a number
            [*COMMAND, "--job", str(claimed.id)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, env=os.environ | {PLACE_VARIABLE: self._store.address}, start_new_session=True)
        if hasattr(os, "setpriority"):
            with suppress(OSError):  # it has ended already
                os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        self._watch(process, claimed)
        with suppress(OutputError):  # it stays running and silent, and is given out again by the next claim
            (jobs.give_back if self._is_closing.is_set() else jobs.lose)(self._store, claimed)

    def _watch(self, process: subprocess.Popen[bytes], claimed: Job) -> None:
        """Wait for the end of a process; end it with the page, or where its job was cancelled and it does not hear."""
        taken_at: float | None = None
        while process.poll() is None:
            self._is_closing.wait(_LOOK_SECONDS if not self._is_closing.is_set() else 0)
            if taken_at is None and not self._is_going_on(claimed):
                taken_at = time.monotonic()
            is_deaf = taken_at is not None and time.monotonic() - taken_at > _PATIENCE_SECONDS
            if self._is_closing.is_set() or is_deaf:
                _end(process)

    def _is_going_on(self, claimed: Job) -> bool:
        with self._store.reading() as connection:
            now = jobs.job(connection, claimed.id)
        return now.state is JobState.RUNNING and now.started_at == claimed.started_at


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, first so that it can remove its temporary files."""
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
