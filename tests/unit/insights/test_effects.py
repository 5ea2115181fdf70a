import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cx_text.insights.effects import POINTS, ThemeModel, estimate_effects, stand_in

FIGURES = ("leave_out", "leave_out_low", "leave_out_high", "adjusted", "adjusted_low", "adjusted_high", "p")


def drawn(n=300, n_themes=4, seed=0):
    random = np.random.default_rng(seed)
    return random.random((n, n_themes)) < 0.2, random.choice(POINTS, n)


def test_leave_out_by_hand():
    raised = np.array([[True]] * 10 + [[False]] * 90)
    outcome = np.array([-100.0] * 10 + [-100.0] * 10 + [0.0] * 30 + [100.0] * 50)
    found = estimate_effects(raised, outcome)
    assert found.leave_out[0] == pytest.approx(30 - 100 * 40 / 90)
    assert found.leave_out_low[0] < found.leave_out[0] < found.leave_out_high[0] < 0


def test_a_single_theme_is_adjusted_for_nothing_but_the_penalty():
    raised, outcome = drawn(5000, 1)
    raised[:, 0] |= outcome < 0
    found = estimate_effects(raised, outcome)
    assert found.adjusted[0] == pytest.approx(found.leave_out[0], rel=0.01)


def test_the_adjusted_effect_is_the_coefficient_times_the_share_of_a_ridge_regression():
    raised, outcome = drawn()
    design = np.column_stack([np.ones(len(raised)), raised])
    penalty = np.diag([0, 1.5, 1.5, 1.5, 1.5])  # 1.5 customers a theme, none for the level
    slopes = np.linalg.solve(design.T @ design + penalty, design.T @ outcome)[1:]
    assert estimate_effects(raised, outcome).adjusted == pytest.approx(slopes * raised.mean(axis=0))


def test_a_rider_is_cleared_of_what_its_companion_costs():
    random = np.random.default_rng(0)
    bad = random.random(4000) < 0.25
    rider = (bad & (random.random(4000) < 0.5)) | (random.random(4000) < 0.05)
    outcome = np.where(bad, random.choice(POINTS, 4000, p=[0.5, 0.3, 0.2]),
                       random.choice(POINTS, 4000, p=[0.2, 0.3, 0.5]))
    found = estimate_effects(np.column_stack([bad, rider]), outcome)
    assert found.leave_out[1] < -2
    assert abs(found.adjusted[1]) < 1
    assert found.p[0] < 1e-6


def test_nobody_and_everybody_have_no_effect():
    raised, outcome = drawn(60, 3)
    raised[:, 0], raised[:, 1] = False, True
    found = estimate_effects(raised, outcome)
    assert [np.isnan(getattr(found, name)).tolist() for name in FIGURES] == [[True, True, False]] * len(FIGURES)


def test_the_same_customers_under_two_names_share_the_effect():
    raised, outcome = drawn(400, 1)
    alone = estimate_effects(raised, outcome).adjusted[0]
    twice = estimate_effects(np.column_stack([raised, raised]), outcome).adjusted
    assert twice[0] == pytest.approx(twice[1])
    assert twice.sum() == pytest.approx(alone, rel=0.02)


def test_amounts_have_a_stand_in_with_their_mean_and_variance():
    amounts = np.array([1.0, 5.0, 7.0, 40.0])
    found = stand_in(amounts)
    assert (found.mean(), found.var()) == (pytest.approx(amounts.mean()), pytest.approx(amounts.var()))


def test_draws_are_the_same_for_the_same_seed_whatever_the_order_of_customers():
    raised, outcome = drawn()
    order = np.random.default_rng(1).permutation(len(raised))
    one, other = estimate_effects(raised, outcome, seed=5), estimate_effects(raised[order], outcome[order], seed=5)
    for name in FIGURES:
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)


tables = st.integers(2, 40).flatmap(lambda n: st.tuples(
    arrays(bool, (n, 3)), arrays(float, n, elements=st.sampled_from([-100.0, 0.0, 100.0]))))


@settings(max_examples=60, deadline=None)
@given(tables)
def test_effects_are_finite_ordered_and_turn_with_the_scale(table):
    raised, outcome = table
    there, back = (estimate_effects(raised, sign * outcome, n_draws=40) for sign in (1, -1))
    assert there.leave_out == pytest.approx(-back.leave_out, nan_ok=True)
    assert there.adjusted == pytest.approx(-back.adjusted, nan_ok=True)
    known = ~np.isnan(there.p)
    for name in FIGURES:
        assert np.isfinite(getattr(there, name)[known]).all()
    assert (there.leave_out_low <= there.leave_out_high)[known].all()
    assert (np.abs(there.leave_out) <= 200)[known].all()


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(0, 39))
def test_the_two_halves_of_a_theme_account_for_the_whole(table, at):
    """Share times (mean of a half minus mean of those who raise neither), of both halves, is the union's leave-out."""
    raised, outcome = table
    union = raised[:, :1]
    first = union & (np.arange(len(union)) < at)[:, None]
    found = estimate_effects(union, outcome, n_draws=2).leave_out[0]
    if np.isnan(found):
        return
    without = outcome[~union[:, 0]].mean()
    halves = [half[:, 0] for half in (first, union & ~first) if half.any()]
    assert sum(half.mean() * (outcome[half].mean() - without) for half in halves) == pytest.approx(found)


def test_moments_of_what_was_observed_are_plain_counts():
    raised, outcome = drawn(50, 2)
    seen = ThemeModel(raised, outcome).observed()
    assert seen.mean[0] == pytest.approx(outcome.mean())
    assert seen.shares[0] == pytest.approx(raised.mean(axis=0))
    assert seen.counts[0, 1, 2] == (raised[:, 0] & raised[:, 1]).sum()
