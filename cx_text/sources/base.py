"""What every export gives: its columns, what we saw of it, and its rows in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

MAX_CHUNK_CHARACTERS = 64_000_000  # rows of 1 MB must not add up to gigabytes in one chunk
NOTED = "cx_text"  # under which a table's `attrs` hold what an export saw: tool, wordings, how it counts days


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read. `row` is numbered as a spreadsheet does; for JSONL it is the line."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One readable row: as many cells as there are columns, each its exact text, or None when empty."""

    row: int
    cells: Sequence[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some rows of an export, in order.

    `rows`: index = row numbers (int), columns = the export's columns; object dtype holding str or None, except that
    Parquet keeps its own types. `broken`: the rows between them that could not be read.
    """

    rows: pd.DataFrame
    broken: tuple[BrokenRow, ...]


class Export(Protocol):
    """A file of rows. `facts` (encoding, separator, sheet, ...) are told to the user and written in the manifest.

    Rows are numbered as a spreadsheet numbers them: a plain header is row 1, that of some tools has more rows, and a
    CSV record that spans lines is one row.
    JSONL has no header, so its rows have the number of their line. Rows that are empty in every cell are left out.
    """

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names from the header, in order; a blank one is "column 3", a repeated one "name (2)"."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What we saw of the file, by name: format, encoding, separator, sheet, survey tool, empty rows, …."""

    @property
    def n_rows(self) -> int | None:
        """How many rows `chunks` gives, broken ones too; None when only reading everything would tell."""

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once, each time from the first row.

        Raises:
            SourceError: The file is damaged.
        """
        ...


def chunked(rows: Iterable[Row | BrokenRow], columns: Sequence[str], n_rows: int,
            noted: Mapping[str, object] | None = None) -> Iterator[Chunk]:
    """Give `rows` in chunks of at most `n_rows`, fewer when their cells are very long.

    `noted`: what the planning of columns is told of the file beside its cells, kept in each table's `attrs`.

    Raises:
        ValueError: `n_rows` is not positive.
    """
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, not {n_rows}")
    readable: list[Row] = []
    broken: list[BrokenRow] = []
    n_characters = 0
    for row in rows:
        if isinstance(row, BrokenRow):
            broken.append(row)
        else:
            readable.append(row)
            n_characters += sum(len(cell) for cell in row.cells if cell)
        if len(readable) + len(broken) >= n_rows or n_characters > MAX_CHUNK_CHARACTERS:
            yield _chunk(readable, broken, columns, noted)
            readable, broken, n_characters = [], [], 0
    if readable or broken:
        yield _chunk(readable, broken, columns, noted)


def _chunk(readable: Sequence[Row], broken: Sequence[BrokenRow], columns: Sequence[str],
           noted: Mapping[str, object] | None) -> Chunk:
    index = pd.Index([row.row for row in readable], dtype="int64")
    cells = [list(row.cells) for row in readable]
    # object, because pandas' own text type turns None into NaN
    frame = pd.DataFrame(cells, index=index, columns=list(columns), dtype=object)
    if noted:
        frame.attrs[NOTED] = dict(noted)
    return Chunk(frame, tuple(broken))
