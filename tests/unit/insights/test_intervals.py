import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.insights.effects import POINTS, YES_OR_NO
from cx_text.insights.intervals import design_effect, mean_figure, nps_difference, outcome_figure, share_figure
from cx_text.insights.nps import nps


def test_a_share_has_wilsons_interval():
    found = share_figure(8, 10)
    assert (found.value, found.n) == (80.0, 10)
    assert (found.low, found.high) == (pytest.approx(49.02, abs=0.01), pytest.approx(94.33, abs=0.01))  # Newcombe 1998
    assert share_figure(0, 0) is None


@pytest.mark.parametrize(("customers", "effect"), [([0, 1, 2, 3], 1.0), ([0, 0, 1, 1], 2.0), ([0, 1, 0, 1], 1.0)],
                         ids=["once each", "the same twice", "the opposite twice"])
def test_rows_of_one_customer_say_less_than_as_many_customers(customers, effect):
    assert design_effect(np.array([1.0, 1.0, 0.0, 0.0]), np.array(customers)) == effect
    assert design_effect(np.array([]), np.array([], dtype=np.int64)) == 1.0


def test_everybody_twice_has_the_interval_of_once():
    assert (nps(10, 10, 20, design_effect=2.0).low, share_figure(20, 40, design_effect=2.0).low) == (
        nps(5, 5, 10).low, share_figure(10, 20).low)


def test_a_mean_has_students_interval_and_one_value_has_none():
    found = mean_figure(np.array([1.0, 2.0, 3.0]))
    assert [found.value, found.low, found.high] == pytest.approx([2.0, -0.484, 4.484], abs=0.001)
    assert np.isnan([mean_figure(np.array([4.0])).low, mean_figure(np.array([4.0])).high]).all()
    assert mean_figure(np.array([])) is None


def test_an_outcome_has_the_interval_that_fits_it():
    points = np.array([-100.0, 0.0, 100.0, 100.0])
    score, share = outcome_figure(points, POINTS), outcome_figure(np.array([0.0, 100.0]), YES_OR_NO)
    assert (score.low, score.high) == (nps(1, 1, 2).low, nps(1, 1, 2).high)
    assert (share.value, share.low) == (50.0, share_figure(1, 2).low)
    several = outcome_figure(np.array([33.3, -100.0, 0.0]), POINTS)  # means of a customer's answers
    assert several.low == mean_figure(np.array([33.3, -100.0, 0.0])).low
    assert outcome_figure(np.array([]), POINTS) is None


counts = st.tuples(*[st.integers(0, 80)] * 3).filter(any)


@given(counts, counts)
def test_a_difference_turns_its_sign_and_holds_its_middle(one, other):
    there, back = nps_difference(one, other), nps_difference(other, one)
    assert there.value == pytest.approx(-back.value)
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))
    assert -200 <= there.low < there.high <= 200
    assert 0 < there.p <= 1


@given(counts)
def test_an_nps_lies_in_its_range_and_in_its_interval(own):
    found = nps(*own)
    assert -100 <= found.low <= found.nps <= found.high <= 100


def test_a_difference_to_nobody_is_refused():
    with pytest.raises(ValueError, match=r"no difference between \(0, 0, 0\) and \(1, 2, 3\)"):
        nps_difference((0, 0, 0), (1, 2, 3))
