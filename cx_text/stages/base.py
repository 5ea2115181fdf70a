"""The contract of a stage: it reads comments, one batch at a time, and adds tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cx_text.comment import Comment


class Stage(Protocol):
    """Reads comments and adds tags.

    `needs` and `adds` are names of tags; "opinions.polarity" and "opinions.themes" are parts of the opinions. Called
    with a batch, a stage returns the same comments, same number, same order, with what it adds set and nothing else
    touched. The empty batch gives the empty list. A stage adds nothing to a comment that it does not read.
    """

    name: str
    needs: tuple[str, ...]
    adds: tuple[str, ...]

    def __call__(self, comments: Sequence[Comment]) -> list[Comment]:
        """Return the comments, in order, with this stage's tags added."""
        ...
