import numpy as np
import pytest

from cx_text.insights.audit_sample import BETWEEN, plan_sample


def opinions(n=2000, seed=0):
    """Return themes of falling size, "t9" of 12 opinions, polarities and confidences."""
    random = np.random.default_rng(seed)
    themes = random.choice(np.array(["t1", "t2", "t3", None], dtype=object), size=n, p=[0.6, 0.25, 0.05, 0.1])
    themes[:12] = "t9"
    return themes, random.choice(np.array(["negative", "neutral", "positive"], dtype=object), size=n), random.random(n)


def test_weights_stand_for_all_opinions_and_no_opinion_is_asked_twice():
    sample = plan_sample(*opinions(), n=60, seed=1)
    assert len(sample.picked) == len(set(sample.picked.tolist())) == 60
    assert sum(sample.sizes.values()) == 2000
    assert sample.weights.sum() == pytest.approx(2000)
    for name, size in sample.sizes.items():
        own = [w for w, stratum in zip(sample.weights, sample.strata, strict=True) if stratum == name]
        assert len(own) >= 2
        assert sum(own) == pytest.approx(size)


def test_small_themes_unsure_ones_and_those_in_no_theme_are_asked_more_often_than_they_occur():
    themes, polarity, confidence = opinions()
    sample = plan_sample(themes, polarity, confidence, n=60, seed=1)
    assert np.mean(themes[sample.picked] == "t9") > 3 * 12 / 2000
    assert set(themes[sample.picked]) == {"t1", "t2", "t3", "t9", None}
    sure = np.where(confidence < 0.6, 0.9, 0.1)  # as many of either
    again = plan_sample(themes, polarity, sure, n=60, seed=1)
    assert np.mean(sure[again.picked] < 0.6) > np.mean(sure < 0.6)


def test_strata_tell_theme_polarity_and_sureness_as_far_as_the_sample_reaches():
    whole = plan_sample(*opinions(), n=300, seed=1)
    assert {tuple(name.split(BETWEEN)[1:]) for name in whole.sizes} >= {
        ("t1", "negative", "unsure"), ("t1", "positive", "sure"), ("no theme", "neutral", "sure")}
    some = plan_sample(*opinions(), n=30, seed=1)
    assert 5 <= len(some.sizes) <= 10
    few = plan_sample(*opinions(), n=6, seed=1)
    assert len(few.sizes) == 2
    assert sum(few.sizes.values()) == 2000


def test_the_same_seed_asks_the_same_and_another_one_does_not():
    one, again, other = (plan_sample(*opinions(), n=20, seed=seed) for seed in (3, 3, 4))
    assert one.picked.tolist() == again.picked.tolist()
    assert one.picked.tolist() != other.picked.tolist()


def test_second_looks_are_a_tenth_of_the_first_third():
    sample = plan_sample(*opinions(), n=60, seed=1)
    assert len(set(sample.again.tolist())) == 6
    assert sample.again.max() < 20


def test_fewer_opinions_than_asked_for_are_all_asked():
    sample = plan_sample(np.array(["t1", None], dtype=object), np.array(["negative", "positive"], dtype=object),
                         [0.9, np.nan], n=60)
    assert sorted(sample.picked.tolist()) == [0, 1]
    assert sample.weights.tolist() == [1, 1]


def test_a_long_theme_id_fits_the_store():
    sample = plan_sample(np.array(["x" * 64] * 9, dtype=object), np.array(["negative"] * 9, dtype=object), [0.5] * 9)
    assert max(map(len, sample.strata)) == 64


@pytest.mark.parametrize(("themes", "n"), [([], 5), (["t1"], 0)])
def test_nothing_to_pick_from_is_a_mistake(themes, n):
    with pytest.raises(ValueError, match="themes"):
        plan_sample(np.array(themes, dtype=object), np.array(["negative"] * len(themes), dtype=object),
                    [0.5] * len(themes), n=n)
