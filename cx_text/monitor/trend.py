"""A slow change: whether the weeks of a window lie on a line that rises or falls, given how lines come and go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from cx_text.backends.base import BoolArray
from cx_text.monitor.blocks import AnswersByPeriod, ByCustomer, ByPeriod, Cut
from cx_text.monitor.dispersion import GRID, dispersion_weights
from cx_text.monitor.levels import VALUES, between_blocks, variance_of_answers
from cx_text.monitor.polya import Floats

LEVEL = 0.95
_ASSUMED_LINES = 10.0  # by which the lines of a series' past lean on those of all
_LEANING = 1.0  # customers' worth of an even window, in estimates: none is infinite
_WHOLE = 0.75  # of a window's weeks: fewer are no line
_STEPS = 10  # of Newton's, each of a factor of e at most
_FARTHEST = 18.0  # |log| of a ratio


@dataclass(frozen=True, slots=True)
class Trends:
    """The line through each series' window; float64 (n_series,) but for `is_level` and `n_blocks`.

    `n`: distinct customers, or answers, in the window. `value` and `expected`: customers a week, or points, where the
    line ends and where it begins, with the same customers writing. `effect`: their ratio, of counts, or their
    difference in points, of levels; `low` and `high`: its 95 % interval. `rise` and `fall`: p; 1 where nothing can be
    said. `error`: standard error of the line's slope over the window if there were no trend, of the logarithm of counts
    or in points; `freedom`: its degrees of freedom.
    """

    n: Floats
    value: Floats
    expected: Floats
    effect: Floats
    low: Floats
    high: Floats
    rise: Floats
    fall: Floats
    error: Floats
    freedom: Floats
    is_level: bool
    n_blocks: int


class TrendOf:
    """The slow change of what is watched; windows are whole numbers of weeks.

    Windows before the one that is judged, of the same length, tell how lines rise and fall by themselves. What states
    leave out counts here: a change is no reason not to see that it goes on.

    Args:
        watched: Counts or answers.
        week: Its length in periods: 1 or 7.
    """

    def __init__(self, watched: ByPeriod | ByCustomer | AnswersByPeriod, week: int) -> None:
        self.n_series, self.n_periods = watched.n_series, watched.n_periods
        self._watched, self._week = watched, week

    def compare(self, cut: Cut) -> Trends:
        """Return the line of each series' window."""
        before = min(cut.n_past, max(0, cut.now + 1 - cut.length)) // cut.length * cut.length
        ends = np.full(self.n_series, cut.now - self._week)
        none_out = np.zeros_like(cut.left_out)
        weeks = Cut(cut.now, self._week, ends, before + cut.length - self._week, none_out, cut.factors)
        n_weeks = cut.length // self._week
        if isinstance(self._watched, AnswersByPeriod):
            return trends_of_levels(self._watched.sums(weeks), n_weeks)
        blocks = self._watched.blocks(weeks)
        whole = self._watched.blocks(Cut(cut.now, cut.length, ends, 0, none_out))
        return trends_of_counts(blocks.counts, blocks.exposures, n_weeks, whole.counts[..., -1].sum(axis=1))


def trends_of_counts(counts: Floats, exposures: Floats, n_blocks: int, n: Floats) -> Trends:
    """Return the trend of how many raise each series in the last `n_blocks` blocks, given who wrote.

    The score test of a slope common to all strata, each with a level of its own (Cochran 1954, Biometrics 10:417;
    Armitage 1955, Biometrics 11:375), so that sources that grow or shrink make no trend. Its variance is that of chance
    and of blocks that go up and down by themselves, and p is the mean over the dispersions, by how likely each is; what
    lines do by themselves is added (`_tested`).

    Args:
        counts: float64 (n_series, n_strata, k n_blocks): the window is the last; what is before tells how lines go.
        exposures: The same; 0 where a block is left out.
        n_blocks: Of a window.
        n: Customers in the window, to be told.
    """
    y, e = _spans(counts, n_blocks), _spans(exposures, n_blocks)
    shares = np.divide(e, e.sum(axis=(1, 2), keepdims=True), out=np.zeros_like(e), where=e > 0)
    leaning = y + _LEANING * shares
    slope = np.zeros(len(y))
    for _ in range(_STEPS):
        score, among, _ = _line(leaning, e, slope)
        slope += np.clip(_ratio(score, among), -1, 1)
    fitted = _fitted(leaning, e, slope)
    weights = dispersion_weights(y.sum(axis=1), fitted.sum(axis=1))
    off, among, between = _line(y, e, np.zeros_like(slope))
    tested = _tested(_ratio(off, among), _ratio(np.ones_like(among), among), _ratio(between, among**2)[:, None] * GRID,
                     weights, np.full(len(y), np.inf), len(counts), _is_whole(e.sum(axis=1)) & (among > 0))
    now = slice(len(y) // len(counts) - 1, None, len(y) // len(counts))
    _, among, between = _line(leaning, e, slope)
    error = np.sqrt(_ratio(np.ones_like(among), among) + _ratio(between, among**2) * (weights @ GRID))[now]
    error, slope = np.sqrt(error**2 + tested.lines), slope[now]
    margin = t.ppf((1 + LEVEL) / 2, tested.freedom) * error
    low, high = (np.exp(np.clip(slope + side * margin, -_FARTHEST, _FARTHEST)) for side in (-1, 1))
    begins = (fitted[now].sum(axis=2) * _ratio(e[now].mean(axis=2), _grown(e[now], slope).sum(axis=2))).sum(axis=1)
    return Trends(n, begins * np.exp(slope), begins, np.exp(slope), low, high, tested.rise, tested.fall, tested.error,
                  tested.freedom, False, n_blocks)


def trends_of_levels(answers: Floats, n_blocks: int) -> Trends:
    """Return the trend of the mean answer in the last `n_blocks` blocks, within strata, in points.

    Args:
        answers: float64 (n_series, n_strata, k n_blocks, 3), how many answered -1, 0 and 1.
        n_blocks: Of a window.
    """
    each = np.stack([_spans(answers[..., value], n_blocks) for value in range(3)], axis=-1)
    n, sums, x = each.sum(axis=-1), each @ VALUES, _places(n_blocks)
    means, middles = _ratio(sums.sum(axis=2), n.sum(axis=2)), _ratio((n * x).sum(axis=2), n.sum(axis=2))
    apart = x - middles[:, :, None]
    among = (n * apart**2).sum(axis=(1, 2))
    slope = _ratio((sums * apart).sum(axis=(1, 2)), among)
    in_block = n.sum(axis=1)
    fitted = (n * (means[:, :, None] + slope[:, None, None] * apart)).sum(axis=1)
    per_answer = variance_of_answers(each.sum(axis=(1, 2)))
    own, freedom, _ = between_blocks(in_block, per_answer, _ratio(sums.sum(axis=1) - fitted, in_block))
    between = own * _ratio(((n * apart).sum(axis=1) ** 2).sum(axis=1), among**2)
    tested = _tested(slope, _ratio(per_answer, among), between[:, None], np.ones((len(n), 1)), freedom, len(answers),
                     _is_whole(in_block) & (among > 0))
    now = slice(len(n) // len(answers) - 1, None, len(n) // len(answers))
    shares = _ratio(n[now].sum(axis=2), np.broadcast_to(in_block[now].sum(axis=1, keepdims=True), means[now].shape))
    begins, ends = (np.clip((shares * (means[now] + slope[now, None] * (at - middles[now]))).sum(axis=1), -1, 1)
                    for at in (0, 1))
    margin = t.ppf((1 + LEVEL) / 2, tested.freedom) * tested.error
    return Trends(in_block[now].sum(axis=1), 100 * ends, 100 * begins, 100 * slope[now], 100 * (slope[now] - margin),
                  100 * (slope[now] + margin), tested.rise, tested.fall, 100 * tested.error, tested.freedom, True,
                  n_blocks)


@dataclass(frozen=True, slots=True)
class _Tested:
    rise: Floats
    fall: Floats
    error: Floats
    freedom: Floats
    lines: Floats


def _tested(slope: Floats, chance: Floats, between: Floats, weights: Floats, freedom: Floats, n_series: int,
            is_known: BoolArray) -> _Tested:
    """Return p of the last slope of each series, given those before.

    Slopes of windows before the one that is judged differ from none by more than chance where rates drift, or go with
    the season. That variance is told from them (DerSimonian and Laird 1986), of each series leaning on all, and added;
    the degrees of freedom are those of the sum (Satterthwaite 1946, Biometrics Bulletin 2:110).

    Args:
        slope: (n_series n_windows,), as what follows.
        chance: Its variance by chance.
        between: (…, n_grid), its variance from blocks that go up and down, by dispersion.
        weights: (…, n_grid), how likely each dispersion is.
        freedom: Degrees of freedom of `between`.
        n_series: How many are watched.
        is_known: Whether a window has enough.
    """
    def apart(values: Floats) -> tuple[Floats, Floats]:
        whole = values.reshape(n_series, -1)
        return whole[:, :-1], whole[:, -1]

    variance = chance + (weights * between).sum(axis=1)
    sure = np.where(is_known, _ratio(np.ones_like(variance), variance), 0.0)
    before, _ = apart(sure)
    n_before = (before > 0).sum(axis=1).astype(np.float64)
    excess = (before * apart(slope)[0] ** 2).sum(axis=1) - n_before
    together = max(0.0, float(excess.sum())) / max(float(before.sum()), 1e-300)
    leaning = np.minimum(_ASSUMED_LINES, n_before.sum() - n_before)
    share = _ratio(n_before, n_before + leaning)
    lines = share * np.maximum(0.0, _ratio(excess, before.sum(axis=1))) + (1 - share) * together
    now = slice(len(slope) // n_series - 1, None, len(slope) // n_series)
    whole = chance[now, None] + between[now] + lines[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        unsure = between[now] ** 2 / freedom[now, None] + (lines**2 / np.maximum(n_before + leaning, 1))[:, None]
        degrees = np.where(unsure > 0, whole**2 / unsure, 1e6)
        steps = np.where(whole > 0, slope[now, None] / np.sqrt(whole), 0.0)
    mean = (weights[now] * degrees).sum(axis=1)
    rise, fall = (np.where(is_known[now], (weights[now] * p).sum(axis=1), 1.0)
                  for p in (t.sf(steps, degrees), t.cdf(steps, degrees)))
    return _Tested(rise, fall, np.sqrt((weights[now] * whole).sum(axis=1)), mean, lines)


def _spans(values: Floats, n_blocks: int) -> Floats:
    """Return (n_series, n_strata, k n_blocks) as windows: (n_series k, n_strata, n_blocks)."""
    n_series, n_strata, n = values.shape
    cut = values.reshape(n_series, n_strata, n // n_blocks, n_blocks)
    return np.moveaxis(cut, 2, 1).reshape(-1, n_strata, n_blocks)


def _places(n_blocks: int) -> Floats:
    return np.linspace(0.0, 1.0, n_blocks)


def _grown(exposures: Floats, slope: Floats) -> Floats:
    return np.asarray(exposures * np.exp(slope[:, None, None] * _places(exposures.shape[2])))


def _fitted(counts: Floats, exposures: Floats, slope: Floats) -> Floats:
    """Return what each stratum's level and the slope common to all lead one to expect of each block."""
    grown = _grown(exposures, slope)
    return np.asarray(grown * _ratio(counts.sum(axis=2), grown.sum(axis=2))[:, :, None])


def _line(counts: Floats, exposures: Floats, slope: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the score of the slope, its variance by chance, and what a dispersion of 1 adds to it."""
    fitted, x = _fitted(counts, exposures, slope), _places(exposures.shape[2])
    apart = x - _ratio((fitted * x).sum(axis=2), fitted.sum(axis=2))[:, :, None]
    return ((counts * apart).sum(axis=(1, 2)), (fitted * apart**2).sum(axis=(1, 2)),
            ((fitted * apart).sum(axis=1) ** 2).sum(axis=1))


def _is_whole(exposures: Floats) -> BoolArray:
    return np.asarray((exposures > 0).mean(axis=1) >= _WHOLE)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))
