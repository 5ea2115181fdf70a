"""A platform that asks its local server and waits for nobody, for as long as a block lasts."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from unittest.mock import patch

from made.platforms.base import FakePlatform

from cx_text.config import SourceEntry
from cx_text.sources.platforms.base import Platform
from cx_text.sources.platforms.opening import open_platform


@contextmanager
def opened(fake: FakePlatform, environment: dict[str, str] | None = None, **options: Any) -> Iterator[Platform]:
    """Give the source "src" of a server, with other options than the usual ones."""
    entry = SourceEntry.model_validate({"name": "src", **fake.entry, **options})
    with (patch("cx_text.sources.platforms.http.Http._wait", lambda self: None),
          closing(open_platform(entry, fake.secrets if environment is None else environment)) as platform):
        yield platform
