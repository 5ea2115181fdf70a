"""Words that contradict the score: which are listed, which are not, and the table."""

import pandas as pd
import pytest

from cx_text.comment import Comment, NpsCategory, Opinion, Polarity
from cx_text.insights.conflicts import (
    CONFLICT_COLUMNS,
    LEAST_STRENGTH,
    LOW_SCORE_PRAISE,
    MEASURED,
    MEASURED_WITH_ASKED,
    SILENT_RISK,
    conflict_of,
    conflict_rows,
)

D, A, P = NpsCategory
TEXT = "The queue was long, the clerk was rude"


def comment(score, polarity, polarity_score, *, opinions=None, question=None, rating=None):
    parts = opinions or ((polarity, polarity_score), (polarity, polarity_score / 2))
    spans = tuple(Opinion(a, b, p, s, abs(s)) for (a, b), (p, s) in zip(((0, 18), (20, 38)), parts, strict=True))
    return Comment("1", TEXT, "test", question, nps_score=score, rating=rating).tagged(
        text=TEXT, opinions=spans, polarity=polarity, polarity_score=polarity_score, confidence=abs(polarity_score))


@pytest.mark.parametrize(("score", "polarity", "polarity_score", "kind"), [
    (10, Polarity.NEGATIVE, -0.9, SILENT_RISK),
    (9, Polarity.NEGATIVE, -LEAST_STRENGTH[SILENT_RISK], SILENT_RISK),
    (9, Polarity.NEGATIVE, -LEAST_STRENGTH[SILENT_RISK] + 0.01, None),
    (8, Polarity.NEGATIVE, -0.9, None),
    (3, Polarity.NEGATIVE, -0.9, None),
    (None, Polarity.NEGATIVE, -0.9, None),
    (10, Polarity.MIXED, -0.9, None),
    (6, Polarity.POSITIVE, 0.9, LOW_SCORE_PRAISE),
    (0, Polarity.POSITIVE, LEAST_STRENGTH[LOW_SCORE_PRAISE], LOW_SCORE_PRAISE),
    (0, Polarity.POSITIVE, LEAST_STRENGTH[LOW_SCORE_PRAISE] - 0.01, None),
    (7, Polarity.POSITIVE, 0.9, None),
    (10, Polarity.POSITIVE, 0.9, None),
    (6, Polarity.NEUTRAL, 0.1, None),
])
def test_which_are_in_conflict(score, polarity, polarity_score, kind):
    assert conflict_of(comment(score, polarity, polarity_score)) == kind


def test_what_no_stage_read_is_not_in_conflict():
    assert conflict_of(Comment("1", "Awful", "test", nps_score=10)) is None


def test_one_of_its_opinions_must_say_so_too():
    unsure = ((Polarity.NEUTRAL, -0.2), (Polarity.NEUTRAL, 0.1))
    assert conflict_of(comment(10, Polarity.NEGATIVE, -0.9, opinions=unsure)) is None


def test_what_was_asked_for_is_no_conflict():
    complaint = comment(10, Polarity.NEGATIVE, -0.9, question="What could we do better?")
    praise = comment(2, Polarity.POSITIVE, 0.9, question="What was good?")
    assert (conflict_of(complaint), conflict_of(praise)) == (None, None)
    assert conflict_of(complaint, with_asked=True) == SILENT_RISK
    assert conflict_of(praise, with_asked=True) == LOW_SCORE_PRAISE
    assert conflict_of(comment(10, Polarity.NEGATIVE, -0.9, question="What was good?")) == SILENT_RISK
    assert conflict_of(comment(10, Polarity.NEGATIVE, -0.9, question="Why?")) == SILENT_RISK


def test_a_rating_counts_only_through_its_category():
    rated = comment(None, Polarity.NEGATIVE, -0.9, rating=5.0)
    assert conflict_of(rated) is None
    assert conflict_of(rated, P) == SILENT_RISK


def test_the_table():
    weak = comment(9, Polarity.NEGATIVE, -0.6, opinions=((Polarity.NEUTRAL, 0.0), (Polarity.NEGATIVE, -0.7)))
    strong = comment(None, Polarity.POSITIVE, 0.95, rating=1.0)
    table = conflict_rows([weak, strong, comment(9, Polarity.NEGATIVE, -0.9), comment(7, Polarity.NEGATIVE, -0.9)],
                          ["a", "b", "c", "d"], [P, D, None, A])
    assert table.to_dict("records") == [
        {"comment": "b", "conflict": "low score, praise", "score": 1.0, "polarity": "positive",
         "polarity_score": 0.95, "confidence": 0.95, "words": "The queue was long", "text": TEXT},
        {"comment": "a", "conflict": "silent risk", "score": 9.0, "polarity": "negative", "polarity_score": -0.6,
         "confidence": 0.6, "words": "the clerk was rude", "text": TEXT}]


def test_an_empty_table_has_the_same_columns_and_types():
    empty = conflict_rows([], [], [])
    full = conflict_rows([comment(10, Polarity.NEGATIVE, -0.9)], [0], [P])
    assert tuple(empty.columns) == tuple(full.columns) == CONFLICT_COLUMNS
    pd.testing.assert_series_equal(empty.dtypes.drop("comment"), full.dtypes.drop("comment"))


@pytest.mark.parametrize("measured", [MEASURED, MEASURED_WITH_ASKED])
def test_the_measured_figures_can_be_shown(measured):
    assert set(measured) == set(LEAST_STRENGTH)
    for figure in measured.values():
        assert 0 < figure.low < figure.precision <= figure.high <= 1
        assert figure.n > 0
