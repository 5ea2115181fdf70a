"""Rows become comments, and what does not become one is written in the ledger: no row is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from cx_text.comment import Comment
from cx_text.sources.base import BrokenRow
from cx_text.sources.cells import as_text
from cx_text.sources.columns import ColumnPlan, column_names
from cx_text.sources.dates import DateOrder, decide_format
from cx_text.sources.headers import reads_like_question
from cx_text.sources.marks import is_unfinished
from cx_text.sources.measured import read_measure
from cx_text.sources.one_hot import read_nps_options
from cx_text.sources.outcomes import Outcome
from cx_text.sources.scores import NotAScoreError, read_nps_score, read_rating
from cx_text.sources.seen import SeenRows, digest, hex_digest

__all__ = ["Batch", "LedgerEntry", "Outcome", "RowReader"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Why one verbatim of one row was not analysed. `question`: the verbatim column's name."""

    row: Hashable
    question: str | None
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What was read in some rows.

    `comments`: one per row and verbatim column, row by row, blank ones included with the verbatim "". `positions[i]`
    and `columns[i]`: the position in `rows` and the verbatim column of `comments[i]`. `entries`: duplicates, test rows
    and rejected rows, one per verbatim column, so that `len(comments) + len(entries)` is the number of rows, broken
    ones too, times the number of verbatim columns.
    """

    rows: pd.DataFrame
    comments: tuple[Comment, ...]
    positions: tuple[int, ...]
    columns: tuple[str, ...]
    entries: tuple[LedgerEntry, ...]


class RowReader:
    """Reads the rows of one export, batch after batch, and remembers which it has seen.

    Args:
        plan: The roles of the columns.
        source: Where the comments come from; each comment's id starts with it.
        question: The wording that all rows answer, where no column holds it.
        date_order: How dates such as 03/04/2024 are meant, where the plan has no format for them.
    """

    def __init__(self, plan: ColumnPlan, *, source: str, question: str | None = None,
                 date_order: DateOrder | None = None) -> None:
        self.plan = plan
        self._source, self._date_order = source, date_order
        self._date_format = plan.date_format
        self._questions = {name: question or _question_of(name, plan) for name in plan.verbatims}
        self._seen = SeenRows()
        self._n_read = 0
        self._why_no_dates = ""  # once it is decided that dates cannot be read
        self._n_unread_dates = 0
        self._n_unread: Counter[str] = Counter()  # values of measures, by column
        self._n_unfinished = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the results has to know of how the rows were read so far, in whole sentences."""
        notes = [f"{n:,} values in column {column!r} could not be read as its measure and were left out."
                 for column, n in self._n_unread.items()]
        if self._n_unfinished:
            notes.append(f"Rows of surveys that were not finished, by column {self.plan.finished!r}: "
                         f"{self._n_unfinished:,}; what they say was kept.")
        name = self.plan.received_at
        if name is None:
            return tuple(notes)
        if self._date_format is None:
            return (*notes,
                    f"The dates in column {name!r} were not read: {self._why_no_dates or 'it has no values'}.")
        if self._date_format.is_naive:
            notes.append(f"Times in column {name!r} have no time zone and are taken as UTC.")
        if self._n_unread_dates:
            notes.append(f"{self._n_unread_dates:,} values in column {name!r} are not dates in its format "
                         f"({self._date_format.kind}) and were left out.")
        return tuple(notes)

    def question_of(self, verbatim: str) -> str | None:
        """Return what was asked in a verbatim column, None where neither file nor user says it."""
        return self._questions[verbatim]

    def read(self, rows: pd.DataFrame, broken: Sequence[BrokenRow] = ()) -> Batch:
        """Return the comments and ledger entries of the next rows.

        Args:
            rows: Any table with the plan's columns, with values of any type.
            broken: Rows between them that could not be read.

        Raises:
            ValueError: A column of the plan is not in the table.
        """
        names = column_names(rows)
        self._check(names)
        columns = [rows.iloc[:, position].tolist() for position in range(len(names))]
        times = self._times(dict(zip(names, columns, strict=True)), len(rows))
        comments: list[Comment] = []
        positions: list[int] = []
        entries = [entry for row in broken for entry in self._entries(row.row, Outcome.REJECTED, row.reason)]
        for position, (label, values) in enumerate(zip(rows.index, zip(*columns, strict=True), strict=True)):
            texts = [as_text(value) for value in values]
            cells = dict(zip(names, texts, strict=True))
            fault = self._fault(cells, texts, label)
            if fault is not None:
                entries += self._entries(label, *fault)
                continue
            self._n_unfinished += self.plan.finished is not None and is_unfinished(cells[self.plan.finished])
            own_id = _filled(cells, self.plan.id) or f"row-{hex_digest([str(self._n_read + position), *texts])}"
            comments += self._comments(own_id, cells, times[position])
            positions += [position] * len(self.plan.verbatims)
        self._n_read += len(rows)
        columns_of = self.plan.verbatims * (len(positions) // len(self.plan.verbatims))
        return Batch(rows, tuple(comments), tuple(positions), columns_of, tuple(entries))

    def _check(self, names: Sequence[str]) -> None:
        plan = self.plan
        needed = {*plan.verbatims, *plan.segments, *plan.nps_options, *(mark.name for mark in plan.marks),
                  *(m.column for m in plan.measures), plan.finished, plan.nps_score, plan.rating,
                  plan.received_at, plan.id, plan.question, plan.customer} - {None}
        if missing := needed.difference(names):
            raise ValueError(f"the plan needs columns {sorted(map(str, missing))}; the table has {list(names)}")

    def _times(self, columns: Mapping[str, Sequence[object]], n_rows: int) -> Sequence[datetime | None]:
        name = self.plan.received_at
        if name is None:
            return [None] * n_rows
        if self._date_format is None and not self._why_no_dates and any(map(as_text, columns[name])):
            # Decided once: dates in some batches only would look like a change in time.
            self._date_format, self._why_no_dates = decide_format(columns[name], order=self._date_order)
        chosen = self._date_format
        if chosen is None:
            return [None] * n_rows
        times = [chosen.read(value) for value in columns[name]]
        self._n_unread_dates += sum(at is None and (as_text(value) or "").strip() != ""
                                   for at, value in zip(times, columns[name], strict=True))
        return times

    def _fault(self, cells: Mapping[str, str | None], texts: Sequence[str | None],
               label: Hashable) -> tuple[Outcome, str] | None:
        """Say why a row is not read, None when it is; only rows that are read can be repeated later."""
        for mark in self.plan.marks:
            if found := mark.read(cells[mark.name]):
                return found
        key, same = self._key(cells, texts)
        earlier = None if key is None else self._seen.earlier(key)
        if earlier is not None:
            return Outcome.DUPLICATE, f"same {same} row {earlier}"
        try:
            self._scores(cells)
        except NotAScoreError as fault:
            return Outcome.REJECTED, str(fault)
        if key is not None:
            self._seen.remember(key, label)
        return None

    def _key(self, cells: Mapping[str, str | None], texts: Sequence[str | None]) -> tuple[int | None, str]:
        """Return what makes this row the same as another: its id, else all of its cells if one is a date.

        Without a date, two rows alike are two customers who said the same: one in five real answers is like another.
        """
        if own_id := _filled(cells, self.plan.id):
            return digest([own_id], kind="id"), "id as"
        if _filled(cells, self.plan.received_at):
            return digest(texts, kind="row"), "in every column as"
        return None, ""

    def _scores(self, cells: Mapping[str, str | None]) -> tuple[int | None, float | None]:
        plan = self.plan
        nps_score = read_nps_score(cells[plan.nps_score]) if plan.nps_score else None
        if plan.nps_options:
            nps_score = read_nps_options([cells[name] for name in plan.nps_options])
        rating = read_rating(cells[plan.rating], plan.rating_scale) if plan.rating and plan.rating_scale else None
        return nps_score, rating

    def _comments(self, own_id: str, cells: Mapping[str, str | None], at: datetime | None) -> Iterator[Comment]:
        plan = self.plan
        nps_score, rating = self._scores(cells)
        segments = {name: text for name in plan.segments if (text := cells[name])}
        author, measures = _filled(cells, plan.customer), self._measures(cells)
        for number, name in enumerate(plan.verbatims, start=1):
            suffix = f":{number}" if len(plan.verbatims) > 1 else ""
            yield Comment(
                id=f"{self._source}:{own_id}{suffix}", verbatim=cells[name] or "", source=self._source,
                question=_filled(cells, plan.question) or self._questions[name], received_at=at, nps_score=nps_score,
                rating=rating, rating_scale=None if rating is None else plan.rating_scale, author=author,
                segments=segments, measures=measures)

    def _measures(self, cells: Mapping[str, str | None]) -> dict[str, float]:
        """Return what the row says by measure; a value that cannot be read costs the row nothing else."""
        found = {}
        for column in self.plan.measures:
            try:
                value = read_measure(cells[column.column], column)
            except NotAScoreError:
                self._n_unread[column.column] += 1
                continue
            if value is not None:
                found[column.measure] = value
        return found

    def _entries(self, row: Hashable, outcome: Outcome, reason: str) -> list[LedgerEntry]:
        return [LedgerEntry(row, name, outcome, reason) for name in self.plan.verbatims]


def _filled(cells: Mapping[str, str | None], name: str | None) -> str | None:
    """Return the text in a column, None when it is blank or there is no such column."""
    text = cells[name] if name else None
    return text if text and text.strip() else None


def _question_of(name: str, plan: ColumnPlan) -> str | None:
    """Return what was asked in a verbatim column, else its name where that is a question or stands beside others."""
    asked = plan.wordings.get(name, "")
    if reads_like_question(asked):
        return asked
    return name if len(plan.verbatims) > 1 or reads_like_question(name) else None
