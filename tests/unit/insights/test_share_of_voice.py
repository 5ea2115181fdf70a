import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.config import Brand
from cx_text.frames import MENTION_COLUMNS
from cx_text.insights.nps import nps
from cx_text.insights.share_of_voice import BRAND_COLUMNS, BRAND_THEME_COLUMNS, brand_table, brand_themes

OURS, FAST, GREEN = BRANDS = (Brand(name="Brindlecart", own=True), Brand(name="Fastbasket"), Brand(name="Greenhamper"))
Z = 1.959964


def mentions(*rows):
    """Return mentions from (comment, brand, polarity) or (comment, brand, polarity, theme)."""
    frame = pd.DataFrame([(*r, None)[:4] for r in rows], columns=["comment", "brand", "polarity", "theme_id"])
    frame = frame.astype({"brand": "str", "polarity": "str", "theme_id": "str"})
    return frame.assign(theme_label=frame["theme_id"].str.title())


def said(brand, n_negative, n_neutral, n_positive, first=0):
    """Return so many mentions, each in a comment of its own."""
    polarities = ["negative"] * n_negative + ["neutral"] * n_neutral + ["positive"] * n_positive
    return [(first + k, brand.name, polarity) for k, polarity in enumerate(polarities)]


def row(table, brand):
    return table.set_index("brand").loc[brand.name]


def test_shares_by_hand():
    table = brand_table(mentions((1, "Brindlecart", "positive"), (1, "Brindlecart", "positive"),
                                 (1, "Fastbasket", "negative"), (2, "Fastbasket", "negative"),
                                 (3, "Brindlecart", "neutral")), BRANDS, 8)
    ours = row(table, OURS)
    assert (ours["n_mentions"], ours["n_comments"]) == (3, 2)
    assert (ours["share_of_comments"], ours["share_of_voice"]) == (2 / 8, 2 / 4)
    middle, margin = (0.5 + Z**2 / 8) / (1 + Z**2 / 4), Z * math.sqrt(0.25 / 4 + Z**2 / 64) / (1 + Z**2 / 4)
    assert ours["share_of_voice_low"] == pytest.approx(middle - margin, abs=1e-6)
    assert ours["share_of_voice_high"] == pytest.approx(middle + margin, abs=1e-6)
    assert (ours["n_negative"], ours["n_neutral"], ours["n_positive"], ours["net_sentiment"]) == (0, 1, 1, 50)


def test_one_that_nobody_mentions_has_a_row_without_sentiment():
    green = row(brand_table(mentions((1, "Brindlecart", "positive")), BRANDS, 4), GREEN)
    assert green[["n_mentions", "n_comments", "share_of_comments", "share_of_voice"]].tolist() == [0, 0, 0, 0]
    assert green["share_of_voice_high"] > 0.5  # of a single mention: hardly anything is known
    missing = [c for c in BRAND_COLUMNS if c.startswith(("net_", "difference", "verdict"))]
    assert green[missing].isna().all()


@pytest.mark.parametrize(("polarities", "expected"), [
    (["positive", "negative"], (0, 1, 0)), (["positive", "neutral"], (0, 0, 1)),
    (["negative", "negative", "positive"], (1, 0, 0)), (["neutral", None], (0, 1, 0)), ([None], (0, 0, 0)),
])
def test_the_mentions_of_a_comment_are_balanced(polarities, expected):
    ours = brand_table(mentions(*((1, "Brindlecart", p) for p in polarities)), [OURS], 1).iloc[0]
    assert (ours["n_negative"], ours["n_neutral"], ours["n_positive"]) == expected
    assert (ours["n_mentions"], ours["n_comments"]) == (len(polarities), 1)


def test_difference_by_hand_and_its_verdict():
    table = brand_table(mentions(*said(OURS, 20, 10, 30), *said(FAST, 4, 8, 28, 100), *said(GREEN, 30, 5, 5, 200)),
                        BRANDS, 500)
    fast, green, ours = row(table, FAST), row(table, GREEN), row(table, OURS)
    assert fast["difference"] == pytest.approx(100 * (24 / 40 - 10 / 60))
    p, d, q, e = 28.375 / 41.5, 4.375 / 41.5, 30.375 / 61.5, 20.375 / 61.5
    middle = (p - d) - (q - e)
    margin = Z * math.sqrt((p + d - (p - d) ** 2) / 41.5 + (q + e - (q - e) ** 2) / 61.5)
    assert fast["difference_low"] == pytest.approx(100 * (middle - margin), abs=1e-3)
    assert fast["difference_high"] == pytest.approx(100 * (middle + margin), abs=1e-3)
    assert table["brand"].tolist() == ["Brindlecart", "Fastbasket", "Greenhamper"]
    assert (fast["verdict"], green["verdict"]) == ("better", "worse")
    assert ours[["difference", "difference_low", "difference_high", "verdict"]].isna().all()
    of_ours = nps(20, 10, 30)
    assert ours[["net_sentiment", "net_sentiment_low", "net_sentiment_high"]].tolist() == [
        of_ours.nps, of_ours.low, of_ours.high]


def test_too_few_comments_on_either_side_cannot_tell():
    few = brand_table(mentions(*said(OURS, 0, 0, 60), *said(FAST, 9, 0, 0, 100)), BRANDS, 500)
    assert row(few, FAST)["difference_high"] < 0
    assert row(few, FAST)["verdict"] == "cannot tell"
    assert row(brand_table(mentions(*said(OURS, 0, 0, 9), *said(FAST, 60, 0, 0, 100)), BRANDS, 500),
               FAST)["verdict"] == "cannot tell"


def test_false_discoveries_are_held_over_all_competitors():
    many = [Brand(name=f"b{k}") for k in range(20)]
    one_unlike = said(many[0], 14, 10, 6, 1000)
    alike = [m for k, b in enumerate(many[1:]) for m in said(b, 10, 10, 10, 2000 + 100 * k)]
    ours = said(OURS, 30, 40, 50)
    alone = row(brand_table(mentions(*ours, *one_unlike), [OURS, many[0]], 5000), many[0])
    among = row(brand_table(mentions(*ours, *one_unlike, *alike), [OURS, *many], 5000), many[0])
    assert (alone["difference_high"], alone["verdict"]) == (among["difference_high"], "worse")
    assert among["verdict"] == "cannot tell"


def test_several_brands_of_our_own_are_compared_with_as_one():
    second = Brand(name="Brindlemart", own=True)
    table = brand_table(mentions((1, "Brindlecart", "positive"), (1, "Brindlemart", "negative"),
                                 (2, "Brindlemart", "positive"), (3, "Fastbasket", "negative")),
                        [FAST, OURS, second], 3)
    assert table["brand"].tolist() == ["Brindlemart", "Brindlecart", "Fastbasket"]
    assert row(table, FAST)["difference"] == -150  # the first comment balances, the second is positive
    assert table["verdict"].isna().tolist() == [True, True, False]


def test_without_a_brand_of_our_own_nothing_is_compared():
    table = brand_table(mentions(*said(FAST, 0, 0, 20), *said(GREEN, 20, 0, 0, 50)), [FAST, GREEN], 100)
    assert table["net_sentiment"].tolist() == [100, -100]
    assert table[["difference", "difference_low", "difference_high", "verdict"]].isna().all(axis=None)


@pytest.mark.parametrize("frame", [mentions(), pd.DataFrame(columns=list(MENTION_COLUMNS)),
                                   mentions(*said(OURS, 5, 5, 5, 0), *said(FAST, 20, 0, 0, 50))])
@pytest.mark.parametrize("brands", [BRANDS, BRANDS[:2], ()], ids=len)
def test_types_do_not_depend_on_the_values(frame, brands):
    frame = frame[frame["brand"].isin([b.name for b in brands])]
    table, cells = brand_table(frame, brands, 100), brand_themes(frame, brands)
    assert (list(table.columns), len(table)) == (list(BRAND_COLUMNS), len(brands))
    assert (list(cells.columns), len(cells)) == (list(BRAND_THEME_COLUMNS), 0)
    for found in (table, cells):
        kinds = {name: str(kind) for name, kind in found.dtypes.items()}
        texts, flags = {"brand", "theme_id", "theme_label", "verdict"}, {"own", "is_small"}
        assert kinds == {name: "str" if name in texts else "bool" if name in flags else
                         "int64" if name.startswith("n_") else "float64" for name in found}


def test_no_comments_at_all_leave_the_shares_missing():
    table = brand_table(mentions(), BRANDS, 0)
    assert table[["share_of_comments", "share_of_voice", "net_sentiment"]].isna().all(axis=None)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"^mentions of 'Fastbasket', which are not among the brands$"):
        brand_table(mentions((1, "Fastbasket", "positive")), [OURS], 1)
    with pytest.raises(ValueError, match=r"^mentions of 'Fastbasket', which are not among the brands$"):
        brand_themes(mentions((1, "Fastbasket", "positive")), [OURS])
    with pytest.raises(ValueError, match=r"^2 comments mention brands, but only 1 were searched$"):
        brand_table(mentions(*said(OURS, 2, 0, 0)), [OURS], 1)


def test_brands_stand_side_by_side_in_each_theme():
    rows = [(k, "Fastbasket", "negative", "price") for k in range(12)]
    cells = brand_themes(mentions(*rows, (0, "Brindlecart", "positive", "price"), (50, "Brindlecart", "neutral", "app"),
                                  (51, "Brindlecart", "positive", None)), (FAST, OURS))
    shown = [c for c in BRAND_THEME_COLUMNS if not c.startswith("net_")]
    assert cells[shown].values.tolist() == [
        ["price", "Price", "Brindlecart", True, 1, 0, 0, 1, True],
        ["price", "Price", "Fastbasket", False, 12, 12, 0, 0, False],
        ["app", "App", "Brindlecart", True, 1, 0, 1, 0, True], ["app", "App", "Fastbasket", False, 0, 0, 0, 0, True]]
    assert cells["net_sentiment"].fillna(999).tolist() == [100, -100, 0, 999]
    assert cells.loc[1, ["net_sentiment_low", "net_sentiment_high"]].tolist() == [nps(12, 0, 0).low, nps(12, 0, 0).high]


@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from([b.name for b in BRANDS]),
                          st.sampled_from(["negative", "neutral", "positive", None]))))
def test_shares_of_voice_sum_to_one_and_all_figures_stay_on_their_scales(rows):
    table = brand_table(mentions(*rows), BRANDS, 7)
    assert table["share_of_voice"].sum() == pytest.approx(1 if rows else 0)
    assert (table["n_comments"] >= table[["n_negative", "n_neutral", "n_positive"]].sum(axis=1)).all()
    for name, limit in (("share_of_voice", 1), ("share_of_comments", 1), ("net_sentiment", 100), ("difference", 200)):
        known = table[table[f"{name}_low"].notna()]
        assert (known[f"{name}_low"] <= known[f"{name}_high"]).all()
        assert known[[f"{name}_low", f"{name}_high"]].abs().le(limit).all(axis=None)
