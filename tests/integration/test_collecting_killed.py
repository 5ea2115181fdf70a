"""Fifty looks that are killed at any moment, and one that is not: nothing is lost and nothing is there twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

from made.platforms import killed
from made.platforms.typeform import FakeTypeform
from sqlalchemy import func, select

from cx_text.store.opening import open_store
from cx_text.store.tables import comment_versions, comments, imports, records

N_KILLS, N_POSTS = 50, 6_000
RECIPE = """
name = "killed"
[[sources]]
name = "src"
platform = "typeform"
form = "abc123"
base_url = "{url}"
"""


def test_fifty_kills_lose_and_double_nothing(place, tmp_path):
    chance = random.Random(7)
    recipe = tmp_path / "killed.toml"
    open_store(place, create=True).close()
    with FakeTypeform().serving() as fake:
        posts = fake.add(N_POSTS)
        recipe.write_text(RECIPE.format(url=fake.url))
        with subprocess.Popen([sys.executable, killed.__file__, place, recipe], stdin=subprocess.PIPE, text=True,
                              stdout=subprocess.PIPE, env=os.environ | fake.secrets) as looks:
            n_killed, longest_seconds = 0, 0.6
            while n_killed < N_KILLS:
                began_at = time.monotonic()
                status, is_killed = one_look(looks, chance.uniform(0.01, longest_seconds))
                n_killed += is_killed
                assert is_killed or status == 0
                if not is_killed:  # the machine is faster than that
                    longest_seconds = max(0.05, 0.9 * (time.monotonic() - began_at))
                posts += fake.add(40)  # the world goes on, so that there is always something to fetch
            assert one_look(looks, None) == (0, False)
            looks.stdin.close()
    with open_store(place) as store, store.reading() as connection:
        said = Counter(connection.execute(select(comments.c.verbatim)).scalars())
        assert said == Counter(post.words for post in posts)
        assert connection.execute(select(func.count()).select_from(comment_versions)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(records)).scalar_one() == len(posts)
        assert connection.execute(select(func.count()).where(imports.c.finished_at.is_(None))).scalar_one() == 0


def one_look(looks, seconds):
    """Begin a look and kill it after so many seconds; return how it ended, and whether it was killed."""
    looks.stdin.write("go\n")
    looks.stdin.flush()
    child = int(looks.stdout.readline())
    if seconds is not None:
        time.sleep(seconds)
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            seconds = None
    status = int(looks.stdout.readline())
    return status, seconds is not None and status == signal.SIGKILL
