"""Rows become comments, and the ledger adds up."""

import re
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.comment import RatingScale
from cx_text.sources.base import BrokenRow
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.date_readers import DateKind
from cx_text.sources.dates import DateFormat
from cx_text.sources.rows import LedgerEntry, Outcome, RowReader

STARS = RatingScale(1, 5)


def read(columns: dict[str, list[object]], plan: ColumnPlan, **options: str):
    return RowReader(plan, source="survey", **options).read(pd.DataFrame(columns, dtype=object))


def test_a_row_becomes_a_comment():
    plan = ColumnPlan(("comment",), nps_score="score", rating="stars", rating_scale=STARS, received_at="date", id="id",
                      segments=("plan", "country"))
    batch = read({"id": ["R1"], "comment": [" Très bon 👍 "], "score": ["9 - Likely"], "stars": ["4.5"],
                  "date": ["2024-03-01 10:00"], "plan": ["Pro"], "country": [None]}, plan)
    [comment] = batch.comments
    assert (comment.id, comment.verbatim, comment.source, comment.question) == (
        "survey:R1", " Très bon 👍 ", "survey", None)
    assert (comment.nps_score, comment.rating, comment.rating_scale) == (9, 4.5, STARS)
    assert comment.received_at == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert comment.segments == {"plan": "Pro"}
    assert (batch.positions, batch.columns, batch.entries) == ((0,), ("comment",), ())


def test_several_verbatims_give_a_comment_each_with_its_column_as_question():
    plan = ColumnPlan(("Good", "Bad"), id="id")
    batch = read({"id": ["1", "2"], "Good": ["Staff", None], "Bad": ["", "Price"]}, plan)
    assert [(c.id, c.verbatim, c.question) for c in batch.comments] == [
        ("survey:1:1", "Staff", "Good"), ("survey:1:2", "", "Bad"), ("survey:2:1", "", "Good"),
        ("survey:2:2", "Price", "Bad")]
    assert (batch.positions, batch.columns) == ((0, 0, 1, 1), ("Good", "Bad", "Good", "Bad"))


@pytest.mark.parametrize(("name", "option", "question"), [
    ("comment", None, None), ("Why?", None, "Why?"), ("What could we improve", None, "What could we improve"),
    ("comment", "What do you like?", "What do you like?"), ("Why?", "What do you like?", "What do you like?"),
])
def test_the_question_of_one_verbatim(name, option, question):
    [comment] = read({name: ["Price"]}, ColumnPlan((name,)), question=option).comments
    assert comment.question == question


def test_a_column_of_questions_wins_where_it_is_filled():
    plan = ColumnPlan(("answer",), question="q")
    batch = read({"q": ["What was good?", " "], "answer": ["a", "b"]}, plan, question="Why?")
    assert [c.question for c in batch.comments] == ["What was good?", "Why?"]


def test_scores_outside_the_scale_reject_the_row_once_for_each_verbatim():
    plan = ColumnPlan(("a", "b"), nps_score="score", rating="stars", rating_scale=STARS)
    rows = pd.DataFrame({"a": ["x"] * 5, "b": ["y"] * 5, "score": ["11", "ten", None, "9", 8.5],
                         "stars": [5, 5, 6, None, 5]}, index=[2, 3, 4, 5, 6], dtype=object)
    batch = RowReader(plan, source="s").read(rows, (BrokenRow(7, "it has 5 cells where the header has 4"),))
    assert [c.nps_score for c in batch.comments] == [9, 9]
    assert batch.entries == tuple(
        LedgerEntry(row, name, Outcome.REJECTED, reason) for row, reason in (
            (7, "it has 5 cells where the header has 4"), (2, "score 11 is outside 0 to 10"),
            (3, "score 'ten' is not a number"), (4, "rating 6 is outside 1 to 5"),
            (6, "score 8.5 is not a whole number")) for name in ("a", "b"))


def test_the_same_id_again_is_a_duplicate_also_in_a_later_batch():
    reader = RowReader(ColumnPlan(("text",), id="id", nps_score="score"), source="s")
    first = pd.DataFrame({"id": ["1", "2", "1", None, None, "3"], "text": ["a", "b", "a", "d", "d", "e"],
                          "score": ["1", "1", "1", "1", "1", "99"]}, index=range(2, 8))
    batch = reader.read(first)
    assert [(e.row, e.outcome, e.reason) for e in batch.entries] == [
        (4, Outcome.DUPLICATE, "same id as row 2"), (7, Outcome.REJECTED, "score 99 is outside 0 to 10")]
    later = reader.read(pd.DataFrame({"id": ["2", "3"], "text": ["b", "e"], "score": ["1", "9"]}, index=[8, 9]))
    assert [(e.row, e.reason) for e in later.entries] == [(8, "same id as row 3")]
    assert [c.id for c in later.comments] == ["s:3"]  # the rejected row said nothing, so this is no repeat of it


def test_without_ids_whole_rows_are_compared_if_they_have_a_date():
    columns = {"date": ["2024-03-01", "2024-03-01", "2024-03-02", None, None], "text": ["Nothing"] * 5}
    batch = read(columns, ColumnPlan(("text",), received_at="date"))
    assert [(e.row, e.outcome, e.reason) for e in batch.entries] == [
        (1, Outcome.DUPLICATE, "same in every column as row 0")]
    batch = read(columns, ColumnPlan(("text",)))
    assert (len(batch.comments), batch.entries) == (5, ())  # the same words of different people are kept
    assert len({c.id for c in batch.comments}) == 5


def test_ids_are_the_same_in_every_run_and_however_rows_are_cut():
    frame = pd.DataFrame({"text": ["a", "a", None, "b"]})
    plan = ColumnPlan(("text",))
    whole = [c.id for c in RowReader(plan, source="s").read(frame).comments]
    reader = RowReader(plan, source="s")
    cut = [c.id for part in (frame[:1], frame[1:1], frame[1:]) for c in reader.read(part).comments]
    assert whole == cut
    assert re.fullmatch("s:row-[0-9a-f]{12}", whole[0])


def test_values_of_any_type_are_read():
    values = [1, 2.0, None, float("nan"), pd.NaT, pd.NA, ["a", None], {"x": 1}, np.int64(3), Decimal("1.5"), b"\xff",
              True, "\ud800", np.array([1.0, 2.0]), pd.Timestamp(2024, 1, 1), ()]
    batch = read({"text": values, "date": values, "seg": values}, ColumnPlan(("text",), received_at="date",
                                                                             segments=("seg",)))
    assert len(batch.comments) + len(batch.entries) == len(values)
    assert [c.verbatim for c in batch.comments[:9]] == ["1", "2", "", "", "", "", '["a", null]', '{"x": 1}', "3"]


def test_types_of_parquet_are_read():
    rows = pa.table({"score": pa.array([9, None]), "text": pa.array(["a", None]),
                     "at": pa.array([datetime(2024, 3, 1, tzinfo=UTC), None])}).to_pandas(types_mapper=pd.ArrowDtype)
    batch = RowReader(ColumnPlan(("text",), nps_score="score", received_at="at"), source="s").read(rows)
    assert [(c.nps_score, c.verbatim, c.received_at) for c in batch.comments] == [
        (9, "a", datetime(2024, 3, 1, tzinfo=UTC)), (None, "", None)]


def test_dates_are_decided_once_and_what_was_not_read_is_said():
    plan = ColumnPlan(("text",), received_at="Date")
    reader = RowReader(plan, source="s")
    reader.read(pd.DataFrame({"Date": [None], "text": ["a"]}, dtype=object))
    assert reader.notes == ("The dates in column 'Date' were not read: it has no values.",)
    reader.read(pd.DataFrame({"Date": ["03/04/2024", "02/03/2024"], "text": ["a", "b"]}))
    later = reader.read(pd.DataFrame({"Date": ["13/04/2024"], "text": ["a"]}))
    assert later.comments[0].received_at is None
    assert reader.notes == ("The dates in column 'Date' were not read: day/month order cannot be told; "
                            "use --date-order dmy or mdy.",)
    reader = RowReader(plan, source="s", date_order="dmy")
    batch = reader.read(pd.DataFrame({"Date": ["03/04/2024"] * 20 + ["soon"], "text": ["a"] * 21}))
    assert batch.comments[0].received_at == datetime(2024, 4, 3, tzinfo=UTC)
    assert reader.notes == ("Times in column 'Date' have no time zone and are taken as UTC.",
                            "1 values in column 'Date' are not dates in its format (day/month/year) and were left out.")


def test_the_plans_format_is_used():
    plan = ColumnPlan(("text",), received_at="Date", date_format=DateFormat(DateKind.MONTH_FIRST))
    [comment] = read({"Date": ["03/04/2024"], "text": ["a"]}, plan).comments
    assert comment.received_at == datetime(2024, 3, 4, tzinfo=UTC)


def test_a_long_verbatim_is_kept_whole():
    long = "very long " * 100_000
    assert read({"text": [long]}, ColumnPlan(("text",))).comments[0].verbatim == long


def test_a_plan_that_does_not_fit_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match=r"the plan needs columns \['stars', 'text'\]; the table has \['comment'\]"):
        read({"comment": ["a"]}, ColumnPlan(("text",), rating="stars"))


def test_names_that_repeat_are_told_apart():
    rows = pd.DataFrame([["a", "b"]], columns=["text", "text"])
    batch = RowReader(ColumnPlan(("text", "text (2)")), source="s").read(rows)
    assert [c.verbatim for c in batch.comments] == ["a", "b"]


def test_what_is_remembered_is_small():
    reader = RowReader(ColumnPlan(("text",), id="id"), source="s")
    rows = pd.DataFrame({"id": [f"a rather long id of a row {n}" for n in range(10_000)], "text": "words " * 50})
    tracemalloc.start()
    reader.read(rows)
    n_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_bytes / len(rows) < 250


def test_what_is_known_after_the_last_row_is_said_of_positions_and_columns():
    plan = ColumnPlan(("a", "b"), id="id", received_at="at", customer="who", channel="from")
    reader = RowReader(plan, source="s")
    told = "it was late again"
    reader.read(pd.DataFrame({"id": ["1", "2"], "at": "2026-03-02", "a": ["slow", told], "b": [None, "and dear"],
                              "who": "ann", "from": "Web"}, index=[2, 3]))
    batch = reader.read(pd.DataFrame(
        {"id": ["1", "3", "2", "4"], "at": ["2026-03-05", "2026-03-02", "2026-03-01", "2026-03-01"],
         "a": ["fast", "dear", "x", told], "b": [None, "It was LATE, again!", "x", "x"],
         "who": ["ann", "ann", "ann", "Anonymous"], "from": "Mail"}, index=[4, 5, 6, 7]))
    assert [(e.row, e.question, e.reason, e.position) for e in batch.entries] == [
        (6, "a", "an older version of row 3", 2), (6, "b", "an older version of row 3", 2)]
    older = (Outcome.OLDER_VERSION, "an older version of row 4")
    assert reader.later(0, 2) == {(0, "a"): older, (0, "b"): older}
    assert reader.later(2, 4) == {
        (1, "b"): (Outcome.DUPLICATE, "same words by the same customer in channel 'Web', row 3")}


def test_a_rejected_row_is_no_version_of_anything():
    reader = RowReader(ColumnPlan(("text",), id="id", nps_score="score"), source="s")
    batch = reader.read(pd.DataFrame({"id": ["1", "1"], "text": ["a", "b"], "score": ["1", "11"]}))
    assert [(e.row, e.reason) for e in batch.entries] == [(1, "score 11 is outside 0 to 10")]
    assert reader.later(0, 2) == {}


def test_rows_are_flagged_by_their_position():
    plan = ColumnPlan(("text",), customer="who", grades=tuple("abcde"))
    reader = RowReader(plan, source="s")
    said = "we wait for the van every single week"
    rows = pd.DataFrame({"text": [said] * 20 + ["x"] * 10, "who": [None] * 30} | dict.fromkeys("abcd", "3"))
    rows["e"] = ["4"] * 28 + ["3", None]
    first, second = reader.read(rows[:15]), reader.read(rows[15:])
    text, grades = {"text": "the same words in 20 rows"}, {"grades": "all grades are the same"}
    assert reader.flagged(first.traces, 0) == dict.fromkeys(range(15), text)
    assert reader.flagged(second.traces, 15) == {**dict.fromkeys(range(5), text), 13: grades}
    assert reader.n_flagged == {"author": 0, "text": 20, "grades": 1}


value = st.one_of(st.none(), st.sampled_from(["a", "", " ", "9", "11", "2024-03-01", "1", "5 stars"]), st.floats(),
                  st.integers(-2, 12), st.text(max_size=5), st.lists(st.integers(), max_size=2), st.just(pd.NA),
                  st.just(pd.NaT))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_row_is_lost(data):
    names = ("a", "b", "id", "nps", "stars", "date")
    rows = data.draw(st.lists(st.tuples(*[value] * len(names)), max_size=12))
    n_broken = data.draw(st.integers(0, 3))
    roles = {"id": "id", "nps_score": "nps", "received_at": "date", "rating": "stars"}
    maybe = {role: name for role, name in roles.items() if data.draw(st.booleans())}
    plan = ColumnPlan(data.draw(st.sampled_from([("a",), ("a", "b")])), rating_scale=STARS, **maybe)
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    cut = data.draw(st.integers(0, len(rows)))
    reader = RowReader(plan, source="s")
    first = reader.read(frame[:cut], [BrokenRow(1000 + n, "torn") for n in range(n_broken)])
    batches = [first, reader.read(frame[cut:])]
    comments = [comment for batch in batches for comment in batch.comments]
    entries = [entry for batch in batches for entry in batch.entries]
    assert len(comments) + len(entries) == (len(rows) + n_broken) * len(plan.verbatims)
    later = reader.later(0, len(rows))
    n_before = [0, cut]
    kept = [comment.id for batch, n in zip(batches, n_before, strict=True)
            for comment, p, c in zip(batch.comments, batch.positions, batch.columns, strict=True)
            if (n + p, c) not in later]
    assert len(set(kept)) == len(kept) == len(comments) - len(later)
    for batch in batches:
        assert len(batch.comments) == len(batch.positions) == len(batch.columns)
        told = {(batch.rows.index[p], c) for p, c in zip(batch.positions, batch.columns, strict=True)}
        told |= {(entry.row, entry.question) for entry in batch.entries if entry.row not in range(1000, 1003)}
        assert told == {(row, name) for row in batch.rows.index for name in plan.verbatims}
    assert all(0 <= c.nps_score <= 10 for c in comments if c.nps_score is not None)
    assert all(1 <= c.rating <= 5 for c in comments if c.rating is not None)
