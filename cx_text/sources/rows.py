"""Rows become comments, and what does not become one is written in the ledger: no row is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pandas as pd

from cx_text.comment import Comment
from cx_text.sources.authors import known_author
from cx_text.sources.base import BrokenRow
from cx_text.sources.cells import as_text
from cx_text.sources.columns.headers import reads_like_question
from cx_text.sources.columns.marks import is_unfinished
from cx_text.sources.columns.one_hot import read_nps_options
from cx_text.sources.columns.plan import ColumnPlan, column_names
from cx_text.sources.dates import DateOrder, decide_format
from cx_text.sources.flags import Flags, Trace, trace_of
from cx_text.sources.measured import read_measure
from cx_text.sources.outcomes import Outcome
from cx_text.sources.repeats import Repeats
from cx_text.sources.scores import NotAScoreError, read_nps_score, read_rating
from cx_text.sources.seen import RowLabels, digest_of, hex_digest, joined
from cx_text.sources.words import plain_words

__all__ = ["Batch", "LedgerEntry", "Outcome", "RowReader"]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Why one verbatim of one row was not analysed.

    `question`: the verbatim column's name. `position`: of the row in its batch, None for one that could not be read.
    """

    row: Hashable
    question: str | None
    outcome: Outcome
    reason: str
    position: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What was read in some rows.

    `comments`: one per row and verbatim column, row by row, blank ones included with the verbatim "". `positions[i]`
    and `columns[i]`: the position in `rows` and the verbatim column of `comments[i]`. `entries`: duplicates, test rows
    and rejected rows, one per verbatim column, so that `len(comments) + len(entries)` is the number of rows, broken
    ones too, times the number of verbatim columns. `traces`: position of each row that was read → what `flagged` needs.
    """

    rows: pd.DataFrame
    comments: tuple[Comment, ...]
    positions: tuple[int, ...]
    columns: tuple[str, ...]
    entries: tuple[LedgerEntry, ...]
    traces: Mapping[int, Trace] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int  # from 0, broken rows not counted
    cells: Mapping[str, str | None]  # of the columns that the plan names
    whole: bytes  # all of them as one
    at: datetime | None


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
        self._needed = frozenset(
            {*plan.verbatims, *plan.segments, *plan.nps_options, *plan.grades, *(mark.name for mark in plan.marks),
             *(m.column for m in plan.measures), plan.finished, plan.nps_score, plan.rating, plan.received_at, plan.id,
             plan.question, plan.customer, plan.channel} - {None})
        self._questions = {name: question or _question_of(name, plan) for name in plan.verbatims}
        self._labels = RowLabels()
        self._repeats, self._flags = Repeats(self._labels), Flags()
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
        columns = {name: rows.iloc[:, position].tolist() for position, name in enumerate(names)}
        times = self._times(columns, len(rows))
        labels = rows.index.tolist()
        self._labels.add(labels)
        texts = {name: [as_text(value) if value.__class__ is not str else value or None for value in values]
                 for name, values in columns.items()}
        used = {name: texts[name] for name in names if name in self._needed}
        comments: list[Comment] = []
        positions: list[int] = []
        columns_of: list[str] = []
        traces: dict[int, Trace] = {}
        entries = [LedgerEntry(row.row, name, Outcome.REJECTED, row.reason)
                   for row in broken for name in self.plan.verbatims]
        for position, (whole, values) in enumerate(zip(zip(*texts.values(), strict=True),
                                                       zip(*used.values(), strict=True), strict=True)):
            row = _Row(self._n_read + position, dict(zip(used, values, strict=True)), joined(whole), times[position])
            found = self._read(row)
            if isinstance(found, tuple):
                entries += [LedgerEntry(labels[position], name, *found, position) for name in self.plan.verbatims]
                continue
            traces[position] = self._remember(row)
            comments += found
            positions += [position] * len(found)
            columns_of += self.plan.verbatims
        self._n_read += len(rows)
        return Batch(rows, tuple(comments), tuple(positions), tuple(columns_of), tuple(entries), traces)

    def later(self, first: int, n_rows: int) -> dict[tuple[int, str], tuple[Outcome, str]]:
        """Return what is set aside of some rows now that all are read: older versions, and words told twice.

        Args:
            first: How many rows were read before them, broken ones not counted.
            n_rows: How many they are.

        Returns:
            (Position among them, verbatim column) → what becomes of it, and why.
        """
        verbatims = self.plan.verbatims
        return {(row - first, name): found for (row, column), found in self._repeats.later(first, n_rows).items()
                for name in (verbatims if column is None else verbatims[column:column + 1])}

    def flagged(self, traces: Mapping[int, Trace], first: int) -> dict[int, dict[str, str]]:
        """Return which rows look like a machine's or a careless person's now that all are read; see `flags`.

        Args:
            traces: Of some rows, by their position among them.
            first: How many rows were read before them.

        Returns:
            Position → why, by the kind of reason.
        """
        found = {position: self._flags.of(first + position, trace) for position, trace in traces.items()}
        return {position: reasons for position, reasons in found.items() if reasons}

    def label_of(self, number: int) -> Hashable:
        """Return what a row is called, by its number from 0, broken rows not counted."""
        return self._labels[number]

    @property
    def n_flagged(self) -> Mapping[str, int]:
        """How many rows are flagged, by the kind of reason, older versions of rows among them."""
        return self._flags.n_rows()

    def _check(self, names: Sequence[str]) -> None:
        if missing := self._needed.difference(names):
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

    def _read(self, row: _Row) -> list[Comment] | tuple[Outcome, str]:
        """Return a row's comments, one for each verbatim column, or why it is not read."""
        plan, cells = self.plan, row.cells
        for mark in plan.marks:
            if found := mark.read(cells[mark.name]):
                return found
        try:
            scores = self._scores(cells)
        except NotAScoreError as fault:
            return Outcome.REJECTED, str(fault)
        own_id = _filled(cells, plan.id)
        if repeated := self._repeated(row, own_id):  # of rows that are read: what was rejected said nothing
            return repeated
        self._n_unfinished += plan.finished is not None and is_unfinished(cells[plan.finished])
        own_id = own_id or f"row-{hex_digest(joined([str(row.number)]) + row.whole)}"
        return list(self._comments(own_id, row, *scores))

    def _repeated(self, row: _Row, own_id: str | None) -> tuple[Outcome, str] | None:
        """Say whether a row repeats another one: by its id, else by all of its cells if one is a date.

        Without a date, two rows alike are two customers who said the same: one in five real answers is like another.
        """
        if own_id:
            return self._repeats.take_id(own_id, digest_of(row.whole, kind="row"), row.at, row.number)
        if _filled(row.cells, self.plan.received_at):
            return self._repeats.take_whole(digest_of(row.whole, kind="row"), row.number)
        return None

    def _remember(self, row: _Row) -> Trace:
        """Remember who said what in a row, and by which channel; return its trace."""
        plan, cells = self.plan, row.cells
        author, channel = known_author(_filled(cells, plan.customer)), _filled(cells, plan.channel)
        texts = [plain_words(cells[name] or "") for name in plan.verbatims]
        if author and channel:
            for column, words in enumerate(texts):
                self._repeats.take_words(author, words, channel, row.number, column)
        grades = [text.strip() for name in plan.grades if (text := _filled(cells, name))]
        trace = trace_of(author if any(texts) else None, texts)
        self._flags.see(row.number, trace, grades)
        return trace

    def _scores(self, cells: Mapping[str, str | None]) -> tuple[int | None, float | None]:
        plan = self.plan
        nps_score = read_nps_score(cells[plan.nps_score]) if plan.nps_score else None
        if plan.nps_options:
            nps_score = read_nps_options([cells[name] for name in plan.nps_options])
        rating = read_rating(cells[plan.rating], plan.rating_scale) if plan.rating and plan.rating_scale else None
        return nps_score, rating

    def _comments(self, own_id: str, row: _Row, nps_score: int | None, rating: float | None) -> Iterator[Comment]:
        plan, cells = self.plan, row.cells
        segments = {name: text for name in plan.segments if (text := cells[name])}
        author, measures = _filled(cells, plan.customer), self._measures(cells)
        for number, name in enumerate(plan.verbatims, start=1):
            suffix = f":{number}" if len(plan.verbatims) > 1 else ""
            yield Comment(
                id=f"{self._source}:{own_id}{suffix}", verbatim=cells[name] or "", source=self._source,
                question=_filled(cells, plan.question) or self._questions[name], received_at=row.at,
                nps_score=nps_score, rating=rating, rating_scale=None if rating is None else plan.rating_scale,
                author=author, segments=segments, measures=measures)

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
