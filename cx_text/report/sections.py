"""The sections of the page beside its themes: what each one holds, None or empty where there is nothing to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cx_text.codeframe import JourneyStage
from cx_text.insights.drivers import ANYTHING
from cx_text.measures import MEASURES, MeasureKind
from cx_text.report import figures
from cx_text.report.grid import Axis, Cell, Grid, Line, prose, verdict
from cx_text.report.sentences import first_level, nps_name, part_name
from cx_text.summary import Summary

LONG = 16  # rows; a longer table is folded away

Rows = list[dict[str, Any]]
Written = Callable[[float | None], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome beside the NPS: its title, the figure of all customers, what its points are, and its themes."""

    name: str
    title: str
    whole: str
    unit: str
    grid: Grid


def records(table: pd.DataFrame | None) -> Rows:
    """Return the rows of a table, one mapping each."""
    return [] if table is None else [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def scores(summary: Summary) -> Grid | None:
    """Return each score with its interval, n, period and scale; None where the NPS is the only one."""
    rows = records(summary.scores)
    if not any(row["measure"] not in ("nps", "nps_proxy") for row in rows):
        return None
    lines = []
    for row in rows:
        ends = figures.measured_interval(row["low"], row["high"], row["unit"])
        period = "–" if figures.is_missing(row["first_at"]) else figures.days(row["first_at"], row["last_at"])
        note = "a proxy, not an NPS" if row["measure"] == "nps_proxy" else ""
        lines.append(Line(row["title"], (
            Cell(figures.measured(row["value"], row["unit"])), Cell(ends or "–", row["interval"]),
            Cell(figures.count(row["n"])), prose(period), prose(row["counted_from"])), note=note))
    return Grid("Scores", ("Score", "Value", figures.INTERVAL, "n", "Period", "Counted from"), lines)


def period(summary: Summary) -> str:
    """Return the days from which the NPS is, or nothing without dates."""
    rows = [r for r in records(summary.scores) if r["measure"] in ("nps", "nps_proxy")]
    return "" if not rows or figures.is_missing(rows[0]["first_at"]) else \
        figures.days(rows[0]["first_at"], rows[0]["last_at"])


def said_of_themes(summary: Summary) -> list[Grid]:
    """Return what goes with speaking well or badly of each theme: one table of the first level, one of sub-themes."""
    rows = summary.drivers[(summary.drivers["outcome"] == "nps") & summary.drivers["adjusted"].notna()]
    rows = rows[rows["said"].isin(["negative", "positive"])]
    parts = {"Themes": first_level(rows), "Sub-themes": rows[rows["parent_id"].notna()]}
    return [_drivers(title, records(part), nps_name(summary.nps), has_said=True)
            for title, part in parts.items() if len(part)]


def journey(summary: Summary) -> Grid | None:
    """Return the stages of the customer journey in their order; None where no theme has one."""
    whole = summary.journey[summary.journey["adjusted"].notna()] if len(summary.journey) else summary.journey
    order = {stage.value: k for k, stage in enumerate(JourneyStage)}
    rows = sorted((r for r in records(whole) if r["said"] == ANYTHING), key=lambda r: order.get(r["id"], len(order)))
    rows = [{**r, "label": str(r["label"]).capitalize()} for r in rows]
    return _drivers("Stages of the journey", rows, nps_name(summary.nps), of="Stage") if rows else None


def outcomes(summary: Summary) -> list[Outcome]:
    """Return what goes with each outcome beside the NPS, by themes of the first level."""
    found = []
    for name in dict.fromkeys(summary.drivers["outcome"]):
        rows = summary.drivers[(summary.drivers["outcome"] == name) & (summary.drivers["said"] == ANYTHING)]
        rows = first_level(rows[rows["adjusted"].notna()])
        if name == "nps" or rows.empty:
            continue
        is_amount = MEASURES[name].kind is MeasureKind.AMOUNT
        unit = "" if is_amount else "%"
        whole = [r for r in records(summary.scores) if r["measure"] == name]
        said = [f"{figures.measured(r['value'], unit)} ({figures.measured_interval(r['low'], r['high'], unit)}), "
                f"n = {figures.count(r['n'])}, {r['counted_from']}" for r in whole]
        found.append(Outcome(
            name, MEASURES[name].title, "".join(said[:1]),
            "in the unit of the export" if is_amount else "in percentage points",
            _drivers(MEASURES[name].title, records(rows), MEASURES[name].title, unit=unit)))
    return found


def segments(summary: Summary) -> list[Grid]:
    """Return the NPS of each group of each segment, one table a segment."""
    rows = records(summary.segments)
    name = nps_name(summary.nps)
    whole = None if summary.nps is None else summary.nps.nps
    axis = Axis.around([r[c] for r in rows for c in ("nps_low", "nps_high")], reference=whole)
    named = [what for what in ("costs", "lifts") if any(not figures.is_missing(r[what]) for r in rows)]
    grids = []
    for segment in dict.fromkeys(r["segment"] for r in rows):
        lines = [Line(r["value"], (
            Cell(figures.nps_points(r["nps"]), figures.nps_interval(r["nps_low"], r["nps_high"])),
            Cell(strip=axis.strip(r["nps"], r["nps_low"], r["nps_high"], r["verdict"])),
            verdict(r["verdict"]), _effect(r, "difference"), Cell(figures.count(r["n"]), figures.percent(r["share"])),
            *(_standing_out(r, what) for what in named)),
            is_pale=r["is_small"]) for r in rows if r["segment"] == segment]
        grids.append(Grid(segment, (segment, f"{name} ({figures.INTERVAL})", "", "Verdict", "Against the others",
                                    "n (share)", *(f"{what.capitalize()} most there" for what in named)), lines))
    return grids


def parts_of_change(summary: Summary) -> Grid | None:
    """Return all parts of the change; None where there is none."""
    if summary.change is None:
        return None
    rows = records(summary.change.parts)
    axis = Axis.around([0, *(r[c] for r in rows for c in ("low", "high"))])
    lines = [Line(part_name(r), (
        Cell("–" if r["part"] != "share" else f"{figures.percent(r['before'])} → {figures.percent(r['after'])}"),
        _effect(r, "points", "low", "high"),
        Cell(strip=axis.strip(r["points"], r["low"], r["high"], _direction(r) if r["is_sure"] else "")),
        verdict(_direction(r) if r["is_sure"] else None))) for r in rows]
    return Grid("Parts of the change", ("Part", "Share who speak of it", f"Points ({figures.INTERVAL})", "", "Verdict"),
                lines)


def brands(summary: Summary) -> Grid | None:
    """Return how much and how well each brand is spoken of; None where no brand was looked for."""
    rows = records(summary.brands)
    axis = Axis.around([0, *(r[c] for r in rows for c in ("share_of_voice_low", "share_of_voice_high"))])
    lines = [Line(r["brand"], (
        Cell(figures.count(r["n_comments"]), figures.percent(r["share_of_comments"])),
        Cell(figures.percent(r["share_of_voice"]), figures.interval(
            figures.percent(r["share_of_voice_low"]), figures.percent(r["share_of_voice_high"]))),
        Cell(strip=axis.strip(r["share_of_voice"], r["share_of_voice_low"], r["share_of_voice_high"])),
        Cell(figures.nps_points(r["net_sentiment"]), figures.interval(
            figures.nps_points(r["net_sentiment_low"]), figures.nps_points(r["net_sentiment_high"]))),
        Cell("–") if r["own"] else _effect(r, "difference"),
        prose(None) if figures.is_missing(r["verdict"]) else verdict(r["verdict"])),
        note="our own" if r["own"] else "") for r in rows]
    columns = ("Brand", "Comments", f"Share of voice ({figures.INTERVAL})", "", f"Net sentiment ({figures.INTERVAL})",
               "Against our own", "Verdict")
    return Grid("Brands", columns, lines) if lines else None


def themes_of_brands(summary: Summary) -> Grid | None:
    """Return the net sentiment of each brand within each theme, brands side by side; None where there is none."""
    rows = records(summary.brand_themes)
    names = list(dict.fromkeys(r["brand"] for r in rows))
    cells = {(r["theme_id"], r["brand"]): r for r in rows}
    lines = [Line(label, tuple(_cell_of(cells.get((theme, brand))) for brand in names))
             for theme, label in dict.fromkeys((r["theme_id"], r["theme_label"]) for r in rows)]
    return Grid("Brands by theme", ("Theme", *names), lines) if lines else None


def _cell_of(row: dict[str, Any] | None) -> Cell:
    if row is None or figures.is_missing(row["net_sentiment"]):
        return Cell("–", f"n = {figures.count(row['n_comments'])}" if row else "", tint=0.0)
    n = row["n_negative"] + row["n_neutral"] + row["n_positive"]
    return Cell(figures.nps_points(row["net_sentiment"]), f"n = {figures.count(n)}",
                tint=0.0 if row["is_small"] else row["net_sentiment"] / 100, is_pale=bool(row["is_small"]))


def _drivers(title: str, rows: Sequence[dict[str, Any]], name: str, *, of: str = "Theme", unit: str = "points",
             has_said: bool = False) -> Grid:
    """Return drivers of one outcome as a table; with `has_said` each row says what was said of the theme."""
    axis = Axis.around([0, *(r[c] for r in rows for c in ("adjusted_low", "adjusted_high"))])
    has_total = any(not figures.is_missing(r["total"]) for r in rows)
    words = {} if unit == "points" else {"costs": "worse", "lifts": "better"}  # more attrition is not a cost in points
    lines, above = [], None
    for r in rows:
        word = words.get(r["verdict"], r["verdict"])
        mean = [figures.measured(r[c], unit) for c in ("mean", "mean_low", "mean_high")]
        cells = [
            *([prose(r["said"])] if has_said else []),
            verdict(word), _effect(r, "adjusted", is_amount=unit == ""),
            Cell(strip=axis.strip(r["adjusted"], r["adjusted_low"], r["adjusted_high"], word)),
            Cell(figures.count(r["n_raisers"]), f"{figures.percent(r['share_of_comments'])} of comments"),
            Cell(mean[0], figures.interval(mean[1], mean[2])),
            *([Cell(figures.amount(r["total"]))] if has_total else [])]
        note = r["parent_label"] if has_said and r["id"] != above and not figures.is_missing(r["parent_id"]) else ""
        lines.append(Line("" if r["id"] == above else r["label"], tuple(cells), note=note, is_pale=bool(r["is_small"])))
        above = r["id"]
    columns = [of, *(["Said of it"] if has_said else []), "Verdict", f"Adjusted ({figures.INTERVAL})", "",
               "Customers who raise it", f"{name} among them ({figures.INTERVAL})",
               *(["Their total"] if has_total else [])]
    return Grid(title, tuple(columns), lines)


def _effect(row: dict[str, Any], name: str, low: str = "", high: str = "", *, is_amount: bool = False) -> Cell:
    """Return a difference with its sign and its interval."""
    written: Written = (lambda v: figures.amount(v, signed=True)) if is_amount else figures.effect_points
    value, *ends = (written(row[c]) for c in (name, low or f"{name}_low", high or f"{name}_high"))
    return Cell(value, figures.interval(*ends))


def _standing_out(row: dict[str, Any], what: str) -> Cell:
    """Return the theme that costs or lifts most in a segment, with its points."""
    if figures.is_missing(row[what]):
        return Cell("–", is_text=True)
    return Cell(row[what], f"{figures.effect_points(row[f'{what}_adjusted'])} points", is_text=True)


def _direction(row: dict[str, Any]) -> str:
    return "lower" if row["points"] < 0 else "higher"
