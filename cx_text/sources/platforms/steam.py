"""Steam: reviews of games and programs by their users (https://partner.steamgames.com/doc/store/getreviews)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from cx_text.measures import MeasureColumn
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
    needed,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http

_OF_AUTHOR = ("steamid", "num_games_owned", "num_reviews", "playtime_forever", "playtime_last_two_weeks",
              "playtime_at_review", "last_played")


class SteamOptions(PlatformOptions):
    """What a recipe says of games on Steam."""

    apps: tuple[int, ...] = Field(min_length=1)
    """The number of each game: the one in the address of its page in the store."""
    language: str = "all"
    """Reviews in one language, as Steam calls it ("english", "schinese"), or in all."""
    bought: Literal["all", "steam", "elsewhere"] = "all"
    """Reviews by who bought the game on Steam, or who has it from elsewhere."""
    off_topic: bool = False
    """Also reviews of times that Steam has marked as about something else than the game."""
    segments: tuple[Literal["app", "recommended", "language", "bought", "early_access", "steam_deck"], ...] = (
        "recommended", "language")
    """What groups customers."""


class Steam(Platform):
    """Some games, each a part. Reviews are ordered by when they were last changed, so every change is found."""

    options_type = SteamOptions
    is_newest_first = True
    page_rows = 100
    measures: ClassVar[tuple[MeasureColumn, ...]] = (MeasureColumn("recommend", "voted_up"),)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://store.steampowered.com",
                                    pause_seconds=1.5))  # the store gives 200 answers in five minutes

    def parts(self) -> tuple[str, ...]:
        """Return the games."""
        return tuple(str(app) for app in self.options.apps)

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 reviews of a game, the last changed first; without the names of who wrote them."""
        del since
        asked = place or "*"
        body = self._http.get(f"appreviews/{part}", {
            "json": 1, "filter": "updated", "language": self.options.language, "review_type": "all",
            "purchase_type": "non_steam_purchase" if self.options.bought == "elsewhere" else self.options.bought,
            "filter_offtopic_activity": 0 if self.options.off_topic else None,
            "num_per_page": self.page_rows, "cursor": asked})
        if body.get("success") != 1:
            raise PlatformError("Steam has no answer for now", where=f"game {part}", permanent=False,
                                next="Check the number of the game where this stays")
        reviews, cursor = body.get("reviews") or [], body.get("cursor")
        is_last = not reviews or not cursor or cursor == asked
        return Page(tuple(_kept(review, part) for review in reviews), None if is_last else cursor)

    def read(self, raw: Raw) -> Record:
        """Return one review, with whether its writer recommends the game."""
        key, at = key_in(raw, "recommendationid"), time_in(raw, "timestamp_updated")
        is_good = _yes_no(needed(raw, "voted_up"), "voted_up")
        told = {"app": words_in(raw, "app"), "recommended": is_good, "language": words_in(raw, "language"),
                "bought": self._bought(raw),
                "early_access": _yes_no(found(raw, "written_during_early_access"), "written_during_early_access"),
                "steam_deck": _yes_no(found(raw, "primarily_steam_deck"), "primarily_steam_deck")}
        return Record(key, at, (self.comment(
            key, words_in(raw, "review"), received_at=time_in(raw, "timestamp_created"),
            measures={"recommend": float(is_good == "yes")}, author=words_in(raw, "author.steamid") or None,
            segments={name: value for name in self.options.segments if (value := told[name])}),))

    @staticmethod
    def _bought(raw: Raw) -> str:
        if found(raw, "received_for_free") is True:
            return "free"
        return "steam" if found(raw, "steam_purchase") is True else "elsewhere"


def _kept(review: Raw, app: str) -> Raw:
    """Return a review with its game, and without its writer's name, picture and page."""
    author = found(review, "author")
    author = author if isinstance(author, Mapping) else {}
    return {**review, "app": app, "author": {name: author[name] for name in _OF_AUTHOR if name in author}}


def _yes_no(value: object, path: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, bool):
        raise UnreadableRecord(f"{path} is neither true nor false")
    return "yes" if value else "no"
