"""Vectors that are computed once for many fits of the same texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cx_text.backends.base import FloatArray
from cx_text.backends.opening import Models
from cx_text.config import load_recipe


class KnownVectors:
    """An embedder that knows the vectors of some texts, and asks the model for those of others.

    Args:
        models: Whose embedder is asked.
        texts: The texts.
        vectors: float32 (n_texts, n_dims), rows of length 1.
    """

    def __init__(self, models: Models, texts: Sequence[str], vectors: FloatArray) -> None:
        self._models, self._vectors = models, vectors
        self._place = {text: k for k, text in enumerate(texts)}

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return float32 (n_texts, n_dims), rows of length 1, in the order of the texts."""
        fresh = list(dict.fromkeys(text for text in texts if text not in self._place))
        vectors = self._models.embedder.embed(fresh) if fresh else self._vectors[:0]
        found = dict(zip(fresh, vectors, strict=True))
        rows = [found[t] if t in found else self._vectors[self._place[t]] for t in texts]
        return np.stack(rows) if rows else self._vectors[:0]


def models_knowing(texts: Sequence[str], vectors: FloatArray) -> Models:
    """Return the models of the default recipe, with an embedder that knows the vectors of some texts."""
    recipe = load_recipe("nps_survey")
    return Models(recipe, _open={"embedding": KnownVectors(Models(recipe), texts, vectors)})
