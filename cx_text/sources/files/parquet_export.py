"""Parquet exports, read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cx_text.errors import NoRows, SourceError
from cx_text.sources.base import Chunk
from cx_text.sources.cells import unique_names

_FIRST_ROW = 2  # as a spreadsheet numbers rows: the header is row 1
_BUFFER = 1 << 20  # bytes of a column that are read at once
_DAMAGE = (pa.ArrowException, OSError, ValueError)  # ValueError: a name or a text that is not UTF-8


@dataclass(frozen=True, slots=True)
class ParquetExport:
    """A Parquet file. Its columns keep their own types (as pandas' ArrowDtype), missing values too."""

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    n_rows: int

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        if n_rows < 1:
            raise ValueError(f"n_rows must be at least 1, not {n_rows}")
        row = _FIRST_ROW
        try:
            # Without these two, what was read of the file is held in memory until its end.
            with pq.ParquetFile(self.path, memory_map=False, pre_buffer=False, buffer_size=_BUFFER) as file:
                for batch in file.iter_batches(batch_size=n_rows):
                    batch.validate(full=True)  # text that is not UTF-8 would fail later, in a user's hands
                    table = pa.Table.from_batches([batch]).rename_columns(list(self.columns))
                    rows = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
                    rows.index = pd.Index(range(row, row + len(rows)), dtype="int64")
                    row += len(rows)
                    yield Chunk(rows, ())
        except _DAMAGE:
            raise SourceError(f"the Parquet file is damaged after row {row - 1}", where=str(self.path),
                              next="Write it again") from None


def open_parquet(path: Path) -> ParquetExport:
    """Return a Parquet file as an export.

    Raises:
        SourceError: The file is damaged or has no rows.
    """
    try:
        with pq.ParquetFile(path) as file:
            names, n_rows = file.schema_arrow.names, file.metadata.num_rows
    except _DAMAGE:
        raise SourceError("the Parquet file is damaged", where=str(path), next="Write it again") from None
    if n_rows == 0 or not names:
        raise NoRows("there are columns and no rows", where=str(path), next="Export it again")
    return ParquetExport(path, unique_names(names, where=str(path)), {"format": "Parquet"}, n_rows)
