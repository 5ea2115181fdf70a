"""App Store: public reviews of one app, by the feed of customer reviews (https://itunes.apple.com/us/rss).

Apple describes the feed in https://developer.apple.com/library/archive/documentation/AudioVideo/Conceptual/iTuneSearchAPI/
and its terms stand in the feed itself. It holds the newest 500 reviews of each country's store, on ten pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field

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
from cx_text.sources.platforms.http import Http
from cx_text.sources.platforms.reviews import STARS, titled

N_PAGES: Final = 10
_FIELDS: Final = {"country": "country", "version": "im:version.label"}


class AppStoreOptions(PlatformOptions):
    """What a recipe says of an app in the App Store."""

    app: str = Field(pattern=r"^\d{1,20}$")
    """The app's number: what follows "id" in its address."""
    countries: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...] = Field(min_length=1)
    """Whose stores to read, by two letters: "us", "gb", "de"."""
    segments: tuple[Literal["country", "version"], ...] = ("country", "version")
    """What groups customers."""


class AppStore(Platform):
    """One app, in the stores of some countries. Who changes a review moves it to the front; removed ones are not told.

    Pages can be empty though there are full ones behind them, so all ten are asked for.
    """

    options_type = AppStoreOptions
    is_newest_first = True
    page_rows = 50

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://itunes.apple.com",
                                    pause_seconds=3.0))  # 20 requests a minute are allowed

    def parts(self) -> tuple[str, ...]:
        """Return the countries."""
        return tuple(dict.fromkeys(self.options.countries))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 50 reviews of a country, last changed first; each with the country."""
        del since  # the feed cannot be filtered
        number = place or 1
        body = self._http.get(f"{part}/rss/customerreviews/page={number}/id={self.options.app}/sortby=mostrecent/json")
        if not isinstance(found(body, "feed"), Mapping):
            raise PlatformError("the answer is no feed", permanent=False)
        entries = body["feed"].get("entry") or []
        listed = [entries] if isinstance(entries, Mapping) else entries
        return Page(tuple({**entry, "author": {"uri": found(entry, "author.uri")}, "country": part}  # without names
                          for entry in listed if "im:name" not in entry),  # that is the app itself
                    number + 1 if number < N_PAGES else None)

    def read(self, raw: Raw) -> Record:
        """Return a review with its stars."""
        key, at = key_in(raw, "id.label"), time_in(raw, "updated.label")
        known = {name: words_in(raw, _FIELDS[name]) for name in self.options.segments}
        return Record(key, at, (self.comment(
            key, titled(words_in(raw, "title.label"), words_in(raw, "content.label")), received_at=at,
            rating=whole_in(raw, "im:rating.label", 1, 5), rating_scale=STARS,
            author=words_in(raw, "author.uri.label") or None, url=words_in(raw, "link.attributes.href") or None,
            segments={name: value for name, value in known.items() if value}),))

