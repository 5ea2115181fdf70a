"""Tables of the page: their cells already written, some with a small picture of a figure and its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cx_text.report.figures import is_missing

STRIP_WIDTH, _MARGIN = 140, 5  # pixels
# Before each verdict, so that it is told by more than its colour.
VERDICT_SIGNS = {"costs": "▼", "lower": "▼", "worse": "▼", "cannot tell": "◆", "lifts": "▲", "higher": "▲",
                 "better": "▲"}


@dataclass(frozen=True, slots=True)
class Strip:
    """A figure and its interval on a line, all in pixels from its left end; `kind` is a verdict, for its colour."""

    low: float
    middle: float
    high: float
    zero: float | None
    reference: float | None
    kind: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The line that the strips of one table share; `reference` is drawn in each, such as the figure of all."""

    low: float
    high: float
    reference: float | None = None

    @classmethod
    def around(cls, values: Iterable[object], *, reference: float | None = None) -> Axis:
        """Return the axis that holds all values that are there, the reference too."""
        known = [float(str(v)) for v in (*values, reference) if not is_missing(v)]
        low, high = min(known, default=0.0), max(known, default=1.0)
        return cls(low, high if high > low else low + 1, reference)

    def strip(self, value: float, low: float, high: float, kind: object = "") -> Strip | None:
        """Return a figure on this axis; None where it has no interval."""
        if any(is_missing(v) for v in (value, low, high)):
            return None
        zero = self._at(0) if self.low <= 0 <= self.high else None
        reference = None if self.reference is None else self._at(self.reference)
        return Strip(self._at(low), self._at(value), self._at(high), zero, reference,
                     "cannot tell" if is_missing(kind) or not kind else str(kind))

    def _at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_MARGIN + (STRIP_WIDTH - 2 * _MARGIN) * share, 1) if math.isfinite(share) else 0.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: a text with a smaller one under it, or a verdict, or a strip; `tint` from -1 (bad) to 1 (good)."""

    text: str = ""
    small: str = ""
    strip: Strip | None = None
    is_verdict: bool = False
    is_text: bool = False  # set left and broken into lines, not a figure
    tint: float = 0.0
    is_pale: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its name with a note under it, and its cells; pale where it holds too few for a verdict."""

    name: str
    cells: tuple[Cell, ...]
    note: str = ""
    is_pale: bool = False
    is_sub: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: what it is, its columns with that of the names first, and its rows."""

    title: str
    columns: tuple[str, ...]
    lines: Sequence[Line]


def verdict(word: object) -> Cell:
    """Return the cell of a verdict; a missing one cannot be told."""
    return Cell("cannot tell" if is_missing(word) else str(word), is_verdict=True)


def prose(text: object) -> Cell:
    """Return the cell of a text."""
    return Cell("–" if is_missing(text) or not text else str(text), is_text=True)
