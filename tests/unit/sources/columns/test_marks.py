"""Rows that a survey tool marks as nobody's answer."""

import pandas as pd
import pytest

from cx_text.sources.columns.column_facts import measure
from cx_text.sources.columns.headers import is_analytics
from cx_text.sources.columns.marks import MarkColumn, finished_column, is_unfinished, mark_columns
from cx_text.sources.columns.plan import ColumnPlan, plan_columns
from cx_text.sources.outcomes import Outcome
from cx_text.sources.rows import RowReader

PREVIEW, TEST = "a preview of the survey, not a customer", "a test, not a customer"
SPAM = "taken for spam by the survey tool"


@pytest.mark.parametrize(("text", "found"), [
    (None, None), ("", None), ("IP Address", None), ("Imported", None), ("0", None), ("4", None), ("16", None),
    ("20", None), ("email", None), ("anonymous", None),
    (" Survey Preview ", (Outcome.TEST_ROW, f"Status 'Survey Preview': {PREVIEW}")),
    ("preview", (Outcome.TEST_ROW, f"Status 'preview': {PREVIEW}")),
    ("1", (Outcome.TEST_ROW, f"Status '1': {PREVIEW}")), ("17", (Outcome.TEST_ROW, f"Status '17': {PREVIEW}")),
    ("Survey Test", (Outcome.TEST_ROW, f"Status 'Survey Test': {TEST}")),
    ("2", (Outcome.TEST_ROW, f"Status '2': {TEST}")), ("Spam", (Outcome.SPAM, f"Status 'Spam': {SPAM}")),
    ("8", (Outcome.SPAM, f"Status '8': {SPAM}")), ("12", (Outcome.SPAM, f"Status '12': {SPAM}")),
    ("9", (Outcome.TEST_ROW, f"Status '9': {PREVIEW}")),
])
def test_response_types_of_qualtrics(text, found):
    assert MarkColumn("Status").read(text) == found


@pytest.mark.parametrize(("text", "is_test"), [
    ("test", True), ('["vip", "Test"]', True), ("vip; test", True), ("latest", False), ("test group", False),
    ("", False)])
def test_tags(text, is_test):
    found = MarkColumn("tags", is_list=True).read(text)
    assert found == ((Outcome.TEST_ROW, f"tags {text!r}: {TEST}") if is_test else None)


def test_only_the_tools_own_columns_are_read():
    columns = [measure(name, []) for name in ("Status", "tags", "Finished")]
    assert mark_columns(columns, "Qualtrics") == (MarkColumn("Status"),)
    assert mark_columns(columns, "Delighted") == (MarkColumn("tags", is_list=True),)
    assert mark_columns(columns, "Typeform") == mark_columns(columns, None) == ()
    assert [finished_column(columns, tool) for tool in ("Qualtrics", "Formbricks", "Typeform", None)] == [
        "Finished", "Finished", None, None]
    assert mark_columns([measure("V7", [], "Status")], "Qualtrics") == (MarkColumn("V7"),)
    assert [is_unfinished(text) for text in ("False", "0", "No", "True", "1", "", None)] == [True] * 3 + [False] * 4


def test_a_status_of_anyone_elses_table_is_left_alone():
    frame = pd.DataFrame({"Status": ["1", "Spam"], "comment": ["The driver was very kind to me", "It was late again"]})
    plan = plan_columns(frame, where="x")
    assert (plan.marks, plan.finished, "test rows" in plan.reasons) == ((), None, False)


def test_a_test_row_is_no_earlier_row_of_a_customer():
    plan = ColumnPlan(("text",), id="id", marks=(MarkColumn("Status"),), finished="Finished")
    reader = RowReader(plan, source="s")
    batch = reader.read(pd.DataFrame({"id": ["1", "1", "1"], "Status": ["1", "0", "0"], "text": ["a", "b", "b"],
                                      "Finished": ["False", "False", "False"]}))
    assert [(entry.row, entry.outcome, entry.reason) for entry in batch.entries] == [
        (0, Outcome.TEST_ROW, f"Status '1': {PREVIEW}"), (2, Outcome.DUPLICATE, "same id as row 1")]
    assert [comment.verbatim for comment in batch.comments] == ["b"]
    assert reader.notes == (
        "Rows of surveys that were not finished, by column 'Finished': 1; what they say was kept.",)


@pytest.mark.parametrize(("header", "is_one"), [
    ("What is the main reason for your score? - Parent Topics", True), ("Why?\nTell us - Sentiment Polarity", True),
    ("Q4 - Topic Hierarchy Level 1", True), ("Why? - Topics", True), ("Q3_NPS_GROUP", True),
    ("What did you think of the topics?", False), ("What is the main reason - in a word?", False),
    ("How well did we capture your sentiment?", False),
])
def test_columns_of_text_analytics(header, is_one):
    assert is_analytics(header) is is_one
