"""Play Console: the last week's reviews of an app of your own, by the Android Publisher API.

https://developers.google.com/android-publisher/reply-to-reviews
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final, Literal, NoReturn
from urllib.parse import quote

from pydantic import Field

from cx_text.sources.platforms.base import (
    Page,
    Place,
    PlaceGone,
    Platform,
    PlatformError,
    PlatformOptions,
    Raw,
    Record,
    UnreadableRecord,
    found,
    key_in,
    tables_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, retry_after_seconds
from cx_text.sources.platforms.reviews import STARS, titled
from cx_text.sources.platforms.tokens import GoogleToken

_SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
_FIELDS: Final = {"language": "reviewerLanguage", "version": "appVersionName", "device": "deviceMetadata.productName",
                  "device_class": "deviceMetadata.deviceClass", "android": "androidOsVersion"}
_USED_UP: Final = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"})


class PlayConsoleOptions(PlatformOptions):
    """What a recipe says of an app in the Play Console."""

    app: str = Field(pattern=r"^[A-Za-z]\w*(\.\w+)+$")
    """The app's package name, such as "com.example.app"."""
    segments: tuple[Literal["language", "version", "device", "device_class", "android"], ...] = ("language", "version")
    """What groups customers."""


class PlayConsole(Platform):
    """One app. Who changes a review moves it to the front; removed ones are not told, nor ratings without words."""

    options_type = PlayConsoleOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"service_account": "PLAY_CONSOLE_SERVICE_ACCOUNT"}
    is_newest_first = True
    page_rows = 100

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._token = self.keep(GoogleToken(self.secrets["service_account"], _SCOPE))
        self._http = self.keep(_GoogleHttp(self.options.base_url or "https://androidpublisher.googleapis.com",
                                           pause_seconds=1.0))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 reviews, last changed first, whatever `since` says: the API has no such filter."""
        del part, since
        body = self._http.get(f"androidpublisher/v3/applications/{self.options.app}/reviews",
                              {"maxResults": self.page_rows, "token": place}, headers=self._token.headers()) or {}
        return Page(tuple(_without_name(review) for review in body.get("reviews") or []),
                    found(body, "tokenPagination.nextPageToken") or None)

    def read(self, raw: Raw) -> Record:
        """Return what the customer said last, with its stars; what the company answered is none."""
        key = key_in(raw, "reviewId")
        said = [one["userComment"] for one in tables_in(raw, "comments") if one.get("userComment") is not None]
        if not said:
            return Record(key, None, why_skipped="a review without words of the customer")
        if not isinstance(said[0], Mapping):
            raise UnreadableRecord("userComment is no table")
        at, words = time_in(said[0], "lastModified.seconds"), words_in(said[0], "originalText")
        title, _, body = (words or words_in(said[0], "text")).rpartition("\t")
        known = {name: found(said[0], _FIELDS[name]) for name in self.options.segments}
        segments = {name: str(value) for name, value in known.items() if isinstance(value, str | int) and value}
        return Record(key, at, (self.comment(
            key, titled(title.strip(), body), received_at=at, rating=whole_in(said[0], "starRating", 1, 5),
            rating_scale=STARS, segments=segments,
            url=f"https://play.google.com/store/apps/details?id={self.options.app}&reviewId={quote(key)}"),))


def _without_name(review: Raw) -> Raw:
    """Return a review without its author's name, which is no key: others may have the same."""
    return {name: value for name, value in review.items() if name != "authorName"}


class _GoogleHttp(Http):
    """Google says 400 of a page's token that is too old, and 403 where a quota is used up."""

    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        if status == 400:
            raise PlaceGone("the platform refused what was asked (400)", next="Check the options of this source")
        if status == 403 and not _USED_UP.isdisjoint(_reasons(body)):
            raise PlatformError("the quota of requests is used up (403)", permanent=False,
                                retry_after_seconds=retry_after_seconds(headers) or 900.0)
        super().refuse(status, headers, url, body)


def _reasons(body: bytes) -> list[str]:
    """Return what an error of Google's says of its reasons."""
    try:
        told = json.loads(body)
        return [str(found(one, "reason")) for one in tables_in(told, "error.errors")]
    except ValueError:
        return []
