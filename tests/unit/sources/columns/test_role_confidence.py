"""How sure a guess is: high where header and values say it, low where one of them does not."""

import pandas as pd
import pytest

from cx_text.sources.columns.column_facts import measure
from cx_text.sources.columns.plan import plan_columns
from cx_text.sources.columns.role_confidence import OPTIONS, UNSURE, role_confidence, role_of

N = 60
WORDS = [f"The delivery was late for the {n}th time" for n in range(N)]
DAYS = [f"2024-03-{n % 28 + 1:02}" for n in range(N)]


def confidences(columns, **named):
    rows = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    plan = plan_columns(rows, where="x", **named)
    facts = [measure(name, rows[name].tolist(), plan.wordings.get(name)) for name in rows.columns]
    return {f.name: (role_of(f.name, plan), role_confidence(f, plan, facts)) for f in facts}


SURE = {
    "recommend": ("How likely are you to recommend us?", [n % 11 for n in range(N)], "nps_score"),
    "score that reaches its ends": ("Score", [n % 11 for n in range(N)], "nps_score"),
    "stars": ("Stars", [n % 5 + 1 for n in range(N)], "rating"),
    "received": ("Received at", DAYS, "received_at"),
    "response id": ("Response ID", [f"R{n}" for n in range(N)], "id"),
    "customer id": ("Customer ID", [f"C{n % 40}" for n in range(N)], "customer"),
    "plan": ("Plan", ["Basic", "Plus", "Pro"] * 20, "segments"),
    "question": ("Question", ["What did you like?", "What did you miss?"] * 30, "question"),
}
UNSURES = {
    "score that never reaches 9": ("Score", [0, 3, 6, 8] * 15, "nps_score"),
    "NPS that is half words": ("NPS", ["9", "none", "10", "x", "7", "8", "", "0", "no", "6"] * 6, "nps_score"),
    "rating that never changes": ("Rating", [0] * N, "rating"),
    "day and month": ("Date", ["03/04/2024", "05/06/2024"] * 30, "received_at"),
    "amounts": ("Weight", [n % 9 for n in range(N)], "segments"),
    "seldom repeated": ("Town", [f"Town {n % 30}" for n in range(N)], "segments"),
}


@pytest.mark.parametrize(("name", "values", "role"), SURE.values(), ids=SURE)
def test_plain_columns_are_sure(name, values, role):
    found = confidences({"Comment": WORDS, name: values})
    assert found["Comment"] == ("verbatim", 1.0)
    assert found[name][0] == role
    assert UNSURE <= found[name][1] <= 1


@pytest.mark.parametrize(("name", "values", "role"), UNSURES.values(), ids=UNSURES)
def test_ambiguous_columns_are_not(name, values, role):
    found = confidences({"Comment": WORDS, name: values})
    assert found[name][0] == role
    assert 0 <= found[name][1] < UNSURE


def test_words_in_a_column_whose_name_says_nothing():
    assert confidences({"Q5": WORDS})["Q5"] == ("verbatim", 0.63)
    short = ["ok", "late", "fine", "Nobody told me anything", "no"] * 12
    assert confidences({"Comment": [*short[:-1], "The driver was rude"]})["Comment"][1] < UNSURE


def test_a_second_date_that_fits_as_well_makes_the_first_less_sure():
    alone = confidences({"Comment": WORDS, "Date": DAYS})["Date"][1]
    assert confidences({"Comment": WORDS, "Date": DAYS, "Time": DAYS})["Date"][1] < alone


def test_what_is_named_is_sure_and_what_has_no_role_has_no_figure():
    columns = {"Comment": WORDS, "Score": [0, 3, 6, 8] * 15, "Weight": [1.5] * N, "Happy": ["yes", "no"] * 30}
    found = confidences(columns, nps_score="Score", measures={"resolved": "Happy"})
    assert (found["Score"], found["Weight"], found["Happy"]) == (("nps_score", 1.0), (None, None), (None, 1.0))


def test_eleven_columns_of_one_score_each():
    ends = {0: "0 - Not at all likely", 10: "10 - Extremely likely"}
    columns = {ends.get(n, str(n)): ["x" if row % 11 == n else "" for row in range(N)] for n in range(11)}
    found = confidences({"Why did you choose this score?": WORDS} | columns)
    assert {found[name] for name in columns} == {("nps_score", 0.95)}


def test_every_role_has_an_option():
    assert set(OPTIONS) == {"verbatim", "nps_score", "rating", "received_at", "id", "question", "segments", "customer",
                            "channel"}
