"""Figures in words: one way to write a count, a share, an NPS and an interval, for charts, page and terminal."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd

MINUS = "−"  # U+2212: as wide as a plus, and never a line break
NARROW_SPACE = "\u202f"  # does not break
INTERVAL = f"95{NARROW_SPACE}% interval"


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


def amount(value: float | None, *, signed: bool = False) -> str:
    """Return an amount with as many decimals as it can use: 12,040, 83.5, 4.25; with its sign where asked for."""
    if is_missing(value):
        return "–"
    value = float(value or 0)
    return _number(value, f"{'+' if signed else ''},.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f")


def measured(value: float | None, unit: str) -> str:
    """Return a score in its unit: "points" −12, "%" 4.2 %, "of 5" 4.2 of 5, else an amount."""
    if is_missing(value):
        return "–"
    value = float(value or 0)
    if unit == "points":
        return nps_points(value)
    if unit == "%":  # a decimal where a whole per cent would hide most of it
        return f"{value:.{0 if 10 <= value <= 90 or value in (0, 100) else 1}f}{NARROW_SPACE}%"
    return f"{value:.2f} {unit}" if unit else amount(value)


def measured_interval(low: float | None, high: float | None, unit: str) -> str:
    """Return the interval of a score, its scale said once at most: 57 % to 65 %, 3.60 to 3.82; nothing without one."""
    return interval(*(measured(end, unit if unit in ("points", "%") else "") for end in (low, high)))


def interval(low: str, high: str) -> str:
    """Return an interval of two figures that are already written; nothing where there is none."""
    return "" if low == "–" else f"{low} to {high}"


def day(at: date) -> str:
    """Return a date: 3 June 2024."""
    return f"{at.day} {month(at)}"


def days(first: date, last: date) -> str:
    """Return the days from first to last: "2 March to 30 September 2026"."""
    if (first.year, first.month, first.day) == (last.year, last.month, last.day):
        return day(last)
    return f"{first.day} {_MONTHS[first.month - 1]} to {day(last)}" if first.year == last.year else \
        f"{day(first)} to {day(last)}"


def month(at: date) -> str:
    """Return the month of a date: March 2024."""
    return f"{_MONTHS[at.month - 1]} {at.year}"


def period(first: date, last: date) -> str:
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
    if float(written.replace(",", "")) == 0:  # neither "-0" nor "+0.0"
        written = written.lstrip("+-")
    return written.replace("-", MINUS)
