import numpy as np
import pandas as pd
import pytest
from made.observations import observe, population

from cx_text.codeframe import JourneyStage, Theme
from cx_text.errors import ConfigError
from cx_text.insights.drivers import ANYTHING, DRIVER_COLUMNS, driver_table, drivers
from cx_text.insights.effects import estimate_effects
from cx_text.insights.observations import units_of
from cx_text.insights.theme_table import THEME_COLUMNS, theme_table


def of(table, theme, said=ANYTHING):
    (row,) = table[(table["id"] == theme) & (table["said"] == said)].to_dict("records")
    return row


def test_costs_and_lifts_are_found_and_a_rider_is_cleared():
    table = drivers(population(2000))
    assert list(table.columns) == list(DRIVER_COLUMNS)
    assert {t: of(table, t)["verdict"] for t in ("bad", "good", "idle", "rider")} == {
        "bad": "costs", "good": "lifts", "idle": "cannot tell", "rider": "cannot tell"}
    assert table["id"].iloc[0] == "bad"  # the costliest first
    bad, rider = of(table, "bad"), of(table, "rider")
    assert bad["adjusted_low"] < bad["adjusted"] < bad["adjusted_high"] < 0
    assert rider["leave_out_high"] < 0  # by itself it would have looked guilty
    assert bad["mean_low"] < bad["mean"] < bad["mean_high"] < 0


def test_each_polarity_has_a_row_of_its_own_behind_the_theme():
    made = observe(["detractor", "promoter"] * 20, {"a": range(30), "b": range(10, 40)},
                   polarity={"a": "negative", "b": "positive"})
    table = driver_table(made)
    assert table[["id", "said"]].values.tolist() in (
        [["a", "anything"], ["a", "negative"], ["b", "anything"], ["b", "positive"]],
        [["b", "anything"], ["b", "positive"], ["a", "anything"], ["a", "negative"]])
    assert of(table, "a")["n_raisers"] == of(table, "a", "negative")["n_raisers"] == 30


def test_sub_themes_stand_behind_their_theme_which_counts_their_opinions():
    themes = (Theme("t1", "App", (), 1, stage=JourneyStage.USE), Theme("t2", "Crash", (), 1, "t1"),
              Theme("t3", "Slow", (), 1, "t1"), Theme("t4", "Price", (), 1))
    made = observe(["detractor"] * 30 + ["promoter"] * 30,
                   {"t2": range(15), "t3": range(10, 25), "t1": range(25, 28), "t4": range(40, 60)}, themes=themes)
    table = driver_table(made)
    whole = table[table["said"] == ANYTHING]
    assert whole["id"].tolist() == ["t1", *sorted(["t2", "t3"], key=lambda t: of(table, t)["adjusted"]), "t4"]
    assert whole.set_index("id")["n_raisers"].to_dict() == {"t1": 28, "t2": 15, "t3": 15, "t4": 20}
    assert of(table, "t2")["parent_label"] == "App"
    assert of(table, "t1")["journey_stage"] == JourneyStage.USE.value
    assert driver_table(made, first_level_only=True)["id"].tolist() == ["t1", "t4"]


def test_splitting_a_theme_leaves_the_figures_of_the_whole_as_they_were():
    whole = driver_table(observe(["detractor", "promoter", "passive"] * 20, {"a": range(30), "b": range(20, 50)}))
    themes = (Theme("a", "about a", (), 1), Theme("a1", "one", (), 1, "a"), Theme("a2", "two", (), 1, "a"),
              Theme("b", "about b", (), 1))
    split = driver_table(observe(["detractor", "promoter", "passive"] * 20,
                                 {"a1": range(14), "a2": range(14, 30), "b": range(20, 50)}, themes=themes))
    columns = [c for c in DRIVER_COLUMNS if c.startswith(("n_", "mean", "leave_out", "adjusted"))]
    assert pd.DataFrame([of(whole, "a"), of(whole, "b")])[columns].equals(
        pd.DataFrame([of(split, "a"), of(split, "b")])[columns])


def test_few_raisers_are_small_and_get_no_verdict():
    made = observe(["detractor"] * 9 + ["promoter"] * 91, {"few": range(9), "all but few": range(9, 100)})
    table = driver_table(made, first_level_only=True)
    assert table["is_small"].tolist() == [True, True]
    assert table["verdict"].tolist() == ["cannot tell", "cannot tell"]
    assert table["adjusted"].notna().all()  # greyed, not hidden


def test_the_order_of_rows_makes_no_difference():
    made = population(300)
    order = np.random.default_rng(0).permutation(300)
    back = np.argsort(order)
    shuffled = observe(made.respondents["category"].iloc[order].tolist(),
                       {t: back[own["respondent"]] for t, own in made.opinions.groupby("theme_id", sort=False)})
    pd.testing.assert_frame_equal(driver_table(made), driver_table(shuffled))


def test_customers_are_the_unit_where_there_is_a_key():
    categories = ["detractor", "promoter"] * 30
    customer = pd.Series([k // 3 for k in range(60)], dtype="Int64")
    made = observe(categories, {"a": range(40)}, customer=customer)
    row = of(driver_table(made), "a")
    assert row["n_raisers"] == 14  # customers 0 to 13 of 20
    points = np.where(np.array(categories) == "promoter", 100.0, -100.0)
    means = points.reshape(20, 3).mean(axis=1)
    raises = np.arange(20)[:, None] < 14
    assert row["adjusted"] == pytest.approx(estimate_effects(raises, means).adjusted[0])
    assert row["mean"] == pytest.approx(means[:14].mean())


def test_rows_without_a_key_are_customers_of_their_own():
    made = observe(["passive"] * 4, {"a": [0]}, customer=pd.Series([7, pd.NA, 7, pd.NA], dtype="Int64"))
    assert units_of(made).tolist() == [0, 1, 0, 2]


def test_other_outcomes_have_the_same_table_and_fewer_lost_is_better():
    random = np.random.default_rng(2)
    raises = random.random(800) < 0.3
    churned = (random.random(800) < np.where(raises, 0.6, 0.2)).astype(float)
    revenue = np.where(raises, 20.0, 50.0) + random.random(800)
    made = observe([None] * 800, {"late": np.flatnonzero(raises), "idle": range(100)}, measures=("churned", "revenue"),
                   churned=churned, revenue=revenue)
    lost = of(drivers(made, "churned"), "late")
    assert lost["verdict"] == "costs"  # more are lost
    assert lost["adjusted"] > 5
    assert lost["mean"] == pytest.approx(100 * churned[raises].mean())
    assert np.isnan(lost["total"])
    money = of(drivers(made, "revenue"), "late")
    assert (money["verdict"], money["outcome"]) == ("costs", "revenue")
    assert money["total"] == pytest.approx(revenue[raises].sum())
    assert drivers(made, "churned")["id"].iloc[0] == "late"


def test_without_scores_themes_are_counted_and_nothing_is_said_of_effects():
    made = observe([None] * 40, {"a": range(20), "b": range(5)})
    table = driver_table(made)
    assert table[["mean", "leave_out", "adjusted", "verdict"]].isna().all(axis=None)
    assert of(table, "a")["n_comments"] == 20
    assert table["id"].iloc[0] == "a"


def test_no_theme_gives_an_empty_table():
    made = observe(["detractor", "promoter"], {})
    assert (len(driver_table(made)), list(driver_table(made).columns)) == (0, list(DRIVER_COLUMNS))
    assert list(theme_table(made, driver_table(made)).columns) == list(THEME_COLUMNS)


@pytest.mark.parametrize(("made", "outcome", "message"), [
    (observe(["promoter"] * 12, {"a": range(6)}), "nps", "the 12 customers with an outcome all have the same nps, so "
     "no theme can go with a higher or lower one."),
    (observe([None] * 12, {"a": range(6)}), "nps", "no customer has a score, so nothing can be said of the NPS. Name "
     "the column of scores with --nps-column when you tag."),
    (observe(["promoter", "detractor"], {}), "nps", "the results hold no themes, so there is nothing to compare. Tag "
     "more comments, or give a codeframe with --codeframe."),
    (observe(["promoter", "detractor"], {"a": [0]}), "churned", "the results hold no 'churned', only nps. Name its "
     "column when you tag: --measure churned=COLUMN."),
    (observe(["promoter", "detractor"], {"a": [0]}), "chrun", "no measure 'chrun'; there are nps, csat, ces, stars, "
     "recommend, resolved, churned, revenue, lifetime_value, orders."),
], ids=["all one score", "no scores", "no themes", "missing measure", "unknown measure"])
def test_what_cannot_be_answered_is_one_line(made, outcome, message):
    with pytest.raises(ConfigError) as raised:
        drivers(made, outcome)
    assert str(raised.value) == message


def test_themes_without_effect_are_seldom_called_anything():
    random = np.random.default_rng(1)
    wrong = 0
    for seed in range(5):
        raised = {f"t{k}": np.flatnonzero(random.random(500) < 0.05) for k in range(40)}
        made = observe(random.choice(["detractor", "passive", "promoter"], 500, p=[.2, .3, .5]), raised)
        wrong += (driver_table(made, seed=seed, first_level_only=True)["verdict"] != "cannot tell").sum()
    assert wrong <= 5  # of 200; without control about 10 would be


def test_the_table_of_themes_counts_rows_by_category():
    made = population(400)
    table = theme_table(made, driver_table(made)).set_index("id")
    raises = made.opinions.loc[made.opinions["theme_id"] == "bad", "respondent"]
    counts = made.respondents["category"].loc[raises].value_counts()
    assert table.loc["bad", ["n_detractors", "n_passives", "n_promoters"]].tolist() == [
        counts["detractor"], counts["passive"], counts["promoter"]]
    assert table.loc["bad", "share_negative"] == 1.0
    assert table.loc["bad", "nps"] == pytest.approx(
        100 * (counts["promoter"] - counts["detractor"]) / counts.sum())
    assert table.loc["bad", ["verdict", "exemplar_1"]].tolist() == ["costs", ""]


def test_hidden_themes_are_left_out():
    themes = (Theme("a", "A", (), 1), Theme("b", "B", (), 1, is_hidden=True))
    made = observe(["detractor", "promoter"] * 10, {"a": range(8), "b": range(8, 16)}, themes=themes)
    assert set(driver_table(made)["id"]) == {"a"}
