"""A window's mean answer against its past: NPS, net sentiment, or a share, whose answers are -1, 0 or 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from cx_text.monitor.polya import Floats

LEVEL = 0.95
_ADDED: Floats = np.array([0.75, 1.5, 0.75])  # Rocks 2016
VALUES: Floats = np.array([-1.0, 0.0, 1.0])
_LEANING = 5.0  # answers' worth by which a stratum's mean leans on that of the whole series
_ASSUMED_BLOCKS = 10.0  # by which a series' own ups and downs lean on those of all
_FEWEST_BLOCKS = 2


@dataclass(frozen=True, slots=True)
class Levels:
    """Each series' mean in the window against its past, in points from -100 to 100; float64 (n_series,).

    `n`: answers in the window. `expected`: what its past leads one to expect, given who answers now. `low` and `high`:
    95 % interval of the difference. `rise` and `fall`: p; 1 where there is nothing to compare with. `own_way`: the
    standard deviation, in points, with which blocks go up and down beyond chance. `error`: the standard error of the
    difference if nothing changed, in points, and `freedom` its degrees of freedom.
    """

    n: Floats
    value: Floats
    expected: Floats
    low: Floats
    high: Floats
    rise: Floats
    fall: Floats
    own_way: Floats
    error: Floats
    freedom: Floats


def compare_levels(answers: Floats) -> Levels:
    """Return how unusual the mean of each series' last block is against the blocks before it.

    What is expected weighs each stratum's past mean by who answers now, so that a shift between strata is none. The
    test is a score test: its variance by chance is that of past answers, so that few answers of one mind do not look
    sure. What blocks do by themselves is added (DerSimonian and Laird 1986), of each series leaning on that of all; so
    the test is Student's, with as many degrees of freedom as that was told from. In the interval the window has its own
    variance, the adjusted one (Rocks 2016, The American Statistician 70:365).

    Args:
        answers: float64 (n_series, n_strata, n_blocks, 3), how many answered -1, 0 and 1: detractors, passives and
            promoters; negative, neutral and positive; or no, none and yes. The last block is the window.
    """
    now, past = answers[:, :, -1], answers[:, :, :-1]
    n, n_past = now.sum(axis=(1, 2)), past.sum(axis=(1, 2, 3))
    per_answer = variance_of_answers(past.sum(axis=(1, 2)))
    expected, share, residuals = _expected(now.sum(axis=2), past)
    own, freedom, n_blocks = between_blocks(past.sum(axis=(1, 3)), per_answer, residuals)
    value = np.divide(now.sum(axis=1) @ VALUES, n, out=np.zeros_like(n), where=n > 0)
    others = per_answer * share + own * (1 + 1 / np.maximum(n_blocks, 1))
    among = np.maximum(n, 1)
    error = np.sqrt(per_answer / among + others)
    steps = (value - expected) / error
    margin = t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(variance_of_answers(now.sum(axis=1)) / among + others)
    is_known = (n > 0) & (n_past > 0) & (n_blocks >= _FEWEST_BLOCKS)
    rise, fall = (np.where(is_known, p, 1.0) for p in (t.sf(steps, freedom), t.cdf(steps, freedom)))
    low, high = (100 * (value - expected + side * margin) for side in (-1, 1))
    return Levels(n, 100 * value, 100 * expected, low, high, rise, fall, 100 * np.sqrt(own),
                  100 * error, freedom)


def variance_of_answers(counts: Floats) -> Floats:
    """Return the variance of one answer, of adjusted counts; of (…, 3)."""
    added = counts + _ADDED
    n = added.sum(axis=-1)
    return np.asarray(added @ VALUES**2 / n - (added @ VALUES / n) ** 2)


def _expected(n_now: Floats, past: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what is expected of the window, its variance by that of one answer, and each block's mean off its own."""
    sums = past.sum(axis=2)
    n = sums.sum(axis=2)
    whole = _ratio(sums.sum(axis=1) @ VALUES, n.sum(axis=1))
    means = (sums @ VALUES + _LEANING * whole[:, None]) / (n + _LEANING)
    shares = n_now / np.maximum(n_now.sum(axis=1, keepdims=True), 1)
    n_blocks = past.sum(axis=3)
    meant = _ratio((n_blocks * means[:, :, None]).sum(axis=1), n_blocks.sum(axis=1))
    found = _ratio(past.sum(axis=1) @ VALUES, n_blocks.sum(axis=1))
    return (shares * means).sum(axis=1), (shares**2 / (n + _LEANING)).sum(axis=1), found - meant


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))


def between_blocks(n: Floats, per_answer: Floats, residuals: Floats) -> tuple[Floats, Floats, Floats]:
    """Return each series' variance between blocks beyond chance, the degrees of freedom, and the number of blocks."""
    weights = n / per_answer[:, None]
    total = weights.sum(axis=1)
    n_blocks = (n > 0).sum(axis=1).astype(np.float64)
    freedom = np.maximum(n_blocks - 1, 0)
    excess = (weights * residuals**2).sum(axis=1) - freedom
    scale = total - _ratio((weights**2).sum(axis=1), total)
    together = float(_ratio(np.maximum(excess.sum(keepdims=True), 0.0), scale.sum(keepdims=True))[0])
    share = freedom / (freedom + _ASSUMED_BLOCKS)
    own = share * np.maximum(0.0, _ratio(excess, scale)) + (1 - share) * together
    return own, freedom + _ASSUMED_BLOCKS, n_blocks
