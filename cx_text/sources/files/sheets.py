"""The sheets of a workbook: the one that was asked for, the others to offer, and several alike as one export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cx_text.errors import NoRows, SourceError, nearest
from cx_text.sources.base import BrokenRow, Export, Row
from cx_text.sources.cells import listed
from cx_text.sources.files.several import JoinedExport, ToldExport, joined
from cx_text.sources.files.shapes import Cells, read_shape

EVERY = "*"  # the name that asks for all sheets with the same columns; no sheet can be called so
_MOST_COMPARED = 100  # sheets whose header is looked at


@dataclass(frozen=True, slots=True)
class Sheets:
    """The names of a workbook's sheets, in order. Hidden ones are read only where they are asked for by name."""

    visible: tuple[str, ...]
    hidden: tuple[str, ...]

    def facts(self, name: str, alike: Sequence[str], *, is_asked: bool) -> dict[str, str]:
        """Return what is told of the sheet that is read, and of those that are not.

        Args:
            name: The sheet that is read.
            alike: Others with the same columns.
            is_asked: Whether it was asked for by name.
        """
        facts = {"sheet": sheet_fact(name, self.visible, is_asked=is_asked)}
        if alike and not is_asked:
            facts["other sheets with the same columns"] = f"{listed(alike, 10)}; --sheet '{EVERY}' reads all"
        if self.hidden and not is_asked:
            facts["hidden sheets"] = f"{listed(self.hidden, 10)}, not read"
        return facts


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


def alike_sheets(columns: Sequence[str], name: str, visible: Sequence[str],
                 first_records: Callable[[str], Sequence[Cells]], *, where: str) -> list[str]:
    """Return the other visible sheets with the same columns.

    Args:
        columns: Those of the sheet that is read.
        name: Its name.
        visible: The visible sheets.
        first_records: Gives the first records of a sheet, for `read_shape`.
        where: The file, for messages.
    """
    alike = []
    for other in visible[:_MOST_COMPARED]:
        if other != name and (records := first_records(other)):
            try:
                same = set(read_shape(records, where=where).names) == set(columns)
            except SourceError:  # more columns than any sheet has; it is not the one that is read
                continue
            alike += [other] * same
    return alike


def open_every_sheet(path: Path, visible: Sequence[str], opener: Callable[[str], Export]) -> Export:
    """Return the visible sheets of a workbook that have the same columns as one export, with a column `sheet`.

    Where not all are alike, those with the columns that most of them have; the others are named in the facts.

    Raises:
        SourceError: One is damaged, or none has a row.
    """
    parts: dict[str, Export] = {}
    left_out: list[str] = []
    for name in visible:
        try:
            parts[name] = opener(name)
        except NoRows:
            left_out.append(f"{name} (no rows)")
    if not parts:
        raise NoRows("no visible sheet has a row", where=str(path), next="Export it again")
    [(usual, _)] = Counter(frozenset(part.columns) for part in parts.values()).most_common(1)
    left_out += [f"{name} (other columns)" for name, part in parts.items() if usual != {*part.columns}]
    parts = {name: part for name, part in parts.items() if usual == {*part.columns}}
    more: Mapping[str, str] = {"sheets left out": listed(left_out, 10)} if left_out else {}
    if len(parts) == 1:
        [only] = parts.values()
        return ToldExport(path, {**only.facts, **more}, only, str(path))
    export: JoinedExport = joined(path, [*parts], [*parts.values()], column="sheet")
    facts = {name: value for name, value in export.facts.items() if name != "sheet"}  # of each part
    return replace(export, facts={**facts, **more})
