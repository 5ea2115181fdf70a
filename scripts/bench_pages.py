"""How long the pages of a large store take, and how much of it is spent in the database.

    python scripts/make_store.py big.sqlite3
    python scripts/bench_pages.py big.sqlite3

Each page is asked for 60 times, or for ten seconds, through the application itself, with filters drawn from what the
store holds: none in 40 of 100 requests, one in 40, two in 20. The figures of a filter are kept once they were counted,
so each request is made twice: "first" is the first time that anybody asks for this filter (what takes long without one
is counted before, as it is whenever a large store is served), "again" the second time. "queries" is all the time for
which the first request has a connection open, with what it does meanwhile. One table is printed, in milliseconds, and
the memory that this process had at most.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bench_store import WORDS, told
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from cx_text.snapshots import Snapshots, Taken
from cx_text.store.database import Store
from cx_text.store.opening import open_store
from cx_text.views import SEGMENT, View
from cx_text.web.app import create_app
from cx_text.web.settings import WebSettings

MOST_SECONDS = 10.0  # for one page
BASE = "http://127.0.0.1:8765"
_DAYS = (30, 90, 365)
_MEANT = ("the parcel came late", "support never answers", "too expensive for what it does", "the app crashes")
Address = Callable[["Drawn"], str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the address of a page is made from: the view behind its "?", a generator, and what the store holds."""

    pairs: list[tuple[str, str]]
    rng: random.Random
    theme_ids: list[str]
    last_id: int

    def at(self, path: str, **more: str) -> str:
        """Return an address with the view."""
        return f"{path}?{urlencode([*self.pairs, *more.items()])}"

    @property
    def theme(self) -> str:
        """The id of any theme."""
        return self.rng.choice(self.theme_ids)

    @property
    def comment(self) -> int:
        """The id of any comment."""
        return self.rng.randint(1, self.last_id)


def _word(kind: str) -> Address:
    return lambda drawn: drawn.at("/search", q=drawn.rng.choice(WORDS[kind]))


PAGES: Mapping[str, Address] = {
    "overview": lambda d: d.at("/"),
    "overview, chart of NPS": lambda d: d.at("/charts/nps.html"),
    "overview, chart of sentiment": lambda d: d.at("/charts/sentiment.html"),
    "overview, chart of polarity": lambda d: d.at("/charts/polarity.html"),
    "overview, chart of sources": lambda d: d.at("/charts/sources.html"),
    "themes": lambda d: d.at("/themes"),
    "themes, two times side by side": lambda d: d.at("/themes", compare="time"),
    "a theme": lambda d: d.at(f"/themes/{d.theme}"),
    "unclear opinions": lambda d: d.at("/themes/unclear"),
    "comments": lambda d: d.at("/comments"),
    "comments, negative ones": lambda d: d.at("/comments", polarity="negative"),
    "a comment": lambda d: f"/comments/{d.comment}",
    "search, a rare word": _word("rare"),
    "search, a middling word": _word("middling"),
    "search, a very common word": _word("very common"),
    "search by meaning": lambda d: d.at("/search", by="meaning", q=d.rng.choice(_MEANT)),
    "codeframe": lambda _: "/codeframe",
    "audits": lambda d: d.at("/audit"),
    "actions": lambda _: "/actions",
    "cases": lambda _: "/actions/cases",
    "imports": lambda _: "/imports",
    "downloads": lambda d: d.at("/download"),
    "/api/v1/filters": lambda d: d.at("/api/v1/filters"),
    "/api/v1/overview": lambda d: d.at("/api/v1/overview"),
    "/api/v1/themes/ID": lambda d: d.at(f"/api/v1/themes/{d.theme}"),
    "/api/v1/comments": lambda d: d.at("/api/v1/comments"),
    "/api/v1/search": lambda d: d.at("/api/v1/search", q=d.rng.choice(WORDS["middling"])),
}
# Parts of pages that come when they are counted: the page is there without them.
LATER: Mapping[str, Address] = {
    "what costs and lifts most (later)": lambda d: d.at("/overview/effects"),
    "what moved the NPS (later)": lambda d: d.at("/overview/change"),
    "effects of a theme (later)": lambda d: d.at(f"/themes/{d.theme}/effects"),
    "/api/v1/drivers": lambda d: d.at("/api/v1/drivers"),
    "/api/v1/segments": lambda d: d.at("/api/v1/segments"),
}


class TimedStore(Store):
    """A store that knows for how many seconds connections to it were open."""

    seconds = 0.0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read by."""
        began = time.perf_counter()
        try:
            with super().reading() as connection:
                yield connection
        finally:
            self.seconds += time.perf_counter() - began


@dataclass(slots=True)
class Took:
    """Seconds of each request: the first for its view, the same again, and of the first, those with a connection."""

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)


def drawn_pairs(taken: Taken, rng: random.Random) -> list[tuple[str, str]]:
    """Return names and values of a view: of no filter, of one, or of two."""
    [n] = rng.choices((0, 1, 2), weights=(40, 40, 20))
    snapshot = taken.snapshot
    every: dict[str, list[str]] = {name: list(values)[:20] for name, values in snapshot.values.items() if values}
    every |= {SEGMENT + name: list(values)[:20] for name, values in snapshot.segment_values.items()}
    pairs: list[tuple[str, str]] = []
    for name in rng.sample([*every, "time"], n):
        if name != "time":
            pairs.append((name, rng.choice(every[name])))
        elif snapshot.days is not None:
            first, newest = (day.date() for day in snapshot.days)
            n_days = rng.choice(_DAYS)
            end = newest - timedelta(days=rng.randint(0, max(1, (newest - first).days - n_days)))
            pairs += [("from", str(end - timedelta(days=n_days))), ("to", str(end))]
    return pairs


def ask(client: TestClient, store: TimedStore, address: Address, taken: Taken, n_requests: int) -> Took:
    """Return how long a page took each time."""
    rng, took, began = random.Random(0), Took(), time.perf_counter()
    ids = [theme.id for theme in taken.snapshot.themes if not theme.is_hidden]
    while len(took.first) < n_requests and (not took.first or time.perf_counter() - began < MOST_SECONDS):
        drawn = Drawn(drawn_pairs(taken, rng), rng, ids, int(taken.snapshot.ids[-1]))
        path = address(drawn)
        taken.snapshot.forget_parts()
        before = store.seconds
        took.first.append(_seconds(client, path))
        took.queries.append(store.seconds - before)
        took.again.append(_seconds(client, path))
    return took


def _seconds(client: TestClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    took = time.perf_counter() - began
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", help="path of a file, or the address of a PostgreSQL database")
    parser.add_argument("--requests", type=int, default=60, help="of each page")
    parser.add_argument("--only", default="", help="pages that have this in their name")
    given = parser.parse_args()
    with open_store(given.store) as opened:
        store = TimedStore(opened.engine, opened.place)
        app = create_app(store, WebSettings())
        snapshots: Snapshots = app.state.snapshots
        began, cpu = time.perf_counter(), time.process_time()
        taken = snapshots.current()
        print(f"{store.engine.dialect.name}, {taken.snapshot.n_comments:,} comments; taken in "
              f"{time.perf_counter() - began:.1f} s ({time.process_time() - cpu:.1f} s of the processor); load "
              f"{os.getloadavg()[0]:.1f}", flush=True)
        began, cpu = time.perf_counter(), time.process_time()
        _counted_without_filter(taken)
        print(f"figures without a filter in {time.perf_counter() - began:.1f} s ({time.process_time() - cpu:.1f} s of "
              "the processor)\n", flush=True)
        client: Any = TestClient(app, base_url=BASE)
        print("| page | n | queries p50 | p95 | max | first p50 | p95 | max | again p50 | p95 | max |\n"
              "|---|---|---|---|---|---|---|---|---|---|---|")
        for name, address in {**PAGES, **LATER}.items():
            if given.only not in name:
                continue
            _seconds(client, address(Drawn([], random.Random(1), [t.id for t in taken.snapshot.themes], 1)))
            took = ask(client, store, address, taken, given.requests)
            print(f"| {name} | {len(took.first)} | {told(took.queries)} | {told(took.first)} | {told(took.again)} |",
                  flush=True)
        print(f"\nload {os.getloadavg()[0]:.1f}; at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f}"
              " GB of memory")


def _counted_without_filter(taken: Taken) -> None:
    part = taken.snapshot.part(View())
    _ = part.drivers, part.change


if __name__ == "__main__":
    main()
