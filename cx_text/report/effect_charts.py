"""Charts of figures with their intervals, one row each: what goes with themes, and how brands are spoken of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from cx_text.report import figures
from cx_text.report.drawing import (
    BAD,
    GOOD,
    INK,
    MAX_ROWS,
    MIDDLE,
    MUTED,
    SIGNED,
    UNSURE,
    WIDE,
    Chart,
    RowNames,
    data,
    first_of,
)

NONE = "#00000000"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a kind of figure is drawn: its shape in Vega, and the colours of its line and inside."""

    shape: str
    stroke: str
    fill: str


_SURE_BAD, _SURE_GOOD = Mark("triangle-down", BAD, BAD), Mark("triangle-up", GOOD, GOOD)
_UNSURE = Mark("diamond", UNSURE, UNSURE)
SMALL, LEAVE_OUT, OWN = "fewer than 10 customers", "leave-out", "our own"
VERDICTS = {"costs": _SURE_BAD, "cannot tell": _UNSURE, "lifts": _SURE_GOOD, SMALL: Mark("square", MIDDLE, MIDDLE),
            LEAVE_OUT: Mark("circle", MUTED, NONE)}
BRAND_VERDICTS = {OWN: Mark("circle", INK, INK), "worse": _SURE_BAD, "cannot tell": _UNSURE, "better": _SURE_GOOD}


def theme_effects(themes: pd.DataFrame, *, width: int = WIDE, name: str = "NPS") -> Chart | None:
    """Return each theme's adjusted points with their interval, the costliest first; None without scores.

    A hollow mark below shows the leave-out points: where the two lie apart, the theme goes along with others.

    Args:
        themes: Columns of `cx_text.insights.theme_table.THEME_COLUMNS`; the 20 costliest are drawn.
        width: Of the picture, in pixels.
        name: What the points are points of: "NPS", or "NPS proxy".
    """
    rows = themes[themes["adjusted"].notna()].sort_values("adjusted", kind="stable")
    drawn = [{str(k): v for k, v in row.items()} for row in rows.head(MAX_ROWS).to_dict("records")]
    values = [_value(i, row, "adjusted", SMALL if row["is_small"] else _verdict(row), figures.effect_points)
              for i, row in enumerate(drawn)]
    beside = [_value(i, row, "leave_out", LEAVE_OUT, figures.effect_points) for i, row in enumerate(drawn)
              if not figures.is_missing(row["leave_out"])]
    return _picture(
        [(str(row["label"]), f"n = {figures.count(row['n_raisers'])}") for row in drawn], values, beside, VERDICTS,
        width=width, title=f"Adjusted {name} points, with 95\u202f% interval", heading=first_of(len(rows)),
        said=f"Adjusted {name} points of each theme with their interval, and its leave-out points, the costliest "
             "first.")


def net_sentiment(brands: pd.DataFrame, *, width: int = WIDE) -> Chart | None:
    """Return the net sentiment of each brand with its interval; None where no comment says anything of one.

    Args:
        brands: Columns of `cx_text.insights.share_of_voice.BRAND_COLUMNS`, in the order to show; the first 20
            are drawn.
        width: Of the picture, in pixels.
    """
    rows = brands[brands["net_sentiment"].notna()]
    drawn = [{str(k): v for k, v in row.items()} for row in rows.head(MAX_ROWS).to_dict("records")]
    values = [_value(i, row, "net_sentiment", OWN if row["own"] else _verdict(row), figures.nps_points)
              for i, row in enumerate(drawn)]
    counts = [f"n = {figures.count(row['n_negative'] + row['n_neutral'] + row['n_positive'])}" for row in drawn]
    return _picture([(str(row["brand"]), n) for row, n in zip(drawn, counts, strict=True)], values, [], BRAND_VERDICTS,
                    width=width, title="Net sentiment, with 95\u202f% interval", heading=first_of(len(rows), "brands"),
                    said="Net sentiment of each brand with its interval, our own first.")


def _value(row: int, given: Mapping[str, Any], column: str, kind: str, written: Any) -> dict[str, Any]:
    low, high = given[f"{column}_low"], given[f"{column}_high"]
    return {"row": str(row), "kind": kind, "points": float(given[column]), "low": float(low), "high": float(high),
            "said": f"{written(given[column])} ({written(low)} to {written(high)})"}


def _verdict(row: Mapping[str, Any]) -> str:
    return "cannot tell" if figures.is_missing(row["verdict"]) else str(row["verdict"])


def _picture(names: Sequence[tuple[str, str]], values: Sequence[dict[str, Any]], beside: Sequence[dict[str, Any]],
             kinds: Mapping[str, Mark], *, width: int, title: str, heading: str, said: str) -> Chart | None:
    """Return one mark with its interval a row, in the shape and colours of its kind; `beside` are marks below those."""
    if not values:
        return None
    rows = RowNames(names, width, pale={i for i, value in enumerate(values) if value["kind"] == SMALL})
    seen = {value["kind"] for value in (*values, *beside)}
    legend = alt.Legend(values=[kind for kind in kinds if kind in seen], symbolOpacity=1, symbolStrokeWidth=1.6)
    domain = list(kinds)

    def scale(part: str) -> alt.Scale:
        return alt.Scale(domain=domain, range=[getattr(mark, part) for mark in kinds.values()])

    # One field on three channels: a single legend then shows each kind with its shape, line and inside.
    stroke = alt.Stroke("kind:N", title=None, legend=legend, scale=scale("stroke"))
    fill = alt.Fill("kind:N", title=None, legend=legend, scale=scale("fill"))
    shape = alt.Shape("kind:N", title=None, legend=legend, scale=scale("shape"))
    x = alt.X("points:Q", title=title, scale=alt.Scale(padding=8),
              axis=alt.Axis(labelExpr=SIGNED, tickCount=4 if width < 480 else 8))
    zero = data([{"zero": 0}]).mark_rule(stroke=MUTED, strokeDash=[3, 3]).encode(x="zero:Q")
    above = -5 if beside else 0
    base = data(values).encode(y=rows.y)
    intervals = base.mark_rule(strokeWidth=3, opacity=0.45, yOffset=above, y2Offset=above).encode(
        x="low:Q", x2="high:Q", stroke=stroke)
    dots = base.mark_point(size=110, opacity=1, yOffset=above).encode(
        x=x, stroke=stroke, fill=fill, shape=shape, tooltip=[alt.Tooltip("said:N", title=title)])
    layers = [zero, intervals, dots]
    if beside:
        layers.append(data(beside).mark_point(size=44, opacity=1, strokeWidth=1.6, yOffset=9).encode(
            y=rows.y, x=alt.X("points:Q"), stroke=stroke, fill=fill, shape=shape,
            tooltip=[alt.Tooltip("said:N", title="leave-out")]))
    return rows.beside(layers, below=52, heading=heading, said=said, n_kinds=len(seen))
