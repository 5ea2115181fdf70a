"""Several sheets of a workbook that are alike, as one export."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from cx_text.errors import NoRows
from cx_text.sources.files.folders import source_files, title_of
from cx_text.sources.files.opening import open_export

NEXT = "row 1,007 is row 7 of Feb, the second sheet, and so on; column 'sheet' says which sheet"


def write(folder: Path, sheets: dict[str, list[list]], hidden: tuple[str, ...] = ()) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    workbook.save(folder / "survey.xlsx")
    return folder / "survey.xlsx"


def test_all_sheets_alike_are_one_export(tmp_path):
    path = write(tmp_path, {
        "Notes": [["What"], ["Made in May"]], "Jan": [["id", "comment"], [1, "good"]],
        "Feb": [["comment", "id"], ["bad", 2], ["fine", 3]], "Mar": [["id", "comment"]],
        "Old": [["id", "comment"], [9, "x"]]},
        hidden=("Old",))
    assert "other sheets with the same columns" not in open_export(path).facts  # it reads Notes
    export = open_export(path, sheet="*")
    assert (export.path, title_of(export), export.n_rows) == (path, "survey.xlsx", 3)
    assert source_files(export) == {"survey.xlsx": path}
    assert export.facts == {"format": "XLSX", "sheets": "Jan, Feb", "rows": NEXT,
                            "sheets left out": "Mar (no rows), Notes (other columns)"}
    (chunk,) = export.chunks(10)
    assert chunk.rows.to_dict("index") == {2: {"id": "1", "comment": "good", "sheet": "Jan"},
                                           1002: {"id": "2", "comment": "bad", "sheet": "Feb"},
                                           1003: {"id": "3", "comment": "fine", "sheet": "Feb"}}


def test_the_others_are_offered(tmp_path):
    path = write(tmp_path, {name: [["id", "comment"], [1, "good"]] for name in ("Jan", "Feb", "Mar")})
    assert open_export(path).facts["other sheets with the same columns"] == "Feb, Mar; --sheet '*' reads all"
    assert open_export(path, sheet="Jan").facts == {"format": "XLSX", "sheet": "Jan"}


def test_one_sheet_alone_and_none(tmp_path):
    export = open_export(write(tmp_path, {"Jan": [["id"], [1]], "Feb": []}), sheet="*")
    assert (export.columns, export.facts["sheets left out"]) == (("id",), "Feb (no rows)")
    path = write(tmp_path, {"Jan": [["id"]]})
    with pytest.raises(NoRows) as raised:
        open_export(path, sheet="*")
    assert str(raised.value) == f"{path}: no visible sheet has a row. Export it again."
