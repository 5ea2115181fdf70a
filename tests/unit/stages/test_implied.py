from dataclasses import replace

import numpy as np
import pytest

from cx_text.backends.implied_category import FEATURES, ImpliedCategory
from cx_text.backends.opening import Models
from cx_text.comment import Comment, Kind
from cx_text.config import load_recipe
from cx_text.stages.implied import ImpliedStage, build
from cx_text.stages.polarity import PolarityStage
from cx_text.testing import FakePolarity, check_stage, sample_comments


@pytest.fixture
def read():
    return PolarityStage(FakePolarity())(sample_comments(PolarityStage.needs))


def test_contract(read):
    check_stage(build(Models(load_recipe("nps_survey"))), read)


def test_what_was_not_read_gets_nothing_and_the_rest_four_digits(read):
    weights = np.full((2, len(FEATURES)), 1 / 3)
    for comment in ImpliedStage(ImpliedCategory(weights, np.zeros(2)))(read):
        assert (comment.tags.implied is None) == (comment.tags.polarity_score is None)
        if comment.tags.implied:
            assert sum(comment.tags.implied) == pytest.approx(1, abs=2e-4)
            assert all(p == round(p, 4) for p in comment.tags.implied)


def test_the_score_is_not_looked_at(read):
    stage = build(Models(load_recipe("nps_survey")))
    others = [replace(c, nps_score=None, rating=1.0) for c in read]
    assert [c.tags.implied for c in stage(read)] == [c.tags.implied for c in stage(others)]


def test_a_comment_in_a_foreign_language_gets_nothing():
    foreign = Comment("1", "muy bueno", "test").tagged(text="muy bueno", kind=Kind.ANSWER, is_known_language=False)
    assert build(Models(load_recipe("nps_survey")))([foreign]) == [foreign]
