"""Parquet exports keep their own types."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cx_text.errors import SourceError
from cx_text.sources.files.parquet_export import open_parquet


def write(folder: Path, columns: dict[str, pa.Array], **options: int) -> Path:
    path = folder / "reviews.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_types_and_missing_values_are_kept_in_every_chunk(tmp_path):
    at = datetime(2024, 3, 1, 12, tzinfo=UTC)
    path = write(tmp_path, {"score": pa.array([9, None, 3]), "text": pa.array(["a", None, ""]),
                            "at": pa.array([at, None, at]), "tags": pa.array([["x"], [], None])}, row_group_size=2)
    export = open_parquet(path)
    assert (export.columns, export.n_rows, export.facts) == (("score", "text", "at", "tags"), 3, {"format": "Parquet"})
    rows = pd.concat([chunk.rows for chunk in export.chunks(1)])
    assert rows.index.tolist() == [2, 3, 4]
    assert str(rows["score"].dtype) == "int64[pyarrow]"
    assert rows["score"].tolist() == [9, pd.NA, 3]
    assert rows["at"].iloc[0] == at


def test_an_index_of_pandas_stays_a_column(tmp_path):
    path = tmp_path / "indexed.parquet"
    pd.DataFrame({"text": ["a", "b"]}, index=pd.Index([7, 8], name="key")).to_parquet(path)
    [chunk] = open_parquet(path).chunks(10)
    assert chunk.rows.columns.tolist() == ["text", "key"]
    assert chunk.rows.index.tolist() == [2, 3]


def test_no_rows(tmp_path):
    path = write(tmp_path, {"text": pa.array([], pa.string())})
    with pytest.raises(SourceError) as raised:
        open_parquet(path)
    assert str(raised.value) == f"{path}: there are columns and no rows. Export it again."


def test_a_damaged_file_is_one_line(tmp_path):
    path = write(tmp_path, {"text": pa.array(["a"] * 100)})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError) as raised:
        open_parquet(path)
    assert str(raised.value) == f"{path}: the Parquet file is damaged. Write it again."


def test_a_file_damaged_further_in(tmp_path):
    path = write(tmp_path, {"text": pa.array([f"text {n}" for n in range(10_000)])}, row_group_size=1000)
    content = bytearray(path.read_bytes())
    content[len(content) // 2:len(content) // 2 + 5000] = b"\xff" * 5000
    path.write_bytes(content)
    export = open_parquet(path)
    with pytest.raises(SourceError, match=r": the Parquet file is damaged after row \d+\. Write it again\."):
        list(export.chunks(500))
    with pytest.raises(ValueError, match="n_rows must be at least 1, not 0"):
        list(export.chunks(0))


def test_text_that_is_not_utf8_is_damage(tmp_path):
    text = pa.Array.from_buffers(pa.string(), 1, [*pa.array(["abcd"]).buffers()[:2], pa.py_buffer(b"ab\xffd")])
    path = write(tmp_path, {"text": text})
    with pytest.raises(SourceError) as raised:
        list(open_parquet(path).chunks(5))
    assert str(raised.value) == f"{path}: the Parquet file is damaged after row 1. Write it again."


def test_what_was_read_is_not_held_until_the_end(tmp_path):
    words = [secrets.token_hex(100) for _ in range(50_000)]
    pq.write_table(pa.table({"text": words}), tmp_path / "x.parquet", row_group_size=1_000)
    before = pa.total_allocated_bytes()
    most = max(pa.total_allocated_bytes() - before for _ in open_parquet(tmp_path / "x.parquet").chunks(500))
    assert most < (tmp_path / "x.parquet").stat().st_size / 4
