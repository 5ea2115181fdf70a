"""Figures in words: one way to write a count, a share, an NPS and an interval, for charts, page and terminal."""

from __future__ import annotations

import math
from datetime import datetime

import pandas as pd

MINUS = "−"  # U+2212: as wide as a plus, and never a line break
NARROW_SPACE = "\u202f"  # does not break


def count(n: float) -> str:
    """Return a whole number with its thousands apart: 12,040."""
    return f"{int(n):,}"


def counted(n: float, noun: str) -> str:
    """Return a number of things: 1 row, 12,040 rows."""
    return f"{count(n)} {noun}{'' if int(n) == 1 else 's'}"


def percent(share: float | None) -> str:
    """Return a share of 0 to 1 as whole per cent; a share that is not quite none or all is said so."""
    if is_missing(share):
        return "–"
    share = float(share or 0)
    if 0 < share < 0.005:
        return f"<1{NARROW_SPACE}%"
    if 0.995 < share < 1:
        return f">99{NARROW_SPACE}%"
    return f"{round(100 * share)}{NARROW_SPACE}%"


def nps_points(points: float | None) -> str:
    """Return an NPS as a whole number: −12, 0, 38. Its interval is wider than any decimal."""
    return "–" if is_missing(points) else _number(round(float(points or 0)), ".0f")


def effect_points(points: float | None) -> str:
    """Return a difference of NPS with its sign and one decimal: −4.2, +0.3; two where one would read as zero."""
    if is_missing(points):
        return "–"
    points = float(points or 0)
    return _number(points, "+.2f" if 0.004 < abs(points) < 0.05 else "+.1f")


def nps_interval(low: float | None, high: float | None) -> str:
    """Return an interval of an NPS: −20 to −4."""
    return f"{nps_points(low)} to {nps_points(high)}"


def effect_interval(low: float | None, high: float | None) -> str:
    """Return an interval of a difference of NPS: −6.1 to −2.4."""
    return f"{effect_points(low)} to {effect_points(high)}"


def month(at: datetime) -> str:
    """Return the month of a date: March 2024."""
    return f"{_MONTHS[at.month - 1]} {at.year}"


def period(first: datetime, last: datetime) -> str:
    """Return the months from first to last: "March to August 2024", "November 2023 to January 2024"."""
    if (first.year, first.month) == (last.year, last.month):
        return month(first)
    if first.year == last.year:
        return f"{_MONTHS[first.month - 1]} to {month(last)}"
    return f"{month(first)} to {month(last)}"


def is_missing(value: object) -> bool:
    """Whether a figure or text of a table is not there: None, NaN, NaT or NA."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


# Not strftime: its month names follow the machine's locale, and the page is English everywhere.
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")


def _number(value: float, pattern: str) -> str:
    written = format(value, pattern)
    if float(written) == 0:  # neither "-0" nor "+0.0"
        written = written.lstrip("+-")
    return written.replace("-", MINUS)
