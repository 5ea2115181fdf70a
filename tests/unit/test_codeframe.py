"""The one rule by which an opinion gets its theme."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.codeframe import EVEN, GENERAL_THEMES, Certainty, Codeframe, Theme, folded, in_order
from cx_text.comment import Polarity
from cx_text.testing import FakeEmbedder

THEMES = (Theme("t01", "App", ("app",), 3), Theme("t02", "Price", ("price",), 2))
EMBEDDER = FakeEmbedder()
NEARNESS = Certainty(-5.0, 10.0, 0.0)  # 0.5 at a cosine of 0.5


def codeframe(certainty=NEARNESS, **settings):
    return Codeframe(THEMES, EMBEDDER.embed(["app", "price"]), ("t01", "t02"), EMBEDDER, certainty, **settings)


def two_levels():
    themes = (Theme("t01", "Delivery", (), 3), Theme("t02", "Late", (), 2, parent="t01"),
              Theme("t03", "Driver", (), 1, parent="t01"))
    return Codeframe(themes, EMBEDDER.embed(["late", "slow", "driver"]), ("t02", "t02", "t03"), EMBEDDER)


def test_the_nearest_theme_is_taken_unless_that_is_too_unsure():
    ids, confidence = codeframe(min_confidence=0.5).assign(["app", "price", "weather"])
    assert ids == ["t01", "t02", None]
    assert confidence.dtype == np.float32
    assert confidence[0] > 0.9
    assert 0 < confidence[2] < 0.5  # also of what is unclear


def test_a_theme_may_have_several_centres_and_only_themes_with_centres_get_opinions():
    frame = two_levels()
    assert frame.assigned == ("t02", "t03")
    assert frame.assign(["slow", "late", "driver"])[0] == ["t02", "t02", "t03"]
    assert [frame.top(t) for t in ("t01", "t02", "t03")] == ["t01"] * 3


def test_the_lead_over_the_next_theme_counts_and_is_over_minus_one_where_there_is_no_other():
    by_margin = Certainty(0.0, 0.0, 2.0)
    cosine = float(EMBEDDER.embed(["app"])[0] @ EMBEDDER.embed(["price"])[0])
    both = codeframe(by_margin).assign(["app"])[1][0]
    assert both == pytest.approx(1 / (1 + np.exp(-2 * (1 - cosine))), abs=1e-5)
    alone = Codeframe(THEMES[:1], EMBEDDER.embed(["app"]), ("t01",), EMBEDDER, by_margin)
    assert alone.assign(["app"])[1][0] == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-5)


@given(st.lists(st.text(max_size=12), max_size=8), st.floats(-50, 50), st.floats(0, 100), st.floats(0, 100),
       st.floats(0, 1))
def test_confidence_stays_between_0_and_1_and_ids_are_known(texts, base, by_nearness, by_margin, least):
    frame = codeframe(Certainty(base, by_nearness, by_margin), min_confidence=least)
    ids, confidence = frame.assign(texts)
    assert len(ids) == len(confidence) == len(texts)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert [i is not None for i in ids] == (confidence >= least).tolist()
    assert set(ids) <= {"t01", "t02", None}


def test_without_themes_or_texts_everything_is_unclear():
    empty = Codeframe.empty(EMBEDDER)
    ids, confidence = empty.assign(["app", ""])
    assert (ids, confidence.tolist(), confidence.dtype) == ([None, None], [0, 0], np.float32)
    assert codeframe().assign([])[0] == []
    assert empty.assign([], [])[0] == []


def test_vectors_at_hand_are_used_in_place_of_reading_the_texts():
    assert codeframe().assign(["app", "price"], embeddings=EMBEDDER.embed(["price", "app"]))[0] == ["t02", "t01"]


def test_an_opinion_that_a_person_moved_is_there_whatever_the_vectors_say():
    frame = codeframe(moved={"app": "t02", "the weather": ""}, min_confidence=0.9)
    ids, confidence = frame.assign(["App!", "  the  Weather.", "price"])
    assert ids == ["t02", None, "t02"]
    assert confidence[:2].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("one", "other"), [("Late again.", "late  AGAIN"), ("  so;", "So"), ("STRASSE", "straße")])
def test_moved_opinions_are_compared_without_case_blanks_and_outer_marks(one, other):
    assert folded(one) == folded(other)


def test_of_the_general_themes_an_opinion_gets_the_one_that_fits_its_polarity_or_none():
    praise, complaint = GENERAL_THEMES
    themes = (Theme(praise, "Praise", (), 1), Theme(complaint, "Complaint", (), 1), Theme("t01", "App", (), 1))
    frame = Codeframe(themes, EMBEDDER.embed(["wow", "ugh", "app"]), (praise, complaint, "t01"), EMBEDDER)
    texts = ["wow", "wow", "wow", "ugh", "app"]
    polarities = [Polarity.NEGATIVE, Polarity.MIXED, None, Polarity.POSITIVE, Polarity.NEGATIVE]
    assert frame.assign(texts, polarities)[0] == [complaint, None, praise, praise, "t01"]
    alone = Codeframe(themes[:1], EMBEDDER.embed(["wow"]), (praise,), EMBEDDER)
    assert alone.assign(["wow"], [Polarity.NEGATIVE])[0] == [None]


def test_labels_by_id():
    assert codeframe().label("t02") == "Price"
    with pytest.raises(KeyError, match="t09"):
        codeframe().label("t09")


def test_the_given_themes_alone():
    themes = (Theme("money", "Money", (), 3, is_given=True), Theme("fees", "Fees", (), 2, "money", is_given=True),
              Theme("t01", "App", (), 2), Theme("crash", "Crash", (), 1, "t01", is_given=True))
    frame = Codeframe(themes, EMBEDDER.embed(["fee", "app", "crash"]), ("fees", "t01", "crash"), EMBEDDER, NEARNESS)
    given_alone = frame.given()
    assert [(t.id, t.parent) for t in given_alone.themes] == [("money", None), ("fees", "money"), ("crash", None)]
    assert given_alone.owners == ("fees", "crash")
    assert given_alone.assign(["fee", "crash"])[0] == ["fees", "crash"]
    assert codeframe().given() is None


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_from_0_to_1(confidence):
    with pytest.raises(ValueError, match="a confidence is from 0 to 1, not"):
        codeframe().with_min_confidence(confidence)
    assert codeframe().with_min_confidence(0.4).min_confidence == 0.4


@pytest.mark.parametrize(("themes", "owners", "message"), [
    (THEMES, ("t01",), "2 centres of 1 owners, of whom no themes: set()"),
    (THEMES, ("t01", "t09"), "2 centres of 2 owners, of whom no themes: {'t09'}"),
    ((THEMES[0], THEMES[0]), ("t01", "t01"),
     "themes ['t01', 't01'] are not distinct, or these parents not on the first level: set()"),
    ((THEMES[0], Theme("t02", "Price", (), 1, "t09")), ("t01", "t02"),
     "themes ['t01', 't02'] are not distinct, or these parents not on the first level: {'t09'}"),
    ((THEMES[0], Theme("t02", "B", (), 1, "t01"), Theme("t03", "C", (), 1, "t02")), ("t01", "t02"),
     "themes ['t01', 't02', 't03'] are not distinct, or these parents not on the first level: {'t02'}"),
])
def test_what_is_no_codeframe_is_refused(themes, owners, message):
    with pytest.raises(ValueError, match="themes") as caught:
        Codeframe(themes, EMBEDDER.embed(["app", "price"]), owners, EMBEDDER)
    assert str(caught.value) == message


def test_order_is_by_size_with_sub_themes_after_their_theme():
    sizes = {"a": (None, 1), "b": (None, 9), "c": ("a", 1), "d": ("b", 2), "e": ("b", 7), "f": (None, 9)}
    themes = [Theme(name, name, (), n, parent) for name, (parent, n) in sizes.items()]
    assert [t.id for t in in_order(themes)] == ["b", "e", "d", "f", "a", "c"]


def test_without_knowledge_every_confidence_is_a_half():
    assert codeframe(EVEN).assign(["app", "weather"])[1].tolist() == [0.5, 0.5]
