"""How long the questions that pages ask of a large store take.

    python scripts/make_store.py big.sqlite3
    python scripts/bench_store.py big.sqlite3

Each question is asked 200 times, or for ten seconds, with other seeded arguments. First cold: by a new connection, and
where the store is a file of this machine, with none of it in memory (PostgreSQL keeps its own memory, so that there
only the connection is new). Then all of them again, warm. One table is printed. A new question is one function here
with `@question`.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from cx_text.store.contents import contents, n_of_sources
from cx_text.store.database import Store
from cx_text.store.opening import open_store
from cx_text.store.reading import comment_of, comments_of
from cx_text.store.runs import opinions_after
from cx_text.store.searching import search_words
from cx_text.store.tables import opinions, runs

PAGE = 50
MOST_SECONDS = 10  # for one question
# What `make_store.py` writes into some 30, 6,000 and 60,000 to 300,000 of a million comments.
WORDS = {"rare": ("Penminster", "Rushminster", "Pendale"), "middling": ("mouldy", "stutters", "scroll"),
         "very common": ("time", "never", "month")}


@dataclass(frozen=True, slots=True)
class Facts:
    """What arguments are drawn from."""

    run_id: int
    last_id: int
    theme_ids: Sequence[str]


Question = Callable[[Connection, random.Random, Facts], Any]
QUESTIONS: dict[str, Question] = {}


def question(name: str) -> Callable[[Question], Question]:
    """Add a question by its name in the table. It draws its arguments from the generator that it is given."""
    def add(asked: Question) -> Question:
        QUESTIONS[name] = asked
        return asked
    return add


@question("a comment with its tags and opinions")
def _one(connection: Connection, rng: random.Random, facts: Facts) -> Any:
    return comment_of(connection, rng.randint(1, facts.last_id), facts.run_id)


@question("50 comments with theirs")
def _page(connection: Connection, rng: random.Random, facts: Facts) -> Any:
    return comments_of(connection, rng.sample(range(1, facts.last_id + 1), PAGE), facts.run_id)


@question("comments of each source")
def _sources(connection: Connection, rng: random.Random, facts: Facts) -> Any:
    del rng, facts
    return n_of_sources(connection)


def _found(kind: str) -> Question:
    def ask(connection: Connection, rng: random.Random, facts: Facts) -> Any:
        del facts
        return search_words(connection, rng.choice(WORDS[kind]))
    return ask


for _kind in WORDS:
    QUESTIONS[f"search for a {_kind} word"] = _found(_kind)


@question("50 opinions of a theme, as jobs take them")
def _theme(connection: Connection, rng: random.Random, facts: Facts) -> Any:
    return opinions_after(connection, facts.run_id, 0, PAGE, theme_ids=[rng.choice(facts.theme_ids)])


def facts_of(store: Store) -> Facts:
    """Return what arguments are drawn from: the run in use, its comments and its themes."""
    with store.reading() as connection:
        run_id, last_id = connection.execute(select(runs.c.id, runs.c.read_upto).where(runs.c.is_current)).one()
        themes = connection.execute(select(opinions.c.theme_id).where(
            opinions.c.run_id == run_id, opinions.c.theme_id.is_not(None)).distinct()).scalars().all()
    return Facts(run_id, last_id, sorted(themes))


def measure(store: Store, asked: Question, facts: Facts, *, n_asked: int, is_cold: bool) -> list[float]:
    """Return how many seconds a question took each time."""
    rng, took, began_at = random.Random(0), [], time.perf_counter()
    while len(took) < n_asked and time.perf_counter() - began_at < MOST_SECONDS:
        if is_cold:
            store.engine.dispose()
            _leave_memory(store)
        began = time.perf_counter()
        with store.reading() as connection:
            asked(connection, rng, facts)
        took.append(time.perf_counter() - began)
    return took


def _leave_memory(store: Store) -> None:
    if store.is_sqlite:
        file = os.open(Path(store.place), os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def told(seconds: Sequence[float]) -> str:
    """Return median, 95th percentile and longest in milliseconds, as cells of a table."""
    ordered = sorted(seconds)
    return " | ".join(f"{1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]:,.1f}"
                      for share in (0.5, 0.95, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", help="path of a file, or the address of a PostgreSQL database")
    parser.add_argument("--times", type=int, default=200)
    given = parser.parse_args()
    with open_store(given.store) as store:
        facts, held = facts_of(store), contents(store)
        print(f"{store.engine.dialect.name}, {sum(held.sources.values()):,} comments, {held.n_bytes / 1e9:.2f} GB; "
              "milliseconds\n")
        print("| question | cold p50 | p95 | max | warm p50 | p95 | max |\n|---|---|---|---|---|---|---|")
        for name, asked in QUESTIONS.items():
            cold, warm = (measure(store, asked, facts, n_asked=given.times, is_cold=is_cold)
                          for is_cold in (True, False))
            print(f"| {name} | {told(cold)} | {told(warm)} |", flush=True)


if __name__ == "__main__":
    main()
