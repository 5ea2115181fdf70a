"""Net sentiment: the share of comments that are positive minus the share that are negative, and how it went."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.comment import Polarity
from cx_text.insights.intervals import Figure, design_effect
from cx_text.insights.nps import nps
from cx_text.insights.observations import places_among
from cx_text.insights.scores import numbered_months

_PLACES = {Polarity.NEGATIVE.value: 0, Polarity.NEUTRAL.value: 1, Polarity.MIXED.value: 1, Polarity.POSITIVE.value: 2}


def net_sentiment(polarity: pd.Series, customers: IntArray | None = None) -> Figure | None:
    """Return the share positive minus the share negative in points, -100 to 100; None where nothing has a polarity.

    It is the difference that an NPS is, of other kinds of rows, and has the same interval (`cx_text.insights.nps.nps`),
    as that of brands has. Neutral and mixed ones count as neither.

    Args:
        polarity: Of each comment; missing ones are left out.
        customers: int64, whose comment each is; None: each is another's.
    """
    place = places_among(polarity, _PLACES)
    known = place >= 0
    effect = 1.0 if customers is None else design_effect((place[known] - 1).astype(np.float64),
                                                               customers[known])
    found = nps(*np.bincount(place[known], minlength=3).tolist(), design_effect=effect)
    return None if found is None else Figure(found.nps, found.low, found.high, found.n)


def sentiment_months(received_at: pd.Series, polarity: pd.Series) -> pd.DataFrame | None:
    """Return month (UTC), n, nps, nps_low, nps_high of the net sentiment, as charts of an NPS take it; None undated."""
    known = received_at.notna() & polarity.notna()
    if not known.any():
        return None
    place, starts = numbered_months(received_at[known])
    kind = places_among(polarity[known], _PLACES)
    counts = np.bincount(3 * place + kind, minlength=3 * len(starts)).reshape(-1, 3)
    rows = []
    for start, own in zip(starts, counts.tolist(), strict=True):
        figure = nps(*own)
        if figure is not None:
            rows.append((start, figure.n, figure.nps, figure.low, figure.high))
    return pd.DataFrame(rows, columns=["month", "n", "nps", "nps_low", "nps_high"])
