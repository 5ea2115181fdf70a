"""Bluesky: posts that a search finds (https://docs.bsky.app/docs/api/app-bsky-feed-search-posts), through atproto.

Of that library its plain queries are used: answers as they are, so that one odd post does not lose its page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from cx_text.sources.platforms import http
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
from cx_text.sources.platforms.searches import chosen_searches

if TYPE_CHECKING:
    import httpx

_AT_ONCE = 25  # posts that can be asked for by their addresses
_OLD_TOKENS = frozenset({"ExpiredToken", "InvalidToken"})


class BlueskyOptions(PlatformOptions):
    """What a recipe says of a Bluesky source."""

    searches: tuple[str, ...] | None = None
    """What is searched for; the spellings of the brands when not given."""
    languages: tuple[str, ...] = ()
    """Languages of posts, such as "en"; all when not given."""
    own_accounts: tuple[str, ...] = ()
    """Handles of your own accounts: what they say is skipped."""


class Bluesky(Platform):
    """Searches, in the order of when a post was made, or first seen where it says that it is from the future.

    Posts cannot be changed. Three thousand requests in five minutes are allowed, and three hundred logins a day.
    """

    options_type = BlueskyOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"handle": "BLUESKY_HANDLE",
                                                     "password": "BLUESKY_APP_PASSWORD"}
    is_newest_first = True
    erases_removed = True
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._searches = chosen_searches(self.options.searches, self.brands, self.source)
        self._own = frozenset(name.strip().lstrip("@").casefold() for name in self.options.own_accounts)
        request, self._client = self._opened()
        self.keep(request)
        self._token = ""

    def parts(self) -> tuple[str, ...]:
        """Return the searches, one for each language where languages are named."""
        return tuple(f"{search} in {language}" if language else search
                     for search in self._searches for language in self.options.languages or ("",))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 posts, the newest first."""
        at = self.parts().index(part)
        languages = self.options.languages or (None,)
        params = {"q": self._searches[at // len(languages)], "lang": languages[at % len(languages)], "sort": "latest",
                  "since": since and since.strftime("%Y-%m-%dT%H:%M:%SZ"), "limit": self.page_rows, "cursor": place}
        body = self._get("app.bsky.feed.searchPosts", params)
        cursor = body.get("cursor")
        return Page(tuple(map(self._kept, body["posts"])), cursor if cursor != place else None)

    def read(self, raw: Raw) -> Record:
        """Return the words of one post."""
        key, at = key_in(raw, "uri"), _time(raw)
        did, _, rest = key.removeprefix("at://").partition("/")
        if len(key) > 300 or not rest.startswith("app.bsky.feed.post/"):
            raise UnreadableRecord("uri is no address of a post")
        labels = {words_in(label, "val") for label in tables_in(raw, "labels")}
        if labels & {"!takedown", "!hide"}:
            return Record(key, at, is_removed=True)
        if raw.get("is_own") is True:
            return Record(key, at, why_skipped="written by an own account")
        if "spam" in labels:
            return Record(key, at, why_skipped="labelled as spam")
        words = words_in(raw, "record.text")
        if not words.strip():
            return Record(key, at, why_skipped="no words")
        languages = found(raw, "record.langs")
        language = languages[0] if isinstance(languages, list) and languages else None
        return Record(key, at, (self.comment(
            key, words, received_at=at, author=words_in(raw, "author.did") or None,
            segments={"language": language} if language and isinstance(language, str) else {},
            url=f"https://bsky.app/profile/{did}/post/{rest.rpartition('/')[2]}"),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which posts were deleted, or taken down with or without their account."""
        there = set[str]()
        for first in range(0, len(keys), _AT_ONCE):
            body = self._get("app.bsky.feed.getPosts", {"uris": list(keys[first:first + _AT_ONCE])})
            there |= {str(found(post, "uri")) for post in body["posts"]}
        return frozenset(keys) - there

    def _opened(self) -> tuple[Any, Any]:
        try:
            import atproto
        except ImportError:
            raise http.missing("atproto") from None
        seconds = (http.CONNECT_SECONDS, *(http.READ_SECONDS,) * 3)
        request = atproto.Request(timeout=seconds, event_hooks={"response": [_refuse]})
        request.add_additional_header("User-Agent", f"cx_text/{version('cx-text')}")
        return request, atproto.Client(http.checked_url(self.options.base_url or "https://bsky.social"), request)

    def _get(self, method: str, params: Mapping[str, Any]) -> Any:
        """Return what a query gives. Where the token has run out, it logs in anew, once."""
        from atproto import models

        kind = {"app.bsky.feed.searchPosts": models.AppBskyFeedSearchPosts.Params,
                "app.bsky.feed.getPosts": models.AppBskyFeedGetPosts.Params}[method]
        is_new = not self._token
        if is_new:
            self._token = self._login()
        try:
            return self._asked(self._client.invoke_query, method, params=kind(**params),
                               headers={"Authorization": f"Bearer {self._token}"})
        except _OldToken:
            self._token = ""
            if is_new:
                raise
            return self._get(method, params)

    def _login(self) -> str:
        from atproto import models

        name = "com.atproto.server.createSession"
        data = models.ComAtprotoServerCreateSession.Data(identifier=self.secrets["handle"],
                                                         password=self.secrets["password"])
        body = self._asked(self._client.invoke_procedure, name, data=data, input_encoding="application/json")
        return str(body["accessJwt"])

    def _asked(self, ask: Any, method: str, **given: Any) -> Any:
        """Return the JSON of an answer."""
        where = f"{urlsplit(self.options.base_url or 'https://bsky.social').hostname}/xrpc/{method}"
        from atproto.exceptions import InvokeTimeoutError

        try:
            body = ask(method, **given).content
        except PlatformError:
            raise
        except InvokeTimeoutError:
            raise PlatformError("no answer in time", where=where, permanent=False) from None
        except ValueError:
            raise PlatformError("the answer is no whole JSON", where=where, permanent=False) from None
        except Exception as error:  # noqa: BLE001  the library lets through what it does not know
            raise PlatformError(f"no answer ({type(error).__name__})", where=where, permanent=False) from None
        if not isinstance(body, dict):
            raise PlatformError("the answer is no whole JSON", where=where, permanent=False)
        return body

    def _kept(self, post: object) -> Raw:
        """Return what is kept of a post: no names, and nothing of others whom it quotes."""
        raw = post if isinstance(post, Mapping) else {}
        record = found(raw, "record")
        if isinstance(record, Mapping):
            record = {name: record[name] for name in ("text", "createdAt", "langs", "tags") if name in record}
        did, labels = found(raw, "author.did"), raw.get("labels")
        return {"uri": raw.get("uri"), "indexedAt": raw.get("indexedAt"), "record": record, "author": {"did": did},
                "labels": [{"val": found(one, "val")} for one in labels] if isinstance(labels, list) else labels,
                "is_own": bool(self._own & {str(did).casefold(), str(found(raw, "author.handle")).casefold()})}


class _OldToken(PlatformError):  # noqa: N818
    """The login has run out."""


def _refuse(answer: httpx.Response) -> None:
    """Say what an answer means that is none, before the library goes where it points to."""
    if answer.status_code < 300:
        return
    try:
        name = json.loads(answer.read()).get("error")
    except (ValueError, AttributeError):
        name = None
    error = http.refused(answer.status_code, answer.headers, str(answer.url))
    if name in _OLD_TOKENS:
        raise _OldToken(error.what, where=error.where, next=error.next)
    if answer.status_code == 400 and "cursor" in answer.request.url.params:
        raise PlaceGone("the platform does not know this cursor", where=error.where)
    raise error


def _time(raw: Raw) -> datetime:
    """Return by when a post is sorted: apps say when it was made as they like, but not after it was first seen."""
    indexed_at = time_in(raw, "indexedAt")
    try:
        made_at = time_in(raw, "record.createdAt")
    except UnreadableRecord:
        made_at = None
    times = [at for at in (made_at, indexed_at) if at is not None]
    if not times:
        raise UnreadableRecord("indexedAt is missing")
    return min(times)
