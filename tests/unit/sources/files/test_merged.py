"""Merged cells: what they are merged over has their value."""

import zipfile

import pytest
from openpyxl import Workbook

from cx_text.sources.files.merged import Merged, merged_ranges
from cx_text.sources.files.opening import open_export


def write(path, rows, merged=()):
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    for cells in merged:
        workbook.active.merge_cells(cells)
    workbook.save(path)
    return path


def table(export):
    return [row for chunk in export.chunks(10) for row in chunk.rows.values.tolist()]


def test_a_value_merged_down_counts_for_every_row(tmp_path):
    path = write(tmp_path / "a.xlsx", [
        ["Region", "Score", "Comment", "Note"], ["North", 9, "Always on time, thank you", "a"],
        [None, 8, "Fresh food", "b"], [None, 3, "It was late again", None],
        ["South", 4, "Nobody answers the phone", None], [None, None, None, "x"]],
        ["A2:A4", "A5:A6", "D2:E2"])
    export = open_export(path)
    assert [row[0] for row in table(export)] == ["North", "North", "North", "South", "South"]
    assert [row[3] for row in table(export)] == ["a", "b", None, None, "x"]
    assert export.facts["merged cells"] == "2 in Region, whose value counts for every row"


def test_words_merged_down_were_said_once(tmp_path):
    path = write(tmp_path / "a.xlsx", [
        ["Product", "Comment"], ["Bread", "It was stale on both days this week"], ["Milk", None],
        ["Eggs", "Two of them were broken"]], ["B2:B3"])
    export = open_export(path)
    assert [row[1] for row in table(export)] == ["It was stale on both days this week", None, "Two of them were broken"]
    assert export.facts["merged cells"] == "words in Comment count once"


@pytest.mark.parametrize(("rows", "merged", "columns", "first_row"), [
    ([["Date", "Delivery", None, "App", None], [None, "Score", "Why?", "Score", "Why?"],
      ["2026-03-01", 9, "Quick", 3, "Slow"]],
     ["A1:A2", "B1:C1", "D1:E1"], ("Date", "Delivery: Score", "Delivery: Why?", "App: Score", "App: Why?"), 3),
    ([["Survey of March", None, None], ["id", "score", "comment"], [1, 9, "Quick"]],
     ["A1:C1"], ("id", "score", "comment"), 3),
    ([["Delivery", None], [9], [8]], ["A1:B1"], ("Delivery",), 2),
], ids=["groups", "title", "answers below"])
def test_merged_headers(tmp_path, rows, merged, columns, first_row):
    export = open_export(write(tmp_path / "a.xlsx", rows, merged))
    assert export.columns == columns
    (chunk,) = export.chunks(10)
    assert chunk.rows.index[0] == first_row
    assert (export.facts.get("header") == "named after the merged cells above it") == (first_row == 3)


def test_ranges_are_found_where_blocks_meet_and_damage_is_left_to_the_reader(tmp_path, monkeypatch):
    path = write(tmp_path / "a.xlsx", [["a", "b"], [1, 2], [3, 4]], ["A2:A3", "B2:B3"])
    expected = (Merged(2, 0, 3, 0), Merged(2, 1, 3, 1))
    for block in (1 << 20, 101, 150, 333):
        monkeypatch.setattr("cx_text.sources.files.merged._BLOCK", block)
        assert merged_ranges(path, "/xl/worksheets/sheet1.xml") == expected
    monkeypatch.setattr("cx_text.sources.files.merged.MAX_MERGED", 1)
    assert merged_ranges(path, "xl/worksheets/sheet1.xml") == expected[:1]
    assert merged_ranges(path, "xl/worksheets/sheet9.xml") == ()
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("x.xml", '<mergeCell ref="A2:AAAAA3"/><mergeCell ref="no"/><x:mergeCell ref=\'AB2:AC3\'/>')
    assert merged_ranges(tmp_path / "b.xlsx", "x.xml") == (Merged(2, 27, 3, 28),)
