"""CSV and TSV exports, read as a stream."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow, Chunk, Row, chunked
from cx_text.sources.cells import unique_names
from cx_text.sources.csv_records import MAX_CELL, NO_SEPARATOR, SEPARATORS, read_records
from cx_text.sources.encoding import Encoding, detect_encoding, open_text

_SAMPLE_LINES, _SAMPLE_CHARACTERS = 200, 1_000_000  # from which the separator is told
_EXCEL_HINT = re.compile(r"(?i)sep=([,;|\t^~:])\s*$")  # a first line that Excel reads and does not show


@dataclass(frozen=True, slots=True)
class CsvExport:
    """A CSV file whose encoding, separator and header are known."""

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    n_rows: int
    encoding: Encoding
    separator: str
    header: tuple[str, ...]  # as written

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        return chunked((row for record in self._records() if (row := self._shaped(record))), self.columns, n_rows)

    def _records(self) -> Iterator[Row | BrokenRow]:
        """Give all records below the header."""
        with open_text(self.path, self.encoding) as lines:
            records = read_records(lines, self.separator, len(self.columns), where=str(self.path))
            for record in records:
                if isinstance(record, Row) and tuple(record.cells) == self.header:
                    break
            yield from records

    def _shaped(self, record: Row | BrokenRow) -> Row | BrokenRow | None:
        """Return a record with a cell for each column, why it has too many, or None when all of it is empty."""
        if isinstance(record, BrokenRow):
            return record
        width = len(self.columns)
        cells = [cell or None for cell in record.cells]
        while len(cells) > width and cells[-1] is None:
            cells.pop()
        if not any(cells):
            return None
        if len(cells) > width:
            return BrokenRow(record.row, f"it has {len(cells)} cells where the header has {width}")
        if width > 1 and tuple(record.cells) == self.header:
            return BrokenRow(record.row, "it is the header again")
        return Row(record.row, cells + [None] * (width - len(cells)))

    def surveyed(self) -> CsvExport:
        """Return this export with its rows counted, after one pass: a broken file must not fail after an hour.

        Raises:
            SourceError: There is no row that can be read, or a quote is never closed.
        """
        n_readable = n_broken = n_empty = n_short = 0
        reason = ""
        for record in self._records():
            row = self._shaped(record)
            if row is None:
                n_empty += 1
            elif isinstance(row, BrokenRow):
                reason = reason or f"row {row.row}: {row.reason}"
                n_broken += 1
            else:
                n_readable += 1
                n_short += isinstance(record, Row) and len(record.cells) < len(self.columns)
        if not n_readable:
            raise _no_rows(self.path, n_broken, reason)
        facts = dict(self.facts)
        if n_empty:
            facts["empty rows"] = f"{n_empty:,} left out"
        if n_short:
            facts["short rows"] = f"{n_short:,}, whose missing cells are taken as empty"
        return replace(self, facts=facts, n_rows=n_readable + n_broken)


def open_csv(path: Path) -> CsvExport:
    """Return a CSV or TSV export; its encoding and separator are told from what it holds.

    Raises:
        SourceError: It has no rows, its header cannot be read, or a quote is never closed.
    """
    encoding = detect_encoding(path)
    sample = _sample(path, encoding)
    hint = _EXCEL_HINT.match(sample[0]) if sample else None
    separator = hint[1] if hint else _separator(sample)
    header = _header(sample[1:] if hint else sample, separator, where=str(path))
    facts = {"format": "CSV", "encoding": str(encoding),
             "separator": "none, one column" if separator == NO_SEPARATOR else SEPARATORS.get(separator, separator)}
    columns = unique_names(header, where=str(path))
    return CsvExport(path, columns, facts, 0, encoding, separator, header).surveyed()


def _sample(path: Path, encoding: Encoding) -> list[str]:
    sample: list[str] = []
    n_characters = 0
    with open_text(path, encoding) as lines:
        for line in lines:
            if sample or line.strip():
                sample.append(line.replace("\0", ""))
            n_characters += len(line)
            if len(sample) >= _SAMPLE_LINES or n_characters > _SAMPLE_CHARACTERS:
                break
    return sample


def _separator(sample: Sequence[str]) -> str:
    """Return the separator with which most records are as wide as the header, and of those the one with most cells."""
    def fit(separator: str) -> tuple[float, int]:
        reader = csv.reader(sample, delimiter=separator)
        try:
            widths = [len(cells) for cells in reader if cells]
        except csv.Error:  # a cell longer than the limit: with this separator, too much is quoted
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return round(widths.count(widths[0]) / len(widths), 1), widths[0]

    csv.field_size_limit(MAX_CELL)
    best = max(SEPARATORS, key=fit)
    return best if fit(best)[1] else NO_SEPARATOR


def _header(sample: Sequence[str], separator: str, *, where: str) -> tuple[str, ...]:
    for record in read_records(sample, separator, None, where=where):
        if isinstance(record, BrokenRow):
            raise SourceError(f"the header, row {record.row}, cannot be read: {record.reason}", where=where)
        if any(cell and cell.strip() for cell in record.cells):
            return tuple(cell or "" for cell in record.cells)
    raise SourceError("there is no header: every line is blank", where=where)


def _no_rows(path: Path, n_broken: int, reason: str) -> SourceError:
    if not n_broken:
        return SourceError("there is a header and no row below it", where=str(path), next="Export it again")
    return SourceError(f"none of its rows can be read; {reason}", where=str(path),
                       next="Check its separators and quotes")
