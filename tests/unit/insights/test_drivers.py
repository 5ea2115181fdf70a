import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.codeframe import Theme
from cx_text.insights.drivers import THEME_COLUMNS, leave_out, theme_table

LATE = Theme("t01", "Late delivery", ("late", "delivery"), 60, exemplars=("It came late", "Late again"))
KIND = Theme("t02", "Friendly drivers", ("friendly",), 40, exemplars=("So friendly",))


def tables(seed=0, n=400):
    """Detractors speak of t01, promoters of t02, and half of all of nothing."""
    random = np.random.default_rng(seed)
    category = random.choice(["detractor", "passive", "promoter"], n)
    theme = np.where(random.random(n) < 0.5, None, np.where(category == "detractor", "t01",
                     np.where(category == "promoter", "t02", None)))
    opinions = pd.DataFrame({"comment": np.arange(n), "respondent": np.arange(n), "theme_id": theme,
                             "polarity": np.where(theme == "t01", "negative", "positive")})
    return opinions[opinions["theme_id"].notna()], pd.DataFrame({"category": category})


def test_costs_and_lifts_are_found_and_counted():
    opinions, respondents = tables()
    table = theme_table([KIND, LATE], opinions, respondents, n_analysed=400)
    assert list(table.columns) == list(THEME_COLUMNS)
    assert list(table["id"]) == ["t01", "t02"]  # the costliest first
    assert list(table["verdict"]) == ["costs", "lifts"]
    late = table.iloc[0]
    assert late["n_detractors"] == late["n_comments"] == (opinions["theme_id"] == "t01").sum()
    assert (late["share_negative"], late["share_detractors"], late["nps"]) == (1.0, 1.0, -100.0)
    assert late["leave_out_low"] < late["leave_out"] < late["leave_out_high"] < 0
    assert (late["exemplar_1"], late["exemplar_3"]) == ("It came late", "")


def test_without_scores_there_is_no_effect_and_no_verdict():
    opinions, respondents = tables()
    respondents["category"] = None
    table = theme_table([LATE], opinions, respondents, n_analysed=400)
    assert table[["nps", "leave_out", "verdict", "share_detractors"]].isna().all(axis=None)
    assert table["n_comments"].iloc[0] > 0


def test_no_themes_give_an_empty_table_with_all_columns():
    opinions, respondents = tables()
    table = theme_table([], opinions, respondents, n_analysed=400)
    assert (len(table), list(table.columns)) == (0, list(THEME_COLUMNS))


def test_few_raisers_get_no_verdict():
    opinions, respondents = tables()
    few = opinions[opinions["theme_id"] == "t01"].head(5)
    assert theme_table([LATE], few, respondents, n_analysed=400)["verdict"].iloc[0] == "cannot tell"


def test_themes_without_effect_are_seldom_called_anything():
    random = np.random.default_rng(1)
    n, themes = 500, [Theme(f"t{k:02d}", f"theme {k}", (), 25) for k in range(40)]
    wrong = 0
    for _ in range(5):
        respondents = pd.DataFrame({"category": random.choice(["detractor", "passive", "promoter"], n, p=[.2, .3, .5])})
        who = [(r, t.id) for t in themes for r in np.flatnonzero(random.random(n) < 0.05)]
        opinions = pd.DataFrame(who, columns=["respondent", "theme_id"]).assign(polarity="neutral")
        opinions["comment"] = opinions["respondent"]
        wrong += (theme_table(themes, opinions, respondents, n_analysed=n)["verdict"] != "cannot tell").sum()
    assert wrong <= 5  # of 200; without control about 10 would be


def test_leave_out_by_hand():
    effect, low, high = leave_out((10, 0, 0), (20, 30, 50))  # with: 30; without: 10, 30, 50 of 90
    assert effect == pytest.approx(30 - 100 * 40 / 90)
    assert low < effect < high < 0


@pytest.mark.parametrize(("raisers", "everyone"), [((0, 0, 0), (1, 2, 3)), ((1, 2, 3), (1, 2, 3))], ids=["none", "all"])
def test_leave_out_needs_some_on_both_sides(raisers, everyone):
    assert leave_out(raisers, everyone) is None


cells = st.tuples(*[st.integers(0, 60)] * 3)


@given(cells, cells)
def test_leave_out_turns_its_sign_with_the_scale(inside, outside):
    everyone = [a + b for a, b in zip(inside, outside, strict=True)]
    there, back = leave_out(inside, everyone), leave_out(inside[::-1], everyone[::-1])
    assert (there is None) == (back is None)
    if there and back:
        assert there[0] == pytest.approx(-back[0])
        assert there[1] <= there[2]
