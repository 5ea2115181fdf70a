"""Codeframe: the themes in use, and the one rule by which an opinion gets its theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cx_text.backends.base import Embedder, FloatArray


@dataclass(frozen=True, slots=True)
class Theme:
    """What comments are about, as people name it.

    `n_opinions` counts the opinions it was found in; `exemplars` are some of their texts, the most typical first;
    `parent` is the id of the theme above it, None at the top.
    """

    id: str
    label: str
    keywords: tuple[str, ...]
    n_opinions: int
    parent: str | None = None
    exemplars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Codeframe:
    """The themes in use, largest first, and how opinions are assigned to them.

    An opinion belongs to the theme whose centre is nearest, unless it lies further from it than nearly all opinions
    that the theme was found in: then it is unclear and belongs to none. Opinions seen at discovery and later ones are
    assigned by this same rule.

    Args:
        themes: The themes.
        centres: float32 (n_themes, n_dims), rows of length 1, in the order of `themes`.
        floors: float32 (n_themes,), the lowest cosine to its centre at which an opinion still belongs to a theme.
        sharpness: Factor in front of the cosines in the softmax that gives the confidence.
        embedder: Turns texts into the vectors that `centres` were made from.
    """

    themes: tuple[Theme, ...]
    centres: FloatArray
    floors: FloatArray
    sharpness: float
    embedder: Embedder

    @classmethod
    def empty(cls, embedder: Embedder) -> Codeframe:
        """Return a codeframe without themes: every opinion is unclear."""
        return cls((), np.zeros((0, 1), dtype=np.float32), np.zeros(0, dtype=np.float32), 1.0, embedder)

    def assign(self, texts: Sequence[str]) -> tuple[list[str | None], FloatArray]:
        """Return a theme id or None per text, and float32 (n_texts,) confidences from 0 to 1, each text as one opinion.

        The confidence is that of the nearest theme, also where it is too far and the id is None.
        """
        if not self.themes or not texts:
            return [None] * len(texts), np.zeros(len(texts), dtype=np.float32)
        cosines = self.embedder.embed(texts) @ self.centres.T  # (n_texts, n_themes)
        nearest = cosines.argmax(axis=1)
        weights = np.exp(self.sharpness * (cosines - cosines.max(axis=1, keepdims=True)))
        confidence = (1 / weights.sum(axis=1)).astype(np.float32)  # the nearest theme's weight is 1
        is_clear = cosines.max(axis=1) >= self.floors[nearest]
        ids = [self.themes[k].id if clear else None for k, clear in zip(nearest, is_clear, strict=True)]
        return ids, confidence

    def label(self, theme_id: str) -> str:
        """Return the label of a theme.

        Raises:
            KeyError: There is no such theme.
        """
        return {t.id: t.label for t in self.themes}[theme_id]
