"""Exports that are alike, as one."""

from pathlib import Path

import pandas as pd
import pytest

from cx_text.errors import SourceError
from cx_text.sources.files.csv_export import open_csv
from cx_text.sources.files.parquet_export import open_parquet
from cx_text.sources.files.several import joined


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_row_numbers_begin_at_a_round_number_that_no_row_reaches(tmp_path):
    paths = [write(tmp_path, f"{name}.csv", "id,file\n" + "1,x\n" * n) for name, n in (("a", 5), ("b", 999), ("c", 1))]
    export = joined(tmp_path / "a.zip", ["a", "b", "c"], [open_csv(path) for path in paths])
    assert (export.columns, export.n_rows, export.step) == (("id", "file", "file (2)"), 1_005, 10_000)
    chunks = list(export.chunks(2_000))
    assert [len(chunk.rows) for chunk in chunks] == [1_005]
    firsts = chunks[0].rows.reset_index().groupby("file (2)")["index"].first()
    assert firsts.to_dict() == {"a": 2, "b": 10_002, "c": 20_002}
    assert chunks[0].rows["file"].tolist() == ["x"] * 1_005
    assert [len(chunk.rows) for chunk in export.chunks(999)] == [5, 999, 1]  # never more than asked for


def test_types_of_parquet_are_kept(tmp_path):
    for name in "ab":
        pd.DataFrame({"score": [9], "day": pd.to_datetime(["2024-03-01"])}).to_parquet(tmp_path / name)
    export = joined(tmp_path / "a.zip", ["a", "b"], [open_parquet(tmp_path / name) for name in "ab"])
    assert [str(chunk.rows["score"].dtype) for n in (1, 5) for chunk in export.chunks(n)] == ["int64[pyarrow]"] * 3


def test_damage_names_the_file(tmp_path):
    paths = [write(tmp_path, name, "id,t\n1,x\n") for name in ("a.csv", "b.csv")]
    parts = [open_csv(path) for path in paths]
    paths[1].write_text('id,t\n1,"x\n2,y\n')
    with pytest.raises(SourceError) as raised:
        joined(tmp_path / "a.zip", ["a.csv", "b.csv"], parts)
    assert str(raised.value) == (
        f'{tmp_path}/a.zip/b.csv: a quote (") opened in row 2 is never closed and swallows the line after it. '
        "Close the quote in row 2, or double it if it is part of the words.")
