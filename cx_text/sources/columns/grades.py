"""Matrices of grades: columns side by side, headed alike, whose answers are whole numbers on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from cx_text.sources.columns import headers
from cx_text.sources.columns.column_facts import ColumnFacts

LEAST_COLUMNS = 5
_LEAST_VALUES = 3  # different ones: of two, a column is ticked or not
_LEAST_ALIKE = 3  # characters with which all headers begin
_SCALES = (5, 7, 10)  # highest grades


def guess_grades(columns: Sequence[ColumnFacts]) -> tuple[str, ...]:
    """Return the columns of the longest matrix of grades, in order; empty where none has five or more."""
    best: list[ColumnFacts] = []
    run: list[ColumnFacts] = []
    for column in columns:
        goes_on = bool(run) and _scale(column) == _scale(run[0]) and _are_alike([*run, column])
        run = [*run, column] if goes_on else [column] if _scale(column) else []
        best = run if len(run) > len(best) else best
    return tuple(column.name for column in best) if len(best) >= LEAST_COLUMNS else ()


def _scale(column: ColumnFacts) -> int | None:
    """Return the highest grade of a column's scale; None where it holds no grades."""
    is_whole = column.number_share >= 0.95 and column.whole_share >= 0.95
    if not is_whole or column.n_distinct < _LEAST_VALUES or column.lowest is None or column.highest is None:
        return None
    named = headers.has_short(column.wording, headers.ID | headers.DATE)
    return None if named or column.lowest < 0 else next((most for most in _SCALES if column.highest <= most), None)


def _are_alike(columns: Sequence[ColumnFacts]) -> bool:
    """Whether headers are those of one question: "Q5_1" and "Q5_2", "Rate us: price" and "Rate us: staff"."""
    names = [column.wording.casefold() for column in columns]
    first, last = min(names), max(names)  # what these two begin with alike, all do
    n_alike = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    is_numbered = n_alike > 0 and all(name[n_alike:].isdigit() for name in names)
    return n_alike >= _LEAST_ALIKE or is_numbered or all(headers.has(n, headers.RATING | headers.RATE) for n in names)
