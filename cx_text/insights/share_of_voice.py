"""How much each brand is spoken of, how well, and how that compares with ours.

Everything is counted in comments, also where one customer wrote several: a comment that names a brand three times
counts once for that brand, and one that names three brands counts once for each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from cx_text.comment import Polarity
from cx_text.config import Brand
from cx_text.insights.drivers import FALSE_DISCOVERIES
from cx_text.insights.intervals import nps_difference, share_figure
from cx_text.insights.nps import nps

BRAND_COLUMNS = (
    "brand", "own",
    "n_mentions", "n_comments",  # all mentions, and comments with at least one
    "share_of_comments", "share_of_comments_low", "share_of_comments_high",  # of all comments, 0 to 1
    "share_of_voice", "share_of_voice_low", "share_of_voice_high",  # of pairs of a comment and a brand in it, 0 to 1
    "n_negative", "n_neutral", "n_positive",  # comments, by what they say of the brand
    "net_sentiment", "net_sentiment_low", "net_sentiment_high",  # points, -100 to 100
    "difference", "difference_low", "difference_high",  # points: net sentiment minus that of our own brands
    "verdict",  # "better" or "worse" than our own brands, "cannot tell", or missing where there is nothing to compare
)
BRAND_THEME_COLUMNS = ("theme_id", "theme_label", "brand", "own", "n_comments", "n_negative", "n_neutral", "n_positive",
                       "net_sentiment", "net_sentiment_low", "net_sentiment_high", "is_small")

LEVEL = 0.95
MIN_COMMENTS = 10  # below this many comments with a polarity no verdict is given, and a cell is marked as small
_SIGNS = {Polarity.NEGATIVE.value: -1, Polarity.NEUTRAL.value: 0, Polarity.POSITIVE.value: 1}
_Counts = tuple[int, int, int]  # negative, neutral, positive


def brand_table(mentions: pd.DataFrame, brands: Sequence[Brand], n_comments: int) -> pd.DataFrame:
    """Return one row a brand with BRAND_COLUMNS: our own first, then by comments, the most spoken of first.

    Within a comment each mention of a brand counts -1, 0 or 1 by its polarity, and the sign of their mean is what the
    comment says of the brand: one that praises it once and blames it once is neutral.

    Shares have Wilson's interval (Wilson 1927, Journal of the American Statistical Association 22:209). Net sentiment
    is the share of positive minus the share of negative comments, with the adjusted-Wald interval of an NPS (Rocks
    2016, The American Statistician 70:365). A competitor's difference to our own brands, taken together, adds the two
    adjusted variances as if no comment named both. Of all competitors with at least MIN_COMMENTS, on both sides, the
    false discovery rate is held at FALSE_DISCOVERIES (Benjamini and Hochberg 1995, Journal of the Royal Statistical
    Society B 57:289).

    Args:
        mentions: One row a mention with at least comment, brand and polarity, as cx_text.frames.mention_rows has them.
        brands: Those that were looked for; one that nobody mentions has a row too.
        n_comments: Comments that were searched.

    Raises:
        ValueError: A mention is of another brand, or more comments mention brands than were searched.
    """
    _check(mentions, brands)
    n_naming = int(mentions["comment"].nunique())
    if n_naming > n_comments:
        raise ValueError(f"{n_naming} comments mention brands, but only {n_comments} were searched")
    n_by_brand = {b.name: int(mentions.loc[mentions["brand"] == b.name, "comment"].nunique()) for b in brands}
    n_pairs = sum(n_by_brand.values())
    ours = _counts(mentions[mentions["brand"].isin([b.name for b in brands if b.own])])
    rows, p_values = [], []
    for brand in sorted(brands, key=lambda b: (not b.own, -n_by_brand[b.name])):
        own = mentions[mentions["brand"] == brand.name]
        counts, n = _counts(own), n_by_brand[brand.name]
        *difference, p = (None,) * 4 if brand.own else _difference(counts, ours)
        rows.append((brand.name, brand.own, len(own), n, *_share(n, n_comments), *_share(n, n_pairs), *counts,
                     *_net(counts), *difference, None))
        p_values.append(p if min(sum(counts), sum(ours)) >= MIN_COMMENTS else None)
    return _judged(_typed(pd.DataFrame(rows, columns=list(BRAND_COLUMNS))), p_values)


def brand_themes(mentions: pd.DataFrame, brands: Sequence[Brand]) -> pd.DataFrame:
    """Return one row a theme and brand with BRAND_THEME_COLUMNS, so that brands stand side by side in each theme.

    Every theme in which some brand is mentioned has a row for each brand, 0 comments included; themes most spoken of
    first, brands with our own first and then in the order given. Comments are counted as in `brand_table`, by what they
    say of the brand within the theme. `is_small` marks cells of fewer than MIN_COMMENTS with a polarity, whose figure
    says little. Mentions in no theme are left out.

    Args:
        mentions: One row a mention with at least comment, brand, polarity, theme_id and theme_label.
        brands: Those that were looked for.

    Raises:
        ValueError: A mention is of another brand.
    """
    _check(mentions, brands)
    placed = mentions[mentions["theme_id"].notna()]
    labels = dict(zip(placed["theme_id"], placed["theme_label"], strict=True))
    sizes = {theme: int(own["comment"].nunique()) for theme, own in placed.groupby("theme_id", sort=True)}
    rows = []
    for theme in sorted(sizes, key=lambda t: -sizes[t]):
        for brand in sorted(brands, key=lambda b: not b.own):
            own = placed[(placed["theme_id"] == theme) & (placed["brand"] == brand.name)]
            counts = _counts(own)
            rows.append((theme, labels[theme], brand.name, brand.own, own["comment"].nunique(), *counts, *_net(counts),
                         sum(counts) < MIN_COMMENTS))
    return _typed(pd.DataFrame(rows, columns=list(BRAND_THEME_COLUMNS)))


def _check(mentions: pd.DataFrame, brands: Sequence[Brand]) -> None:
    unknown = sorted(set(mentions["brand"]) - {b.name for b in brands})
    if unknown:
        raise ValueError(f"mentions of {', '.join(map(repr, unknown))}, which are not among the brands")


def _counts(mentions: pd.DataFrame) -> _Counts:
    """Return negative, neutral and positive comments, each by the sign of the mean over its mentions."""
    known = mentions[mentions["polarity"].notna()]
    means = known["polarity"].map(_SIGNS).astype("float64").groupby(known["comment"]).mean()
    signs = np.sign(means.to_numpy())
    return int((signs < 0).sum()), int((signs == 0).sum()), int((signs > 0).sum())


def _share(n: int, total: int) -> tuple[float | None, float | None, float | None]:
    found = share_figure(n, total, level=LEVEL)
    return (found.value / 100, found.low / 100, found.high / 100) if found else (None, None, None)


def _net(counts: _Counts) -> tuple[float | None, float | None, float | None]:
    figure = nps(*counts, level=LEVEL)
    return (figure.nps, figure.low, figure.high) if figure else (None, None, None)


def _difference(counts: _Counts, ours: _Counts) -> tuple[float | None, float | None, float | None, float | None]:
    """Return the difference in points, its interval cut at -200 and 200, and the two-sided p of none at all."""
    if not sum(counts) or not sum(ours):
        return None, None, None, None
    found = nps_difference(counts, ours, level=LEVEL)
    return found.value, found.low, found.high, found.p


def _judged(table: pd.DataFrame, p_values: Sequence[float | None]) -> pd.DataFrame:
    table.loc[table["difference"].notna(), "verdict"] = "cannot tell"
    asked = [k for k, p in enumerate(p_values) if p is not None]
    if asked:
        adjusted_p = false_discovery_control([p_values[k] for k in asked])
        sure = table.index.isin([k for k, p in zip(asked, adjusted_p, strict=True) if p <= FALSE_DISCOVERIES])
        table.loc[sure & (table["difference_low"] > 0), "verdict"] = "better"
        table.loc[sure & (table["difference_high"] < 0), "verdict"] = "worse"
    return table


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Fix the types, so that they do not depend on the values."""
    kinds = {"brand": "str", "theme_id": "str", "theme_label": "str", "verdict": "str", "own": "bool",
             "is_small": "bool"}
    return table.astype({name: kinds.get(name, "int64" if name.startswith("n_") else "float64")
                         for name in map(str, table.columns)})
