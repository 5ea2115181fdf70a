"""Zendesk: tickets and ratings of support, by the Ticketing API (https://developer.zendesk.com/api-reference/ticketing/).

Tickets come from the incremental export by cursor, which tells every change, deletions too
(…/ticketing/ticket-management/incremental_exports/); ratings are those of the older CSAT survey
(…/ticketing/ticket-management/satisfaction_ratings/).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
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
    UnreadableRecord,
    as_segment,
    found,
    key_in,
    tables_in,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, refused

_TICKETS, _RATINGS = "tickets", "ratings"
_SATISFIED = {"bad": 0.0, "good": 1.0}
_NO_ANSWERS = ("offered", "unoffered")
_MOST_RATINGS = 100  # on a page
# What stands first in these is no customer's words: transcripts, numbers of calls, rules, other people's mails.
_OTHERS_WORDS = ("chat", "native_messaging", "rule", "sample_ticket", "side_conversation", "system", "voice")
_Segment = Literal["brand_id", "channel", "group_id", "organization_id", "priority", "reason", "ticket_form_id", "type"]


class ZendeskOptions(PlatformOptions):
    """What a recipe says of a Zendesk account."""

    subdomain: str = Field(pattern="^[A-Za-z0-9-]+$")
    """The account's own: what stands before .zendesk.com."""
    what: tuple[Literal["tickets", "ratings"], ...] = Field(("tickets", "ratings"), min_length=1)
    """What is collected."""
    skip_channels: tuple[str, ...] = _OTHERS_WORDS
    """Tickets that came by these channels are left out, such as "api" where your own systems open them."""
    subject: bool = False
    """Read a ticket's subject as its first line, where the words do not hold it anyway."""
    segments: tuple[_Segment, ...] = ("channel", "reason")
    """Fields that group customers; "reason" is that of a bad rating."""
    fields: dict[str, str] = Field({})
    """Ids of custom fields → the segments that they give."""
    tags: tuple[str, ...] = ()
    """Tags that group customers: each is a segment that is yes or no."""
    ratings_back_days: float = Field(14, ge=0, le=365)
    """Each look asks again for the ratings of this long, since customers change them and answer late."""


class Zendesk(Platform):
    """One account; its tickets and its ratings are parts."""

    options_type = ZendeskOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"email": "ZENDESK_EMAIL", "token": "ZENDESK_API_TOKEN"}
    lag = timedelta(hours=1)  # the export is by time of change, and holds nothing of the last minute
    page_rows = 1000

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._home = f"https://{self.options.subdomain}.zendesk.com"
        base_url, auth = self.options.base_url or self._home, (f"{self.secrets['email']}/token", self.secrets["token"])
        self._exports = self.keep(_Http(base_url, auth=auth, pause_seconds=6))  # ten requests a minute are allowed
        self._http = self.keep(_Http(base_url, auth=auth, pause_seconds=0.3))  # 200 a minute on the smallest plan

    def parts(self) -> tuple[str, ...]:
        """Return what the recipe asks for of tickets and ratings."""
        return tuple(dict.fromkeys(self.options.what))

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 1,000 tickets by time of change, or up to 100 ratings."""
        return self._tickets(since, place) if part == _TICKETS else self._ratings(since, place)

    def read(self, raw: Raw) -> Record:
        """Return the first words of a ticket, or a rating with what was written beside it."""
        part = words_in(raw, "part")
        if part not in (_TICKETS, _RATINGS):
            raise UnreadableRecord("part is neither tickets nor ratings")
        return self._ticket(raw) if part == _TICKETS else self._rating(raw)

    def pushed(self, raw: Raw) -> Raw:
        """Return a pushed ticket as one of the export."""
        return _kept(raw, part=_TICKETS)

    def _tickets(self, since: datetime | None, place: Place) -> Page:
        latest = datetime.now(UTC) - timedelta(minutes=2)  # a later start is refused
        start = 0 if since is None else int(min(since, latest).timestamp())
        body = self._exports.get("api/v2/incremental/tickets/cursor.json", {
            "start_time": start if place is None else None, "cursor": place, "per_page": self.page_rows,
            "include": "users"})
        roles = {user.get("id"): user.get("role") for user in body.get("users") or []}
        raws = tuple(_kept(ticket, part=_TICKETS, requester_role=roles.get(ticket.get("requester_id")))
                     for ticket in body.get("tickets") or [])
        return Page(raws, None if body.get("end_of_stream") else body.get("after_cursor"))

    def _ratings(self, since: datetime | None, place: Place) -> Page:
        start = since and int((since - timedelta(days=self.options.ratings_back_days)).timestamp())
        body = self._http.get("api/v2/satisfaction_ratings.json", {
            "score": "received", "start_time": start, "page[size]": min(self.page_rows, _MOST_RATINGS),
            "page[after]": place})
        raws = tuple(_kept(rating, part=_RATINGS) for rating in body.get("satisfaction_ratings") or [])
        return Page(raws, found(body, "meta.after_cursor") if found(body, "meta.has_more") else None)

    def _ticket(self, raw: Raw) -> Record:
        key, at = key_in(raw, "id"), time_in(raw, "generated_timestamp") or time_in(raw, "updated_at")
        if found(raw, "status") == "deleted":
            return Record(key, at, is_removed=True)
        if why := self._why_skipped(raw):
            return Record(key, at, why_skipped=why)
        words, subject = words_in(raw, "description"), words_in(raw, "subject").strip()
        if self.options.subject and subject not in words:
            words = f"{subject}\n{words}"
        return Record(key, at, (self._said(key, words, key, raw),))

    def _why_skipped(self, raw: Raw) -> str | None:
        """Return why what stands first in a ticket is not the customer's, None where it is."""
        if (channel := words_in(raw, "via.channel")) in self.options.skip_channels:
            return f"it came by the channel {channel}"
        if found(raw, "is_public") is False:
            return "all that it holds is private"
        if words_in(raw, "submitter_id") != words_in(raw, "requester_id"):
            return "somebody else wrote it for the customer"
        if words_in(raw, "requester_role") in ("agent", "admin"):
            return "one of the team asked"
        return None if words_in(raw, "description").strip() else "it has no words"

    def _rating(self, raw: Raw) -> Record:
        key, at, given = f"rating-{key_in(raw, 'id')}", time_in(raw, "created_at"), words_in(raw, "score")
        if given in _NO_ANSWERS:
            return Record(key, at, why_skipped="the customer has not answered")
        rating = _SATISFIED.get(given.partition("_")[0])  # "good_with_comment" is good
        if rating is None:
            raise UnreadableRecord("score is neither good nor bad")
        return Record(key, at, (self._said(key, words_in(raw, "comment"), key_in(raw, "ticket_id"), raw, rating=rating,
                                           rating_scale=RatingScale(0, 1)),))

    def _said(self, key: str, words: str, ticket: str, raw: Raw, **given: Any) -> Comment:
        return self.comment(key, words, received_at=time_in(raw, "created_at"), segments=self._segments(raw),
                            author=words_in(raw, "requester_id") or None,
                            url=f"{self._home}/agent/tickets/{ticket}", **given)

    def _segments(self, raw: Raw) -> dict[str, str]:
        values = {**raw, "channel": found(raw, "via.channel")}
        segments = {name: str(value) for name in self.options.segments
                    if isinstance(value := values.get(name), str | int) and str(value)}
        for one in tables_in(raw, "custom_fields"):
            name, value = self.options.fields.get(str(one.get("id"))), one.get("value")
            if name and (words := as_segment(value)):
                segments[name] = words
        tags = found(raw, "tags")
        return segments | ({tag: "yes" if tag in tags else "no" for tag in self.options.tags}
                           if isinstance(tags, list) else {})


class _Http(Http):
    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        """Raise what a status means: of all that is asked, only a cursor can be wrong, when it is too old."""
        del body
        error = refused(status, headers, url)
        raise PlaceGone(error.what, where=error.where) if status == 400 else error


def _kept(raw: Raw, **more: Any) -> Raw:
    """Return a record with ids of persons as words, which a pseudonym can replace, and without names and addresses."""
    ids = {name: str(raw[name]) for name in ("requester_id", "submitter_id") if raw.get(name) is not None}
    via = {"via": {"channel": found(raw, "via.channel")}} if "via" in raw else {}
    return {**raw, **ids, **via, **more}
