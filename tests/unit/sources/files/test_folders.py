"""Folders and several files, as one export."""

from pathlib import Path

import pandas as pd
import pytest

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow
from cx_text.sources.files.folders import source_files, title_of
from cx_text.sources.files.opening import open_export

CSV = "id,comment\n1,good\n2,bad\n"
MORE = "comment,id\nfine,3\n"


@pytest.fixture
def folder(tmp_path):
    here = tmp_path / "2024"
    here.mkdir()
    return here


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def refused(given, message):
    with pytest.raises(SourceError) as raised:
        open_export(given)
    assert str(raised.value) == message


def test_a_folder_is_one_export_in_the_order_of_names(folder):
    write(folder, {"b.csv": MORE, "a/c.csv": CSV, "a/b/d.csv": "id,comment\n4,late,x\n5,slow\n"})
    export = open_export(folder)
    assert (export.columns, export.n_rows, title_of(export)) == (("id", "comment", "file"), 5, "2024 (3 files)")
    assert export.facts == {
        "format": "CSV", "encoding": "utf-8", "separator": "comma", "files": "a/b/d.csv, a/c.csv, b.csv",
        "rows": "row 1,007 is row 7 of a/c.csv, the second file, and so on; column 'file' says which file"}
    (chunk,) = export.chunks(100)
    assert chunk.rows.index.tolist() == [3, 1002, 1003, 2002]
    assert chunk.rows["file"].tolist() == ["a/b/d.csv", "a/c.csv", "a/c.csv", "b.csv"]
    assert chunk.broken == (BrokenRow(2, "row 2 of a/b/d.csv: it has 3 cells where the header has 2"),)
    assert source_files(export) == {name: folder / name for name in ("a/b/d.csv", "a/c.csv", "b.csv")}


def test_what_is_no_table_is_left_out_and_named(folder, tmp_path):
    write(folder, {"a.csv": CSV, "b.csv": MORE, ".hidden.csv": CSV, "~$a.xlsx": "x", "~WRL0001.tmp": "x",
                   "logo.png": "x", ".~lock.a.csv#": "x", "README.txt": "Read me", ".git/a.csv": CSV, "Thumbs.db": "x",
                   ".DS_Store": "x", "empty.csv": "", "none.csv": "id,comment\n"})
    elsewhere = write(tmp_path / "elsewhere", {"c.csv": CSV})
    (folder / "linked").symlink_to(elsewhere)
    (folder / "linked.csv").symlink_to(elsewhere / "c.csv")
    export = open_export(folder)
    assert export.facts["files"] == "a.csv, b.csv"
    assert export.facts["left out"] == (
        ".git/, .hidden.csv, .~lock.a.csv#, README.txt, linked.csv, linked/, logo.png, ~$a.xlsx, ~WRL0001.tmp, "
        "empty.csv (no rows) and 1 more")


def test_a_folder_that_is_a_link_and_one_table_in_it(folder, tmp_path):
    write(folder, {"a.csv": CSV, "notes.md": "x"})
    (tmp_path / "link").symlink_to(folder)
    export = open_export(tmp_path / "link")
    assert (export.columns, title_of(export), export.facts["left out"]) == (("id", "comment"), "a.csv", "notes.md")
    (folder / "notes.md").unlink()
    assert "left out" not in open_export(folder).facts


def test_formats_may_differ_and_what_was_seen_of_each_is_told(folder):
    write(folder, {"a.csv": CSV})
    pd.DataFrame({"id": [7], "comment": ["dear"]}).to_excel(folder / "b.xlsx", index=False)
    (folder / "c.csv").write_bytes("id;comment\n8;très cher\n".encode("utf-16"))
    export = open_export(folder)
    assert {name: export.facts[name] for name in ("format", "encoding", "separator")} == {
        "format": "CSV; XLSX (b.xlsx)", "encoding": "utf-8; utf-16 (c.csv)", "separator": "comma; semicolon (c.csv)"}
    (chunk,) = export.chunks(10)
    assert chunk.rows.values.tolist() == [["1", "good", "a.csv"], ["2", "bad", "a.csv"], ["7", "dear", "b.xlsx"],
                                          ["8", "très cher", "c.csv"]]


def test_several_files_in_the_order_given(folder):
    write(folder, {"a.csv": CSV, "sub/b.csv": MORE, "c.csv": MORE})
    export = open_export([folder / "c.csv", str(folder / "a.csv")])
    assert (export.path, title_of(export), export.facts["files"]) == (folder, "c.csv and 1 more file", "c.csv, a.csv")
    export = open_export([folder / "sub" / "b.csv", folder / "a.csv", folder / "c.csv"])
    assert (export.path, title_of(export), export.facts["files"]) == (
        folder, "b.csv and 2 more files", "sub/b.csv, a.csv, c.csv")
    assert open_export([folder / "a.csv"]).columns == ("id", "comment")


def test_what_cannot_be_one_export_is_one_line(folder):
    refused(folder, f"{folder}: no file in this folder can be read. Give the export itself, or a folder of exports.")
    write(folder, {"a.png": "x"})
    refused(folder, f"{folder}: no file in this folder can be read; it holds a.png. Give the export itself, or a "
                    "folder of exports.")
    write(folder, {"a.csv": "id,comment\n"})
    refused(folder, f"{folder}: none of its files has a row: a.csv. Export them again.")
    write(folder, {"a.csv": CSV, "b.csv": "id,words\n1,x\n"})
    alike = "Give one of the two, or files with the same columns."
    for given in (folder, [folder / "a.csv", folder / "b.csv"]):
        refused(given, f"{folder}/b.csv: it has other columns than a.csv: it lacks comment. {alike}")
    write(folder, {"b.csv": "%PDF-1.7\n"})
    with pytest.raises(SourceError, match=r"/2024/b\.csv: this is a PDF\. Files that can be read"):
        open_export(folder)
    refused([folder / "a.csv", folder],
            f"{folder}: this is a folder among several files. Give one folder alone, or files alone.")
    refused([folder / "a.csv", folder / ".." / "2024" / "a.csv"],
            f"{folder}/../2024/a.csv: this file is given twice. Give each file once.")
    refused([], "no file was given. Give one export or more.")


def test_a_crowd_of_files_is_refused(folder, monkeypatch):
    monkeypatch.setattr("cx_text.sources.files.folders.MAX_FILES", 2)
    write(folder, {f"{n}.csv": CSV for n in range(3)})
    refused(folder, f"{folder}: it holds more than 2 files. Give a folder with the exports alone.")


def test_a_date_that_one_file_cannot_tell_is_told_by_all(folder):
    from cx_text.sources.columns.plan import plan_columns

    words = "The delivery was late again"
    write(folder, {f"{n:02}.csv": f"Date,Comment\n{n:02}/03/2024,{words}\n" for n in (1, 2, 25)})
    sample = next(iter(open_export(folder).chunks(1000))).rows
    assert str(plan_columns(sample, where="x").date_format) == "day/month/year, times without a zone taken as UTC"
