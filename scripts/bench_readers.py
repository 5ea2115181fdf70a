"""How long readers wait while an import writes: many at once, each with a question and a pause, like people who click.

    python scripts/make_store.py big.sqlite3
    python scripts/bench_readers.py big.sqlite3

The questions are those of `bench_store.py` that a page asks, and counts. Readers are threads of one process, as those
of the web page are. First they ask alone, then while another process imports a made export of new comments into the
same store; the import's own time is printed, too. The import stays in the store.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench_import import COLUMNS, rows
from bench_store import QUESTIONS, Facts, facts_of, told
from many_readers import Ask, Readers

from cx_text.store.database import Store
from cx_text.store.opening import open_store

ASKED = ("a comment with its tags and opinions", "50 comments with theirs", "search for a middling word",
         "search for a rare word")
ALONE_SECONDS = 10


def asking(store: Store, facts: Facts) -> Ask:
    """Return what asks one of the questions, drawn anew each time."""
    def ask(rng: random.Random) -> None:
        with store.reading() as connection:
            QUESTIONS[rng.choice(ASKED)](connection, rng, facts)
    return ask


def write_export(path: Path, n_rows: int) -> None:
    """Write an export of so many rows, whose ids no other has."""
    start = time.time_ns()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((f"{start}-{own_id}", *rest) for own_id, *rest in islice(rows(), n_rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", help="path of a file, or the address of a PostgreSQL database")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--rows", type=int, default=50_000, help="of the export that is imported")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two questions, at the mean")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_store(given.store) as store:
        path = Path(folder) / "made.csv"
        write_export(path, given.rows)
        facts = facts_of(store)

        def import_it() -> None:
            words = ("import", path, "--store", given.store, "--source", "made", "--keep-personal-data")
            subprocess.run([sys.executable, "-c", "from cx_text.cli.main import main; main()", *map(str, words)],
                           check=True, capture_output=True)

        print(f"{given.readers} readers on {store.engine.dialect.name}, {given.pause} s between questions\n")
        print("| | seconds | questions | errors | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|---|---|")
        for title, wait in (("alone", lambda: time.sleep(ALONE_SECONDS)),
                            (f"import of {given.rows:,} rows", import_it)):
            readers = Readers([lambda: asking(store, facts)] * given.readers, given.pause)
            began = time.perf_counter()
            readers.during(wait)
            print(f"| {title} | {time.perf_counter() - began:.1f} | {len(readers.took):,} | {len(readers.errors)} "
                  f"| {told(readers.took)} |", flush=True)


if __name__ == "__main__":
    main()
