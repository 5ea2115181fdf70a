"""The plan of an export's columns: which hold words, scores, dates and groups, and why we think so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cx_text.comment import RatingScale
from cx_text.measures import MeasureColumn
from cx_text.sources.base import NOTED
from cx_text.sources.cells import unique_names
from cx_text.sources.columns import roles
from cx_text.sources.columns.column_facts import measure
from cx_text.sources.columns.grades import guess_grades
from cx_text.sources.columns.marks import MarkColumn, finished_column, mark_columns
from cx_text.sources.columns.planner import Planner
from cx_text.sources.columns.tools import meanings, tool_of
from cx_text.sources.dates import DateFormat, DateOrder
from cx_text.sources.scores import parse_rating_scale

__all__ = ["ColumnPlan", "column_names", "parse_rating_scale", "plan_columns"]

_SAMPLE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """The role of each column, by name. `reasons`: role → why, such as "'Review' because 94 % … are sentences"."""

    verbatims: tuple[str, ...]
    nps_score: str | None = None
    rating: str | None = None
    rating_scale: RatingScale | None = None
    received_at: str | None = None
    id: str | None = None
    question: str | None = None  # holds the wording of each row's question
    segments: tuple[str, ...] = ()
    customer: str | None = None  # holds the customer's own key, the same in each of their answers
    measures: tuple[MeasureColumn, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    date_format: DateFormat | None = None  # of received_at; None: its dates cannot be read, and `reasons` says why
    nps_options: tuple[str, ...] = ()  # eleven columns, one for each score, where no column holds the score itself
    wordings: Mapping[str, str] = field(default_factory=dict)  # column → what was asked there, where its name is a code
    marks: tuple[MarkColumn, ...] = ()  # in which the survey tool marks previews, tests and spam
    finished: str | None = None  # says whether the survey was answered to its end
    named: frozenset[str] = frozenset()  # columns whose role the user or a profile named
    channel: str | None = None  # says where the customer spoke: an app store, a platform, e-mail; may be a segment too
    grades: tuple[str, ...] = ()  # five or more columns of one matrix of grades, in order


def column_names(rows: pd.DataFrame, *, where: str = "the table") -> tuple[str, ...]:
    """Return the names under which a plan knows the columns of a table: text, none blank, none repeated."""
    return unique_names(rows.columns, where=where)


def plan_columns(sample: pd.DataFrame, *, where: str, verbatim: str | Sequence[str] | None = None,
                 nps_score: str | None = None, rating: str | None = None, rating_scale: RatingScale | None = None,
                 received_at: str | None = None, id: str | None = None, question: str | None = None,
                 segments: Sequence[str] | None = None, date_order: DateOrder | None = None,
                 customer: str | None = None, channel: str | None = None,
                 measures: Mapping[str, str] | None = None) -> ColumnPlan:
    """Return the role of each column; roles that are not named are guessed from headers and values.

    Args:
        sample: The first rows of the export; of more than 1,000 only those are looked at.
        where: The file, for messages.
        verbatim: Column or columns with the customers' words; default: every column of open text.
        nps_score: Column of scores from 0 to 10.
        rating: Column of stars or ratings.
        rating_scale: Its lowest and highest rating; default: what header and values say.
        received_at: Column with the time of the answer.
        id: Column that names each answer.
        question: Column with the wording of each row's question.
        segments: Columns that group customers; an empty sequence for none.
        date_order: How dates such as 03/04/2024 are meant; default: what the values say.
        customer: Column with the customer's own key.
        channel: Column that says where the customer spoke; it may be a segment too.
        measures: Name of a measure of cx_text.measures → its column, with its scale behind a colon where it has one:
            "Satisfaction:1-5". Only named ones are read, none is guessed.

    Raises:
        SourceError: A named column does not exist or holds something else, or no column holds words.
    """
    sample = sample.iloc[:_SAMPLE_ROWS]
    names = column_names(sample, where=where)
    noted = _noted(sample, names)
    facts = {name: measure(name, sample.iloc[:, position].tolist(), noted.wordings.get(name))
             for position, name in enumerate(names)}
    planner = Planner(facts, where)
    if noted.shape:
        planner.reasons["survey tool"] = noted.shape
    verbatims = [verbatim] if isinstance(verbatim, str) else verbatim
    planner.take("verbatim", "--verbatim-column", verbatims)
    planner.take("nps_score", "--nps-column", nps_score)
    planner.take("rating", "--rating-column", rating)
    planner.take("received_at", "--date-column", received_at)
    planner.take("id", "--id-column", id)
    planner.take("question", "--question-column", question)
    planner.take("segments", "--segment-column", segments)
    planner.take("customer", "--customer-column", customer)
    planner.take("channel", "--channel-column", channel)
    measured = planner.measures(measures or {})
    planner.guess("id", roles.guess_id)
    planner.guess("customer", roles.guess_customer)
    date_format = planner.date_format(date_order, counts_from_1904=noted.counts_from_1904)
    planner.guess_nps_score()
    planner.check_nps_score()
    if not planner.every("nps_options"):  # the score is what such a survey asks for
        planner.guess("rating",
                      lambda columns: roles.guess_rating(columns, rating_scale, has_nps=nps_score is not None))
    scale = planner.rating_scale(rating_scale)
    planner.guess("question", roles.guess_question)
    planner.guess_verbatims()
    planner.guess_segments()
    planner.guess_channel()
    one, every = planner.one, planner.every
    columns = list(facts.values())
    marks = mark_columns(columns, noted.tool)
    if marks:
        planner.reasons["test rows"] = (f"by {' and '.join(repr(column.name) for column in marks)}, in which "
                                        f"{noted.tool} marks them")
    return ColumnPlan(every("verbatim"), one("nps_score"), one("rating"), scale, one("received_at"), one("id"),
                      one("question"), every("segments"), one("customer"), measured, planner.reasons, date_format,
                      every("nps_options"), noted.wordings, marks, finished_column(columns, noted.tool), planner.named,
                      one("channel"), guess_grades(columns))


@dataclass(frozen=True, slots=True)
class _Noted:
    tool: str | None
    shape: str | None
    wordings: Mapping[str, str]
    counts_from_1904: bool


def _noted(sample: pd.DataFrame, names: Sequence[str]) -> _Noted:
    """Return what the export noted of the table, or, of a table that is no file's, what its columns say."""
    noted = sample.attrs.get(NOTED, {})
    tool = noted["tool"] if "tool" in noted else tool_of(names)[0]
    return _Noted(tool, noted.get("shape"), noted.get("wordings") or meanings(tool, names),
                  bool(noted.get("counts_from_1904")))
