"""JSONL exports, one object a line."""

from pathlib import Path

import pytest

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow
from cx_text.sources.files.jsonl_export import open_jsonl


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "reviews.jsonl"
    path.write_bytes(text.encode(encoding))
    return path


def test_columns_are_all_keys_in_order_of_appearance(tmp_path):
    export = open_jsonl(write(tmp_path, '{"id": 1, "text": "a"}\n\n{"text": "b", "stars": 4.0}\n{"id": 3}\n'))
    assert (export.columns, export.n_rows) == (("id", "text", "stars"), 3)
    [chunk] = export.chunks(10)
    assert chunk.rows.values.tolist() == [["1", "a", None], [None, "b", "4"], ["3", None, None]]
    assert chunk.rows.index.tolist() == [1, 3, 4]  # lines


def test_values_become_exact_text(tmp_path):
    line = '{"t": " NA ", "e": "", "n": null, "f": 4.5, "b": true, "l": ["é", 1], "o": {"x": null}, "s": "a\\ud83d!"}'
    [chunk] = open_jsonl(write(tmp_path, line)).chunks(10)
    assert chunk.rows.iloc[0].tolist() == [" NA ", None, None, "4.5", "true", "é, 1", None, "a\ufffd!"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings(tmp_path, encoding):
    [chunk] = open_jsonl(write(tmp_path, '{"text": "très 👍"}\n', encoding)).chunks(10)
    assert chunk.rows["text"].tolist() == ["très 👍"]


def test_bad_lines_are_broken_rows(tmp_path):
    nested = "[" * 100_000
    endless = f'{{"id": {"9" * 5000}}}'
    export = open_jsonl(write(tmp_path, f'{{"id": 1}}\n{{"id": 2\n[1]\n"x"\n{nested}\n{endless}\n{{"id": 7}}\n'))
    assert export.n_rows == 7
    chunks = list(export.chunks(3))
    assert [row for chunk in chunks for row in chunk.rows["id"]] == ["1", "7"]
    assert [b for chunk in chunks for b in chunk.broken] == [
        BrokenRow(2, "it is not JSON"), BrokenRow(3, "it is not a JSON object"),
        BrokenRow(4, "it is not a JSON object"),
        BrokenRow(5, "it is not JSON"), BrokenRow(6, "it is not JSON")]


@pytest.mark.parametrize(("text", "message"), [
    ("nothing\nhere\n", "no line is a JSON object with something in it; line 1: it is not JSON."),
    ("{}\n{}\n", "no line is a JSON object with something in it."),
])
def test_files_without_objects_say_so(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(SourceError) as raised:
        open_jsonl(path)
    assert str(raised.value) == f"{path}: {message}"


def test_missing_numbers_as_python_writes_them_are_empty(tmp_path):
    [chunk] = open_jsonl(write(tmp_path, '{"n": NaN, "m": -Infinity, "text": "NaN"}\n')).chunks(10)
    assert chunk.rows.values.tolist() == [[None, None, "NaN"]]
