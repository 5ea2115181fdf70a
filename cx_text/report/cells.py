"""One value of a table as a cell: written the same way everywhere, and harmless in a spreadsheet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, time

import numpy as np
import pandas as pd

from cx_text.report.figures import is_missing

EXCEL_MAX_UNITS = 32_767  # of one cell, in UTF-16 units (learn.microsoft.com: Excel specifications and limits)
CUT_MARK = "… [cut]"

# A spreadsheet runs a cell that starts so (OWASP "CSV Injection", CWE-1236); it skips blanks and marks without a width,
# and Japanese editions take the full-width signs for the plain ones.
_FORMULA_START = re.compile(r"[\s\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠\t\r\n]")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
_ILLEGAL_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # w3.org/TR/xml, production Char
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def neutralise(value: object) -> object:
    """Return a text that a spreadsheet would run as a formula with an apostrophe in front; anything else as it is.

    A plain number such as "-5", "+3,2" or "-1e-07" stays as it is; "+44 20" does not.
    """
    if isinstance(value, str) and _FORMULA_START.match(value) and not _PLAIN_NUMBER.fullmatch(value):
        return "'" + value
    return value


def as_text(value: object) -> str:
    """Return a value as the text of a cell.

    Missing is empty, a truth value true or false, a time ISO 8601, a list its items joined by "; ", a number the
    shortest text that reads back to it. Half characters (lone surrogates), which no file can hold, become U+FFFD.
    """
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", str(value))
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else str(value + 0.0).removesuffix(".0")  # + 0.0: no "-0"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return as_text(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
    if isinstance(value, AbstractSet):
        return "; ".join(sorted(as_text(item) for item in value))
    if isinstance(value, list | tuple | np.ndarray):
        return "; ".join(as_text(item) for item in value)
    return as_text(str(value))


def values_of(column: pd.Series) -> list[object]:
    """Return the values of a column; those of a float32 column unwidened, so that 0.9 stays 0.9 and not 0.89999998."""
    return list(column.to_numpy()) if column.dtype == np.float32 else column.tolist()


def csv_cell(value: object) -> str:
    """Return a value as the text of a CSV cell: neutralised, and without NUL, at which most readers stop."""
    return str(neutralise(as_text(value).replace("\x00", "")))


def without_controls(text: str) -> str:
    """Return a text without the characters that XML, and so XLSX and SVG, cannot hold."""
    return _ILLEGAL_XML.sub("", _LONE_SURROGATE.sub("\ufffd", text))


def excel_cell(value: object) -> tuple[str, bool]:
    """Return a value as the text of an XLSX cell, and whether it had to be cut to what a cell holds.

    Line ends are line feeds: XML turns every carriage return into one.
    """
    text = without_controls(as_text(value).replace("\r\n", "\n").replace("\r", "\n"))
    text = str(neutralise(text))
    if len(text) * 2 <= EXCEL_MAX_UNITS:  # the common case without encoding it
        return text, False
    units = text.encode("utf-16-le")
    if len(units) <= 2 * EXCEL_MAX_UNITS:
        return text, False
    kept = units[: 2 * (EXCEL_MAX_UNITS - len(CUT_MARK))]
    return kept.decode("utf-16-le", errors="ignore") + CUT_MARK, True  # ignore: half of a pair at the cut
