"""OpenDocument spreadsheets, and Excel's old workbooks."""

import base64
import zipfile
import zlib
from pathlib import Path

import pytest

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow
from cx_text.sources.files.calamine_export import open_calamine
from cx_text.sources.files.content import Content
from cx_text.sources.files.opening import open_export
from cx_text.sources.files.workbook_checks import check_open_document

# Written by xlwt: a hidden sheet Secret, and Answers with its header in row 2 and an answer in row 4.
OLD = zlib.decompress(base64.b85decode(
    "c-rk)O=uHA6#izj`K8TIO@&qnp<vavIfxf8HCC!UrBprmgP>`$NU2R^6VQ6l)|#Urcv8Gn>cLCZi$CZ=!Gi~(q6a|`61@nX1O*Rm"
    ");Di=HHiuh*g|B#W!}uZH!t%t@6DT?eYF%R&)@5=paHw!Le=oYQ^ONf{B|b{k{gC>+O?00;h?49_mLw#Zai*(>6Jc|{;oj5UG*7J"
    "-~*LoIE~SKPK&Q2_OK0UA#E5GD#f0H8&rbmV!Jw+W|(eZdWXk8VY-_+mzfUI*s?f^rQ~SePAiTND?Ka=5*2vBI`5dX9i4a~<M_fA"
    "VUBfUNS{cbYB51fZNmb{r6XES(`7$|TL=J02#HiGF+5yGl-#|5Z$=#WYVYf(afiRYd;#KrujhOJ!uOFA8~Ili6_|l>Ldak)QBe1*"
    "G7>yEsAY7mSV9Q1ZaLPAp<LmNrWclxfaJK%tbUdve<Dl4lF3g^X}O{c$fl<$)fe?oh4{&QJ{yp!pHoG+E>*Pi25KXkrCDS<!rLfJ"
    "mM-7^@;Ws>mORd!89pA&Lu9kG7zSpg1}O)BN=(|v8vRT!@~>{<b~n=~nN4-?Sf|z4H^*Zxv9y=w*}-^|+)~rtO6}6;{SRZMkI8M+"
    "UL2{Mi!Q!R&ZCD8wJhn&XAT2mKwQ5j@hEB6!b&&qnRfk_dVEUQvfZ#w$`DrMW+Oz*<5cOueL0j;(=V*`s!FcPa#xG4s$kpeS5@$;"
    "N^17()iHYt^<0*=t3ms`5@22gF>AbwwdER_GKFlq`CKvmg+KYrfddB)95`^`pv56yqZI1}QMGOa9=<A=-*r}~RGrTx|1Az6PfwAq"
    "lzWk*TE}!#@v{+bVgHs`rH=i*P~s5Hu45A8Y{z8N@k>_-QTu;Ztr-4yTd3LjtIgQC#`FIGl-mQ-"
))
SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
                  for name in ("office", "table", "text", "style"))
HIDDEN = ('<office:automatic-styles><style:style style:name="gone" style:family="table">'
          '<style:table-properties table:display="false"/></style:style></office:automatic-styles>')
SAVE_AGAIN = "Open it in Excel or LibreOffice and save it again, or export it as CSV."


def text(value: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{attributes}><text:p>{value}</text:p></table:table-cell>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(cells)}</table:table-row>"


def write(folder: Path, sheets: dict[str, list[str]], hidden: tuple[str, ...] = (), doctype: str = "") -> Path:
    path = folder / "survey.ods"
    styles = {name: ' table:style-name="gone"' if name in hidden else "" for name in sheets}
    tables = "".join(f'<table:table table:name="{name}"{styles[name]}>{"".join(rows)}</table:table>'
                     for name, rows in sheets.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="'
                         'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>')
        archive.writestr("content.xml", f'<?xml version="1.0"?>{doctype}<office:document-content {SPACES}>{HIDDEN}'
                         f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
                         "</office:document-content>")
    return path


def refused(path: Path, content: Content = Content.ODS, **options: str) -> str:
    with pytest.raises(SourceError) as raised:
        open_calamine(path, content, **options)
    return str(raised.value)


def test_cells_become_exact_text_and_rows_keep_their_numbers(tmp_path):
    path = write(tmp_path, {"Data": [
        row("<table:table-cell/>", attributes=' table:number-rows-repeated="2"'),
        row(text("id"), text("comment"), text("day"), text("share")),
        row('<table:table-cell office:value-type="float" office:value="9"><text:p>9.00</text:p></table:table-cell>',
            text("two</text:p><text:p>lines"),
            '<table:table-cell office:value-type="date" office:date-value="2024-03-01"/>',
            '<table:table-cell office:value-type="percentage" office:value="0.5"/>'),
        row("<table:table-cell/>"),
        row(text("7"), text(" NA "), text("x", ' table:number-columns-repeated="3"')),
        row("<table:table-cell table:number-columns-repeated='16384'/>",
            attributes=' table:number-rows-repeated="1048000"'),
    ]})
    export = open_export(path)
    assert (export.columns, export.n_rows) == (("id", "comment", "day", "share"), 2)
    assert export.facts == {"format": "ODS", "sheet": "Data"}
    for _ in range(2):  # each time from the first row
        [chunk] = export.chunks(10)
        assert chunk.rows.to_dict("index") == {
            4: {"id": "9", "comment": "two\nlines", "day": "2024-03-01", "share": "0.5"}}
        assert chunk.broken == (BrokenRow(6, "it has 5 cells where the header has 4"),)


def test_the_first_visible_sheet_with_something_in_it(tmp_path):
    path = write(tmp_path, {"Secret": [row(text("x")), row(text("1"))], "Cover": [],
                            "Answers": [row(text("id")), row(text("1"))], "More": [row(text("id")), row(text("2"))]},
                 hidden=("Secret",))
    assert open_export(path).facts == {
        "format": "ODS", "sheet": "Answers, of 3 visible sheets; --sheet chooses",
        "other sheets with the same columns": "More; --sheet '*' reads all", "hidden sheets": "Secret, not read"}
    export = open_export(path, sheet="*")
    assert (export.columns, export.facts["sheets"], export.facts["sheets left out"]) == (
        ("id", "sheet"), "Answers, More", "Cover (no rows)")
    assert [chunk.rows.values.tolist() for chunk in export.chunks(5)] == [[["1", "Answers"], ["2", "More"]]]
    assert [c.rows["id"].tolist() for c in open_export(path, sheet="More").chunks(5)] == [["2"]]
    assert open_export(path, sheet="Secret").columns == ("x",)


def test_an_old_workbook(tmp_path):
    path = tmp_path / "survey.xls"
    path.write_bytes(OLD)
    export = open_export(path)
    assert (export.columns, export.n_rows) == (("id", "comment", "day"), 1)
    assert export.facts == {"format": "XLS", "sheet": "Answers", "hidden sheets": "Secret, not read"}
    [chunk] = export.chunks(10)
    assert chunk.rows.to_dict("index") == {4: {"id": "7", "comment": "très good", "day": "2024-03-01"}}


@pytest.mark.parametrize("reader", [None, "import os; os.abort()"], ids=["panic", "abort"])
def test_a_damaged_old_workbook_does_not_end_the_program(tmp_path, monkeypatch, reader):
    path = tmp_path / "survey.xls"
    path.write_bytes(OLD[:1494] + b"\xff\x7f" + OLD[1496:])  # a record's length, at which calamine panics
    if reader:  # as when it asks for hundreds of gigabytes
        (tmp_path / "reader.py").write_text(reader)
        monkeypatch.setattr("cx_text.sources.files.calamine_export._READER", tmp_path / "reader.py")
    assert refused(path, Content.XLS) == (
        f"{path}: the spreadsheet is damaged, or too large for the memory. "
        "Open it in Excel or LibreOffice and save it as .xlsx or .csv.")


@pytest.mark.parametrize(("sheets", "sheet", "expected"), [
    ({"Data": []}, None, "every visible sheet is empty. Export it again."),
    ({"Data": [], "B": [row(text("x")), row(text("1"))]}, "Data",
     "sheet 'Data' is empty. Choose another with --sheet: B."),
    ({"Data": [row(text("id"))]}, None, "sheet 'Data' has a header and no row below it. Export it again."),
    ({"Answers": [row(text("x"))], "Notes": []}, "Answer",
     "there is no sheet 'Answer'; did you mean 'Answers'? It has: Answers, Notes. Choose one with --sheet."),
], ids=["empty", "named and empty", "header only", "no such sheet"])
def test_spreadsheets_without_rows_say_so(tmp_path, sheets, sheet, expected):
    path = write(tmp_path, sheets)
    assert refused(path, **({"sheet": sheet} if sheet else {})) == f"{path}: {expected}"


def test_what_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path, {"Data": [row(text("&a;"))]}, doctype='<!DOCTYPE x [<!ENTITY a "aaaa">]>')
    assert refused(path) == f"{path}: its XML declares entities, as no spreadsheet does. {SAVE_AGAIN}"
    path = write(tmp_path, {"Data": [row(text("x", ' table:number-columns-repeated="16384"'),
                                         attributes=' table:number-rows-repeated="1048576"')]})
    assert refused(path) == (f"{path}: its sheets reach over more than 32,000,000 cells. "
                             "Save the one sheet with the comments as CSV.")
    path = write(tmp_path, {name: [row(text("x"), text("x"))] * 2 for name in "AB"})
    check_open_document(path, max_cells=8)
    with pytest.raises(SourceError, match="its sheets reach over more than 7 cells"):
        check_open_document(path, max_cells=7)
    monkeypatch.setattr("cx_text.sources.files.calamine_export._MAX_BYTES", 100)
    assert refused(path) == (f"{path}: it is larger than 0 MiB, and such a spreadsheet is read in one piece. "
                             "Save it as .xlsx or .csv.")


def test_an_old_workbook_of_many_sheets_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "survey.xls"
    path.write_bytes(OLD)
    monkeypatch.setattr("cx_text.sources.files.calamine_export._MAX_OLD_SHEETS", 1)
    assert refused(path, Content.XLS) == (f"{path}: it has more than 1 sheets, and an old workbook is read in one "
                                          "piece. Open it in Excel or LibreOffice and save it as .xlsx or .csv.")


def test_a_locked_spreadsheet(tmp_path):
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        archive.writestr("content.xml", "\x17\x03")
    assert refused(path) == f"{path}: it is locked with a password. Save it without a password."


def test_damage_is_one_line(tmp_path):
    path = write(tmp_path, {"Data": [row(text("<"))]})
    assert refused(path) == f"{path}: the workbook is damaged. {SAVE_AGAIN}"


def test_header_rows_of_survey_tools_are_told_apart_here_too(tmp_path):
    ids, wordings = ("ResponseId", "Q1"), ("Response ID", "What could we do better?")
    imports = ("{&quot;ImportId&quot;:&quot;_recordId&quot;}", "{&quot;ImportId&quot;:&quot;QID1_TEXT&quot;}")
    answers = [("R_1", "Come on time"), ("R_2", "Nothing")]
    export = open_export(write(tmp_path, {"Sheet": [row(*map(text, cells)) for cells in (ids, wordings, imports,
                                                                                         *answers)]}))
    assert export.facts["survey tool"].startswith("Qualtrics (3 header rows)")
    assert export.n_rows == 2
    (chunk,) = export.chunks(10)
    assert chunk.rows.index.tolist() == [4, 5]
    assert chunk.rows.values.tolist() == [list(answer) for answer in answers]
