"""Reddit: posts and comments by its Data API (https://www.reddit.com/dev/api), which is asked through PRAW."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, ClassVar

from pydantic import field_validator

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

_WITHOUT_WORDS = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
# What is kept of the hundred fields of a post: no other says more of what was said, and many say more of who said it.
_KEPT = ("name", "title", "selftext", "body", "created_utc", "edited", "permalink", "subreddit",
         "distinguished", "removed_by_category", "crosspost_parent", "promoted")


class RedditOptions(PlatformOptions):
    """What a recipe says of a Reddit source."""

    searches: tuple[str, ...] | None = None
    """What posts are searched for; the spellings of the brands when not given, unless there are subreddits."""
    within: tuple[str, ...] = ()
    """Subreddits that are searched; all of Reddit when not given."""
    subreddits: tuple[str, ...] = ()
    """Subreddits of which every new post and comment is read."""
    own_accounts: tuple[str, ...] = ()
    """Names of your own accounts: what they say is skipped."""
    contact: str | None = None
    """Your name on Reddit, which its rules ask to be told."""

    @field_validator("within", "subreddits")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        bare = tuple(name.strip().strip("/").removeprefix("r/") for name in names)
        for name in bare:
            if not re.fullmatch(r"\w{2,24}", name, re.ASCII):
                raise ValueError(f"{name!r} is no name of a subreddit")
        return bare


class Reddit(Platform):
    """Searches, and what is new in subreddits. Reddit orders by when something was written, and gives the newest 1,000.

    A hundred requests a minute are allowed, counted over ten minutes: a look at one part takes ten at most.
    """

    options_type = RedditOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"client_id": "REDDIT_CLIENT_ID",
                                                     "client_secret": "REDDIT_CLIENT_SECRET"}
    is_newest_first = True
    erases_removed = True
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._asked = self._parts()
        self._own = frozenset(name.strip().removeprefix("u/").casefold() for name in self.options.own_accounts)
        self._session = self.keep(Session())
        self._reddit = self._opened()

    def parts(self) -> tuple[str, ...]:
        """Return the searches, and the posts and the comments of each subreddit."""
        return tuple(self._asked)

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 posts or comments, the newest first."""
        del since  # nothing can be asked for by time
        path, params = self._asked[part]
        body = self._get(path, {**params, "limit": self.page_rows, **({"after": place} if place else {})})
        return Page(tuple(self._kept(child) for child in body["data"]["children"]), body["data"].get("after"))

    def read(self, raw: Raw) -> Record:
        """Return the words of a post with its title, or of a comment."""
        key, at, author = key_in(raw, "name"), time_in(raw, "created_utc"), words_in(raw, "author.id")
        if key[:3] not in ("t1_", "t3_"):
            return Record(key, at, why_skipped="no post and no comment")
        if _is_removed(raw):
            return Record(key, at, is_removed=True)
        if why := _why_skipped(raw):
            return Record(key, at, why_skipped=why)
        said = (words_in(raw, "title"), words_in(raw, "selftext"), words_in(raw, "body"))
        subreddit, path = words_in(raw, "subreddit"), words_in(raw, "permalink")
        return Record(key, at, (self.comment(
            key, "\n\n".join(words for words in said if words.strip()), received_at=at,
            author=None if author in _WITHOUT_WORDS else author or None,
            segments={"subreddit": subreddit} if subreddit else {},
            url=f"https://www.reddit.com{path}" if path else None),))

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which posts and comments were deleted by who wrote them, or removed."""
        body = self._get("api/info", {"id": ",".join(keys)})
        raws = [self._kept(child) for child in body["data"]["children"]]
        return frozenset(keys) - {raw.get("name") for raw in raws if not _is_removed(raw)}

    def _parts(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the path and the parameters of each part."""
        options, found = self.options, dict[str, tuple[str, dict[str, Any]]]()
        searches = options.searches
        if searches is not None or not options.subreddits:
            path = f"r/{'+'.join(options.within)}/search" if options.within else "search"
            given = {"sort": "new", "t": "all", "type": "link", **({"restrict_sr": "true"} if options.within else {})}
            found |= {f"search {query}": (path, {"q": query, **given})
                      for query in chosen_searches(searches, self.brands, self.source)}
        for name in options.subreddits:
            found |= {f"r/{name}": (f"r/{name}/new", {}), f"r/{name} comments": (f"r/{name}/comments", {})}
        return found

    def _opened(self) -> Any:
        try:
            import praw
        except ImportError:
            raise missing("praw") from None
        base_url, contact = self.options.base_url, self.options.contact
        who = f" (by /u/{contact.removeprefix('u/')})" if contact else ""
        return praw.Reddit(
            client_id=self.secrets["client_id"], client_secret=self.secrets["client_secret"],
            user_agent=f"python:cx_text:v{version('cx-text')}{who}", requestor_kwargs={"session": self._session},
            oauth_url=checked_url(base_url or "https://oauth.reddit.com"),
            reddit_url=checked_url(base_url or "https://www.reddit.com"),
            # Nothing that a praw.ini or a variable of this machine says is taken instead.
            username=None, password=None, refresh_token=None, check_for_updates=False, check_for_async=False)

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        """Return the JSON at a path, as Reddit gives it. Where the token has run out, a new one is asked for once."""
        try:
            return self._answer(path, params)
        except PlatformError as error:
            status = self._session.status if self._session.path.endswith(path) else None
            if status == 302:  # to a search for subreddits of such a name
                raise PlatformError("there is no such subreddit", where=error.where,
                                    next="Check the names of subreddits of this source in the recipe") from None
            if status != 401:
                raise
        self._reddit = self._opened()
        return self._answer(path, params)

    def _answer(self, path: str, params: Mapping[str, Any]) -> Any:
        from prawcore import OAuthException, RequestException

        try:
            return self._reddit.request(method="GET", path=path, params=dict(params))
        except RequestException as error:  # what the connection said of it
            raise error.original_exception from None
        except OAuthException:  # said with status 200
            raise PlatformError("the platform refuses the credentials", where="reddit.com",
                                next="Check the secrets and rights of this source") from None

    def _kept(self, child: object) -> Raw:
        data = found(child, "data") if isinstance(child, Mapping) else None
        kept = {name: data[name] for name in _KEPT if name in data} if isinstance(data, Mapping) else {}
        name = found(data, "author") if isinstance(data, Mapping) else None  # lasting: nobody can change it
        return {**kept, "author": {"id": name}, "is_own": str(name).casefold() in self._own}


def _is_removed(raw: Raw) -> bool:
    body = raw.get("selftext" if str(raw.get("name")).startswith("t3_") else "body")
    return body in _WITHOUT_WORDS or raw.get("removed_by_category") is not None


def _why_skipped(raw: Raw) -> str | None:
    if raw.get("is_own") is True:
        return "written by an own account"
    if raw.get("distinguished") is not None or found(raw, "author.id") == "AutoModerator":
        return "said as a moderator"
    if raw.get("crosspost_parent") is not None:
        return "another post, passed on"
    return "an advertisement" if raw.get("promoted") is True else None
