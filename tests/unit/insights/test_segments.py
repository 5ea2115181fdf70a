import numpy as np
import pytest
from made.observations import observe, population

from cx_text.codeframe import JourneyStage, Theme
from cx_text.errors import ConfigError
from cx_text.insights.intervals import nps_difference
from cx_text.insights.segments import SEGMENT_COLUMNS, journey_table, segment_table, segments_of


def made(n=400):
    categories = ["detractor"] * (n // 4) + ["promoter"] * (n // 4) + ["passive", "promoter"] * (n // 4)
    return observe(categories, {"late": range(n // 4)},
                   segments={"plan": ["basic"] * (n // 2) + ["plus"] * (n // 2),
                             "shop": ["a", "a", "b", "b"] * (n // 4)})


def test_each_value_is_compared_with_all_others():
    table = segment_table(made()).set_index(["segment", "value"])
    assert list(segment_table(made()).columns) == list(SEGMENT_COLUMNS)
    basic = table.loc["plan", "basic"]
    apart = nps_difference((100, 0, 100), (0, 100, 100))
    assert (basic["nps"], basic["difference"], basic["difference_low"]) == (0.0, apart.value, apart.low)
    assert (basic["verdict"], table.loc[("plan", "plus"), "verdict"]) == ("lower", "higher")
    assert table.loc[("shop", "a"), "verdict"] == "cannot tell"
    assert (basic["n"], basic["share"], bool(basic["is_small"])) == (200, 0.5, False)


def test_the_theme_that_costs_most_in_a_segment_is_named():
    table = segment_table(made()).set_index(["segment", "value"])
    assert table.loc[("plan", "basic"), "costs"] == "about late"
    assert table.loc[("plan", "basic"), "costs_adjusted"] < 0
    assert isinstance(table.loc[("plan", "plus"), "costs"], float)  # missing: nobody raises it there


def test_chance_seldom_makes_a_segment_higher_or_lower():
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(20):
        by = {f"s{k}": random.choice(list("abcd"), 300) for k in range(5)}
        idle = observe(random.choice(["detractor", "passive", "promoter"], 300), {}, segments=by)
        wrong += (segment_table(idle)["verdict"] != "cannot tell").sum()
    assert wrong <= 8  # of 400; without control about 20 would be


def test_small_segments_are_shown_without_a_verdict():
    few = observe(["detractor"] * 9 + ["promoter"] * 40, {}, segments={"plan": ["a"] * 9 + ["b"] * 40})
    table = segment_table(few)
    assert table["is_small"].tolist() == [True, True]
    assert table["verdict"].tolist() == ["cannot tell", "cannot tell"]
    assert table["nps"].notna().all()


def test_segments_with_too_many_values_or_one_are_left_out_unless_asked_for():
    many = observe(["promoter"] * 60, {}, segments={"id": [str(k) for k in range(60)], "same": ["x"] * 60})
    assert segments_of(many) == []
    assert len(segment_table(many)) == 0
    with pytest.raises(ConfigError) as raised:
        segment_table(many, ["id"])
    assert str(raised.value) == "segment 'id' has 60 values, more than the 50 that can be compared."
    with pytest.raises(ConfigError) as raised:
        segment_table(many, ["plan"])
    assert str(raised.value) == "there is no segment 'plan'. There are: 'id', 'same', 'source'."


def test_the_journey_has_a_row_a_stage():
    base = population(1500)
    stages = {"bad": JourneyStage.PAY, "rider": JourneyStage.PAY, "good": JourneyStage.USE}
    themes = tuple(Theme(t.id, t.label, (), 1, stage=stages.get(t.id)) for t in base.themes)
    staged = type(base)(base.respondents, base.opinions, themes, base.n_analysed)
    whole = journey_table(staged)
    whole = whole[whole["said"] == "anything"].set_index("id")
    assert whole.index.tolist() == ["pay", "use"]
    assert whole["verdict"].tolist() == ["costs", "lifts"]
    raises = base.opinions[base.opinions["theme_id"].isin(["bad", "rider"])]["respondent"].nunique()
    assert whole.loc["pay", "n_raisers"] == raises
    assert len(journey_table(base)) == 0
