"""Groups that refits find again are stable, and confidence is the chance of that."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cx_text.backends.base import Grouping
from cx_text.codeframe import nearest_group
from cx_text.insights.stability import (
    FEWEST_TEXTS,
    MOST_TEXTS,
    N_REFITS,
    USUAL,
    fit_certainty,
    stability_of,
    unit,
)

N_GROUPS, N_DIMS = 4, 12
TOPS = np.array([0, 0, 1, 2])
ALL_FREE = np.ones(N_GROUPS, dtype=bool)


class BySecondWord:
    """Finds the groups that the texts name; remembers how many texts it read."""

    def __init__(self):
        self.n_read = []

    def cluster(self, texts, embeddings, *, seed):
        self.n_read.append(len(texts))
        named, labels = np.unique([int(t.split()[1]) for t in texts], return_inverse=True)
        return Grouping(labels.astype(np.int64), TOPS[named])


class ByChance:
    """Groups by the seed alone."""

    def cluster(self, texts, embeddings, *, seed):
        labels = np.random.default_rng(seed).permutation(np.arange(len(texts)) % N_GROUPS)
        return Grouping(labels.astype(np.int64), TOPS)


class Nothing:
    """Finds no group."""

    def cluster(self, texts, embeddings, *, seed):
        return Grouping(np.full(len(texts), -1, dtype=np.int64), np.zeros(0, dtype=np.int64))


def opinions(n=400, noise=0.1):
    """Return texts in groups, and vectors about the middle of each group."""
    whose = np.arange(n) % N_GROUPS
    spread = np.random.default_rng(0).standard_normal((n, N_DIMS)) * noise
    vectors = unit((np.eye(N_DIMS)[whose] + spread).astype(np.float32))
    return [f"text {k} number {i}" for i, k in enumerate(whose)], vectors


def stability(texts, embeddings, clusterer, *, centres=None, whose=None, is_free=ALL_FREE, seed=0):
    centres = np.eye(N_DIMS, dtype=np.float32)[:N_GROUPS] if centres is None else centres
    whose = np.arange(len(centres)) if whose is None else whose
    return stability_of(texts, embeddings, centres, whose, TOPS, is_free, clusterer, seed=seed)


def test_groups_far_apart_are_stable_and_their_opinions_sure():
    texts, embeddings = opinions()
    found = stability(texts, embeddings, BySecondWord())
    assert found.groups.shape == (N_GROUPS,)
    assert found.tops.shape == (3,)
    assert (found.groups > 0.95).all()
    assert (found.tops > 0.95).all()
    _, nearest, margin = nearest_group(embeddings, np.eye(N_DIMS, dtype=np.float32)[:N_GROUPS], np.arange(N_GROUPS), 4)
    assert (found.certainty.of(nearest, margin) > 0.9).all()


def test_groups_by_chance_are_not():
    texts, embeddings = opinions(noise=10)
    found = stability(texts, embeddings, ByChance())
    assert ((found.groups >= 0) & (found.groups < 0.5)).all()
    assert ((found.tops >= 0) & (found.tops < 0.75)).all()
    _, nearest, margin = nearest_group(embeddings, np.eye(N_DIMS, dtype=np.float32)[:N_GROUPS], np.arange(N_GROUPS), 4)
    sure = found.certainty.of(nearest, margin)
    assert 0.2 < sure.mean() < 0.7


def test_a_group_that_is_really_two_is_less_stable_than_one_that_is_one():
    texts, embeddings = opinions()
    centres = np.eye(N_DIMS, dtype=np.float32)[:N_GROUPS]
    found = stability(texts, embeddings, BySecondWord(), centres=centres, whose=np.array([0, 0, 2, 3]))
    assert found.groups[0] == pytest.approx(0.5, abs=0.1)  # each refit finds its halves
    assert found.groups[1] == 0  # nothing is in it
    assert (found.groups[2:] > 0.95).all()
    assert found.tops[0] > 0.95  # the halves are one again in the group of groups


def test_given_groups_stay_as_they_are_in_refits_and_are_not_grouped():
    texts, embeddings = opinions()
    clusterer = BySecondWord()
    is_free = np.array([True, True, False, True])
    found = stability(texts, embeddings, clusterer, is_free=is_free)
    assert (found.groups > 0.95).all()
    assert all(100 < n < 200 for n in clusterer.n_read)  # three quarters of a half


def test_refits_read_halves_of_a_bounded_number_of_texts():
    texts, embeddings = opinions(2 * MOST_TEXTS + 100)
    clusterer = BySecondWord()
    stability(texts, embeddings, clusterer)
    assert clusterer.n_read == [MOST_TEXTS // 2] * N_REFITS


def test_same_texts_and_seed_same_figures():
    texts, embeddings = opinions(noise=0.6)
    one, same, other = (stability(texts, embeddings, BySecondWord(), seed=seed) for seed in (3, 3, 4))
    assert one.groups.tolist() == same.groups.tolist()
    assert one.certainty == same.certainty
    assert one.groups.tolist() != other.groups.tolist()


def test_too_few_texts_or_no_groups_say_nothing():
    texts, embeddings = opinions(FEWEST_TEXTS - 1)
    few = stability(texts, embeddings, BySecondWord())
    assert (few.groups, few.tops, few.certainty) == (None, None, USUAL)
    nothing = stability(*opinions(FEWEST_TEXTS), Nothing())
    assert (nothing.groups, nothing.tops, nothing.certainty) == (None, None, USUAL)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.floats(-4, 4))
def test_more_nearness_and_more_lead_are_never_less_sure(seed, n, slope):
    rng = np.random.default_rng(seed)
    nearest, margin = rng.uniform(-1, 1, n).astype(np.float32), rng.uniform(0, 2, n).astype(np.float32)
    is_right = rng.uniform(size=n) < 1 / (1 + np.exp(-slope * (nearest + margin)))
    curve = fit_certainty(nearest, margin, is_right)
    assert curve.by_nearness >= 0
    assert curve.by_margin >= 0
    sure = curve.of(nearest, margin)
    assert ((sure >= 0) & (sure <= 1)).all()
    assert np.isfinite(curve).all()


def test_the_curve_says_how_often_it_is_right():
    rng = np.random.default_rng(5)
    margin = rng.uniform(0, 1, 4_000).astype(np.float32)
    nearest = rng.uniform(0, 1, 4_000).astype(np.float32)
    is_right = rng.uniform(size=4_000) < 1 / (1 + np.exp(-(-1 + 4 * margin)))
    curve = fit_certainty(nearest, margin, is_right)
    sure = curve.of(nearest, margin)
    assert sure.mean() == pytest.approx(is_right.mean(), abs=0.01)
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 1.0)):
        rows = (sure >= low) & (sure < high)
        assert sure[rows].mean() == pytest.approx(is_right[rows].mean(), abs=0.05)
    assert curve.by_margin > 2 > curve.by_nearness


def test_what_is_less_likely_when_nearer_makes_no_slope():
    nearest = np.linspace(0, 1, 200, dtype=np.float32)
    curve = fit_certainty(nearest, nearest, nearest < 0.5)
    assert (curve.by_nearness, curve.by_margin) == (0, 0)
    assert curve.of(nearest, nearest).tolist() == pytest.approx([0.5] * 200, abs=1e-3)


def test_the_nearest_group_and_its_lead():
    centres = np.array([[1, 0], [0.6, 0.8], [0, 1]], dtype=np.float32)
    own, nearness, lead = nearest_group(np.array([[1, 0], [0, 1]], np.float32), centres, np.array([0, 0, 1]), 2)
    assert own.tolist() == [0, 1]
    assert own.dtype == np.int64
    assert nearness.tolist() == [1, 1]
    assert lead.tolist() == pytest.approx([1, 0.2])
    _, _, alone = nearest_group(np.array([[1, 0]], np.float32), centres[:1], np.array([0]), 1)
    assert alone.tolist() == [2]  # over -1, as far as can be


@given(arrays(np.float32, (3, 2), elements=st.floats(-1e3, 1e3, width=32)))
def test_unit_rows(rows):
    lengths = np.linalg.norm(unit(rows).astype(np.float64), axis=1)
    given_lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    assert unit(rows).dtype == np.float32
    assert np.allclose(lengths[given_lengths > 1e-6], 1, atol=1e-4)
    assert (lengths[given_lengths == 0] == 0).all()
