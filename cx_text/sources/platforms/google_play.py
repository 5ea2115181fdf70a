"""Google Play: public reviews of one app, as the shop's own page gets them.

There is no documented API for this. Addresses, forms and fields are those of google-play-scraper, which keeps up with
the page (https://github.com/JoMingyu/google-play-scraper). Its own requests are not used, but our Http's: they have no
time limit, sleep and try again by themselves, and take any fault for the end of the reviews.
"""

from __future__ import annotations

import json
import ssl
from datetime import datetime
from types import SimpleNamespace
from typing import Annotated, Any, Final
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
    key_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, missing
from cx_text.sources.platforms.reviews import STARS

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
_NOT_KEPT: Final = frozenset({"userName", "userImage"})  # names and pictures are no keys: others may have the same
_BAD_REQUEST: Final = 3  # https://grpc.io/docs/guides/status-codes/


class GooglePlayOptions(PlatformOptions):
    """What a recipe says of an app in Google Play."""

    app: str = Field(pattern=r"^[A-Za-z]\w*(\.\w+)+$")
    """The app's id: what follows "id=" in its address, such as "com.example.app"."""
    stores: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}/[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$")], ...] = ("us/en",)
    """Whose reviews to read, by country and language: "us/en", "ch/de"."""


class GooglePlay(Platform):
    """One app, in some countries and languages. Who changes a review moves it to the front; removed ones are not told.

    A review can stand in several stores and does not say in which; so neither country nor language are segments.
    """

    options_type = GooglePlayOptions
    is_newest_first = True
    page_rows = 200

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._library = _library()
        self._http = self.keep(Http(self.options.base_url or self._library.request.PLAY_STORE_BASE_URL,
                                    pause_seconds=1.0))

    def parts(self) -> tuple[str, ...]:
        """Return the stores."""
        return tuple(dict.fromkeys(self.options.stores))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 200 reviews of a store, last changed first."""
        del since  # the page has no such filter
        country, language = part.split("/")
        formats = self._library.request.Formats.Reviews
        form = formats.build_body(self.options.app, 2, self.page_rows, "null", "null",  # 2: the newest first
                                  None if place is None else quote(place))
        address = formats.build(lang=language, country=country).partition("/_/")[2]
        answer = self._http.fetch("POST", f"_/{address}", content=form, headers=_FORM).decode("utf-8", "replace")
        reviews, after = self._parsed(answer, place)
        return Page(tuple(self._named(review) for review in reviews), after)

    def read(self, raw: Raw) -> Record:
        """Return a review with its stars; what the company answered is none. Its time is that of the last change."""
        key, at, version = key_in(raw, "reviewId"), time_in(raw, "at"), words_in(raw, "reviewCreatedVersion")
        return Record(key, at, (self.comment(
            key, words_in(raw, "content"), received_at=at, rating=whole_in(raw, "score", 1, 5), rating_scale=STARS,
            segments={"version": version} if version else {},
            url=f"https://play.google.com/store/apps/details?id={self.options.app}&reviewId={quote(key)}"),))

    def _parsed(self, answer: str, place: Place) -> tuple[list[Any], str | None]:
        """Return the reviews in an answer, and where the next ones begin."""
        try:
            told = json.loads(self._library.regex.Regex.REVIEWS.findall(answer)[0])[0]
            if told[2] is None:
                raise _fault(told[5][0] if isinstance(told[5], list) and told[5] else None, place)
            found = json.loads(told[2])
        except (ValueError, LookupError, TypeError):
            raise PlatformError("the answer is not as google-play-scraper knows it", permanent=False,
                                next="If that stays so, see whether there is a newer google-play-scraper") from None
        after = found[-2][-1] if len(found) > 1 and isinstance(found[-2], list) and found[-2] else None
        return (found[0] or []) if found else [], after if isinstance(after, str) else None

    def _named(self, review: Any) -> Raw:
        """Return a review with names for its fields; times stay seconds, where the library makes them local ones."""
        spec, known = self._library.element.ElementSpec, self._library.element.ElementSpecs.Review
        return {name: spec(None, known[name].data_map).extract_content(review)
                for name in known if name not in _NOT_KEPT}


def _fault(code: Any, place: Place) -> PlatformError:
    if code == _BAD_REQUEST and place is not None:
        return PlaceGone("the shop knows this page no more")
    return PlatformError(f"the shop gives no reviews of this app (code {code})", permanent=False,
                         next="If that stays so, check the app's id in the recipe")


def _library() -> Any:
    """Return the parts of google-play-scraper that say how to ask and what is where.

    When it is imported it makes all of this process trust any certificate (utils/request.py); that is undone here.
    """
    trusted = ssl._create_default_https_context
    try:
        from google_play_scraper.constants import element, regex, request
    except ImportError:
        raise missing("google-play-scraper") from None
    finally:
        ssl._create_default_https_context = trusted
    return SimpleNamespace(element=element, regex=regex, request=request)
