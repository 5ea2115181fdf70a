"""How well a polarity model reads labelled texts: figures with 95 % intervals, per class, and calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NAMES = ("negative", "neutral", "positive")
N_BINS = 15  # of the calibration error, as in Guo et al. 2017

Counts = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClassQuality:
    """One class: how many texts have it, and how well it is told from the others, 0 to 1."""

    name: str
    n: int
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True, slots=True)
class Quality:
    """All figures of one model on one labelled set, 0 to 1. Macro figures are over the classes that the set has.

    `confusion[gold][read]` are counts, in the order negative, neutral, positive.
    """

    n: int
    accuracy: Interval
    macro_f1: Interval
    macro_recall: Interval
    classes: tuple[ClassQuality, ...]
    calibration_error: float
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """The texts whose confidence lies in [low, high): how many, how sure on average, and which share is right."""

    low: float
    high: float
    n: int
    confidence: float
    right_share: float


def measure(gold: npt.ArrayLike, probabilities: npt.ArrayLike, *, n_resamples: int = 1000, seed: int = 0) -> Quality:
    """Return accuracy, macro figures, figures per class and the calibration error.

    Intervals are percentiles of a bootstrap over texts. Drawing n texts again is one multinomial draw over the nine
    cells of the confusion table, so no text is drawn one by one.

    Args:
        gold: Whole numbers (n,): 0 negative, 1 neutral, 2 positive.
        probabilities: (n, 3), rows sum to 1.
        n_resamples: How often the texts are drawn again.
        seed: Of those draws.

    Raises:
        ValueError: Shapes differ, a class is not 0, 1 or 2, a probability is none, or there is no text.
    """
    classes, rows = _checked(gold, probabilities)
    cells = np.bincount(classes * 3 + rows.argmax(axis=1), minlength=9)
    drawn = np.random.default_rng(seed).multinomial(len(classes), cells / len(classes), size=n_resamples)
    tables = np.concatenate([cells[None], drawn]).reshape(-1, 3, 3)  # the first is what was observed
    accuracy, precision, recall, f1 = _figures(tables)
    there = cells.reshape(3, 3).sum(axis=1) > 0
    per_class = tuple(ClassQuality(name, int(cells.reshape(3, 3)[k].sum()), _interval(precision[:, k]),
                                   _interval(recall[:, k]), _interval(f1[:, k])) for k, name in enumerate(NAMES))
    return Quality(len(classes), _interval(accuracy), _interval(f1[:, there].mean(axis=1)),
                   _interval(recall[:, there].mean(axis=1)), per_class, _calibration_error(classes, rows),
                   tuple(tuple(int(n) for n in row) for row in cells.reshape(3, 3)))


def reliability(gold: npt.ArrayLike, probabilities: npt.ArrayLike, *, n_bins: int = 10) -> list[Bin]:
    """Return the bins of confidence that hold something, from unsure to sure.

    Raises:
        ValueError: As `measure`.
    """
    classes, rows = _checked(gold, probabilities)
    confidence, is_right = rows.max(axis=1), rows.argmax(axis=1) == classes
    place = np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)
    return [Bin(k / n_bins, (k + 1) / n_bins, int((place == k).sum()), float(confidence[place == k].mean()),
                float(is_right[place == k].mean())) for k in np.unique(place).tolist()]


def _calibration_error(classes: Counts, rows: Figures) -> float:
    """Return the expected calibration error: |confidence - share right| over bins, weighted by their size."""
    bins = reliability(classes, rows, n_bins=N_BINS)
    return sum(b.n * abs(b.confidence - b.right_share) for b in bins) / len(classes)


def _checked(gold: npt.ArrayLike, probabilities: npt.ArrayLike) -> tuple[Counts, Figures]:
    classes, rows = np.asarray(gold, dtype=np.int64), np.asarray(probabilities, dtype=np.float64)
    if classes.ndim != 1 or rows.shape != (len(classes), 3):
        raise ValueError(f"gold of shape {classes.shape} and probabilities of shape {rows.shape}, not (n,) and (n, 3)")
    if not len(classes):
        raise ValueError("there is no text to measure on")
    if not np.isin(classes, (0, 1, 2)).all():
        raise ValueError("classes are 0 negative, 1 neutral, 2 positive")
    if not ((rows >= 0) & (rows <= 1 + 1e-6)).all():  # logits and NaN would give a table that looks like any other
        raise ValueError("probabilities lie between 0 and 1")
    return classes, rows


def _figures(tables: Counts) -> tuple[Figures, Figures, Figures, Figures]:
    """Return accuracy (m,), and precision, recall and F1 (m, 3), of confusion tables (m, 3, 3); 0 where undefined."""
    right = np.diagonal(tables, axis1=1, axis2=2).astype(np.float64)
    gold, read = tables.sum(axis=2), tables.sum(axis=1)
    return (right.sum(axis=1) / tables.sum(axis=(1, 2)), right / np.maximum(read, 1), right / np.maximum(gold, 1),
            2 * right / np.maximum(gold + read, 1))


def _interval(figures: Figures) -> Interval:
    low, high = np.percentile(figures[1:], (2.5, 97.5)) if len(figures) > 1 else (figures[0], figures[0])
    return Interval(float(figures[0]), float(low), float(high))
