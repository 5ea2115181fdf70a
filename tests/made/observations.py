"""Observations made for tests: who said what with which score, in a few words."""

import numpy as np
import pandas as pd

from cx_text.codeframe import Theme
from cx_text.comment import RatingScale
from cx_text.insights.observations import SEGMENT, Observations
from cx_text.measures import MeasureColumn

NAMES = ("detractor", "passive", "promoter")


def observe(categories, raised, *, polarity="negative", themes=None, segments=None, measures=(), basis="nps_score",
            **columns):
    """Return observations: a category (or None) a respondent, and theme id → the respondents who raise it."""
    n = len(categories)
    table = pd.DataFrame({"respondent": range(n), "customer": pd.Series([pd.NA] * n, dtype="Int64"),
                          "source": "survey", "received_at": pd.Series([pd.NaT] * n, dtype="datetime64[us, UTC]"),
                          "nps_score": pd.Series([pd.NA] * n, dtype="Int64"), "rating": np.nan,
                          "category": pd.Series(list(categories), dtype="str")})
    table = table.assign(**columns, **{SEGMENT + name: values for name, values in (segments or {}).items()})
    rows = [(r, r, theme, polarity if isinstance(polarity, str) else polarity[theme])
            for theme, who in raised.items() for r in who]
    opinions = pd.DataFrame(rows, columns=["respondent", "comment", "theme_id", "polarity"]).astype(
        {"respondent": "int64", "comment": "int64", "theme_id": "object", "polarity": "object"})
    known = themes or tuple(Theme(name, f"about {name}", (), 1) for name in raised)
    columns_of = tuple(MeasureColumn(m, m, RatingScale(1, 5) if m in ("csat", "ces", "stars") else None)
                       for m in measures)
    return Observations(table, opinions, tuple(known), n, basis, columns_of)


def population(n=600, *, seed=0, rider=True):
    """Return observations in which "bad" goes with detractors, "good" with promoters, "idle" with nothing.

    Half of those who raise "bad" raise "rider" too, which by itself changes nothing.
    """
    random = np.random.default_rng(seed)
    bad, good, idle = (random.random(n) < share for share in (0.2, 0.2, 0.1))
    ride = (random.random(n) < 0.05) | (bad & (random.random(n) < 0.5) & rider)
    chance = np.tile([0.2, 0.3, 0.5], (n, 1))
    chance[bad] = [0.7, 0.2, 0.1]
    chance[good & ~bad] = [0.02, 0.08, 0.9]
    category = (random.random(n)[:, None] > chance.cumsum(axis=1)[:, :2]).sum(axis=1)
    raised = {"bad": np.flatnonzero(bad), "good": np.flatnonzero(good), "idle": np.flatnonzero(idle),
              "rider": np.flatnonzero(ride)}
    return observe([NAMES[k] for k in category], raised)
