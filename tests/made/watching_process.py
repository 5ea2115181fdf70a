"""Looks of a watch in processes that die: `python watching_process.py STORE RECIPE` makes one for each line it gets.

A line is a time and an event, "2026-05-04T08:00:00+00:00 judged": the look is killed when it says that event for the
first time, so right after what it tells of was written down. Everything is imported once and each look is a fork of
that. The exit status of each is written as a line.
"""

import os
import signal
import sys
from datetime import datetime

from cx_text.config import load_recipe
from cx_text.looking import Clock
from cx_text.monitor.journal import Journal
from cx_text.monitor.watching import How, look
from cx_text.store.opening import open_store
from cx_text.testing import FakeModels, FakePii


def look_until(place, name, at, event):
    """Look once at a time; die at an event."""
    recipe = load_recipe(name)

    def write(line):
        if f": {event}" in line or f'"event": "{event}"' in line:
            os.kill(os.getpid(), signal.SIGKILL)

    with open_store(place) as store:
        look(store, recipe, How(os.environ, Clock(lambda: at, lambda seconds: None), finder=FakePii(),
                                models=FakeModels(recipe)), Journal(write, form="json"))


if __name__ == "__main__":
    for line in sys.stdin:
        at, _, event = line.rstrip("\n").partition(" ")
        child = os.fork()
        if child == 0:
            try:
                look_until(*sys.argv[1:], datetime.fromisoformat(at), event)
            finally:
                os._exit(0)
        sys.stdout.write(f"{os.waitpid(child, 0)[1]}\n")
        sys.stdout.flush()
