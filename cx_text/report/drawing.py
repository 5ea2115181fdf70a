"""How the charts are drawn: their colours, the names beside their rows, their style, and the SVG."""

from __future__ import annotations

import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import altair as alt
import vl_convert

from cx_text.report.cells import without_controls

WIDE, NARROW = 760, 340  # pixels: a page, a phone
MAX_ROWS = 20  # of a picture; a table holds them all
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])

# Orange to blue with amber and grey between: told apart with any colour blindness, and in grey: dark, light, light,
# dark.
BAD, MIDDLE, TORN, GOOD = "#b8480f", "#a9b1bb", "#dca520", "#0b6bae"
# Text, secondary text and lines; a page replaces these where its background is dark.
INK, MUTED, LINE = "#1c2430", "#5b6673", "#dfe3e8"
ON_DARK, ON_LIGHT = "#ffffff", "#14181f"  # figures inside a bar
UNSURE = "#7d8793"

PLAIN = "replace(datum.label, '-', '−')"  # labels of an axis, as figures.py writes numbers
SIGNED = "(datum.value > 0 ? '+' : '') + replace(datum.label, '-', '−')"

_SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", _SVG)


Chart = alt.LayerChart  # what every chart of ours is


def to_svg(chart: Chart, *, background: str = "transparent") -> str:
    """Return a chart as an SVG picture, which a screen reader reads as its title; it holds no style attribute."""
    chart = chart.properties(background=background)
    root = ET.fromstring(  # noqa: S314  written by vl-convert a moment ago, without entities
        vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=VEGA_LITE))
    said = str(getattr(chart, "description", ""))
    root.set("role", "img")
    root.set("aria-label", said)
    title = ET.Element(f"{{{_SVG}}}title")
    title.text = said
    root.insert(0, title)
    for element in root.iter():  # the picture is read as one; its parts only make the page larger
        for name in ("aria-roledescription", "aria-hidden", "pointer-events"):
            element.attrib.pop(name, None)
        if element is not root:
            element.attrib.pop("role", None)
            element.attrib.pop("aria-label", None)
    return ET.tostring(root, encoding="unicode")


def first_of(n: int, noun: str = "themes") -> str:
    """Return the heading of a picture that does not hold all `n` rows, else nothing."""
    return f"The first {MAX_ROWS} of {n} {noun}" if n > MAX_ROWS else ""


def data(rows: Iterable[Mapping[str, Any]]) -> alt.Chart:
    """Return a chart of rows, still without a mark."""
    return alt.Chart(alt.InlineData(values=[dict(row) for row in rows]))


class RowNames:
    """The names of the rows of a picture, each with a note such as its n, at the left of what is drawn.

    Drawn as marks and not as an axis: a label of several lines then stands in the middle of its row, and the room for
    them does not depend on the fonts of the machine that draws. Rows in `pale` have grey names.
    """

    def __init__(self, rows: Sequence[tuple[str, str]], width: int, *, pale: Collection[int] = (),
                 n_lines: int | None = None) -> None:
        self.is_narrow = width < 480
        per_line, usual = (17, 3) if self.is_narrow else (36, 2)
        lines = [[*(textwrap.wrap(without_controls(label), per_line, max_lines=n_lines or usual, placeholder="…")
                    or ["–"]), note] for label, note in rows]
        self.left = round(7.2 * max(len(line) for block in lines for line in block)) + 12  # 7.2: the widest system font
        self.room = width - self.left - 22  # half of the last axis label
        self.row_height = 14 * max(2, *(len(block) for block in lines)) + 12
        self.n_rows = len(rows)
        self.y = alt.Y("row:N", sort=None, title=None, axis=None)
        self._pieces: dict[int, list[dict[str, str]]] = {}  # by their pixels below the middle of the row
        for i, block in enumerate(lines):
            for j, line in enumerate(block):
                below = round(14 * (j - (len(block) - 1) / 2))
                self._pieces.setdefault(below, []).append(
                    {"row": str(i), "line": line, "ink": MUTED if j == len(block) - 1 or i in pale else INK})

    def beside(self, layers: Sequence[alt.Chart], *, below: int, said: str, heading: str, n_kinds: int = 4) -> Chart:
        """Return the layers with the names at their left, `below` pixels for the axis, a legend of `n_kinds` above."""
        texts = [data(pieces).mark_text(align="right", baseline="middle", fontSize=12, dy=dy)
                 .encode(y=self.y, x=alt.value(-10), text="line:N", color=alt.Color("ink:N", scale=None))
                 for dy, pieces in sorted(self._pieces.items())]
        # Words are wider in some browsers than in the picture's own measure: five in a row would run together.
        columns = 2 if self.is_narrow else 4 if n_kinds <= 4 else 3
        above = 16 + 18 * -(-n_kinds // columns) + (24 if heading else 0)
        return styled(alt.layer(*layers, *texts), said=said, heading=heading, width=self.room,
                      height=self.n_rows * self.row_height, autosize=alt.AutoSizeParams(type="none"),
                      padding={"left": self.left, "right": 22, "top": above, "bottom": below},
                      legend_columns=columns, legend_at=(-self.left, -above) if self.is_narrow else None)


def styled(chart: alt.LayerChart | alt.FacetChart, *, said: str, width: int, height: int, autosize: alt.AutoSizeParams,
           padding: int | dict[str, int], heading: str = "", legend_columns: int = 4,
           legend_at: tuple[int, int] | None = None) -> Chart:
    """Return the chart in the house's style; `said` is read out in its place, `heading` stands in the picture.

    The legend stands above what is drawn, or has its corner at `legend_at`, in pixels from the corner of that.
    """
    # altair types layers by what a facet among them would give; there is none here.
    chart = cast("alt.LayerChart", chart).properties(width=width, height=height, autosize=autosize, padding=padding,
                                                     description=said, background="transparent")
    if heading:
        chart = chart.properties(title=alt.TitleParams(heading, anchor="start", fontSize=12, fontWeight="normal",
                                                       color=MUTED, frame="group", offset=10))
    where: dict[str, Any] = {"orient": "top"} if legend_at is None else {
        "orient": "none", "legendX": legend_at[0], "legendY": legend_at[1]}
    config = alt.Config(
        font="sans-serif", view=alt.ViewConfig(stroke=None), mark=alt.MarkConfig(aria=False),
        axis=alt.AxisConfig(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelColor=INK,
                            titleColor=MUTED, gridColor=LINE, domain=False, ticks=False, labelPadding=8,
                            titlePadding=10, labelFlush=False),
        legend=alt.LegendConfig(**where, direction="horizontal", labelFontSize=12, labelColor=INK, symbolSize=130,
                                columnPadding=24, offset=8, columns=legend_columns, symbolStrokeWidth=0))
    return chart.properties(config=config)


def to_png(chart: Chart) -> bytes:
    """Return a chart as a PNG picture on white, two pixels for each of its own."""
    return vl_convert.vegalite_to_png(chart.properties(background="#ffffff").to_dict(), vl_version=VEGA_LITE, scale=2)
