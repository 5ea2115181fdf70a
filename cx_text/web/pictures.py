"""The charts of a view: drawn once for a page and once for a phone, and as files to take away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from cx_text.part import Part
from cx_text.report import charts, drawing, trend_charts
from cx_text.report.sentences import first_level, nps_name


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart drawn for a wide page and for a phone, and where its files are; `name` is that of CHARTS."""

    name: str
    wide: Markup
    narrow: Markup
    png: str
    svg: str


def _sentiment(part: Part, width: int) -> drawing.Chart | None:
    return charts.nps_by_month(part.sentiment_months, width=width, name="Net sentiment")


def _sources(part: Part, width: int) -> drawing.Chart | None:
    return trend_charts.volume_by_source(volume(part), unit=part.periods.unit, width=width)


# Name in an address → what draws it. Effects and change are dear to count the first time.
CHARTS: dict[str, Callable[[Part, int], drawing.Chart | None]] = {
    "nps": lambda part, width: charts.nps_by_month(part.months, width=width, name=nps_name(part.nps)),
    "sentiment": _sentiment,
    "polarity": lambda part, width: charts.polarity_by_category(part.polarity_by_category, width=width),
    "sources": _sources,
    "effects": lambda part, width: charts.theme_effects(first_level(part.themes), width=width,
                                                        name=nps_name(part.nps)),
    "change": lambda part, width: charts.change_waterfall(part.change, width=width, name=nps_name(part.nps)),
}


def volume(part: Part) -> pd.DataFrame:
    """Return how many comments each source brought in each period: start, source, n; undated ones are left out."""
    periods = part.periods
    table = pd.DataFrame({"place": periods.of_comment,
                          "source": part.comments["source"].astype("str").to_numpy()})
    counts = table[table["place"] >= 0].groupby(["place", "source"]).size().reset_index(name="n")
    return pd.DataFrame({"start": [periods.starts[place] for place in counts["place"]], "source": counts["source"],
                         "n": counts["n"]})


def picture(part: Part, name: str, draw: Callable[[int], drawing.Chart | None] | None = None, *,
            key: str = "", query: str = "") -> Picture | None:
    """Return a chart of a view, drawn once for each; None where there is nothing to draw.

    Args:
        part: What the view holds.
        name: One of CHARTS, or that of `draw`.
        draw: Given a width in pixels, what is drawn; None for the chart of that name.
        key: What tells it from others of its name, such as a theme's id.
        query: More of the address of its files, such as "theme=t01".
    """
    kept = f"picture {name} {key}"
    if kept not in part.kept:
        make = draw or (lambda width: CHARTS[name](part, width))
        wide, narrow = make(drawing.WIDE), make(drawing.NARROW)
        # to_svg serialises an XML tree, so what came from customers is escaped in it.
        part.kept[kept] = None if wide is None or narrow is None else tuple(
            Markup(drawing.to_svg(chart)) for chart in (wide, narrow))  # noqa: S704
    drawn = part.kept[kept]
    if drawn is None:
        return None
    behind = "&".join(filter(None, (query, part.view.query())))
    behind = f"?{behind}" if behind else ""
    return Picture(name, drawn[0], drawn[1], f"/charts/{name}.png{behind}", f"/charts/{name}.svg{behind}")
