"""The sheets of a workbook: the one that was asked for, and the others to offer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cx_text.errors import SourceError, nearest
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


def other_sheets(name: str, visible: Sequence[str]) -> str:
    """Return what to do about a sheet that holds nothing: the others, if there are any."""
    others = [other for other in visible if other != name]
    return f"Choose another with --sheet: {listed(others)}" if others else "Export it again"


def sheet_fact(name: str, visible: Sequence[str], *, is_asked: bool) -> str:
    """Return the sheet that is read, and of how many where it was not asked for."""
    of = f", of {len(visible)} visible sheets; --sheet chooses" if not is_asked and len(visible) > 1 else ""
    return f"{name}{of}"
