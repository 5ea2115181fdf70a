"""How likely a customer is a detractor, passive or promoter, from what was read in the comment: numpy alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cx_text.comment import Comment, Kind
from cx_text.errors import ConfigError, ModelMissing
from cx_text.text.answers import asks_for

# None of these falls when any reading of the comment becomes more positive. In the fit, their weights may only be
# negative for detractors and positive for promoters; so a better reading never makes a detractor more likely.
READINGS = ("score_up", "score_down", "worst", "mean_up", "mean_down")
CIRCUMSTANCES = ("n_opinions", "n_words", "is_rating", "asked_bad", "asked_good")
FEATURES = READINGS + CIRCUMSTANCES

_MOST_OPINIONS, _MOST_WORDS = 20, 300

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ImpliedCategory:
    """A multinomial logistic regression on what was read; passive is the class that the two others are held against.

    Attributes:
        weights: (2, 10), of detractor and promoter, in the order of FEATURES.
        intercepts: (2,), of detractor and promoter.
    """

    weights: Rows
    intercepts: Rows

    def read(self, comments: Sequence[Comment]) -> Rows:
        """Return float64 (n, 3): probabilities of detractor, passive, promoter; rows sum to 1.

        Each comment must have a polarity and its opinions. The scores that customers gave are never looked at.
        """
        return self.predict(np.array([features_of(c) for c in comments]).reshape(-1, len(FEATURES)))

    def predict(self, features: Rows) -> Rows:
        """Return float64 (n, 3) for features (n, 10) in the order of FEATURES."""
        odds = features @ self.weights.T + self.intercepts
        logits = np.column_stack([odds[:, 0], np.zeros(len(odds)), odds[:, 1]])
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)


def features_of(comment: Comment) -> tuple[float, ...]:
    """Return what the model sees of a comment whose polarity was read: the values of FEATURES, each from -1 to 1."""
    tags = comment.tags
    score = tags.polarity_score or 0.0
    opinions = [o.polarity_score or 0.0 for o in tags.opinions or ()] or [score]
    asked = asks_for(comment.question) if comment.question else ""
    return (max(score, 0.0), min(score, 0.0), min(opinions),
            sum(max(o, 0.0) for o in opinions) / len(opinions), sum(min(o, 0.0) for o in opinions) / len(opinions),
            _part(len(opinions), _MOST_OPINIONS), _part(len((tags.text or "").split()), _MOST_WORDS),
            float(tags.kind is Kind.RATING), float(asked == "bad"), float(asked == "good"))


def _part(n: int, most: int) -> float:
    """Return 0 for 1 and 1 for the most and more, by the logarithm: a long review is not ten times a short one."""
    return float(np.log(min(max(n, 1), most)) / np.log(most))


def open_implied_category(folder: Path | str) -> ImpliedCategory:
    """Return the model from the coefficients in a folder.

    Raises:
        ModelMissing: There are none.
        ConfigError: They are those of other features.
    """
    path = Path(folder) / "coefficients.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        weights = np.array([[found[name][f] for f in FEATURES] for name in ("detractor", "promoter")], dtype=np.float64)
        intercepts = np.array([found[name]["intercept"] for name in ("detractor", "promoter")], dtype=np.float64)
    except FileNotFoundError:
        raise ModelMissing("there is no such file", where=str(path)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"these are no coefficients of this version ({type(error).__name__})", where=str(path),
                          next="Fit them again with scripts/train_implied.py") from None
    return ImpliedCategory(weights, intercepts)
