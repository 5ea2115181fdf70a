"""What the pages say of alerts and watches: their words, figures, the customers' words behind them, and their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cx_text.report import drawing, figures
from cx_text.report.alert_chart import alert_chart
from cx_text.report.alert_sentences import (
    alert_lines,
    alert_title,
    is_count,
    measured,
    points_of,
    resolved_line,
    span_words,
)
from cx_text.store.alerts import FIRING, Alert, WatchFacts, WatchLook, all_watches, watch_looks_of, watches_standing
from cx_text.store.reading import CommentRow, comments_of
from cx_text.views import View
from cx_text.watch_options import SEGMENT
from cx_text.web.filters import address
from cx_text.web.marked_words import Piece, around_first_match, marked
from cx_text.web.pictures import Picture

if TYPE_CHECKING:
    from sqlalchemy import Connection

N_LOOKS = 20  # of a watch that are looked back on
_DRAWN = 64  # alerts whose pictures are kept


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words. `over` is empty while it fires; `size` is short, for a table: "2.1 times (1.4 to 3.0)"."""

    alert: Alert
    title: str
    lines: tuple[str, str, str]
    over: str
    size: str

    @property
    def is_firing(self) -> bool:
        """Whether it goes on."""
        return self.alert.state == FIRING


@dataclass(frozen=True, slots=True)
class QuoteOfAlert:
    """The words of a customer that an alert shows, in pieces, and where they stand."""

    comment: CommentRow
    span: tuple[int, int]
    pieces: tuple[Piece, ...]

    @property
    def words(self) -> str:
        """The exact words of the span, masked as they were imported."""
        return ((self.comment.tags and self.comment.tags.text) or "")[slice(*self.span)]


@dataclass(frozen=True, slots=True)
class WatchLine:
    """A watch: how far it is, its last look, and how many of its last looks failed.

    `n_failed` of `n_looks`, those that were cut off too. `error` is that of the last one that failed. `drift`: a
    sentence. `facts.period` is empty where it never judged.
    """

    facts: WatchFacts
    last: WatchLook | None
    n_looks: int
    n_failed: int
    error: str
    drift: str


def alert_line(alert: Alert) -> AlertLine:
    """Return an alert in words."""
    return AlertLine(alert, alert_title(alert), alert_lines(alert), resolved_line(alert), _size(alert))


def figure_rows(alert: Alert) -> list[tuple[str, str]]:
    """Return the figures of an alert as names and values, without those that are not known."""
    facts = alert.figures
    unit = f" {points_of(alert)}"
    n = facts.get("n")
    write = _times if facts.get("ratio") is not None else figures.effect_points
    span = span_words(facts.get("low"), facts.get("high"), write)
    is_share = alert.kind == "level" and is_count(alert)
    rows = [
        ("Days judged", _count(facts.get("window_days"))),
        ("Where the line ends" if alert.kind == "trend" else "Of 100 who wrote" if is_share else "Measured",
         _measured(alert, "value") if facts.get("value") != n else ""),
        ({"customers": "Customers", "nps": "Answers"}.get(alert.measure, "Comments"), _count(n)),
        ("Customers who wrote", _count(facts.get("of"))),
        ("Comments of theirs", _count(facts.get("n_mentions")) if alert.measure == "customers" else ""),
        ("Where the line begins" if alert.kind == "trend" else "Expected from the past",
         _measured(alert, "expected") if alert.kind != "level" else ""),
        ("Expected, had the sources not shifted", _measured(alert, "crude")),
        ("Limit", "" if facts.get("limit") is None else f"{facts['limit']:g}"),
        ("Times as many" if alert.kind != "level" else "Times the limit",
         "" if facts.get("ratio") is None else _times(facts["ratio"])),
        ("Difference", "" if facts.get("difference") is None else
         f"{figures.effect_points(facts['difference'])}{unit}"),
        ("95 % interval", span),
        ("p", _small(facts.get("p"))),
        ("False alarms among all that is as sure", _share(facts.get("controlled"))),
        ("It fires by itself from", _measured(alert, "n_needed")),
        ("Cannot be read since", "" if not facts.get("since") else figures.day(datetime.fromisoformat(facts["since"])))]
    return [(name, value) for name, value in rows if value]


def source_rows(alert: Alert) -> list[tuple[str, int]]:
    """Return how many customers of an alert's window came by each source, the most first; none of a source's own."""
    if alert.subject["per"] == "source":
        return []
    return sorted((alert.figures.get("sources") or {}).items(), key=lambda item: (-item[1], item[0]))


def comments_address(alert: Alert) -> str:
    """Return the address of the comments of an alert's window: of its theme, brand, source or segment."""
    per, key = alert.subject["per"], str(alert.subject.get("id") or "")
    label = str(alert.subject.get("label") or key)
    view = View(alert.began_on, alert.fired_on, sources=(key or label,) if per == "source" else (),
                brands=(label,) if per == "brand" else (),
                segments=((per.removeprefix(SEGMENT), key or label),) if per.startswith(SEGMENT) else ())
    theme = [("theme", key)] if per == "theme" and alert.kind != "new_theme" else []
    return address("/comments", [*view.pairs(), *theme])


def quotes_of(connection: Connection, alert: Alert) -> list[QuoteOfAlert]:
    """Return the customers' words of an alert; those that were forgotten, or changed since, are absent."""
    by_run: dict[int, dict[int, CommentRow]] = {}
    for run_id in {int(quote["run_id"]) for quote in alert.quotes}:
        ids = [int(quote["comment_id"]) for quote in alert.quotes if quote["run_id"] == run_id]
        by_run[run_id] = {comment.id: comment for comment in comments_of(connection, ids, run_id)}
    found = []
    for quote in alert.quotes:
        comment, span = by_run[quote["run_id"]].get(quote["comment_id"]), (quote["start"], quote["end"])
        text = comment.tags.text if comment is not None and comment.tags is not None else None
        if comment is None or not text or not text[slice(*span)].strip():
            continue
        own = [opinion for opinion in comment.opinions if opinion.start < span[1] and span[0] < opinion.end]
        found.append(QuoteOfAlert(comment, span, around_first_match(marked(text, own, () if own else (span,)))))
    return found


def alert_picture(alert: Alert, kept: dict[tuple[Any, ...], Picture | None]) -> Picture | None:
    """Return the picture of an alert, drawn once for each; None where there is nothing to draw.

    Args:
        alert: What is drawn.
        kept: Pictures that were drawn before; the oldest are let go.
    """
    key = (alert.id, alert.told_at, alert.resolved_on, len(alert.points))
    if key not in kept:
        charts = [alert_chart(alert, width=width) for width in (drawing.WIDE, drawing.NARROW)]
        # to_svg serialises an XML tree, so what came from customers is escaped in it.
        svgs = [Markup(drawing.to_svg(chart)) for chart in charts if chart is not None]  # noqa: S704
        path = f"/alerts/{alert.id}/chart"
        picture = Picture(svgs[0], svgs[1], f"{path}.png", f"{path}.svg", "", "") if len(svgs) == 2 else None
        for oldest in list(kept)[:max(0, len(kept) - _DRAWN + 1)]:
            kept.pop(oldest, None)
        kept[key] = picture
    return kept[key]


def watch_lines(connection: Connection) -> list[WatchLine]:
    """Return all watches, by name, and how their last looks went."""
    known = {facts.name: facts for facts in all_watches(connection)}
    names = [one.watch for one in watches_standing(connection)]  # those, too, whose looks failed before they judged
    return [_watch_line(known.get(name, WatchFacts(name, "")), watch_looks_of(connection, name, N_LOOKS))
            for name in names]


def _watch_line(facts: WatchFacts, looks: Sequence[WatchLook]) -> WatchLine:
    cut_off = [look for look in looks[1:] if look.finished_at is None and not look.error]
    failed = [look for look in looks if look.error]
    last = looks[0] if looks else None
    return WatchLine(facts, last, len(looks), len(failed) + len(cut_off),
                     failed[0].error or "" if failed else "", drift_sentence(facts.drift))


def drift_sentence(drift: Mapping[str, Any] | None) -> str:
    """Return how well the themes still fit, "" where that was not measured."""
    share, before = (drift or {}).get("share_unclear"), (drift or {}).get("share_unclear_then")
    if share is None:
        return ""
    n = "" if (drift or {}).get("n") is None else f" of {figures.counted((drift or {})['n'], 'opinion')}"
    then = "" if before is None else f"; when the themes were found, {figures.percent(before)}"
    return f"{figures.percent(share)}{n} are in no theme{then}."


def _size(alert: Alert) -> str:
    facts = alert.figures
    is_ratio = facts.get("ratio") is not None
    if not is_ratio and facts.get("difference") is None:
        return ""
    write = _times if is_ratio else figures.effect_points
    span = span_words(facts.get("low"), facts.get("high"), write)
    size = f"{_times(facts['ratio'])} times" if is_ratio else f"{write(facts['difference'])} {points_of(alert)}"
    return f"{size} ({span})" if span else size


def _measured(alert: Alert, name: str) -> str:
    value = alert.figures.get(name)
    return "" if value is None else measured(alert, value)


def _count(n: float | None) -> str:
    return "" if n is None else figures.count(n)


def _times(ratio: float) -> str:
    return f"{ratio:,.1f}" if ratio >= 0.95 else f"{ratio:.2f}"


def _small(p: float | None) -> str:
    return "" if p is None else "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}{figures.NARROW_SPACE}%" if share >= 0.0005 else \
        f"<0.1{figures.NARROW_SPACE}%"
