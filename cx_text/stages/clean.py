"""Verbatim to text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cx_text.comment import Comment
from cx_text.text.normalise import normalise

if TYPE_CHECKING:
    from cx_text.backends.opening import Models


class CleanStage:
    """Adds the normalised text of every comment, blank ones too; the verbatim stays as it was received."""

    name = "clean"
    needs: tuple[str, ...] = ()
    adds: tuple[str, ...] = ("text",)

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with their text added."""
        return [comment.tagged(text=normalise(comment.verbatim)) for comment in comments]


def build(models: Models) -> CleanStage:  # noqa: ARG001  every stage is built the same way
    """Return the stage."""
    return CleanStage()
