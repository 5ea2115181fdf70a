"""The waterfall: from the NPS of one window to that of the next, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from cx_text.insights.change import Change
from cx_text.insights.nps import Nps
from cx_text.report import figures
from cx_text.report.drawing import BAD, GOOD, INK, MIDDLE, MUTED, PLAIN, WIDE, Chart, RowNames, data
from cx_text.report.sentences import part_name

N_PARTS = 8  # that stand by themselves in the picture

# The colour of each kind of part, and how solid it is: pale where the part may be chance.
_SUM = "all others, summed"
_KINDS = {"down, sure": (BAD, 1.0), "down, cannot tell": (BAD, 0.35), "up, sure": (GOOD, 1.0),
          "up, cannot tell": (GOOD, 0.35), _SUM: (MIDDLE, 0.6)}


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the change as it is drawn: from the NPS before it, `start`, to the NPS after it, `end`.

    `low` and `high` are points; missing for the sum of many parts, whose interval is not known.
    """

    name: str
    points: float
    low: float | None
    high: float | None
    is_sure: bool
    start: float

    @property
    def end(self) -> float:
        """The NPS after this part."""
        return self.start + self.points

    @property
    def kind(self) -> str:
        """What the legend calls it."""
        if self.low is None:
            return _SUM
        return f"{'down' if self.points < 0 else 'up'}, {'sure' if self.is_sure else 'cannot tell'}"


def waterfall_steps(change: Change, *, n: int = N_PARTS) -> list[Step]:
    """Return the steps from the NPS before to the NPS after: sure parts first, then the largest; the rest comes last.

    Whatever is not among the first `n` is one step, so the steps always add up to the whole change.
    """
    parts = change.parts
    inner = parts[~parts["part"].isin(["total", "rest"])]
    order = inner.assign(size=inner["points"].abs()).sort_values(["is_sure", "size"], ascending=False, kind="stable")
    rows = [*order.head(n).to_dict("records"), *parts[parts["part"] == "rest"].to_dict("records")]
    steps, at = [], change.before.nps
    for row in rows:
        steps.append(Step(part_name(row), float(row["points"]), float(row["low"]), float(row["high"]),
                          bool(row["is_sure"]), at))
        at = steps[-1].end
    others = order.iloc[n:]
    if len(others):
        steps.append(Step(f"All {len(others)} other parts", float(others["points"].sum()), None, None, False, at))
    return steps


def change_waterfall(change: Change | None, *, width: int = WIDE, name: str = "NPS") -> Chart | None:
    """Return the NPS before, each part of the change with its interval, and the NPS after; None without a change.

    Args:
        change: What `cx_text.insights.change.compare` found.
        width: Of the picture, in pixels.
        name: "NPS", or "NPS proxy".
    """
    if change is None:
        return None
    steps = waterfall_steps(change)
    last = str(len(steps) + 1)
    names = RowNames([_end_name(f"{name} before", change.before, width),
                      *((step.name, _note(step, width)) for step in steps),
                      _end_name(f"{name} after", change.after, width)], width,
                     n_lines=5 if width < 480 else 3)
    drawn = [{"row": str(i), "kind": step.kind, "start": step.start, "end": step.end}
             for i, step in enumerate(steps, start=1)]
    spans = [_span(str(i), step.start + step.low, step.start + step.high) for i, step in enumerate(steps, start=1)
             if step.low is not None and step.high is not None]
    ends = [{"row": "0", "nps": change.before.nps}, {"row": last, "nps": change.after.nps}]
    spans += [_span("0", change.before.low, change.before.high), _span(last, change.after.low, change.after.high)]
    links = [{"row": str(i), "next": str(i + 1), "at": at}
             for i, at in enumerate([change.before.nps, *(step.end for step in steps)])]
    seen = {row["kind"] for row in drawn}
    legend = alt.Legend(values=[kind for kind in _KINDS if kind in seen], symbolType="square")
    domain = list(_KINDS)
    colour = alt.Fill("kind:N", title=None, legend=legend,
                      scale=alt.Scale(domain=domain, range=[c for c, _ in _KINDS.values()]))
    solid = alt.Opacity("kind:N", title=None, legend=legend,
                        scale=alt.Scale(type="ordinal", domain=domain, range=[o for _, o in _KINDS.values()]))
    x = alt.X("start:Q", title=name, scale=alt.Scale(zero=False),
              axis=alt.Axis(labelExpr=PLAIN, tickCount=4 if width < 480 else 8))
    layers = [
        data(links).mark_rule(stroke=MUTED, strokeDash=[2, 2]).encode(x="at:Q", y=names.y, y2="next:N"),
        data(drawn).mark_bar(height=18).encode(y=names.y, x=x, x2="end:Q", fill=colour, opacity=solid),
        data(spans).mark_rule(stroke=INK, strokeWidth=1.2).encode(y=names.y, x="low:Q", x2="high:Q"),
        data(ends).mark_point(filled=True, size=130, opacity=1, fill=INK).encode(y=names.y, x="nps:Q")]
    return names.beside(layers, below=52, heading="", n_kinds=len(seen),
                        said=f"From the {name} before to the {name} after: the largest parts of the change with their "
                             "intervals.")


def _end_name(label: str, figure: Nps, width: int) -> tuple[str, str]:
    note = figures.nps_points(figure.nps)
    return label, note if width < 480 else f"{note} ({figures.nps_interval(figure.low, figure.high)})"


def _note(step: Step, width: int) -> str:
    note = figures.effect_points(step.points)
    if width < 480 or step.low is None:
        return f"{note} points"
    return f"{note} ({figures.effect_interval(step.low, step.high)})"


def _span(row: str, low: float, high: float) -> dict[str, Any]:
    return {"row": row, "low": low, "high": high}
