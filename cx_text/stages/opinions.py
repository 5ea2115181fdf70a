"""The opinions of a comment: the clauses of its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cx_text.backends.base import ClauseCutter
from cx_text.comment import Comment, Opinion

if TYPE_CHECKING:
    from cx_text.backends.opening import Models


class OpinionsStage:
    """Cuts readable comments into opinions, as spans of their text without polarity and themes yet.

    Args:
        cutter: Cuts texts into clauses.
    """

    name = "opinions"
    needs: tuple[str, ...] = ("text", "kind", "is_known_language")
    adds: tuple[str, ...] = ("opinions",)

    def __init__(self, cutter: ClauseCutter) -> None:
        self.cutter = cutter

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with opinions added to the readable ones."""
        read = [i for i, comment in enumerate(comments) if comment.is_readable]
        results = list(comments)
        for i, spans in zip(read, self.cutter.cut([comments[i].tags.text or "" for i in read]), strict=True):
            results[i] = comments[i].tagged(opinions=tuple(Opinion(start, end) for start, end in spans))
        return results


def build(models: Models) -> OpinionsStage:
    """Return the stage with the cutter that the recipe names."""
    return OpinionsStage(models.clauses)
