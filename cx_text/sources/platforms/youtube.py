"""YouTube: comments on videos and their replies, by the YouTube Data API v3.

https://developers.google.com/youtube/v3/docs/commentThreads/list and .../docs/comments/list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, NoReturn, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

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
    tables_in,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, refused

_IDS_AT_ONCE = 50
_PACIFIC = ZoneInfo("America/Los_Angeles")
_ABOUT_PERSONS = ("authorDisplayName", "authorProfileImageUrl", "authorChannelUrl")
_OVER_QUOTA = ("quotaExceeded", "dailyLimitExceeded")
_TOO_FAST = ("rateLimitExceeded", "userRateLimitExceeded")


class YouTubeOptions(PlatformOptions):
    """What a recipe says of videos and channels on YouTube."""

    videos: tuple[str, ...] = ()
    """Ids of videos: what follows "v=" in their addresses."""
    channels: tuple[str, ...] = ()
    """Ids of channels ("UC…"), for the comments on all of their videos."""
    replies: bool = True
    """Also what customers answered to comments."""
    segments: tuple[Literal["video", "kind"], ...] = ()
    """What groups comments: their video, or whether they are a comment or a reply."""

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.videos and not self.channels:
            raise ValueError("say which videos or channels")
        return self


class _NotThere(PlatformError):  # noqa: N818  says what it is
    """YouTube knows no such thing."""


class _Http(Http):
    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        reason, error = _reason(body), refused(status, headers, url)
        where = error.where
        if reason in _OVER_QUOTA:
            raise PlatformError(f"the quota of this day is used up ({status})", where=where, permanent=False,
                                retry_after_seconds=seconds_to_midnight(datetime.now(UTC)))
        if reason in _TOO_FAST:
            raise PlatformError(f"the platform asks to be left alone for a while ({status})", where=where,
                                permanent=False)
        if reason == "commentsDisabled":
            raise PlatformError(f"comments are turned off there ({status})", where=where,
                                next="Take the video or channel out of the recipe")
        if reason == "invalidPageToken":
            raise PlaceGone("the platform knows this page no more", where=where)
        if reason == "keyInvalid":
            raise refused(401, headers, url)
        raise _NotThere(error.what, where=where, next=error.next) if status == 404 else error


class YouTube(Platform):
    """Some videos and channels, each a part. Threads are ordered by when they began."""

    options_type = YouTubeOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"key": "YOUTUBE_API_KEY"}
    is_newest_first = True
    lag = timedelta(days=14)
    erases_removed = True
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(_Http(self.options.base_url or "https://www.googleapis.com",
                                     params={"key": self.secrets["key"], "textFormat": "plainText"}))

    def parts(self) -> tuple[str, ...]:
        """Return the videos and channels."""
        return (*(f"video {key}" for key in self.options.videos), *(f"channel {key}" for key in self.options.channels))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 threads, the newest first, or up to 100 replies to a thread that was given without all.

        A place is the token of a page of threads, and the threads of the page before whose replies are waiting.
        """
        del since
        token, waiting, of_replies = place or (None, [], None)
        return self._replies(token, waiting, of_replies) if waiting else self._threads(part, token)

    def read(self, raw: Raw) -> Record:
        """Return one comment or reply; those of the channel itself are left out."""
        key, at = key_in(raw, "id"), time_in(raw, "snippet.publishedAt")
        author, video = words_in(raw, "snippet.authorChannelId.value"), words_in(raw, "snippet.videoId")
        if author and author == words_in(raw, "ofChannel"):
            return Record(key, at, why_skipped="written by the channel itself")
        words = words_in(raw, "snippet.textOriginal") or words_in(raw, "snippet.textDisplay")
        if not words.strip():
            return Record(key, at, why_skipped="no words")
        told = {"video": video, "kind": "reply" if found(raw, "snippet.parentId") else "comment"}
        return Record(key, at, (self.comment(
            key, words, received_at=at, author=author or None,
            segments={name: value for name in self.options.segments if (value := told[name])},
            url=f"https://www.youtube.com/watch?v={video}&lc={key}" if video else None),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which comments cannot be seen any more."""
        there = {key for n in range(0, len(keys), _IDS_AT_ONCE) for key in self._there(keys[n:n + _IDS_AT_ONCE])}
        return frozenset(keys) - there

    def _threads(self, part: str, token: str | None) -> Page:
        kind, _, key = part.partition(" ")
        body = self._http.get("youtube/v3/commentThreads", {
            "part": "snippet,replies" if self.options.replies else "snippet", "order": "time",
            "maxResults": self.page_rows, "pageToken": token,
            "videoId" if kind == "video" else "allThreadsRelatedToChannelId": key})
        raws: list[Raw] = []
        waiting: list[list[str]] = []
        for thread in tables_in(body, "items"):
            channel, video = words_in(thread, "snippet.channelId"), words_in(thread, "snippet.videoId")
            given = tables_in(thread, "replies.comments")
            n_replies = found(thread, "snippet.totalReplyCount") or 0
            is_whole = not self.options.replies or n_replies <= len(given)
            raws += [_kept(comment, channel, video)
                     for comment in (found(thread, "snippet.topLevelComment") or {}, *(given if is_whole else ()))]
            if not is_whole:
                waiting.append([key_in(thread, "id"), channel, video])
        following = body.get("nextPageToken")
        return Page(tuple(raws), [following, waiting, None] if waiting or following else None)

    def _replies(self, token: str | None, waiting: Sequence[Sequence[str]], of_replies: str | None) -> Page:
        (thread, channel, video), *others = waiting
        items: list[Mapping[str, Any]] = []
        following = None
        try:
            body = self._http.get("youtube/v3/comments", {
                "part": "snippet", "parentId": thread, "maxResults": self.page_rows, "pageToken": of_replies})
            items, following = tables_in(body, "items"), body.get("nextPageToken")
        except _NotThere:  # the thread was removed since
            pass
        raws = tuple(_kept(comment, channel, video) for comment in items)
        if following:
            return Page(raws, [token, [list(one) for one in waiting], following])
        return Page(raws, [token, [list(one) for one in others], None] if others or token else None)

    def _there(self, keys: Sequence[str]) -> set[str]:
        """Return which comments are there; where one is not, YouTube may refuse all that were asked for with it."""
        try:
            body = self._http.get("youtube/v3/comments", {"part": "id", "id": ",".join(keys)})
        except _NotThere:
            half = len(keys) // 2
            return self._there(keys[:half]) | self._there(keys[half:]) if half else set()
        return {key_in(comment, "id") for comment in tables_in(body, "items")}


def seconds_to_midnight(now: datetime) -> float:
    """Return the seconds until the quota of the next day begins: at midnight, Pacific time."""
    local = now.astimezone(_PACIFIC)
    midnight = datetime(local.year, local.month, local.day, tzinfo=_PACIFIC) + timedelta(days=1)
    return (midnight.astimezone(UTC) - now).total_seconds()


def _kept(comment: Raw, channel: str, video: str) -> Raw:
    """Return a comment with the channel and video of its thread, and without its writer's name, picture and page."""
    snippet = found(comment, "snippet")
    snippet = snippet if isinstance(snippet, Mapping) else {}
    kept = {name: value for name, value in snippet.items() if name not in _ABOUT_PERSONS}
    return {**comment, "ofChannel": channel or snippet.get("channelId"),
            "snippet": {**kept, "videoId": snippet.get("videoId") or video}}


def _reason(body: bytes) -> str:
    """Return Google's name of an error, "" where the answer has none."""
    try:
        error = json.loads(body)["error"]
        named = [one.get("reason") for one in (*(error.get("errors") or ()), *(error.get("details") or ()))]
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    return "keyInvalid" if "API_KEY_INVALID" in named else str(next((name for name in named if name), ""))
