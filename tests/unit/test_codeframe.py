"""The one rule by which an opinion gets its theme."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.codeframe import Codeframe, Theme
from cx_text.testing import FakeEmbedder

THEMES = (Theme("t01", "App", ("app",), 3), Theme("t02", "Price", ("price",), 2))
EMBEDDER = FakeEmbedder()


def codeframe(floor=0.5, sharpness=10.0):
    return Codeframe(THEMES, EMBEDDER.embed(["app", "price"]), np.full(2, floor, np.float32), sharpness, EMBEDDER)


def test_the_nearest_theme_is_taken_unless_it_is_too_far():
    ids, confidence = codeframe().assign(["app", "price", "weather"])
    assert ids == ["t01", "t02", None]
    assert confidence.dtype == np.float32
    assert confidence[0] > 0.9
    assert 0 < confidence[2] <= 1  # also of what is unclear


def test_a_floor_for_each_theme():
    strict = Codeframe(THEMES, EMBEDDER.embed(["app", "price"]), np.array([2, 0.5], np.float32), 10.0, EMBEDDER)
    assert strict.assign(["app", "price"])[0] == [None, "t02"]


@given(st.lists(st.text(max_size=12), max_size=8), st.floats(-1, 1), st.floats(0.1, 100))
def test_confidence_stays_between_0_and_1_and_ids_are_known(texts, floor, sharpness):
    ids, confidence = codeframe(floor, sharpness).assign(texts)
    assert len(ids) == len(confidence) == len(texts)
    assert ((confidence >= 0) & (confidence <= 1)).all()
    assert set(ids) <= {"t01", "t02", None}


def test_without_themes_everything_is_unclear():
    empty = Codeframe.empty(EMBEDDER)
    ids, confidence = empty.assign(["app", ""])
    assert (ids, confidence.tolist(), confidence.dtype) == ([None, None], [0, 0], np.float32)
    assert codeframe().assign([])[0] == []


def test_labels_by_id():
    assert codeframe().label("t02") == "Price"
    with pytest.raises(KeyError, match="t09"):
        codeframe().label("t09")
