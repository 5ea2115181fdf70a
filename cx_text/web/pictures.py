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
    """One chart drawn for a wide page and for a phone, and where its files are.

    `wide` and `narrow` are empty where it is still to be drawn: `fragment` is then the address that draws it, and
    `whole` that of the page with everything drawn, for those without script.
    """

    wide: Markup
    narrow: Markup
    png: str
    svg: str
    fragment: str
    whole: str


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


# Under each chart, so that a page and the part of it that is fetched later say the same.
CAPTIONS: dict[str, str] = {
    "nps": "Points of each month with their 95 % interval.",
    "sentiment": "Points of each month with their 95 % interval.",
    "polarity": "Share of comments of each polarity.", "sources": "Comments by the time they came.",
    "effects": "Adjusted points of each theme with their 95 % interval."}


def picture(part: Part, name: str, draw: Callable[[int], drawing.Chart | None] | None = None, *, key: str = "",
            query: str = "", whole: str = "") -> Picture | None:
    """Return a chart of a view, drawn once for each; None where there is nothing to draw.

    Args:
        part: What the view holds.
        name: One of CHARTS, or that of `draw`.
        draw: Given a width in pixels, what is drawn; None for the chart of that name.
        key: What tells it from others of its name, such as a theme's id.
        query: More of the address of its files, such as "theme=t01".
        whole: Address of the page with all drawn; given, a chart that is not drawn yet is left to be fetched later.
    """
    kept = f"picture {name} {key}"
    behind = "&".join(filter(None, (query, part.view.query())))
    png, svg, fragment = (f"/charts/{name}.{ending}{f'?{behind}' if behind else ''}" for ending in
                          ("png", "svg", "html"))
    if whole and kept not in part.kept:
        return Picture(Markup(), Markup(), png, svg, fragment, whole)
    if kept not in part.kept:
        make = draw or (lambda width: CHARTS[name](part, width))
        charts_of = [chart for chart in (make(drawing.WIDE), make(drawing.NARROW)) if chart is not None]
        # to_svg serialises an XML tree, so what came from customers is escaped in it.
        part.kept[kept] = [Markup(drawing.to_svg(chart)) for chart in charts_of]  # noqa: S704
    drawn = part.kept[kept]
    return Picture(drawn[0], drawn[1], png, svg, fragment, whole) if len(drawn) == 2 else None
