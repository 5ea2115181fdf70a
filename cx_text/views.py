"""View: what part of the comments a figure is of; all of it stands in the address of a page, so that links hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from cx_text.codeframe import JourneyStage
from cx_text.comment import NpsCategory
from cx_text.errors import ConfigError, nearest

SEGMENT = "segment."  # before the name of a segment in an address
# Part of the address → field of View; each may stand there several times.
_LISTS = {"source": "sources", "language": "languages", "brand": "brands", "category": "categories", "stage": "stages"}


@dataclass(frozen=True, slots=True)
class View:
    """What part of the comments is looked at; everything when nothing is given.

    `start` and `end` are days, UTC, both in it. Of several values in one field any will do; all fields together have
    to hold. `categories` are NPS categories (of the rating, where ratings stand in); `stages` journey stages of a theme
    that is raised; `segments` are pairs of name and value.
    """

    start: date | None = None
    end: date | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    segments: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return self != View()

    @property
    def begins_at(self) -> datetime | None:
        """The first moment that is in it, UTC."""
        return None if self.start is None else _midnight(self.start)

    @property
    def ends_at(self) -> datetime | None:
        """The first moment after it, UTC."""
        return None if self.end is None or self.end == date.max else _midnight(self.end + timedelta(days=1))

    def pairs(self) -> list[tuple[str, str]]:
        """Return what stands for it in an address, as names and values."""
        found = [("from", self.start.isoformat())] if self.start else []
        found += [("to", self.end.isoformat())] if self.end else []
        found += [(name, value) for name, field in _LISTS.items() for value in getattr(self, field)]
        return found + [(f"{SEGMENT}{name}", value) for name, value in self.segments]

    def query(self, **others: Any) -> str:
        """Return the address behind the "?", with further names and values; None and "" are left out."""
        more = [(name.rstrip("_"), str(value)) for name, value in others.items() if value not in (None, "")]
        return urlencode(self.pairs() + more)

    def with_(self, **fields: Any) -> View:
        """Return a view that differs in some fields."""
        return replace(self, **fields)


def parse_view(pairs: Iterable[tuple[str, str]]) -> View:
    """Return the view that an address asks for; names that are none of its own are left to others, blanks ignored.

    Args:
        pairs: Names and values behind the "?", in their order.

    Raises:
        ConfigError: A date is none, the dates are the wrong way round, or a category or stage is not known.
    """
    given: dict[str, list[str]] = {}
    segments: dict[tuple[str, str], None] = {}
    for name, value in pairs:
        if not value.strip():
            continue
        if name.startswith(SEGMENT) and name != SEGMENT:
            segments[name.removeprefix(SEGMENT), value] = None
        else:
            given.setdefault(name, []).append(value)
    lists = {field: tuple(dict.fromkeys(given.get(name, ()))) for name, field in _LISTS.items()}
    _check(lists["categories"], [c.value for c in NpsCategory], "NPS category")
    _check(lists["stages"], [s.value for s in JourneyStage], "journey stage")
    start, end = (_day(given[name][-1], name) if name in given else None for name in ("from", "to"))
    if start and end and start > end:
        raise ConfigError(f"the time from {start} to {end} holds no day", next="Give the earlier day first")
    return View(start, end, **lists, segments=tuple(segments))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"{name}={text!r} is no day", next="Write it as 2026-03-31") from None


def _check(values: Iterable[str], known: list[str], what: str) -> None:
    for value in values:
        if value not in known:
            raise ConfigError("; ".join(filter(None, (f"there is no {what} {value!r}", nearest(value, known)))),
                              next=f"There are: {', '.join(known)}")


def described(view: View) -> Mapping[str, str]:
    """Return what a view is, in words for people: name of the filter → what is chosen."""
    found: dict[str, str] = {}
    if view.start or view.end:
        found["time"] = f"{view.start or '…'} to {view.end or '…'}"
    found |= {name: ", ".join(getattr(view, field)) for name, field in _LISTS.items() if getattr(view, field)}
    for name, value in view.segments:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
