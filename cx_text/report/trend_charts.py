"""Charts over time: how often a theme is raised, and how much each source brings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import altair as alt
import pandas as pd

from cx_text.report import figures
from cx_text.report.drawing import BAD, GOOD, INK, MIDDLE, MUTED, TORN, WIDE, Chart, data, styled

_PER_CENT = "round(1000 * datum.value) / 10 + '\u202f%'"
# Sources have no meaning of good or bad: blues and greys, told apart by lightness too; the rest together are pale.
_SOURCES = (GOOD, "#7fb3dc", "#3d4b5c", TORN, "#8a6fb0")
_OTHERS = "others"


def theme_trend(trend: pd.DataFrame, *, unit: str, marks: Sequence[tuple[datetime, int]] = (),
                alerts: Sequence[tuple[datetime, int]] = (), width: int = WIDE) -> Chart | None:
    """Return the share of comments that raise a theme, week by week or month by month, with its interval.

    Args:
        trend: Columns of `cx_text.insights.trends.TREND_COLUMNS`. A period without comments leaves a gap.
        unit: "week" or "month".
        marks: When something was decided that may move the figures, with the number that stands there; those outside
            the time are drawn at its end.
        alerts: When alerts fired, with their numbers, which stand beside a triangle; those outside the time are left
            out.
        width: Of the picture, in pixels.
    """
    rows = trend[trend["n"] > 0]
    if rows.empty:
        return None
    values = [_share_of({str(k): v for k, v in row.items()}, unit) for row in trend.to_dict("records")]
    first, last = trend["start"].min(), trend["start"].max()
    x = _time_axis(values, unit, width)
    top = max(0.01, float(rows["high"].max()))
    y = alt.Scale(domain=[-0.14 * top if width >= 480 else -0.16 * top, top], nice=False, zero=False)
    axis = alt.Axis(labelExpr=f"datum.value < 0 ? '' : {_PER_CENT}", tickCount=4)
    low, middle = (alt.Y(f"{end}:Q", title="Share of comments", scale=y, axis=axis) for end in ("low", "share"))
    base = data(values).encode(x=x)
    band = base.mark_area(color=GOOD, opacity=0.14).encode(y=low, y2="high:Q")
    line = base.mark_line(color=GOOD, strokeWidth=2).encode(y=middle)
    dots = base.mark_point(color=GOOD, filled=True, size=46, opacity=1).encode(
        y=middle, tooltip=[alt.Tooltip("said:N", title="Share"), alt.Tooltip("n:Q")])
    layers: list[alt.Chart] = [band, line, dots, _sizes(values, x, width)]
    if marks:
        ends = [{"at": _millis(min(max(pd.Timestamp(at), first), last)), "number": str(n)} for at, n in marks]
        ticks = data(ends).encode(x=alt.X("at:T", scale=alt.Scale(type="utc")))
        layers.append(ticks.mark_rule(color=INK, strokeDash=[3, 3]))
        layers.append(ticks.mark_text(color=INK, fontSize=11, fontWeight=600, dy=-6, baseline="bottom").encode(
            y=alt.value(0), text="number:N"))
    layers += _alert_marks(alerts, values, unit)
    return styled(alt.layer(*layers), width=width, height=250, padding={"left": 2, "right": 6, "top": 18, "bottom": 2},
                  autosize=alt.AutoSizeParams(type="fit", contains="padding"),
                  said=f"Share of comments that raise the theme, {unit} by {unit}, with its interval.")


def volume_by_source(volume: pd.DataFrame, *, unit: str, width: int = WIDE) -> Chart | None:
    """Return how many comments each source brought, week by week or month by month, as bars on one another.

    Args:
        volume: One row a period and source: start (datetime), source, n. The five largest sources have a colour each.
        unit: "week" or "month".
        width: Of the picture, in pixels.
    """
    if volume.empty or not volume["n"].sum():
        return None
    sizes = volume.groupby("source")["n"].sum().sort_values(ascending=False)
    shown = [str(name) for name in sizes.index[:len(_SOURCES)]]
    names = [*shown, _OTHERS] if len(sizes) > len(shown) else shown
    own = volume.assign(source=volume["source"].where(volume["source"].isin(shown), _OTHERS))
    totals = own.groupby(["start", "source"])["n"].sum().reset_index()
    values = [{"start": _millis(row["start"]), "source": str(row["source"]), "n": int(row["n"]),
               "order": names.index(str(row["source"])), "said": _when(row["start"], unit)}
              for row in totals.to_dict("records")]
    every = [{"start": _millis(at)} for at in sorted(set(volume["start"]))]
    colours = [*_SOURCES[:len(shown)], MIDDLE]
    thick = max(2.0, min(26.0, (width - 110) / max(1, len(every)) - 3))
    columns = 4 if width >= 480 else 2
    bars = data(values).mark_bar(size=thick).encode(
        x=_time_axis(every, unit, width),
        y=alt.Y("n:Q", title="Comments", stack="zero", axis=alt.Axis(tickCount=4, format=",d")),
        order=alt.Order("order:Q"), tooltip=["said:N", "source:N", "n:Q"],
        color=alt.Color("source:N", title=None, scale=alt.Scale(domain=names, range=colours[:len(names)]),
                        legend=alt.Legend(symbolType="square") if len(names) > 1 else None))
    return styled(alt.layer(bars), width=width, height=220, padding=2, legend_columns=columns,
                  autosize=alt.AutoSizeParams(type="fit", contains="padding"),
                  said=f"Comments of each source, {unit} by {unit}.")


def _time_axis(values: Sequence[dict[str, Any]], unit: str, width: int) -> alt.X:
    starts = [value["start"] for value in values]
    pattern = "%-d %b %Y" if unit == "week" else "%b %Y"
    step = -(-len(starts) // max(1, (width - 60) // (84 if unit == "week" else 68)))
    return alt.X("start:T", title=None, scale=alt.Scale(type="utc", padding=28 if len(starts) > 1 else 120),
                 axis=alt.Axis(values=starts[::-1][::step], labelExpr=f"utcFormat(datum.value, '{pattern}')",
                               grid=False, domainColor=MUTED))


def _alert_marks(alerts: Sequence[tuple[datetime, int]], values: Sequence[dict[str, Any]],
                 unit: str) -> list[alt.Chart]:
    """Return a triangle with a number where alerts fired, at the upper edge."""
    first, last = values[0]["start"], values[-1]["start"]
    after = last + (7 if unit == "week" else 31) * 86_400_000
    inside = [{"at": min(_millis(at), last), "number": f"A{number}"} for at, number in alerts
              if first <= _millis(at) < after]
    layers: list[alt.Chart] = []
    for is_late in (False, True):  # where there is no room at its right, the number stands at the left
        own = [mark for mark in inside if (mark["at"] - first > 0.8 * (last - first)) == is_late]
        if own:
            fired = data(own).encode(x=alt.X("at:T", scale=alt.Scale(type="utc")), y=alt.value(7))
            layers.append(fired.mark_point(shape="triangle-down", filled=True, size=90, opacity=1, color=BAD))
            layers.append(fired.mark_text(color=INK, fontSize=11, fontWeight=600, baseline="middle",
                                          align="right" if is_late else "left", dx=-8 if is_late else 8).encode(
                                              text="number:N"))
    return layers


def _sizes(values: Sequence[dict[str, Any]], x: alt.X, width: int) -> alt.Chart:
    """Return the n of some periods, along the lower edge."""
    step = -(-len(values) // max(1, (width - 60) // 68))
    labelled = [v for v in values[::-1][::step] if v["n"]]
    sizes: alt.Chart = data(labelled).mark_text(color=MUTED, fontSize=11, baseline="bottom", dy=-4).encode(
        x=x, y=alt.value("height"), text="label:N")
    return sizes


def _share_of(row: dict[str, Any], unit: str) -> dict[str, Any]:
    at, n = row["start"], int(row["n"])
    if not n or math.isnan(row["share"]):
        return {"start": _millis(at), "n": 0, "share": None, "low": None, "high": None}
    return {"start": _millis(at), "n": n, "share": float(row["share"]), "low": float(row["low"]),
            "high": float(row["high"]), "label": f"n = {figures.count(n)}",
            "said": f"{_when(at, unit)}: {figures.percent(row['share'])} "
                    f"({figures.percent(row['low'])} to {figures.percent(row['high'])})"}


def _when(at: datetime, unit: str) -> str:
    return f"Week of {figures.day(at)}" if unit == "week" else figures.month(at)


def _millis(at: Any) -> int:
    return int(pd.Timestamp(at).timestamp() * 1000)
