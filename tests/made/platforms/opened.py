"""A platform that asks its local server, for as long as a block lasts; and what a test looks at."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from made.platforms.base import FakePlatform

from cx_text.sources.platforms.base import Platform


@contextmanager
def opened(fake: FakePlatform, brands: tuple[str, ...] | None = None, **options: Any) -> Iterator[Platform]:
    """Give the source "src" of a server, as `FakePlatform.opened`."""
    with closing(fake.opened(brands, **options)) as platform:
        yield platform


def count_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list of how long this thread sleeps from now on; it does not. Servers have threads of their own."""
    slept, sleep, here = list[float](), time.sleep, threading.current_thread()
    monkeypatch.setattr(time, "sleep", lambda seconds: (
        slept.append(seconds) if threading.current_thread() is here else sleep(seconds)))
    return slept


def records(platform: Platform, part: str | None = None) -> list[Any]:
    """Return what is in the records of the first page of a part, the first one when none is given."""
    page = platform.page(platform.parts()[0] if part is None else part, None, None)
    return [platform.read(raw) for raw in page.raws]
