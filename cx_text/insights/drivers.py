"""Which themes go with a lower or higher NPS: counts, shares, and the leave-out difference with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control, norm

from cx_text.codeframe import Theme
from cx_text.comment import Polarity
from cx_text.insights.nps import CATEGORIES, adjusted, nps

THEME_COLUMNS = (
    "id", "label",
    "parent_id", "parent_label",  # of the theme above; missing on the first level
    "keywords",  # one text, joined by ", "
    "n_comments", "n_opinions", "share_of_comments",  # of the analysed comments, 0 to 1
    "share_negative",  # of the theme's opinions, 0 to 1
    "n_detractors", "n_passives", "n_promoters",  # comments with a score that raise the theme
    "share_detractors", "share_passives", "share_promoters",  # of those, 0 to 1; missing without scores
    "nps", "nps_low", "nps_high",  # of those, -100 to 100
    "leave_out", "leave_out_low", "leave_out_high",  # NPS points: NPS of all minus NPS without those who raise it
    "verdict",  # "costs", "lifts", "cannot tell", or missing without scores
    "exemplar_1", "exemplar_2", "exemplar_3",
    "stability",  # 0 to 1: how well refits on halves of the opinions find the theme again; missing where nobody tried
    "journey_stage",  # that a person gave it; missing for most
)

N_DRAWS = 2000
FALSE_DISCOVERIES = 0.05  # share of the verdicts "costs" and "lifts" that may be wrong (Benjamini and Hochberg 1995)
MIN_RAISERS = 10  # below this many scored comments no verdict is given: the normal approximation is not to be trusted


def theme_table(themes: Sequence[Theme], opinions: pd.DataFrame, respondents: pd.DataFrame, *, n_analysed: int,
                seed: int = 0) -> pd.DataFrame:
    """Return one row a theme with THEME_COLUMNS, the costliest first; themes without scores by their size.

    Each first-level theme is followed by its sub-themes, and counts their opinions as its own. Hidden themes are left
    out.

    Args:
        themes: The themes of the codeframe.
        opinions: One row an opinion: comment, respondent (whole numbers), theme_id (that of the sub-theme where there
            is one), polarity.
        respondents: Index: respondent. Column category: NPS category (or its proxy), missing without a score.
        n_analysed: Comments that were analysed, for the shares.
        seed: Of the bootstrap.
    """
    everyone = _counts(respondents["category"])
    categories = respondents["category"].to_dict()
    labels = {t.id: t.label for t in themes}
    by_id = {t.id: opinions[opinions["theme_id"] == t.id] for t in themes}
    rows = []
    for theme in (t for t in themes if not t.is_hidden):
        below = [by_id[t.id] for t in themes if t.parent == theme.id]
        own = pd.concat([by_id[theme.id], *below]) if below else by_id[theme.id]
        raisers = pd.Series([categories.get(r) for r in own["respondent"].unique()], dtype="object")
        rows.append(_row(theme, labels, own, _counts(raisers), everyone, n_analysed, seed))
    table = pd.DataFrame(rows, columns=[*THEME_COLUMNS, "p"])
    return _judged(table).drop(columns="p")


def leave_out(raisers: Sequence[int], everyone: Sequence[int], *, seed: int = 0,
              level: float = 0.95) -> tuple[float, float, float] | None:
    """Return the NPS of all minus the NPS without those who raise a theme, in points, and its bootstrap interval.

    The interval is the percentile interval of 2,000 draws of as many respondents from the observed ones; since only
    raising it or not and the category matter, a draw is a multinomial one over six cells.

    Args:
        raisers: Detractors, passives and promoters who raise the theme.
        everyone: The same of all respondents with a score.
        seed: Of the draws.
        level: Of the interval, between 0 and 1.

    Returns:
        Difference, low, high; None when nobody raises the theme, or everybody does.
    """
    inside, total = np.asarray(raisers, dtype=np.int64), np.asarray(everyone, dtype=np.int64)
    outside = total - inside
    if (outside < 0).any():
        raise ValueError(f"{raisers} raise the theme, but there are only {everyone}")
    if inside.sum() == 0 or outside.sum() == 0:
        return None
    sign = np.array([-1.0, 0.0, 1.0])
    observed = 100 * float(total @ sign / total.sum() - outside @ sign / outside.sum())
    cells = np.concatenate([inside, outside])
    draws = np.random.default_rng(seed).multinomial(cells.sum(), cells / cells.sum(), size=N_DRAWS)  # (n_draws, 6)
    without = draws[:, 3:]
    differences = 100 * ((draws[:, :3] + without) @ sign / cells.sum() - without @ sign / np.maximum(without.sum(1), 1))
    low, high = np.quantile(differences, [(1 - level) / 2, (1 + level) / 2])
    return observed, float(low), float(high)


def _row(theme: Theme, labels: Mapping[str, str], own: pd.DataFrame, counts: tuple[int, int, int],
         everyone: tuple[int, int, int], n_analysed: int, seed: int) -> list[object]:
    n_scored = sum(counts)
    n_comments = own["comment"].nunique()
    shares = [c / n_scored if n_scored else None for c in counts]
    of_raisers, effect = nps(*counts), leave_out(counts, everyone, seed=seed)
    return [theme.id, theme.label, theme.parent, theme.parent and labels[theme.parent], ", ".join(theme.keywords),
            n_comments, len(own),
            n_comments / n_analysed if n_analysed else None,
            float((own["polarity"] == Polarity.NEGATIVE).mean()) if len(own) else None, *counts, *shares,
            *((of_raisers.nps, of_raisers.low, of_raisers.high) if of_raisers else (None,) * 3),
            *(effect or (None,) * 3), None,
            *(theme.exemplars + ("",) * 3)[:3], theme.stability,
            theme.stage and theme.stage.value, _p_value(counts, everyone) if effect else None]


def _p_value(counts: tuple[int, int, int], everyone: tuple[int, int, int]) -> float:
    """Return the two-sided p of "raisers and others have the same NPS": adjusted quantities, variances summed."""
    others = [e - c for c, e in zip(counts, everyone, strict=True)]
    inside, inside_variance = adjusted(*counts)
    outside, outside_variance = adjusted(*others)
    return float(2 * norm.sf(abs(inside - outside) / (inside_variance + outside_variance) ** 0.5))


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    scored = table["leave_out"].notna()
    table["verdict"] = table["verdict"].astype("object")
    table.loc[scored, "verdict"] = "cannot tell"
    asked = scored & (table[["n_detractors", "n_passives", "n_promoters"]].sum(axis=1) >= MIN_RAISERS)
    if asked.any():
        adjusted_p = pd.Series(1.0, index=table.index)
        adjusted_p[asked] = false_discovery_control(table.loc[asked, "p"].astype(float))
        sure = asked & (adjusted_p <= FALSE_DISCOVERIES)
        table.loc[sure & (table["leave_out_high"].astype(float) < 0), "verdict"] = "costs"
        table.loc[sure & (table["leave_out_low"].astype(float) > 0), "verdict"] = "lifts"
    numbers = [c for c in THEME_COLUMNS if c.startswith(("share", "nps", "leave_out", "stability"))]
    counts = [c for c in THEME_COLUMNS if c.startswith("n_")]
    texts = ["parent_id", "parent_label", "journey_stage"]
    table = table.astype({**dict.fromkeys(numbers, "float64"), **dict.fromkeys(counts, "int64"),
                          **dict.fromkeys(texts, "str")})
    table = table.sort_values(["leave_out", "n_opinions"], ascending=[True, False], kind="stable", ignore_index=True)
    place = {theme_id: k for k, theme_id in enumerate(table["id"])}
    above = [place.get(parent, k) for k, parent in enumerate(table["parent_id"])]
    order = sorted(range(len(table)), key=lambda k: (above[k], above[k] != k, k))
    return table.iloc[order].reset_index(drop=True)


def _counts(categories: pd.Series) -> tuple[int, int, int]:
    counted: Mapping[object, int] = categories.value_counts().to_dict()
    d, a, p = (int(counted.get(c.value, 0)) for c in CATEGORIES)
    return d, a, p
