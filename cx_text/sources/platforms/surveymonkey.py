"""SurveyMonkey: responses to one survey, by the API v3 (https://api.surveymonkey.com/v3/docs).

Responses come by the time of their last change. A page begins where the one before ended in time, not at a number of
pages: one that is changed meanwhile goes to the end, and those behind it would move up and be missed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from cx_text.comment import RatingScale
from cx_text.sources.platforms.base import (
    Page,
    Place,
    Platform,
    PlatformOptions,
    Raw,
    Record,
    as_time,
    found,
    key_in,
    table_in,
    tables_in,
    time_in,
    whole_in,
    words_in,
)
from cx_text.sources.platforms.http import Http
from cx_text.text.normalise import normalise

_OPEN = ("single", "multi", "essay")
_NPS_WEIGHTS = (*[-100] * 7, 0, 0, 100, 100)  # of the choices 0 to 10, in the platform's own NPS question
_ELEVEN = tuple(range(11))
_WHO = frozenset(("first_name", "last_name", "email_address", "ip_address", "metadata", "edit_url"))
_NUMBER = re.compile(r"\b\d+\b")


class SurveyMonkeyOptions(PlatformOptions):
    """What a recipe says of a SurveyMonkey survey."""

    survey: str = Field(pattern=r"^\d+$")
    """The survey's id, a number; GET /surveys lists them."""
    questions: tuple[str, ...] = ()
    """Ids of the questions with open answers; all that take text when not given."""
    nps_question: str | None = None
    """Id of the question with the score from 0 to 10; the first NPS question when not given."""
    segments: tuple[str, ...] = ()
    """Custom variables, or ids of questions with choices, that group customers."""
    customer: str | None = None
    """Custom variable with the customer's own key, or "custom_value"."""
    unfinished: bool = False
    """Read the answers of those who did not finish the survey, too."""


class SurveyMonkey(Platform):
    """One survey. The platform does not tell which responses were deleted."""

    options_type = SurveyMonkeyOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"token": "SURVEYMONKEY_TOKEN"}
    page_rows = 100

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://api.surveymonkey.com/v3",
                                    headers={"Authorization": f"Bearer {self.secrets['token']}"},
                                    pause_seconds=0.5))  # 120 requests a minute are allowed
        self._questions: dict[str, Mapping[str, Any]] = {}

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 100 responses, the one that was changed longest ago first, with the wordings of questions."""
        del part
        if not self._questions:
            self._questions = _by_id(self._http.get(f"surveys/{self.options.survey}/details"))
        place = place or {"since": since and _text(since), "page": 1}
        body = self._http.get(f"surveys/{self.options.survey}/responses/bulk", {
            "per_page": self.page_rows, "page": place["page"], "sort_by": "date_modified", "sort_order": "ASC",
            "start_modified_at": place["since"]})
        items = body.get("data") or []
        more = found(body, "links.next") and _next(place, [found(item, "date_modified") for item in items])
        return Page(tuple(self._with_wordings(item) for item in items), more or None)

    def read(self, raw: Raw) -> Record:
        """Return the open answers of one response, with its score and its stars."""
        key, at = key_in(raw, "id"), time_in(raw, "date_modified")
        if why := self._why_skipped(raw):
            return Record(key, at, why_skipped=why)
        questions = [question for page in tables_in(raw, "pages") for question in tables_in(page, "questions")]
        answers = [(question, answer) for question in questions for answer in tables_in(question, "answers")]
        scores = [answer for question, answer in answers if self._is_score(question) and "number" in answer]
        stars = [answer for _, answer in answers if "star" in answer]
        scale = whole_in(stars[0], "n_stars", 2, 100) if len(stars) == 1 else None
        given: dict[str, Any] = {
            "received_at": time_in(raw, "date_created") or at, "segments": self._segments(raw, answers),
            "author": self._author(raw), "url": words_in(raw, "analyze_url") or None,
            "nps_score": whole_in(scores[0], "number", 0, 10) if scores else None,
            "rating": whole_in(stars[0], "star", 1, scale) if scale else None,
            "rating_scale": RatingScale(1, scale) if scale else None}
        comments = tuple(self.comment(key, words_in(answer, "text"), of=_asked(question, answer),
                                      question=_wording(question, answer), **given)
                         for question, answer in answers if self._is_open(question, answer)
                         and words_in(answer, "text").strip())
        if not comments and given["nps_score"] is None and given["rating"] is None:
            return Record(key, at, why_skipped="no open answer and no score")
        return Record(key, at, comments or (self.comment(key, "", **given),))

    def _why_skipped(self, raw: Raw) -> str | None:
        status = words_in(raw, "response_status")
        if words_in(raw, "collection_mode") in ("preview", "survey_preview"):
            return "a preview of the survey"
        if status in ("disqualified", "overquota"):
            return "turned away by the survey"
        return "not finished" if status not in ("completed", "") and not self.options.unfinished else None

    def _with_wordings(self, item: Raw) -> Raw:
        """Return a response with what the survey says of the questions and choices that it answers.

        Who answered is left out, and so is the link by which anybody may change the response.
        """
        kept = {name: value for name, value in item.items() if name not in _WHO}
        return {**kept, "pages": [{**page, "questions": [self._with_wording(question)
                                                         for question in page.get("questions") or []]}
                                  for page in item.get("pages") or []]}

    def _with_wording(self, question: Raw) -> Raw:
        known = self._questions.get(str(question.get("id")))
        if known is None:
            return question
        if known["said"]["family"] == "demographic":  # name and address
            return {**question, **known["said"], "answers": []}
        choices, rows = known["choices"], known["rows"]
        answers = [{**answer, **choices.get(str(answer.get("choice_id")), {}),
                    **rows.get(str(answer.get("row_id")), {})} for answer in question.get("answers") or []]
        return {**question, **known["said"], "answers": answers}

    def _is_open(self, question: Raw, answer: Raw) -> bool:
        if self.options.questions:
            return str(question.get("id")) in self.options.questions
        family = question.get("family")
        if family == "matrix":  # a box for remarks beneath it
            return "other_id" in answer
        return family == "open_ended" and question.get("subtype") in _OPEN and not question.get("format")

    def _is_score(self, question: Raw) -> bool:
        wanted = self.options.nps_question
        return question.get("family") == "matrix" if wanted is None else str(question.get("id")) == wanted

    def _segments(self, raw: Raw, answers: list[tuple[Raw, Raw]]) -> dict[str, str]:
        wanted, named = self.options.segments, table_in(raw, "custom_variables")
        named = {name: str(value) for name, value in named.items() if name in wanted and value}
        return named | {str(question["id"]): label for question, answer in answers
                        if str(question.get("id")) in wanted and (label := words_in(answer, "label"))}

    def _author(self, raw: Raw) -> str | None:
        name = self.options.customer
        if name is None:
            return None
        return words_in(raw if name == "custom_value" else table_in(raw, "custom_variables"), name) or None


def _next(place: Mapping[str, Any], times: list[Any]) -> Place:
    """Return where the page behind one begins: at the last time on it, or one page on where that is no later."""
    try:
        ordered = [as_time(at) for at in times]
    except ValueError:
        ordered = []
    if ordered and ordered == sorted(ordered):
        last = _text(ordered[-1] - timedelta(seconds=1))  # others of that second may come yet
        if place["since"] is None or last > place["since"]:
            return {"since": last, "page": 1}
    return {**place, "page": place["page"] + 1}


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _by_id(details: Any) -> dict[str, Mapping[str, Any]]:
    """Return what is kept of each question of a survey, by id."""
    return {str(question.get("id")): {"said": _said(question), "choices": _choices(question),
                                      "rows": {str(row.get("id")): {"row": row.get("text")}
                                               for row in found(question, "answers.rows") or []}}
            for page in details.get("pages") or [] for question in page.get("questions") or []}


def _said(question: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a question: its wording, its kind, and the format that its text must have, if any."""
    wording = " ".join(normalise(heading.get("heading") or "") for heading in question.get("headings") or [])
    display, format_ = found(question, "display_options.display_type"), found(question, "validation.type")
    format_ = display or (format_ if format_ not in ("any", "text_length") else None)
    return {"wording": wording, "family": question.get("family"), "subtype": question.get("subtype"), "format": format_}


def _choices(question: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each choice of a question says, with its number from 0 to 10 or its stars where that is asked."""
    choices = sorted((c for c in found(question, "answers.choices") or [] if not c.get("is_na")),
                     key=lambda choice: choice.get("position") or 0)
    said = {str(choice.get("id")): {"label": choice.get("text") or ""} for choice in choices}
    rows, weights = found(question, "answers.rows") or [], tuple(choice.get("weight") for choice in choices)
    if len(choices) == len(_ELEVEN) and len(rows) <= 1:
        numbers = [int(n[-1]) if (n := _NUMBER.findall(choice.get("text") or "")) else None for choice in choices]
        if set(numbers) != set(_ELEVEN):  # no digits, or others
            numbers = list(_ELEVEN) if weights == _NPS_WEIGHTS else []
        for name, number in zip(said, numbers, strict=False):
            said[name]["number"] = number
    elif found(question, "display_options.display_type") == "emoji" and len(rows) == 1:
        for name, weight in zip(said, weights, strict=True):
            said[name] |= {"star": weight, "n_stars": len(choices)}
    return said


def _asked(question: Raw, answer: Raw) -> str:
    row = answer.get("row_id") or answer.get("other_id")
    return key_in(question, "id") + (f".{row}" if row else "")


def _wording(question: Raw, answer: Raw) -> str | None:
    wording, row = words_in(question, "wording"), words_in(answer, "row")
    return (f"{wording} – {row}" if wording and row else wording or row) or None
