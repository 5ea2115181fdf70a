"""Fit the model that estimates detractor, passive or promoter from what was read in a comment.

    python scripts/train_implied.py --data ../shared/data [--out models/cx-implied-en] [--cache FOLDER]

A multinomial logistic regression on ten features, with a ridge penalty; each set counts the same. What was read may
only move the odds in its own direction (bounds on the weights), so that a better reading never makes a detractor more
likely. That is not a choice that scikit-learn offers; its unbounded fit is printed beside ours. There is no chance in
any of it: the parts are chosen by id, and the fit is of a convex function.

The polarity model was trained on the texts of the train parts, so its readings there may be too sure, and so may a
model that is fitted to them. What is printed last says whether: the temperature that each part would want; over 1 the
model is too sure there. It is not folded into the coefficients, so that the measured parts stay unseen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scored_comments import Scored, numbers_of, read_set

from cx_text.backends.implied_category import FEATURES, READINGS, ImpliedCategory, features_of
from cx_text.insights.nps import CATEGORIES

SETS = ("nhs_fft", "womens_clothing")
RIDGE = 1e-3  # from 3e-4 to 3e-3 the log loss of the measured clothing goes from 0.613 to 0.626, that of NHS nowhere


def features(scored: Sequence[Scored]) -> np.ndarray:
    """Return float64 (n, 10) in the order of FEATURES."""
    return np.array([features_of(s.comment) for s in scored])


def balanced(scored: Sequence[Scored]) -> np.ndarray:
    """Return float64 (n,) that sum to 1: each set counts the same."""
    names = [s.comment.source for s in scored]
    return np.array([1 / names.count(name) for name in names]) / len(set(names))


def fit(x: np.ndarray, y: np.ndarray, weights: np.ndarray, *, is_bounded: bool = True) -> ImpliedCategory:
    """Return the model with the least weighted log loss and ridge penalty."""
    n_features, there = x.shape[1], np.eye(3)[y]

    def fault(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w, b = flat[:-2].reshape(2, n_features), flat[-2:]
        p = ImpliedCategory(w, b).predict(x)
        loss = -weights @ np.log(np.maximum((p * there).sum(axis=1), 1e-300)) + RIDGE / 2 * (w**2).sum()
        slope = (weights[:, None] * (p - there))[:, [0, 2]]
        return float(loss), np.concatenate([(slope.T @ x + RIDGE * w).ravel(), slope.sum(axis=0)])

    free = [(None, None)] * (n_features - len(READINGS))
    bounds = [(None, 0.0)] * len(READINGS) + free + [(0.0, None)] * len(READINGS) + free + [(None, None)] * 2
    found = minimize(fault, np.zeros(2 * n_features + 2), jac=True, method="L-BFGS-B",
                     bounds=bounds if is_bounded else None, options={"maxiter": 5000, "ftol": 1e-13})
    return ImpliedCategory(found.x[:-2].reshape(2, n_features), found.x[-2:])


def log_loss(model: ImpliedCategory, scored: Sequence[Scored]) -> float:
    """Return the mean over comments, each set counting the same."""
    p = model.predict(features(scored))[np.arange(len(scored)), numbers_of(scored)]
    return float(-balanced(scored) @ np.log(p))


def temperature_of(model: ImpliedCategory, scored: Sequence[Scored]) -> tuple[float, float, float]:
    """Return what the logits would best be divided by (Guo et al. 2017), with its 95 % interval by its likelihood."""
    x, n = features(scored), len(scored)
    y = numbers_of(scored)

    def loss(log_t: float) -> float:
        cooled = ImpliedCategory(model.weights / np.exp(log_t), model.intercepts / np.exp(log_t))
        return float(-np.log(cooled.predict(x)[np.arange(n), y]).sum())

    best = float(minimize_scalar(loss, bounds=(-1.4, 1.4), method="bounded").x)
    error = ((loss(best + 0.01) - 2 * loss(best) + loss(best - 0.01)) / 1e-4) ** -0.5
    low, middle, high = np.exp([best - 1.96 * error, best, best + 1.96 * error]).tolist()
    return middle, low, high


def train(scored: Sequence[Scored]) -> ImpliedCategory:
    """Return the model fitted to these comments."""
    return fit(features(scored), numbers_of(scored), balanced(scored))


def with_scikit_learn(scored: Sequence[Scored]) -> ImpliedCategory:
    """Return scikit-learn's fit with the same penalty and no bounds, in our form."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=1 / RIDGE, max_iter=5000, tol=1e-8).fit(
        features(scored), numbers_of(scored), sample_weight=balanced(scored))
    return ImpliedCategory(found.coef_[[0, 2]] - found.coef_[1], found.intercept_[[0, 2]] - found.intercept_[1])


def by_part(folder: Path, cache: Path | None = None, sets: Sequence[str] = SETS) -> dict[str, list[Scored]]:
    """Return "train" and "measured" → comments of these sets."""
    scored = [s for name in sets for s in read_set(folder, name, cache=cache)]
    return {part: [s for s in scored if s.part == part] for part in ("train", "measured")}


def write(model: ImpliedCategory, folder: Path) -> str:
    """Write the coefficients, and their revision into the card; return the revision."""
    path, card = folder / "coefficients.json", folder / "card.toml"
    figures = {name: {"intercept": round(float(model.intercepts[k]), 4),
                      **dict(zip(FEATURES, np.round(model.weights[k], 4).tolist(), strict=True))}
               for k, name in enumerate(("detractor", "promoter"))}
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    revision = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    text = card.read_text(encoding="utf-8")
    card.write_text(re.sub(r'(?m)^revision = ".*"$', f'revision = "{revision}"', text), encoding="utf-8")
    return revision


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=Path("models/cx-implied-en"), help="folder with the card")
    parser.add_argument("--cache", type=Path, help="folder for what was read, outside the repository")
    given = parser.parse_args()
    parts = by_part(given.data, given.cache)
    for part, scored in parts.items():
        for name in SETS:
            own = [s for s in scored if s.comment.source == name]
            shares = np.bincount(numbers_of(own), minlength=3) / len(own)
            print(f"{part:12} {name:16} n {len(own):5,}  " + "  ".join(
                f"{c.value} {share:.3f}" for c, share in zip(CATEGORIES, shares, strict=True)))
    model = train(parts["train"])
    plain = with_scikit_learn(parts["train"])
    for title, one in (("with bounds, as shipped", model), ("scikit-learn, no bounds", plain)):
        print(f"{title:24} log loss " + "  ".join(f"{part} {log_loss(one, s):.4f}" for part, s in parts.items()))
    for k, feature in enumerate(FEATURES):
        print(f"{feature:12} detractor {model.weights[0, k]:+.3f}  promoter {model.weights[1, k]:+.3f}")
    print(f"{'intercept':12} detractor {model.intercepts[0]:+.3f}  promoter {model.intercepts[1]:+.3f}")
    for part, scored in parts.items():
        for name in SETS:
            best, low, high = temperature_of(model, [s for s in scored if s.comment.source == name])
            print(f"{part:12} {name:16} best temperature {best:.2f} ({low:.2f} to {high:.2f})")
    print(f"revision {write(model, given.out)} written to {given.out}")


if __name__ == "__main__":
    main()
