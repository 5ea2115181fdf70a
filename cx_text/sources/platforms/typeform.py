"""Typeform: answers of one form, by the Responses API (https://www.typeform.com/developers/responses/)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from cx_text.comment import RatingScale
from cx_text.sources.platforms.base import (
    Page,
    Place,
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
from cx_text.sources.platforms.http import Http

_OPEN = ("long_text", "short_text")


class TypeformOptions(PlatformOptions):
    """What a recipe says of a Typeform form."""

    form: str
    """The form's id: the last part of its address."""
    questions: tuple[str, ...] = ()
    """References of the questions with open answers; all that take text when not given."""
    nps_question: str | None = None
    """Reference of the question with the score from 0 to 10; the first NPS question when not given."""
    segments: tuple[str, ...] = ()
    """Hidden fields, or references of questions with choices, that group customers."""
    customer: str | None = None
    """Hidden field with the customer's own key."""


class Typeform(Platform):
    """One form. Answers cannot be changed by who gave them, and the platform does not tell of removed ones."""

    options_type = TypeformOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"token": "TYPEFORM_TOKEN"}
    is_newest_first = True
    page_rows = 1000

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(Http(self.options.base_url or "https://api.typeform.com",
                                    headers={"Authorization": f"Bearer {self.secrets['token']}"},
                                    pause_seconds=0.5))  # two requests a second are allowed
        self._fields: dict[str, Mapping[str, Any]] = {}

    def page(self, part: str, since: datetime | None, place: Place) -> Page:
        """Return up to 1,000 answers, the newest first; each answer with the wording of its question."""
        del part
        if not self._fields:
            self._fields = dict(_flat(self._http.get(f"forms/{self.options.form}").get("fields")))
        body = self._http.get(f"forms/{self.options.form}/responses", {
            "page_size": self.page_rows, "before": place, "since": since and since.strftime("%Y-%m-%dT%H:%M:%SZ")})
        items = body.get("items") or []
        more = len(items) == self.page_rows and items[-1].get("token")
        return Page(tuple(self._with_wordings(item) for item in items), more or None)

    def read(self, raw: Raw) -> Record:
        """Return the open answers of one response, with its score."""
        key, at, answers = key_in(raw, "token"), time_in(raw, "submitted_at"), tables_in(raw, "answers")
        scores = [answer for answer in answers if self._is_score(answer)]
        graded = [answer for answer in answers if found(answer, "field.type") == "rating"]
        segments = {name: str(value) for name, value in table_in(raw, "hidden").items()
                    if name in self.options.segments and value}
        segments |= {str(reference): label for answer in answers
                     if (reference := found(answer, "field.ref")) in self.options.segments
                     and (label := words_in(answer, "choice.label"))}
        scale = whole_in(graded[0], "field.properties.steps", 2, 100) if len(graded) == 1 else None
        given: dict[str, Any] = {
            "received_at": at, "segments": segments, "author": self._author(raw),
            "nps_score": whole_in(scores[0], "number", 0, 10) if scores else None,
            "rating": whole_in(graded[0], "number", 1, scale) if scale else None,
            "rating_scale": RatingScale(1, scale) if scale else None}
        comments = tuple(self.comment(key, words_in(answer, "text"), of=key_in(answer, "field.id"),
                                      question=words_in(answer, "field.title") or None, **given)
                         for answer in answers if self._is_open(answer) and words_in(answer, "text").strip())
        if not comments and given["nps_score"] is None and given["rating"] is None:
            return Record(key, at, why_skipped="no open answer and no score")
        return Record(key, at, comments or (self.comment(key, "", **given),))

    def pushed(self, raw: Raw) -> Raw:
        """Return a pushed answer with the wording of its questions, which stand beside it."""
        self._fields = dict(_flat(found(raw, "definition.fields")))
        return self._with_wordings({name: value for name, value in raw.items() if name != "definition"})

    def _with_wordings(self, item: Raw) -> Raw:
        """Return a response with what the form says of the fields that it answers."""
        answers = []
        for answer in item.get("answers") or []:
            field = answer.get("field") or {}
            known = self._fields.get(field.get("id", ""), {})
            kept = {name: known[name] for name in ("title", "properties") if name in known}
            answers.append({**answer, "field": {**field, **kept}})
        return {**item, "answers": answers}

    def _is_open(self, answer: Raw) -> bool:
        wanted = self.options.questions
        return found(answer, "field.ref") in wanted if wanted else found(answer, "field.type") in _OPEN

    def _is_score(self, answer: Raw) -> bool:
        wanted, kind = self.options.nps_question, found(answer, "field.type")
        if wanted is not None:
            return bool(found(answer, "field.ref") == wanted)
        is_eleven = (found(answer, "field.properties.steps") == 11
                     and not found(answer, "field.properties.start_at_one"))
        return bool(kind == "nps" or (kind == "opinion_scale" and is_eleven))

    def _author(self, raw: Raw) -> str | None:
        hidden = table_in(raw, "hidden")
        return str(hidden[self.options.customer]) if hidden.get(self.options.customer) else None


def _flat(fields: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the fields of a form by id, those inside of groups too."""
    listed: list[tuple[str, Mapping[str, Any]]] = []
    for field in fields or []:
        listed.append((field.get("id", ""), field))
        listed += _flat((field.get("properties") or {}).get("fields"))
    return listed
