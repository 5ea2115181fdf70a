"""The model of the implied category: its features, what a better reading does, and coefficients that are not there."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.backends.implied_category import (
    FEATURES,
    READINGS,
    ImpliedCategory,
    features_of,
    open_implied_category,
)
from cx_text.backends.opening import model_card
from cx_text.comment import Comment, Kind, Opinion
from cx_text.errors import ConfigError, ModelMissing

scores = st.floats(-1, 1)
QUESTIONS = (None, "What could we do better?", "What was good?", "Why?")


def comment(score, opinions, *, text="late but fine", question=None, kind=Kind.ANSWER):
    spans = tuple(Opinion(0, 4, polarity_score=o) for o in opinions)
    return Comment("1", text, "test", question).tagged(text=text, kind=kind, opinions=spans, polarity_score=score)


@pytest.fixture(scope="module")
def model():
    return open_implied_category(model_card("cx-implied-en", "implied").weights())


def test_features_by_hand():
    asked = comment(-0.4, (-0.8, 0.2), question="What could we do better?")
    assert dict(zip(FEATURES, features_of(asked), strict=True)) == pytest.approx({
        "score_up": 0, "score_down": -0.4, "worst": -0.8, "mean_up": 0.1, "mean_down": -0.4,
        "n_opinions": math.log(2) / math.log(20), "n_words": math.log(3) / math.log(300), "is_rating": 0,
        "asked_bad": 1, "asked_good": 0})
    assert features_of(comment(0.5, (), kind=Kind.RATING, question="What was good?"))[-3:] == (1, 0, 1)


def test_the_probabilities_by_hand():
    weights = np.zeros((2, len(FEATURES)))
    weights[1, 0] = 2.0
    read = ImpliedCategory(weights, np.array([math.log(2), 0.0])).read([comment(0.5, (0.5,)), comment(-0.5, (-0.5,))])
    assert read == pytest.approx(np.array([[2, 1, math.e], [2, 1, 1]]) / np.array([[3 + math.e], [4]]))
    assert ImpliedCategory(weights, np.zeros(2)).read([]).shape == (0, 3)


@given(scores, st.lists(scores, max_size=30), st.text(max_size=2000), st.sampled_from(QUESTIONS),
       st.sampled_from((Kind.ANSWER, Kind.RATING)))
def test_all_features_are_bounded_and_rows_sum_to_one(score, opinions, text, question, kind):
    model = open_implied_category(model_card("cx-implied-en", "implied").weights())
    given = comment(score, opinions, text=text, question=question, kind=kind)
    assert all(-1 <= f <= 1 for f in features_of(given))
    (row,) = model.read([given])
    assert row.sum() == pytest.approx(1)
    assert (row > 0).all()


@given(scores, st.lists(scores, min_size=1, max_size=6), st.lists(st.floats(0, 1), min_size=7, max_size=7),
       st.sampled_from(QUESTIONS))
def test_a_better_reading_never_makes_a_detractor_likelier(score, opinions, better, question):
    model = open_implied_category(model_card("cx-implied-en", "implied").weights())
    raised = [min(1.0, o + by) for o, by in zip(opinions, better[1:], strict=False)]
    before, after = model.read([comment(score, opinions, question=question),
                                comment(min(1.0, score + better[0]), raised, question=question)])
    assert after[0] <= before[0] + 1e-12
    assert after[2] >= before[2] - 1e-12


def test_the_shipped_weights_keep_their_signs(model):
    assert (model.weights[0, :len(READINGS)] <= 0).all()
    assert (model.weights[1, :len(READINGS)] >= 0).all()


def test_coefficients_that_cannot_be_used(tmp_path):
    with pytest.raises(ModelMissing) as caught:
        open_implied_category(tmp_path)
    assert str(caught.value) == f"{tmp_path / 'coefficients.json'}: there is no such file."
    (tmp_path / "coefficients.json").write_text(json.dumps({"detractor": {"intercept": 1}}))
    with pytest.raises(ConfigError) as wrong:
        open_implied_category(tmp_path)
    assert str(wrong.value) == (f"{tmp_path / 'coefficients.json'}: these are no coefficients of this version "
                                "(KeyError). Fit them again with scripts/train_implied.py.")
