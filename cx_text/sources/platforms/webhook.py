"""Tools that push what customers say, and people's own programs: signed JSON, sent to `cx-text serve --recipe`.

Records are read by the platform that they come from, or have the form of `generic`:

    {"id": "R-1", "text": "…", "score": 9, "rating": 4, "rating_scale": "1-5", "received_at": "2026-03-01T10:00:00Z",
     "author": "c-17", "question": "Why?", "segments": {"plan": "Plus"}, "url": "https://…"}
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, NoReturn

from pydantic import Field

from cx_text.config import SourceEntry
from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import (
    Page,
    Place,
    Platform,
    PlatformError,
    PlatformOptions,
    Raw,
    Record,
    UnreadableRecord,
    found,
    key_in,
    table_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.opening import open_platform
from cx_text.sources.scores import parse_rating_scale

_LONGEST_ID = 300  # characters
# Where a push holds its record, and how a push without one looks, such as a test that somebody asked for.
_INSIDE = {"typeform": "form_response", "formbricks": "data", "delighted": "event_data", "zendesk": "detail",
           "intercom": "data.item"}
_EMPTY = {("event_type", "form_response_partial"), ("event", "testEndpoint"), ("topic", "ping")}


class WebhookOptions(PlatformOptions):
    """What a recipe says of a tool that pushes."""

    reads: Literal["typeform", "formbricks", "delighted", "zendesk", "intercom", "generic"] = "generic"
    """Which platform's records are pushed."""
    signature: Literal["cx_text", "standard", "typeform", "zendesk", "intercom", "github"] = "cx_text"
    """How they are signed."""
    options: dict[str, Any] = Field({})
    """What that platform has to be told, as in a source of its own."""


class Webhook(Platform):
    """One tool. Nothing is asked: it sends."""

    options_type = WebhookOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"secret": "CX_TEXT_WEBHOOK_SECRET"}

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        reads, self._reader = self.options.reads, None
        if reads != "generic":
            entry = SourceEntry.model_validate({**self.options.options, "name": self.source, "platform": reads})
            self._reader = self.keep(open_platform(entry, None, self.brands))
        elif self.options.options:
            raise ConfigError("records of the generic form have no options", where=f"source {self.source!r}")
        if self.options.signature == "standard" and not _is_base64(self.secrets["secret"].removeprefix("whsec_")):
            raise ConfigError("the secret of a Standard Webhook is not as it was given",
                              where=f"source {self.source!r}", next="Copy all of it: whsec_ and what follows")

    def parts(self) -> tuple[str, ...]:
        """Return none: there is nothing to look through."""
        return ()

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Refuse, since nothing can be asked.

        Raises:
            PlatformError: Always.
        """
        del part, since, place
        raise PlatformError("nothing can be asked of it: it sends", where=self.source)

    def records(self, body: bytes) -> list[Raw]:
        """Return the records in what was pushed, as the platform's `page` would give them; none in a mere test.

        Raises:
            UnreadableRecord: It is no JSON, or holds no records.
        """
        try:
            whole = json.loads(body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise UnreadableRecord("the body is no JSON") from None
        if self._reader is None:
            raws = whole if isinstance(whole, list) else [whole]
        else:
            if isinstance(whole, dict) and any(whole.get(name) == value for name, value in _EMPTY):
                return []
            raws = [found(whole, _INSIDE[self.options.reads])] if isinstance(whole, dict) else [None]
        if not all(isinstance(raw, dict) for raw in raws):
            raise UnreadableRecord("the body holds no records")
        try:
            return [_with_author(raw) if self._reader is None else self._reader.pushed(raw) for raw in raws]
        except (AttributeError, KeyError, TypeError, UnreadableRecord):
            raise UnreadableRecord("the record has not the form that is documented") from None

    def read(self, raw: Raw) -> Record:
        """Return what is in a record, as the platform that it comes from reads it."""
        return self._reader.read(raw) if self._reader is not None else self._generic(raw)

    def _generic(self, raw: Raw) -> Record:
        key, at, words = key_in(raw, "id"), time_in(raw, "received_at"), words_in(raw, "text")
        if len(key) > _LONGEST_ID:
            raise UnreadableRecord(f"id has more than {_LONGEST_ID} characters")
        nps_score, scale = whole_in(raw, "score", 0, 10), None
        if found(raw, "rating") is not None:
            try:
                scale = parse_rating_scale(words_in(raw, "rating_scale"))
            except ConfigError:
                raise UnreadableRecord('rating_scale is no scale such as "1-5"') from None
        rating = whole_in(raw, "rating", scale.lowest, scale.highest) if scale else None
        if not words.strip() and nps_score is None and rating is None:
            return Record(key, at, why_skipped="no words, no score and no rating")
        segments = {str(name): str(value) for name, value in table_in(raw, "segments").items()
                    if isinstance(value, str | int | float) and str(value)}
        author, url = found(raw, "author"), words_in(raw, "url")
        return Record(key, at, (self.comment(
            key, words, received_at=at, question=words_in(raw, "question") or None, nps_score=nps_score, rating=rating,
            rating_scale=scale, segments=segments, author=None if author in (None, "") else key_in(raw, "author"),
            url=url if url.startswith(("https://", "http://")) else None),))


def _with_author(raw: Raw) -> Raw:
    """Return a record with the author's key as words, which a pseudonym can replace."""
    author = raw.get("author")
    return {**raw, "author": str(author)} if isinstance(author, int) else raw


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity, which JSON does not have


def _is_base64(secret: str) -> bool:
    try:
        return bool(base64.b64decode(secret, validate=True)) or not secret
    except (binascii.Error, ValueError):
        return False
