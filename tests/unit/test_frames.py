"""Comments to pandas: the documented columns and types, also where there is nothing to show."""

import pytest

from cx_text.codeframe import Codeframe, Theme
from cx_text.comment import Comment, Kind, Opinion, Polarity, ThemeTag
from cx_text.frames import COMMENT_COLUMNS, OPINION_COLUMNS, comment_tags, opinion_rows, theme_ids
from cx_text.testing import FakeEmbedder

EMBEDDER = FakeEmbedder()
FRAME = Codeframe((Theme("t01", "App", ("app",), 3), Theme("t02", "Money", (), 2), Theme("t03", "Price", (), 2, "t02")),
                  EMBEDDER.embed(["app", "price"]), ("t01", "t03"), EMBEDDER)
TYPES = {"language": "str", "kind": "str", "polarity": "str", "polarity_score": "float64", "confidence": "float64",
         "low_confidence": "boolean", "n_windows": "Int64", "nps_category": "str", "theme_ids": "object",
         "theme_labels": "object", "sub_theme_ids": "object", "sub_theme_labels": "object"}


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
    frame = comment_tags([read(), unread, Comment("s:3", " ", "s")], FRAME)
    assert list(frame.columns) == list(COMMENT_COLUMNS)
    assert frame.iloc[0].tolist() == ["en", "answer", "negative", -0.5, 0.75, False, 1, "detractor", ["t02", "t01"],
                                      ["Money", "App"], ["t03"], ["Price"]]
    assert frame["kind"].tolist() == ["answer", "answer", "blank"]
    assert frame.isna().sum().to_dict() == {
        "language": 1, "kind": 0, "polarity": 2, "polarity_score": 2, "confidence": 2, "low_confidence": 2,
        "n_windows": 2, "nps_category": 2, "theme_ids": 2, "theme_labels": 2,
        "sub_theme_ids": 2, "sub_theme_labels": 2}


def test_a_comment_that_no_theme_fits_has_an_empty_list():
    frame = comment_tags([Comment("s:1", "Slow", "s").tagged(text="Slow", opinions=(opinion(0, 4),))], FRAME)
    assert frame["theme_ids"].tolist() == frame["theme_labels"].tolist() == [[]]


@pytest.mark.parametrize("comments", [[], [Comment("s:1", "", "s")], [read()]], ids=["none", "blank", "read"])
def test_types_do_not_depend_on_the_values(comments):
    assert {name: str(kind) for name, kind in comment_tags(comments, FRAME).dtypes.items()} == TYPES
    opinions = opinion_rows(comments, [7] * len(comments), FRAME)
    assert list(opinions.columns) == list(OPINION_COLUMNS)
    assert {name: str(kind) for name, kind in opinions.dtypes.items() if name != "comment"} == {
        "start": "int64", "end": "int64", "text": "str", "polarity": "str", "polarity_score": "float64",
        "confidence": "float64", "low_confidence": "boolean", "theme_id": "str", "theme_label": "str",
        "sub_theme_id": "str", "sub_theme_label": "str", "theme_confidence": "float64"}


def test_one_row_an_opinion_under_the_key_of_its_comment():
    rows = opinion_rows([Comment("s:0", "", "s"), read()], ["blank", ("a", 1)], FRAME)
    shown = ["comment", "start", "end", "text", "theme_id", "theme_label", "sub_theme_id", "sub_theme_label"]
    assert rows[shown].fillna("").values.tolist() == [
        [("a", 1), 0, 8, "Slow app", "t02", "Money", "t03", "Price"], [("a", 1), 10, 14, "dear", "t01", "App", "", ""],
        [("a", 1), 16, 20, "slow", "t02", "Money", "t03", "Price"]]
    assert rows["theme_confidence"].tolist() == [0.5] * 3
