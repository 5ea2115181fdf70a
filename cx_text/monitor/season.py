"""What the time of the year does to each series' rate, where its past is long enough to tell."""

from __future__ import annotations

import numpy as np

from cx_text.backends.base import IntArray
from cx_text.monitor.counts import Blocks
from cx_text.monitor.dispersion import GRID, dispersion_weights
from cx_text.monitor.polya import Floats

_ROUNDS, _STEPS = 2, 4
_RIDGE = 1e-6
_CARE = 2.0  # by which factors are less sure than their errors say: no season is a pure wave


def season_factors(blocks: Blocks, ends: IntArray, length: int, n_periods: int, year: float) -> tuple[Floats, Floats]:
    """Return each series' factor in each period, float64 (n_series, n_periods), and how unsure it is, (n_series,).

    The first annual harmonic of the logarithm of the rate, beside a level and a line, so that what grows is no season.
    Each series' two coefficients lean on none by how much such coefficients explain over all series: their variance
    beyond their errors is told from all of them, and is that of the prior (Efron and Morris 1973, JASA 68:117). How
    unsure: twice the squared coefficient of variation of the factor that is left, since no season is a pure wave.

    Args:
        blocks: Past of `length` periods a block; the last block, the window, is left aside.
        ends: int64 (n_series,), the last period of each series' past.
        length: Periods of a block.
        n_periods: How many there are.
        year: Its length in periods.
    """
    counts, exposures = blocks.counts[..., :-1], blocks.exposures[..., :-1]
    back = np.arange(counts.shape[2])[::-1] * length + (length - 1) / 2
    at = ends[:, None] - back
    x = np.stack([*_harmonic(at, year), (at - at.mean(axis=1, keepdims=True)) / year], axis=1)
    rates = counts.sum(axis=2) / np.maximum(exposures.sum(axis=2), 1e-300)
    steady, found = (rates[:, :, None] * exposures).sum(axis=1), counts.sum(axis=1)
    slopes = np.zeros(x.shape[:2])
    for _ in range(_ROUNDS):
        dispersion = (dispersion_weights(found, _grown(steady, slopes, x)) @ GRID)[:, None]
        for _ in range(_STEPS):
            expected = _grown(steady, slopes, x)
            expected *= found.sum(axis=1, keepdims=True) / np.maximum(expected.sum(axis=1, keepdims=True), 1e-300)
            weights = expected / (1 + dispersion * expected)
            middle = (weights[:, None] * x).sum(axis=2) / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
            apart = x - middle[:, :, None]
            score = (apart * ((found - expected) / (1 + dispersion * expected))[:, None]).sum(axis=2)
            among = np.einsum("sn,sin,sjn->sij", weights, apart, apart) + _RIDGE * np.eye(3)
            slopes = slopes + np.clip(np.linalg.solve(among, score[..., None])[..., 0], -1, 1)
    variances = np.diagonal(np.linalg.inv(among), axis1=1, axis2=2)[:, :2]
    slopes, sure = slopes[:, :2], 1 / variances
    prior = max(0.0, float((sure * slopes**2).sum()) - slopes.size) / float(sure.sum())
    share = prior / (prior + variances)
    every = np.stack(_harmonic(np.arange(n_periods), year))
    return np.exp((share * slopes) @ every), _CARE * (share * variances).mean(axis=1)


def _harmonic(at: Floats | IntArray, year: float) -> tuple[Floats, Floats]:
    turn = 2 * np.pi * at / year
    return np.cos(turn), np.sin(turn)


def _grown(steady: Floats, slopes: Floats, x: Floats) -> Floats:
    return np.asarray(steady * np.exp(np.clip((slopes[:, :, None] * x).sum(axis=1), -5, 5)))
