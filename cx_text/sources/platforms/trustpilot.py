"""Trustpilot: public reviews of one company, by the Business Units API and the Service Reviews API.

https://developers.trustpilot.com/business-units-api and https://developers.trustpilot.com/service-reviews-api.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, NoReturn, Self

from pydantic import model_validator

from cx_text.comment import RatingScale
from cx_text.sources.platforms.base import (
    Page,
    Place,
    Platform,
    PlatformError,
    PlatformOptions,
    Raw,
    Record,
    found,
    key_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, refused

_STARS = RatingScale(1, 5)
_COUNTRY = re.compile(r"(?:^|, *)([A-Z]{2})$")
_SEGMENTS = {"country": "country", "language": "language", "verification": "reviewVerificationLevel",
             "location": "location.name"}


class TrustpilotOptions(PlatformOptions):
    """What a recipe says of a company on Trustpilot."""

    domain: str | None = None
    """The company's domain, as in the address of its page: "example.com"."""
    business_unit: str | None = None
    """The company's id, where it is known; instead of the domain."""
    languages: tuple[str, ...] = ()
    """Reviews in these languages (ISO 639-1) alone; all when not given."""
    segments: tuple[Literal["country", "language", "verification", "location"], ...] = ("country", "language")
    """What groups customers."""

    @model_validator(mode="after")
    def _names_a_company(self) -> Self:
        if (self.domain is None) == (self.business_unit is None):
            raise ValueError("say either domain or business_unit")
        return self


class _NotThere(PlatformError):  # noqa: N818  says what it is
    """Trustpilot knows no such thing."""


class _Http(Http):
    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        del body
        error = refused(status, headers, url)
        raise _NotThere(error.what, where=error.where, next=error.next) if status in (404, 410) else error


class Trustpilot(Platform):
    """One company. Reviews are ordered by when they were written, so changed ones are found within `lag`."""

    options_type = TrustpilotOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"key": "TRUSTPILOT_API_KEY"}
    is_newest_first = True
    lag = timedelta(days=30)
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(_Http(self.options.base_url or "https://api.trustpilot.com",
                                     headers={"apikey": self.secrets["key"]},
                                     pause_seconds=0.36))  # they ask for 833 requests in five minutes at most
        self._unit: str | None = self.options.business_unit

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 reviews, the newest first; without the names of who wrote them."""
        del part, since
        if self._unit is None:
            self._unit = key_in(self._http.get("v1/business-units/find", {"name": self.options.domain}), "id")
        number = place or 1
        body = self._http.get(f"v1/business-units/{self._unit}/reviews", {
            "perPage": self.page_rows, "page": number, "orderBy": "createdat.desc",
            "language": list(self.options.languages) or None})
        reviews = body.get("reviews") or []
        return Page(tuple(_kept(review) for review in reviews), number + 1 if reviews else None)

    def read(self, raw: Raw) -> Record:
        """Return one review, with its stars."""
        key, at, stars = key_in(raw, "id"), time_in(raw, "createdAt"), whole_in(raw, "stars", 1, 5)
        segments = {name: value for name in self.options.segments if (value := words_in(raw, _SEGMENTS[name]))}
        verbatim = words_in(raw, "verbatim")
        if not verbatim.strip() and stars is None:
            return Record(key, at, why_skipped="no words and no stars")
        return Record(key, at, (self.comment(
            key, verbatim, received_at=at, rating=stars, rating_scale=_STARS if stars else None,
            author=words_in(raw, "consumer.id") or None, segments=segments,
            url=f"https://www.trustpilot.com/reviews/{key}"),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which reviews are not public any more; one request each."""
        return frozenset(key for key in keys if self._is_gone(key))

    def _is_gone(self, key: str) -> bool:
        try:
            self._http.get(f"v1/reviews/{key}")
        except _NotThere:
            return True
        return False


def _kept(review: Raw) -> Raw:
    """Return a review with all its words as one and its writer's country, without the writer's name and place.

    Title and text become one here: masked one by one, they might come together otherwise than they were masked as one.
    """
    rest = {name: value for name, value in review.items() if name not in ("title", "text")}
    consumer = found(review, "consumer")
    consumer = consumer if isinstance(consumer, Mapping) else {}
    place = _COUNTRY.search(str(consumer.get("displayLocation") or ""))
    return {**rest, "verbatim": _joined(str(review.get("title") or "").strip(), str(review.get("text") or "")),
            "country": place[1] if place else None,
            "consumer": {name: consumer[name] for name in ("id", "numberOfReviews") if name in consumer}}


def _joined(title: str, text: str) -> str:
    """Return title and text, the title alone where the text repeats it: Trustpilot makes titles from first words."""
    return text if text.strip().startswith(title.rstrip("…. ")) else f"{title}\n{text}".strip()
