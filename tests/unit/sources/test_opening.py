"""A path becomes an export, or one clear line."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from cx_text.errors import SourceError
from cx_text.sources.opening import open_export

KNOWN = "Files that can be read: .csv, .tsv, .txt, .xlsx, .jsonl and .parquet."
CSV = b"id,comment\n1,good\n"


def xlsx() -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"id": [1], "comment": ["good"]}).to_excel(out, index=False)
    return out.getvalue()


def parquet() -> bytes:
    return pd.DataFrame({"id": [1], "comment": ["good"]}).to_parquet()


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, CSV)
    return out.getvalue()


def message(path: Path, **options: str) -> str:
    with pytest.raises(SourceError) as raised:
        open_export(path, **options)
    text = str(raised.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(("name", "content"), [
    ("a.csv", CSV), ("a.TSV", CSV.replace(b",", b"\t")), ("a.txt", CSV), ("a.xlsx", xlsx()),
    ("a.jsonl", b'{"id": 1, "comment": "good"}'), ("a.ndjson", b'{"id": 1, "comment": "good"}\n'),
    ("a.parquet", parquet()),
])
def test_every_format_gives_the_same_rows(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    export = open_export(str(path))
    [chunk] = export.chunks(100)
    assert export.path == path
    assert export.columns == ("id", "comment")
    assert [[str(value) for value in row] for row in chunk.rows.values.tolist()] == [["1", "good"]]
    assert export.facts["format"] in ("CSV", "XLSX", "JSONL", "Parquet")


@pytest.mark.parametrize(("name", "content", "expected"), [
    ("a.csv", b"", "the file is empty. Export it again."),
    ("a.xlsx", b"", "the file is empty. Export it again."),
    ("a.csv", b"\xef\xbb\xbf \n\n", "the file is empty. Export it again."),
    ("a.csv", xlsx(), "this is not a text table but an Excel workbook. Rename it to a.xlsx."),
    ("a.csv", parquet(), "this is not a text table but a Parquet file. Rename it to a.parquet."),
    ("a.csv", b'{"id": 1}\n{"id": 2}\n',
     "this is not a text table but JSON, one object a line. Rename it to a.jsonl."),
    ("a.xlsx", CSV, "this is not an Excel workbook but a text table. Rename it to a.csv."),
    ("a.parquet", CSV, "this is not a Parquet file but a text table. Rename it to a.csv."),
    ("a.jsonl", CSV, "this is not JSON, one object a line but a text table. Rename it to a.csv."),
    ("a.xlsx", b"<html><table><tr><td>id</td></tr></table></html>",
     "this is a web page (HTML). Open it in Excel and save it as .xlsx, or export it again as CSV."),
    ("a.csv", b'<?xml version="1.0"?><Workbook/>', f"this is an XML file. {KNOWN}"),
    ("a.csv", zipped("a.csv"), "this is a ZIP archive. Unpack it and give the file inside."),
    ("a.xlsx", zipped("mimetype"), "this is an OpenDocument file. Open it and save it as .xlsx or .csv."),
    ("a.docx", zipped("word/document.xml"), f"this is a Word document. {KNOWN}"),
    ("a.xlsx", xlsx()[:300], "this is a ZIP archive. Unpack it and give the file inside."),
    ("a.csv", gzip.compress(CSV), "this is a gzip archive. Unpack it and give the file inside."),
    ("a.csv", b"%PDF-1.7\n", f"this is a PDF. {KNOWN}"),
    ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), f"this is an image. {KNOWN}"),
    ("a.csv", bytes(range(256)) * 8, f"this is binary data. {KNOWN}"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
     "this is an old Excel workbook (.xls) or one locked with a password. "
     "Open it in Excel and save it as .xlsx, without a password."),
    ("a.jsonl", b'[{"id": 1}, {"id": 2}]',
     "this is one JSON value instead of one object a line. Write one JSON object a line and name the file .jsonl."),
    ("a.jsonl", b'{\n "id": 1,\n "x": {}\n}\n',
     "this is one JSON value instead of one object a line. Write one JSON object a line and name the file .jsonl."),
    ("a.doc", CSV, f"the extension '.doc' is not known. {KNOWN}"),
    ("answers", CSV, f"the file's name has no extension. {KNOWN}"),
])
def test_files_that_are_not_what_they_say(tmp_path, name, content, expected):
    path = tmp_path / name
    path.write_bytes(content)
    assert message(path) == f"{path}: {expected}"


def test_no_such_file(tmp_path):
    for name in ("survey_2024.csv", "other.xlsx", "notes.md"):
        (tmp_path / name).touch()
    path = tmp_path / "survey_2023.csv"
    assert message(path) == f"{path}: there is no such file. Did you mean 'survey_2024.csv'?"
    path = tmp_path / "zzz"
    assert message(path) == f"{path}: there is no such file. Files there: other.xlsx, survey_2024.csv."
    path = tmp_path / "no" / "zzz.csv"
    assert message(path) == f"{path.parent}: there is no such folder."


def test_a_folder(tmp_path):
    assert message(tmp_path) == f"{tmp_path}: this is a folder, not a file."
    (tmp_path / "a.csv").touch()
    assert message(tmp_path) == f"{tmp_path}: this is a folder, not a file. Files there: a.csv."


def test_what_cannot_be_opened(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert message(pipe) == f"{pipe}: this is not a regular file. Save it as a file first."
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert message(loop) == f"{loop}: this file cannot be opened: Too many levels of symbolic links."
    nul = Path("a\0b.csv")
    assert message(nul) == f"{nul}: this file cannot be opened: embedded null byte."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything; run as another user")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    path.chmod(0)
    assert message(path) == f"{path}: you may not read this file. Ask its owner, or copy it to a folder of your own."


def test_a_sheet_of_a_file_without_sheets(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    assert message(path, sheet="Data") == \
        f"{path}: only an Excel workbook has sheets, and this is a text table. Leave out --sheet."


@pytest.mark.parametrize("content", [
    b'"id","comment"\n1,good\n', b"[id],comment\n1,good\n", b"{id},comment\n1,good\n", b"<b>,comment\n1,good\n",
    b"id,comment\n1,\xff\xfe\n",
], ids=["quotes", "brackets", "braces", "tag", "old encoding"])
def test_tables_that_look_like_something_else(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert len(open_export(path).columns) == 2
