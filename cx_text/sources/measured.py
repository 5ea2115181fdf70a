"""Measures as people export them: yes and no, amounts of money, answers on a scale; read or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError, hint
from cx_text.measures import MEASURES, MeasureColumn, MeasureKind
from cx_text.sources.cells import shown
from cx_text.sources.scores import NotAScoreError, parse_rating_scale, read_rating

_YES = frozenset(("yes", "y", "true", "t", "1", "x", "✓", "churned", "cancelled", "canceled", "lost", "left", "closed",
                  "inactive", "resolved", "solved", "fixed", "recommended"))
_NO = frozenset(("no", "n", "false", "f", "0", "✗", "active", "retained", "kept", "stayed", "current", "open",
                 "unresolved", "unsolved"))
_CURRENCY = r"(?:[A-Z]{1,3}\$|[A-Z]{2,3}|kr\.?|zł|[^\w\s.,()+\-−:/%]{1,3})?"  # a code, or signs such as "$" and "€"
_AMOUNT = re.compile(rf"\(?(?P<sign>[+\-−]?)\s*{_CURRENCY}\s*(?P<inner>[+\-−]?)(?P<digits>\d[\d.,\s'’]*)"
                     rf"{_CURRENCY}\s*\)?")


def read_measure(text: str | None, column: MeasureColumn) -> float | None:
    """Return the value in a cell: a number on the scale, 1 or 0, or an amount; None when it is blank.

    Raises:
        NotAScoreError: It is something else.
    """
    if text is None or not text.strip():
        return None
    kind = MEASURES[column.measure].kind
    if kind is MeasureKind.SCALE and column.scale is not None:
        return read_rating(text, column.scale)
    return read_yes_no(text) if kind is MeasureKind.YES_NO else read_amount(text)


def read_yes_no(text: str) -> float:
    """Return 1.0 for yes and 0.0 for no.

    Raises:
        NotAScoreError: It is neither.
    """
    word = text.strip().casefold().removesuffix(".0")
    if word in _YES:
        return 1.0
    if word in _NO:
        return 0.0
    raise NotAScoreError(f"{shown(text)} is neither yes nor no")


def read_amount(text: str) -> float:
    """Return an amount: "$1,234.50", "1.234,50 €", "(20)" for minus twenty.

    A lone comma before exactly three digits parts thousands; any other lone comma, and a lone point, parts decimals.

    Raises:
        NotAScoreError: It is no number.
    """
    plain = text.strip()
    found = _AMOUNT.fullmatch(plain)
    digits = re.sub(r"[\s'’]", "", found["digits"]).rstrip(".,") if found else ""
    if found is None or re.search(r"[.,]{2}", digits):
        raise NotAScoreError(f"{shown(text)} is not an amount")
    is_negative = plain.startswith("(") or (found["sign"] or found["inner"]) in tuple("-−")
    return -float(_with_point(digits)) if is_negative else float(_with_point(digits))


def _with_point(plain: str) -> str:
    """Return a number with a point before its decimals and nothing between its thousands."""
    last = max(plain.rfind("."), plain.rfind(","))
    if last < 0:
        return plain
    mark, other = plain[last], "," if plain[last] == "." else "."
    is_thousands = mark == "," and len(plain) - last == 4 and other not in plain
    if (is_thousands and not plain.startswith("0")) or plain.count(mark) > 1:
        return plain.replace(mark, "").replace(other, ".")
    return plain.replace(other, "").replace(mark, ".")


def parse_measures(given: Sequence[str]) -> dict[str, str]:
    """Return measure → column from texts such as "churned=Cancelled?" and "csat=Satisfaction:1-5".

    Raises:
        ConfigError: One has no "=", or names no measure that we know.
    """
    found: dict[str, str] = {}
    for text in given:
        name, mark, column = text.partition("=")
        if not mark or not column.strip():
            raise ConfigError(f"the measure {text!r} names no column", next="Write it as --measure churned=COLUMN")
        found[name.strip()] = column.strip()
    check_measures(found)
    return found


def check_measures(names: Mapping[str, object]) -> None:
    """Check that all measures are known.

    Raises:
        ConfigError: One is not.
    """
    for name in names:
        if name not in MEASURES:
            raise ConfigError(f"no measure {name!r}; there are {', '.join(MEASURES)}", next=hint(name, MEASURES))


def split_scale(column: str) -> tuple[str, RatingScale | None]:
    """Return the column and the scale of "Satisfaction:1-5"; None where no scale is said."""
    found = re.fullmatch(r"(.+):\s*(\d{1,3}\s*-\s*\d{1,3})", column, re.DOTALL)
    return (column, None) if found is None else (found[1], parse_rating_scale(found[2]))


def reader_of(column: MeasureColumn) -> Callable[[str], object]:
    """Return what reads the values of a column, for a check of its values."""
    return lambda text: read_measure(text, column)
