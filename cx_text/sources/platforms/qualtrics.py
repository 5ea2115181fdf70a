"""Qualtrics: responses to one survey, by the response export API (https://api.qualtrics.com/, "Survey Responses").

An export is asked for, made while one waits, and then one file, a ZIP with one JSON file. The file is read as a stream
from a private temporary file, some rows a page; a look that goes on later downloads it again.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any, ClassVar, NoReturn
from urllib.parse import quote, urlsplit

from pydantic import Field

from cx_text.errors import SourceError
from cx_text.sources.files.zips import ZIP_DAMAGE
from cx_text.sources.platforms.base import (
    Page,
    PlaceGone,
    Platform,
    PlatformError,
    PlatformOptions,
    Raw,
    Record,
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
from cx_text.sources.platforms.packed_rows import PackedRows
from cx_text.text.normalise import normalise

POLLS = 30  # of an export that is being made, for one page
_PAUSE_SECONDS = 2.0  # 100 exports and 100 files a minute are allowed; it is also the time between two polls
_MOST_BYTES = 2_000_000_000  # packed; Qualtrics makes no exports of more than 1.8 GB
_FIELD = re.compile(r"(?:\d+_)?(QID\d+)(?:_TEXT|_\d+)?")  # "2_QID7": the second turn of a loop
_WHO = frozenset(("ipAddress", "locationLatitude", "locationLongitude", "recipientFirstName", "recipientLastName",
                  "recipientEmail"))
_PREVIEW, _TEST, _SPAM = 1, 2, 8  # of which a response's status is the sum, with 4 for imported and 16 for offline


class QualtricsOptions(PlatformOptions):
    """What a recipe says of a Qualtrics survey."""

    datacenter: str = Field(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$")
    """The first part of the account's address, such as "fra1"."""
    survey: str = Field(pattern=r"^SV_[A-Za-z0-9]+$")
    """The survey's id, such as "SV_bQhmhCnWjqiDKwl"."""
    questions: tuple[str, ...] = ()
    """Ids or export tags of the text questions; all that are not for addresses, numbers and dates when not given."""
    nps_question: str | None = None
    """Id or export tag of the NPS question; the first one when not given."""
    segments: tuple[str, ...] = ()
    """Embedded data fields, or ids of questions with choices, that group customers."""
    customer: str | None = None
    """Embedded data field with the customer's own key, or "externalDataReference"."""
    unfinished: bool = False
    """Read recorded responses of those who did not finish the survey, too."""


class Qualtrics(Platform):
    """One survey. Changed responses come again; the platform does not tell which were deleted."""

    options_type = QualtricsOptions
    secret_variables: ClassVar[Mapping[str, str]] = {"token": "QUALTRICS_API_TOKEN"}
    page_rows = 1000

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._http = self.keep(_Exports(self.options.base_url or f"https://{self.options.datacenter}.qualtrics.com/API/v3",
                                        headers={"X-API-TOKEN": self.secrets["token"]}, pause_seconds=_PAUSE_SECONDS))
        self._questions: Mapping[str, Mapping[str, Any]] | None = None
        self._export: str | None = None  # that was begun and not yet given as a place
        self._file: PackedRows | None = None

    def page(self, part: str, since: datetime | None, place: Mapping[str, Any] | None) -> Page:
        """Return up to 1,000 responses of an export, with the wordings of questions.

        A page is empty where the export takes longer than a minute; the next one goes on waiting for it.
        """
        del part
        if self._questions is None:
            body = self._http.get(f"survey-definitions/{self.options.survey}")
            self._questions = _asked(found(body, "result.Questions"))
        if place is None or "export" in place:
            export = place["export"] if place else self._begun(since)
            name = self._finished(export, is_resumed=place is not None)
            self._export = None
            if name is None and place is None:
                return Page((), {"export": export})
            if name is None:
                raise PlatformError("the export is still being made", where=self.options.survey, permanent=False)
            place = {"file": name, "at": 0}
        rows = self._rows(place["file"], place["at"])
        more = {**place, "at": place["at"] + len(rows)} if len(rows) == self.page_rows else None
        return Page(tuple(self._with_wordings(row) for row in rows), more)

    def read(self, raw: Raw) -> Record:
        """Return the open answers of one response, with its NPS score."""
        key, values = key_in(raw, "responseId"), table_in(raw, "values")
        recorded_at = time_in(needed(raw, "values"), "recordedDate")
        at = next((time_in(values, name) for name in values if name.lstrip("_").lower() == "lastmodifieddate"), None)
        if why := self._why_skipped(values):
            return Record(key, at or recorded_at, why_skipped=why)
        asked = tables_in(raw, "questions")
        given: dict[str, Any] = {
            "received_at": time_in(values, "endDate") or recorded_at, "segments": self._segments(raw),
            "author": self._author(values),
            "nps_score": self._score(raw, asked)}
        comments = tuple(self.comment(key, words_in(values, field), of=field.removesuffix("_TEXT"),
                                      question=words_in(question, "wording") or None, **given)
                         for question in asked if self._is_open(question)
                         and words_in(values, field := key_in(question, "field")).strip())
        if not comments and given["nps_score"] is None:
            return Record(key, at or recorded_at, why_skipped="no open answer and no score")
        return Record(key, at or recorded_at, comments or (self.comment(key, "", **given),))

    def close(self) -> None:
        """Close the connection, and remove the downloaded file."""
        super().close()
        self._forget_file()

    def _begun(self, since: datetime | None) -> str:
        """Return the export that is being made for a look, begun now if it was not before."""
        if self._export is None:
            asked = {"format": "json", "compress": True, "sortByLastModifiedDate": True}
            if since is not None:
                asked["startDate"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            told = self._http.post(f"surveys/{self.options.survey}/export-responses", asked)
            self._export = found(told, "result.progressId")
        if not self._export:
            raise PlatformError("the platform names no export", where=self.options.survey, permanent=False)
        return self._export

    def _finished(self, export: str, *, is_resumed: bool) -> str | None:
        """Return the file of an export, None where it takes longer than we wait."""
        for _ in range(POLLS):
            told = self._http.get(f"surveys/{self.options.survey}/export-responses/{quote(export, safe='')}")
            if found(told, "result.status") == "complete" and found(told, "result.fileId"):
                return str(found(told, "result.fileId"))
            if found(told, "result.status") == "failed":
                self._export = None
                if is_resumed:
                    raise PlaceGone("the export failed on the platform", where=self.options.survey)
                raise PlatformError("the export failed on the platform", where=self.options.survey, permanent=False)
        return None

    def _rows(self, name: str, at: int) -> list[Any]:
        """Return the rows of a file behind the first `at`, downloaded where it is not here."""
        try:
            if self._file is None or self._file.name != name:
                self._forget_file()
                self._file = PackedRows(name, self._downloaded(name), "responses")
            return self._file.rows(at, self.page_rows)
        except (SourceError, *ZIP_DAMAGE) as error:
            self._forget_file()
            if isinstance(error, PlatformError):
                raise
            raise PlatformError("the export is no whole ZIP with JSON", where=self.options.survey,
                                permanent=False) from None

    def _downloaded(self, name: str) -> IO[bytes]:
        file = tempfile.TemporaryFile()  # noqa: SIM115  it stays as long as it is read; it has no name, so nobody sees it
        try:
            self._http.save("GET", f"surveys/{self.options.survey}/export-responses/{quote(name, safe='')}/file", file,
                            most_bytes=_MOST_BYTES)
        except BaseException:
            file.close()
            raise
        return file

    def _forget_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _with_wordings(self, row: Any) -> Raw:
        """Return a response with what the survey says of the text and NPS questions that it answers.

        Who answered is left out: forms, which ask for names and addresses, and what Qualtrics knows of a person.
        """
        if not isinstance(row, dict) or not isinstance(row.get("values"), dict):
            return {"row": row}
        known, options = self._questions or {}, self.options
        values = {name: value for name, value in row["values"].items()
                  if name not in _WHO or name == options.customer or name in options.segments}
        if options.customer in values:  # a number, too, is to be a pseudonym
            values[options.customer] = str(values[options.customer])
        asked = []
        for field in tuple(values):
            question = known.get(match[1]) if (match := _FIELD.fullmatch(field)) else None
            if question is None:
                continue
            if question["kind"] == "FORM":
                del values[field]
            elif field.endswith("_TEXT") == (question["kind"] == "TE"):
                asked.append({**question, "field": field})
        return {**row, "values": values, "questions": asked}

    def _why_skipped(self, values: Mapping[str, Any]) -> str | None:
        status, channel = whole_in(values, "status", 0, 31) or 0, words_in(values, "distributionChannel")
        if status & _PREVIEW or channel == "preview":
            return "a preview of the survey"
        if status & _TEST or channel == "test":
            return "a test of the survey"
        if status & _SPAM:
            return "taken for spam by Qualtrics"
        is_unfinished = str(values.get("finished", 1)).lower() in ("0", "false")
        return "not finished" if is_unfinished and not self.options.unfinished else None

    def _score(self, raw: Raw, asked: list[Raw]) -> int | None:
        wanted = self.options.nps_question
        scores = [question for question in asked if question.get("kind") == "NPS"
                  and (wanted is None or wanted in (question.get("id"), question.get("tag")))]
        if not scores:
            return None
        field, labels = key_in(scores[0], "field"), table_in(raw, "labels")
        is_label = str(labels.get(field)).isdecimal()  # what customers saw; values may be recoded
        return whole_in(labels if is_label else table_in(raw, "values"), field, 0, 10)

    def _is_open(self, question: Raw) -> bool:
        wanted = self.options.questions
        if question.get("kind") != "TE":
            return False
        return bool({question.get("id"), question.get("tag")} & set(wanted)) if wanted else not question.get("format")

    def _author(self, values: Mapping[str, Any]) -> str | None:
        value = values.get(self.options.customer)
        return value if isinstance(value, str) and value.strip() else None

    def _segments(self, raw: Raw) -> dict[str, str]:
        values, labels = table_in(raw, "values"), table_in(raw, "labels")
        told = {name: labels.get(name, values.get(name)) for name in self.options.segments}
        return {name: str(value) for name, value in told.items()
                if isinstance(value, str | int | float) and value != ""}


class _Exports(Http):
    """Tells an export that is there no more from a survey that is not there."""

    def refuse(self, status: int, headers: Mapping[str, str], url: str, body: bytes) -> NoReturn:
        if status in (404, 410) and "/export-responses/" in urlsplit(url).path:
            raise PlaceGone(f"the platform keeps the export no more ({status})", where=urlsplit(url).hostname)
        super().refuse(status, headers, url, body)


def _asked(questions: Any) -> dict[str, dict[str, Any]]:
    """Return what is kept of each text, form and NPS question of a survey, by id: wording, kind, a text's format."""
    kept = {}
    for name, question in questions.items() if isinstance(questions, Mapping) else ():
        kind = question.get("QuestionType")
        kind = question.get("Selector") if question.get("Selector") in ("NPS", "FORM") else kind
        if kind in ("TE", "NPS", "FORM"):
            format_ = found(question, "Validation.Settings.ContentType") or None
            kept[name] = {"id": name, "tag": question.get("DataExportTag"), "kind": kind, "format": format_,
                          "wording": " ".join(normalise(question.get("QuestionText") or "").split())}
    return kept
