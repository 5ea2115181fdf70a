"""Jobs are done: whoever works claims one after the other, says how far it is, and writes down how it ended.

`python -m cx_text.working` does what waits in the store that CX_TEXT_DATABASE_URL names; with `--job 7` the one job
that was claimed for it. So heavy work has a process of its own, and its memory is given back at the end.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from cx_text.errors import CxTextError, OutputError
from cx_text.importing import import_export
from cx_text.run import Progress
from cx_text.store import jobs
from cx_text.store.database import Store
from cx_text.store.jobs import Job
from cx_text.store.opening import open_store

TOLD_SECONDS = 1.0  # between two sayings of how far a job is
ALIVE_SECONDS = 15.0  # between two where it is no further; well below jobs.SILENT_SECONDS
_LOOK_SECONDS = 2.0  # between two looks for work
_STOPPED = 143  # exit code of a process that was asked to stop: 128 + SIGTERM

Result = Mapping[str, Any]


class TakenAwayError(Exception):
    """The job is not this worker's any more: it was cancelled, or the worker was taken for dead."""


def do_import(store: Store, job: Job, progress: Progress) -> Result:
    """Import uploaded files, remove them, and ask for tags where that is wanted.

    Options: `paths`, `names` (what their owner called them), `read` (options of `import_export`), `tag`.
    """
    options = job.options
    paths = [Path(path) for path in options["paths"]]
    done = import_export(store, paths if len(paths) > 1 else paths[0], progress=progress, names=options["names"],
                         **options["read"])
    for path in paths:
        path.unlink(missing_ok=True)
    with suppress(OSError):  # there is something else in it, or it is gone
        paths[0].parent.rmdir()
    if options.get("tag"):
        with store.writing() as connection:
            jobs.ask(connection, "retag", {"only_waiting": True}, job.by)
    return {"import_id": done.import_id, "n_rows": done.n_rows, "n_waiting": done.n_waiting, "notes": list(done.notes)}


def do_retag(store: Store, job: Job, progress: Progress) -> Result:
    """Read the comments of the store: all in a new run, or with `only_waiting` those that no run has read."""
    retag = importlib.import_module("cx_text.retagging").retag  # loads the models' libraries, which imports never need
    done = retag(store, progress=progress, **job.options)
    reassigning = importlib.import_module("cx_text.reassigning")
    with store.writing() as connection:
        if reassigning.has_to_follow(connection):  # somebody decided meanwhile
            jobs.ask(connection, "reassign", {}, job.by)
    return asdict(done) if is_dataclass(done) and not isinstance(done, type) else {}


def do_refit(store: Store, job: Job, progress: Progress) -> Result:
    """Find themes anew, and lay them beside the codeframe for a person to accept."""
    refit = importlib.import_module("cx_text.reassigning").refit
    return {"n_changes": refit(store, by=job.by, progress=progress, **job.options)}


def do_reassign(store: Store, job: Job, progress: Progress) -> Result:
    """Give the opinions of the run in use the themes that people decided on."""
    done = importlib.import_module("cx_text.reassigning").reassign(store, progress=progress, **job.options)
    return asdict(done)


# Kind of job → what does it, given the store, the job, and what to tell how far it is; what it returns is the result.
WORK: dict[str, Callable[[Store, Job, Progress], Result]] = {
    "import": do_import, "retag": do_retag, "refit": do_refit, "reassign": do_reassign}


def work(place: str | Path | None = None, *, once: bool = False) -> int:
    """Do the jobs of a store, the oldest first, and return how many were done or failed.

    Args:
        place: As for `open_store`.
        once: Return when nothing waits, rather than wait for more.

    Raises:
        ConfigError: There is no store.
        OutputError: The store cannot be written to.
    """
    n_done = 0
    with open_store(place) as store:
        while True:
            if (claimed := jobs.claim(store)) is not None:
                do(store, claimed)
                n_done += 1
            elif once:
                return n_done
            else:
                time.sleep(_LOOK_SECONDS)


def do(store: Store, claimed: Job) -> None:
    """Do a claimed job and write down how it ended: with a result, or with one line that says why not.

    An error that nobody foresaw is one line without its message, which may quote a customer; the places of its
    traceback go to standard error.

    Raises:
        OutputError: How it ended cannot be written down.
    """
    try:
        with _Pulse(store, claimed) as pulse:
            result = WORK[claimed.kind](store, claimed, pulse)
    except TakenAwayError:
        return
    except CxTextError as error:
        jobs.fail(store, claimed, _without_folders(str(error), claimed.options))
    except MemoryError:
        jobs.fail(store, claimed, "the machine has too little memory for this. Close other programs and ask again.")
    except Exception as error:  # noqa: BLE001  whatever it is, the job must not seem to go on
        traceback.print_tb(error.__traceback__)
        jobs.fail(store, claimed, f"a bug: {type(error).__name__} in {_place(error)}. Where it was called from is on "
                  "the terminal of cx-text serve.")
    else:
        jobs.finish(store, claimed, result)


class _Pulse:
    """Says from a thread of its own that a job goes on, at most once a second, and stops it where it was taken away.

    Args:
        store: Where the job is.
        claimed: The job.
    """

    def __init__(self, store: Store, claimed: Job) -> None:
        self._store, self._claimed = store, claimed
        self._told: tuple[str | None, int | None, int | None] = (None, None, None)
        self._is_over, self._is_taken = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __call__(self, phase: str, done: int, total: int | None) -> None:
        """Take down how far the job is.

        Raises:
            TakenAwayError: It is not this worker's any more.
        """
        self._told = (phase, done, total)
        if self._is_taken.is_set():
            raise TakenAwayError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        last, told_at = self._told, time.monotonic()
        while not self._is_over.wait(TOLD_SECONDS):
            if self._told == last and time.monotonic() - told_at < ALIVE_SECONDS:
                continue
            now = self._told
            with suppress(OutputError):  # others write: next time
                if not jobs.progress(self._store, self._claimed, *now):
                    self._is_taken.set()
                    return
                last, told_at = now, time.monotonic()


def _place(error: BaseException) -> str:
    """Return the last place of our own in a traceback, as "store/jobs.py, line 12"."""
    package = Path(__file__).parent
    own = [frame for frame in traceback.extract_tb(error.__traceback__)
           if Path(frame.filename).is_relative_to(package)][-1]
    return f"{Path(own.filename).relative_to(package).as_posix()}, line {own.lineno}"


def _without_folders(line: str, options: Mapping[str, Any]) -> str:
    """Return an error with uploaded files under the names that their owner gave them."""
    for path, name in zip(options.get("paths", ()), options.get("names", ()), strict=True):
        line = line.replace(str(path), name)
    return line.replace(f"{Path(options['paths'][0]).parent}{os.sep}", "") if options.get("paths") else line


def main() -> None:
    """Do one claimed job, or all that wait; a process that is asked to stop removes its temporary files first."""
    signal.signal(signal.SIGTERM, _stop)
    parser = argparse.ArgumentParser(prog="python -m cx_text.working")
    parser.add_argument("--job", type=int)
    job_id = parser.parse_args().job
    if job_id is None:
        work(once=True)
        return
    with open_store() as store:
        with store.reading() as connection:
            claimed = jobs.job(connection, job_id)
        do(store, claimed)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    sys.exit(_STOPPED)


if __name__ == "__main__":
    main()
