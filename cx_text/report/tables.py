"""The result tables, written a chunk at a time: CSV and Parquet of each, and one workbook with a sheet of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from cx_text.report.cells import as_text, csv_cell, excel_cell, neutralise, values_of
from cx_text.report.figures import is_missing
from cx_text.report.parquet import ParquetTable

__all__ = ["TableWriter", "Workbook", "neutralise"]

T = TypeVar("T")

EXCEL_MAX_ROWS = 1_048_575  # of a sheet, below its header
_EXACT_IN_EXCEL = 2**53  # Excel keeps numbers as doubles; a longer id stays right only as text
_WIDTHS = (8, 60)  # narrowest and widest column, in characters
_WIDTH_ROWS = 200  # rows of the first chunk that a column's width is taken from


def csv_text(rows: pd.DataFrame) -> str:
    """Return rows as the lines of a CSV file, without a header; texts that a spreadsheet would run are neutralised."""
    lines = io.StringIO(newline="")
    cells = [[csv_cell(v) for v in values_of(rows.iloc[:, i])] for i in range(len(rows.columns))]
    csv.writer(lines).writerows(zip(*cells, strict=True))
    return lines.getvalue()


def csv_header(rows: pd.DataFrame) -> str:
    """Return the first line of a CSV file."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerow([csv_cell(str(c)) for c in rows.columns])
    return lines.getvalue()


class TableWriter:
    """One table as `name.csv` and `name.parquet`, with the rows of one chunk in memory.

    CSV: RFC 4180, UTF-8, by default with the mark that Excel needs to see it; missing is empty; texts that a
    spreadsheet would run are neutralised. A separator or line end inside a text is quoted, which only readers that
    know the file's separator understand: for Excel of another locale the workbook is the safe one.
    Parquet: the texts as they are.
    """

    def __init__(self, folder: Path, name: str, *, encoding: str = "utf-8-sig") -> None:
        self.csv_path, self.parquet_path = folder / f"{name}.csv", folder / f"{name}.parquet"
        self.n_rows = 0
        self._encoding = encoding
        self._columns: list[str] = []
        self._files: tuple[IO[str], ParquetTable] | None = None

    def write(self, rows: pd.DataFrame) -> None:
        """Add rows; the first call fixes the columns, and may have no row. The index is not written.

        Raises:
            ValueError: The columns differ from those of the first call.
        """
        columns = [str(c) for c in rows.columns]
        file, parquet = self._files or self._begin(rows, columns)
        if columns != self._columns:
            raise ValueError(f"the columns of {self.csv_path.name} are {self._columns}, not {columns}")
        file.write(csv_text(rows))
        parquet.write(rows)
        self.n_rows += len(rows)

    def close(self) -> None:
        """Finish both files; may be called again."""
        files, self._files = self._files, None
        if files is not None:
            try:
                files[0].close()
            finally:
                files[1].close()

    def _begin(self, rows: pd.DataFrame, columns: list[str]) -> tuple[IO[str], ParquetTable]:
        if self._columns:
            raise ValueError(f"{self.csv_path.name} is closed")
        file = self.csv_path.open("w", encoding=self._encoding, newline="")
        self._columns, self._files = columns, (file, ParquetTable(self.parquet_path))
        file.write(csv_header(rows))
        return self._files

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.close()


class _LastError(io.BufferedWriter):
    """A file whose first error is its last: ZipFile writes on when it is thrown away, and would complain aloud."""

    has_failed = False
    _at = 0  # the last place that was gone to, all that is told after an error

    def write(self, data: Any, /) -> int:
        return self._unless_failed(super().write, data, instead=len(data))

    def seek(self, to: int, whence: int = 0, /) -> int:
        self._at = to
        return self._unless_failed(super().seek, to, whence, instead=to)

    def tell(self) -> int:
        return self._unless_failed(super().tell, instead=self._at)

    def flush(self) -> None:
        self._unless_failed(super().flush, instead=None)

    def _unless_failed(self, do: Callable[..., T], *given: Any, instead: T) -> T:
        if self.has_failed or self.closed:
            return instead
        try:
            return do(*given)
        except OSError:
            self.has_failed = True
            raise


class Workbook:
    """One XLSX with a sheet of each table, with one row in memory; nothing in it is a formula or a link.

    `n_cut_cells`: texts longer than a cell holds, cut and marked. `n_rows_left_out`: rows more than a sheet holds, by
    sheet. Both are in the CSV and Parquet in full, and the caller says so.
    """

    def __init__(self, path: Path, sheets: Sequence[str]) -> None:
        self.n_cut_cells = 0
        self.n_rows_left_out = dict.fromkeys(sheets, 0)
        self._path, self._file = path, _LastError(io.FileIO(path, "w"))
        self._book = xlsxwriter.Workbook(self._file, {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "tmpdir": str(path.parent)})  # one disk to fill, one folder to remove
        # A fixed date, so that the same results give the same bytes.
        self._book.set_properties({"created": datetime(2000, 1, 1)})
        self._bold = self._book.add_format({"bold": True})
        self._when = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets = {name: self._book.add_worksheet(name) for name in sheets}
        self._n_rows = dict.fromkeys(sheets, 0)
        self._columns: dict[str, list[str]] = {}
        self._is_open = True

    def write(self, sheet: str, rows: pd.DataFrame) -> None:
        """Add rows to a sheet; the first call fixes its columns, and may have no row. The index is not written.

        Raises:
            KeyError: There is no such sheet.
            ValueError: The columns differ from those of the sheet's first call.
        """
        worksheet, columns = self._sheets[sheet], [str(c) for c in rows.columns]
        if sheet not in self._columns:
            self._begin(sheet, rows, columns)
        if columns != self._columns[sheet]:
            raise ValueError(f"the columns of sheet {sheet!r} are {self._columns[sheet]}, not {columns}")
        room = EXCEL_MAX_ROWS - self._n_rows[sheet]
        self.n_rows_left_out[sheet] += max(0, len(rows) - room)
        values = [values_of(rows.iloc[:room, i]) for i in range(len(columns))]
        for cells in zip(*values, strict=True):
            self._n_rows[sheet] += 1
            for at, value in enumerate(cells):
                self._write_cell(worksheet, self._n_rows[sheet], at, value)

    def close(self) -> None:
        """Put the sheets together into the file; may be called again.

        Raises:
            OSError: It could not be written.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._book.close()
        except FileCreateError as error:
            raise (error.args[0] if error.args and isinstance(error.args[0], OSError) else error) from error
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        if error is None:
            self.close()
            return
        self._is_open = False  # half a workbook is worth nothing, and putting it together may take minutes
        for worksheet in self._sheets.values():
            worksheet._opt_close()  # there is no public way to give up a workbook
            Path(worksheet.row_data_filename).unlink(missing_ok=True)
        self._file.close()
        self._path.unlink()

    def _begin(self, sheet: str, rows: pd.DataFrame, columns: list[str]) -> None:
        worksheet, self._columns[sheet] = self._sheets[sheet], columns
        worksheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            lengths = [len(as_text(v)) for v in values_of(rows.iloc[:_WIDTH_ROWS, at])]
            worksheet.set_column(at, at, min(max([_WIDTHS[0], len(column) + 2, *lengths]), _WIDTHS[1]))
            worksheet.write_string(0, at, self._text(column), self._bold)

    def _write_cell(self, worksheet: Any, row: int, at: int, value: object) -> None:
        if isinstance(value, datetime) and not is_missing(value) and value.year >= 1900:  # Excel has no dates before
            worksheet.write_datetime(row, at, _without_zone(value), self._when)
            return
        text = self._text(value)
        if not text:
            return
        if isinstance(value, str):
            worksheet.write_string(row, at, text)
        elif isinstance(value, bool | np.bool_):
            worksheet.write_boolean(row, at, bool(value))
        elif isinstance(value, int | float | np.integer | np.floating) and abs(float(value)) <= _EXACT_IN_EXCEL:
            worksheet.write_number(row, at, float(text))  # by way of its text: 0.9 of float32 is 0.9
        else:
            worksheet.write_string(row, at, text)

    def _text(self, value: object) -> str:
        text, is_cut = excel_cell(value)
        self.n_cut_cells += is_cut
        return text


def _without_zone(at: datetime) -> datetime:
    """Return a time in UTC without its zone, which a sheet cannot hold."""
    at = at.to_pydatetime(warn=False) if isinstance(at, pd.Timestamp) else at
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
