"""Mastodon: posts with a hashtag or some words, by the API of one server (https://docs.joinmastodon.org/methods/).

Mastodon.py asks, but its typed posts are passed by: making them takes 9 ms each, and turns what it does not expect into
nothing. Plain answers come from the function that all of its others call, for which it has no public name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import field_validator

from cx_text.config import tag_form
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
    words_in,
)
from cx_text.sources.platforms.http import checked_url, missing
from cx_text.sources.platforms.searches import chosen_searches
from cx_text.sources.platforms.sessions import Session
from cx_text.text.markup import plain_text

_AT_ONCE = 20  # posts that can be asked for by their ids
_QUOTED = re.compile(r'<p class="quote-inline">.*?</p>', re.DOTALL)  # "RE: …", for apps that do not show quotes
# No other field says more of what was said, and most of them say more of who said it.
_KEPT = ("id", "created_at", "edited_at", "in_reply_to_id", "spoiler_text", "visibility", "language", "url")


class MastodonOptions(PlatformOptions):
    """What a recipe says of a Mastodon source; `base_url` is the server, https://mastodon.social when not given."""

    hashtags: tuple[str, ...] | None = None
    """Hashtags; the brands as hashtags when not given, unless there are searches."""
    searches: tuple[str, ...] = ()
    """What is searched for, on a server that searches posts."""
    own_accounts: tuple[str, ...] = ()
    """Your own accounts, such as "brindlecart@mastodon.social": what they say is skipped."""

    @field_validator("hashtags")
    @classmethod
    def _are_tags(cls, tags: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for tag in tags or ():
            if not re.fullmatch(r"#?\w+", tag.strip()):
                raise ValueError(f"{tag!r} is no hashtag")
        return tags


class Mastodon(Platform):
    """Hashtags and searches on one server, which knows the posts of its own people and those that they follow.

    Three hundred requests in five minutes are allowed. Posts of other servers may come late, between older ones.
    """

    options_type = MastodonOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"token": "MASTODON_TOKEN"}
    is_newest_first = True
    erases_removed = True
    can_find_gone = True
    page_rows = 40

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._url = checked_url(self.options.base_url or "https://mastodon.social").rstrip("/")
        self._asked = self._parts()
        home = urlsplit(self._url).hostname
        self._own = frozenset(name if "@" in name else f"{name}@{home}" for name in (
            account.strip().lstrip("@").casefold() for account in self.options.own_accounts))
        self._session = self.keep(Session())
        self._client = self._opened()

    def parts(self) -> tuple[str, ...]:
        """Return the hashtags and the searches."""
        return tuple(self._asked)

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 40 posts, the newest first."""
        del since  # servers can leave out posts by id, not by time
        path, params = self._asked[part]
        if "q" in params:
            offset = int(place or 0)
            self._get(path, {**params, "limit": self.page_rows, "offset": offset})
            posts = self._session.body["statuses"]  # some of those that were found may be hidden: a page is never short
            return Page(tuple(map(self._kept, posts)), offset + self.page_rows if posts else None)
        answer = self._get(path, {"limit": self.page_rows, **({"max_id": place} if place else {})})
        following = parse_qs(urlsplit(answer.links.get("next", {}).get("url", "")).query).get("max_id")
        return Page(tuple(map(self._kept, self._session.body)), following[0] if following else None)

    def read(self, raw: Raw) -> Record:
        """Return the words of one post, below its content warning."""
        key, at = key_in(raw, "id"), time_in(raw, "created_at")
        if why := _why_skipped(raw):
            return Record(key, at, why_skipped=why)
        said = (words_in(raw, "spoiler_text"), words_in(raw, "words"))
        verbatim = "\n\n".join(words for words in said if words.strip())
        if not verbatim:
            return Record(key, at, why_skipped="no words")
        language = words_in(raw, "language")
        return Record(key, at, (self.comment(
            key, verbatim, received_at=at, author=words_in(raw, "account.uri") or None,
            segments={"language": language} if language else {}, url=words_in(raw, "url") or None),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which posts were deleted, or are not public now; none on servers before Mastodon 4.3."""
        there = set[str]()
        for first in range(0, len(keys), _AT_ONCE):
            try:
                self._get("/api/v1/statuses", {"id[]": list(keys[first:first + _AT_ONCE])})
            except PlatformError:
                if self._session.status in (404, 405):  # the server can only be asked for one post
                    return frozenset()
                raise
            there |= {str(found(post, "id")) for post in self._session.body}
        return frozenset(keys) - there

    def _parts(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Return the path and the parameters of each part."""
        tags = self.options.hashtags
        if tags is None:
            tags = () if self.options.searches else tuple(filter(None, map(tag_form, self.brands)))
        if not self.options.searches:
            chosen_searches(tags, (), self.source)
        bare = dict.fromkeys(tag.strip().lstrip("#").casefold() for tag in tags)
        return {f"#{tag}": (f"/api/v1/timelines/tag/{quote(tag)}", {}) for tag in bare} | {
            f"search {words}": ("/api/v2/search", {"q": words, "type": "statuses"})
            for words in self.options.searches}

    def _opened(self) -> Any:
        try:
            from mastodon import Mastodon as Client
        except ImportError:
            raise missing("Mastodon.py") from None
        return Client(access_token=self.secrets["token"], api_base_url=self._url, session=self._session,
                      ratelimit_method="throw", user_agent=f"cx_text/{version('cx-text')}")

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        """Return the answer at a path; its JSON is the session's `body`."""
        from mastodon import MastodonNetworkError

        try:
            return self._client._Mastodon__api_request("GET", path, dict(params), return_response_object=True)
        except MastodonNetworkError as error:
            if isinstance(error.__context__, PlatformError):  # what the connection said of it
                raise error.__context__ from None
            raise PlatformError("no answer", where=f"{urlsplit(self._url).hostname}{path}", permanent=False) from None

    def _kept(self, post: object) -> Raw:
        """Return what is kept of a post: its author by the lasting address alone, its words as they are seen.

        In HTML, what stands in the place of masked words would be read as an element.
        """
        raw = post if isinstance(post, Mapping) else {}
        content = raw.get("content")
        acct = str(found(raw, "account.acct") or "").casefold()
        name = acct if "@" in acct else f"{acct}@{urlsplit(self._url).hostname}"
        return {**{field: raw[field] for field in _KEPT if field in raw},
                "words": plain_text(_QUOTED.sub("", content)) if isinstance(content, str) else content,
                "account": {"uri": found(raw, "account.uri") or found(raw, "account.url")},
                "is_own": name in self._own, "is_automated": found(raw, "account.bot") is True,
                "is_reblog": raw.get("reblog") is not None}


def _why_skipped(raw: Raw) -> str | None:
    if raw.get("is_reblog") is True:
        return "another post, passed on"
    if raw.get("is_own") is True:
        return "written by an own account"
    if raw.get("is_automated") is True:
        return "written by an automated account"
    return None if raw.get("visibility") == "public" else "not public"
