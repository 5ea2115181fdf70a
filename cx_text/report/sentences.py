"""What stands out, in plain sentences made from the figures: what goes together, never what brings about what."""

from __future__ import annotations

import pandas as pd

from cx_text.insights.nps import Nps
from cx_text.report import figures
from cx_text.summary import Summary

NO_SCORES = ("No NPS: the export has no score from 0 to 10. Name its column with --nps-column, or pass "
             "--rating-column and --rating-scale for a proxy.")
NOTHING_FOUND = "No themes were found, so nothing can be said of what goes with a higher or lower NPS."


def standouts(summary: Summary) -> list[str]:
    """Return one to three sentences on what stands out."""
    themes = first_level(summary.themes)
    if themes.empty:
        return [NOTHING_FOUND]
    if summary.nps is None or themes["leave_out"].isna().all():
        return _without_scores(themes, summary.n_analysed)
    name = nps_name(summary.nps)
    costs = themes[themes["verdict"] == "costs"].sort_values("leave_out", kind="stable")
    lifts = themes[themes["verdict"] == "lifts"].sort_values("leave_out", ascending=False, kind="stable")
    said = [_goes_with(row, f"a {direction} {name}", summary.nps)
            for rows, direction in ((costs, "lower"), (lifts, "higher")) for _, row in rows.head(1).iterrows()]
    n_unclear = len(themes) - len(costs) - len(lifts)
    if not said:
        which = (f"None of the {figures.count(len(themes))} themes can" if len(themes) > 1 else
                 "The one theme cannot")
        said.append(f"{which} be told from having nothing to do with the {name}.")
    elif n_unclear:
        said.append(f"For {figures.count(n_unclear)} of the {figures.count(len(themes))} themes we cannot tell.")
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


def _goes_with(row: pd.Series, what: str, nps: Nps) -> str:
    n_raisers = int(row["n_detractors"] + row["n_passives"] + row["n_promoters"])
    points = figures.effect_points(row["leave_out"])
    interval = figures.effect_interval(row["leave_out_low"], row["leave_out_high"])
    return (f"Comments about “{row['label']}” go with {what}: {points} points (95{figures.NARROW_SPACE}% interval "
            f"{interval}), from {figures.count(n_raisers)} of the {figures.count(nps.n)} customers who gave a "
            f"{'rating' if nps.is_proxy else 'score'}.")


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
