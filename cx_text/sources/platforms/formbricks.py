"""Formbricks: answers of one survey, by the Management API (https://formbricks.com/docs/api-v2-reference).

Answers come from version 2, which alone can order them by when they were changed. Questions come from version 1, which
gives them in one form for every survey, whether it was built of questions or of blocks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

from cx_text.comment import RatingScale
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
    needed,
    table_in,
    tables_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http
from cx_text.text.normalise import normalise

_READ = ("openText", "nps", "rating")
_RECALL = re.compile(r"#recall:.*?/fallback:.*?#")  # stands for an earlier answer, another one for each customer
_WHO = ("email", "firstName", "lastName")  # attributes of contacts that are not kept unless the recipe names them
_KNOWN = {"country": "meta.country", "language": "language", "source": "meta.source",
          "device": "meta.userAgent.device", "browser": "meta.userAgent.browser", "os": "meta.userAgent.os"}


class FormbricksOptions(PlatformOptions):
    """What a recipe says of a Formbricks survey."""

    survey: str
    """The survey's id: the part of its address after "surveys/"."""
    questions: tuple[str, ...] = ()
    """Ids of the questions with open answers; all that take text, but for addresses and numbers, when not given."""
    nps_question: str | None = None
    """Id of the question with the score from 0 to 10; the first NPS question when not given."""
    rating_question: str | None = None
    """Id of the question with a rating; the only one of the survey when not given."""
    segments: tuple[str, ...] = ("country", "device", "language")
    """What groups customers: attributes of contacts, hidden fields, ids of questions with choices, or one of country,
    language, source, device, browser and os."""
    customer: str | None = None
    """Attribute of contacts or hidden field with the customer's own key; Formbricks' id of the contact when not given.
    """
    unfinished: bool = False
    """Read answers that were broken off, too."""


class _NotThere(PlatformError):  # noqa: N818  says what it is
    """There is no such response."""


class _Asker(Http):
    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        """Raise what an HTTP status means; 404 is known again."""
        if status == 404:
            raise _NotThere("there is no such thing on the platform (404)", where="formbricks",
                            next="Check the survey's id in the recipe")
        super().refuse(status, headers, url, body)


class Formbricks(Platform):
    """One survey. Each answer comes again when it was changed; whether one is still there is asked for each."""

    options_type = FormbricksOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"key": "FORMBRICKS_API_KEY"}
    is_newest_first = True
    page_rows = 250
    lag = timedelta(days=1)
    can_find_gone = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(_Asker(self.options.base_url or "https://app.formbricks.com",
                                      headers={"x-api-key": self.secrets["key"]},
                                      pause_seconds=0.6))  # 100 requests a minute are allowed
        self._questions: list[Raw] | None = None
        self._not_kept: set[str] = set()

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 250 answers, those changed last first, each with the questions of the survey.

        `since` is not sent: older servers would take it for the time when an answer was made, and hide changed ones.
        """
        del part, since
        if self._questions is None:
            survey = self._http.get(f"api/v1/management/surveys/{self.options.survey}")
            questions = _questions(table_in(survey or {}, "data"))
            self._questions = [question for question in questions if question["type"] in _READ]
            who = {*_WHO, *(question["id"] for question in questions if _asks_who(question))}
            self._not_kept = who.difference(self.options.questions, self.options.segments, [self.options.customer])
        first = place or 0
        body = self._http.get("api/v2/management/responses", {
            "surveyId": self.options.survey, "limit": self.page_rows, "skip": first, "sortBy": "updatedAt",
            "order": "desc"})
        items = found(body, "data")
        if not isinstance(items, list):
            raise PlatformError("the answer holds no list of responses", where="formbricks", permanent=False)
        last, total = first + len(items), found(body, "meta.total")
        more = last < total if isinstance(total, int) else len(items) == self.page_rows
        return Page(tuple(self._lean(item) for item in items), last if items and more else None)

    def read(self, raw: Raw) -> Record:
        """Return the open answers of one response, with its scores."""
        key, at = key_in(raw, "id"), time_in(raw, "updatedAt")
        if needed(raw, "finished") is not True and not self.options.unfinished:
            return Record(key, at, why_skipped="the answer was not finished")
        data, questions = table_in(raw, "data"), tables_in(raw, "questions")
        opened = [question for question in questions if self._is_open(question)]
        given = {"received_at": time_in(raw, "createdAt"), "author": self._author(raw),
                 "segments": {name: value for name in self.options.segments if (value := _segment(raw, name))},
                 **self._scores(data, questions)}
        comments = tuple(self.comment(key, words, of=key_in(question, "id"),
                                      question=words_in(question, "headline") or None, **given)
                         for question in opened if (words := words_in(data, key_in(question, "id"))).strip())
        if comments:
            return Record(key, at, comments)
        if given["nps_score"] is None and given["rating"] is None:
            return Record(key, at, why_skipped="no open answer and no score")
        return Record(key, at, (self.comment(key, "", of=key_in(opened[0], "id") if opened else None, **given),))

    def pushed(self, raw: Raw) -> Raw:
        """Return a pushed response. It does not tell the questions: those are read that the recipe names."""
        named = {**dict.fromkeys(self.options.questions, "openText"),
                 **({self.options.nps_question: "nps"} if self.options.nps_question else {})}
        self._questions = [{"id": name, "type": kind} for name, kind in named.items()]
        self._not_kept = set(_WHO).difference(self.options.segments, [self.options.customer])
        return self._lean(raw)

    def gone(self, keys: Sequence[str]) -> frozenset[str]:
        """Return which responses are there no more, by asking for each."""
        return frozenset(key for key in keys if not self._is_there(key))

    def _is_there(self, key: str) -> bool:
        try:
            self._http.get(f"api/v2/management/responses/{quote(key, safe='')}")
        except _NotThere:
            return False
        return True

    def _scores(self, data: Raw, questions: list[Raw]) -> dict[str, Any]:
        """Return the score from 0 to 10 and the rating with its scale, None where there are none."""
        scored = [key_in(question, "id") for question in questions if self._is(question, "nps", "nps_question")]
        rated = [question for question in questions if self._is(question, "rating", "rating_question")]
        scale = whole_in(rated[0], "range", 2, 100) if len(rated) == 1 else None
        rating = whole_in(data, key_in(rated[0], "id"), 1, scale) if scale else None
        return {"nps_score": whole_in(data, scored[0], 0, 10) if scored else None, "rating": rating,
                "rating_scale": RatingScale(1, scale) if scale and rating is not None else None}

    def _is(self, question: Raw, kind: str, option: str) -> bool:
        wanted = getattr(self.options, option)
        return bool(found(question, "id") == wanted if wanted else found(question, "type") == kind)

    def _is_open(self, question: Raw) -> bool:
        if self.options.questions:
            return found(question, "id") in self.options.questions
        return found(question, "type") == "openText" and found(question, "inputType") in (None, "text")

    def _author(self, raw: Raw) -> str | None:
        name = self.options.customer
        value = found(raw, "contactId") if name is None else _given(raw, name)
        return value if isinstance(value, str) and value else None

    def _lean(self, item: Raw) -> Raw:
        """Return a response with the survey's questions, without what says who a customer is, and a key as words."""
        changed: dict[str, Any] = {"questions": self._questions}
        for place in ("contactAttributes", "data"):
            if isinstance(table := item.get(place), Mapping):
                changed[place] = {
                    name: str(value) if name == self.options.customer and isinstance(value, int | float) else value
                    for name, value in table.items() if name not in self._not_kept}
        return {**item, **changed}


def _questions(survey: Raw) -> list[Raw]:
    """Return what is needed of the questions, in order: their wording in the survey's own language."""
    listed = [*tables_in(survey, "questions"),
              *(element for block in tables_in(survey, "blocks") for element in tables_in(block, "elements"))]
    unique: dict[Any, Raw] = {}
    for question in listed:
        unique.setdefault(question.get("id"), question)
    return [{**{name: question[name] for name in ("id", "type", "inputType", "range") if name in question},
             "headline": _wording(question.get("headline"))}
            for question in unique.values() if question.get("id") and question.get("type")]


def _asks_who(question: Raw) -> bool:
    return question["type"] in ("contactInfo", "address") or question.get("inputType") in ("email", "phone")


def _wording(headline: object) -> str:
    words = headline.get("default") if isinstance(headline, Mapping) else headline
    return normalise(_RECALL.sub("…", words)) if isinstance(words, str) else ""


def _given(raw: Raw, name: str) -> Any:
    """Return an attribute of the contact, else a hidden field or an answer."""
    value = table_in(raw, "contactAttributes").get(name)
    return table_in(raw, "data").get(name) if value in (None, "") else value


def _segment(raw: Raw, name: str) -> str | None:
    value = _given(raw, name)
    if value in (None, "") and name in _KNOWN:
        value = found(raw, _KNOWN[name])
        value = None if (name, value) == ("language", "default") else value
    return as_segment(value)
