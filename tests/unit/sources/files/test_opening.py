"""A path becomes an export, or one clear line."""

import gzip
import io
import os
import random
import socket
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from cx_text.errors import SourceError
from cx_text.sources.files.opening import open_export

KNOWN = ("Files that can be read: .csv, .tsv, .txt, .xlsx, .xls, .ods, .json, .jsonl and .parquet, "
         "also packed as .zip or .gz.")
DAMAGED_ZIP = "this is a ZIP archive, and it is damaged. Download it again, or unpack it and give the file inside."
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
    ("a.parquet", parquet()), ("a.json", b'[{"id": 1, "comment": "good"}]'), ("a.zip", zipped("a.csv")),
    ("a.csv.gz", gzip.compress(CSV, mtime=0)),
])
def test_every_format_gives_the_same_rows(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    export = open_export(str(path))
    [chunk] = export.chunks(100)
    assert export.path == path
    assert export.columns == ("id", "comment")
    assert [[str(value) for value in row] for row in chunk.rows.values.tolist()] == [["1", "good"]]
    assert export.facts["format"] in ("CSV", "XLSX", "JSONL", "JSON", "Parquet")


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.csv", xlsx(), "its name ends in .csv, and it is an Excel workbook: read as that"),
    ("a.csv", parquet(), "its name ends in .csv, and it is a Parquet file: read as that"),
    ("a.csv", b'{"id": 1, "comment": "good"}\n' * 2,
     "its name ends in .csv, and it is JSON, one object a line: read as that"),
    ("a.xlsx", CSV, "its name ends in .xlsx, and it is a text table: read as that"),
    ("a.xls", CSV.replace(b",", b"\t"), "its name ends in .xls, and it is a text table: read as that"),
    ("a.parquet", CSV, "its name ends in .parquet, and it is a text table: read as that"),
    ("a.jsonl", CSV, "its name ends in .jsonl, and it is a text table: read as that"),
    ("a.jsonl", b'[{"id": 1, "comment": "good"}]', "its name ends in .jsonl, and it is JSON: read as that"),
    ("answers", xlsx(), "its name has no extension, and it is an Excel workbook: read as that"),
])
def test_a_file_is_read_as_what_it_holds(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    export = open_export(path)
    assert (export.path, export.columns) == (path, ("id", "comment"))
    assert export.facts["content"] == said
    for _ in range(2):
        assert {tuple(row) for chunk in export.chunks(1) for row in chunk.rows.astype(str).values} == {("1", "good")}


@pytest.mark.parametrize("name", ["a.csv", "a.zip"])
def test_packed_files_are_told_by_what_they_hold(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(zipped("deep/a.csv"))
    assert open_export(path).facts["packed"] == "deep/a.csv"

@pytest.mark.parametrize(("name", "content", "expected"), [
    ("a.csv", b"", "the file is empty. Export it again."),
    ("a.xlsx", b"", "the file is empty. Export it again."),
    ("a.csv", b"\xef\xbb\xbf \n\n", "the file is empty. Export it again."),
    ("a.xlsx", b"<html><table><tr><td>id</td></tr></table></html>",
     "this is a web page (HTML). Open it in Excel and save it as .xlsx, or export it again as CSV."),
    ("a.csv", b'<?xml version="1.0"?><Workbook/>', f"this is an XML file. {KNOWN}"),
    ("a.xlsx", zipped("mimetype"), "this is an OpenDocument file. Open it and save it as .xlsx or .csv."),
    ("a.docx", zipped("word/document.xml"), f"this is a Word document. {KNOWN}"),
    ("a.xlsx", xlsx()[:300], DAMAGED_ZIP),
    ("a.csv", b"BZh91AY&SY" + bytes(50), "this is a compressed archive. Unpack it and give the file inside."),
    ("a.csv", b"%PDF-1.7\n", f"this is a PDF. {KNOWN}"),
    ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), f"this is an image. {KNOWN}"),
    ("a.csv", bytes(range(256)) * 8, f"this is binary data. {KNOWN}"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
     "this is a workbook locked with a password, or another Office file of old. "
     "Open it in Excel and save it as .xlsx, without a password."),
    ("a.jsonl", b'{\n "id": 1,\n "x": {}\n}\n',
     "this JSON has no list of objects, one for each comment. Write one JSON object a line and name the file .jsonl."),
    ("a.csv", b",".join(b"c%d" % n for n in range(16_385)) + b"\n1,2\n",
     "the header has 16,385 columns; at most 16,384 can be read."),
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


def test_what_cannot_be_opened(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert message(pipe) == f"{pipe}: this is not a regular file. Save it as a file first."
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(name := str(tmp_path / "s.csv"))
        assert message(Path(name)) == f"{name}: this is not a regular file. Save it as a file first."
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert message(loop) == f"{loop}: this file cannot be opened: Too many levels of symbolic links."
    nul = Path("a\0b.csv")
    assert message(nul) == f"{nul}: this file cannot be opened: embedded null byte."


def test_an_endless_line(tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.sources.files.encoding._MAX_LINE", 1_000)
    path = tmp_path / "a.csv"
    path.write_bytes(CSV + b"x" * 2_000)
    assert message(path) == f"{path}: a line is longer than 64 million characters, so this is no table."


def test_nul_bytes_are_left_out_and_counted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV + b"2,b\x00ad\n" + b"3,fine\n" * 100)
    export = open_export(path)
    assert export.facts["encoding"] == "utf-8, 1 NUL characters left out"
    assert [chunk.rows["comment"].iloc[1] for chunk in export.chunks(200)] == ["bad"]


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
        f"{path}: only workbooks (.xlsx, .xls, .ods) have sheets, and this is a text table. Leave out --sheet."


@pytest.mark.parametrize("content", [
    b'"id","comment"\n1,good\n', b"[id],comment\n1,good\n", b"{id},comment\n1,good\n", b"<b>,comment\n1,good\n",
    b"id,comment\n1,\xff\xfe\n",
], ids=["quotes", "brackets", "braces", "tag", "old encoding"])
def test_tables_that_look_like_something_else(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert len(open_export(path).columns) == 2


SAVE_AGAIN = "Open it in Excel or LibreOffice and save it again, or export it as CSV."
LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"


def workbook(path: Path, part: str, change) -> Path:
    with zipfile.ZipFile(io.BytesIO(xlsx())) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, change(content) if name == part else content)
    return path


@pytest.mark.parametrize(("part", "change", "expected"), [
    ("xl/worksheets/sheet1.xml", lambda xml: LAUGHS + xml,
     f"its XML declares entities, as no workbook does. {SAVE_AGAIN}"),
    ("xl/workbook.xml", lambda xml: b"<!-- " + b"x" * 3_000_000 + b" -->" + LAUGHS + xml,
     f"its XML declares entities, as no workbook does. {SAVE_AGAIN}"),
    ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<row r="2"', b'<row r="900000000"'),
     f"one of its rows or columns is further out than any sheet reaches. {SAVE_AGAIN}"),
    ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="A2"', b'r="A1048577"'),
     f"one of its rows or columns is further out than any sheet reaches. {SAVE_AGAIN}"),
    ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="B2"', b'r="ZZZZZ2"'),
     f"one of its rows or columns is further out than any sheet reaches. {SAVE_AGAIN}"),
    ("xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'<row r="2"', b'<row r="9&#57;9999999"'),
     f"one of its rows or columns is further out than any sheet reaches. {SAVE_AGAIN}"),
], ids=["laughs", "late laughs", "row", "cell", "column", "spelt"])
def test_a_workbook_made_to_fill_the_memory_is_refused(tmp_path, part, change, expected):
    path = workbook(tmp_path / "a.xlsx", part, change)
    assert message(path) == f"{path}: {expected}"


@pytest.mark.parametrize("change", [
    lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'),
    lambda xml: xml.replace(b'<row r="2"', b'<row r="1048576"').replace(b'"A2"', b'"A1048576"').replace(
        b'"B2"', b'"B1048576"'),
], ids=["size", "last row"])
def test_a_large_sheet_of_few_cells_is_read(tmp_path, change):
    export = open_export(workbook(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", change))
    assert [chunk.rows.values.tolist() for chunk in export.chunks(10)] == [[["1", "good"]]]


def test_a_workbook_with_a_wrong_checksum_is_one_line(tmp_path):
    path = tmp_path / "a.xlsx"
    content = bytearray(xlsx())
    at = content.index(b"PK\x01\x02")
    content[at + 16] ^= 0xff
    path.write_bytes(content)
    assert message(path) == f"{path}: the workbook is damaged. {SAVE_AGAIN}"


DAMAGED = {
    "a.zip": zipped("a.csv"), "a.csv.gz": gzip.compress(CSV * 9), "a.xlsx": xlsx(), "a.parquet": parquet(),
    "a.json": b'{"items": [{"id": 1, "a": {"b": [1, 2]}, "t": "x"}, {"id": 2, "a": {"b": [3]}, "t": "y"}]}',
    "a.jsonl": b'{"a": {"b": 1}, "answers": [{"field": {"id": "x"}, "type": "choice", "choice": {"labels": 5}}]}\n' * 3,
}
UGLY = (b"[", b"{", b'"', b"]", b"}", b"null", b"1e999", b"\\u0000", b"\x00" * 4, b"\xff" * 4, b"\xff\xff\xff\x7f")


@pytest.mark.parametrize("name", DAMAGED)
def test_whatever_happens_to_a_file_it_is_read_or_refused_in_one_line(tmp_path, name):
    rng = random.Random(name)
    path = tmp_path / name
    for _ in range(60):
        content = bytearray(DAMAGED[name])
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(content) + 1)
            content[at:at + rng.choice((0, 1, 4, 8))] = rng.choice((*UGLY, b""))
        path.write_bytes(content)
        said = f"{path}: read"
        try:
            list(open_export(path).chunks(3))
        except SourceError as error:
            said = str(error)
        assert "\n" not in said
        assert said.startswith(str(path))
