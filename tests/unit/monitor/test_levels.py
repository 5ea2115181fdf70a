"""NPS, net sentiment and shares against their past."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cx_text.insights.nps import nps
from cx_text.monitor.levels import compare_levels

some = arrays(np.float64, (3, 2, 6, 3), elements=st.integers(1, 40).map(float))


@given(some)
def test_turning_answers_round_turns_rise_and_fall(answers):
    there, back = compare_levels(answers), compare_levels(answers[..., ::-1])
    assert there.rise == pytest.approx(back.fall)
    assert there.value == pytest.approx(-back.value)
    assert there.low == pytest.approx(-back.high)


@given(some)
def test_a_promoter_more_never_makes_a_rise_less_likely(answers):
    more = answers.copy()
    more[:, 0, -1, 0] -= 1
    more[:, 0, -1, 2] += 1  # in place of a detractor
    assert (compare_levels(more).rise <= compare_levels(answers).rise + 1e-12).all()


@given(some)
def test_the_order_of_strata_does_not_matter(answers):
    assert compare_levels(answers[:, ::-1]).rise == pytest.approx(compare_levels(answers).rise)


def test_the_value_is_the_nps_and_the_interval_holds_its_difference():
    answers = np.tile([20.0, 30.0, 50.0], (1, 1, 11, 1))
    answers[0, 0, -1] = [40, 30, 30]
    found = compare_levels(answers)
    assert (found.n[0], found.value[0]) == (100, nps(40, 30, 30).nps)
    assert found.expected[0] == pytest.approx(30)
    assert found.low[0] < -40 < found.high[0] < 0
    assert found.fall[0] < 1e-4
    assert found.own_way[0] == 0


def test_blocks_that_go_up_and_down_by_themselves_make_a_fall_less_of_a_wonder():
    calm, wild = np.tile([20.0, 30.0, 50.0], (2, 1, 1, 11, 1))
    wild[0, 0, :-1:2] += [15, 0, -15]
    wild[0, 0, 1:-1:2] += [-15, 0, 15]
    calm[0, 0, -1] = wild[0, 0, -1] = [35, 30, 35]
    assert compare_levels(calm).fall[0] < 0.01 < compare_levels(wild).fall[0]
    assert compare_levels(wild).own_way[0] > 10


def test_a_source_of_unhappy_customers_that_grows_moves_nothing():
    answers = np.zeros((1, 2, 11, 3))
    answers[0, 0, :-1], answers[0, 1, :-1] = [10, 30, 60], [12, 4, 4]
    answers[0, 0, -1], answers[0, 1, -1] = [5, 15, 30], [60, 20, 20]
    apart, together = compare_levels(answers), compare_levels(answers.sum(axis=1, keepdims=True))
    assert apart.fall[0] > 0.3
    assert together.fall[0] < 1e-4


@pytest.mark.parametrize("blank", [slice(None, -1), slice(-1, None), slice(1, -1)], ids=["past", "window", "one block"])
def test_without_a_past_or_a_window_nothing_is_unusual(blank):
    answers = np.full((1, 1, 6, 3), 10.0)
    answers[:, :, blank] = 0
    found = compare_levels(answers)
    assert (found.rise[0], found.fall[0]) == (1.0, 1.0)


def test_p_values_of_steady_levels_are_what_they_say():
    rng = np.random.default_rng(0)
    shares = np.clip(0.35 + rng.normal(0, 0.04, size=(200, 20, 1, 27, 1)), 0.05, 0.6)
    shares = np.concatenate([shares, np.full_like(shares, 0.3), 0.7 - shares], axis=-1)
    found = [compare_levels(rng.multinomial(60, own).astype(float)) for own in shares]
    for p in (np.concatenate([f.rise for f in found]), np.concatenate([f.fall for f in found])):
        assert [(p <= level).mean() for level in (0.1, 0.01)] == pytest.approx([0.1, 0.01], rel=0.4)
