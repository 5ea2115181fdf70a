"""What stands out, in plain sentences made from the figures: what goes together, never what brings about what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from cx_text.insights.change import Change, Window
from cx_text.insights.implied import ImpliedNps
from cx_text.insights.nps import Nps
from cx_text.report import figures
from cx_text.summary import Summary

NO_SCORES = ("No NPS: the export has no score from 0 to 10. Name its column with --nps-column, or pass "
             "--rating-column and --rating-scale for a proxy.")
NOTHING_FOUND = "No themes were found, so nothing can be said of what goes with a higher or lower NPS."


def standouts(summary: Summary) -> list[str]:
    """Return one to four sentences on what stands out."""
    themes = first_level(summary.themes)
    if themes.empty:
        return [NOTHING_FOUND]
    if summary.nps is None or themes["adjusted"].isna().all():
        return _without_scores(themes, summary.n_analysed)
    name = nps_name(summary.nps)
    costs = themes[themes["verdict"] == "costs"].sort_values("adjusted", kind="stable")
    lifts = themes[themes["verdict"] == "lifts"].sort_values("adjusted", ascending=False, kind="stable")
    said = [_goes_with(row, f"a {direction} {name}", summary.nps)
            for rows, direction in ((costs, "lower"), (lifts, "higher")) for _, row in rows.head(1).iterrows()]
    n_unclear = len(themes) - len(costs) - len(lifts)
    if not said:
        which = (f"None of the {figures.count(len(themes))} themes can" if len(themes) > 1 else
                 "The one theme cannot")
        said.append(f"{which} be told from having nothing to do with the {name}.")
    elif n_unclear:
        said.append(f"For {figures.count(n_unclear)} of the {figures.count(len(themes))} themes we cannot tell.")
    if summary.change is not None and is_sure(summary.change):
        said.append(change_sentence(summary.change, name))
    return said


def first_level(themes: pd.DataFrame) -> pd.DataFrame:
    """Return the themes that are no sub-themes: the rows that charts and sentences compare with one another."""
    return themes[themes["parent_id"].isna()]


def nps_name(nps: Nps | None) -> str:
    """Return "NPS", or "NPS proxy" where it was counted from a rating."""
    return "NPS proxy" if nps is not None and nps.is_proxy else "NPS"


def counted_from(nps: Nps) -> str:
    """Return what an NPS was counted from: "scores of 0 to 10", "ratings of 1 to 5"."""
    if not nps.is_proxy:
        return "scores of 0 to 10"
    return f"ratings of {nps.basis.removeprefix('rating ').replace('-', ' to ')}"


def is_sure(change: Change) -> bool:
    """Whether the interval of the whole change keeps it from zero."""
    return bool(_whole(change)["is_sure"])


def change_sentence(change: Change, name: str = "NPS") -> str:
    """Return how the NPS changed between two windows, and whether that may be chance."""
    whole, ends = _whole(change), [figures.nps_points(n.nps) for n in (change.before, change.after)]
    points, interval = figures.effect_points(whole["points"]), figures.effect_interval(whole["low"], whole["high"])
    chance = "" if is_sure(change) else ", which may be chance"
    return (f"The {name} went from {ends[0]} {window_words(change.windows[0])} to {ends[1]} "
            f"{window_words(change.windows[1])}: {points} points ({figures.INTERVAL} {interval})"
            f"{chance}.")


def window_words(window: Window) -> str:
    """Return a window in words: "before 1 June 2026", "from 1 June 2026 on", "from 1 March to 31 May 2026"."""
    if window.start is None:
        return "at all times" if window.end is None else f"before {figures.day(window.end)}"
    if window.end is None:
        return f"from {figures.day(window.start)} on"
    last = window.end - timedelta(microseconds=1)  # the end is not in it
    return f"{'on' if last.date() == window.start.date() else 'from'} {figures.days(window.start, last)}"


def part_name(part: Mapping[Any, Any]) -> str:
    """Return what a part of a change is, in words; `part` is a row of `cx_text.insights.change.CHANGE_COLUMNS`."""
    kind, name = part["part"], f"“{part['name']}”"
    if kind == "share":
        return f"{'More' if part['after'] >= part['before'] else 'Fewer'} speak of {name}"
    if kind == "severity":
        return f"Those who speak of {name} {'fall behind' if part['points'] < 0 else 'gain on'} others"
    return {"mix": f"Mix of {part['name']}", "rest": "Rest", "total": "Whole change"}[str(kind)]


def implied_sentence(implied: ImpliedNps) -> str:
    """Return what the words of comments without a score imply, and that it is an estimate."""
    fit = (f"fitted to {figures.count(implied.n_scored)} scored comments of this export" if implied.n_scored else
           "not fitted to scored comments of this export, so the interval is wide")
    return (f"The words of {figures.counted(implied.n, 'comment')} without a score imply an NPS of about "
            f"{figures.nps_points(implied.nps)} ({figures.nps_interval(implied.low, implied.high)}); an estimate, "
            f"never part of the NPS; {fit}.")


def _whole(change: Change) -> Mapping[str, Any]:
    whole = change.parts[change.parts["part"] == "total"].iloc[0]
    return {str(k): v for k, v in whole.items()}


def _goes_with(row: pd.Series, what: str, nps: Nps) -> str:
    points = figures.effect_points(row["adjusted"])
    interval = figures.effect_interval(row["adjusted_low"], row["adjusted_high"])
    return (f"Comments about “{row['label']}” go with {what}: {points} points ({figures.INTERVAL} "
            f"{interval}) with all other themes held constant, from {figures.counted(row['n_raisers'], 'customer')} "
            f"with a {'rating' if nps.is_proxy else 'score'} who raise it.")


def _without_scores(themes: pd.DataFrame, n_analysed: int) -> list[str]:
    most = themes.sort_values("n_comments", ascending=False, kind="stable").iloc[0]
    said = [f"“{most['label']}” is raised most: {figures.count(most['n_comments'])} of {figures.count(n_analysed)} "
            f"comments; {figures.percent(most['share_negative'])} of its {figures.count(most['n_opinions'])} opinions "
            "are negative."]
    worst = themes.sort_values("share_negative", ascending=False, kind="stable").iloc[0]
    if worst["label"] != most["label"] and not figures.is_missing(worst["share_negative"]):
        said.append(f"“{worst['label']}” has the largest share of negative opinions: "
                    f"{figures.percent(worst['share_negative'])} of {figures.count(worst['n_opinions'])}.")
    return said
