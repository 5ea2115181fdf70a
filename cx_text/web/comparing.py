"""Two times, or two groups of customers, side by side: which themes one raises more often than the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from cx_text.codeframe import Theme
from cx_text.errors import ConfigError
from cx_text.insights.raising import COMPARISON_COLUMNS, compared, distinct
from cx_text.part import Part
from cx_text.report import figures
from cx_text.views import SEGMENT, View
from cx_text.web.viewing import Looked

TIME = "time"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it is in words, its view, its customers with words, and its comments with words."""

    words: str
    view: View
    n: int
    n_comments: int


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A theme in both: a row of COMPARISON_COLUMNS, shares of customers."""

    theme: Theme
    row: Mapping[str, Any]
    is_sub: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and their themes, what differs most first."""

    one: Side
    other: Side
    lines: tuple[ComparedLine, ...]


def comparison(looked: Looked) -> Comparison | None:
    """Return the comparison that an address asks for, None where it asks for none.

    `compare=time` takes the view against the time as long before it, or against `from2` and `to2`;
    `compare=segment.NAME&a=…&b=…` two values of a segment within the view.

    Raises:
        ConfigError: It asks for what there is not.
    """
    asked = looked.value("compare")
    if not asked:
        return None
    snapshot = looked.taken.snapshot
    one, other = _by_time(looked) if asked == TIME else _by_segment(looked, asked)
    parts = [snapshot.part(view) for _, view in (one, other)]
    sides = [Side(words, view, len(distinct(part.customers[part.is_read])), part.n_analysed)
             for (words, view), part in zip((one, other), parts, strict=True)]
    themes = parts[0].raised.themes
    counts = [part.raised.counts(np.zeros(part.n_comments, dtype=np.int64), 1, unit=part.customers)[0]
              for part in parts]
    table = compared([t.id for t in themes], counts[0], sides[0].n, counts[1], sides[1].n)
    rows = {str(row["id"]): {name: row[name] for name in COMPARISON_COLUMNS} for row in table.to_dict("records")}
    lines = [ComparedLine(t, rows[t.id], t.parent is not None) for t in themes
             if rows[t.id]["n_one"] + rows[t.id]["n_other"]]
    lines.sort(key=lambda line: (line.row["verdict"] == "cannot tell", -abs(line.row["difference"] or 0)))
    return Comparison(sides[0], sides[1], tuple(lines))


def _by_time(looked: Looked) -> tuple[tuple[str, View], tuple[str, View]]:
    days, view = looked.taken.snapshot.days, looked.view
    if days is None:
        raise ConfigError("the comments have no dates, so no two times can be compared")
    first, last = days[0].date(), days[1].date()
    if view.start is None and view.end is None:  # the later half against the earlier
        middle = first + (last - first + timedelta(days=1)) / 2
        view = view.with_(start=middle, end=last)
    start, end = view.start or first, view.end or last
    length = max((end - start).days, 0)
    given = [_day(looked.value(name), name) for name in ("from2", "to2")]
    before = view.with_(start=given[0] or start - timedelta(days=length + 1), end=given[1] or start - timedelta(days=1))
    if before.start is not None and before.end is not None and before.start > before.end:
        raise ConfigError(f"the time from {before.start} to {before.end} holds no day",
                          next="Give the earlier day first")
    return ((_words(start, end), view.with_(start=start, end=end)), (_words(before.start, before.end), before))


def _by_segment(looked: Looked, asked: str) -> tuple[tuple[str, View], tuple[str, View]]:
    name = asked.removeprefix(SEGMENT)
    values = looked.taken.snapshot.segment_values.get(name)
    if not asked.startswith(SEGMENT) or values is None:
        raise ConfigError(f"compare={asked!r} is nothing that can be compared",
                          next="Write compare=time, or compare=segment. and the name of a segment")
    ranked = list(values)
    a = looked.value("a") or ranked[0]
    b = looked.value("b") or next((v for v in ranked if v != a), a)
    for value in (a, b):
        if value not in values:
            raise ConfigError(f"there is no {name} {value!r}", next=f"There are: {', '.join(ranked[:20])}")
    if a == b:
        raise ConfigError(f"{name} {a!r} cannot be compared with itself", next="Choose two values")
    others = tuple(pair for pair in looked.view.segments if pair[0] != name)
    return ((f"{name}: {a}", looked.view.with_(segments=(*others, (name, a)))),
            (f"{name}: {b}", looked.view.with_(segments=(*others, (name, b)))))


def _words(start: date | None, end: date | None) -> str:
    low, high = View(start=start, end=end).begins_at, View(start=end).begins_at
    return figures.days(low, high) if low and high else "…"


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError(f"{name}={text!r} is no day", next="Write it as 2026-03-31") from None


def side_by_side(part: Part) -> list[str]:
    """Return the segments whose values can be compared: those of 2 to 50 values."""
    return [name for name, values in part.snapshot.segment_values.items() if 2 <= len(values) <= 50]
