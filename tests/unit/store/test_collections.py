"""How far sources are, and that one process at a time looks at each."""

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from cx_text.store.collections import Standing, all_standing, held, keep_standing, standing_of
from cx_text.store.opening import open_store

AT = datetime(2026, 3, 1, tzinfo=UTC)
HOLDER = """
import sys, time
from cx_text.store.collections import held
from cx_text.store.opening import open_store
with open_store(sys.argv[1]) as store, held(store, "collect a") as is_held:
    sys.stdout.write(f"{is_held}\\n")
    sys.stdout.flush()
    time.sleep(600)
"""


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def test_how_far_a_source_is_comes_back_as_it_was_kept(store):
    first = Standing("a", "gb", {"until": "2026-03-01", "place": {"page": [1, "x"]}}, {"new": 3}, None, AT, None, AT,
                     "words that went wrong")
    with store.writing() as connection:
        assert standing_of(connection, "a", "gb") == Standing("a", "gb")
        keep_standing(connection, first)
        keep_standing(connection, Standing("a", "de"))
        keep_standing(connection, second := Standing("a", "gb", {}, {}, None, AT, AT))
    with store.reading() as connection:
        assert standing_of(connection, "a", "gb") == second
        assert all_standing(connection) == [Standing("a", "de"), second]


def test_one_at_a_time_holds_a_source(store, place):
    with (held(store, "collect a") as first, open_store(place) as other, held(other, "collect a") as second,
          held(other, "collect b") as third):
        assert (first, second, third) == (True, False, True)
    with held(store, "collect a") as again:
        assert again


def test_what_goes_wrong_inside_lets_go(store):
    with pytest.raises(ValueError, match="wrong"), held(store, "collect a"):
        raise ValueError("wrong")
    with held(store, "collect a") as again:
        assert again


def test_a_process_that_is_killed_lets_go(store, place):
    with subprocess.Popen([sys.executable, "-c", HOLDER, place], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "True\n"
        with held(store, "collect a") as mine:
            assert not mine
        holder.kill()
        holder.wait()
    until = time.monotonic() + 30  # a server may notice a moment later
    while time.monotonic() < until:
        with held(store, "collect a") as mine:
            if mine:
                return
        time.sleep(0.1)
    raise AssertionError("the lock of a killed process is held for ever")
