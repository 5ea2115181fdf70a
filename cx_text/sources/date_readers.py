"""One reader a way of writing dates: text → time with its zone, or None when the text is written in another way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

_TIME = (r"(?:[\sT,]+(?:at\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
         r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>(?:UTC|GMT)?[+-]\d{1,2}:?\d{2}|(?:UTC|GMT)[+-]\d{1,2}|Z|UTC|GMT)?)?\s*")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}?):?(?P<minutes>\d{2})?$")  # "+0530", "+5:30", "-7"
_WEEKDAY = r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_ISO = re.compile(r"(?P<year>\d{4})(?:(?P<month>\d{2})(?P<day>\d{2})|"
                  r"(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2}))" + _TIME)
NUMERIC = re.compile(r"(?P<one>\d{1,2})(?P<s>[-/. ])(?P<two>\d{1,2})(?P=s)(?P<year>\d{4}|\d{2})" + _TIME)
_NAMED = re.compile(rf"{_WEEKDAY}{_DAY}(?:\s+of)?[-\s/.]+{_MONTH},?[-\s/.]+(?P<year>\d{{4}}|\d{{2}}){_TIME}")
_NAMED_US = re.compile(rf"{_WEEKDAY}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}}){_TIME}")
# As Unix and X write them: "Mon Mar 02 09:14:05 +0000 2026".
_NAMED_UNIX = re.compile(rf"{_WEEKDAY}{_MONTH}\s+{_DAY}\s+(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}}):(?P<second>\d{{2}})"
                         r"(?P<half>)\s+(?:(?P<zone>[+-]\d{4}|UTC|GMT)\s+)?(?P<year>\d{4})\s*")
_NAMING = (_NAMED, _NAMED_US, _NAMED_UNIX)
_MONTHS = {name: n for n, name in enumerate(("january", "february", "march", "april", "may", "june", "july", "august",
                                             "september", "october", "november", "december"), start=1)}
_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)  # day 60 is 29 February 1900, which never was
_EXCEL_1904_ZERO = datetime(1904, 1, 1, tzinfo=UTC)  # in workbooks of old Macs
_EXCEL_DAYS = 25_569, 73_051  # 1970 to 2100
_UNIX_SECONDS = 631_152_000, 4_102_444_800  # 1990 to 2100


class DateKind(StrEnum):
    """How the dates of a column are written; the values are the words shown to the user."""

    TYPED = "dates"  # the cells are dates already, not text
    ISO = "year-month-day"
    DAY_FIRST = "day/month/year"
    MONTH_FIRST = "month/day/year"
    NAMED = "day and name of the month"
    EXCEL = "Excel day numbers"
    EXCEL_1904 = "Excel day numbers from 1904"
    UNIX_SECONDS = "seconds since 1970"
    UNIX_MILLISECONDS = "milliseconds since 1970"


def read_date(kind: DateKind, text: str) -> datetime | None:
    """Return the time in UTC that a text says, None when it is not written that way or there is no such day."""
    try:
        at = _READERS[kind](text)
        return None if at is None else at.astimezone(UTC)
    except (ValueError, OverflowError):  # 31 February; a zone that moves the year 1 below it
        return None


def read_typed(value: date) -> datetime | None:
    """Return a date or time (pandas' too) as a time in UTC, None for NaT."""
    if value != value:
        return None
    at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    at = at.to_pydatetime(warn=False) if hasattr(at, "to_pydatetime") else at  # pandas counts nanoseconds
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None


def has_zone(text: str) -> bool:
    """Whether a date says its time zone."""
    return any((found := pattern.fullmatch(text)) and found["zone"] for pattern in (_ISO, NUMERIC, *_NAMING))


def _at(found: re.Match[str], year: str, month: int, day: str) -> datetime:
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if found["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"no hour {hour} on a clock of 12")
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    zone: timezone = UTC
    if found["zone"] and (offset := _OFFSET.search(found["zone"])):
        minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
        zone = timezone(timedelta(minutes=-minutes if offset["sign"] == "-" else minutes))
    in_full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 69 else 1900)  # as POSIX does
    return datetime(in_full, month, int(day), hour, minute, second, tzinfo=zone)


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    return found and _at(found, found["year"], int(found["month"] or found["m"]), found["day"] or found["d"])


def _day_first(text: str) -> datetime | None:
    found = NUMERIC.fullmatch(text)
    return found and _at(found, found["year"], int(found["two"]), found["one"])


def _month_first(text: str) -> datetime | None:
    found = NUMERIC.fullmatch(text)
    return found and _at(found, found["year"], int(found["one"]), found["two"])


def _named(text: str) -> datetime | None:
    found = next((found for pattern in _NAMING if (found := pattern.fullmatch(text))), None)
    months = [n for name, n in _MONTHS.items() if name.startswith(found["month"].casefold())] if found else []
    if found is None or len(months) != 1:
        return None
    return _at(found, found["year"], months[0], found["day"])


def _number(text: str, lowest: float, highest: float) -> float | None:
    number = float(text) if re.fullmatch(r"\d{5,14}(?:\.\d+)?", text) else -1
    return number if lowest <= number < highest else None


def _excel(text: str) -> datetime | None:
    days = _number(text, *_EXCEL_DAYS)
    return None if days is None else _EXCEL_ZERO + timedelta(seconds=round(days * 86_400))


def _excel_1904(text: str) -> datetime | None:
    days = _number(text, *_EXCEL_DAYS)
    return None if days is None else _EXCEL_1904_ZERO + timedelta(seconds=round(days * 86_400))


def _unix_seconds(text: str) -> datetime | None:
    seconds = _number(text, *_UNIX_SECONDS)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _unix_milliseconds(text: str) -> datetime | None:
    milliseconds = _number(text, _UNIX_SECONDS[0] * 1000, _UNIX_SECONDS[1] * 1000)
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


_READERS: Mapping[DateKind, Callable[[str], datetime | None]] = {
    DateKind.TYPED: _iso,  # a few cells of a typed column may be text
    DateKind.ISO: _iso, DateKind.DAY_FIRST: _day_first, DateKind.MONTH_FIRST: _month_first, DateKind.NAMED: _named,
    DateKind.EXCEL: _excel, DateKind.EXCEL_1904: _excel_1904,
    DateKind.UNIX_SECONDS: _unix_seconds, DateKind.UNIX_MILLISECONDS: _unix_milliseconds,
}
