"""Retently: feedback to NPS, CSAT, CES and star campaigns, by API v2 (https://www.retently.com/api/)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from cx_text.sources.platforms.base import (
    Page,
    Place,
    Platform,
    PlatformError,
    PlatformOptions,
    Raw,
    Record,
    as_segment,
    found,
    key_in,
    tables_in,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http, refused
from cx_text.sources.platforms.surveys import scores_of

_HIGHEST: Final = {"csat": 5, "ces": 7, "star": 5}  # from 1
_KNOWN: Final = {"campaign": "campaignName", "channel": "channel", "metric": "metricsType", "company": "companyName",
                 "country": "country", "state": "state", "city": "city", "tags": "tags",
                 "feedback_tags": "feedbackTags"}
# Who the customer is, and what those who answer wrote down.
_NOT_KEPT: Final = ("email", "firstName", "lastName", "jobTitle", "notes", "assigned")


class RetentlyOptions(PlatformOptions):
    """What a recipe says of a Retently account."""

    campaign: str | None = None
    """Id of the one campaign that is read; all of the account when not given."""
    metric: str | None = None
    """What the surveys ask (nps, csat, ces or star), where feedback does not say."""
    highest: dict[str, Annotated[int, Field(ge=2, le=100)]] = Field(default_factory=dict)
    """Metric → its highest score, where it is not the usual one; the lowest is 1."""
    segments: tuple[str, ...] = ("campaign", "channel")
    """What groups customers: campaign, channel, metric, company, country, state, city, tags, feedback_tags, or names or
    labels of customers' properties."""
    customer: str | None = None
    """Property with the customer's own key; Retently's id of the customer when not given."""


class Retently(Platform):
    """The feedback of one account. It can be filtered by when it was given alone, and removed one is not told of."""

    options_type = RetentlyOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"key": "RETENTLY_API_KEY"}
    page_rows = 1000
    lag = timedelta(days=14)  # comments follow scores, and the platform does not say when one was changed

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://app.retently.com",
                                    headers={"Authorization": f"api_key={self.secrets['key']}"},
                                    pause_seconds=0.4))  # 150 requests a minute are allowed

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 1,000 answers, the oldest first: what comes meanwhile does not move them."""
        del part
        number = place or 1
        body = self._http.get("api/v2/feedback", {
            "page": number, "limit": self.page_rows, "sort": "createdDate", "campaignId": self.options.campaign,
            "startDate": since and since.strftime("%Y-%m-%dT%H:%M:%SZ")})
        code, items = found(body, "code"), found(body, "data.responses")
        if isinstance(code, int) and code >= 300:  # said in the body alone
            raise refused(code, {}, f"{self._http.base_url}/api/v2/feedback")
        if not isinstance(items, list):
            raise PlatformError("the answer holds no list of responses", where="retently", permanent=False)
        pages = found(body, "data.pages")
        more = number < pages if isinstance(pages, int) else len(items) >= self.page_rows
        return Page(tuple(self._lean(item) for item in items), number + 1 if more else None)

    def read(self, raw: Raw) -> Record:
        """Return the comment with its score."""
        key, at = key_in(raw, "id"), time_in(raw, "createdDate")
        if found(raw, "isBogus") is True:
            return Record(key, at, why_skipped="marked as bogus there")
        if self.options.campaign is not None and found(raw, "campaignId") not in (None, self.options.campaign):
            return Record(key, at, why_skipped="it answers another campaign")
        words, scores = words_in(raw, "comment"), self._scores(raw)
        if not words.strip() and scores["nps_score"] is None and scores["rating"] is None:
            return Record(key, at, why_skipped="no comment and no score")
        segments = {name: value for name in self.options.segments if (value := _segment(raw, name))}
        return Record(key, at, (self.comment(key, words, received_at=at, author=self._author(raw), segments=segments,
                                             **scores),))

    def _scores(self, raw: Raw) -> dict[str, Any]:
        """Return the score from 0 to 10, or the rating with its scale; None where there are none."""
        metric = (words_in(raw, "metricsType") or self.options.metric or "nps").lower()
        return scores_of(raw, metric, kind_field="metricsType", nps_kinds=("nps",),
                         highest={**_HIGHEST, **self.options.highest})

    def _author(self, raw: Raw) -> str | None:
        name = self.options.customer
        value = found(raw, "customerId") if name is None else _property(raw, name)
        return value if isinstance(value, str) and value else None

    def _lean(self, item: Raw) -> Raw:
        """Return feedback without what is not needed (`_NOT_KEPT`), and with the customer's own key as words."""
        properties, name = item.get("customProps"), self.options.customer
        kept = {field: value for field, value in item.items() if field not in _NOT_KEPT}
        if name is None or not isinstance(properties, list):
            return kept
        return {**kept, "customProps": [{**one, "value": str(one["value"])} if _is(one, name) and isinstance(
            one.get("value"), int | float) else one for one in properties]}


def _is(one: Any, name: str) -> bool:
    return isinstance(one, Mapping) and name in (one.get("name"), one.get("label"))


def _property(raw: Raw, name: str) -> Any:
    return next((one.get("value") for one in tables_in(raw, "customProps") if _is(one, name)), None)


def _segment(raw: Raw, name: str) -> str | None:
    return as_segment(found(raw, _KNOWN[name]) if name in _KNOWN else _property(raw, name))
