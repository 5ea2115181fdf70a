"""Summary: the figures of one run that the report, the workbook and the terminal show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cx_text.config import Brand
from cx_text.insights.change import Change
from cx_text.insights.implied import ImpliedNps
from cx_text.insights.nps import Nps


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of comments beside their observations, in a run or in what a store holds.

    The fields are those of `Summary`; `mentions` has comment, brand, own, polarity, theme_id and theme_label of each
    mention of one of `brands`, and `seed` is that of the bootstrap.
    """

    n_rows: int
    n_comments: int
    n_analysed: int
    n_opinions: int
    n_ratings: int
    polarity_by_category: pd.DataFrame
    implied: ImpliedNps | None
    share_unclear: float | None
    conflicts: pd.DataFrame
    mentions: pd.DataFrame
    brands: tuple[Brand, ...]
    ledger_counts: pd.DataFrame
    seed: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What one run found.

    `polarity_by_category`: counts of analysed comments, one row a category ("detractor", "passive", "promoter",
    "no score"), columns negative, neutral, positive, mixed. `themes`: one row a theme, columns THEME_COLUMNS of
    cx_text.insights.theme_table, the costliest first, each first-level theme followed by its sub-themes.
    `drivers`: columns DRIVER_COLUMNS of cx_text.insights.drivers, for the NPS and then for each measure. `scores`,
    `segments`: SCORE_COLUMNS and SEGMENT_COLUMNS of their modules. `journey`: like drivers, with stages of the customer
    journey for themes; empty where no theme has one. `change`: what moved the NPS between two windows, None where there
    are no two to compare. `conflicts`: CONFLICT_COLUMNS, strongest first. `brands` and `brand_themes`: None where the
    recipe names no brand. `implied`: what the words of comments without a score imply, never part of the NPS.
    `ledger_counts`: one row an outcome, one column a verbatim column of the export; each column adds up to `n_rows`.
    `months`: None without dates, else one row a month with month (datetime), n, nps, nps_low, nps_high.
    `n_ratings`: how many of the opinions are bare ratings ("10/10", "very good") in no theme: they name nothing.
    `share_unclear`: share of opinions in no theme, bare ratings left out, None when no themes were found. `notes`:
    sentences that a reader has to know (a guess, a limit, a proxy).
    """

    title: str
    n_rows: int
    n_comments: int
    n_analysed: int
    n_opinions: int
    n_ratings: int
    nps: Nps | None
    polarity_by_category: pd.DataFrame
    themes: pd.DataFrame
    drivers: pd.DataFrame
    scores: pd.DataFrame
    segments: pd.DataFrame
    journey: pd.DataFrame
    change: Change | None
    conflicts: pd.DataFrame
    brands: pd.DataFrame | None
    brand_themes: pd.DataFrame | None
    implied: ImpliedNps | None
    ledger_counts: pd.DataFrame
    months: pd.DataFrame | None
    share_unclear: float | None
    notes: tuple[str, ...]
    manifest: Mapping[str, Any]
