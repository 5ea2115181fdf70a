import numpy as np
import pandas as pd
import pytest
from made.observations import observe, population

from cx_text.errors import ConfigError
from cx_text.insights.observations import theme_of_each


def test_outcomes_are_points_shares_and_amounts():
    made = observe(["detractor", "passive", "promoter", None], {}, measures=("csat", "churned", "revenue"),
                   csat=[5.0, 3.0, np.nan, 4.0], churned=[1.0, 0.0, np.nan, 0.0], revenue=[1.5, 2.0, np.nan, 0.0])
    shown = {name: made.outcome(name).fillna(-1).tolist() for name in ("nps", "csat", "churned", "revenue")}
    assert shown == {"nps": [-100.0, 0.0, 100.0, -1], "csat": [100.0, 0.0, -1, 100.0],
                     "churned": [100.0, 0.0, -1, 0.0], "revenue": [1.5, 2.0, -1, 0.0]}


def test_chosen_respondents_keep_their_opinions_and_are_numbered_anew():
    made = observe(["detractor", "passive", "promoter"], {"a": [0, 2], "b": [1]})
    some = made.chosen(pd.Series([True, False, True]))
    assert some.respondents["category"].tolist() == ["detractor", "promoter"]
    assert some.opinions[["respondent", "theme_id"]].values.tolist() == [[0, "a"], [1, "a"]]
    assert some.n_analysed == 2
    assert len(made.chosen([False] * 3).opinions) == 0


def test_segments_and_the_source_can_be_asked_for():
    made = observe(["promoter"] * 2, {}, segments={"plan": ["x", "y"]})
    assert made.segments == ("plan",)
    assert made.segment("plan").tolist() == ["x", "y"]
    assert made.segment("source").tolist() == ["survey"] * 2
    with pytest.raises(ConfigError) as raised:
        made.segment("shop")
    assert str(raised.value) == "there is no segment 'shop'. There are: 'plan', 'source'."


def test_opinions_of_unknown_themes_are_left_out():
    made = population(50)
    opinions = pd.concat([made.opinions, pd.DataFrame({"respondent": [0, 1], "comment": [0, 1],
                                                       "theme_id": ["gone", None], "polarity": "negative"})])
    assert len(theme_of_each(opinions, made.themes)) == len(made.opinions)
