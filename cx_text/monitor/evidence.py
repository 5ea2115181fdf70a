"""What an alert shows: its figures, the weeks before it, and where customers' own words stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.codeframe import folded
from cx_text.monitor.blocks import Cut
from cx_text.monitor.explaining import explain
from cx_text.monitor.history import History, values_of
from cx_text.monitor.judging import Look, State
from cx_text.monitor.new_themes import new_theme_quotes
from cx_text.monitor.series import Subject, WatchedRule
from cx_text.store.spoken import SpokenPlace, spoken_places
from cx_text.watch_options import is_better_high

if TYPE_CHECKING:
    from sqlalchemy import Connection

N_QUOTES = 3
_SHOWN_DAYS = 26 * 7  # of the picture
_WEEK_DAYS = 7
_MOST_ASKED = 400  # comments whose words are looked at for quotes, the newest
_READABLE = (20, 220)  # characters of a quote, if there are such


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """One series of a rule after a look at the end of period `now`: what an alert of it says is made from this."""

    history: History
    watched: WatchedRule
    look: Look
    place: int
    now: int
    before: State

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return self.watched.subjects[self.place]

    @property
    def window(self) -> int:
        """The length of its most unusual window, in periods."""
        return self.look.judgements[self.place].window

    @property
    def said(self) -> pd.DataFrame:
        """The rows behind it, of the window."""
        rows = self.watched.said
        keep = (rows["series"] == self.place) & (rows["period"] > self.now - self.window)
        return pd.DataFrame(rows[keep & (rows["period"] <= self.now)])


def figures_of(seen: Seen) -> dict[str, Any]:
    """Return the figures of an alert: see `cx_text.store.alerts.Alert`."""
    own, history = seen.look.judgements[seen.place], seen.history
    rows, measure = seen.said, seen.watched.rule.measure
    found: dict[str, Any] = {
        "window_days": own.window * history.period_days, "n": own.n, "value": _round(own.value),
        "expected": _round(own.expected), "p": own.p,
        "n_mentions": int(rows["place"].nunique()), "sources": _by_source(history, rows),
        "polarity": seen.watched.rule.polarity, **_interval(seen)}
    if seen.watched.rule.kind != "level":  # whose error rate is its own
        found["controlled"] = own.controlled
    if measure == "customers":
        wrote = history.wrote
        inside = (wrote["period"] > seen.now - own.window) & (wrote["period"] <= seen.now)
        found["of"] = int(wrote.loc[inside, "customer"].nunique())
    if len(history.strata) > 1 and seen.watched.rule.kind == "change" and measure != "comments":
        found["crude"] = _round(_crude(seen))
    return found


def _interval(seen: Seen) -> dict[str, Any]:
    """Return the ratio of a count to what was expected, or the difference of a level, with its 95 % interval."""
    told = explain(seen.look, seen.watched.limits, seen.place)
    found = {"ratio" if told.is_ratio else "difference": _round(told.effect), "low": _round(told.low),
             "high": _round(told.high)}
    if seen.watched.rule.kind == "level":
        return {**found, "limit": _round(told.expected)}
    return {**found, "n_needed": _round(told.needed)}


def _crude(seen: Seen) -> float:
    """Return what would be expected were sources not told apart: where it differs, the mix has moved.

    What a season does is in both.
    """
    watched, limits = seen.watched.base, seen.watched.limits
    left_out = np.zeros((watched.n_series, watched.n_periods), dtype=bool)
    for first, last in seen.before.left_out:
        left_out[seen.place, first:last + 1] = True
    ends = np.full(watched.n_series, seen.now - limits.longest, dtype=np.int64)
    cut = Cut(seen.now, seen.window, ends, limits.n_past, left_out)
    apart, together = (float(one.compare(cut).expected[seen.place]) for one in (watched, watched.pooled()))
    expected = seen.look.judgements[seen.place].expected
    if seen.watched.is_level:
        return expected + together - apart
    return expected * together / apart if apart else expected


def points_of(seen: Seen, figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the last half year in weeks up to the window's end, for the picture: see `Alert.points`."""
    history, rows = seen.history, seen.watched.said
    per_week = max(1, _WEEK_DAYS // history.period_days)
    n_weeks = min(_SHOWN_DAYS // _WEEK_DAYS, (seen.now + 1) // per_week)
    own, all_wrote = rows[rows["series"] == seen.place], history.wrote
    week, of_all = ((seen.now - each["period"].to_numpy()) // per_week for each in (own, all_wrote))
    values, counts = _weekly(seen, own, week, n_weeks)
    wrote = all_wrote["customer"].to_numpy()
    n_wrote = [len(np.unique(wrote[of_all == k])) for k in range(n_weeks)]
    return [{"start": history.first_day(seen.now - (k + 1) * per_week + 1).isoformat(), "value": values[k],
             "n": counts[k] if seen.watched.is_level else n_wrote[k],
             "expected": _round(_expected(seen, figures, n_wrote[k])),
             "is_window": (k + 1) * per_week <= seen.window or k == 0} for k in reversed(range(n_weeks))]


def _expected(seen: Seen, figures: Mapping[str, Any], n_wrote: int) -> float:
    """Return what was expected of a week, where so many wrote; of a slow change, where its line begins."""
    rule, expected = seen.watched.rule, float(figures["expected"])
    if seen.watched.is_level or rule.kind == "trend":
        return expected
    if rule.kind == "level":
        return float(expected / 100 * n_wrote)
    if rule.measure == "customers":
        return float(expected / max(1, figures["of"]) * n_wrote)
    return float(expected * _WEEK_DAYS / figures["window_days"])


def _weekly(seen: Seen, own: pd.DataFrame, week: IntArray, n_weeks: int) -> tuple[list[Any], list[int]]:
    """Return what was counted, or the level, in each week before the end, and of how many answers."""
    values: list[Any] = []
    counts: list[int] = []
    for k in range(n_weeks):
        rows = own[week == k]
        counts.append(len(rows))
        if seen.watched.is_level:
            values.append(_round(100 * float(rows["answer"].mean() - 1)) if len(rows) else None)
        else:
            values.append(int(rows["customer"].nunique()) if seen.watched.rule.measure == "customers" else len(rows))
    return values, counts


def quotes_of(connection: Connection, run_id: int, seen: Seen) -> list[dict[str, int]]:
    """Return where three customers' words stand that an alert is about: run_id, comment_id, start and end of each.

    The surest of their theme, one a customer, no two of the same words; of readable length, where there are such.

    Args:
        connection: To read by.
        run_id: The run whose opinions these are.
        seen: What fires.
    """
    part, rule = seen.history.part, seen.watched.rule
    if rule.kind == "new_theme":
        return new_theme_quotes(connection, run_id, seen.history, seen.said)
    rows = seen.said.sort_values("period", kind="stable").drop_duplicates("customer", keep="last")
    rows = rows.tail(_MOST_ASKED)
    ids = part.snapshot.ids[part.keep][rows["place"].to_numpy(dtype=np.int64)]
    customer = dict(zip(ids.tolist(), rows["customer"].tolist(), strict=True))
    themes = part.with_sub_themes(seen.subject.id) if rule.per == "theme" else None
    said = [one for one in spoken_places(connection, run_id, list(customer), themes=themes)
            if rule.polarity in (None, one.polarity)]  # praise is no witness of a complaint
    wanted = rule.polarity or ("negative" if is_bad_news(seen.watched) else None)
    chosen: list[SpokenPlace] = []
    for one in sorted(said, key=lambda s: (s.polarity != wanted if wanted else False, not _is_readable(s),
                                            -(s.confidence or 0.0), s.comment_id, s.start)):
        if len(chosen) < N_QUOTES and all(
                customer[one.comment_id] != customer[other.comment_id] and folded(one.words) != folded(other.words)
                for other in chosen):
            chosen.append(one)
    return [{"run_id": run_id, "comment_id": one.comment_id, "start": one.start, "end": one.end} for one in chosen]


def is_bad_news(watched: WatchedRule) -> bool:
    """Return whether what a rule tells of is one that people act on: all but less bad and more good."""
    return (watched.direction == "fall") == is_better_high(watched.rule.measure, watched.rule.polarity)


def _is_readable(place: SpokenPlace) -> bool:
    return _READABLE[0] <= place.end - place.start <= _READABLE[1]


def _by_source(history: History, rows: pd.DataFrame) -> dict[str, int]:
    """Return how many customers of the window came from each source, the most first."""
    names = values_of(history.part, "source").to_numpy(dtype=object)[rows["place"].to_numpy(dtype=np.int64)]
    each = pd.DataFrame({"source": names, "customer": rows["customer"].to_numpy()}).drop_duplicates()
    return {str(name): int(n) for name, n in each["source"].value_counts().items()}


def _round(value: Any) -> Any:
    """Return a number as the store keeps it; what is infinite or no number is None."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return round(float(value), 4) if np.isfinite(value) else None

