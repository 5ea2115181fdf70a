"""Dates of a column, read in ONE format that the whole column decides: no guess per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from cx_text.sources.cells import as_text
from cx_text.sources.date_readers import NUMERIC, DateKind, has_zone, read_date, read_typed

DateOrder = Literal["dmy", "mdy"]
MIN_READ_SHARE = 0.9  # of the values; fewer, and the column holds something else
ORDER_HINT = "use --date-order dmy or mdy"
_TEXT_KINDS = (DateKind.ISO, DateKind.DAY_FIRST, DateKind.MONTH_FIRST, DateKind.NAMED, DateKind.EXCEL,
               DateKind.UNIX_SECONDS, DateKind.UNIX_MILLISECONDS)
_ZONELESS_KINDS = (DateKind.UNIX_SECONDS, DateKind.UNIX_MILLISECONDS)  # these count in UTC


@dataclass(frozen=True, slots=True)
class DateFormat:
    """The one format of a column. `is_naive`: some values had no time zone, and are taken as UTC."""

    kind: DateKind
    is_naive: bool = False

    def read(self, value: object) -> datetime | None:
        """Return a cell as a time in UTC, None when it is blank or not in this format."""
        if isinstance(value, date):
            return read_typed(value)
        text = as_text(value)
        return None if text is None else read_date(self.kind, text.strip())

    def __str__(self) -> str:
        return f"{self.kind}{', times without a zone taken as UTC' if self.is_naive else ''}"


def decide_format(values: Sequence[object], *, order: DateOrder | None = None,
                  counts_from_1904: bool = False) -> tuple[DateFormat | None, str]:
    """Return the format in which a column's dates are written, and a phrase that says so or why there is none.

    Args:
        values: Cells of one column, blanks among them; the more, the surer the order of day and month.
        order: What the user says about dates such as 03/04/2024.
        counts_from_1904: What the workbook says of its day numbers; Excel has two ways to count them.

    Returns:
        The format, or None when no format reads 90 % of the values or their day and month cannot be told apart.
    """
    typed = [value for value in values if isinstance(value, date) and value == value]  # NaT is not itself
    texts = [text for value in values if not isinstance(value, date) and (text := (as_text(value) or "").strip())]
    if not typed and not texts:
        return None, "it has no values"
    if len(typed) >= MIN_READ_SHARE * (len(typed) + len(texts)):
        is_naive = any(not isinstance(value, datetime) or value.tzinfo is None for value in typed)
        return _decided(DateKind.TYPED, is_naive=is_naive)
    shares = {kind: sum(read_date(kind, text) is not None for text in texts) / len(texts) for kind in _TEXT_KINDS}
    if order is not None:
        del shares[DateKind.MONTH_FIRST if order == "dmy" else DateKind.DAY_FIRST]
    kind = max(shares, key=lambda k: shares[k])
    if order is None and kind in (DateKind.DAY_FIRST, DateKind.MONTH_FIRST) and (doubt := _doubt(texts)):
        return None, doubt
    if shares[kind] < MIN_READ_SHARE:
        return None, f"only {_percent(shares[kind])} of its values are dates in one format"
    if kind is DateKind.EXCEL and counts_from_1904:
        kind = DateKind.EXCEL_1904
    return _decided(kind, is_naive=kind not in _ZONELESS_KINDS and not all(map(has_zone, texts)))


def _doubt(texts: Sequence[str]) -> str:
    """Say why day and month cannot be told apart in a column of dates such as 03/04/2024; "" when they can."""
    numeric = [found for text in texts if (found := NUMERIC.fullmatch(text))]
    is_day_first = any(int(found["one"]) > 12 for found in numeric)
    is_month_first = any(int(found["two"]) > 12 for found in numeric)
    if is_day_first and is_month_first:
        return f"some values have the day first and some the month; {ORDER_HINT}"
    # Nobody writes the month first with dots, and 05/05/2024 is the same day either way.
    is_plain = all(found["s"] == "." or int(found["one"]) == int(found["two"]) for found in numeric)
    return "" if is_day_first or is_month_first or is_plain else \
        f"day/month order cannot be told; {ORDER_HINT}"


def _decided(kind: DateKind, *, is_naive: bool) -> tuple[DateFormat, str]:
    chosen = DateFormat(kind, is_naive)
    return chosen, f"read as {chosen}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
