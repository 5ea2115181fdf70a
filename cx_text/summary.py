"""Summary: the figures of one run that the report, the workbook and the terminal show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cx_text.insights.nps import Nps

THEME_COLUMNS = (
    "id", "label", "keywords",  # keywords: one text, joined by ", "
    "n_comments", "n_opinions", "share_of_comments",  # of the analysed comments, 0 to 1
    "share_negative",  # of the theme's opinions, 0 to 1
    "n_detractors", "n_passives", "n_promoters",  # comments with a score that raise the theme
    "share_detractors", "share_passives", "share_promoters",  # of those, 0 to 1; missing without scores
    "nps", "nps_low", "nps_high",  # of those, -100 to 100
    "leave_out", "leave_out_low", "leave_out_high",  # NPS points: NPS of all minus NPS without those who raise it
    "verdict",  # "costs", "lifts", "cannot tell", or missing without scores
    "exemplar_1", "exemplar_2", "exemplar_3",
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run found.

    `polarity_by_category`: counts of analysed comments, one row a category ("detractor", "passive", "promoter",
    "no score"), columns negative, neutral, positive, mixed. `themes`: one row a theme, columns THEME_COLUMNS, the
    costliest first. `ledger_counts`: one row an outcome, one column a verbatim column of the export; each column adds
    up to `n_rows`. `months`: None without dates, else one row a month with month (datetime), n, nps, nps_low, nps_high.
    `share_unclear`: share of opinions in no theme, None when no themes were found. `notes`: sentences that a reader
    has to know (a guess, a limit, a proxy).
    """

    title: str
    n_rows: int
    n_comments: int
    n_analysed: int
    n_opinions: int
    nps: Nps | None
    polarity_by_category: pd.DataFrame
    themes: pd.DataFrame
    ledger_counts: pd.DataFrame
    months: pd.DataFrame | None
    share_unclear: float | None
    notes: tuple[str, ...]
    manifest: Mapping[str, Any]
