"""Tables: what is read back is what was written, chunk by chunk and byte for byte."""

import csv
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from cx_text.report import tables
from cx_text.report.cells import csv_cell, excel_cell
from cx_text.report.tables import TableWriter, Workbook

ROWS = pd.DataFrame({
    "verbatim": ["=1+1", "It was late,\nvery \"late\"", None],
    "n": [1, 2, 3], "share": [0.5, None, 1.0], "is_new": [True, False, True],
    "theme_ids": [["t1", "t2"], [], None],
    "received_at": pd.to_datetime(["2024-05-01T09:30:00Z", None, "2024-06-01T00:00:00Z"], utc=True)})


def write(folder, *chunks, name="comments", **options):
    with TableWriter(folder, name, **options) as table:
        for chunk in chunks:
            table.write(chunk)
    return table


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def write_xlsx(path, *chunks, sheet="comments"):
    with Workbook(path, [sheet]) as book:
        for chunk in chunks:
            book.write(sheet, chunk)
    return book


def read_xlsx(path, sheet="comments"):
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def test_csv_exactly(tmp_path):
    write(tmp_path, ROWS)
    assert (tmp_path / "comments.csv").read_bytes().decode("utf-8") == (
        "\ufeffverbatim,n,share,is_new,theme_ids,received_at\r\n"
        "'=1+1,1,0.5,true,t1; t2,2024-05-01T09:30:00+00:00\r\n"
        '"It was late,\nvery ""late""",2,,false,,\r\n'
        ",3,1,true,,2024-06-01T00:00:00+00:00\r\n")


def test_csv_without_the_mark(tmp_path):
    write(tmp_path, ROWS[["n"]], encoding="utf-8")
    assert (tmp_path / "comments.csv").read_bytes() == b"n\r\n1\r\n2\r\n3\r\n"


def test_column_names_are_neutralised_too(tmp_path):
    rows = pd.DataFrame({"=cmd": ["x"]})
    write(tmp_path, rows)
    write_xlsx(tmp_path / "book.xlsx", rows)
    assert read_csv(tmp_path / "comments.csv")[0] == ["'=cmd"]
    assert read_xlsx(tmp_path / "book.xlsx")[0] == ["'=cmd"]
    assert pq.read_schema(tmp_path / "comments.parquet").names == ["=cmd"]


def test_parquet_keeps_the_true_text_and_types(tmp_path):
    write(tmp_path, ROWS)
    table = pq.read_table(tmp_path / "comments.parquet")
    assert {f.name: str(f.type) for f in table.schema} == {
        "verbatim": "string", "n": "int64", "share": "double", "is_new": "bool", "theme_ids": "list<element: string>",
        "received_at": "timestamp[us, tz=UTC]"}
    assert table.column("verbatim").to_pylist() == ["=1+1", 'It was late,\nvery "late"', None]
    assert table.column("theme_ids").to_pylist() == [["t1", "t2"], [], None]
    assert pq.ParquetFile(tmp_path / "comments.parquet").metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize(("chunks", "kind", "values"), [
    ([[1, 2], [None, 4.0]], "int64", [1, 2, None, 4]),
    ([[1, 2], [0.5]], "double", [1.0, 2.0, 0.5]),
    ([[0.5], [2]], "double", [0.5, 2.0]),
    ([["a"], [None, None]], "string", ["a", None, None]),
    ([[None, None], ["a"]], "string", [None, None, "a"]),
    ([[None], [None], [7]], "int64", [None, None, 7]),
    ([[7], ["seven"], [8]], "string", ["7", "seven", "8"]),
    ([[0.5, 7.0], ["seven"]], "string", ["0.5", "7", "seven"]),
    ([[True], ["maybe"]], "string", ["true", "maybe"]),
    ([[2**60], [0.5]], "double", [float(2**60), 0.5]),
    ([["a", 1, None]], "string", ["a", "1", None]),
    ([[[], []], [["t1"]]], "list<element: string>", [[], [], ["t1"]]),
    ([[["t1"]], [[]]], "list<element: string>", [["t1"], []]),
    ([[["t1", "t2"]], ["none"]], "string", ["t1; t2", "none"]),
    ([[{"a": 1}], [None]], "string", ['{"a": 1}', None]),
    ([["half \ud83d"]], "string", ["half \ufffd"]),
])
def test_a_later_chunk_may_need_a_wider_column(tmp_path, chunks, kind, values):
    kinds = [None if {type(v) for v in c} <= {int, float, bool} else object for c in chunks]
    write(tmp_path, *(pd.DataFrame({"c": pd.Series(c, dtype=k)}) for c, k in zip(chunks, kinds, strict=True)))
    table = pq.read_table(tmp_path / "comments.parquet")
    assert str(table.schema.field("c").type) == kind
    assert table.column("c").to_pylist() == values
    assert sorted(p.name for p in tmp_path.iterdir()) == ["comments.csv", "comments.parquet"]


def test_categories_and_missing_floats(tmp_path):
    chunks = [pd.DataFrame({"nps_category": pd.Categorical(["promoter"]), "score": [float("nan")]}),
              pd.DataFrame({"nps_category": pd.Categorical(["detractor"]), "score": [9.0]})]
    write(tmp_path, *chunks)
    assert pq.read_table(tmp_path / "comments.parquet").to_pydict() == {
        "nps_category": ["promoter", "detractor"], "score": [None, 9.0]}


def test_an_empty_table_has_its_header(tmp_path):
    empty = ROWS.iloc[:0]
    assert write(tmp_path, empty).n_rows == 0
    write_xlsx(tmp_path / "book.xlsx", empty)
    assert read_csv(tmp_path / "comments.csv") == [list(ROWS.columns)]
    assert pq.read_table(tmp_path / "comments.parquet").schema.names == list(ROWS.columns)
    assert read_xlsx(tmp_path / "book.xlsx") == [list(ROWS.columns)]


def test_other_columns_are_an_error(tmp_path):
    with TableWriter(tmp_path, "comments") as table, Workbook(tmp_path / "book.xlsx", ["comments"]) as book:
        table.write(ROWS[["n"]])
        book.write("comments", ROWS[["n"]])
        with pytest.raises(ValueError, match=r"^the columns of comments.csv are \['n'\], not \['share'\]$"):
            table.write(ROWS[["share"]])
        with pytest.raises(ValueError, match=r"^the columns of sheet 'comments' are \['n'\], not \['share'\]$"):
            book.write("comments", ROWS[["share"]])
    with pytest.raises(ValueError, match=r"^comments.csv is closed$"):
        table.write(ROWS[["n"]])


def test_two_runs_give_the_same_bytes(tmp_path):
    written = []
    for run in ("first", "second"):
        folder = tmp_path / run
        folder.mkdir()
        write(folder, ROWS, ROWS)
        write_xlsx(folder / "book.xlsx", ROWS, ROWS)
        written.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert set(written[0]) == {"comments.csv", "comments.parquet", "book.xlsx"}
    assert written[0] == written[1]


TEXTS = st.lists(st.one_of(st.none(), st.text(), st.sampled_from(
    ["=1+1", "-5", "a\r\nb", "a\rb", '"', '""', "a,b;c\td", "_x0041_", "<b>&amp;", "😀", "\x00", " edge ", "TRUE",
     "0012"])), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_text_reads_back(texts):
    rows = pd.DataFrame({"id": [str(i) for i in range(len(texts))], "verbatim": pd.Series(texts, dtype=object)})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, rows.iloc[:1], rows.iloc[1:])
        write_xlsx(folder / "book.xlsx", rows.iloc[:1], rows.iloc[1:])
        assert pq.read_table(folder / "comments.parquet").column("verbatim").to_pylist() == texts
        assert [row[1] for row in read_csv(folder / "comments.csv")[1:]] == [csv_cell(t) for t in texts]
        read = [row[1] or "" for row in read_xlsx(folder / "book.xlsx")[1:]]
        assert [unescape(text) for text in read] == [excel_cell(t)[0] for t in texts]  # as Excel does, and openpyxl not


def test_workbook_has_types_and_no_formula_or_link(tmp_path):
    rows = ROWS.assign(verbatim=["=1+1", "https://shop.example/", "0012"], n=[1, 2**60, 3],
                       share=pd.Series([0.9, None, float("inf")], dtype="float32"))
    write_xlsx(tmp_path / "book.xlsx", rows)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["comments"]
    assert [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        ["'=1+1", 1, 0.9, True, "t1; t2", datetime(2024, 5, 1, 9, 30)],
        ["https://shop.example/", str(2**60), None, False, None, None],
        ["0012", 3, "inf", True, None, datetime(2024, 6, 1)]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "b", "d", "inlineStr"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold


def test_a_time_before_excel_is_text(tmp_path):
    rows = pd.DataFrame({"at": pd.Series([datetime(1850, 1, 2, tzinfo=UTC)], dtype=object)})
    write_xlsx(tmp_path / "book.xlsx", rows)
    assert read_xlsx(tmp_path / "book.xlsx")[1] == ["1850-01-02T00:00:00+00:00"]


def test_what_a_workbook_cannot_hold_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "EXCEL_MAX_ROWS", 3)
    rows = pd.DataFrame({"verbatim": ["x" * 40_000, "late"]})
    book = write_xlsx(tmp_path / "book.xlsx", rows, rows, rows)
    assert (book.n_cut_cells, book.n_rows_left_out) == (2, {"comments": 3})
    assert [len(row[0]) for row in read_xlsx(tmp_path / "book.xlsx")] == [8, 32_767, 4, 32_767]


def test_a_workbook_given_up_leaves_nothing(tmp_path):
    book = Workbook(tmp_path / "book.xlsx", ["comments", "themes"])

    def give_up():
        with book:
            book.write("comments", ROWS)
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match=r"^later$"):
        give_up()
    assert list(tmp_path.iterdir()) == []


def test_two_sheets_filled_in_turn(tmp_path):
    with Workbook(tmp_path / "book.xlsx", ["comments", "opinions"]) as book:
        for at in range(3):
            book.write("comments", pd.DataFrame({"id": [at]}))
            book.write("opinions", pd.DataFrame({"start": [at, at + 10]}))
    assert read_xlsx(tmp_path / "book.xlsx") == [["id"], [0], [1], [2]]
    assert read_xlsx(tmp_path / "book.xlsx", "opinions") == [["start"], [0], [10], [1], [11], [2], [12]]
