"""Excel workbooks: the first visible sheet that holds something, or the sheet named."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cx_text.errors import NoRows, SourceError
from cx_text.sources.base import BrokenRow, Chunk, Export, Row, chunked
from cx_text.sources.cells import as_text
from cx_text.sources.files.merged import MergedDown, grouped_shape, merged_ranges
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

_MAX_UNPACKED = 4 << 30  # bytes; a workbook that unpacks to more is damaged or malicious
# What openpyxl lets through when the parts of a workbook are damaged; SyntaxError is broken XML.
_DAMAGE = (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError,
           OSError, RuntimeError, zlib.error, struct.error)


@dataclass(frozen=True, slots=True)
class XlsxExport:
    """One sheet of a workbook. Numbers are text without ".0", dates ISO text, formulas their last results."""

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    sheet: str
    header_row: int  # the last row of the header
    shape: Shape
    counts_from_1904: bool = False
    n_rows: int | None = None
    merged: MergedDown | None = None

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        noted = {**self.shape.noted, **({"counts_from_1904": True} if self.counts_from_1904 else {})}
        return chunked(self._rows(), self.columns, n_rows, noted)

    def _rows(self) -> Iterator[Row | BrokenRow]:
        with _workbook(self.path) as workbook:
            rows = _filled_rows(workbook[self.sheet], self.path)
            yield from sheet_rows(self.merged.filled_down(rows) if self.merged else rows, self.header_row,
                                  len(self.columns))


def open_xlsx(path: Path, *, sheet: str | None = None) -> Export:
    """Return a sheet of a workbook as an export; "*" stands for all with the same columns.

    Raises:
        SourceError: The workbook is damaged, has no such sheet, or nothing but a header.
    """
    with _workbook(path) as workbook:
        sheets = _sheets(workbook)
        visible = sheets.visible
        if sheet == EVERY:
            return open_every_sheet(path, visible, lambda name: open_xlsx(path, sheet=name))
        for name in [checked_sheet(sheet, workbook.sheetnames, path)] if sheet is not None else visible:
            rows = _filled_rows(workbook[name], path)
            records = sheet_records(rows)
            if not records:
                continue
            shape = read_shape(records, where=str(path))
            ranges = merged_ranges(path, workbook[name]._worksheet_path)
            grouped = grouped_shape(shape, records, ranges, where=str(path)) if ranges else None
            shape = grouped or shape
            header_row = shape.n_preamble + shape.n_header_rows
            if not any(map(filled, records[header_row:])) and next(rows, None) is None:
                raise NoRows(f"sheet {name!r} has a header and no row below it", where=str(path),
                             next=other_sheets(name, visible))
            merged = MergedDown(ranges, shape.names, header_row, records) if ranges else None
            alike = [] if sheet is not None else alike_sheets(
                shape.names, name, visible, lambda other: sheet_records(_filled_rows(workbook[other], path)),
                where=str(path))
            facts = {"format": "XLSX", **sheets.facts(name, alike, is_asked=sheet is not None), **shape.facts,
                     **({"header": "named after the merged cells above it"} if grouped else {}),
                     **(merged.facts if merged else {})}
            is_1904 = workbook.epoch.year == 1904  # what Excel for the Mac once counted days from
            if is_1904:
                facts["days"] = "counted from 1904"
            return XlsxExport(path, shape.names, facts, name, header_row, shape, is_1904, merged=merged)
    raise NoRows("every visible sheet is empty" if sheet is None else f"sheet {sheet!r} is empty",
                 where=str(path), next=other_sheets(sheet, visible) if sheet is not None else "Export it again")


def visible_sheets(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's visible sheets, in order.

    Raises:
        SourceError: The workbook is damaged.
    """
    with _workbook(path) as workbook:
        return _sheets(workbook).visible


def _sheets(workbook: Any) -> Sheets:
    states = {sheet.title: sheet.sheet_state == "visible" for sheet in workbook.worksheets}
    return Sheets(tuple(name for name, is_visible in states.items() if is_visible),
                  tuple(name for name, is_visible in states.items() if not is_visible))


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            n_bytes = sum(part.file_size for part in archive.infolist())
        if n_bytes > _MAX_UNPACKED:
            raise SourceError(f"it unpacks to {n_bytes / 2**30:.0f} GiB, more than a workbook can hold",
                              where=str(path))
        with warnings.catch_warnings():  # openpyxl warns about styles and menus that it does not keep
            warnings.simplefilter("ignore")
            workbook = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE:
        raise _damaged(path) from None
    try:
        yield workbook
    finally:
        workbook.close()


def _filled_rows(sheet: Any, path: Path) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """Give the number and the texts of each row that holds something; empty cells at its end are cut."""
    sheet.reset_dimensions()  # some tools write a wrong size, and rows would be cut
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while True:
        number += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                values = next(rows, None)
        except _DAMAGE:
            raise _damaged(path, number) from None
        if values is None:
            return
        cells = [_cell(value) for value in values]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, tuple(cells)


def _cell(value: object) -> str | None:
    text = as_text(value)
    if text and "_x" in text and isinstance(value, str):
        from openpyxl.utils.escape import unescape
        return str(unescape(text))  # Excel writes a carriage return as _x000D_
    return text


def _damaged(path: Path, row: int | None = None) -> SourceError:
    at = "" if row is None else f" at row {row}"
    return SourceError(f"the workbook is damaged{at}", where=str(path),
                       next="Open it in Excel and save it again, or export it as CSV")
