"""OpenDocument spreadsheets (.ods) and Excel's old workbooks (.xls), read by calamine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cx_text.errors import NoRows, SourceError
from cx_text.sources.base import BrokenRow, Chunk, Export, Row, chunked
from cx_text.sources.cells import as_text
from cx_text.sources.files.content import Content
from cx_text.sources.files.shapes import Shape, filled, read_shape, sheet_records
from cx_text.sources.files.sheets import (
    EVERY,
    Sheets,
    alike_sheets,
    checked_sheet,
    open_every_sheet,
    other_sheets,
    sheet_rows,
)
from cx_text.sources.files.workbook_checks import check_open_document

# A sheet of .xls is held in memory whole, with at most half a gigabyte of cells; all sheets are at once.
_MAX_OLD_SHEETS = 16
_OLD_SHEET = b"\x09\x08\x10\x00\x00\x06\x10\x00"  # how each sheet of .xls begins
_MAX_BYTES = 256 << 20  # of a file; 65,536 rows of long comments have a tenth of it
_READER = Path(__file__).with_name("calamine_rows.py")
_Sheets = Sequence[tuple[str, bool]]
_Numbered = tuple[int, tuple[str | None, ...]]
_SAVE_AGAIN = "Open it in Excel or LibreOffice and save it as .xlsx or .csv"


@dataclass(frozen=True, slots=True)
class CalamineExport:
    """One sheet of a spreadsheet. Cells are text as in `XlsxExport`, rows are numbered as in the sheet."""

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    n_rows: int
    sheet: str
    header_row: int  # the last one
    shape: Shape

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        return chunked(self._rows(), self.columns, n_rows, noted=self.shape.noted)

    def _rows(self) -> Iterator[Row | BrokenRow]:
        with _sheet(self.path, self.sheet) as (_, rows):
            yield from sheet_rows(rows, self.header_row, len(self.columns))


def open_calamine(path: Path, content: Content, *, sheet: str | None = None) -> Export:
    """Return a sheet of a spreadsheet as an export: the one named, else the first visible one with something in it.

    "*" stands for all sheets with the same columns.

    Raises:
        SourceError: It is damaged or locked, has no such sheet, or nothing but a header.
    """
    _check(path, content)
    names, sheets, heads = _overview(path)
    visible = sheets.visible
    if sheet == EVERY:
        return open_every_sheet(path, visible, lambda name: open_calamine(path, content, sheet=name))
    for name in [checked_sheet(sheet, names, path)] if sheet is not None else visible:
        with _sheet(path, name) as (_, rows):
            records = sheet_records(rows)
            n_beyond = sum(1 for _ in rows)
        if not records:
            continue
        shape = read_shape(records, where=str(path))
        header_row = shape.n_preamble + shape.n_header_rows
        n_rows = sum(map(bool, map(filled, records[header_row:]))) + n_beyond
        if not n_rows:
            raise NoRows(f"sheet {name!r} has a header and no row below it", where=str(path),
                         next=other_sheets(name, visible))
        alike = [] if sheet is not None else alike_sheets(
            shape.names, name, visible, lambda other: sheet_records(heads.get(other, ())), where=str(path))
        facts = {"format": "ODS" if content is Content.ODS else "XLS",
                 **sheets.facts(name, alike, is_asked=sheet is not None), **shape.facts}
        return CalamineExport(path, shape.names, facts, n_rows, name, header_row, shape)
    raise NoRows("every visible sheet is empty" if sheet is None else f"sheet {sheet!r} is empty",
                 where=str(path), next=other_sheets(sheet, visible) if sheet is not None else "Export it again")


def visible_sheets(path: Path, content: Content) -> tuple[str, ...]:
    """Return the names of a spreadsheet's visible sheets, in order.

    Raises:
        SourceError: It is damaged, locked or too large.
    """
    _check(path, content)
    return _overview(path)[1].visible


def _check(path: Path, content: Content) -> None:
    if path.stat().st_size > _MAX_BYTES:
        raise SourceError(f"it is larger than {_MAX_BYTES >> 20} MiB, and such a spreadsheet is read in one piece",
                          where=str(path), next="Save it as .xlsx or .csv")
    if content is Content.ODS:
        check_open_document(path)
    elif path.read_bytes().count(_OLD_SHEET) > _MAX_OLD_SHEETS:
        raise SourceError(f"it has more than {_MAX_OLD_SHEETS} sheets, and an old workbook is read in one piece",
                          where=str(path), next=_SAVE_AGAIN)


def _overview(path: Path) -> tuple[list[str], Sheets, dict[str, list[_Numbered]]]:
    """Return the names of all sheets, which of them are visible, and the first rows of each."""
    heads: dict[str, list[_Numbered]] = {}
    with _reader(path, None) as (sheets, lines):
        for name, number, cells in lines:
            if any(cell != "" for cell in cells):
                heads.setdefault(name, []).append((number, _texts(cells)))
    seen = Sheets(tuple(name for name, is_visible in sheets if is_visible),
                  tuple(name for name, is_visible in sheets if not is_visible))
    return [name for name, _ in sheets], seen, heads


@contextmanager
def _sheet(path: Path, sheet: str) -> Iterator[tuple[_Sheets, Iterator[_Numbered]]]:
    """Give the sheets of a spreadsheet and the rows of one of them, out of a process that is ended with the block."""
    with _reader(path, sheet) as (sheets, lines):
        yield sheets, ((number, _texts(cells)) for number, cells in lines if any(cell != "" for cell in cells))


@contextmanager
def _reader(path: Path, sheet: str | None) -> Iterator[tuple[_Sheets, Iterator[Any]]]:
    """Give the sheets of a spreadsheet and what else `calamine_rows` prints."""
    # Isolated: it imports nothing that lies in the folder where the user is.
    command = [sys.executable, "-I", str(_READER), str(path), *([] if sheet is None else [sheet])]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,  # noqa: S603  our own program
                          stderr=subprocess.DEVNULL, encoding="utf-8") as reader:
        try:
            lines = _lines(reader, path)
            first = next(lines, None)
            if first is None:
                raise _damaged(path)
            yield first, lines
        finally:
            reader.kill()  # one that has ended is left alone


def _lines(reader: subprocess.Popen[str], path: Path) -> Iterator[Any]:
    if reader.stdout is None:
        return
    for line in reader.stdout:
        value = json.loads(line)
        if isinstance(value, dict):
            if value["fault"] == "password":
                raise SourceError("it is locked with a password", where=str(path), next="Save it without a password")
            raise _damaged(path)
        yield value
    if reader.wait():
        raise _damaged(path)


def _texts(cells: Sequence[object]) -> tuple[str | None, ...]:
    return tuple(as_text(cell) for cell in cells)


def _damaged(path: Path) -> SourceError:
    return SourceError("the spreadsheet is damaged, or too large for the memory", where=str(path), next=_SAVE_AGAIN)
