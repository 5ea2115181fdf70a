"""Hacker News: stories and comments that name a brand, by the search at https://hn.algolia.com/api.

The search gives 1,000 hits for one query at most, however they are cut into pages, so that looks go back by time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from cx_text.config import is_tag
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
    needed,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http
from cx_text.sources.platforms.searches import nothing_to_search_for
from cx_text.text.markup import plain_text

_WORDS = ("title", "story_text", "comment_text", "story_title")  # the last one: of the story that a comment is below
_GONE = frozenset(("[dead]", "[deleted]", "[flagged]"))


class HackerNewsOptions(PlatformOptions):
    """What a recipe says of a search on Hacker News."""

    searches: tuple[str, ...] = ()
    """Words or phrases to search for, each by itself; the recipe's brands when not given."""
    stories: bool = True
    """Stories, too: their titles, and what is written below."""
    own_accounts: tuple[str, ...] = ()
    """Names of accounts whose words are not a customer's."""


class HackerNews(Platform):
    """What is said of some words. The search tells neither of changes nor of what was deleted."""

    options_type = HackerNewsOptions
    is_newest_first = True
    page_rows: ClassVar[int] = 1000

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://hn.algolia.com",
                                    pause_seconds=0.36))  # 10,000 an hour are allowed

    def parts(self) -> tuple[str, ...]:
        """Return the words to search for; hashtags and handles are none of this place's.

        Raises:
            ConfigError: There are none.
        """
        words = self.options.searches or [name for name in self.brands if not is_tag(name)]
        searches = tuple({one.casefold(): one for one in (" ".join(w.replace('"', " ").split()) for w in words) if one}
                        .values())
        if not searches:
            raise nothing_to_search_for(self.source)
        return searches

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 1,000 hits, the newest first.

        `place` is the second up to which they go, and the ids that were seen of that second.
        """
        before, seen = place or (None, [])
        limits = ([f"created_at_i>={int(since.timestamp())}"] if since else []) + (
            [f"created_at_i<={before}"] if before is not None else [])
        body = self._http.get("api/v1/search_by_date", {
            "query": f'"{part}"', "tags": "(story,comment)" if self.options.stories else "comment",
            "numericFilters": ",".join(limits) or None, "hitsPerPage": self.page_rows, "advancedSyntax": "true",
            "typoTolerance": "false", "restrictSearchableAttributes": "title,story_text,comment_text"})
        hits = needed(body, "hits")
        new = tuple(_plain(hit) for hit in hits if hit.get("objectID") not in seen)
        if len(hits) < self.page_rows:
            return Page(new)
        oldest = min((at for hit in hits if isinstance(at := hit.get("created_at_i"), int)), default=None)
        if oldest is None:
            raise PlatformError("the hits say no times")
        if oldest == before:  # a full page of one second: what else there is of it cannot be had
            return Page(new, [oldest - 1, []])
        return Page(new, [oldest, [hit.get("objectID") for hit in hits if hit.get("created_at_i") == oldest]])

    def read(self, raw: Raw) -> Record:
        """Return a comment, or a story's title with what is written below."""
        key, at, author = key_in(raw, "objectID"), time_in(raw, "created_at_i"), words_in(raw, "author") or None
        is_comment = found(raw, "comment_text") is not None
        words = [words_in(raw, name) for name in (("comment_text",) if is_comment else ("title", "story_text"))]
        verbatim = "\n".join(each for each in words if each.strip())
        if verbatim.strip() in _GONE:
            return Record(key, at, is_removed=True)
        if author in self.options.own_accounts:
            return Record(key, at, why_skipped="written by an account of your own")
        if not verbatim.strip():
            return Record(key, at, why_skipped="no words")
        return Record(key, at, (self.comment(
            key, verbatim, received_at=at, author=author, segments={"kind": "comment" if is_comment else "story"},
            url=f"https://news.ycombinator.com/item?id={key}"),))


def _plain(hit: Raw) -> Raw:
    """Return a hit with plain words, and without the copies of words and author in other fields."""
    kept = {name: value for name, value in hit.items() if name not in ("_highlightResult", "_tags", "children")}
    return kept | {name: plain_text(value) for name in _WORDS if isinstance(value := hit.get(name), str)}
