"""What an audit says: how often a run is right on a team's own comments, and the shares of themes put right by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from cx_text.backends.base import BoolArray
from cx_text.insights.audit_sample import BETWEEN
from cx_text.insights.effects import Floats
from cx_text.insights.intervals import Figure, share_figure
from cx_text.insights.nps import adjusted

MIN_JUDGED = 5  # below it, a figure is not given: too few


@dataclass(frozen=True, slots=True)
class Judged:
    """One opinion of an audit, as it was read by the run and by a person.

    Themes are ids, None for no theme; `stratum` is that of the sample.
    """

    stratum: str
    theme: str | None
    polarity: str
    own_theme: str | None
    own_polarity: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """The two answers to one opinion that was asked twice."""

    first_theme: str | None
    first_polarity: str
    second_theme: str | None
    second_polarity: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well a theme, or a polarity, is found; figures in per cent, None where fewer than MIN_JUDGED were judged.

    `precision`: of the opinions that the run put there, those that the person puts there, too. `recall`: the other way
    round. `tagged_share`: of all opinions, as the run has it. `corrected_share`: as the person would have it.
    `n_read` and `n_own` are judged opinions that the run and the person put there.
    """

    name: str | None
    n_read: int
    n_own: int
    precision: Figure | None
    recall: Figure | None
    tagged_share: float
    corrected_share: Figure | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a person agrees with the answers of the first look: share in per cent, and kappa (1 is perfect).

    None where fewer than MIN_JUDGED were asked twice; kappa also where all answers were the same.
    """

    share: Figure | None
    kappa: Figure | None


@dataclass(frozen=True, slots=True)
class AuditResult:
    """All that an audit says. Per cent, with 95 % intervals.

    `share_covered`, 0 to 1: opinions of the themes of which something was judged, among all.
    """

    n_judged: int
    share_covered: float
    theme_right: Figure | None
    polarity_right: Figure | None
    themes: tuple[Accuracy, ...]
    polarities: tuple[Accuracy, ...]
    same_theme_again: Agreement
    same_polarity_again: Agreement


def judge(items: Sequence[Judged], sizes: Mapping[str, int], *, tagged_themes: Mapping[str | None, int],
          tagged_polarities: Mapping[str, int], repeated: Sequence[Repeated] = ()) -> AuditResult:
    """Return precision, recall and corrected shares of each theme and polarity, and how steady the judging was.

    Each answer counts for its stratum's size by the answers in it (Cochran 1977, "Sampling Techniques", chapter 5), so
    that an audit may end before all were asked; precision and recall are ratios of two such sums. A corrected share is
    the share as tagged, plus the weighted mean of what the person adds and takes away: the difference estimator of
    Särndal, Swensson and Wretman (1992, "Model Assisted Survey Sampling", chapter 6), which where each theme is a
    stratum of its own is the post-stratified share of the person's answers.

    Intervals: Wilson's with the effective number of answers, which unequal weights make smaller (Korn and Graubard
    1998, Survey Methodology 24:193); for what is added and taken away the adjusted Wald of Rocks (2016), as of an NPS,
    with the same. That strata are alike within is not made use of, as two answers do not tell how alike.
    `docs/statistics.md` has how often they hold the truth.

    Args:
        items: Those that were judged; second looks left out.
        sizes: Stratum → opinions in it, of all strata.
        tagged_themes: Theme → opinions in it, as the run has them; None is no theme.
        tagged_polarities: The same of polarities.
        repeated: Opinions that were asked twice.
    """
    weights, share_covered = _weights(items, sizes)
    themes = _Table([i.theme for i in items], [i.own_theme for i in items], weights, tagged_themes)
    polarities = _Table([i.polarity for i in items], [i.own_polarity for i in items], weights, tagged_polarities)
    return AuditResult(
        len(items), share_covered, themes.right(), polarities.right(), themes.rows(), polarities.rows(),
        agreement([(r.first_theme, r.second_theme) for r in repeated], [i.own_theme for i in items]),
        agreement([(r.first_polarity, r.second_polarity) for r in repeated], [i.own_polarity for i in items]))


def agreement(pairs: Sequence[tuple[str | None, str | None]], answers: Sequence[str | None]) -> Agreement:
    """Return how often two answers agree, and kappa: by how much more than answers drawn at random would.

    Kappa is that of Scott (1955, Public Opinion Quarterly 19:321), whose chance agreement comes from one distribution
    of answers, here of the whole audit, as both looks draw on the same. Its interval is Wilson's of the share that
    agrees, carried over.

    Args:
        pairs: First and second answer.
        answers: All first answers of the audit.
    """
    n = len(pairs)
    if n < MIN_JUDGED:
        return Agreement(None, None)
    share = share_figure(sum(one == other for one, other in pairs), n)
    _, counts = np.unique([str(a) for a in answers], return_counts=True)
    chance = float((counts**2).sum()) / max(1, int(counts.sum())) ** 2
    if share is None or chance >= 1:
        return Agreement(share, None)
    value, low, high = ((end / 100 - chance) / (1 - chance) for end in (share.value, share.low, share.high))
    return Agreement(share, Figure(value, low, high, n))


def _weights(items: Sequence[Judged], sizes: Mapping[str, int]) -> tuple[Floats, float]:
    """Return how many opinions each judged one stands for, and which share of all opinions they stand for together.

    A stratum in which nothing was judged counts with the others of its theme (collapsed strata, Cochran 1977, 5A.12);
    where there is none, nothing stands for it.
    """
    judged = Counter(item.stratum for item in items)
    standing: dict[str, float] = {name: sizes[name] for name in judged}
    for name in sizes.keys() - judged.keys():
        alike = [other for other in judged if _themes_in(other) == _themes_in(name)]
        whole = sum(sizes[other] for other in alike)
        for other in alike:
            standing[other] += sizes[name] * sizes[other] / whole
    weights = np.array([standing[item.stratum] / judged[item.stratum] for item in items], dtype=np.float64)
    return weights, float(weights.sum()) / max(1, sum(sizes.values()))


def _themes_in(stratum: str) -> str:
    return stratum.split(BETWEEN)[1]


class _Table:
    """The classes that the run and the person gave to each judged opinion.

    Args:
        read: Of the run.
        own: Of the person.
        weights: float64 (n,), how many opinions each stands for.
        tagged: Class → opinions in it, as the run has them.
    """

    def __init__(self, read: Sequence[str | None], own: Sequence[str | None], weights: Floats,
                 tagged: Mapping[Any, int]) -> None:
        self.names = sorted({*tagged, *read, *own}, key=lambda name: (name is None, name or ""))
        places = {name: k for k, name in enumerate(self.names)}
        self._read, self._own = (np.array([places[name] for name in some], dtype=np.int64) for some in (read, own))
        self._weights, self._tagged, self._n_tagged = weights, tagged, max(1, sum(tagged.values()))

    def right(self) -> Figure | None:
        """Return the share of all opinions that are right."""
        return _share(self._read == self._own, self._weights)

    def rows(self) -> tuple[Accuracy, ...]:
        """Return one row a class, in the order of their names, "no theme" last."""
        return tuple(self._row(k, name) for k, name in enumerate(self.names))

    def _row(self, k: int, name: str | None) -> Accuracy:
        read, own = self._read == k, self._own == k
        tagged_share = self._tagged.get(name, 0) / self._n_tagged
        return Accuracy(
            name, int(read.sum()), int(own.sum()), _share(own[read], self._weights[read]),
            _share(read[own], self._weights[own]), 100 * tagged_share,
            _moved(tagged_share, own.astype(np.float64) - read.astype(np.float64), self._weights))


def _share(is_so: BoolArray, weights: Floats) -> Figure | None:
    """Return a weighted share in per cent; None where too few were judged."""
    n = len(is_so)
    if n < MIN_JUDGED:
        return None
    share = float(np.average(is_so, weights=weights))
    return share_figure(share * n, n, design_effect=n / _effective_n(is_so.astype(np.float64), weights))


def _moved(tagged_share: float, moved: Floats, weights: Floats) -> Figure | None:
    """Return a share in per cent that the judged opinions move: by 1 where one is added, -1 where one is taken away."""
    n = len(moved)
    if n < MIN_JUDGED:
        return None
    n_effective = _effective_n(moved, weights)
    parts = [n_effective * float(np.average(moved == step, weights=weights)) for step in (-1, 0, 1)]
    middle, variance = adjusted(*parts)
    margin = float(norm.ppf(0.975)) * variance**0.5
    value = tagged_share + float(np.average(moved, weights=weights))
    low, high = min(value, tagged_share + middle - margin), max(value, tagged_share + middle + margin)
    value, low, high = (100 * min(1.0, max(0.0, end)) for end in (value, low, high))
    return Figure(value, low, high, n)


def _effective_n(values: Floats, weights: Floats) -> float:
    """Return how many equally weighted answers would say as much: at most as many as there are.

    By the variance of the weighted mean, or where all values are the same, which has none, by the weights alone (Kish
    1965, "Survey Sampling").
    """
    off = weights * (values - np.average(values, weights=weights))
    variance = float((off**2).sum()) / float(weights.sum()) ** 2
    if variance < 1e-12:
        return float(weights.sum() ** 2 / (weights**2).sum())
    alone = float(np.average((off / weights) ** 2, weights=weights))
    return min(float(len(values)), alone / variance)
