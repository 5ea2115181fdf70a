"""The bar of filters, the same on every page: what can be chosen, what is, and the addresses that change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from cx_text.report import figures
from cx_text.views import SEGMENT, View
from cx_text.web.viewing import Looked

_MOST_OPTIONS = 60  # of one filter; the commonest values
_NAMES = {"source": "Source", "language": "Language", "brand": "Brand", "category": "NPS category",
          "stage": "Journey stage"}
_FIELDS = {"source": "sources", "language": "languages", "brand": "brands", "category": "categories",
           "stage": "stages"}
_QUICK = (("Last 30 days", 30), ("Last 90 days", 90), ("Last year", 365))
_OF_TIME = ("from", "to")


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be chosen; `n` comments of the whole store have it, None where nobody counted."""

    value: str
    label: str
    n: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with its values; `name` is that in the address."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def n_chosen(self) -> int:
        """Count the values that are chosen."""
        return sum(option.is_chosen for option in self.options)


@dataclass(frozen=True, slots=True)
class FilterBar:
    """What the bar shows. `chips` and `quick` are words, addresses and (quick) whether it is chosen.

    `hidden` are names and values of the address that a form of filters carries along.
    """

    path: str
    filters: tuple[Filter, ...]
    chips: tuple[tuple[str, str], ...]
    quick: tuple[tuple[str, str, bool], ...]
    start: str
    end: str
    has_dates: bool
    hidden: tuple[tuple[str, str], ...]
    clear: str
    n_comments: int
    n_all: int
    n_waiting: int
    is_outdated: bool


def filter_bar(looked: Looked, path: str, *, keep: Iterable[str] = ()) -> FilterBar:
    """Return the bar of a page.

    Args:
        looked: What the request looks at.
        path: Of the page.
        keep: Names in its address, beside those of the view, that stay when a filter changes, such as "sort".
    """
    snapshot, view = looked.taken.snapshot, looked.view
    kept = tuple((name, value) for name, value in looked.given if name in set(keep) and value.strip())
    return FilterBar(
        path=path, filters=tuple(_filters(looked)), chips=tuple(_chips(view, path, kept)),
        quick=tuple(_quick(looked, path, kept)), start=str(view.start or ""), end=str(view.end or ""),
        has_dates=snapshot.days is not None, hidden=kept, clear=address(path, kept), n_comments=looked.part.n_comments,
        n_all=snapshot.n_comments, n_waiting=snapshot.n_waiting, is_outdated=looked.taken.is_outdated)


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the address of a page with names and values behind the "?"."""
    query = urlencode([*pairs])
    return f"{path}?{query}" if query else path


def _filters(looked: Looked) -> Iterable[Filter]:
    snapshot, view = looked.taken.snapshot, looked.view
    segments: Mapping[str, Mapping[str, int]] = snapshot.segment_values
    for name, label in _NAMES.items():
        yield from _filter(name, label, snapshot.values[name], set(getattr(view, _FIELDS[name])),
                           counts=name != "stage")
    for name, values in segments.items():
        chosen = {value for other, value in view.segments if other == name}
        yield from _filter(SEGMENT + name, name, values, chosen)


def _filter(name: str, label: str, values: Mapping[str, int], chosen: set[str], *,
            counts: bool = True) -> Iterable[Filter]:
    """Yield a filter where there is something to choose, or something is chosen."""
    if len(values) < 2 and not chosen:
        return
    shown = [*list(values)[:_MOST_OPTIONS], *sorted(chosen - set(list(values)[:_MOST_OPTIONS]))]
    yield Filter(name, label, tuple(Option(value, _words(name, value), values.get(value, 0) if counts else None,
                                           value in chosen) for value in shown))


def _words(name: str, value: str) -> str:
    if name == "language":
        return _LANGUAGES.get(value, value)
    return f"{value[:1].upper()}{value[1:]}s" if name == "category" else value.replace("_", " ") \
        if name == "stage" else value


def _chips(view: View, path: str, kept: tuple[tuple[str, str], ...]) -> Iterable[tuple[str, str]]:
    pairs = view.pairs()
    if view.start or view.end:
        yield _time_words(view), address(path, [*(p for p in pairs if p[0] not in _OF_TIME), *kept])
    for pair in pairs:
        name, value = pair
        if name in _OF_TIME:
            continue
        label = name.removeprefix(SEGMENT) if name.startswith(SEGMENT) else _NAMES[name]
        yield f"{label}: {_words(name, value)}", address(path, [*(p for p in pairs if p != pair), *kept])


def _time_words(view: View) -> str:
    start, end = view.begins_at, view.ends_at
    last = None if end is None else end - timedelta(days=1)
    if start and last:
        return figures.days(start, last)
    return f"From {figures.day(start)}" if start else f"Until {figures.day(last)}" if last else "All time"


def _quick(looked: Looked, path: str, kept: tuple[tuple[str, str], ...]) -> Iterable[tuple[str, str, bool]]:
    days, view = looked.taken.snapshot.days, looked.view
    if days is None:
        return
    newest = days[1].date()
    for label, n in _QUICK:
        if (days[1] - days[0]).days <= n:
            continue
        chosen = view.with_(start=newest - timedelta(days=n - 1), end=newest)
        yield label, address(path, [*chosen.pairs(), *kept]), (view.start, view.end) == (chosen.start, chosen.end)
    whole = view.with_(start=None, end=None)
    yield "All time", address(path, [*whole.pairs(), *kept]), view.start is None and view.end is None


_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch",
              "pt": "Portuguese", "nb": "Norwegian", "sv": "Swedish", "da": "Danish", "fi": "Finnish", "pl": "Polish",
              "und": "Not told"}
