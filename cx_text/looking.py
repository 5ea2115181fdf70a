"""One look at one part of a source: page after page from where the last look ended, politely, and never twice.

What a look remembers between pages is its cursor:

    until    newest time that an ended look has seen; the next one begins `lag` before it
    since    where the look that is under way began
    place    where its next page begins, as the platform names it
    newest   newest time that it has seen
    n_stuck  looks that ended at the same place with an error that was to pass
"""

from __future__ import annotations

import random
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from cx_text.errors import CxTextError
from cx_text.receiving import Look, Reception
from cx_text.sources.platforms.base import Page, Place, PlaceGone, Platform, PlatformError
from cx_text.store.collections import Standing, keep_standing, standing_of
from cx_text.store.database import Store

TRIES = 5  # of one page
PATIENCE_SECONDS = 120.0  # a platform that asks for more is left alone until then
_LONGEST_PAUSE_SECONDS = 60.0
_MOST_STUCK = 3  # looks that end at one place before the look begins anew


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, and how to wait: tests have another one."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


def ask(clock: Clock, question: Callable[[], Any], *, tries: int | None = None) -> Any:
    """Return what a platform answers; errors that may pass are tried again, five times in all unless said otherwise.

    Between two tries it waits as long as the platform asks for, else 1, 2, 4, 8 s and up to as much again at random, so
    that many who were refused together do not come back together.

    Raises:
        PlatformError: It is permanent, it did not pass, or the platform asks for more than two minutes.
    """
    return Retrying(retry=retry_if_exception(_may_pass), stop=stop_after_attempt(tries or TRIES), wait=_wait_seconds,
                    sleep=clock.sleep, reraise=True)(question)


def asked_page(clock: Clock, platform: Platform, part: str, since: datetime | None, place: Place,
               tries: int | None = None) -> Page:
    """Return a page of a platform; as `ask`. What nobody foresaw is an error of the platform, too.

    Raises:
        PlatformError: As by `ask`.
    """
    def question() -> Page:
        try:
            return platform.page(part, since, place)
        except CxTextError:
            raise
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            raise PlatformError(f"the answer has a form that nobody foresaw ({type(error).__name__} in "
                                f"{Path(at.filename).name}, line {at.lineno})") from error

    return cast("Page", ask(clock, question, tries=tries))


def _may_pass(error: BaseException) -> bool:
    return (isinstance(error, PlatformError) and not error.permanent
            and (error.retry_after_seconds or 0) <= PATIENCE_SECONDS)


def _wait_seconds(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after_seconds if isinstance(error, PlatformError) else None
    usual = min(_LONGEST_PAUSE_SECONDS, 2.0 ** (state.attempt_number - 1))
    return (usual if asked is None else max(asked, 0.1)) * (1 + random.random() * (1 if asked is None else 0.1))  # noqa: S311


def look_over(store: Store, platform: Platform, part: str, reception: Reception, clock: Clock,
              told: Callable[[int], None], *, tries: int | None = None) -> Standing:
    """Look at one part of a source, and return how far it is then, with what went wrong.

    What came before an error is stored. A part whose platform asked to be left alone until later is not looked at.

    Args:
        store: Where to.
        platform: The source.
        part: One of its parts.
        reception: Stores what comes.
        clock: The time.
        told: Given how many records have been fetched.
        tries: Of one page; five when not given.
    """
    with store.reading() as connection:
        standing = standing_of(connection, platform.source, part)
    if standing.not_before is not None and standing.not_before > clock.now():
        return replace(standing, counts={})
    one = _Look(store, platform, part, reception, clock, standing, tries)
    try:
        one.go(told)
    except PlatformError as error:
        one.stop(error)
    return one.standing


def beginning(platform: Platform, standing: Standing) -> datetime | None:
    """Return the time from which the next look at a part of a source asks for records; None: for all."""
    until = _time(standing.cursor.get("until"))
    start_at: datetime | None = platform.options.start_at
    if until is None:
        return start_at if start_at is None or start_at.tzinfo else start_at.replace(tzinfo=UTC)
    days = platform.options.lag_days
    return until - (platform.lag if days is None else timedelta(days=days))


class _Look:
    """A look while it goes on."""

    def __init__(self, store: Store, platform: Platform, part: str, reception: Reception, clock: Clock,
                 standing: Standing, tries: int | None) -> None:
        self._store, self._platform, self._part, self._tries = store, platform, part, tries
        self._reception, self._clock = reception, clock
        cursor = dict(standing.cursor)
        is_new = cursor.get("place") is None
        began_at = clock.now() if is_new or standing.started_at is None else standing.started_at
        if is_new:
            since = _text(beginning(platform, standing))
            cursor = {"until": cursor.get("until"), "since": since, "place": None, "newest": cursor.get("until")}
        self.cursor = cursor
        self.look = Look(began_at, None if is_new else standing.import_id,
                         Counter() if is_new else Counter(standing.counts))
        self.standing = replace(standing, started_at=began_at, not_before=None, error=None)

    def go(self, told: Callable[[int], None]) -> None:
        """Read and store page after page."""
        is_anew = False
        while True:
            since = _time(self.cursor["since"])
            try:
                page = asked_page(self._clock, self._platform, self._part, since, self.cursor["place"], self._tries)
            except PlaceGone:
                if is_anew or self.cursor["place"] is None:
                    raise
                self.cursor["place"], is_anew = None, True
                continue
            is_last = self._take(page, since)
            told(self.look.n_fetched)
            if is_last:
                return

    def stop(self, error: PlatformError) -> None:
        """Write down why the look stopped. It goes on at the same place where that may pass, else begins anew."""
        asked = error.retry_after_seconds or 0
        self.cursor["n_stuck"] = self.cursor.get("n_stuck", 0) + (asked == 0)
        if error.permanent or self.cursor["n_stuck"] >= _MOST_STUCK:
            self.cursor |= {"place": None, "n_stuck": 0}
        not_before = self._clock.now() + timedelta(seconds=asked) if asked > PATIENCE_SECONDS else None
        with self._store.writing() as connection:
            keep_standing(connection, self._now(error=str(error), not_before=not_before))

    def _take(self, page: Page, since: datetime | None) -> bool:
        """Store a page and where the next one begins, and return whether it was the last."""
        portion = self._reception.read(page.raws)
        is_last = page.next_place is None or (
            self._platform.is_newest_first and since is not None and bool(portion.times)
            and max(portion.times) < since)
        if not is_last and page.next_place == self.cursor["place"]:
            raise PlatformError("the platform gives the same page again and again", where=self._platform.source)
        # Clocks differ: nothing that will be written from now on may seem older than what was seen.
        seen = [_time(self.cursor["newest"]), *(min(at, self.look.began_at) for at in portion.times)]
        newest = max((at for at in seen if at is not None), default=None)
        self.cursor |= {"newest": _text(newest), "place": page.next_place, "n_stuck": 0}
        if is_last:
            self.cursor |= {"until": self.cursor["newest"], "place": None, "since": None}
        with self._store.writing() as connection:
            self._reception.put(connection, portion, self.look)
            keep_standing(connection, self._now(**({"finished_at": self._clock.now()} if is_last else {})))
        return is_last

    def _now(self, **more: Any) -> Standing:
        self.standing = replace(self.standing, cursor=self.cursor, counts=dict(self.look.counts),
                                import_id=self.look.import_id, **more)
        return self.standing


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(at: datetime | None) -> str | None:
    return None if at is None else (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
