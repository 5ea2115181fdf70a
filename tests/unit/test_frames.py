"""Comments to pandas: the documented columns and types, also where there is nothing to show."""

import pandas as pd
import pytest

from cx_text.codeframe import Codeframe, Theme
from cx_text.comment import BrandMention, Comment, Kind, Opinion, Polarity, ThemeTag
from cx_text.config import Brand
from cx_text.frames import (
    COMMENT_COLUMNS,
    MENTION_COLUMNS,
    OPINION_COLUMNS,
    comment_tags,
    mention_rows,
    opinion_around,
    opinion_rows,
    theme_ids,
)
from cx_text.testing import FakeEmbedder

EMBEDDER = FakeEmbedder()
FRAME = Codeframe((Theme("t01", "App", ("app",), 3), Theme("t02", "Money", (), 2), Theme("t03", "Price", (), 2, "t02")),
                  EMBEDDER.embed(["app", "price"]), ("t01", "t03"), EMBEDDER)
TYPES = {"language": "str", "kind": "str", "polarity": "str", "polarity_score": "float64", "confidence": "float64",
         "low_confidence": "boolean", "n_windows": "Int64", "nps_category": "str", "implied_detractor": "float64",
         "implied_passive": "float64", "implied_promoter": "float64", "theme_ids": "object",
         "theme_labels": "object", "sub_theme_ids": "object", "sub_theme_labels": "object", "flagged": "str"}


def opinion(start, end, *themes):
    return Opinion(start, end, Polarity.NEGATIVE, -0.5, 0.75, tuple(ThemeTag(t, 0.5) for t in themes))


def read():
    return Comment("s:1", "Slow app, dear, slow", "s", nps_score=3).tagged(
        text="Slow app, dear, slow", kind=Kind.ANSWER, language="en", is_known_language=True,
        polarity=Polarity.NEGATIVE, polarity_score=-0.5, confidence=0.75, n_windows=1,
        opinions=(opinion(0, 8, "t03"), opinion(10, 14, "t01"), opinion(16, 20, "t03")))


def test_the_themes_of_a_comment_are_named_once_in_the_order_of_its_words():
    assert theme_ids(read()) == ["t03", "t01"]
    assert theme_ids(Comment("s:1", "", "s")) == []


def test_one_row_a_comment():
    unread = Comment("s:2", "Sehr gut", "s").tagged(kind=Kind.ANSWER, language="de", is_known_language=False)
    frame = comment_tags([read().tagged(flagged="the same words in 20 rows"), unread, Comment("s:3", " ", "s")], FRAME)
    assert list(frame.columns) == list(COMMENT_COLUMNS)
    seen = frame.drop(columns=["implied_detractor", "implied_passive", "implied_promoter"])
    assert seen.iloc[0].tolist() == ["en", "answer", "negative", -0.5, 0.75, False, 1, "detractor", ["t02", "t01"],
                                     ["Money", "App"], ["t03"], ["Price"], "the same words in 20 rows"]
    assert frame["kind"].tolist() == ["answer", "answer", "blank"]
    assert seen.isna().sum().to_dict() == {
        "language": 1, "kind": 0, "polarity": 2, "polarity_score": 2, "confidence": 2, "low_confidence": 2,
        "n_windows": 2, "nps_category": 2, "theme_ids": 2, "theme_labels": 2,
        "sub_theme_ids": 2, "sub_theme_labels": 2, "flagged": 2}


def test_what_words_imply_is_shown_of_comments_without_a_score_alone():
    implied = [Comment(str(k), "x", "s", nps_score=score, rating=rating).tagged(implied=(0.5, 0.3, 0.2))
               for k, (score, rating) in enumerate([(None, None), (3, None), (None, 4.0)])]
    frame = comment_tags([*implied, Comment("3", "x", "s")], FRAME)
    assert frame["implied_detractor"].fillna(-1).tolist() == [0.5, -1, -1, -1]
    assert frame["implied_promoter"].fillna(-1).tolist() == [0.2, -1, -1, -1]


def test_a_comment_that_no_theme_fits_has_an_empty_list():
    frame = comment_tags([Comment("s:1", "Slow", "s").tagged(text="Slow", opinions=(opinion(0, 4),))], FRAME)
    assert frame["theme_ids"].tolist() == frame["theme_labels"].tolist() == [[]]


@pytest.mark.parametrize("comments", [[], [Comment("s:1", "", "s")], [read()]], ids=["none", "blank", "read"])
def test_types_do_not_depend_on_the_values(comments):
    assert {name: str(kind) for name, kind in comment_tags(comments, FRAME).dtypes.items()} == TYPES
    opinions = opinion_rows(comments, [7] * len(comments), FRAME, [3] * len(comments))
    assert list(opinions.columns) == list(OPINION_COLUMNS)
    assert {name: str(kind) for name, kind in opinions.dtypes.items() if name != "comment"} == {
        "respondent": "int64", "start": "int64", "end": "int64", "text": "str", "polarity": "str",
        "polarity_score": "float64", "confidence": "float64", "low_confidence": "boolean", "theme_id": "str",
        "theme_label": "str", "sub_theme_id": "str", "sub_theme_label": "str", "theme_confidence": "float64"}


def test_one_row_an_opinion_under_the_key_of_its_comment():
    rows = opinion_rows([Comment("s:0", "", "s"), read()], ["blank", ("a", 1)], FRAME, [0, 5])
    shown = ["comment", "start", "end", "text", "theme_id", "theme_label", "sub_theme_id", "sub_theme_label"]
    assert rows[shown].fillna("").values.tolist() == [
        [("a", 1), 0, 8, "Slow app", "t02", "Money", "t03", "Price"], [("a", 1), 10, 14, "dear", "t01", "App", "", ""],
        [("a", 1), 16, 20, "slow", "t02", "Money", "t03", "Price"]]
    assert rows["theme_confidence"].tolist() == [0.5] * 3
    assert rows["respondent"].tolist() == [5] * 3


BRANDS = (Brand(name="App", own=True), Brand(name="Dear"))


def naming():
    return read().tagged(brand_mentions=(
        BrandMention(5, 8, "App", Polarity.NEGATIVE, -0.4, 0.5), BrandMention(10, 14, "Dear"),
        BrandMention(14, 15, "Dear", Polarity.NEUTRAL, 0.0, 0.6)))


def test_one_row_a_mention_with_the_theme_of_the_opinion_that_it_is_in():
    rows = mention_rows([Comment("s:0", "", "s"), naming(), read()], ["blank", 1, 2], FRAME, BRANDS)
    texts = ["comment", "start", "end", "text", "brand", "own", "polarity", "theme_id", "theme_label"]
    assert rows[texts].fillna("").values.tolist() == [
        [1, 5, 8, "app", "App", True, "negative", "t02", "Money"],
        [1, 10, 14, "dear", "Dear", False, "", "t01", "App"],
        [1, 14, 15, ",", "Dear", False, "neutral", "", ""]]
    assert rows["low_confidence"].tolist() == [True, pd.NA, False]
    assert rows["polarity_score"].tolist()[::2] == [-0.4, 0.0]
    assert rows["confidence"].tolist()[::2] == [0.5, 0.6]


def test_a_mention_in_an_opinion_without_theme_has_none():
    comment = Comment("s:1", "Slow", "s").tagged(text="Slow", opinions=(opinion(0, 4),),
                                                 brand_mentions=(BrandMention(0, 4, "App"),))
    assert mention_rows([comment], [0], FRAME, BRANDS)["theme_id"].isna().tolist() == [True]


@pytest.mark.parametrize("comments", [[], [read()], [naming()]], ids=["none", "not searched", "named"])
def test_types_of_mentions_do_not_depend_on_the_values(comments):
    rows = mention_rows(comments, [7] * len(comments), FRAME, BRANDS)
    assert list(rows.columns) == list(MENTION_COLUMNS)
    assert {name: str(kind) for name, kind in rows.dtypes.items() if name != "comment"} == {
        "start": "int64", "end": "int64", "text": "str", "brand": "str", "own": "bool", "polarity": "str",
        "polarity_score": "float64", "confidence": "float64", "low_confidence": "boolean", "theme_id": "str",
        "theme_label": "str"}


@pytest.mark.parametrize(("start", "end", "found"), [(0, 3, 0), (7, 12, 1), (7, 10, 0), (8, 10, None), (16, 99, 2)])
def test_the_opinion_around_a_span_holds_most_of_it(start, end, found):
    opinions = read().tags.opinions
    assert opinion_around(opinions, start, end) == (None if found is None else opinions[found])
    assert opinion_around((), start, end) is None
