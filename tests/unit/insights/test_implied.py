"""Estimated NPS: its interval by hand, and the fit to scored comments."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.comment import Comment, NpsCategory
from cx_text.insights.implied import (
    GROUP_SD,
    LEAST_SCORED,
    UNSEEN_SOURCE_SD,
    Recalibration,
    implied_nps,
    recalibrate,
    recalibration_of,
    variances,
)
from cx_text.insights.nps import CATEGORIES

triples = st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda p: tuple(x / sum(p) for x in p))
SURE = Recalibration(1.0, 0.0, 0.0, ((0.0,) * 3,) * 3, 500)  # leaves all as it is and is sure of it


def drawn(probabilities, seed=0):
    """Draw a category for each row."""
    rng = np.random.default_rng(seed)
    return [CATEGORIES[rng.choice(3, p=row)] for row in probabilities]


def some_rows(n, seed=0):
    return np.random.default_rng(seed).dirichlet((1, 1, 1), size=n)


def test_an_estimate_by_hand():
    rows = [(0.1, 0.2, 0.7), (0.5, 0.3, 0.2)]
    found = implied_nps(rows)
    of_customers = ((0.6 - 0.15) ** 2 + (-0.3 - 0.15) ** 2) / 1 / 2
    of_categories = ((0.8 - 0.36) + (0.7 - 0.09)) / 2 / 2
    assert variances(rows, None) == pytest.approx((of_customers, of_categories, (UNSEEN_SOURCE_SD / 100) ** 2))
    assert (found.nps, found.n, found.n_scored) == (pytest.approx(15), 2, None)
    margin = 195.9964 * math.sqrt(of_customers + of_categories + (UNSEEN_SOURCE_SD / 100) ** 2)
    assert (found.low, found.high) == (pytest.approx(max(15 - margin, -100)), pytest.approx(min(15 + margin, 100)))


def test_sure_probabilities_have_the_variance_of_a_counted_nps():
    rows = np.repeat(np.eye(3), (30, 20, 50), axis=0)
    of_customers, of_categories, of_fit = variances(rows, SURE)
    assert of_categories == pytest.approx(0, abs=1e-5)  # a probability of 0 is one that was rounded
    assert of_customers == pytest.approx((0.8 - 0.2**2) / 99, rel=1e-3)
    assert of_fit == pytest.approx((GROUP_SD / 100) ** 2)


def test_the_part_of_the_fit_does_not_shrink_with_n():
    few, many = (implied_nps(np.repeat(some_rows(50), times, axis=0)) for times in (1, 100))
    assert few.nps == pytest.approx(many.nps)
    assert 2 * 1.96 * UNSEEN_SOURCE_SD < many.high - many.low < few.high - few.low


def test_nothing_to_estimate():
    assert implied_nps([]) is None
    assert implied_nps(np.empty((0, 3))) is None


@pytest.mark.parametrize(("rows", "message"), [
    ([(0.5, 0.5)], r"probabilities of shape \(1, 2\), not \(n, 3\)"),
    ([(0.5, 0.6, 0.2)], "rows of probabilities lie between 0 and 1 and sum to 1"),
    ([(-0.5, 1.0, 0.5)], "rows of probabilities lie between 0 and 1 and sum to 1"),
    ([(math.nan, 0.5, 0.5)], "rows of probabilities lie between 0 and 1 and sum to 1"),
])
def test_what_is_no_probability_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        implied_nps(rows)


def test_a_level_is_between_0_and_1():
    with pytest.raises(ValueError, match=r"level 95 is not between 0 and 1"):
        implied_nps([(0.2, 0.3, 0.5)], level=95)


@given(st.lists(triples, min_size=1, max_size=40))
def test_an_estimate_and_its_interval_stay_on_the_scale(rows):
    for found in (implied_nps(rows), implied_nps(rows, recalibration=SURE)):
        assert -100 <= found.low <= found.nps <= found.high <= 100


@given(st.lists(triples, min_size=1, max_size=20), st.floats(0.2, 5), st.floats(-3, 3), st.floats(-3, 3))
def test_refitted_rows_sum_to_one(rows, temperature, detractor, promoter):
    moved = Recalibration(temperature, detractor, promoter, SURE.covariance, 200).apply(rows)
    assert moved.sum(axis=1) == pytest.approx(np.ones(len(rows)))
    assert (moved >= 0).all()


def test_the_fit_finds_what_was_done_to_the_probabilities():
    true = Recalibration(1.6, 0.7, -0.5, SURE.covariance, 200)
    rows = some_rows(20_000)
    found = recalibrate(rows, drawn(true.apply(rows)))
    figures = np.array([math.log(found.temperature), found.detractor_bias, found.promoter_bias])
    errors = np.sqrt(np.diag(found.covariance))
    assert (np.abs(figures - [math.log(1.6), 0.7, -0.5]) < 3 * errors).all()
    assert (errors < 0.05).all()


def test_its_interval_holds_as_often_as_it_says():
    """On draws where the fit is all there is to err: no group differs from the scored comments."""
    true = Recalibration(1.3, 0.8, -0.4, SURE.covariance, 200)
    errors, expected = [], []
    for seed in range(60):
        rows = some_rows(LEAST_SCORED + 3000, seed)
        fit = recalibrate(rows[:LEAST_SCORED], drawn(true.apply(rows[:LEAST_SCORED]), seed))
        rest = true.apply(rows[LEAST_SCORED:])
        errors.append(implied_nps(rows[LEAST_SCORED:], recalibration=fit).nps - 100 * (rest[:, 2] - rest[:, 0]).mean())
        expected.append(100 * fit.variance_of(rows[LEAST_SCORED:]) ** 0.5)
    assert abs(np.mean(errors)) < 2
    assert np.std(errors) == pytest.approx(np.mean(expected), rel=0.25)


def test_a_category_that_nobody_has_stays_finite():
    rows = some_rows(LEAST_SCORED)
    fit = recalibrate(rows, [NpsCategory.PROMOTER] * LEAST_SCORED)
    assert np.isfinite([fit.temperature, fit.detractor_bias, fit.promoter_bias]).all()
    assert implied_nps(rows, recalibration=fit).nps > 80


def test_sure_and_wrong_rows_can_be_fitted():
    rows = np.eye(3)[np.arange(300) % 3]
    fit = recalibrate(rows, [CATEGORIES[(k + k % 7) % 3] for k in range(300)])
    assert fit.temperature > 1
    assert np.isfinite(fit.apply(rows)).all()


def test_too_few_scored_comments_are_not_fitted_to():
    rows = some_rows(LEAST_SCORED - 1)
    with pytest.raises(ValueError, match="199 rows and 199 categories: as many of one as of the other, and at least "):
        recalibrate(rows, drawn(rows))
    comments = [Comment(str(k), "text", "test", nps_score=k % 11).tagged(implied=tuple(row))
                for k, row in enumerate(rows)]
    assert recalibration_of(comments) is None
    unscored = Comment("u", "text", "test").tagged(implied=(0.2, 0.3, 0.5))
    unread = Comment("s", "text", "test", nps_score=3)
    assert recalibration_of([*comments, unscored, unread]) is None
    assert recalibration_of([*comments, comments[0], unscored]).n == LEAST_SCORED


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_fit_makes_the_mean_of_the_scored_comments_theirs(seed):
    rows = some_rows(400, seed)
    categories = drawn(rows[:, ::-1], seed)
    moved = recalibrate(rows, categories).apply(rows).mean(axis=0)
    assert moved == pytest.approx([categories.count(c) / 400 for c in CATEGORIES], abs=0.01)
