from collections import Counter

import numpy as np
import pytest

from cx_text.insights.audit import Judged, Repeated, agreement, judge
from cx_text.insights.audit_sample import plan_sample

A, B = "1 · a · sure", "2 · b · sure"


def item(stratum, theme, own_theme, polarity="negative", own_polarity="negative"):
    return Judged(stratum, theme, polarity, own_theme, own_polarity)


def judged(items, sizes, **options):
    themes = {A: "a", B: "b"}
    return judge(items, sizes, tagged_themes={themes[name]: n for name, n in sizes.items()},
                 tagged_polarities={"negative": sum(sizes.values())}, **options)


def test_answers_count_for_their_stratum():
    # Of a, 900 opinions, one of ten belongs to b; of b, 100 opinions, all ten do.
    result = judged([*[item(A, "a", "a")] * 9, item(A, "a", "b"), *[item(B, "b", "b")] * 10], {A: 900, B: 100})
    a, b = result.themes
    assert (result.n_judged, result.share_covered) == (20, 1.0)
    assert (a.precision.value, a.recall.value) == (pytest.approx(90), pytest.approx(100))
    assert (b.precision.value, b.recall.value) == (pytest.approx(100), pytest.approx(100 * 100 / 190))
    assert (b.n_read, b.n_own, b.tagged_share) == (10, 11, pytest.approx(10))
    assert b.corrected_share.value == pytest.approx(19)
    assert b.corrected_share.low < 19 < b.corrected_share.high
    assert result.theme_right.value == pytest.approx(91)
    # Eleven answers of which one counts ninefold say less than eleven.
    assert b.recall.high - b.recall.low > 50


def test_too_few_is_said_by_no_figure():
    result = judged([*[item(A, "a", "a")] * 9, *[item(B, "b", "b")] * 4], {A: 90, B: 40})
    assert result.themes[0].precision is not None
    assert (result.themes[1].precision, result.themes[1].recall) == (None, None)
    assert result.themes[1].corrected_share is not None
    assert judge([], {A: 3}, tagged_themes={"a": 3}, tagged_polarities={}).theme_right is None


def test_a_stratum_without_an_answer_counts_with_the_others_of_its_theme():
    unsure = "3 · a · unsure"
    items = [item(A, "a", "a")] * 5 + [item(B, "b", "a")] * 5
    whole = judge(items, {A: 100, B: 100, unsure: 200}, tagged_themes={"a": 300, "b": 100}, tagged_polarities={})
    assert whole.share_covered == 1.0
    assert whole.theme_right.value == pytest.approx(75)
    lost = judge(items, {A: 100, B: 100, "3 · c · sure": 200}, tagged_themes={"a": 100, "b": 100, "c": 200},
                 tagged_polarities={})
    assert lost.share_covered == 0.5
    assert [row.name for row in lost.themes] == ["a", "b", "c"]
    assert lost.themes[2].precision is None


def test_polarities_and_no_theme_have_rows_of_their_own():
    items = [item("1 · no theme", None, "a", "neutral", "negative")] * 6 + [item(A, "a", None)] * 6
    result = judge(items, {"1 · no theme": 50, A: 50}, tagged_themes={"a": 50, None: 50},
                   tagged_polarities={"neutral": 50, "negative": 50})
    assert [row.name for row in result.themes] == ["a", None]
    assert [row.corrected_share.value for row in result.themes] == [pytest.approx(50), pytest.approx(50)]
    assert [row.name for row in result.polarities] == ["negative", "neutral"]
    negative, neutral = result.polarities
    assert (negative.recall.value, neutral.precision.value, neutral.recall) == (pytest.approx(50), 0, None)


def test_agreement_is_a_share_and_kappa():
    # Half a, half b: chance agreement is one half, so nine of ten make (0.9 - 0.5) / 0.5.
    found = agreement([("a", "a")] * 5 + [("b", "b")] * 4 + [("b", "a")], ["a", "b"])
    assert found.share.value == pytest.approx(90)
    assert found.kappa.value == pytest.approx(0.8)
    assert found.kappa.low == pytest.approx((found.share.low / 100 - 0.5) / 0.5)
    assert agreement([("a", "a")] * 4, ["a", "b"]).share is None
    assert agreement([("a", "a")] * 5, ["a", "a"]).kappa is None


def test_second_looks_are_counted_by_theme_and_by_polarity():
    repeated = [Repeated("a", "negative", "b", "negative")] * 6
    result = judged([*[item(A, "a", "a")] * 9, item(A, "a", "b")], {A: 900}, repeated=repeated)
    assert result.same_theme_again.share.value == 0
    assert result.same_polarity_again.share.value == 100


@pytest.mark.parametrize("right", [0.95, 0.75])
def test_intervals_hold_the_truth(right):
    """A small part of scripts/simulate_audit.py: 60 draws of a sample of 60."""
    random = np.random.default_rng(7)
    names = np.array(["t1", "t2", "t3", "t4", None], dtype=object)
    own = random.choice(names, size=3000, p=[0.5, 0.25, 0.1, 0.05, 0.1])
    confidence = random.beta(5, 1.5, size=3000)
    is_right = random.random(3000) < np.where(confidence < 0.6, right - 0.2, right)
    read = np.where(is_right, own, random.choice(names, size=3000))
    polarity = np.full(3000, "negative", dtype=object)
    held = []
    for seed in range(60):
        sample = plan_sample(read, polarity, confidence, n=60, seed=seed)
        result = judge([item(s, read[k], own[k]) for s, k in zip(sample.strata, sample.picked.tolist(), strict=True)],
                       sample.sizes, tagged_themes=Counter(read.tolist()), tagged_polarities={"negative": 3000})
        for row in result.themes:
            ours, theirs = own == row.name, read == row.name
            for figure, truth in ((row.recall, (ours & theirs).sum() / ours.sum()), (row.corrected_share, ours.mean()),
                                  (row.precision, (ours & theirs).sum() / theirs.sum())):
                if figure is not None:
                    held.append(figure.low <= 100 * truth <= figure.high)
        held.append(result.theme_right.low <= 100 * np.mean(own == read) <= result.theme_right.high)
    assert len(held) > 600
    assert np.mean(held) >= 0.93
