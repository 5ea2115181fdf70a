"""How well refits on other halves of the texts find the themes again, and how sure an opinion's theme is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from cx_text.backends.base import BoolArray, Clusterer, FloatArray, IntArray
from cx_text.codeframe import Certainty, nearest_group

N_REFITS = 4
MOST_TEXTS = 2_000  # each refit reads half of them: figures settle, and seconds count
FEWEST_TEXTS = 100
# Where there are too few texts for refits. Chosen by hand, not fitted: even odds at a cosine of 0.4 and a lead of 0.1.
USUAL = Certainty(-2.0, 3.0, 8.0)
RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Stability:
    """What refits say.

    Args:
        groups: float32 (n_groups,), 0 to 1, None where nobody tried: mean Jaccard similarity of each group with the
            most similar one of each refit (Hennig 2007).
        tops: The same of the groups of groups.
        certainty: The chance that a refit gives an opinion the same group, from its cosines.
    """

    groups: FloatArray | None
    tops: FloatArray | None
    certainty: Certainty


def stability_of(texts: list[str], embeddings: FloatArray, centres: FloatArray, whose: IntArray, tops: IntArray,
                 is_free: BoolArray, clusterer: Clusterer, *, seed: int) -> Stability:
    """Refit on random halves with other seeds, and compare.

    Args:
        texts: Distinct texts.
        embeddings: float32 (n_texts, n_dims), rows of length 1.
        centres: float32 (n_centres, n_dims) of the groups in use.
        whose: int64 (n_centres,): the group of each centre.
        tops: int64 (n_groups,): for each group the group of groups.
        is_free: bool (n_groups,): whether a group was found; the others are given, and stay as they are in refits.
        clusterer: Finds groups.
        seed: Of the halves and the refits.
    """
    if len(texts) < FEWEST_TEXTS:
        return Stability(None, None, USUAL)
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(texts))[:MOST_TEXTS])
    read = embeddings[rows]
    own, top, margin = nearest_group(read, centres, whose, len(tops))
    fixed = ~is_free[whose]
    of_groups, of_tops, agreed = [], [], []
    for refit in range(N_REFITS):
        half = np.sort(rng.permutation(len(rows))[: len(rows) // 2])
        half = half[is_free[own[half]]]  # those of given themes are not grouped in the first place
        found = clusterer.cluster([texts[rows[i]] for i in half], read[half], seed=seed + 1 + refit)
        n_found = int(found.labels.max(initial=-1)) + 1
        if n_found == 0:
            return Stability(None, None, USUAL)
        fresh = unit(np.stack([read[half][found.labels == k].mean(axis=0) for k in range(n_found)]))
        other, _, _ = nearest_group(read, np.concatenate([fresh, centres[fixed]]),
                                    np.concatenate([np.arange(n_found), n_found + whose[fixed]]),
                                    n_found + len(tops))
        alike = _jaccard(own, other, len(tops), n_found + len(tops))
        of_groups.append(alike.max(axis=1))
        agreed.append(alike.argmax(axis=1)[own] == other)
        other_tops = np.concatenate([found.tops, len(tops) + n_found + np.arange(len(tops))])
        of_tops.append(_jaccard(tops[own], other_tops[other], int(tops.max()) + 1, int(other_tops.max()) + 1)
                       .max(axis=1))
    certainty = fit_certainty(np.tile(top, N_REFITS), np.tile(margin, N_REFITS), np.concatenate(agreed))
    return Stability(np.mean(of_groups, axis=0), np.mean(of_tops, axis=0), certainty)


def fit_certainty(nearest: FloatArray, margin: FloatArray, is_right: BoolArray) -> Certainty:
    """Return the logistic curve under which the outcomes are most likely; neither slope is below 0."""
    x = np.stack([np.ones_like(nearest), nearest, margin]).astype(np.float64)
    y = np.asarray(is_right, dtype=np.float64)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        z = weights @ x
        chance = 1 / (1 + np.exp(-z))
        value = float(np.mean(np.logaddexp(0, z) - y * z)) + RIDGE * float(weights[1:] @ weights[1:])
        slope = x @ (chance - y) / len(y) + 2 * RIDGE * np.array([0, weights[1], weights[2]])
        return value, slope

    best = minimize(loss, np.array([0.0, 1.0, 1.0]), jac=True, bounds=[(None, None), (0, None), (0, None)])
    return Certainty(*(round(float(w), 4) for w in best.x))


def unit(rows: FloatArray) -> FloatArray:
    """Return rows at length 1; a row of zeros stays."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def _jaccard(a: IntArray, b: IntArray, n_a: int, n_b: int) -> FloatArray:
    shared = np.zeros((n_a, n_b))
    np.add.at(shared, (a, b), 1)
    union = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    return np.asarray(shared / np.maximum(union, 1), dtype=np.float32)
