"""The table of themes: how often each is raised, by whom, with which polarity, and what goes with it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cx_text.codeframe import Theme
from cx_text.comment import Polarity
from cx_text.insights.drivers import ANYTHING
from cx_text.insights.nps import CATEGORIES
from cx_text.insights.observations import Observations, theme_of_each

_FROM_DRIVERS = ("n_raisers", "leave_out", "leave_out_low", "leave_out_high", "adjusted", "adjusted_low",
                 "adjusted_high", "verdict", "is_small")
THEME_COLUMNS = (
    "id", "label",
    "parent_id", "parent_label",  # of the theme above; missing on the first level
    "keywords",  # one text, joined by ", "
    "n_comments", "n_opinions", "share_of_comments",  # of the analysed comments, 0 to 1
    "share_negative",  # of the theme's opinions, 0 to 1
    "n_detractors", "n_passives", "n_promoters",  # rows with a score that raise the theme
    "share_detractors", "share_passives", "share_promoters",  # of those, 0 to 1; missing without scores
    "nps", "nps_low", "nps_high",  # of those who raise it, -100 to 100
    "n_raisers",  # customers with a score who raise it; rows where the export has no customer key
    "leave_out", "leave_out_low", "leave_out_high",  # NPS points: NPS of all minus NPS without those who raise it
    "adjusted", "adjusted_low", "adjusted_high",  # the same, with what goes with all other themes held constant
    "verdict",  # "costs", "lifts", "cannot tell", or missing without scores
    "is_small",  # too few raise it, or too few do not, for a verdict
    "exemplar_1", "exemplar_2", "exemplar_3",
    "stability",  # 0 to 1: how well refits on halves of the opinions find the theme again; missing where nobody tried
    "journey_stage",  # that a person gave it; missing for most
)


def theme_table(observations: Observations, drivers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a theme with THEME_COLUMNS, the costliest first; themes without scores by their size.

    Each first-level theme is followed by its sub-themes, and counts their opinions as its own. Hidden themes are left
    out.

    Args:
        observations: Who said what, with which score.
        drivers: The table of `cx_text.insights.drivers.driver_table` for the NPS.
    """
    themes = {t.id: t for t in observations.themes}
    opinions = theme_of_each(observations.opinions, observations.themes)
    categories = observations.respondents["category"]
    whole = drivers[drivers["said"] == ANYTHING]
    rows = []
    for driver in whole.to_dict("records"):
        theme = themes[str(driver["id"])]
        own = opinions[opinions["theme_id" if theme.parent else "top_id"] == theme.id]
        counted: Mapping[object, int] = categories.loc[own["respondent"].unique()].value_counts().to_dict()
        counts = [int(counted.get(c.value, 0)) for c in CATEGORIES]
        rows.append(_row(theme, {str(k): v for k, v in driver.items()}, own, counts))
    table = pd.DataFrame(rows, columns=list(THEME_COLUMNS))
    numbers = [c for c in THEME_COLUMNS if c.startswith(("share", "nps", "leave_out", "adjusted", "stability"))]
    return table.astype({**dict.fromkeys(numbers, "float64"), "is_small": "bool",
                         **{c: "int64" for c in THEME_COLUMNS if c.startswith("n_")},
                         **dict.fromkeys(("parent_id", "parent_label", "verdict", "journey_stage"), "str")})


def _row(theme: Theme, driver: Mapping[str, object], own: pd.DataFrame, counts: list[int]) -> list[object]:
    n_scored = sum(counts)
    given = {
        **driver, "keywords": ", ".join(theme.keywords), "n_opinions": len(own),
        "share_negative": float((own["polarity"] == Polarity.NEGATIVE).mean()) if len(own) else None,
        "nps": driver["mean"], "nps_low": driver["mean_low"], "nps_high": driver["mean_high"],
        "stability": theme.stability,
        **{f"n_{c.value}s": n for c, n in zip(CATEGORIES, counts, strict=True)},
        **{f"share_{c.value}s": n / n_scored if n_scored else None for c, n in zip(CATEGORIES, counts, strict=True)},
        **{f"exemplar_{k}": text for k, text in enumerate((theme.exemplars + ("",) * 3)[:3], start=1)}}
    return [given[name] for name in THEME_COLUMNS]
