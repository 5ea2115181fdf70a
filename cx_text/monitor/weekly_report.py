"""The weekly report: what changed in a week and how it was, as a page for people and a workbook of its figures."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cx_text.backends.base import PiiFinder
from cx_text.errors import OutputError
from cx_text.insights.intervals import Figure
from cx_text.insights.nps import Nps
from cx_text.monitor.assessing import Material, material_of
from cx_text.monitor.message import harmless
from cx_text.monitor.messages import alert_link, quotes_of, words_link
from cx_text.monitor.week_figures import WEEK, CountedName, WeekFigures, figures_of_week, tables_of
from cx_text.report import figures
from cx_text.report.alert_sentences import alert_lines, alert_title, resolved_line
from cx_text.report.grid import Cell, Grid, Line
from cx_text.report.sentences import nps_name
from cx_text.report.tables import Workbook
from cx_text.report.week_page import ToldAlert, WeekPage, render_week
from cx_text.store.alerts import Alert, alerts_of
from cx_text.store.database import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

Finder = Callable[[], PiiFinder]
Group = tuple[str, list[Alert]]
_MOST_ALERTS, _MOST_SHOWN, _MOST_THEMES = 1000, 20, 12
_HEADINGS = ("New in this week", "Goes on", "Over in this week")
_FIGURES = ("n", "of", "value", "expected", "ratio", "difference", "low", "high")


def report_paths(folder: Path, monday: date) -> tuple[Path, Path]:
    """Return where the page and the workbook of the week before a Monday are."""
    return folder / f"cx_text-week-{monday}.html", folder / f"cx_text-week-{monday}.xlsx"


def write_report(store: Store, folder: Path, monday: date, *, link: str | None = None, finder: Finder | None = None,
                 material: Material | None = None) -> tuple[Path, Path]:
    """Write what changed in the week before a Monday, and its figures; return the page and the workbook.

    Each file is whole or absent, and one that is there is replaced. The workbook has figures alone, the page also up to
    three quotes of each alert, with personal data masked.

    Args:
        store: What is reported of; alerts of all its watches.
        folder: Where to; it is made.
        monday: The day after the week.
        link: Address of the web page.
        finder: Gives what finds personal data, for quotes of imports that kept it; those are left out without.
        material: What was read, where the caller has it.

    Raises:
        ValueError: The day is no Monday.
        OutputError: The files cannot be written.
    """
    if monday.weekday() != 0:
        raise ValueError(f"{monday} is no Monday")
    material = material or material_of(store)
    found = None if material is None else figures_of_week(material.part, monday - WEEK)
    with store.reading() as connection:
        groups = _alerts_of_week(connection, monday)
        page = _page(connection, monday, groups, found, link, finder)
    text, tables = render_week(page), _tables(groups, found)
    html, xlsx = report_paths(folder, monday)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _put(html, lambda path: path.write_text(text, "utf-8"))
        _put(xlsx, lambda path: _write_workbook(path, tables))
    except OSError as error:
        why = error.strerror or "the disk refuses"
        raise OutputError(f"the weekly report cannot be written: {why}", where=str(folder),
                          next="Give another report_folder in [watch], or free some space") from error
    return html, xlsx


def _put(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, and put it there when it is whole."""
    partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(3)}")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_workbook(path: Path, tables: dict[str, pd.DataFrame]) -> None:
    book = Workbook(path, list(tables))
    for name, table in tables.items():
        book.write(name, table)
    book.close()


def _alerts_of_week(connection: Connection, monday: date) -> list[Group]:
    """Return the alerts of the week as it ended: those that fired in it, that went on, that were over; none empty."""
    start, known = monday - WEEK, alerts_of(connection, limit=_MOST_ALERTS)
    new = [one for one in known if start <= one.fired_on < monday]
    older = [one for one in known if one.fired_on < start]
    lasting = [one for one in older if one.resolved_on is None or one.resolved_on >= monday]
    over = [one for one in older if one.resolved_on is not None and start <= one.resolved_on < monday]
    return [(heading, group) for heading, group in zip(_HEADINGS, (new, lasting, over), strict=True) if group]


def _page(connection: Connection, monday: date, groups: Sequence[Group], found: WeekFigures | None, link: str | None,
          finder: Finder | None) -> WeekPage:
    start, told, n_shown = monday - WEEK, [], 0
    for heading, alerts in groups:
        own = []
        for one in alerts:
            own.append(_told(connection, one, monday, link, finder, is_short=n_shown >= _MOST_SHOWN))
            n_shown += 1
        told.append((heading, own))
    is_empty = found is None or not found.n_comments
    meta = [] if found is None or is_empty else [
        figures.counted(found.n_comments, "comment"), f"{figures.counted(found.n_customers, 'customer')} who wrote",
        _past_words(found)]
    return WeekPage(
        f"The week of {figures.days(start, monday - timedelta(days=1))}", tuple(meta),
        "No comment of this week has been read." if is_empty else "", told,
        [] if found is None or is_empty else _grids(found), link)


def _past_words(found: WeekFigures) -> str:
    if not found.n_weeks:
        return "no whole week before it to compare with"
    first, last = found.start - found.n_weeks * WEEK, found.start - timedelta(days=1)
    return f"compared with {figures.days(first, last)}"


def _told(connection: Connection, alert: Alert, monday: date, link: str | None, finder: Finder | None, *,
          is_short: bool) -> ToldAlert:
    """Return an alert as it was when the week ended; short where very many stand before it."""
    over = (resolved_line(alert),) if alert.resolved_on is not None and alert.resolved_on < monday else ()
    links = () if link is None else (("The alert", alert_link(link, alert)), ("The comments", words_link(link, alert)))
    if is_short:
        return ToldAlert(alert, alert_title(alert), (alert_lines(alert)[0], *over), links=links[:1], is_short=True)
    quotes = tuple(harmless(words) for words in quotes_of(connection, alert, finder))
    return ToldAlert(alert, alert_title(alert), (*alert_lines(alert), *over), quotes, links)


def _grids(found: WeekFigures) -> list[tuple[Grid, str]]:
    weeks = figures.counted(found.n_weeks, "week")
    past = f"The {'week' if found.n_weeks == 1 else weeks} before" if found.n_weeks else "Before"
    shown = found.themes[:_MOST_THEMES]
    rest = len(found.themes) - len(shown)
    levels = Grid("Figures", ("", "This week", past), [
        Line(nps_name(found.nps or found.nps_before), (_nps(found.nps, found.nps), _nps(found.nps_before, found.nps))),
        Line("Net sentiment", (_sentiment(found.sentiment), _sentiment(found.sentiment_before)))])
    themes = Grid("What customers raise", ("Theme", "This week", "A week before"), [_counted(one) for one in shown])
    sources = Grid("Where they write", ("Source", "This week", "A week before"),
                   [Line(one.name, (Cell(figures.count(one.n)), Cell(_average(one.before)))) for one in found.sources])
    average = "" if not found.n_weeks else f" A week before is the average of {weeks}." if found.n_weeks > 1 else ""
    more = f" {figures.counted(rest, 'more theme')} in the workbook." if rest else ""
    return [(levels, f"In points, with a {figures.INTERVAL}. Whether two differ is what alerts say, not this table."),
            (themes, f"Customers who raise a theme, of those who wrote.{average}{more}"),
            (sources, f"Comments.{average}")]


def _nps(level: Nps | None, now: Nps | None) -> Cell:
    if level is None or (now is not None and level.basis != now.basis):  # scales are never compared with each other
        return Cell("–")
    return _level(level.nps, level.low, level.high, level.n, "score" if not level.is_proxy else "rating")


def _sentiment(level: Figure | None) -> Cell:
    return Cell("–") if level is None else _level(level.value, level.low, level.high, level.n, "comment")


def _level(value: float, low: float, high: float, n: int, noun: str) -> Cell:
    return Cell(figures.nps_points(value), f"{figures.nps_interval(low, high)}, n = {figures.counted(n, noun)}")


def _counted(one: CountedName) -> Line:
    return Line(one.name, (_share(one.n, one.of), _share(one.before, one.of_before)))


def _share(n: float | None, of: float | None) -> Cell:
    return Cell("–") if n is None or not of else Cell(f"{_average(n)} of {_average(of)}", figures.percent(n / of))


def _average(n: float | None) -> str:
    """Return a count, or an average with a decimal where it is small."""
    if n is None:
        return "–"
    return figures.count(n) if isinstance(n, int) or n >= 100 else f"{n:.1f}"


def _tables(groups: Sequence[Group], found: WeekFigures | None) -> dict[str, pd.DataFrame]:
    """Return the sheets of the workbook; of what no theme takes the label is left out, since it is customers' words."""
    rows: list[tuple[Any, ...]] = []
    for heading, group in groups:
        rows += [(one.id, heading, one.watch, one.rule, one.kind, one.measure, one.direction, one.subject["per"],
                  "" if one.kind == "new_theme" else one.subject["label"], *map(str, (one.began_on, one.fired_on)),
                  str(one.resolved_on or ""), *(one.figures.get(name) for name in _FIGURES)) for one in group]
    alerts = pd.DataFrame(rows, columns=["alert", "state", "watch", "rule", "kind", "measure", "direction", "per",
                                         "subject", "began_on", "fired_on", "resolved_on", *_FIGURES])
    return {**({} if found is None else tables_of(found)), "alerts": alerts}
