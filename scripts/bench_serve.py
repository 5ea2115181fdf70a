"""How long readers wait for the pages of a large store while an import writes into it.

    python scripts/make_store.py big.sqlite3
    python scripts/bench_serve.py big.sqlite3

`cx-text serve` runs as a process of its own, and 50 threads here ask it for pages of `bench_pages.py` over HTTP, each
with a pause, like people who click: first alone, then while another process imports a made export of new comments,
which stays in the store. The memory that the server had at most is printed, too.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from bench_pages import PAGES, Drawn, drawn_pairs
from bench_readers import write_export
from bench_store import told
from many_readers import Ask, Readers

from cx_text.snapshots import Snapshots, Taken
from cx_text.store.opening import open_store

_ASKED = ("overview", "themes", "a theme", "comments", "a comment", "search, a middling word", "cases")
_MAIN = ("-c", "from cx_text.cli.main import main; main()")
_ALONE_SECONDS = 20


def clicking(base: str, taken: Taken) -> Ask:
    """Return what asks a server for one of the pages, with filters drawn anew each time."""
    ids = [theme.id for theme in taken.snapshot.themes]
    client = httpx.Client(base_url=base, timeout=120)

    def ask(rng: random.Random) -> str | None:
        drawn = Drawn(drawn_pairs(taken, rng), rng, ids, int(taken.snapshot.ids[-1]))
        path = PAGES[rng.choice(_ASKED)](drawn)
        status = client.get(path).status_code
        return None if status == 200 else f"{status} {path}"
    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", help="path of a file, or the address of a PostgreSQL database")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000, help="of the export that is imported")
    parser.add_argument("--pause", type=float, default=10.0, help="seconds between two pages of a reader, at the mean")
    given = parser.parse_args()
    with open_store(given.store) as store:
        taken, name = Snapshots(store).current(), store.engine.dialect.name
    server = subprocess.Popen([sys.executable, *_MAIN, "serve", "--store", given.store, "--port", "0"],
                              stdout=subprocess.PIPE, text=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            base = next(found[1] for line in server.stdout or () if (found := re.match(r"Page: (\S+)", line)))
            path = Path(folder) / "made.csv"
            write_export(path, given.rows)
            began = time.perf_counter()
            httpx.get(base, timeout=600).raise_for_status()
            httpx.get(f"{base}/overview/change", timeout=600).raise_for_status()
            print(f"{given.readers} readers on {name}, {given.pause} s between pages; first pages after "
                  f"{time.perf_counter() - began:.0f} s; load {os.getloadavg()[0]:.1f}\n")
            print("| | seconds | pages | errors | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|---|---|")
            words = ("import", path, "--store", given.store, "--source", "made", "--keep-personal-data")
            for title, wait in (
                    ("alone", lambda: time.sleep(_ALONE_SECONDS)),
                    (f"import of {given.rows:,} rows", lambda: subprocess.run(
                        [sys.executable, *_MAIN, *map(str, words)], check=True, capture_output=True))):
                readers = Readers([lambda: clicking(base, taken)] * given.readers, given.pause)
                began = time.perf_counter()
                readers.during(wait)
                print(f"| {title} | {time.perf_counter() - began:.1f} | {len(readers.took):,} | {len(readers.errors)} "
                      f"| {told(readers.took)} |", flush=True)
                print(*sorted(set(readers.errors))[:3], sep="\n", file=sys.stderr)
            peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text("ascii"))
            most = f"{int(peak[1]) / 1e6:.2f} GB" if peak else "?"
            print(f"\nload {os.getloadavg()[0]:.1f}; the server had at most {most}")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
