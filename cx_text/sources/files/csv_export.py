"""CSV and TSV exports, read as a stream."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cx_text.errors import NoRows, SourceError
from cx_text.sources.base import BrokenRow, Chunk, Row, chunked
from cx_text.sources.files.csv_records import MAX_CELL, NO_SEPARATOR, SEPARATORS, read_records
from cx_text.sources.files.encoding import Encoding, detect_encoding, open_text
from cx_text.sources.files.shapes import LABEL, LEAST_WIDTH, N_RECORDS, Shape, filled, read_shape

_SAMPLE_LINES, _SAMPLE_CHARACTERS = 200, 1_000_000  # from which the separator is told
_LEAST_PLAIN_SHARE = 0.8  # of the records below a preamble, as wide as their header; words with commas are not
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
    shape: Shape

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        rows = (row for record in self._records() if (row := self._shaped(record)))
        return chunked(rows, self.columns, n_rows, self.shape.noted)

    def _records(self) -> Iterator[Row | BrokenRow]:
        """Give all records below the header."""
        with open_text(self.path, self.encoding) as lines:
            records = read_records(lines, self.separator, len(self.columns), where=str(self.path))
            for record in records:
                if isinstance(record, Row) and tuple(record.cells) == self.shape.header:
                    break
            yield from islice(records, self.shape.n_header_rows - 1, None)

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
        if width > 1 and tuple(record.cells) == self.shape.header:
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
    shape = read_shape(_first_records(sample[1:] if hint else sample, separator, where=str(path)), where=str(path))
    facts = {"format": "CSV", "encoding": str(encoding),
             "separator": "none, one column" if separator == NO_SEPARATOR else SEPARATORS.get(separator, separator),
             **shape.facts}
    return CsvExport(path, shape.names, facts, 0, encoding, separator, shape).surveyed()


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
    csv.field_size_limit(MAX_CELL)
    if below := _below_preamble(sample):
        best = max(SEPARATORS, key=lambda separator: _fit(separator, below))
        share, width = _fit(best, below)
        if share >= _LEAST_PLAIN_SHARE and width >= LEAST_WIDTH:
            return best
    best = max(SEPARATORS, key=lambda separator: _fit(separator, sample))
    return best if _fit(best, sample)[1] else NO_SEPARATOR


def _fit(separator: str, sample: Sequence[str]) -> tuple[float, int]:
    """Return the share of records that are as wide as the first, and its width; zeros where that is one cell."""
    reader = csv.reader(sample, delimiter=separator)
    try:
        widths = [len(cells) for cells in reader if cells]
    except csv.Error:  # a cell longer than the limit: with this separator, too much is quoted
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return round(widths.count(widths[0]) / len(widths), 1), widths[0]


def _below_preamble(sample: Sequence[str]) -> Sequence[str]:
    """Return the lines below a preamble of labels ("Report: …"), none where there is no preamble."""
    n_labels = n_blank = 0
    for line in sample[:N_RECORDS]:
        is_blank = not line.strip(' \t\r\n,;|"')
        if not is_blank and not LABEL.match(line):
            break
        n_labels, n_blank = n_labels + (not is_blank), n_blank + is_blank
    return sample[n_labels + n_blank:] if n_labels and n_labels + n_blank > 1 else ()


def _first_records(sample: Sequence[str], separator: str, *, where: str) -> list[Sequence[str | None]]:
    """Return the cells of the first records; a broken one below the first is empty here, and named when it is read."""
    found: list[Sequence[str | None]] = []
    records = read_records(sample, separator, None, where=where)
    n_filled = 0
    while len(found) < N_RECORDS:
        with suppress(StopIteration, *((SourceError,) if n_filled else ())):  # the sample may end inside a cell
            record = next(records)
            if isinstance(record, BrokenRow) and not n_filled:
                raise SourceError(f"the header, row {record.row}, cannot be read: {record.reason}", where=where)
            found.append(() if isinstance(record, BrokenRow) else record.cells)
            n_filled += bool(filled(found[-1]))
            continue
        break
    return found


def _no_rows(path: Path, n_broken: int, reason: str) -> SourceError:
    if not n_broken:
        return NoRows("there is a header and no row below it", where=str(path), next="Export it again")
    return SourceError(f"none of its rows can be read; {reason}", where=str(path),
                       next="Check its separators and quotes")
