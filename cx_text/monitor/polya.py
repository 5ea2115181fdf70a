"""The conditional test of a count against past counts: Pólya's distribution, its tails, and what they invert to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Floats = npt.NDArray[np.float64]

_ENOUGH = 1e-11  # of a tail: smaller terms are left out
_AT_ONCE = 64  # terms
_HALVINGS = 32  # of an interval of logarithms: to eight digits
_FARTHEST = 18.0  # |log| of a rate ratio: beyond a factor of 10⁷ nothing is told apart


def shapes(ratio: Floats, n_blocks: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """Return the two shapes of Pólya's distribution, of the window and of its past; infinite without dispersion.

    The rates of a window and of each block of its past are gamma variables with the squared coefficient of variation
    `dispersion`. Where the window has the exposure of one block, its shape is 1 / dispersion and that of the past
    n_blocks / dispersion, and the conditional distribution is exact (Johnson, Kemp and Kotz 2005, "Univariate Discrete
    Distributions", 6.2). Elsewhere the shapes are in the ratio of the exposures, so that the unknown rate still drops
    out, and give the logarithm of the rate ratio the same variance to first order, dispersion (1 + 1 / n_blocks).

    Args:
        ratio: Exposure of the window by that of its past.
        n_blocks: Blocks of the past, as many equal ones as say as much.
        dispersion: 0 or more.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        past = (1 + 1 / ratio) / (dispersion * (1 + 1 / n_blocks))
        return ratio * past, past


def tails(count: Floats, past: Floats, ratio: Floats, n_blocks: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """Return the mid-p of a rise and of a fall; float64, of the arguments broadcast. They add up to 1.

    Given all N = count + past, how many are in the window has Pólya's (the beta-binomial) distribution whatever the
    rate was, so the baseline counts as estimated, not as known. Without dispersion that is the binomial, and this the
    conditional test of two Poisson rates (Przyborowski and Wilenski 1940, Biometrika 31:313). The mid-p is the
    probability of more plus half of that of as many (Lancaster 1961, JASA 56:223): exact tests of few counts find too
    little otherwise.

    Args:
        count: In the window; whole.
        past: In its past; whole.
        ratio: Exposure of the window by that of its past, above 0.
        n_blocks: See `shapes`.
        dispersion: See `shapes`.
    """
    y, before, rho, blocks, alpha = (np.ravel(a) for a in np.broadcast_arrays(
        np.asarray(count, dtype=np.float64), np.asarray(past, dtype=np.float64), ratio, n_blocks, dispersion))
    shape = np.broadcast_shapes(np.shape(count), np.shape(past), np.shape(ratio), np.shape(n_blocks),
                                np.shape(dispersion))
    a, b = shapes(rho, blocks, alpha)
    n = y + before
    up = y >= n * rho / (1 + rho)
    # Downwards the window and its past change places, so that one sum, away from the middle, serves both.
    own, far = np.where(up, y, before), np.where(up, before, y)
    own_a, far_b = np.where(up, a, b), np.where(up, b, a)
    odds = np.where(up, rho, 1 / rho)
    here = np.exp(_log_probability(own, far, own_a, far_b, odds))
    outer = here * _beyond(own, far, own_a, far_b, odds)
    tail = np.minimum(outer + here / 2, 1.0)
    rise = np.where(up, tail, 1 - tail).reshape(shape)
    return rise, np.where(up, 1 - tail, tail).reshape(shape)


def _log_probability(k: Floats, rest: Floats, a: Floats, b: Floats, odds: Floats) -> Floats:
    """Return the logarithm of the probability of k of k + rest."""
    ways = gammaln(k + rest + 1) - gammaln(k + 1) - gammaln(rest + 1)
    binomial = k * np.log(odds / (1 + odds)) - rest * np.log1p(odds)
    is_finite = np.isfinite(a)
    x, z = np.where(is_finite, a, 1.0), np.where(is_finite, b, 1.0)
    polya = _rising(x, k) + _rising(z, rest) - _rising(x + z, k + rest)
    return np.asarray(ways + np.where(is_finite, polya, binomial))


def _rising(x: Floats, k: Floats) -> Floats:
    return np.asarray(gammaln(x + k) - gammaln(x))


def _beyond(k: Floats, rest: Floats, a: Floats, b: Floats, odds: Floats) -> Floats:
    """Return the probability of more than k of k + rest, by that of k: terms by their ratios, until they are tiny."""
    total, last = np.zeros_like(k), np.ones_like(k)
    alive, first = np.flatnonzero(rest > 0), 0
    while len(alive):
        step = np.arange(first, first + _AT_ONCE)
        own, far = k[alive, None] + step, np.maximum(rest[alive, None] - step, 0.0)
        shape, other = a[alive, None], np.where(far > 0, b[alive, None] + far - 1, 1.0)
        is_finite = np.isfinite(shape)
        pull = np.where(is_finite, (np.where(is_finite, shape, 0.0) + own) / other, odds[alive, None])
        terms = last[alive, None] * np.cumprod(far / (own + 1) * pull, axis=1)
        total[alive] += terms.sum(axis=1)
        last[alive] = terms[:, -1]
        alive = alive[last[alive] > _ENOUGH * (total[alive] + 1)]
        first += _AT_ONCE
    return total


def crossing(rises: Callable[[Floats], Floats], target: float, n: int) -> Floats:
    """Return where n functions that rise with the logarithm of a rate ratio reach a target; by halving.

    Args:
        rises: float64 (n,), logarithms, → float64 (n,).
        target: What it is to be.
        n: How many.
    """
    low: Floats = np.full(n, -_FARTHEST)
    high = -low
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_below = rises(middle) < target
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return (low + high) / 2
