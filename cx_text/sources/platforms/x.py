"""X: posts of the last seven days that name a brand, by recent search of the X API v2.

https://docs.x.com/x-api/posts/search/introduction and https://docs.x.com/x-api/posts/lookup/introduction.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, NoReturn

from pydantic import Field

from cx_text.config import is_tag
from cx_text.errors import ConfigError
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
    words_in,
)
from cx_text.sources.platforms.http import Http, refused
from cx_text.sources.platforms.searches import nothing_to_search_for

_WEEK = timedelta(days=7) - timedelta(minutes=5)  # older times are refused; without one, all of the week is given
_YOUNGEST = timedelta(seconds=30)  # times that are less than ten seconds ago are refused, too
_FIELDS = "created_at,lang,public_metrics,author_id,conversation_id,edit_history_tweet_ids,referenced_tweets,note_tweet"
_GONE = ("resource-not-found", "not-authorized-for-resource")  # removed; of an account that is suspended or protected
_DAY_SECONDS = 86_400.0
_FIRST_ID_MS = 1_288_834_974_657  # ids count milliseconds from then, in all but their last 22 bits


class XOptions(PlatformOptions):
    """What a recipe says of posts on X."""

    search: str | None = None
    """What to search for, in X's words; posts with the recipe's brands when not given."""
    language: str | None = None
    """Posts in one language (ISO 639-1) alone."""
    own_accounts: tuple[str, ...] = ()
    """The brand's own accounts: their posts are left out."""
    longest_search: int = Field(512, ge=100, le=4096)
    """Characters that a search may have with your access to the API."""
    segments: tuple[Literal["language", "kind"], ...] = ("language",)
    """What groups posts: their language, or whether they are a post, a reply or a quote."""


class _Http(Http):
    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        problem, error = _problem(body), refused(status, headers, url)
        where = error.where
        if "usage-capped" in problem or "UsageCapExceeded" in problem:
            raise PlatformError(f"the posts that your access allows are used up ({status})", where=where,
                                permanent=False, retry_after_seconds=_DAY_SECONDS)
        if status == 402 or "credits-depleted" in problem:
            raise PlatformError(f"the account has no credits left ({status})", where=where,
                                next="Buy some in X's developer console")
        if status == 400 and "next_token" in problem:
            raise PlaceGone("the platform knows this page no more", where=where)
        raise error


class X(Platform):
    """Searches, each a part. An edited post has another id; it is known by its first one."""

    options_type = XOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"token": "X_BEARER_TOKEN"}
    is_newest_first = True
    lag = timedelta(hours=2)  # posts can be edited for one hour, and each post that is given costs
    erases_removed = True
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._parts = self._searches()
        self._http = self.keep(_Http(self.options.base_url or "https://api.x.com",
                                     headers={"Authorization": f"Bearer {self.secrets['token']}"},
                                     pause_seconds=2.0))  # 450 searches in 15 minutes; who has fewer is told so

    def parts(self) -> tuple[str, ...]:
        """Return the searches: as many as the brands need."""
        return self._parts

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 posts, the newest first."""
        now = datetime.now(UTC)
        start_at = min(since, now - _YOUNGEST) if since is not None and since > now - _WEEK else None
        body = self._http.get("2/tweets/search/recent", {
            "query": part, "max_results": self.page_rows, "sort_order": "recency", "next_token": place,
            "tweet.fields": _FIELDS,
            "start_time": start_at and start_at.strftime("%Y-%m-%dT%H:%M:%SZ")})
        return Page(tuple(_kept(post) for post in tables_in(body, "data")), found(body, "meta.next_token"))

    def read(self, raw: Raw) -> Record:
        """Return one post; what only repeats another one is left out."""
        versions = found(raw, "edit_history_tweet_ids") or [key_in(raw, "id")]
        if not isinstance(versions, list) or not all(isinstance(version, str) for version in versions):
            raise UnreadableRecord("edit_history_tweet_ids is no list of ids")
        key, at = versions[0], time_in(raw, "created_at")
        kinds = [words_in(other, "type") for other in tables_in(raw, "referenced_tweets")]
        if "retweeted" in kinds:
            return Record(key, at, why_skipped="a repost")
        words = words_in(raw, "note_tweet.text") or words_in(raw, "text")
        if not words.strip():
            return Record(key, at, why_skipped="no words")
        told = {"language": words_in(raw, "lang"),
                "kind": "reply" if "replied_to" in kinds else "quote" if "quoted" in kinds else "post"}
        return Record(key, at, (self.comment(
            key, words, received_at=at if len(versions) == 1 else made_at(key) or at,
            author=words_in(raw, "author_id") or None, url=f"https://x.com/i/web/status/{key}",
            segments={name: value for name in self.options.segments if (value := told[name])}),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which posts cannot be seen any more."""
        body = self._http.get("2/tweets", {"ids": ",".join(keys)})
        gone = {words_in(error, "resource_id") or words_in(error, "value") for error in tables_in(body, "errors")
                if words_in(error, "type").rpartition("/")[2] in _GONE}
        return frozenset(gone) & frozenset(keys)

    def _searches(self) -> tuple[str, ...]:
        options = self.options
        tail = " ".join(["", "-is:retweet", *([f"lang:{options.language}"] if options.language else []),
                         *(f"-from:{account.strip().lstrip('@')}" for account in options.own_accounts)])
        if options.search is not None:
            return (self._checked(f"({options.search}){tail}"),)
        if not self.brands:
            raise nothing_to_search_for(self.source)
        searches, found_so_far = [], list[str]()
        for term in dict.fromkeys(_term(brand) for brand in self.brands):
            if found_so_far and len(f"({' OR '.join([*found_so_far, term])}){tail}") > options.longest_search:
                searches.append(found_so_far)
                found_so_far = []
            found_so_far.append(term)
        return tuple(self._checked(f"({' OR '.join(terms)}){tail}") for terms in [*searches, found_so_far])

    def _checked(self, search: str) -> str:
        if len(search) > self.options.longest_search:
            raise ConfigError(f"a search of {len(search)} characters; X takes {self.options.longest_search}",
                              where=f"source {self.source!r}", next="Search for less, or set longest_search")
        return search


def made_at(key: str) -> datetime | None:
    """Return when the post with an id was made, UTC; None where ids did not say so yet (2010)."""
    ms = int(key) >> 22 if key.isdecimal() else 0
    return datetime.fromtimestamp((ms + _FIRST_ID_MS) // 1000, UTC) if 0 < ms < 1 << 41 else None


def _term(brand: str) -> str:
    """Return a spelling of a brand as a search has it; hashtags and handles stand by themselves."""
    words = " ".join(brand.replace('"', " ").split())
    return words if is_tag(words) and " " not in words else f'"{words}"'


def _kept(post: Raw) -> Raw:
    """Return a post with its words as they were written: X escapes "&", "<" and ">" in them."""
    kept = {**post, "text": html.unescape(str(post.get("text") or ""))}
    if isinstance(whole := found(post, "note_tweet.text"), str):
        kept["note_tweet"] = {**post["note_tweet"], "text": html.unescape(whole)}
    return kept


def _problem(body: bytes) -> str:
    """Return the kind and title of an error, and the names of parameters that are wrong; nothing that was asked."""
    try:
        told = json.loads(body)
        errors = [error for error in told.get("errors") or () if isinstance(error, Mapping)]
        names = [name for error in errors for name in error.get("parameters") or ()]
    except (ValueError, TypeError, AttributeError):
        return ""
    return " ".join(str(word) for one in (told, *errors) for word in (one.get("type"), one.get("title"))) + " ".join(
        ["", *map(str, names)])
