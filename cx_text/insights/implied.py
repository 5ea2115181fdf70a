"""Estimated NPS of comments without a score, and its fit to a company's own scored comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.stats import norm

from cx_text.comment import Comment, NpsCategory
from cx_text.insights.nps import CATEGORIES

LEAST_SCORED = 200  # fewer scored comments do not settle the three figures of the fit

# What stays wrong whatever the number of comments, as standard deviations in points. Both are printed by
# scripts/evaluate_implied.py. For a source whose scores the model never saw: the root mean square of the bias on three
# such sources, by a model trained without each. After a fit to a company's scored comments: what the error of natural
# groups (services, departments, cabins, years) has beyond the other parts, over seven ways to divide three sources.
UNSEEN_SOURCE_SD = 22.0
GROUP_SD = 5.0

_SMALLEST = 5e-5  # probabilities come rounded to four digits; half of the last one stands for 0
_PRIOR_SD = np.array([0.5, 2.0, 2.0])  # of log temperature and the two biases: weak, so that no fit runs away

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImpliedNps:
    """NPS of a group of comments as their words imply it, in points, with its interval.

    An estimate: it is shown as one and never pooled with scores that customers gave. `n_scored` is the number of the
    company's own scored comments that the probabilities were fitted to; None where there were too few.
    """

    nps: float
    low: float
    high: float
    n: int
    n_scored: int | None = None
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What fits probabilities to a company's own customers: a temperature, and a bias for detractor and promoter.

    `covariance` is that of (log temperature, detractor bias, promoter bias), 3 rows of 3; `n` the scored comments.
    """

    temperature: float
    detractor_bias: float
    promoter_bias: float
    covariance: tuple[tuple[float, ...], ...]
    n: int

    def apply(self, probabilities: npt.ArrayLike) -> Rows:
        """Return float64 (n, 3): the probabilities as they are for this company's customers; rows sum to 1."""
        return _moved(_logs(probabilities), self._figures())

    def _figures(self) -> Rows:
        return np.array([np.log(self.temperature), self.detractor_bias, self.promoter_bias])

    def variance_of(self, probabilities: npt.ArrayLike) -> float:
        """Return the variance of the mean of promoter minus detractor that comes from the fit, by the delta method."""
        logs, figures = _logs(probabilities), self._figures()
        steps = 1e-4 * np.eye(3)
        slope = [(_balance(_moved(logs, figures + s)).mean() - _balance(_moved(logs, figures - s)).mean()) / 2e-4
                 for s in steps]
        return float(np.array(slope) @ np.array(self.covariance) @ np.array(slope))


def implied_nps(probabilities: npt.ArrayLike, *, recalibration: Recalibration | None = None,
                level: float = 0.95) -> ImpliedNps | None:
    """Return the estimated NPS of a group of comments with its interval, or None when there is none.

    The estimate is the mean of P(promoter) - P(detractor), and its variance the sum of `variances`: which customers
    wrote, which category each of them has, and how well the probabilities fit these customers at all. The last does
    not shrink with n, so without a recalibration the interval stays wide. It is the normal one, cut at -100 and 100.

    Args:
        probabilities: (n, 3) of detractor, passive, promoter, as the stage gives them; rows sum to 1.
        recalibration: Fitted to this company's scored comments by `recalibrate`; applied here.
        level: Of the interval, between 0 and 1.

    Raises:
        ValueError: The shape is another, a value is no probability, or the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not between 0 and 1")
    given = _checked(probabilities)
    n = len(given)
    if not n:
        return None
    rows = given if recalibration is None else recalibration.apply(given)
    margin = 100 * float(norm.ppf((1 + level) / 2)) * sum(variances(given, recalibration)) ** 0.5
    middle = 100 * float(_balance(rows).mean())
    return ImpliedNps(middle, max(-100.0, middle - margin), min(100.0, middle + margin), n,
                      None if recalibration is None else recalibration.n, level)


def variances(probabilities: npt.ArrayLike, recalibration: Recalibration | None) -> tuple[float, float, float]:
    """Return the parts of the variance of an estimated NPS / 100: of the customers, their categories, and the fit.

    Of the customers: the variance of P(promoter) - P(detractor) over the comments, by n. Of the categories: the mean of
    P(promoter) + P(detractor) - (P(promoter) - P(detractor))², by n. By the law of total variance these two are what
    the NPS of n scored customers would have. Of the fit: its covariance and GROUP_SD, or UNSEEN_SOURCE_SD without one.
    """
    given = _checked(probabilities)
    rows = given if recalibration is None else recalibration.apply(given)
    balance, n = _balance(rows), len(rows)
    of_customers = float(balance.var(ddof=1)) if n > 1 else 1.0  # one comment says nothing of the others: the most
    of_categories = float((rows[:, 0] + rows[:, 2] - balance**2).mean())
    of_fit = (UNSEEN_SOURCE_SD / 100) ** 2 if recalibration is None else \
        recalibration.variance_of(given) + (GROUP_SD / 100) ** 2
    return of_customers / n, of_categories / n, of_fit


def recalibrate(probabilities: npt.ArrayLike, categories: Sequence[NpsCategory]) -> Recalibration:
    """Return what makes probabilities fit the categories of a company's own scored comments.

    Bias-corrected temperature scaling: logits are divided by a temperature and moved by a bias a class, by maximum
    likelihood (Alexandari, Kundaje and Shrikumar 2020, "Maximum likelihood with bias-corrected calibration is
    hard-to-beat at label shift adaptation", ICML). Passive has no bias, as only differences count. A weak normal prior
    keeps the three figures finite; the covariance is the inverse of the Fisher information with it.

    Args:
        probabilities: (n, 3) of detractor, passive, promoter, as the stage gives them.
        categories: What the n customers' scores say.

    Raises:
        ValueError: There are fewer than LEAST_SCORED, lengths differ, or a value is no probability.
    """
    rows = _checked(probabilities)
    if len(rows) != len(categories) or len(rows) < LEAST_SCORED:
        raise ValueError(f"{len(rows)} rows and {len(categories)} categories: as many of one as of the other, and at "
                         f"least {LEAST_SCORED}")
    logs = _logs(rows)
    numbers = {c: k for k, c in enumerate(CATEGORIES)}
    there = np.eye(3)[[numbers[c] for c in categories]]

    def fault(figures: Rows) -> tuple[float, Rows]:
        moved = _moved(logs, figures)
        loss = -np.log(np.maximum((moved * there).sum(axis=1), 1e-300)).sum() + ((figures / _PRIOR_SD) ** 2).sum() / 2
        off = moved - there
        # Of the logits' slopes, those to the biases are 1 for one class each, and that to the temperature is -logit.
        by_figure = np.array([-np.exp(-figures[0]) * np.vdot(off, logs), off[:, 0].sum(), off[:, 2].sum()])
        slope = by_figure + figures / _PRIOR_SD**2
        return float(loss), slope

    found = minimize(fault, np.zeros(3), jac=True, method="L-BFGS-B").x
    moved, slopes = _moved(logs, found), _slopes(logs, found)
    spread = np.einsum("nk,nkj,nkl->jl", moved, slopes, slopes)
    means = np.einsum("nk,nkj->nj", moved, slopes)
    covariance = np.linalg.inv(spread - means.T @ means + np.diag(_PRIOR_SD**-2))
    return Recalibration(float(np.exp(found[0])), float(found[1]), float(found[2]),
                         tuple(tuple(row) for row in covariance.tolist()), len(rows))


def recalibration_of(comments: Sequence[Comment]) -> Recalibration | None:
    """Return the fit to those comments that have both an estimate and an NPS score; None where they are too few."""
    pairs = [(c.tags.implied, c.nps_category) for c in comments]
    scored = [(implied, category) for implied, category in pairs if implied is not None and category is not None]
    if len(scored) < LEAST_SCORED:
        return None
    return recalibrate([implied for implied, _ in scored], [category for _, category in scored])


def _checked(probabilities: npt.ArrayLike) -> Rows:
    rows = np.asarray(probabilities, dtype=np.float64)
    if not rows.size:
        return rows.reshape(0, 3)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"probabilities of shape {rows.shape}, not (n, 3)")
    if not ((rows >= 0) & (rows <= 1)).all() or np.abs(rows.sum(axis=1) - 1).max() > 1e-3:
        raise ValueError("rows of probabilities lie between 0 and 1 and sum to 1")
    return rows


def _balance(rows: Rows) -> Rows:
    return np.asarray(rows[:, 2] - rows[:, 0], dtype=np.float64)


def _logs(probabilities: npt.ArrayLike) -> Rows:
    return np.log(np.maximum(np.asarray(probabilities, dtype=np.float64).reshape(-1, 3), _SMALLEST))


def _moved(logs: Rows, figures: Rows) -> Rows:
    """Return the probabilities after log temperature, detractor bias and promoter bias."""
    logits = logs * np.exp(-figures[0]) + np.array([figures[1], 0.0, figures[2]])
    # Column by column: over the short rows of millions, numpy takes several times as long.
    detractor, passive, promoter = logits.T
    shares = np.exp(logits - np.maximum(np.maximum(detractor, passive), promoter)[:, None])
    return np.asarray(shares / (shares[:, 0] + shares[:, 1] + shares[:, 2])[:, None], dtype=np.float64)


def _slopes(logs: Rows, figures: Rows) -> Rows:
    """Return (n, 3 classes, 3 figures): how each logit moves with each figure."""
    slopes = np.zeros((len(logs), 3, 3))
    slopes[:, :, 0] = -logs * np.exp(-figures[0])
    slopes[:, 0, 1] = slopes[:, 2, 2] = 1.0
    return slopes
