"""Codeframe: the themes in use, and the one rule by which an opinion gets its theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cx_text.comment import Polarity

if TYPE_CHECKING:
    from cx_text.backends.base import Embedder, FloatArray, IntArray

# What customers say of the whole without naming anything; the ids are those of pipelines/codeframes/general.toml.
GENERAL_THEMES = ("general-praise", "general-complaint")
_GENERAL = {Polarity.POSITIVE: GENERAL_THEMES[0], Polarity.NEGATIVE: GENERAL_THEMES[1]}
NO_OTHER = -1.0  # cosine to the next theme where there is no other


class JourneyStage(StrEnum):
    """Where on the customer's way a theme lies."""

    DISCOVER = "discover"
    BUY = "buy"
    RECEIVE = "receive"
    USE = "use"
    PAY = "pay"
    GET_HELP = "get help"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Theme:
    """What comments are about, as people name it.

    `parent` is the id of the theme above it, None on the first level. `n_opinions` counts the opinions that it was
    found in, those of its sub-themes too; `exemplars` are some of their texts, typical ones that differ, and `summary`
    is one sentence: the most central of them, or what a person or a language model wrote. `stability` says how well
    refits on other samples find it again: 0 to 1, None when nobody tried. `is_given`: people wrote it; it was not
    discovered. `is_hidden`: people do not want to see it.
    """

    id: str
    label: str
    keywords: tuple[str, ...]
    n_opinions: int
    parent: str | None = None
    exemplars: tuple[str, ...] = ()
    summary: str = ""
    stability: float | None = None
    stage: JourneyStage | None = None
    is_given: bool = False
    is_hidden: bool = False


class Certainty(NamedTuple):
    """The logistic curve from cosines to the chance that an opinion's theme is the right one.

    The chance is 1 / (1 + exp(-(base + by_nearness · cosine to the nearest theme + by_margin · its lead over the next
    theme))). `cx_text.insights.stability` fits it for each codeframe.
    """

    base: float
    by_nearness: float
    by_margin: float

    def of(self, nearest: FloatArray, margin: FloatArray) -> FloatArray:
        """Return float32 chances, 0 to 1, of the shape of the arguments."""
        z = np.clip(self.base + self.by_nearness * nearest + self.by_margin * margin, -30, 30)
        return np.asarray(1 / (1 + np.exp(-z)), dtype=np.float32)


EVEN = Certainty(0.0, 0.0, 0.0)  # knows nothing: always 0.5


@dataclass(frozen=True, slots=True)
class Codeframe:
    """The themes in use, on one or two levels, and how opinions are assigned to them.

    An opinion belongs to the theme that has the centre nearest to it, unless the confidence in that is below
    `min_confidence`: then it is unclear and belongs to none. Opinions seen at discovery and later ones are assigned by
    this same rule. An opinion of a sub-theme belongs, through it, to the theme above too; discovery gives centres to
    sub-themes alone, and what people decide may give a theme with sub-themes some of its own.

    Args:
        themes: First-level themes, largest first, each followed by its sub-themes, largest first.
        centres: float32 (n_centres, n_dims), rows of length 1; a theme may have several.
        owners: The theme's id of each centre.
        embedder: Turns texts into the vectors that `centres` were made from.
        certainty: From cosines to confidence.
        min_confidence: 0 to 1: less sure opinions are unclear. More of it, more unclear and fewer wrong.
        moved: Opinions that a person gave their theme: text, folded by `folded`, → theme id, "" for unclear.
        n_numbered: How many themes were ever numbered here, so that no id is used twice.
        version: Counts refits that were accepted; 0 before it is saved.
        made_by: What the discovery read and used: seed, embedding model, number of opinions.
    """

    themes: tuple[Theme, ...]
    centres: FloatArray
    owners: tuple[str, ...]
    embedder: Embedder
    certainty: Certainty = EVEN
    min_confidence: float = 0.0
    moved: Mapping[str, str] = field(default_factory=dict)
    n_numbered: int = 0
    version: int = 0
    made_by: Mapping[str, str | int | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = [t.id for t in self.themes]
        unknown = set(self.owners) - set(ids)
        if unknown or len(self.owners) != len(self.centres):
            raise ValueError(f"{len(self.centres)} centres of {len(self.owners)} owners, of whom no themes: {unknown}")
        lost = {t.parent for t in self.themes if t.parent} - {t.id for t in self.themes if t.parent is None}
        if lost or len(set(ids)) < len(ids):
            raise ValueError(f"themes {ids} are not distinct, or these parents not on the first level: {lost}")

    @classmethod
    def empty(cls, embedder: Embedder) -> Codeframe:
        """Return a codeframe without themes: every opinion is unclear."""
        return cls((), np.zeros((0, 1), dtype=np.float32), (), embedder)

    def assign(self, texts: Sequence[str], polarities: Sequence[Polarity | None] | None = None, *,
               embeddings: FloatArray | None = None) -> tuple[list[str | None], FloatArray]:
        """Return a theme id or None per text, and float32 (n_texts,) confidences from 0 to 1, each text as one opinion.

        The confidence is that of the nearest theme, also where it is too low and the id is None. An opinion that a
        person moved is where the person put it, with confidence 1.

        Args:
            texts: Normalised texts.
            polarities: What each says of the thing, where that is known. Vectors say what a text is about and not how
                good that is, so of general praise and general complaints an opinion gets the one that fits, and a
                neutral one neither.
            embeddings: float32 (n_texts, n_dims): the vectors of the texts, where they are at hand.
        """
        ids: list[str | None] = [None] * len(texts)
        confidence = np.zeros(len(texts), dtype=np.float32)
        if self.owners and texts:
            nearest, confidence = self.nearest(self.embedder.embed(texts) if embeddings is None else embeddings)
            names = self.assigned
            ids = [names[k] if sure >= self.min_confidence else None
                   for k, sure in zip(nearest, confidence, strict=True)]
        if polarities is not None:
            ids = [self._fitting(i, polarity) for i, polarity in zip(ids, polarities, strict=True)]
        if self.moved:
            for at, text in enumerate(texts):
                if (to := self.moved.get(folded(text))) is not None:
                    ids[at], confidence[at] = to or None, 1.0
        return ids, confidence

    def _fitting(self, theme_id: str | None, polarity: Polarity | None) -> str | None:
        if theme_id not in GENERAL_THEMES or polarity is None:
            return theme_id
        fitting = _GENERAL.get(polarity)
        return fitting if fitting in self.owners else None

    def nearest(self, embeddings: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return per row the place in `assigned` of the nearest theme, int64 (n,), and its confidence, float32 (n,).

        Args:
            embeddings: float32 (n, n_dims), rows of length 1.
        """
        place = {name: k for k, name in enumerate(self.assigned)}
        whose = np.array([place[owner] for owner in self.owners], dtype=np.int64)
        nearest, cosine, lead = nearest_group(embeddings, self.centres, whose, len(place))
        return nearest, self.certainty.of(cosine, lead)

    @property
    def assigned(self) -> tuple[str, ...]:
        """The ids of the themes that opinions are assigned to: those with centres, in the order of `themes`."""
        with_centres = set(self.owners)
        return tuple(t.id for t in self.themes if t.id in with_centres)

    def theme(self, theme_id: str) -> Theme:
        """Return a theme.

        Raises:
            KeyError: There is no such theme.
        """
        return {t.id: t for t in self.themes}[theme_id]

    def label(self, theme_id: str) -> str:
        """Return the label of a theme.

        Raises:
            KeyError: There is no such theme.
        """
        return self.theme(theme_id).label

    def top(self, theme_id: str) -> str:
        """Return the id of the first-level theme that a theme belongs to: its parent's, or its own.

        Raises:
            KeyError: There is no such theme.
        """
        return self.theme(theme_id).parent or theme_id

    def given(self) -> Codeframe | None:
        """Return the themes alone that people wrote, as something to start from; None when there are none."""
        themes = tuple(t for t in self.themes if t.is_given)
        ids = {t.id for t in themes}
        rows = [k for k, owner in enumerate(self.owners) if owner in ids]
        if not themes:
            return None
        return Codeframe(tuple(replace(t, parent=t.parent if t.parent in ids else None) for t in themes),
                         self.centres[rows], tuple(self.owners[k] for k in rows), self.embedder, self.certainty)

    def with_min_confidence(self, min_confidence: float) -> Codeframe:
        """Return the same themes with more or fewer opinions left unclear.

        Raises:
            ValueError: It is not from 0 to 1.
        """
        if not 0 <= min_confidence <= 1:
            raise ValueError(f"a confidence is from 0 to 1, not {min_confidence}")
        return replace(self, min_confidence=min_confidence)


def nearest_group(embeddings: FloatArray, centres: FloatArray, whose: IntArray,
                  n_groups: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return per row its nearest group, int64 (n,), the cosine to it, and its lead over the next group, float32 (n,).

    Args:
        embeddings: float32 (n, n_dims), rows of length 1.
        centres: float32 (n_centres, n_dims), rows of length 1.
        whose: int64 (n_centres,): the group of each centre, 0 … n_groups - 1; a group may have several, or none.
        n_groups: How many groups there are.
    """
    cosines = np.full((len(embeddings), n_groups), NO_OTHER, dtype=np.float32)
    products = embeddings @ centres.T
    for k in np.unique(whose):
        cosines[:, k] = products[:, whose == k].max(axis=1)
    own, rows = cosines.argmax(axis=1), np.arange(len(cosines))
    cosine = cosines[rows, own].copy()
    cosines[rows, own] = NO_OTHER
    return own.astype(np.int64), cosine, cosine - cosines.max(axis=1)


def folded(text: str) -> str:
    """Return a text as opinions are compared with those that people moved: without case and outer marks."""
    return " ".join(text.casefold().split()).strip(" .!,;:")


def in_order(themes: Sequence[Theme]) -> tuple[Theme, ...]:
    """Return themes with the larger first and each followed by its sub-themes."""
    tops = sorted((t for t in themes if t.parent is None), key=lambda t: (-t.n_opinions, t.id))
    below: dict[str, list[Theme]] = {}
    for theme in sorted(themes, key=lambda t: (-t.n_opinions, t.id)):
        if theme.parent is not None:
            below.setdefault(theme.parent, []).append(theme)
    return tuple(theme for top in tops for theme in (top, *below.get(top.id, ())))
