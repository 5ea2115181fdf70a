"""The protocols behind which the heavy libraries live. A back-end returns our words, never a library's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cx_text.text.redact import PiiSpan

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Span = tuple[int, int]
BrandSpan = tuple[int, int, str]  # start, end, name of the brand


class ClauseCutter(Protocol):
    """Cuts texts into clauses."""

    def cut(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return each text's clauses as half-open character spans, in order and without overlap.

        A text with at least one letter or digit has at least one span; no span is blank or starts or ends with a blank.
        """
        ...


class Phraser(Protocol):
    """Offers phrases that could name what texts are about."""

    def phrases(self, texts: Sequence[str]) -> list[list[str]]:
        """Return per text its noun and verb phrases of one to four words, plain and lower-cased."""
        ...


class PiiFinder(Protocol):
    """Finds personal data in texts."""

    def find(self, texts: Sequence[str]) -> list[list[PiiSpan]]:
        """Return each text's personal data as half-open character spans with their kind, in order, without overlap.

        Placeholders in a text are none, and a text that was redacted with what this finds has nothing left to find.
        """
        ...


class BrandFinder(Protocol):
    """Finds brands in texts."""

    def find(self, texts: Sequence[str]) -> list[list[BrandSpan]]:
        """Return each text's mentions as half-open character spans with the brand's name, in order.

        Mentions of one brand never overlap; those of two do only in a hashtag or handle that holds both.
        """
        ...


class LanguageDetector(Protocol):
    """Names the language of texts."""

    def detect(self, texts: Sequence[str]) -> list[str]:
        """Return an ISO 639-1 code per text, "und" where the text is too short or too mixed to tell."""
        ...


class PolarityModel(Protocol):
    """Reads polarity."""

    def predict(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> FloatArray:
        """Return float32 (n_texts, 3): probabilities of negative, neutral, positive; rows sum to 1."""
        ...

    def predict_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], questions: Sequence[str | None] | None = None
    ) -> tuple[FloatArray, list[FloatArray]]:
        """Return the texts' probabilities as `predict`, and per text float32 (n_spans, 3) for its spans in context."""
        ...

    def count_windows(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[int]:
        """Return in how many windows each text is read; 1 is a text that fits, and no part of a longer one is lost."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return float32 (n_texts, n_dims), rows of length 1, in the order of the texts."""
        ...


@dataclass(frozen=True, slots=True)
class Grouping:
    """Groups of texts on two levels.

    `labels` is int64 (n_texts,): group numbers from 0, -1 for texts in none. `tops` is int64 (n_groups,): for each
    group the number of the group of groups that it belongs to.
    """

    labels: IntArray
    tops: IntArray


class Clusterer(Protocol):
    """Groups texts that speak of the same thing."""

    def cluster(self, texts: Sequence[str], embeddings: FloatArray, *, seed: int) -> Grouping:
        """Return the groups, and no group at all when there are too few texts for any."""
        ...

    def keywords(self, groups: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """Return per group of texts the words that set it apart from the others, best first."""
        ...
