from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from made.observations import observe

from cx_text.comment import RatingScale
from cx_text.insights.intervals import share_figure
from cx_text.insights.scores import SCORE_COLUMNS, lifetime_value, months_of, nps_figure, score_table
from cx_text.measures import MEASURES, MeasureColumn


def at(*months):
    return pd.Series(pd.to_datetime([f"2026-{m:02d}-15" if m else None for m in months], utc=True)).astype(
        "datetime64[us, UTC]")


def test_each_score_has_a_row_with_its_own_interval_n_and_period():
    made = observe(["detractor", "promoter", "promoter", None], {}, measures=("csat", "churned", "revenue"),
                   csat=[2.0, 4.0, 5.0, np.nan], churned=[1.0, 0.0, 0.0, 0.0], revenue=[10.0, 30.0, np.nan, np.nan],
                   received_at=at(1, 2, 3, 4))
    table = score_table(made).set_index("measure")
    assert list(score_table(made).columns) == list(SCORE_COLUMNS)
    assert table.index.tolist() == ["nps", "csat", "csat_mean", "churned", "retention", "revenue", "clv"]
    assert table.loc["nps", ["value", "n", "unit", "interval"]].tolist() == [pytest.approx(100 / 3), 3, "points",
                                                                             "adjusted Wald"]
    assert table.loc["csat", ["value", "counted_from", "interval"]].tolist() == [
        pytest.approx(200 / 3), "4 to 5 on 1-5", "Wilson"]
    assert table.loc["csat", "low"] == share_figure(2, 3).low
    assert table.loc["csat_mean", ["value", "unit"]].tolist() == [pytest.approx(11 / 3), "of 5"]
    assert (table.loc["churned", "value"], table.loc["retention", "value"]) == (25.0, 75.0)
    assert table.loc["nps", "last_at"].month == 3
    assert table.loc["churned", "last_at"].month == 4


def test_ratings_that_stand_in_are_called_a_proxy_and_shown_as_ratings_too():
    made = observe(["detractor", "promoter"], {}, basis="rating 1-5", rating=[1.0, 5.0])
    made = type(made)(made.respondents, made.opinions, made.themes, 2, made.basis, (), RatingScale(1, 5))
    table = score_table(made).set_index("measure")
    assert table.index.tolist() == ["nps_proxy", "rating", "rating_mean"]
    assert table.loc["nps_proxy", "title"] == "NPS proxy, from rating 1-5"


def test_customers_who_answer_twice_are_not_taken_for_two():
    once = observe(["detractor", "passive", "promoter"] * 5, {}, measures=["churned"], churned=[1.0, 0.0, 0.0] * 5)
    customer = pd.Series([k // 2 for k in range(30)], dtype="Int64")
    twice = observe([c for c in ["detractor", "passive", "promoter"] * 5 for _ in (1, 2)], {}, measures=["churned"],
                    churned=[v for v in [1.0, 0.0, 0.0] * 5 for _ in (1, 2)], customer=customer)
    shown = ["value", "low", "high"]
    pd.testing.assert_frame_equal(score_table(twice).set_index("measure").loc[["nps", "churned"], shown],
                                  score_table(once).set_index("measure").loc[["nps", "churned"], shown])
    assert (nps_figure(twice).n, nps_figure(once).n) == (30, 15)


def test_no_scores_give_an_empty_table():
    table = score_table(observe([None, None], {}))
    assert (len(table), list(table.columns)) == (0, list(SCORE_COLUMNS))
    assert nps_figure(observe([None], {})) is None


@pytest.mark.parametrize(("name", "scale", "tops"), [
    ("csat", (1, 5), [4, 5]), ("csat", (1, 7), [6, 7]), ("csat", (1, 10), [8, 9, 10]), ("csat", (0, 10), [8, 9, 10]),
    ("ces", (1, 7), [5, 6, 7]), ("ces", (1, 5), [4, 5]), ("stars", (1, 5), [4, 5])])
def test_which_answers_count_as_satisfied(name, scale, tops):
    column = MeasureColumn(name, "x", RatingScale(*scale))
    assert [v for v in range(scale[0], scale[1] + 1) if column.is_top(v)] == tops
    assert MEASURES[name].good == 1


def test_lifetime_value_by_hand():
    # margin 100 a period, 80 % stay, 10 % discount: 100 * 0.8 / (1.1 - 0.8)
    assert lifetime_value(np.array([100.0]), np.array([0.0, 0, 0, 0, 1])) == pytest.approx(266.67, abs=0.01)
    assert lifetime_value(np.array([100.0]), np.array([0.0, 1]), margin=0.3) == pytest.approx(0.3 * 100 * 0.5 / 0.6)
    with pytest.raises(ValueError, match=r"no value from 0 customers, margin 1\.0, discount 0\.1"):
        lifetime_value(np.array([]), np.array([]))


def test_months_are_those_with_scores_in_order():
    times = pd.Series([datetime(2026, 3, 31, 23, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC),
                       datetime(2026, 1, 1, tzinfo=UTC), None]).astype("datetime64[us, UTC]")
    table = months_of(observe(["promoter", "detractor", None, "promoter"], {}, received_at=times))
    assert table[["month", "n", "nps"]].values.tolist() == [
        [pd.Timestamp("2025-12-01", tz="UTC"), 1, -100.0], [pd.Timestamp("2026-03-01", tz="UTC"), 1, 100.0]]
    assert months_of(observe(["promoter"], {})) is None
