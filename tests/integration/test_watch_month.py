"""Four weeks of a watch: local sources, an incident, two watchers at once, looks that are killed, a server that fails.

What customers say is invented; models are fakes, so that the words decide the theme.
"""

import base64
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from made.platforms.base import Post
from made.platforms.hacker_news import FakeHackerNews
from made.platforms.typeform import FakeTypeform
from made.web import visit
from sqlalchemy import func, select

from cx_text.config import load_recipe
from cx_text.looking import Clock
from cx_text.monitor.journal import Journal
from cx_text.monitor.watching import How, look
from cx_text.store.alerts import RESOLVED, alerts_of, watch_looks_of
from cx_text.store.opening import open_store
from cx_text.store.tables import comments, tags
from cx_text.testing import FakeModels, FakePii

FIRST = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
PAST_DAYS, WATCHED_DAYS = 98, 28
BEGINS, ENDS = PAST_DAYS + 2, PAST_DAYS + 8  # of the incident, days
SAID = ("app is slow", "app is great", "price is bad", "price is good", "staff are rude", "staff are kind",
        "parcel came late and is bad", "parcel is great", "menu is good", "menu is bad", "queue is slow",
        "queue is fast")
WHEN = ("today", "again", "lately", "now", "here")
RECIPE = """
name = "month"
stages = ["clean", "kind", "language", "opinions", "polarity", "implied", "brand_mentions", "themes"]
[[brands]]
name = "Brindlecart"
own = true
{sources}
[watch]
link = "https://feedback.example.com"
[[watch.rules]]
name = "pain points"
polarity = "negative"
[[watch.rules]]
name = "NPS"
measure = "nps"
per = "all"
[[watch.rules]]
name = "silent sources"
kind = "silence"
[[watch.notifiers]]
name = "team"
"""


class Inbox:
    """A server that takes messages as JSON: the first two are refused as if it were too busy."""

    def __init__(self):
        self.refused, self.taken = 0, []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_refused = inbox.refused < 2
                inbox.refused += is_refused
                if not is_refused:
                    inbox.taken.append(json.loads(body))
                self.send_response(503 if is_refused else 200)
                self.end_headers()

            def log_message(self, *ignored):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"json://127.0.0.1:{self.server.server_address[1]}"


class Town:
    """Two local servers to which customers write, day by day."""

    def __init__(self, survey, mentions):
        self.servers, self._rng, self._n = ((survey, 6), (mentions, 3)), np.random.default_rng(0), 0

    def live(self, day):
        """Let customers write for a day."""
        for server, n in self.servers:
            n_more = self._rng.poisson(3) if BEGINS <= day < ENDS else 0
            for k in range(self._rng.poisson(n) + n_more):
                words = "app is slow" if k < n_more else SAID[self._rng.integers(len(SAID))]
                words = f"{words} {WHEN[self._rng.integers(len(WHEN))]}"
                self._n += 1
                at = FIRST + timedelta(days=day, minutes=int(self._rng.integers(1440)))
                post = Post(server.new_id(self._n), words, f"c-{self._n}", at, at,
                            stars=int(self._rng.integers(1, 6)))
                server.posts[post.id] = post


@pytest.fixture
def inbox(monkeypatch):
    inbox = Inbox()
    monkeypatch.setenv("CX_TEXT_NOTIFY_TEAM", inbox.address)
    yield inbox
    inbox.server.shutdown()
    inbox.server.server_close()


@pytest.fixture
def town(tmp_path, monkeypatch):
    """Return the servers, and a recipe that watches them."""
    with FakeTypeform().serving() as survey, FakeHackerNews().serving() as mentions:
        lines = []
        for name, fake in (("survey", survey), ("mentions", mentions)):
            lines += ["[[sources]]", f'name = "{name}"', *(f"{key} = {value!r}" for key, value in fake.entry.items())]
            for variable, value in fake.secrets.items():
                monkeypatch.setenv(variable, value)
        recipe = tmp_path / "month.toml"
        recipe.write_text(RECIPE.format(sources="\n".join(lines)))
        yield Town(survey, mentions), recipe


def looked(place, recipe, at):
    """Look once at a time, with everything that a watcher has of its own."""
    with open_store(place, create=True) as store:
        return look(store, recipe, How(os.environ, Clock(lambda: at, lambda seconds: None), finder=FakePii(),
                                       models=FakeModels(recipe)), Journal(lambda line: None, form="json"))


def test_four_weeks_of_a_watch_with_one_incident(town, inbox, tmp_path):
    servers, name = town
    recipe, place = load_recipe(str(name)), tmp_path / "store.sqlite3"
    for day in range(PAST_DAYS):
        servers.live(day)
    looked(place, recipe, FIRST + timedelta(days=PAST_DAYS, hours=8))
    doomed = subprocess.Popen([sys.executable, Path(__file__).parents[1] / "made" / "watching_process.py", place, name],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    killed = 0
    with doomed, ThreadPoolExecutor(2) as two:
        for day in range(PAST_DAYS, PAST_DAYS + WATCHED_DAYS):
            servers.live(day)
            at = FIRST + timedelta(days=day + 1, hours=8)
            events = ("alert fired", "collected", "tagged", "judged", "look began")
            doomed.stdin.write(f"{at.isoformat()} {events[day % len(events)]}\n")
            doomed.stdin.flush()
            killed += int(doomed.stdout.readline()) != 0
            both = list(two.map(lambda at: looked(place, recipe, at), [at + timedelta(hours=1)] * 2))
            assert [one.error for one in both] == [None, None]
        doomed.stdin.close()
    assert killed >= WATCHED_DAYS // 2

    with open_store(place) as store:
        with store.reading() as connection:
            [alert] = alerts_of(connection)
            n_stored, n_tagged = (connection.execute(select(func.count()).select_from(table)).scalar_one()
                                  for table in (comments, tags))
            looks = watch_looks_of(connection, "month", 1000)
        assert n_stored == n_tagged == sum(len(server.posts) for server, _ in servers.servers)
        assert any(one.finished_at is None for one in looks)
        assert (alert.rule, alert.subject["label"], alert.state, alert.why) == (
            "pain points", "App is", RESOLVED, "ended")
        begin, end = ((FIRST + timedelta(days=day)).date() for day in (BEGINS, ENDS))
        assert begin < alert.fired_on < end
        assert alert.fired_on < alert.resolved_on
        page = visit(store).get("/alerts")
        assert page.status_code == 200
        assert "App" in page.text
        assert visit(store).get(f"/alerts/{alert.id}").text.count("app is slow") >= 3

    assert inbox.refused == 2
    fired, resolved = inbox.taken
    assert "App" in fired["title"]
    assert fired["message"].count("app is slow") == 3
    assert "https://feedback.example.com/alerts/1" in fired["message"]
    [picture] = fired["attachments"]
    png = base64.b64decode(picture["base64"])
    assert png.startswith(b"\x89PNG")
    (tmp_path / "alert.png").write_bytes(png)
    assert "App" in resolved["title"]
