"""Looks in processes that can be killed: `python killed.py STORE RECIPE` makes one for each line that it is given.

Everything is imported once and each look is a fork of that, so that fifty of them take seconds. It writes the process
of a look as a line, and when that has ended, its exit status as another.
"""

import os
import sys

from cx_text.collecting import collect
from cx_text.config import load_recipe
from cx_text.store.opening import open_store
from cx_text.testing import FakePii


def look(place: str, recipe: str) -> None:
    with open_store(place) as store:
        for done in collect(store, load_recipe(recipe), environment=os.environ, finder=FakePii()):
            assert not done.errors, done.errors
            assert not done.is_busy


if __name__ == "__main__":
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            look(*sys.argv[1:])
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitpid(child, 0)[1]}\n")
        sys.stdout.flush()
