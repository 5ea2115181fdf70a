"""One Parquet file written a chunk at a time, whose columns grow wider when a later chunk needs it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cx_text.report.cells import as_text, values_of
from cx_text.report.figures import is_missing


class ParquetTable:
    """A Parquet file (zstd) with one row group a chunk.

    A column's type comes from the first chunk that has a value in it. A later chunk whose values do not fit (a word
    among numbers) makes the file be written again with the wider type, row group by row group: rare, and still one
    chunk in memory.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_known: list[bool] = []  # per column: whether any value of it was seen
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: pd.DataFrame) -> None:
        """Add rows; their columns are those of the first call."""
        arrays = [_array(rows.iloc[:, i]) for i in range(len(rows.columns))]
        is_known = [array.null_count < len(array) for array in arrays]
        if self._writer is None:
            self._is_known = is_known
            names = [str(c) for c in rows.columns]
            self._writer = _writer(self._path, [(n, _written(a.type)) for n, a in zip(names, arrays, strict=True)])
        else:
            self._widen(self._writer, arrays, is_known)
        _add(self._writer, arrays)

    def close(self) -> None:
        """Finish the file."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _widen(self, writer: pq.ParquetWriter, arrays: list[pa.Array], is_known: list[bool]) -> None:
        fields = []
        for i, (field, array) in enumerate(zip(writer.schema, arrays, strict=True)):
            kind = field.type
            if is_known[i]:
                kind = _wider(kind, array) if self._is_known[i] else _written(array.type)
                self._is_known[i] = True
            fields.append((field.name, kind))
        if pa.schema(fields) != writer.schema:
            self._rewrite(writer, fields)

    def _rewrite(self, writer: pq.ParquetWriter, fields: list[tuple[str, pa.DataType]]) -> None:
        writer.close()
        path = self._path.with_name(f".{self._path.name}.wider")
        with pq.ParquetFile(self._path) as before:
            self._writer = _writer(path, fields)
            for i in range(before.num_row_groups):
                group = before.read_row_group(i)
                _add(self._writer, [_one(group.column(j)) for j in range(len(fields))])
        # The writer goes on in the renamed file: an open file stays the same whatever its name.
        path.replace(self._path)


def _writer(path: Path, fields: list[tuple[str, pa.DataType]]) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, pa.schema(fields), compression="zstd")


def _add(writer: pq.ParquetWriter, arrays: list[pa.Array]) -> None:
    cast = [_cast(array, field.type) for array, field in zip(arrays, writer.schema, strict=True)]
    writer.write_table(pa.Table.from_arrays(cast, schema=writer.schema))


def _array(column: pd.Series) -> pa.Array:
    """Return a column as an array without pandas' own types; as text where its values are of several kinds."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    try:
        array = _one(pa.Array.from_pandas(column))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _texts(values_of(column))
    if pa.types.is_struct(array.type) or pa.types.is_map(array.type):
        return _texts(values_of(column))
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        return array.cast(pa.string())
    return array


def _one(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(array, pa.ChunkedArray):
        return array
    combined = array.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)


def _texts(values: list[object]) -> pa.Array:
    return pa.array([None if is_missing(v) else as_text(v) for v in values], pa.string())


def _written(kind: pa.DataType) -> pa.DataType:
    """Return the type that a column is written as while nothing is known of it: text, which every reader knows."""
    if pa.types.is_null(kind):
        return pa.string()
    return pa.list_(pa.string()) if pa.types.is_list(kind) and pa.types.is_null(kind.value_type) else kind


def _wider(kind: pa.DataType, array: pa.Array) -> pa.DataType:
    """Return a type that holds both: `kind` itself where the values fit exactly, else the wider, at worst text."""
    if kind == array.type:
        return kind
    if pa.types.is_integer(kind) and pa.types.is_floating(array.type) and _fits(array, kind):
        return kind  # whole numbers come as floats where some are missing
    try:
        both = pa.unify_schemas([pa.schema([("c", kind)]), pa.schema([("c", array.type)])],
                                promote_options="permissive").field(0).type
    except pa.ArrowException:
        return pa.string()
    return pa.string() if pa.types.is_binary(both) else both


def _fits(array: pa.Array, kind: pa.DataType) -> bool:
    try:
        array.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return the array as another type; to text by the same rule as the CSV."""
    if array.type == kind:
        return array
    if array.null_count == len(array):
        return pa.nulls(len(array), kind)
    if pa.types.is_string(kind):
        return _texts(array.to_pylist())
    return array.cast(kind, safe=not pa.types.is_floating(kind))  # beyond 2**53 a float is all that holds both
