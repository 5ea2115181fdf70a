"""The picture of an alert: what was counted week by week, and what the past lets one expect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import altair as alt

from cx_text.report import figures
from cx_text.report.alert_sentences import alert_title, is_count, is_good_news, measured
from cx_text.report.drawing import BAD, GOOD, INK, MIDDLE, MUTED, PLAIN, WIDE, Chart, data, styled
from cx_text.store.alerts import Alert

_TITLES = {"customers": "Customers a week", "comments": "Comments a week", "implied_detractors": "Implied detractors",
           "nps": "NPS", "implied_nps": "Implied NPS", "sentiment": "Net sentiment",
           "negative_share": "Negative opinions"}
_BEFORE, _JUDGED, _EXPECTED = "weeks before", "weeks judged", "expected from the past"
_WEEK = timedelta(days=7)


def alert_chart(alert: Alert, *, width: int = WIDE) -> Chart | None:
    """Return the weeks of an alert, as bars (counts) or dots (levels), with what was expected; None without any.

    The weeks that were judged are orange, blue where the change is welcome. A line stands where it fired, and one where
    it was over if that is among the weeks.

    Args:
        alert: With its `points`.
        width: Of the picture, in pixels.
    """
    values = [_week(alert, point) for point in alert.points]
    if not any(value["value"] is not None for value in values):
        return None
    kinds = [_BEFORE, _JUDGED, *([_EXPECTED] if any(v["expected"] is not None for v in values) else [])]
    colour = alt.Color("kind:N", title=None, legend=alt.Legend(symbolType="square"),
                       scale=alt.Scale(domain=kinds, range=[MIDDLE, GOOD if is_good_news(alert) else BAD, MUTED]))
    x = _time_axis(values, width)
    low, high = _span(alert, values)
    room = (0.15 if width >= 480 else 0.18) * (high - low)  # for the n of the weeks
    y = alt.Y("value:Q", title=_TITLES.get(alert.measure, ""),
              scale=alt.Scale(domain=[low - room, high], nice=False, zero=False),
              axis=alt.Axis(tickCount=4, labelExpr=f"datum.value < {low} ? '' : {_label(alert)}",
                            gridOpacity=alt.condition(f"datum.value < {low}", alt.value(0), alt.value(1))))
    drawn, tooltip = data([v for v in values if v["value"] is not None]), [alt.Tooltip("said:N", title="Week")]
    if is_count(alert):
        layers = [drawn.mark_bar().encode(x=x, x2="end:T", y=y, y2=alt.datum(0), color=colour, tooltip=tooltip)]
    else:
        layers = [data(values).mark_line(color=MIDDLE, strokeWidth=1.5).encode(x=_at_middle(x), y=y),
                  drawn.mark_point(filled=True, size=56, opacity=1).encode(
                      x=_at_middle(x), y=y, color=colour, tooltip=tooltip)]
    if len(kinds) == 3:
        past = [{**v, "value": v["expected"], "kind": _EXPECTED} for v in values]
        layers.append(data(past).mark_line(strokeWidth=2, strokeDash=[5, 3]).encode(x=_at_middle(x), y=y, color=colour))
    layers += [_sizes(values, x, width), *_marks(alert, values, y, (low, high))]
    return styled(alt.layer(*layers), width=width, height=250, padding={"left": 2, "right": 8, "top": 4, "bottom": 2},
                  autosize=alt.AutoSizeParams(type="fit", contains="padding"), legend_columns=3 if width >= 480 else 2,
                  said=f"{alert_title(alert)}: week by week, with what was expected from the past.")


def _week(alert: Alert, point: Mapping[str, Any]) -> dict[str, Any]:
    start = datetime.combine(date.fromisoformat(point["start"]), time(), UTC)
    value, n, expected = (point.get(name) for name in ("value", "n", "expected"))
    shown = None if figures.is_missing(value) or (not is_count(alert) and n == 0) else value
    among = "" if n is None else f" ({'of' if is_count(alert) else 'n ='} {figures.count(n)})"
    return {"start": _millis(start), "end": _millis(start + 0.88 * _WEEK), "middle": _millis(start + 0.44 * _WEEK),
            "kind": _JUDGED if point.get("is_window") else _BEFORE, "value": shown,
            "expected": None if figures.is_missing(expected) else expected,
            "label": "" if n is None else f"n = {figures.count(n)}",
            "said": f"Week of {figures.day(start)}: {measured(alert, shown)}{among}"}


def _span(alert: Alert, values: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the lowest and the highest figure of the picture, with room for the marks above."""
    seen = [v[name] for v in values for name in ("value", "expected") if v[name] is not None]
    low, high = (0.0, max(seen)) if is_count(alert) else (min(seen), max(seen))
    return low, low + 1.16 * max(high - low, 1.0 if is_count(alert) else 10.0)


def _label(alert: Alert) -> str:
    label = "format(datum.value, ',d')" if is_count(alert) else PLAIN
    return f"{label} + '\u202f%'" if alert.measure == "negative_share" else label


def _time_axis(values: list[dict[str, Any]], width: int) -> alt.X:
    starts = [value["start"] for value in values]
    step = -(-len(starts) // max(1, (width - 60) // 84))
    return alt.X("start:T", title=None, scale=alt.Scale(type="utc", padding=14, nice=False),
                 axis=alt.Axis(values=starts[::-1][::step], labelExpr="utcFormat(datum.value, '%-d %b %Y')", grid=False,
                               domainColor=MUTED, labelOverlap=True))


def _at_middle(x: alt.X) -> alt.X:
    middle = x.copy()
    middle["shorthand"] = "middle:T"
    return middle


def _sizes(values: list[dict[str, Any]], x: alt.X, width: int) -> alt.Chart:
    """Return the n of some weeks, along the lower edge."""
    step = -(-len(values) // max(1, (width - 60) // 84))
    sizes: alt.Chart = data([v for v in values[::-1][::step] if v["label"]]).mark_text(
        color=MUTED, fontSize=11, baseline="bottom", dy=-4).encode(
        x=_at_middle(x), y=alt.value("height"), text="label:N")
    return sizes


def _marks(alert: Alert, values: list[dict[str, Any]], y: alt.Y, span: tuple[float, float]) -> list[alt.Chart]:
    """Return a line with a word where it fired, and where it was over."""
    last = values[-1]["start"] + _millis_of(_WEEK)
    ends = [{"at": _end_of(on), "word": word, "value": span[1], "bottom": span[0]}
            for on, word in ((alert.fired_on, "fired"), (alert.resolved_on, "over"))
            if on is not None and _end_of(on) <= last]
    if not ends:
        return []
    ticks = data(ends).encode(x=alt.X("at:T", scale=alt.Scale(type="utc")))
    return [ticks.mark_rule(color=INK, strokeDash=[3, 3]).encode(y=y, y2="bottom:Q"),
            ticks.mark_text(color=INK, fontSize=11, fontWeight=600, align="right", dx=-4, baseline="top").encode(
                y=alt.value(2), text="word:N")]


def _end_of(on: date) -> int:
    return _millis(datetime.combine(on, time(), UTC)) + _millis_of(timedelta(days=1))


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _millis_of(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)
