"""The language of answers and ratings, and whether the models read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cx_text.backends.base import LanguageDetector
from cx_text.comment import Comment, Kind

if TYPE_CHECKING:
    from cx_text.backends.opening import Models

UNDETERMINED = "und"  # ISO 639-2


class LanguageStage:
    """Names the language of answers and ratings; comments of other kinds get none.

    A text that is too short to tell counts as known: the language of the models is assumed.

    Args:
        detector: Names languages.
        known: ISO 639-1 codes that the models of the recipe read.
    """

    name = "language"
    needs: tuple[str, ...] = ("text", "kind")
    adds: tuple[str, ...] = ("language", "is_known_language")

    def __init__(self, detector: LanguageDetector, known: frozenset[str] = frozenset({"en"})) -> None:
        self.detector, self.known = detector, known | {UNDETERMINED}

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with language and is_known_language added to answers and ratings."""
        read = [i for i, comment in enumerate(comments) if comment.tags.kind in (Kind.ANSWER, Kind.RATING)]
        results = list(comments)
        for i, language in zip(read, self.detector.detect([comments[i].tags.text or "" for i in read]), strict=True):
            results[i] = comments[i].tagged(language=language, is_known_language=language in self.known)
        return results


def build(models: Models) -> LanguageStage:
    """Return the stage with the detector and the languages that the recipe names."""
    return LanguageStage(models.language, frozenset(models.recipe.languages))
