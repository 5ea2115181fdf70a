import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.comment import NpsCategory, RatingScale
from cx_text.insights.nps import nps, proxy_category

counts = st.tuples(*[st.integers(0, 5000)] * 3).filter(lambda c: sum(c) > 0)


def test_adjusted_wald_by_hand():
    figure = nps(2, 1, 7)  # n = 10: p = 7.75/13, d = 2.75/13
    middle = 5 / 13
    margin = 1.959964 * math.sqrt((10.5 / 13 - middle**2) / 13)
    assert figure.nps == pytest.approx(50)
    assert (figure.low, figure.high) == pytest.approx((100 * (middle - margin), 100 * (middle + margin)), abs=1e-3)
    assert (figure.n, figure.is_proxy) == (10, False)


def test_nobody_gave_a_score():
    assert nps(0, 0, 0) is None


def test_all_promoters_still_have_an_interval():
    figure = nps(0, 0, 5)
    assert figure.nps == 100
    assert figure.low < 90
    assert figure.high == pytest.approx(100, abs=5)


@given(counts)
def test_nps_and_its_interval_stay_on_the_scale(cells):
    figure = nps(*cells)
    assert -100 <= figure.low <= figure.high <= 100
    assert -100 <= figure.nps <= 100


@given(counts)
def test_turning_the_scale_round_turns_the_sign(cells):
    there, back = nps(*cells), nps(*reversed(cells))
    assert there.nps == pytest.approx(-back.nps)
    assert there.low == pytest.approx(-back.high)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match=r"counts -1, 0, 2 and level 0\.95 cannot be used"):
        nps(-1, 0, 2)


@pytest.mark.parametrize(("rating", "scale", "category"), [
    (5, (1, 5), "promoter"), (4, (1, 5), "passive"), (3, (1, 5), "detractor"), (4.5, (1, 5), "passive"),
    (9, (1, 10), "promoter"), (7, (1, 10), "passive"), (6, (1, 10), "detractor"), (1, (1, 10), "detractor"),
    (3, (1, 3), "promoter"), (1, (1, 3), "detractor"),
])
def test_proxies_of_ratings(rating, scale, category):
    assert proxy_category(rating, RatingScale(*scale)) is NpsCategory(category)
