"""Looks of a watch in processes that die: `python watching_process.py STORE RECIPE` makes one for each line it gets.

A line is a time and an event, "2026-05-04T08:00:00+00:00 judged": the look is killed when it says that event for the
first time, so right after what it tells of was written down. Everything is imported once and each look is a fork of
that. The exit status of each is written as a line.
"""

import importlib
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

# What a look loads when it needs it, which takes seconds: each fork would do so again.
LATE = ("torch", "httpx", "cx_text.backends.transformer_embedder", "cx_text.backends.transformer_polarity",
        "cx_text.backends.implied_category", "cx_text.backends.spacy_clauses", "cx_text.backends.spacy_brands",
        "cx_text.sources.platforms.typeform", "cx_text.sources.platforms.hacker_news",
        *(f"cx_text.stages.{name}" for name in ("clean", "kind", "language", "opinions", "polarity", "implied",
                                                "brand_mentions", "themes")))


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
    for module in LATE:
        importlib.import_module(module)
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
