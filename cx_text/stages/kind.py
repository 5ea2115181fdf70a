"""Answer, rating, nothing to add, non-answer, spam or blank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cx_text.comment import Comment
from cx_text.text.answers import kind_of

if TYPE_CHECKING:
    from cx_text.backends.opening import Models


class KindStage:
    """Says of every comment what it is before anything is read in it, with its question in mind."""

    name = "kind"
    needs: tuple[str, ...] = ("text",)
    adds: tuple[str, ...] = ("kind",)

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with their kind added."""
        return [comment.tagged(kind=kind_of(comment.tags.text or "", comment.question)) for comment in comments]


def build(models: Models) -> KindStage:  # noqa: ARG001  every stage is built the same way
    """Return the stage."""
    return KindStage()
