"""Threads that ask until they are told to stop, for the benchmarks of a store that is read while it is written."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

Ask = Callable[[random.Random], str | None]


class Readers:
    """Asks from many threads at once; `took` has the seconds of each question, `errors` what failed.

    Args:
        makers: One a thread: makes what asks once, with a generator of the thread's own, and returns what was wrong.
        pause: Seconds between two questions of one thread, at the mean.
    """

    def __init__(self, makers: list[Callable[[], Ask]], pause: float) -> None:
        self.took: list[float] = []
        self.errors: list[str] = []
        self._pause, self._stop = pause, threading.Event()
        self._threads = [threading.Thread(target=self._go, args=(number, make)) for number, make in enumerate(makers)]

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

    def _go(self, number: int, make: Callable[[], Ask]) -> None:
        rng, ask = random.Random(number), make()
        while not self._stop.wait(rng.uniform(0, 2 * self._pause)):
            began = time.perf_counter()
            try:
                fault = ask(rng)
            except Exception as error:  # noqa: BLE001  they are counted
                fault = repr(error)
            self.took.append(time.perf_counter() - began)
            if fault is not None:
                self.errors.append(fault)
