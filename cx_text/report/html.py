"""The report: one page that needs no network and no script, with every figure of a run and the words behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from cx_text.insights.drivers import FALSE_DISCOVERIES, MIN_RAISERS
from cx_text.report import charts, drawing, figures, sections
from cx_text.report.cells import as_text, without_controls
from cx_text.report.disagreements import N_OPEN, disagreements
from cx_text.report.grid import STRIP_WIDTH, VERDICT_SIGNS
from cx_text.report.sentences import (
    NO_SCORES,
    change_sentence,
    counted_from,
    first_level,
    implied_sentence,
    nps_name,
    standouts,
)
from cx_text.summary import Summary


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart drawn for a page and for a phone."""

    wide: Markup
    narrow: Markup


def render_report(summary: Summary) -> str:
    """Return the report of a run as one HTML page.

    It opens without a network, runs no script and asks nothing of any server; texts of customers are escaped.
    Of the manifest it reads `created_at` (datetime or ISO 8601) and `input` (a name, or a mapping with `name`); all of
    it is listed at the end of the page.
    """
    tops = first_level(summary.themes)
    given = {**_facts(summary), **_charts(summary, tops), **_sections(summary), "n_tops": len(tops)}
    return without_controls(environment().get_template("report.html.j2").render(given))


def _facts(summary: Summary) -> dict[str, Any]:
    return {
        "summary": summary, "nps": summary.nps, "nps_name": nps_name(summary.nps), "no_scores": NO_SCORES,
        "unit": "rating" if summary.nps and summary.nps.is_proxy else "score", "standouts": standouts(summary),
        "source_line": _source_line(summary), "bar": _categories(summary), "months": sections.records(summary.months),
        "themes": sections.records(summary.themes), "polarity": list(_counted(summary.polarity_by_category)),
        "ledger": list(_counted(summary.ledger_counts)),
        "ledger_columns": [str(c) for c in summary.ledger_counts.columns],
        "ledger_sums": [int(n) for n in summary.ledger_counts.sum()], "manifest": list(_flat(summary.manifest)),
        "min_raisers": MIN_RAISERS, "false_discoveries": FALSE_DISCOVERIES,
        "basis": "" if summary.nps is None else counted_from(summary.nps)}


def _charts(summary: Summary, tops: pd.DataFrame) -> dict[str, Picture | None]:
    name = nps_name(summary.nps)
    return {
        "nps_chart": picture(lambda width: charts.nps_by_month(summary.months, width=width, name=name)),
        "polarity_chart": picture(lambda width: charts.polarity_by_category(summary.polarity_by_category,
                                                                             width=width)),
        "effects_chart": picture(lambda width: charts.theme_effects(tops, width=width, name=name)),
        "categories_chart": picture(lambda width: charts.theme_categories(tops, width=width)),
        "change_chart": picture(lambda width: charts.change_waterfall(summary.change, width=width, name=name)),
        "brands_chart": picture(lambda width: None if summary.brands is None else charts.net_sentiment(
            summary.brands, width=width))}


def _sections(summary: Summary) -> dict[str, Any]:
    return {
        "period": sections.period(summary), "scores": sections.scores(summary),
        "implied": "" if summary.implied is None else implied_sentence(summary.implied),
        "change": "" if summary.change is None else change_sentence(summary.change, nps_name(summary.nps)),
        "parts": sections.parts_of_change(summary), "said": sections.said_of_themes(summary),
        "outcomes": sections.outcomes(summary), "segments": sections.segments(summary),
        "journey": sections.journey(summary), "disagreements": disagreements(summary), "n_open": N_OPEN,
        "brands": sections.brands(summary), "brand_themes": sections.themes_of_brands(summary), "long": sections.LONG}


def environment() -> jinja2.Environment:
    """Return what renders the templates of pages that are files; what is put into them is escaped."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
                                     autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters.update(
        count=figures.count, percent=figures.percent, points=figures.nps_points, effect=figures.effect_points,
        month=figures.month, words=lambda name: str(name).replace("_", " "))
    environment.globals.update(nps_interval=figures.nps_interval, effect_interval=figures.effect_interval,
                               colours=drawing, verdicts=VERDICT_SIGNS, strip_width=STRIP_WIDTH)
    environment.tests["missing"] = figures.is_missing
    return environment


def picture(draw: Callable[[int], drawing.Chart | None]) -> Picture | None:
    """Return what is drawn for a page and for a phone, None where there is nothing to draw; `draw` takes a width."""
    wide, narrow = draw(drawing.WIDE), draw(drawing.NARROW)
    if wide is None or narrow is None:
        return None
    # to_svg serialises an XML tree, so what came from customers is escaped in it.
    return Picture(*(Markup(drawing.to_svg(chart)) for chart in (wide, narrow)))  # noqa: S704


def _categories(summary: Summary) -> list[tuple[str, int, float, str]]:
    """Return name, n, share and colour of detractors, passives and promoters."""
    if summary.nps is None:
        return []
    counts = (summary.nps.n_detractors, summary.nps.n_passives, summary.nps.n_promoters)
    return [(f"{category.value}s", n, n / summary.nps.n, colour)
            for (category, colour), n in zip(charts.CATEGORIES.items(), counts, strict=True)]


def _counted(table: pd.DataFrame) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the name of each row of a table of counts, with its counts by column."""
    for name, row in table.iterrows():
        yield str(name), {str(column): int(n) for column, n in row.items()}


def _source_line(summary: Summary) -> list[str]:
    """Return what the comments are, from when, and when this was made; what is not known is left out."""
    given, made = summary.manifest.get("input"), summary.manifest.get("created_at")
    name = given.get("name") if isinstance(given, Mapping) else given
    parts = [as_text(name)] if name else []
    if summary.months is not None and len(summary.months):
        parts.append(figures.period(summary.months["month"].min(), summary.months["month"].max()))
    parts.append(f"{figures.count(summary.n_rows)} rows, {figures.count(summary.n_analysed)} comments analysed")
    if made:
        at = made if isinstance(made, datetime) else datetime.fromisoformat(str(made))
        parts.append(f"made on {at.day} {figures.month(at)}")
    return parts


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the manifest as dotted names and texts."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", as_text(value)
