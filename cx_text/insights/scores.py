"""The scores of an export, each by itself: NPS, CSAT, effort, stars, attrition, value; and the NPS over time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cx_text.backends.base import IntArray
from cx_text.insights.effects import Floats
from cx_text.insights.intervals import Figure, design_effect, mean_figure, share_figure
from cx_text.insights.nps import CATEGORIES, Nps, nps
from cx_text.insights.observations import POINTS, Observations, places_among, units_of
from cx_text.measures import MEASURES, MeasureColumn, MeasureKind

SCORE_COLUMNS = (
    "measure",  # "nps", "nps_proxy", "rating", a name of cx_text.measures, "retention", "clv"
    "title",
    "counted_from",  # the scale, or what was taken for granted
    "value", "low", "high",  # with a 95 % interval
    "unit",  # "points", "%", "of 5", or "" for amounts
    "n",  # rows of the export that hold it
    "first_at", "last_at",  # period of those, UTC; missing without dates
    "interval",  # how it was made
)
_WILSON, _STUDENT = "Wilson", "Student's t"


def nps_figure(observations: Observations) -> Nps | None:
    """Return the NPS of all rows with a score, or the proxy that ratings give; None without any.

    Where customers have several rows, the interval takes that into account (`design_effect`).
    """
    known = observations.respondents["category"].dropna()
    counts = [int((known == c.value).sum()) for c in CATEGORIES]
    points = np.asarray(known.map(POINTS), dtype=np.float64)
    return nps(*counts, basis=observations.basis, design_effect=_design_effect(observations, known.index, points))


def _design_effect(observations: Observations, rows: pd.Index, values: Floats) -> float:
    return design_effect(values, units_of(observations).loc[rows].to_numpy(dtype=np.int64))


def score_table(observations: Observations) -> pd.DataFrame:
    """Return one row a score with SCORE_COLUMNS; scales are never pooled, and a proxy is called one.

    The NPS has the adjusted-Wald interval, shares have Wilson's, means Student's. Attrition is the share of customers
    lost, retention the share kept (Farris et al. 2010, "Marketing Metrics").
    """
    rows = []
    own = nps_figure(observations)
    if own:
        title = f"NPS proxy, from {own.basis}" if own.is_proxy else "NPS"
        rows.append(_row(observations, "category", "nps_proxy" if own.is_proxy else "nps", title,
                         "ratings standing in for scores" if own.is_proxy else "scores of 0 to 10",
                         Figure(own.nps, own.low, own.high, own.n), "points", "adjusted Wald"))
    if observations.rating_scale and not any(m.measure == "stars" for m in observations.measures):
        rows += _measured(observations, MeasureColumn("stars", "rating", observations.rating_scale), "rating")
    for column in observations.measures:
        rows += _measured(observations, column, column.measure)
    clv = _lifetime_value(observations)
    if clv:
        rows.append(_row(observations, "revenue", "clv", "Customer lifetime value, estimated",
                         "revenue and attrition of one period, 10 % discount, all revenue as margin", clv, "",
                         "bootstrap"))
    table = pd.DataFrame(rows, columns=list(SCORE_COLUMNS))
    for end in ("first_at", "last_at"):
        table[end] = pd.to_datetime(table[end], utc=True).dt.as_unit("us")
    texts = ("measure", "title", "counted_from", "unit", "interval")
    return table.astype({**dict.fromkeys(texts, "str"), **dict.fromkeys(("value", "low", "high"), "float64"),
                         "n": "int64"})


def months_of(observations: Observations) -> pd.DataFrame | None:
    """Return month (UTC), n, nps, nps_low, nps_high, one row a month that has scores; None without dates."""
    known = observations.respondents.dropna(subset=["received_at", "category"])
    if known.empty:
        return None
    place, starts = numbered_months(known["received_at"])
    kind = places_among(known["category"], {c.value: k for k, c in enumerate(CATEGORIES)})
    counts = np.bincount(3 * place + kind, minlength=3 * len(starts)).reshape(-1, 3)
    rows = []
    for start, own in zip(starts, counts.tolist(), strict=True):
        figure = nps(*own, basis=observations.basis)
        if figure:
            rows.append((start, figure.n, figure.nps, figure.low, figure.high))
    return pd.DataFrame(rows, columns=["month", "n", "nps", "nps_low", "nps_high"])


def numbered_months(received_at: pd.Series) -> tuple[IntArray, list[pd.Timestamp]]:
    """Return the place of each time's month, int64 (n,), and the first moment (UTC) of each month that has any.

    Args:
        received_at: Times with a zone, none missing.
    """
    months = received_at.dt.tz_convert(None).to_numpy(dtype="datetime64[us]").astype("datetime64[M]").astype(np.int64)
    places, every = pd.factorize(months, sort=True)
    starts = [pd.Period(ordinal=int(month), freq="M").to_timestamp().tz_localize("UTC") for month in every]
    return places.astype(np.int64), starts


def lifetime_value(revenue: Floats, churned: Floats, *, margin: float = 1.0, discount: float = 0.1) -> float:
    """Return the customer lifetime value m · r / (1 + d - r) (Gupta and Lehmann 2003, J. Interactive Marketing 17:9).

    Args:
        revenue: float64 (n_customers,), of one period.
        churned: float64 (n_customers,), 1 for a customer lost in such a period, else 0.
        margin: Share of the revenue that is margin; 1 gives the value in revenue.
        discount: Rate of one period, 0.1 for 10 %.

    Raises:
        ValueError: There are no customers, or the margin or discount is not above 0.
    """
    if not len(revenue) or not len(churned) or margin <= 0 or discount <= 0:
        raise ValueError(f"no value from {len(revenue)} customers, margin {margin}, discount {discount}")
    retention = 1 - float(churned.mean())
    return float(margin * revenue.mean() * retention / (1 + discount - retention))


def _lifetime_value(observations: Observations, n_draws: int = 1000) -> Figure | None:
    """Return the value from columns of revenue and attrition, with a bootstrap interval; None without both of them."""
    if not {"revenue", "churned"} <= {m.measure for m in observations.measures}:
        return None
    known = observations.respondents[["revenue", "churned"]].dropna().to_numpy(dtype=np.float64)
    if len(known) < 2:
        return None
    rng = np.random.default_rng(0)
    drawn = [lifetime_value(*known[rng.integers(0, len(known), len(known))].T) for _ in range(n_draws)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(lifetime_value(*known.T), float(low), float(high), len(known))


def _measured(observations: Observations, column: MeasureColumn, name: str) -> list[list[object]]:
    """Return the rows of one measure: its share or its mean, and what follows from it."""
    measure = MEASURES[column.measure]
    if name == "rating":
        measure = replace(measure, name="rating", title="Rating")
    known = observations.respondents[name].dropna()
    values = known.to_numpy(dtype=np.float64)
    if not len(values):
        return []
    if measure.kind is MeasureKind.AMOUNT:
        figure = mean_figure(values, design_effect=_design_effect(observations, known.index, values))
        return [_row(observations, name, measure.name, measure.title, f"mean of {column.column!r}", figure, "",
                     _STUDENT)] if figure else []
    is_top = np.array([column.is_top(v) for v in values])
    effect = _design_effect(observations, known.index, is_top.astype(np.float64))
    share, kept = (share_figure(int(yes.sum()), len(values), design_effect=effect) for yes in (is_top, ~is_top))
    if column.scale is None:
        rows = [_row(observations, name, measure.name, measure.title, f"yes in {column.column!r}", share, "%", _WILSON)]
        if measure.name == "churned":
            rows.append(_row(observations, name, "retention", "Retention", f"no in {column.column!r}", kept, "%",
                             _WILSON))
        return rows
    top = min(v for v in range(column.scale.lowest, column.scale.highest + 1) if column.is_top(v))
    scale = column.scale
    return [_row(observations, name, measure.name, measure.title, f"{top} to {scale.highest} on {scale}", share, "%",
                 _WILSON),
            _row(observations, name, f"{measure.name}_mean", f"{measure.title}, mean", f"scale {scale}",
                 mean_figure(values, design_effect=_design_effect(observations, known.index, values)),
                 f"of {scale.highest}", _STUDENT)]


def _row(observations: Observations, column: str, name: str, title: str, counted_from: str, figure: Figure | None,
         unit: str, interval: str) -> list[object]:
    times = observations.respondents.loc[observations.respondents[column].notna(), "received_at"]
    value = (figure.value, figure.low, figure.high) if figure else (np.nan,) * 3
    return [name, title, counted_from, *value, unit, figure.n if figure else 0, times.min(), times.max(), interval]
