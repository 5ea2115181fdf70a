"""Feeds of forums and blogs: RSS 2.0 (https://www.rssboard.org/rss-specification) and Atom (RFC 4287).

feedparser reads what we fetched; it fetches nothing itself.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from cx_text.errors import ConfigError
from cx_text.sources.platforms.base import (
    Page,
    Place,
    Platform,
    PlatformError,
    PlatformOptions,
    Raw,
    Record,
    key_in,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, checked_url, missing
from cx_text.text.markup import plain_text

_LONGEST_KEY = 300  # characters
_ACCEPTED = {"Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"}


class FeedOptions(PlatformOptions):
    """What a recipe says of feeds."""

    urls: tuple[str, ...] = Field(min_length=1)
    """Addresses of the feeds; each is looked at by itself."""
    only_brands: bool = False
    """Leave out what names none of the recipe's brands."""
    own_accounts: tuple[str, ...] = ()
    """Authors whose words are not a customer's."""


class Feed(Platform):
    """Some feeds. They have the newest entries alone, and do not tell what was removed."""

    options_type = FeedOptions
    page_rows: ClassVar[int] = 1000

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        hosts = {_host(checked_url(url)) for url in self.options.urls}
        self._http = {host: self.keep(Http(host, headers=_ACCEPTED, pause_seconds=1.0)) for host in hosts}
        names = sorted((re.escape(name.strip()) for name in self.brands), key=len, reverse=True)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE) if names else None
        self._entries: dict[str, list[Raw]] = {}

    def parts(self) -> tuple[str, ...]:
        """Return the addresses.

        Raises:
            ConfigError: Only entries with brands are wanted, and there are none.
        """
        if self.options.only_brands and self._names is None:
            raise ConfigError("only_brands is set, and the recipe names no brands", where=f"source {self.source!r}",
                              next="Add [[brands]] to the recipe, or leave only_brands out")
        return tuple(dict.fromkeys(self.options.urls))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return all entries of a feed, a thousand at a time; those that were moderated late seem old and are new."""
        del since
        if not place or part not in self._entries:
            self._entries[part] = self._read_feed(part)
        start = place or 0
        found = self._entries[part][start:start + self.page_rows]
        end = start + len(found)
        return Page(tuple(found), end if end < len(self._entries[part]) else None)

    def read(self, raw: Raw) -> Record:
        """Return an entry's title and words."""
        made_at, changed_at = time_in(raw, "published_at"), time_in(raw, "updated_at")
        key, at, author = key_in(raw, "key"), changed_at or made_at, words_in(raw, "author") or None
        title, words = words_in(raw, "title"), words_in(raw, "words")
        if author in self.options.own_accounts:
            return Record(key, at, why_skipped="written by an account of your own")
        # A feed of short notes repeats their beginning as their title.
        is_repeated = words.startswith(title.removesuffix("…").removesuffix("...").rstrip())
        verbatim = words if is_repeated else "\n".join(each for each in (title, words) if each)
        if not verbatim.strip():
            return Record(key, at, why_skipped="no words")
        return Record(key, at, (self.comment(key, verbatim, received_at=made_at or changed_at, author=author,
                                             segments=self._segments(raw), url=words_in(raw, "link") or None),))

    @staticmethod
    def _segments(raw: Raw) -> dict[str, str]:
        named = words_in(raw, "feed")
        return {"feed": named} if named else {}

    def _read_feed(self, url: str) -> list[Raw]:
        start_at = self.options.start_at
        earliest = start_at and (start_at if start_at.tzinfo else start_at.replace(tzinfo=UTC)).timestamp()
        body = self._http[_host(url)].fetch("GET", url)
        parsed = _library().parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False,
                                  response_headers={"content-type": "application/xml"})
        if not parsed.entries and (parsed.bozo or not parsed.get("version")):
            raise PlatformError("what came is no feed, or not all of one", where=urlsplit(url).hostname,
                                permanent=False)
        raws = [_raw(entry, _words(parsed.feed, "title"), url) for entry in parsed.entries]
        return [raw for raw in raws if self._is_wanted(raw, earliest)]

    def _is_wanted(self, raw: Raw, earliest: float | None) -> bool:
        at = time_in(raw, "updated_at") or time_in(raw, "published_at")
        if earliest is not None and at is not None and at.timestamp() < earliest:
            return False
        names = self._names if self.options.only_brands else None
        return names is None or names.search(f"{raw['title']}\n{raw['words']}") is not None


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _library() -> Any:
    try:
        import feedparser
    except ImportError:
        raise missing("feedparser") from None
    return feedparser


def _raw(entry: Any, feed: str, url: str) -> Raw:
    """Return an entry as JSON, its words plain."""
    contents = [_plain(each) for each in dict.get(entry, "content") or [] if each.get("value")]
    title, words = _words(entry, "title"), next((w for w in contents if w), _words(entry, "summary"))
    made_at, link = _time(entry, "published_parsed") or _time(entry, "created_parsed"), dict.get(entry, "link") or ""
    key = str(dict.get(entry, "id") or link or f"{title}\n{words}\n{made_at}")
    if len(key) > _LONGEST_KEY or "\n" in key:
        key = f"sha256-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return {"key": key, "link": _link(url, link), "title": title, "words": words,
            "author": dict.get(entry, "author") or "", "published_at": made_at,
            "updated_at": _time(entry, "updated_parsed"), "feed": feed}


def _link(url: str, link: str) -> str:
    """Return the whole address of an entry, "" where a browser should not follow it."""
    try:
        whole = urljoin(url, link) if link else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("https://", "http://")) else ""


def _words(of: Any, name: str) -> str:
    """Return a title or summary as plain words."""
    detail = dict.get(of, f"{name}_detail")
    return _plain(detail) if isinstance(detail, Mapping) else str(dict.get(of, name) or "")


def _plain(detail: Mapping[str, Any]) -> str:
    value, kind = str(detail.get("value") or ""), str(detail.get("type") or "")
    return plain_text(value) if "html" in kind else value.strip(" \t\r\n")


def _time(entry: Any, name: str) -> str | None:
    """Return a time that feedparser could read, in UTC; asked as `entry.get`, it would warn and take another one."""
    found = dict.get(entry, name)
    try:
        return datetime(*found[:6]).replace(tzinfo=UTC).isoformat() if found else None
    except ValueError:  # a leap second, a year 0
        return None
