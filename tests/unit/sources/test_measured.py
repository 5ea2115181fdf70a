import pandas as pd
import pytest

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError, SourceError
from cx_text.measures import MeasureColumn
from cx_text.sources.columns.plan import plan_columns
from cx_text.sources.measured import parse_measures, read_amount, read_measure, read_yes_no
from cx_text.sources.rows import RowReader
from cx_text.sources.scores import NotAScoreError


@pytest.mark.parametrize(("text", "amount"), [
    ("$1,234.50", 1234.5), ("1.234,50 €", 1234.5), ("(20)", -20.0), ("1,234", 1234.0), ("1.5", 1.5), ("0,5", 0.5),
    ("1 234,5", 1234.5), ("USD 20", 20.0), ("12.345", 12.345), ("1,234,567", 1234567.0), ("-3", -3.0), ("−3", -3.0),
    ("1'000", 1000.0), ("0,125", 0.125), ("£0", 0.0), ("-$20", -20.0), ("20 kr", 20.0), ("R$ 5", 5.0), ("5.", 5.0)])
def test_amounts(text, amount):
    assert read_amount(text) == pytest.approx(amount)


@pytest.mark.parametrize("text", ["I paid 20 pounds", "n/a", "-", "1-2", "12:30", "free", "c0", "1..5"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotAScoreError, match="is not an amount"):
        read_amount(text)


@pytest.mark.parametrize(("text", "value"), [("Yes", 1), (" no ", 0), ("TRUE", 1), ("0", 0), ("1.0", 1), ("churned", 1),
                                             ("Active", 0)])
def test_yes_and_no(text, value):
    assert read_yes_no(text) == value


def test_values_are_read_by_their_measure():
    assert read_measure("4 - good", MeasureColumn("csat", "x", RatingScale(1, 5))) == 4.0
    assert read_measure(" ", MeasureColumn("churned", "x")) is None
    with pytest.raises(NotAScoreError, match="'maybe' is neither yes nor no"):
        read_measure("maybe", MeasureColumn("churned", "x"))
    with pytest.raises(NotAScoreError, match="rating 6 is outside 1 to 5"):
        read_measure("6", MeasureColumn("csat", "x", RatingScale(1, 5)))


ROWS = pd.DataFrame({"comment": ["It was very late again", "I like the new app a lot"] * 10, "gone": ["yes", "no"] * 10,
                     "happy": ["1", "5"] * 10, "spent": ["10", "20.5"] * 10, "who": [f"c{k % 12}" for k in range(20)]})


def test_named_measures_and_the_customer_are_planned_and_read():
    plan = plan_columns(ROWS, where="x.csv", verbatim="comment", customer="who",
                        measures={"churned": "gone", "csat": "happy:1-5", "revenue": "spent"})
    assert plan.measures == (MeasureColumn("churned", "gone"), MeasureColumn("csat", "happy", RatingScale(1, 5)),
                             MeasureColumn("revenue", "spent"))
    first = RowReader(plan, source="s").read(ROWS).comments[0]
    assert (first.author, dict(first.measures)) == ("c0", {"churned": 1.0, "csat": 1.0, "revenue": 10.0})


def test_a_value_that_cannot_be_read_costs_the_row_nothing_and_is_counted():
    rows = ROWS.assign(gone=["yes", "who knows"] + ["no"] * 18)
    reader = RowReader(plan_columns(rows, where="x.csv", verbatim="comment", measures={"churned": "gone"}), source="s")
    comments = reader.read(rows).comments
    assert (len(comments), dict(comments[1].measures)) == (20, {})
    assert reader.notes == ("1 values in column 'gone' could not be read as its measure and were left out.",)


@pytest.mark.parametrize(("measures", "message"), [
    ({"churn": "gone"}, "no measure 'churn'; there are csat, ces, stars, recommend, resolved, churned, revenue, "
     "lifetime_value, orders. Did you mean 'churned'?"),
    ({"churned": "goned"}, "x.csv: --measure churned 'goned' is not one of the columns; did you mean 'gone'? The "
     "columns are: comment, gone, happy, spent, who."),
    ({"churned": "comment"}, "x.csv: column 'comment' is named by both --verbatim-column and --measure churned. A "
     "column has one role."),
    ({"revenue": "who"}, "x.csv: column 'who' does not hold amounts: 20 of 20 values are words (such as 'c0'). Name "
     "another column with --measure revenue."),
], ids=["unknown measure", "unknown column", "taken column", "no amounts"])
def test_a_wrong_measure_is_one_line(measures, message):
    with pytest.raises((ConfigError, SourceError)) as raised:
        plan_columns(ROWS, where="x.csv", verbatim="comment", measures=measures)
    assert str(raised.value) == message


def test_measures_on_the_command_line():
    assert parse_measures(["churned=Left us?", "csat = Happy:1-5"]) == {"churned": "Left us?", "csat": "Happy:1-5"}
    with pytest.raises(ConfigError) as raised:
        parse_measures(["churned"])
    assert str(raised.value) == "the measure 'churned' names no column. Write it as --measure churned=COLUMN."
