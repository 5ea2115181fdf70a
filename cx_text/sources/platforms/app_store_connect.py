"""App Store Connect: all reviews of an app of your own, by Apple's API for developers.

https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, NoReturn
from urllib.parse import parse_qs, urlsplit

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
    found,
    key_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http
from cx_text.sources.platforms.reviews import STARS, titled
from cx_text.sources.platforms.tokens import AppleToken


class AppStoreConnectOptions(PlatformOptions):
    """What a recipe says of an app in App Store Connect."""

    app: str = Field(pattern=r"^\d{1,20}$")
    """The app's number: "Apple ID" on its page in App Store Connect."""
    territories: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = ()
    """Whose stores to read, by three letters: "USA", "GBR", "DEU"; all when not given."""


class AppStoreConnect(Platform):
    """One app. When a review was changed is not told, so each look goes back a month."""

    options_type = AppStoreConnectOptions
    secret_variables: ClassVar[Mapping[str, str]] = {
        "key_id": "APP_STORE_CONNECT_KEY_ID", "issuer_id": "APP_STORE_CONNECT_ISSUER_ID",
        "private_key": "APP_STORE_CONNECT_PRIVATE_KEY"}
    is_newest_first = True
    lag = timedelta(days=30)
    page_rows = 200
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._token = self.keep(AppleToken(*(self.secrets[name] for name in self.secret_variables)))
        self._http = self.keep(_AppleHttp(self.options.base_url or "https://api.appstoreconnect.apple.com",
                                          pause_seconds=0.2))  # some 3,500 an hour are allowed

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 200 reviews, the newest first, whatever `since` says: the API has no such filter."""
        del part, since
        body = self._http.get(f"v1/apps/{self.options.app}/customerReviews", {
            "sort": "-createdDate", "limit": self.page_rows, "include": "response", "cursor": place,
            "filter[territory]": ",".join(self.options.territories) or None}, headers=self._token.headers())
        after = parse_qs(urlsplit(found(body, "links.next") or "").query).get("cursor")
        return Page(tuple(_without_name(review) for review in body["data"]), after[0] if after else None)

    def read(self, raw: Raw) -> Record:
        """Return a review with its stars; what the company answered is none."""
        key, at = key_in(raw, "id"), time_in(raw, "attributes.createdDate")
        territory = words_in(raw, "attributes.territory")
        return Record(key, at, (self.comment(
            key, titled(words_in(raw, "attributes.title"), words_in(raw, "attributes.body")), received_at=at,
            rating=whole_in(raw, "attributes.rating", 1, 5), rating_scale=STARS,
            segments={"country": territory} if territory else {}),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which reviews are there no more; each is asked for by itself."""
        return frozenset(key for key in keys if self._is_gone(key))

    def _is_gone(self, key: str) -> bool:
        try:
            self._http.get(f"v1/customerReviews/{key}", {"fields[customerReviews]": "rating"},
                           headers=self._token.headers())
        except _NotThere:
            return True
        return False


def _without_name(review: Raw) -> Raw:
    """Return a review without its author's nickname, which is no key: others may have the same."""
    told = found(review, "attributes")
    if not isinstance(told, Mapping):
        return review
    return {**review, "attributes": {name: value for name, value in told.items() if name != "reviewerNickname"}}


class _NotThere(PlatformError):  # noqa: N818
    """A review is not there."""


class _AppleHttp(Http):
    """Apple says 400 of a cursor that is too old, and 404 of a review that is there no more."""

    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        if status == 400:
            raise PlaceGone("the platform refused what was asked (400)", next="Check the options of this source")
        if status == 404 and "/v1/customerReviews/" in url:
            raise _NotThere("there is no such review")
        super().refuse(status, headers, url, body)
