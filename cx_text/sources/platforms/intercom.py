"""Intercom: how customers began conversations, and how they rated them, by the search of conversations
(https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, NoReturn

from pydantic import Field

from cx_text.comment import Comment, RatingScale
from cx_text.sources.platforms.base import (
    Page,
    Place,
    PlaceGone,
    Platform,
    PlatformOptions,
    Raw,
    Record,
    found,
    key_in,
    table_in,
    tables_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, refused
from cx_text.text.markup import plain_text

_CUSTOMERS = ("user", "lead", "contact")
_PERSONS = (*_CUSTOMERS, "admin", "team", "bot")
_HOSTS = {"us": ("api.intercom.io", "app.intercom.com"), "eu": ("api.eu.intercom.io", "app.eu.intercom.com"),
          "au": ("api.au.intercom.io", "app.au.intercom.com")}
_STARS = RatingScale(1, 5)


class IntercomOptions(PlatformOptions):
    """What a recipe says of an Intercom workspace."""

    region: Literal["us", "eu", "au"] = "us"
    """Where the workspace is hosted."""
    workspace: str | None = Field(None, pattern="^[a-z0-9]+$")
    """The workspace's id, so that comments lead to their conversations."""
    what: tuple[Literal["words", "ratings"], ...] = Field(("words", "ratings"), min_length=1)
    """What is read: the words with which customers began, ratings with their remarks, or both."""
    attributes: tuple[str, ...] = ()
    """Custom attributes of conversations that group customers."""
    tags: tuple[str, ...] = ()
    """Tags that group customers: each is a segment that is yes or no."""


class Intercom(Platform):
    """One workspace, by time of change. It does not tell which conversations were deleted."""

    options_type = IntercomOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"token": "INTERCOM_ACCESS_TOKEN"}
    page_rows = 150

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        api, self._app = _HOSTS[self.options.region]
        self._http = self.keep(_Http(self.options.base_url or f"https://{api}", pause_seconds=0.1, headers={
            "Authorization": f"Bearer {self.secrets['token']}", "Intercom-Version": "2.11"}))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 150 conversations by time of change, what was written in them as plain text."""
        del part
        after = 0 if since is None else int(since.timestamp()) - 1  # there is no "at or after"
        body = self._http.post("conversations/search", {
            "query": {"field": "updated_at", "operator": ">", "value": after},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": {"per_page": self.page_rows, **({"starting_after": place} if place else {})}})
        raws = tuple(_kept(conversation) for conversation in body.get("conversations") or [])
        return Page(raws, found(body, "pages.next.starting_after"))

    def read(self, raw: Raw) -> Record:
        """Return the words with which a customer began a conversation, and the rating with its remark."""
        key, at = key_in(raw, "id"), time_in(raw, "updated_at")
        if found(raw, "source.redacted") is True:
            return Record(key, at, is_removed=True)
        given: dict[str, Any] = {"author": _author(raw), "segments": self._segments(raw), "url": self._url(key)}
        said = self._words(key, raw, given), self._rating(key, raw, given)
        comments = tuple(comment for comment in said if comment is not None)
        return Record(key, at, comments, why_skipped=None if comments else "no customer's first words and no rating")

    def pushed(self, raw: Raw) -> Raw:
        """Return a pushed conversation as one of a search."""
        return _kept(raw)

    def _words(self, key: str, raw: Raw, given: Mapping[str, Any]) -> Comment | None:
        words = words_in(raw, "source.body")
        if "words" not in self.options.what or not words.strip() or not _began(raw):
            return None
        if found(raw, "source.type") == "twitter":  # Intercom gives a sentence of its own in place of those words
            return None
        return self.comment(key, words, of="words", received_at=time_in(raw, "created_at"), **given)

    def _rating(self, key: str, raw: Raw, given: Mapping[str, Any]) -> Comment | None:
        rating, remark = whole_in(raw, "conversation_rating.rating", 1, 5), words_in(raw, "conversation_rating.remark")
        if "ratings" not in self.options.what or (rating is None and not remark.strip()):
            return None
        return self.comment(key, remark, of="rating", rating=rating, rating_scale=_STARS if rating else None,
                            received_at=time_in(raw, "conversation_rating.created_at"), **given)

    def _segments(self, raw: Raw) -> dict[str, str]:
        attributes, channel = table_in(raw, "custom_attributes"), words_in(raw, "source.type")
        names = {tag.get("name") for tag in tables_in(raw, "tags.tags") if isinstance(tag.get("name"), str)}
        return {**({"channel": channel} if channel else {}),
                **{name: str(value) for name in self.options.attributes
                   if isinstance(value := attributes.get(name), str | int | float) and str(value)},
                **{tag: "yes" if tag in names else "no" for tag in self.options.tags}}

    def _url(self, key: str) -> str | None:
        workspace = self.options.workspace
        return workspace and f"https://{self._app}/a/inbox/{workspace}/inbox/conversation/{key}"


class _Http(Http):
    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        """Raise what a status means: of all that is asked, only the place of a page can be wrong."""
        del body
        error = refused(status, headers, url)
        raise PlaceGone(error.what, where=error.where) if status == 400 else error


def _began(raw: Raw) -> bool:
    """Return whether a customer began a conversation, and not the team, a bot or a campaign."""
    return (found(raw, "source.author.type") in _CUSTOMERS
            and found(raw, "source.delivered_as") in (None, "customer_initiated"))


def _author(raw: Raw) -> str | None:
    """Return the id of the customer, one for all that a conversation holds."""
    if _began(raw):
        return words_in(raw, "source.author.id") or None
    first = next(iter(tables_in(raw, "contacts.contacts")), {})
    return words_in(raw, "conversation_rating.contact.id") or words_in(first, "id") or None


def _kept(raw: Raw) -> Raw:
    """Return a conversation with its first words as plain text, and without names and addresses of persons.

    What is masked in words may look like markup, so it has to be plain before.
    """
    nameless: dict[str, Any] = _nameless(raw)
    source = table_in(nameless, "source")
    if isinstance(body := source.get("body"), str):
        nameless["source"] = {**source, "body": plain_text(body)}
    return nameless


def _nameless(value: Any) -> Any:
    if isinstance(value, list):
        return [_nameless(one) for one in value]
    if not isinstance(value, dict):
        return value
    left_out = ("name", "email") if value.get("type") in _PERSONS else ()
    return {name: _nameless(inner) if isinstance(inner, dict | list) else inner for name, inner in value.items()
            if name not in left_out}
