"""Personal data is masked in rows, comments and reasons, and nothing else is changed."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.privacy import REDACTION_COLUMNS, RowRedactor, privacy_note, pseudonyms, redaction_rows
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.rows import RowReader
from cx_text.testing import FakePii
from cx_text.text.redact import PiiKind

PLAN = ColumnPlan(("comment",), nps_score="score", id="id", segments=("team",), customer="Customer name")


def rows_of(**columns):
    return pd.DataFrame(columns, dtype=object, index=range(2, 2 + len(next(iter(columns.values())))))


def masked(rows, plan=PLAN, **settings):
    redactor = RowRedactor(FakePii(), plan, **settings)
    batch, cells = redactor(RowReader(plan, source="survey").read(rows))
    return batch, cells, redactor


@pytest.fixture
def survey():
    return rows_of(**{
        "id": ["R1", "R2", "R3"], "comment": ["Sarah was kind, jo@x.org is my mail", "All was well", "Sarah"],
        "score": [9, "3", "Sarah said ten points"], "team": ["Team Sarah of the far north", "A", "B"],
        "Customer name": ["Jo Li", "C-104", None], "Email": ["jo@x.org", "", None],
        "Reply": ["Dear Sarah, sorry for the wait", "ok", "Sarah"], "n": [1, 2, 3]})


def test_words_personal_columns_and_free_cells_are_masked(survey):
    batch, _, _ = masked(survey)
    first = batch.rows.iloc[0]
    assert first["comment"] == "<NAME_2> was kind, <EMAIL_1> is my mail"
    assert (first["Customer name"], first["Email"]) == ("<NAME_1>", "<EMAIL_1>")
    assert first["Reply"] == "Dear <NAME_2>, sorry for the wait"
    assert batch.comments[0].verbatim == first["comment"]
    assert batch.comments[1].verbatim == "All was well"


def test_roles_that_figures_need_stay_as_they_are(survey):
    batch, _, _ = masked(survey)
    assert batch.rows["team"].tolist() == survey["team"].tolist()
    assert batch.comments[0].segments == {"team": "Team Sarah of the far north"}
    assert batch.rows["id"].tolist() == ["R1", "R2", "R3"]
    assert batch.rows["Customer name"].tolist()[1:] == ["C-104", None]  # a key is no name
    assert batch.comments[0].author == "Jo Li"  # in memory only: figures count customers by it


def test_rows_that_were_rejected_are_searched_in_every_cell_and_their_reason_too(survey):
    batch, _, _ = masked(survey)
    assert batch.rows["score"].tolist() == [9, "3", "<NAME_1> said ten points"]
    assert batch.rows["comment"].iloc[2] == "<NAME_1>"
    [entry] = batch.entries
    assert entry.reason == "score '<NAME_1> said ten poin…' is not a number"


def test_keys_of_customers_may_have_pseudonyms(survey):
    plan, keys = PLAN, survey.assign(**{"Customer name": ["Jo Li", "Ann", "Jo Li"], "score": [9, 8, 7]})
    batch, _, _ = masked(keys, plan, pseudonym=pseudonyms())
    first, second, third = (comment.author for comment in batch.comments)
    assert first == third != second
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert masked(keys, plan, pseudonym=pseudonyms())[0].comments[0].author != first  # by a secret of its own


def test_places_are_kept_for_audit_and_values_are_not(survey):
    batch, cells, redactor = masked(survey)
    table = redaction_rows(cells)
    assert tuple(table.columns) == REDACTION_COLUMNS
    assert not table.astype(str).map(lambda text: "Sarah" in text or "jo@x" in text).to_numpy().any()
    for cell in cells:
        before, after = survey.loc[cell.row, cell.column], batch.rows.loc[cell.row, cell.column]
        assert after[cell.redacted_start:cell.redacted_end] == cell.placeholder
        assert before[cell.start:cell.end] in ("Sarah", "jo@x.org", "Jo Li")
    assert redactor.counts == {PiiKind.NAME: 5, PiiKind.EMAIL: 2}
    assert privacy_note(redactor) == (
        "Personal data was masked (names 5, e-mail addresses 2); some is always missed, rare names above all.")


def test_notes_where_nothing_was_masked():
    _, _, redactor = masked(rows_of(id=["1"], comment=["fine"], score=[9], team=["A"], **{"Customer name": [""]}))
    assert privacy_note(redactor) == "No personal data was found to mask."
    assert privacy_note(None) == ("Personal data was not masked: names, addresses and numbers are in the results as "
                                  "they were given.")


@pytest.mark.parametrize(("given_text", "text", "is_normalised"), [
    ("write to jo&#64;x.org", "write to <EMAIL_1>", True),
    ("<b>Sarah</b>  &amp; jo&#64;x.org", "<NAME_1> & <EMAIL_1>", True),
    ("Sarah  said “no”", "<NAME_1>  said “no”", False),
    ("Tom &amp; Sarah", "Tom &amp; <NAME_1>", False),
])
def test_what_entities_and_tags_hide_is_found(given_text, text, is_normalised):
    plan = ColumnPlan(("comment",))
    batch, cells, _ = masked(rows_of(comment=[given_text]), plan)
    assert batch.comments[0].verbatim == batch.rows["comment"].iloc[0] == text
    assert {cell.is_normalised for cell in cells} == {is_normalised}


def test_columns_without_anything_keep_their_type():
    rows = pd.DataFrame({"comment": ["Sarah", None], "n": [1, 2], "at": pd.to_datetime(["2026-01-01"] * 2)})
    batch, _, _ = masked(rows, ColumnPlan(("comment",)))
    assert batch.rows.dtypes.equals(rows.dtypes)
    batch, _, _ = masked(rows.astype(object), ColumnPlan(("comment",)))
    assert batch.rows["comment"].tolist()[0] == "<NAME_1>"
    assert rows["comment"].tolist()[0] == "Sarah"  # what was given is not changed


def test_a_vault_is_given_the_values(survey):
    kept = []
    masked(survey, keep=kept.extend)
    assert [(cell.row, cell.placeholder, value) for cell, value in kept][:3] == [
        (2, "<NAME_2>", "Sarah"), (2, "<EMAIL_1>", "jo@x.org"), (2, "<NAME_1>", "Jo Li")]


def test_rows_with_one_label_are_masked_apart():
    rows = pd.DataFrame({"comment": ["Sarah", "fine", "jo@x.org"]}, index=["a", "a", "a"])
    batch, cells, _ = masked(rows, ColumnPlan(("comment",)))
    assert batch.rows["comment"].tolist() == ["<NAME_1>", "fine", "<EMAIL_1>"]
    assert [cell.row for cell in cells] == ["a", "a"]


@given(st.lists(st.lists(st.sampled_from(["Sarah", "jo@x.org", "fine", "&amp;", "&#64;", "<b>", "  ", "<NAME_1>", "J"]),
                         max_size=6).map(" ".join), min_size=1, max_size=5))
def test_nothing_is_left_and_rows_do_not_depend_on_their_company(texts):
    plan = ColumnPlan(("comment",))
    together = masked(rows_of(comment=texts), plan)[0].rows["comment"].tolist()
    assert together == [masked(rows_of(comment=[text]), plan)[0].rows["comment"].iloc[0] for text in texts]
    assert not any(re.search(r"Sarah|jo@x\.org", text) for text in together)
    again = masked(rows_of(comment=together), plan)[0].rows["comment"].tolist()
    assert again == together
