"""Packed files: read as what is inside, and refused where unpacking is not safe."""

import gc
import gzip
import io
import struct
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow
from cx_text.sources.files.content import Content
from cx_text.sources.files.csv_export import open_csv
from cx_text.sources.files.opening import open_export
from cx_text.sources.files.packed import Limits, open_packed
from cx_text.sources.files.zips import is_crowded

CSV = "id,comment\n1,good\n2,bad\n"
GIVE_ONE = "Unpack it and give one of the files."
GIVE_ALIKE = "Give one of the two, or files with the same columns."
GIVE_INSIDE = "Unpack it and give the file inside."
ASK = "Ask who made it for the file itself."


@pytest.fixture(autouse=True)
def unpacked(tmp_path, monkeypatch):
    """Return the folder in which everything is unpacked."""
    folder = tmp_path / "unpacked"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def zipped(folder: Path, members: dict[str, str | bytes], name: str = "a.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def rows(export):
    return [row for chunk in export.chunks(2) for row in chunk.rows.values.tolist()]


def refused(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(SourceError) as raised:
        open_packed(path, Content.ZIP if zipfile.is_zipfile(path) else Content.GZIP, open_csv, (".csv", ".txt"), limits)
    assert raised.value.where is not None
    return str(raised.value).removeprefix(str(path))


def test_a_zip_with_one_file_is_that_file(tmp_path, unpacked):
    path = zipped(tmp_path, {"export/": "", "export/answers.csv": CSV, "__MACOSX/export/._answers.csv": "x",
                             ".DS_Store": "x", "export/README.txt": "Read me, please", "export/logo.png": "x"})
    export = open_export(path)
    assert (export.path, export.columns, export.n_rows) == (path, ("id", "comment"), 2)
    assert export.facts == {"format": "CSV", "encoding": "utf-8", "separator": "comma", "packed": "export/answers.csv",
                            "left out": "export/README.txt, export/logo.png"}
    for _ in range(2):  # each time from the first row
        assert rows(export) == [["1", "good"], ["2", "bad"]]
    assert len(list(unpacked.iterdir())) == 1
    assert [folder.stat().st_mode & 0o777 for folder in unpacked.iterdir()] == [0o700]
    del export
    gc.collect()
    assert list(unpacked.iterdir()) == []


def test_gzip_with_the_name_inside(tmp_path):
    path = tmp_path / "download.gz"
    with path.open("wb") as file, gzip.GzipFile("answers.csv", "wb", fileobj=file) as packed:
        packed.write(CSV.encode())
    assert open_export(path).facts["packed"] == "answers.csv"
    path.write_bytes(gzip.compress(CSV.encode()))
    with pytest.raises(SourceError, match=r"download\.gz/download: the file's name has no extension\. Files that"):
        open_export(path)


@pytest.mark.parametrize(("name", "content", "form"), [
    ("a.csv.gz", CSV.encode(), "CSV"),
    ("a.jsonl.gz", b'{"id": 1, "comment": "good"}\n{"id": 2, "comment": "bad"}', "JSONL"),
    ("a.json.gz", b'[{"id": 1, "comment": "good"}, {"id": 2, "comment": "bad"}]', "JSON"),
])
def test_gzip(tmp_path, name, content, form):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content))
    export = open_export(path)
    assert rows(export) == [["1", "good"], ["2", "bad"]]
    assert (export.facts["format"], export.facts["packed"]) == (form, name.removesuffix(".gz"))


def test_a_workbook_in_a_zip_and_its_sheet(tmp_path):
    out = io.BytesIO()
    with pd.ExcelWriter(out) as writer:
        for sheet, number in (("May", 5), ("June", 6)):
            pd.DataFrame({"n": [number]}).to_excel(writer, sheet_name=sheet, index=False)
    path = zipped(tmp_path, {"a.xlsx": out.getvalue()})
    assert rows(open_export(path, sheet="June")) == [["6"]]
    with pytest.raises(SourceError) as raised:
        open_export(path, sheet="Jun")
    assert str(raised.value) == (f"{path}/a.xlsx: there is no sheet 'Jun'; did you mean 'June'? It has: May, June. "
                                 "Choose one with --sheet.")


def test_several_files_alike_are_one_export(tmp_path):
    path = zipped(tmp_path, {"2024-02.csv": "comment,id\nfine,3\n,,,\nx,4,5\n", "2024-01.csv": CSV})
    export = open_export(path)
    assert (export.columns, export.n_rows) == (("id", "comment", "file"), 4)
    assert export.facts == {
        "format": "CSV", "encoding": "utf-8", "separator": "comma", "files": "2024-01.csv, 2024-02.csv",
        "empty rows": "1 left out (2024-02.csv)",
        "rows": "row 1,007 is row 7 of 2024-02.csv, the second file, and so on; column 'file' says which file"}
    for _ in range(2):
        (chunk,) = export.chunks(10)
        assert chunk.rows.to_dict("index") == {2: {"id": "1", "comment": "good", "file": "2024-01.csv"},
                                               3: {"id": "2", "comment": "bad", "file": "2024-01.csv"},
                                               1002: {"id": "3", "comment": "fine", "file": "2024-02.csv"}}
        assert chunk.broken == (
            BrokenRow(1004, "row 4 of 2024-02.csv: it has 3 cells where the header has 2"),)
    assert [len(chunk.rows) for chunk in export.chunks(2)] == [2, 1]


def test_a_file_without_rows_is_left_out(tmp_path):
    export = open_export(zipped(tmp_path, {"a.csv": CSV, "b.csv": "id,comment\n"}))
    assert (export.columns, export.facts["left out"]) == (("id", "comment"), "b.csv (no rows)")


@pytest.mark.parametrize(("members", "expected"), [
    ({"a.csv": CSV, "b.csv": "id,words\n1,x\n"},
     f"/b.csv: it has other columns than a.csv: it lacks comment. {GIVE_ALIKE}"),
    ({"a.csv": CSV, "b.csv": "id,comment,day\n1,x,y\n"},
     f"/b.csv: it has other columns than a.csv: it also has day. {GIVE_ALIKE}"),
    ({"a.csv": CSV, "b.csv": b'{"id": 1}'},
     f": it holds a.csv, b.csv, and b.csv is JSON, one object a line where a.csv is a text table. {GIVE_ONE}"),
    ({}, ": there is no file in it."),
    ({".DS_Store": "x"}, ": there is no file in it."),
    ({"a.png": "x", "b.pdf": "y"}, ": none of its files can be read; it holds a.png, b.pdf."),
    ({"a.csv": CSV, "inner.zip": "x"}, f": it holds another archive, inner.zip. {GIVE_INSIDE}"),
    ({"a.csv": gzip.compress(b"x")}, f": it holds another archive, a.csv. {GIVE_INSIDE}"),
    ({"a.csv": "id,comment\n"}, "/a.csv: there is a header and no row below it. Export it again."),
    ({"/etc/a.csv": CSV}, f": its member '/etc/a.csv' points outside of it. {ASK}"),
    ({"C:\\a.csv": CSV}, f": its member 'C:/a.csv' points outside of it. {ASK}"),
    ({"x/../../a.csv": CSV}, f": its member 'x/../../a.csv' points outside of it. {ASK}"),
], ids=["lacks", "more", "forms", "empty", "clutter", "unreadable", "nested", "hidden archive", "no rows", "absolute",
        "drive", "above"])
def test_what_is_inside_does_not_fit(tmp_path, unpacked, members, expected):
    assert refused(zipped(tmp_path, members)) == expected
    assert list(unpacked.iterdir()) == []


def test_a_link_a_nul_and_a_password(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(path) == f": its member 'a.csv' is a link, not a file. {ASK}"
    path = zipped(tmp_path, {"a.csvXtxt": CSV})
    path.write_bytes(path.read_bytes().replace(b"a.csvXtxt", b"a.csv\0txt"))
    assert refused(path) == f": the name of its member 'a.csv?txt' is not one of a file. {ASK}"
    path = zipped(tmp_path, {"a.csv": CSV})
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the flag that says encrypted
    path.write_bytes(content)
    assert refused(path) == f": it is locked with a password. {GIVE_INSIDE}"


def test_limits(tmp_path, unpacked):
    bomb = zipped(tmp_path, {"a.csv": "id,comment\n" + "1,0\n" * 500_000})
    trap = "it unpacks to more than 100 times its size, as only a trap does. If you trust it, unpack it and give the " \
           "file inside."
    assert refused(bomb, Limits(ratio=100, free_bytes=1 << 20)) == f": {trap}"
    assert refused(bomb, Limits(n_bytes=1 << 20)) == (
        ": it unpacks to more than 0.000977 GiB. If that is right, unpack it and give the file inside.")
    gzipped = tmp_path / "a.csv.gz"
    gzipped.write_bytes(gzip.compress(b"id,comment\n" + b"1,0\n" * 500_000))
    assert refused(gzipped, Limits(ratio=100, free_bytes=1 << 20)) == f": {trap}"
    assert open_export(bomb).n_rows == 500_000  # small enough, however well it packs
    several = zipped(tmp_path, {f"{n}.csv": CSV for n in range(3)})
    assert refused(several, Limits(n_files=2)) == f": it holds 3 files; at most 2 are read as one. {GIVE_ONE}"
    assert Limits().n_bytes > 2 << 30
    gc.collect()
    assert list(unpacked.iterdir()) == []


def test_a_crowd_of_members_is_refused_before_they_are_listed(tmp_path):
    path = zipped(tmp_path, {f"{n}": "" for n in range(10_001)})
    assert is_crowded(path)
    assert refused(path) == f": it holds more than 10,000 files. {GIVE_ONE}"
    path = zipped(tmp_path, {"a.csv": CSV})
    content = path.read_bytes()
    at = content.rindex(b"PK\x05\x06")
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1 << 40, 1 << 30, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, at, 1)
    path.write_bytes(content[:at] + record + locator + content[at:])
    assert is_crowded(path)


@pytest.mark.parametrize(("name", "cut"), [("a.zip", slice(0, 60)), ("a.csv.gz", slice(0, 30))])
def test_damage(tmp_path, unpacked, name, cut):
    path = zipped(tmp_path, {"a.csv": CSV}, name)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(CSV.encode()))
    path.write_bytes(path.read_bytes()[cut])
    with pytest.raises(SourceError) as raised:
        open_export(path)
    kind = "gzip" if name.endswith(".gz") else "ZIP"
    assert str(raised.value) == (f"{path}: this is a {kind} archive, and it is damaged. "
                                 "Download it again, or unpack it and give the file inside.")
    assert list(unpacked.iterdir()) == []


def test_a_wrong_checksum(tmp_path):
    path = zipped(tmp_path, {"a.csv": CSV})
    content = bytearray(path.read_bytes())
    content[14] ^= 0xff
    content[content.rindex(b"PK\x01\x02") + 16] ^= 0xff
    path.write_bytes(content)
    assert refused(path) == (": this is a ZIP archive, and it is damaged. "
                             "Download it again, or unpack it and give the file inside.")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_bytes(tmp_path, method):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", CSV * 100)
    content = bytearray(path.read_bytes())
    content[50:70] = b"\xff" * 20
    path.write_bytes(content)
    assert refused(path) == (": this is a ZIP archive, and it is damaged. "
                             "Download it again, or unpack it and give the file inside.")


def test_names_are_shown_in_one_line(tmp_path):
    assert refused(zipped(tmp_path, {"a\nb.png": "x", "c.pdf": "x"})) == (
        ": none of its files can be read; it holds a?b.png, c.pdf.")
    path = zipped(tmp_path, {"a.csv": CSV})
    path.write_bytes(path.read_bytes().replace(b"a.csv", b"\0.csv"))
    assert refused(path) == f": the name of its member '?.csv' is not one of a file. {ASK}"
