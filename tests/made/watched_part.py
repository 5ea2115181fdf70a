"""A part of an invented store from a few rows, without a store: what is watched, and what was said of it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from cx_text.codeframe import Theme
from cx_text.monitor.history import history_of
from cx_text.snapshot import Snapshot
from cx_text.store.columns import RunColumns
from cx_text.views import View
from cx_text.watch_options import WatchOptions

THEMES = (Theme("late", "Late delivery", ("late",), 9), Theme("parcel", "Late parcel", ("parcel",), 4, parent="late"),
          Theme("app", "App", ("app",), 9), Theme("old", "Old shop", ("old",), 2, is_hidden=True))
MONDAY = date(2026, 1, 5)


def said(customer, day, *opinions, **more):
    """Return a comment: who wrote it, on which day after a Monday, and pairs of a theme and its polarity.

    `more`: source, segments (JSON), score, polarity of the whole, implied (the likeliest category), mentions (pairs of
    a brand and its polarity); `day` None is a comment without a date.
    """
    return {"customer": customer, "day": day, "opinions": opinions, "source": "survey", "segments": None,
            "score": None, "polarity": opinions[0][1] if opinions else "neutral", "implied": None, "mentions": (),
            **more}


def made_part(rows, themes=THEMES):
    """Return the part that holds all of some comments."""
    n = len(rows)
    times = [None if row["day"] is None else datetime.combine(MONDAY, datetime.min.time(), UTC) + timedelta(
        days=row["day"], hours=10) for row in rows]
    implied = {f"implied_{name}": [np.nan if row["implied"] is None else 0.8 if row["implied"] == name else 0.1
                                   for row in rows] for name in ("detractor", "passive", "promoter")}
    comments = pd.DataFrame({
        "id": np.arange(100, 100 + n), "import_id": np.ones(n, dtype=np.int64),
        "received_at": pd.Series(pd.to_datetime(pd.Series(times), utc=True)).dt.as_unit("us"),
        **{name: pd.Categorical([row[name] for row in rows]) for name in ("source", "segments", "polarity")},
        "author": pd.Categorical([row["customer"] for row in rows]), "measures": pd.Categorical([None] * n),
        "key": pd.Categorical([None] * n), "nps_score": np.array([row["score"] for row in rows], dtype=np.float32),
        **{name: np.full(n, np.nan, dtype=np.float32) for name in ("rating", "rating_lowest", "rating_highest")},
        "language": pd.Categorical(["en"] * n), "kind": pd.Categorical(["answer"] * n),
        "polarity_score": np.zeros(n, dtype=np.float32), "confidence": np.ones(n, dtype=np.float32),
        **{name: np.array(own, dtype=np.float32) for name, own in implied.items()},
        "is_flagged": np.zeros(n, dtype=bool), "is_read": np.ones(n, dtype=bool)})
    spoken = [(place, *one) for place, row in enumerate(rows) for one in row["opinions"]]
    named = [(place, *one) for place, row in enumerate(rows) for one in row["mentions"]]
    opinions = pd.DataFrame({"id": np.arange(len(spoken)), "theme_id": pd.Categorical([one[1] for one in spoken]),
                             "polarity": pd.Categorical([one[2] for one in spoken]), "place": _places(spoken)})
    mentions = pd.DataFrame({"brand": pd.Categorical([one[1] for one in named]),
                             "polarity": pd.Categorical([one[2] for one in named]), "place": _places(named)})
    return Snapshot(RunColumns(comments, opinions, mentions, {}), themes).part(View())


def made_history(rows, *, until=None, themes=THEMES, **options):
    """Return the history of some comments up to a day after the Monday, the last one's when not given."""
    last = max(row["day"] for row in rows if row["day"] is not None) if until is None else until
    return history_of(made_part(rows, themes), WatchOptions(**options), MONDAY + timedelta(days=last))


def _places(rows):
    return np.array([row[0] for row in rows], dtype=np.int64)
