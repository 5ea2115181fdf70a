"""What tools push: who may, by the signature of what they send, and into which source of the recipe it goes.

`signed` is the dependency of routes that are asked by programs without an account; see `cx_text.web.people`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

from fastapi import HTTPException
from starlette.requests import Request

from cx_text.backends.base import PiiFinder
from cx_text.backends.opening import Models
from cx_text.config import Recipe, SourceEntry
from cx_text.errors import ConfigError
from cx_text.receiving import Look, Received, Reception
from cx_text.sources.platforms.base import PlatformError, UnreadableRecord
from cx_text.sources.platforms.opening import open_platform
from cx_text.sources.platforms.signatures import is_signed
from cx_text.sources.platforms.webhook import Webhook
from cx_text.store import jobs
from cx_text.store.collections import keep_standing, standing_of
from cx_text.store.database import Store

PUSHED = "pushed"  # a part of its own, so that a source of the same name can also be asked
NOT_SIGNED = "The signature is missing, wrong or too old."


class PushedSource:
    """One source that is sent: what comes is masked and stored, one push after the other.

    Args:
        store: Where to.
        platform: Reads what is pushed.
        models: Of the recipe; they find personal data. None: nothing is masked.
        lock: Held while models are opened, by all sources of a recipe.
    """

    def __init__(self, store: Store, platform: Webhook, models: Models | None, lock: threading.Lock) -> None:
        self._store, self._platform, self._models, self._opening = store, platform, models, lock
        self._reception = Reception(store, platform, "webhook", None if models is None else self._finder)
        self._lock = threading.Lock()

    def is_from_sender(self, request: Request, body: bytes) -> bool:
        """Return whether what came was signed with this source's secret."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        return is_signed(self._platform.options.signature, self._platform.secrets["secret"], headers, body,
                         datetime.now(UTC))

    def take(self, body: bytes) -> dict[str, int]:
        """Store what was pushed, and return how many records came and what became of them; call it in a thread.

        All that came on one day (UTC) is one import. Comments that are new or changed are read by a job.

        Raises:
            HTTPException: 422, it cannot be read.
            OutputError: The store cannot be written to.
        """
        with self._lock:
            try:
                portion = self._reception.read(self._platform.records(body))
            except UnreadableRecord as error:
                raise HTTPException(422, f"{error}.") from None
            except PlatformError as error:
                raise HTTPException(422, error.what) from None
            now = datetime.now(UTC)
            with self._store.writing() as connection:
                standing = standing_of(connection, self._platform.source, PUSHED)
                is_today = standing.started_at is not None and standing.started_at.date() == now.date()
                look = Look(standing.started_at if is_today and standing.started_at else now,
                            standing.import_id if is_today else None, Counter(standing.counts if is_today else {}))
                before = Counter(look.counts)
                self._reception.put(connection, portion, look)
                came = {name.value: look.counts[name.value] - before[name.value] for name in Received}
                keep_standing(connection, replace(
                    standing, counts=dict(look.counts), import_id=look.import_id, started_at=look.began_at,
                    finished_at=now, error=None))
                if came[Received.NEW.value] or came[Received.CHANGED.value]:
                    jobs.ask(connection, "retag", {"only_waiting": True}, f"source {self._platform.source}")
        return {"fetched": sum(came.values()), **came}

    def close(self) -> None:
        """Close the platform."""
        self._platform.close()

    def _finder(self) -> PiiFinder:
        assert self._models is not None  # noqa: S101  for the type checker: else nothing asks for it
        with self._opening:  # it is opened once
            return self._models.pii


@dataclass(frozen=True, slots=True)
class Push:
    """What a tool sent, whose signature was right."""

    source: PushedSource
    body: bytes


def pushed_sources(store: Store, recipe: Recipe, environment: Mapping[str, str]) -> dict[str, PushedSource]:
    """Return the sources of a recipe that are sent, by name.

    Args:
        store: Where what comes is stored.
        recipe: Names the sources, and what is masked.
        environment: Holds the secrets.

    Raises:
        ConfigError: It has none, an option is wrong, or a secret is missing.
    """
    entries = [entry for entry in recipe.sources if entry.platform == "webhook"]
    if not entries:
        raise ConfigError(f"the recipe {recipe.name!r} has no source that is sent",
                          next='Add one with platform = "webhook", or leave out --recipe')
    models, lock = Models(recipe) if recipe.privacy.redact else None, threading.Lock()
    with ExitStack() as stack:
        opened = {entry.name: _opened(stack, entry, environment, recipe) for entry in entries}
        sources = {name: PushedSource(store, platform, models, lock) for name, platform in opened.items()}
        stack.pop_all()
    return sources


async def signed(request: Request, name: str) -> Push:
    """Return what was sent to a source, by who knows its secret. For `Depends`.

    Raises:
        HTTPException: 404, there is no such source; 401, it is not signed as agreed.
    """
    source = cast("Mapping[str, PushedSource]", request.app.state.pushed).get(name)
    if source is None:
        raise HTTPException(404, "Nothing is taken here.")
    body = await request.body()
    if not source.is_from_sender(request, body):
        raise HTTPException(401, NOT_SIGNED)
    return Push(source, body)


def _opened(stack: ExitStack, entry: SourceEntry, environment: Mapping[str, str], recipe: Recipe) -> Webhook:
    return cast("Webhook", stack.enter_context(closing(open_platform(entry, environment, recipe.spellings))))
