"""Workbooks as spreadsheets write them."""

import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow
from cx_text.sources.columns.plan import plan_columns
from cx_text.sources.files.xlsx_export import open_xlsx
from cx_text.sources.rows import RowReader


def write(folder: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    path = folder / "survey.xlsx"
    workbook.save(path)
    return path


def test_cells_become_exact_text(tmp_path):
    header = ["text", "whole", "share", "day", "time", "clock", "flag", "numeric text", "empty"]
    path = write(tmp_path, {"Data": [header, [
        " NA ", 9.0, 0.1 + 0.2, date(2024, 3, 1), datetime(2024, 3, 1, 14, 5), time(9, 30), True, "007", None]]})
    export = open_xlsx(path)
    assert export.columns == tuple(header)
    [chunk] = export.chunks(10)
    assert chunk.rows.to_dict("index") == {2: {
        "text": " NA ", "whole": "9", "share": "0.3", "day": "2024-03-01", "time": "2024-03-01T14:05:00",
        "clock": "09:30:00", "flag": "true", "numeric text": "007", "empty": None}}


def test_hard_words_stay_whole(tmp_path):
    words = ["👍🏽 gut", "שירות", "line\nbreak", "x" * 30_000]
    path = write(tmp_path, {"Data": [["comment"], *[[word] for word in words]]})
    assert [value for chunk in open_xlsx(path).chunks(2) for value in chunk.rows["comment"]] == words


def test_row_numbers_are_those_of_the_sheet(tmp_path):
    path = write(tmp_path, {"Data": [[], ["id", "comment", None], ["1", "a"], [], [None, None], ["2", "b", None],
                                     ["3", "c", "extra"], ["4"]]})
    [chunk] = open_xlsx(path).chunks(10)
    assert chunk.rows.to_dict("index") == {
        3: {"id": "1", "comment": "a"}, 6: {"id": "2", "comment": "b"}, 8: {"id": "4", "comment": None}}
    assert chunk.broken == (BrokenRow(7, "it has 3 cells where the header has 2"),)


def test_the_first_visible_sheet_with_something_in_it(tmp_path):
    sheets = {"Secret": [["x"], [1]], "Cover": [], "Answers": [["id"], [1]], "More": [["id"], [2]]}
    path = write(tmp_path, sheets, hidden=("Secret",))
    export = open_xlsx(path)
    assert export.facts == {
        "format": "XLSX", "sheet": "Answers, of 3 visible sheets; --sheet chooses",
        "other sheets with the same columns": "More; --sheet '*' reads all", "hidden sheets": "Secret, not read"}
    assert [c.rows["id"].tolist() for c in open_xlsx(path, sheet="More").chunks(5)] == [["2"]]
    assert open_xlsx(path, sheet="Secret").facts["sheet"] == "Secret"


@pytest.mark.parametrize(("sheets", "sheet", "message"), [
    ({"Data": []}, None, "every visible sheet is empty. Export it again."),
    ({"Data": [], "B": [["x"], [1]]}, "Data", "sheet 'Data' is empty. Choose another with --sheet: B."),
    ({"Data": [["id", "comment"]]}, None, "sheet 'Data' has a header and no row below it. Export it again."),
    ({"Answers": [["x"], [1]], "Notes": [["x"], [1]]}, "Answer",
     "there is no sheet 'Answer'; did you mean 'Answers'? It has: Answers, Notes. Choose one with --sheet."),
], ids=["empty", "named and empty", "header only", "no such sheet"])
def test_workbooks_without_rows_say_so(tmp_path, sheets, sheet, message):
    path = write(tmp_path, sheets)
    with pytest.raises(SourceError) as raised:
        open_xlsx(path, sheet=sheet)
    assert str(raised.value) == f"{path}: {message}"


def test_lines_above_the_header_and_a_second_row_of_it(tmp_path):
    path = write(tmp_path, {"Data": [
        ["NPS of Brindlecart"], ["Made on:", "2 March 2026"], [],
        ["Respondent ID", "Collector ID", "Which?", None, "Why?"],
        [None, None, "App", "Web", "Open-Ended Response"], [1, 7, "App", None, "It is quick"], [2, 7, None, "Web"]]})
    export = open_xlsx(path)
    assert export.columns == ("Respondent ID", "Collector ID", "Which?: App", "Which?: Web", "Why?")
    assert export.facts == {
        "format": "XLSX", "sheet": "Data", "preamble": "2 lines above the header left out",
        "survey tool": "SurveyMonkey (2 header rows), because its second row holds the options of the questions in "
                       "the first"}
    [chunk] = export.chunks(10)
    assert chunk.rows.index.tolist() == [6, 7]
    assert chunk.rows["Why?"].tolist() == ["It is quick", None]


def test_a_header_of_two_rows_and_nothing_below(tmp_path):
    path = write(tmp_path, {"Data": [["Respondent ID", "Collector ID", "Why?"], [None, None, "Open-Ended Response"]]})
    with pytest.raises(SourceError) as raised:
        open_xlsx(path)
    assert str(raised.value) == f"{path}: sheet 'Data' has a header and no row below it. Export it again."


def test_day_numbers_of_a_workbook_that_counts_from_1904(tmp_path):
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    workbook.active.append(["Date", "typed", "comment"])
    workbook.active.append([43890, datetime(2024, 3, 1, 14, 5), "The delivery was late again"])
    path = tmp_path / "survey.xlsx"
    workbook.save(path)
    export = open_xlsx(path)
    assert export.facts["days"] == "counted from 1904"
    [chunk] = export.chunks(10)
    assert chunk.rows["typed"].tolist() == ["2024-03-01T14:05:00"]
    plan = plan_columns(chunk.rows, where="x", received_at="Date")
    assert RowReader(plan, source="s").read(chunk.rows).comments[0].received_at == datetime(2024, 3, 1, tzinfo=UTC)


def rewrite(path: Path, part: str, change) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, change(content) if name == part else content)


def test_a_damaged_workbook_is_one_line(tmp_path):
    path = write(tmp_path, {"Data": [["id"], [1]]})
    rewrite(path, "xl/workbook.xml", lambda content: content[:100])
    with pytest.raises(SourceError) as raised:
        open_xlsx(path)
    assert str(raised.value) == (f"{path}: the workbook is damaged. Open it in Excel and save it again, "
                                 "or export it as CSV.")


def test_a_sheet_that_breaks_off_names_the_row(tmp_path):
    path = write(tmp_path, {"Data": [["id", "comment"], *[[n, "words"] for n in range(3000)]]})
    rewrite(path, "xl/worksheets/sheet1.xml", lambda content: content[:len(content) // 2])
    export = open_xlsx(path)
    with pytest.raises(SourceError, match=r": the workbook is damaged at row \d+\. Open it in Excel") as raised:
        list(export.chunks(500))
    assert raised.value.where == str(path)


def test_a_wrong_size_in_the_file_loses_nothing(tmp_path):
    path = write(tmp_path, {"Data": [["id", "comment"], [1, "a"], [2, "b"]]})
    rewrite(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b'ref="A1:B3"', b'ref="A1"'))
    assert [c.rows["comment"].tolist() for c in open_xlsx(path).chunks(5)] == [["a", "b"]]


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path, {"Data": [["id"], [1]]})
    monkeypatch.setattr("cx_text.sources.files.xlsx_export._MAX_UNPACKED", 100)
    with pytest.raises(SourceError) as raised:
        open_xlsx(path)
    assert str(raised.value) == f"{path}: it unpacks to 0 GiB, more than a workbook can hold."
