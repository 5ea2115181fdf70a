"""The page of a week: what changed, and its figures beside those of the weeks before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cx_text.report.alert_chart import alert_chart
from cx_text.report.cells import without_controls
from cx_text.report.grid import Grid
from cx_text.report.html import environment, picture
from cx_text.store.alerts import Alert


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """An alert as the page tells of it. `links`: words and address."""

    alert: Alert
    title: str
    lines: tuple[str, ...]
    quotes: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class WeekPage:
    """What the page holds.

    `meta`: what stands below the title. `empty`: a sentence where nothing came in. `groups`: alerts by what became of
    them, under headings. `grids`: tables, each with a line about it. `link`: the address of the web page.
    """

    title: str
    meta: tuple[str, ...]
    empty: str
    groups: Sequence[tuple[str, Sequence[ToldAlert]]]
    grids: Sequence[tuple[Grid, str]]
    link: str | None = None


def render_week(page: WeekPage) -> str:
    """Return the page as HTML that needs no network and runs no script; what came from customers is escaped."""
    pictures = {told.alert.id: picture(lambda width, told=told: alert_chart(told.alert, width=width))
                for _, group in page.groups for told in group if not told.is_short}
    return without_controls(environment().get_template("week.html.j2").render(page=page, pictures=pictures))
