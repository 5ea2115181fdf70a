"""The sheets of a workbook: the one that was asked for, and the others to offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cx_text.errors import SourceError, nearest
from cx_text.sources.base import BrokenRow, Row
from cx_text.sources.cells import listed


def checked_sheet(sheet: str, names: Sequence[str], path: Path) -> str:
    """Return the name of a sheet that is there.

    Raises:
        SourceError: There is none of this name.
    """
    if sheet in names:
        return sheet
    meant = nearest(sheet, names)
    raise SourceError(f"there is no sheet {sheet!r}{f'; {meant}' if meant else ''}", where=str(path),
                      next=f"It has: {listed(names)}. Choose one with --sheet")


def sheet_rows(numbered: Iterable[tuple[int, Sequence[str | None]]], header_row: int,
               width: int) -> Iterator[Row | BrokenRow]:
    """Give the rows below a header with a cell for each column, or why one has too many.

    Args:
        numbered: The number and the cells of each row that holds something.
        header_row: Number of the last row of the header.
        width: Columns of the header.
    """
    for number, cells in numbered:
        if number <= header_row:
            continue
        if len(cells) > width:
            yield BrokenRow(number, f"it has {len(cells)} cells where the header has {width}")
        else:
            yield Row(number, [*cells, *[None] * (width - len(cells))])


def other_sheets(name: str, visible: Sequence[str]) -> str:
    """Return what to do about a sheet that holds nothing: the others, if there are any."""
    others = [other for other in visible if other != name]
    return f"Choose another with --sheet: {listed(others)}" if others else "Export it again"


def sheet_fact(name: str, visible: Sequence[str], *, is_asked: bool) -> str:
    """Return the sheet that is read, and of how many where it was not asked for."""
    of = f", of {len(visible)} visible sheets; --sheet chooses" if not is_asked and len(visible) > 1 else ""
    return f"{name}{of}"
