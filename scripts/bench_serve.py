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
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from bench_pages import PAGES, Drawn, drawn_pairs
from bench_readers import write_export
from bench_store import told

from cx_text.snapshots import Snapshots, Taken
from cx_text.store.opening import open_store

_ASKED = ("overview", "themes", "a theme", "comments", "a comment", "search, a middling word", "cases")
_MAIN = ("-c", "from cx_text.cli.main import main; main()")
_ALONE_SECONDS = 20


class Clicking:
    """Threads that ask for pages until they are told to stop.

    Args:
        base: Address of the server.
        taken: What addresses are drawn from.
        n_readers: Threads.
        pause: Seconds between two pages of one of them, at the mean.
    """

    def __init__(self, base: str, taken: Taken, n_readers: int, pause: float) -> None:
        self.took: list[float] = []
        self.errors: list[str] = []
        self._base, self._taken, self._pause = base, taken, pause
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._click, args=(number,)) for number in range(n_readers)]

    def during(self, wait: Callable[[], object]) -> None:
        """Ask until `wait` returns."""
        for thread in self._threads:
            thread.start()
        try:
            wait()
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()

    def _click(self, number: int) -> None:
        rng = random.Random(number)
        ids = [theme.id for theme in self._taken.snapshot.themes]
        with httpx.Client(base_url=self._base, timeout=120) as client:
            while not self._stop.wait(rng.uniform(0, 2 * self._pause)):
                drawn = Drawn(drawn_pairs(self._taken, rng), rng, ids, int(self._taken.snapshot.ids[-1]))
                path = PAGES[rng.choice(_ASKED)](drawn)
                began = time.perf_counter()
                try:
                    status = str(client.get(path).status_code)
                except httpx.HTTPError as error:
                    status = repr(error)
                self.took.append(time.perf_counter() - began)
                if status != "200":
                    self.errors.append(f"{status} {path}")


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
                readers, began = Clicking(base, taken, given.readers, given.pause), time.perf_counter()
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
