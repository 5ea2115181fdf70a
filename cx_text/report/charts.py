"""The charts: one definition each for report, web and alert pictures.

Each function gives an Altair chart of a whole picture `width` pixels wide, or None where there is nothing to draw.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from cx_text.comment import NpsCategory, Polarity
from cx_text.report import figures
from cx_text.report.change_chart import change_waterfall
from cx_text.report.drawing import (
    BAD,
    GOOD,
    MAX_ROWS,
    MIDDLE,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PLAIN,
    TORN,
    WIDE,
    Chart,
    RowNames,
    data,
    first_of,
    styled,
    to_svg,
)
from cx_text.report.effect_charts import net_sentiment, theme_effects

__all__ = ["change_waterfall", "net_sentiment", "nps_by_month", "polarity_by_category", "theme_categories",
           "theme_effects", "to_svg"]

POLARITIES = {Polarity.NEGATIVE: BAD, Polarity.NEUTRAL: MIDDLE, Polarity.MIXED: TORN, Polarity.POSITIVE: GOOD}
CATEGORIES = {NpsCategory.DETRACTOR: BAD, NpsCategory.PASSIVE: MIDDLE, NpsCategory.PROMOTER: GOOD}


def polarity_by_category(counts: pd.DataFrame, *, width: int = WIDE) -> Chart | None:
    """Return the shares of each polarity among detractors, passives and promoters, one bar each.

    Args:
        counts: Comments; one row a category (the index), one column a polarity.
        width: Of the picture, in pixels.
    """
    rows = counts[counts.sum(axis=1) > 0]
    bars = [(_plural(str(category)), {p.value: float(row[p.value]) for p in POLARITIES})
            for category, row in rows.iterrows()]
    return _stacked(bars, {p.value: colour for p, colour in POLARITIES.items()}, width=width,
                    said="Share of comments of each polarity, by NPS category.")


def theme_categories(themes: pd.DataFrame, *, width: int = WIDE) -> Chart | None:
    """Return the shares of detractors, passives and promoters among those who raise a theme, one bar a theme.

    Args:
        themes: Columns of `cx_text.insights.theme_table.THEME_COLUMNS`, in the order to show; the first 20 are drawn.
        width: Of the picture, in pixels.
    """
    columns = {f"n_{c.value}s": _plural(c.value) for c in CATEGORIES}
    rows = themes[themes[list(columns)].fillna(0).sum(axis=1) > 0]
    bars = [(str(row["label"]), {name: float(row[column]) for column, name in columns.items()})
            for _, row in rows.head(MAX_ROWS).iterrows()]
    return _stacked(bars, {_plural(c.value): colour for c, colour in CATEGORIES.items()}, width=width,
                    said="Share of detractors, passives and promoters among those who raise each theme.",
                    heading=first_of(len(rows)))


def nps_by_month(months: pd.DataFrame | None, *, width: int = WIDE, name: str = "NPS") -> Chart | None:
    """Return the NPS of each month with its interval and the number of scores under it.

    Args:
        months: One row a month: month (datetime), n, nps, nps_low, nps_high. A month in between without a row, or
            without a score, leaves a gap.
        width: Of the picture, in pixels.
        name: "NPS", or "NPS proxy".
    """
    rows = pd.DataFrame() if months is None else months[months["nps"].notna()]
    if rows.empty:
        return None
    by_month = {pd.Timestamp(row["month"]).strftime("%Y-%m-01"): row for _, row in rows.iterrows()}
    every = [at.strftime("%Y-%m-01") for at in pd.date_range(min(by_month), max(by_month), freq="MS")]
    values = [_month_of(at, by_month.get(at)) for at in every]
    step = -(-len(every) // max(1, (width - 60) // 68))  # a label takes about 68 pixels
    labelled = every[::-1][::step]  # counted from the latest, which always has its label
    x = alt.X("month:T", title=None, scale=alt.Scale(type="utc", padding=28),
              axis=alt.Axis(values=[int(pd.Timestamp(at, tz="UTC").timestamp() * 1000) for at in labelled],
                            labelExpr="utcFormat(datum.value, '%b %Y')", grid=False, domainColor=MUTED))
    base = data(values).encode(x=x)
    scale = alt.Scale(domain=_around(rows), nice=False, zero=False)
    axis = alt.Axis(labelExpr=PLAIN, tickCount=5)
    low, middle = (alt.Y(f"{end}:Q", title=name, scale=scale, axis=axis) for end in ("low", "nps"))
    band = base.mark_area(color=GOOD, opacity=0.14).encode(y=low, y2="high:Q")
    bars = base.mark_rule(color=GOOD, opacity=0.5).encode(y=low, y2="high:Q")
    line = base.mark_line(color=GOOD, strokeWidth=2).encode(y=middle)
    dots = base.mark_point(color=GOOD, filled=True, size=60, opacity=1).encode(
        y=middle, tooltip=[alt.Tooltip("month:T", format="%B %Y"), alt.Tooltip("said:N", title=name),
                                        alt.Tooltip("n:Q")])
    sizes = data(v for v in values if v["month"] in labelled and v["n"]).mark_text(
        color=MUTED, fontSize=11, baseline="bottom", dy=-4).encode(x=x, y=alt.value("height"), text="label:N")
    return styled(alt.layer(band, bars, line, dots, sizes), width=width, height=270, padding=2,
                  autosize=alt.AutoSizeParams(type="fit", contains="padding"),
                  said=f"{name} of each month with its interval.")


_PER_CENT = "round(100 * datum.value) + '\u202f%'"


def _stacked(bars: Sequence[tuple[str, Mapping[str, float]]], colours: Mapping[str, str], *, width: int, said: str,
             heading: str = "") -> Chart | None:
    """Return bars of length 1 divided by the shares of each part, in the order of `colours`; None without bars."""
    if not bars:
        return None
    names = RowNames([(label, f"n = {figures.count(sum(counts.values()))}") for label, counts in bars], width)
    values = []
    for i, (label, counts) in enumerate(bars):
        total, start = sum(counts.values()), 0.0
        for part, colour in colours.items():
            end = start + counts[part] / total
            values.append({"row": str(i), "name": label, "part": part, "n": int(counts[part]),
                           "start": start, "end": end, "middle": (start + end) / 2,
                           "share": figures.percent(end - start), "pixels": (end - start) * names.room,
                           "ink": ON_DARK if colour in (BAD, GOOD) else ON_LIGHT})
            start = end
    base = data(values).encode(y=names.y)
    x = alt.X("start:Q", title=None, scale=alt.Scale(domain=[0, 1], nice=False),
              axis=alt.Axis(labelExpr=_PER_CENT, values=[0, 0.5, 1] if width < 480 else [0, 0.25, 0.5, 0.75, 1]))
    fills = base.mark_bar(height=24).encode(
        x=x, x2="end:Q", tooltip=["name:N", "part:N", "n:Q", "share:N"],
        color=alt.Color("part:N", title=None, scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                        legend=alt.Legend(symbolType="square")))
    shares = base.transform_filter("datum.pixels > 38").mark_text(fontSize=11, fontWeight=600).encode(
        x=alt.X("middle:Q"), text="share:N", color=alt.Color("ink:N", scale=None))
    return names.beside([fills, shares], below=30, said=said, heading=heading)


def _around(months: pd.DataFrame) -> list[float]:
    """Return the lowest and highest NPS of the picture: round tens, and room for the n below."""
    low, high = 10 * math.floor(months["nps_low"].min() / 10), 10 * math.ceil(months["nps_high"].max() / 10)
    return [low - max(5, 0.14 * (high - low)), max(high, low + 10)]


def _month_of(at: str, row: pd.Series | None) -> dict[str, Any]:
    if row is None:
        return {"month": at, "n": 0, "nps": None, "low": None, "high": None}
    return {"month": at, "n": int(row["n"]), "label": f"n = {figures.count(row['n'])}", "nps": float(row["nps"]),
            "low": float(row["nps_low"]), "high": float(row["nps_high"]),
            "said": f"{figures.nps_points(row['nps'])} ({figures.nps_interval(row['nps_low'], row['nps_high'])})"}


def _plural(category: str) -> str:
    """Return the name of a row: "Detractors", and "No score" as it is."""
    return category[:1].upper() + category[1:] + ("s" if category in set(NpsCategory) else "")
