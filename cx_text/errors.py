"""Everything that cx_text raises on purpose.

    CxTextError                 a user can act on it; ends as one line on the command line
    ├── ConfigError             a recipe, card, option or variable is wrong
    ├── SourceError             comments could not be read
    │   └── NoRows              there is a table, and nothing in it
    ├── OutputError             results could not be written
    ├── NotifyError             people could not be told
    ├── ModelError              a model cannot be used
    │   ├── ModelMissing        its weights are not on this machine
    │   └── MissingExtra        a library is not installed
    └── StageError              a stage broke its contract

A programming mistake (shape, type) is a plain ValueError or TypeError.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CxTextError(Exception):
    """What is wrong, where, and what to do next, in one line.

    Args:
        what: The fault with the actual value in it.
        where: File, row, column or key, if there is one.
        next: The next command or edit that helps, if there is one.
        permanent: False where trying again may succeed.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str | None = None, next: str | None = None, permanent: bool = True) -> None:
        self.what, self.where, self.next, self.permanent = what, where, next, permanent
        sentence = what if where is None else f"{where}: {what}"
        super().__init__(" ".join(part for part in (_ended(sentence), next and _ended(next)) if part))


class ConfigError(CxTextError):
    """A recipe, card, option or variable is wrong."""


class SourceError(CxTextError):
    """Comments could not be read."""


class NoRows(SourceError):  # noqa: N818  says what it is
    """A file is empty, or has a header and no row below it; among several files it can be left out."""


class OutputError(CxTextError):
    """Results could not be written."""


class NotifyError(CxTextError):
    """People could not be told. It names no address: those of services hold their secrets."""


class ModelError(CxTextError):
    """A model cannot be used."""

    exit_code = 3


class ModelMissing(ModelError):  # noqa: N818  says what it is
    """A model's weights are not on this machine."""


class MissingExtra(ModelError):  # noqa: N818
    """An optional library is not installed."""


class StageError(CxTextError):
    """A stage broke its contract, or too many comments failed in it."""

    exit_code = 4


def nearest(word: str, known: Iterable[str], n: int = 3) -> str:
    """Return "did you mean …?" with the nearest known words, or "" when none is near."""
    by_folded = {k.casefold(): k for k in known}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=n, cutoff=0.5)
    ratios = [difflib.SequenceMatcher(None, word.casefold(), c).ratio() for c in close]
    close = [c for c, ratio in zip(close, ratios, strict=True) if ratio > ratios[0] - 0.2]  # no "or" for a mere typo
    return f"did you mean {' or '.join(repr(by_folded[c]) for c in close)}?" if close else ""


def hint(word: str, known: Iterable[str]) -> str | None:
    """Return "Did you mean …?" as a sentence for `next`, or None when nothing is near."""
    near = nearest(word, known)
    return near[0].upper() + near[1:] if near else None


def _ended(sentence: str) -> str:
    return sentence if not sentence or sentence[-1] in ".?!" else sentence + "."
