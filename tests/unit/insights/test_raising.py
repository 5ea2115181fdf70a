"""Who raises what: sub-themes count for the theme above, a customer once, and marks hold with all tested together."""

import numpy as np
import pandas as pd
import pytest

from cx_text.codeframe import Theme
from cx_text.insights.raising import Raised, compared, distinct, opinions_by_theme, share_difference

THEMES = (Theme("a", "A", (), 0), Theme("a1", "A1", (), 0, parent="a"), Theme("b", "B", (), 0),
          Theme("h", "H", (), 0, is_hidden=True))
COMMENT = np.array([0, 0, 1, 2, 2, 3], dtype=np.int64)
IDS = pd.Series(["a1", "a", "a", "b", None, "h"])


@pytest.fixture
def raised():
    return Raised.of(COMMENT, IDS, THEMES)


def test_a_comment_counts_once_for_a_theme_and_the_one_above(raised):
    assert [t.id for t in raised.themes] == ["a", "a1", "b"]
    assert raised.counts(np.zeros(4, dtype=np.int64), 1).tolist() == [[2, 1, 1]]
    assert raised.raises("a", 4).tolist() == [True, True, False, False]
    assert raised.raises("nowhere", 4).tolist() == [False] * 4


def test_groups_and_customers(raised):
    group = np.array([0, 1, 1, -1], dtype=np.int64)
    assert raised.counts(group, 2).tolist() == [[1, 1, 0], [1, 0, 1]]
    one_customer = np.zeros(4, dtype=np.int64)
    assert raised.counts(np.zeros(4, dtype=np.int64), 1, unit=one_customer).tolist() == [[1, 1, 1]]
    assert raised.counts(group, 2, unit=one_customer).tolist() == [[1, 1, 0], [1, 0, 1]]


def test_nothing_raised():
    none = Raised.of(np.array([], dtype=np.int64), pd.Series([], dtype=object), ())
    assert none.counts(np.zeros(3, dtype=np.int64), 2).shape == (2, 0)


def test_opinions_by_what_they_say():
    said = pd.Series(["negative", "positive", "negative", "neutral", "negative", "negative"])
    assert opinions_by_theme(IDS, said, ["negative", "positive"], THEMES[:3]).tolist() == [[2, 1], [1, 0], [0, 0]]


def test_a_difference_of_shares_has_the_interval_of_agresti_and_caffo():
    found = share_difference(56, 70, 48, 80)  # their adjusted shares are 57/72 and 49/82
    middle = 57 / 72 - 49 / 82
    spread = ((57 / 72) * (15 / 72) / 72 + (49 / 82) * (33 / 82) / 82) ** 0.5
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((middle - 1.959964 * spread, middle + 1.959964 * spread))
    with pytest.raises(ValueError, match="no difference between 0 of 0 and 1 of 2"):
        share_difference(0, 0, 1, 2)


def test_intervals_hold_the_truth():
    rng, inside = np.random.default_rng(0), 0
    for _ in range(2000):
        n, m = rng.binomial(60, 0.2), rng.binomial(40, 0.3)
        found = share_difference(int(n), 60, int(m), 40)
        inside += found.low <= -0.1 <= found.high
    assert inside / 2000 == pytest.approx(0.95, abs=0.02)


def test_marks_hold_with_all_tested_together():
    ids = [f"t{k}" for k in range(40)]
    one, other = np.full(40, 20), np.full(40, 20)
    one[0], one[1] = 60, 31  # the second would stand out alone
    table = compared(ids, one, 200, other, 200)
    assert list(table["verdict"])[:3] == ["more", "cannot tell", "cannot tell"]
    assert table["share_one"][0] == pytest.approx(0.3)
    small = compared(["x"], np.array([9]), 9, np.array([0]), 100)
    assert list(small["verdict"]) == ["cannot tell"]  # a group of fewer than ten


def test_chance_is_rarely_marked():
    rng, wrong = np.random.default_rng(1), 0
    for _ in range(300):
        counts = rng.binomial(150, 0.15, size=(2, 20))
        table = compared([str(k) for k in range(20)], counts[0], 150, counts[1], 150)
        wrong += (table["verdict"] != "cannot tell").any()
    assert wrong / 300 <= 0.07


def test_distinct_numbers_are_those_of_numpy():
    numbers = np.random.default_rng(0).integers(-50, 50, 1000)
    assert (distinct(numbers) == np.unique(numbers)).all()
    assert distinct(numbers[:0]).tolist() == []
