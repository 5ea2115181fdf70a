"""Delighted, and tools that offer the same API: survey responses (https://app.delighted.com/docs/api)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
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
    table_in,
    tables_in,
    time_in,
    words_in,
)
from cx_text.sources.platforms.http import Http
from cx_text.sources.platforms.surveys import scores_of

_SCORED: Final = ("nps", "enps")  # from 0 to 10
_HIGHEST: Final = {"csat": 5, "ces": 5, "pmf": 3}  # from 1; help.delighted.com/article/530-survey-types-overview


class DelightedOptions(PlatformOptions):
    """What a recipe says of a Delighted project."""

    kind: str | None = None
    """What the surveys ask (nps, csat, ces …), where responses do not say."""
    highest: dict[str, Annotated[int, Field(ge=2, le=100)]] = Field(default_factory=dict)
    """Kind of survey → its highest score, where it is not the usual one; the lowest is 1."""
    segments: tuple[str, ...] = ()
    """Properties of persons that group customers; "tags" and "survey_type" can be named, too."""
    customer: str | None = None
    """Property of persons with the customer's own key; Delighted's id of the person when not given."""


class Delighted(Platform):
    """The responses of one project, by its API key. Removed ones are not told of.

    A look asks twice: for what was made, which never changes its order, and then for what was changed. Responses that
    nobody changed may have no time of change, and what is changed meanwhile moves to the end.
    """

    options_type = DelightedOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"key": "DELIGHTED_API_KEY"}
    page_rows = 100

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://api.delighted.com",
                                    auth=(self.secrets["key"], ""),
                                    pause_seconds=0.6))  # some 100 requests a minute are allowed

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 responses; all that there is ends with an empty page, however many the server gives."""
        del part
        since_seconds = None if since is None else int(since.timestamp())
        order, changed_seconds, number = place or ("made", None, 1)
        by = {"since": since_seconds, "order": "asc"} if order == "made" else {
            "updated_since": changed_seconds, "order": "asc:updated_at"}
        items = self._http.get("v1/survey_responses.json", {
            "per_page": self.page_rows, "page": number, "expand[]": "person", **by})
        if not isinstance(items, list):
            raise PlatformError("the answer is no list of responses", where="delighted", permanent=False)
        raws = tuple(self._lean(item) for item in items)
        if not items:  # the first look has seen all in the state of now
            return Page(raws, ["changed", since_seconds, 1] if order == "made" and since_seconds is not None else None)
        newest = items[-1].get("updated_at") if order == "changed" else None
        if isinstance(newest, int) and newest != changed_seconds:
            return Page(raws, [order, newest, 1])
        return Page(raws, [order, changed_seconds, number + 1])

    def read(self, raw: Raw) -> Record:
        """Return the comment of a response with its score, and open answers to further questions."""
        key, made_at = key_in(raw, "id"), time_in(raw, "created_at")
        at = time_in(raw, "updated_at") or made_at
        given = {"received_at": made_at, "author": self._author(raw), "url": words_in(raw, "permalink") or None,
                 "segments": {name: value for name in self.options.segments if (value := _segment(raw, name))},
                 **self._scores(raw)}
        more = [(key_in(answer, "question.id"), words_in(answer, "question.text") or None, words)
                for answer in tables_in(raw, "additional_answers")
                if (words := words_in(answer, "value.free_response")).strip()]
        words = words_in(raw, "comment")
        if not words.strip() and not more and given["nps_score"] is None and given["rating"] is None:
            return Record(key, at, why_skipped="no comment and no score")
        return Record(key, at, (self.comment(key, words, **given), *(
            self.comment(key, told, of=question, question=wording, **given) for question, wording, told in more)))

    def pushed(self, raw: Raw) -> Raw:
        """Return a pushed response as one of a list."""
        return self._lean(raw)

    def _scores(self, raw: Raw) -> dict[str, Any]:
        """Return the score from 0 to 10, or the rating with its scale; None where there are none."""
        kind = (words_in(raw, "survey_type") or self.options.kind or "nps").lower()
        return scores_of(raw, kind, kind_field="survey_type", nps_kinds=_SCORED,
                         highest={**_HIGHEST, **self.options.highest})

    def _author(self, raw: Raw) -> str | None:
        if self.options.customer is not None:
            value = table_in(raw, "person_properties").get(self.options.customer)
        else:
            value = found(raw, "person.id")
        return value if isinstance(value, str) and value else None

    def _lean(self, item: Raw) -> Raw:
        """Return a response without what is not needed: names and addresses of persons, and notes of those who answer.

        The keys of customers are words in it, and its person is a table, also where a tool gives the id alone.
        """
        person, properties = item.get("person"), item.get("person_properties")
        key = person.get("id") if isinstance(person, Mapping) else person
        changed: dict[str, Any] = {"person": None if key is None else {"id": str(key)}}
        name = self.options.customer
        if name is not None and isinstance(properties, Mapping) and isinstance(properties.get(name), int | float):
            changed["person_properties"] = {**properties, name: str(properties[name])}
        return {**{name: value for name, value in item.items() if name != "notes"}, **changed}


def _segment(raw: Raw, name: str) -> str | None:
    value = table_in(raw, "person_properties").get(name)
    if value in (None, "") and name in ("tags", "survey_type"):
        value = raw.get(name)
    return as_segment(value)
