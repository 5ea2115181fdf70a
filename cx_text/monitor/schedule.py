"""A look again and again: without overlap, once after a sleep, and to its end when somebody asks to stop."""

from __future__ import annotations

import importlib
import logging
import os
import re
import signal
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

from cx_text.errors import ConfigError, CxTextError, MissingExtra

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(days=31)


def parse_every(words: str) -> timedelta:
    """Return how long "15m", "2h" or "1d" is.

    Raises:
        ConfigError: It is none of these, shorter than a minute or longer than a month.
    """
    found = re.fullmatch(r"(\d{1,5})\s*([mhd])", words.strip().lower())
    if found is None:
        raise ConfigError(f"{words!r} is no length of time", next="Write it as 15m, 2h or 1d")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not _SHORTEST <= length <= _LONGEST:
        raise ConfigError(f"{words!r} is shorter than a minute or longer than 31 days",
                          next="Write it as 15m, 2h or 1d")
    return length


def repeat(every: timedelta, look: Callable[[], object], say: Callable[[str], None]) -> None:
    """Look at once, and then again and again until the process is asked to stop (SIGTERM, or Ctrl-C).

    A look that takes longer than the time between two is not made twice at once. After a sleep of the machine one look
    catches up. A look that fails is said, and the next one comes all the same. The look that is under way ends first; a
    second Ctrl-C stops it.

    Args:
        every: The time between the beginnings of two looks.
        look: Looks once.
        say: Told in one line what went wrong.

    Raises:
        MissingExtra: The library for it is not installed.
    """
    try:
        background = importlib.import_module("apscheduler.schedulers.background")
    except ImportError:
        raise MissingExtra("looking again and again needs the APScheduler library, which is not installed",
                           next="Run: pip install 'cx-text[watch]', or let cron look: docs/deploying.md") from None
    stop = threading.Event()

    def once() -> None:
        try:
            look()
        except CxTextError as error:
            say(f"Error: {error}")
        except Exception as error:  # noqa: BLE001  else the library would log its message, which may hold customers' words
            place = traceback.extract_tb(error.__traceback__)[-1]
            say(f"Error: the look broke ({type(error).__name__} at {place.filename}:{place.lineno})")
            if os.environ.get("CX_TEXT_DEBUG"):
                traceback.print_exception(error)

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    logging.getLogger("apscheduler").addHandler(logging.NullHandler())  # a look that takes long is no warning
    scheduler = background.BackgroundScheduler(timezone=UTC)
    scheduler.add_job(once, "interval", seconds=every.total_seconds(), next_run_time=datetime.now(UTC), max_instances=1,
                      coalesce=True, misfire_grace_time=None)
    scheduler.start()
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)
        for number, handler in before.items():
            signal.signal(number, handler)
