"""`/api/v1`: figures of a view."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime

from cx_text.comment import Polarity
from cx_text.errors import ConfigError, hint
from cx_text.insights.change import Change, Window, compare
from cx_text.insights.drivers import driver_table
from cx_text.insights.intervals import share_figure
from cx_text.insights.nps import Nps, nps_of
from cx_text.measures import MEASURES
from cx_text.part import Part
from cx_text.web.api import figures_models as models
from cx_text.web.api.looking import FAILURES, Look, OfSnapshot, needed
from cx_text.web.api.plain import plain, records
from cx_text.web.people import viewer
from cx_text.web.rendering import store_name
from cx_text.web.settings import store_of

router = APIRouter(prefix="/api/v1", tags=["figures"], dependencies=[Depends(viewer)], responses=FAILURES,
                   route_class=OfSnapshot)
ThemeId = Annotated[str, Path(max_length=64, description="Of `themes`.")]


@router.get("/meta", response_model=models.Meta)
def meta(request: Request, looked: Look) -> Any:
    """Say what is served: the store, the run in use, how many comments."""
    taken = looked.taken
    days, run = taken.snapshot.days, taken.run
    return plain({
        "version": version("cx-text"), "store": store_name(store_of(request)),
        "run": run and {"id": run.id, "recipe": run.recipe, "started_at": run.started_at,
                        "finished_at": run.finished_at, "seed": run.manifest.get("seed"),
                        "versions": run.manifest.get("versions", {})},
        "n_comments": taken.snapshot.n_comments, "n_waiting": taken.snapshot.n_waiting,
        "n_themes": len(taken.snapshot.themes), "first_at": days and days[0], "last_at": days and days[1],
        "is_outdated": taken.is_outdated})


@router.get("/filters", response_model=models.Filters)
def filters(looked: Look) -> Any:
    """List the values that filters can have, the commonest first."""
    def listed(every: Any) -> dict[str, list[dict[str, Any]]]:
        return {plain(name): [{"value": plain(value), "n": n} for value, n in values.items()]
                for name, values in every.items()}

    snapshot = looked.taken.snapshot
    return {"filters": listed(snapshot.values), "segments": listed(snapshot.segment_values)}


@router.get("/overview", response_model=models.Overview)
def overview(looked: Look) -> Any:
    """Count NPS, net sentiment, polarity, sources and months of a view."""
    part = looked.part
    counts, months = part.polarity_by_category, part.months
    return plain({
        "of": looked.basis, "nps": part.nps, "net_sentiment": part.sentiment, "polarity": part.polarities,
        "polarity_by_category": {str(name): dict(row) for name, row in counts.iterrows()},
        "sources": _sources(part),
        "months": [] if months is None else [{**row, "month": row["month"].date()} for row in
                                             months.to_dict("records")],
        "share_unclear": part.share_unclear})


@router.get("/themes", response_model=models.Themes)
def themes(looked: Look) -> Any:
    """List the themes with their figures, the costliest first."""
    return {"of": looked.basis, "themes": records(looked.part.themes)}


@router.get("/themes/{theme_id}", response_model=models.ThemeDetail)
def theme(looked: Look, theme_id: ThemeId) -> Any:
    """Show a theme, its sub-themes, and what goes with what is said of it."""
    part, rows = looked.part, looked.part.themes
    own = needed(next(iter(records(rows[rows["id"] == theme_id])), None), "such theme")
    spoken = part.opinions["polarity"][part.opinions["theme_id"].isin(part.with_sub_themes(theme_id))]
    counts = spoken.value_counts()
    return {"of": looked.basis, "theme": own, "sub_themes": records(rows[rows["parent_id"] == theme_id]),
            "polarity": {p.value: int(counts.get(p.value, 0)) for p in Polarity},
            "effects": records(part.drivers[part.drivers["id"] == theme_id])}


@router.get("/themes/{theme_id}/trend", response_model=models.Trend)
def trend(looked: Look, theme_id: ThemeId) -> Any:
    """Count by month how many comments raise a theme."""
    needed(next((t for t in looked.taken.snapshot.themes if t.id == theme_id), None), "such theme")
    part = looked.part
    raisers = set(part.opinions["place"][part.opinions["theme_id"].isin(part.with_sub_themes(theme_id))])
    read = part.comments[part.comments["polarity"].notna() & part.comments["received_at"].notna()]
    months = read["received_at"].dt.tz_convert(None).dt.to_period("M")
    counted = read.index.isin(raisers)
    rows = []
    for month in pd.period_range(months.min(), months.max(), freq="M") if len(months) else ():
        inside = (months == month).to_numpy()
        n, n_raised = int(inside.sum()), int((inside & counted).sum())
        share = share_figure(n_raised, n)
        rows.append({"month": month.to_timestamp().date(), "n": n, "n_raised": n_raised,
                     "share": share and share.value / 100, "low": share and share.low / 100,
                     "high": share and share.high / 100})
    return plain({"of": looked.basis, "theme_id": theme_id, "months": rows})


@router.get("/drivers", response_model=models.Drivers)
def drivers(looked: Look, outcome: Annotated[str, Query(
        max_length=64, description='"nps", or a measure of the comments: churned, revenue, …')] = "nps") -> Any:
    """Count what goes with raising each theme, for the NPS or another outcome."""
    observations = looked.part.observations
    known = ("nps", *(m.measure for m in observations.measures))
    if outcome not in known:
        what = f"no outcome {outcome!r}; there are {', '.join(known)}" if outcome not in MEASURES else \
            f"no comment here has a value of {outcome!r}; there are {', '.join(known)}"
        raise ConfigError(what, next=hint(outcome, known))
    rows = looked.part.drivers if outcome == "nps" else driver_table(observations, outcome)
    return {"of": looked.basis, "outcome": outcome, "drivers": records(rows)}


@router.get("/segments", response_model=models.Segments)
def segments(looked: Look) -> Any:
    """Count the NPS of each value of each segment, and its difference to all others."""
    return {"of": looked.basis, "segments": records(looked.part.segments)}


@router.get("/change", response_model=models.Change)
def change(looked: Look, at: Annotated[AwareDatetime | None, Query(
        description="From when on is compared with before. When not given: the view against the time as long before, "
        "of all time its halves.")] = None) -> Any:
    """Split what moved the NPS between two windows into parts that add up to it."""
    found = looked.part.change if at is None else compare(looked.part.observations, at=at)
    if found is None:
        return {"of": looked.basis, "before": None, "after": None, "before_time": None, "after_time": None, "parts": []}
    return {"of": looked.basis, **_changed(found)}


@router.get("/codeframe", response_model=models.Codeframe)
def codeframe(looked: Look) -> Any:
    """List the themes in use as people and discovery made them, hidden ones too."""
    found = looked.taken.codeframe
    if found is None:
        return {"version": None, "min_confidence": None, "made_by": {}, "themes": []}
    return plain({"version": found.version, "min_confidence": found.min_confidence, "made_by": found.made_by,
                  "themes": found.themes})


def _changed(found: Change) -> dict[str, Any]:
    def span(window: Window) -> dict[str, datetime | None]:
        return {"start": window.start, "end": window.end}

    return {"before": plain(found.before), "after": plain(found.after), "before_time": span(found.windows[0]),
            "after_time": span(found.windows[1]), "parts": records(found.parts)}


def _sources(part: Part) -> list[dict[str, Any]]:
    respondents = part.observations.respondents
    of_each: dict[str, Nps | None] = {
        str(name): nps_of(rows["category"], basis=part.basis) for name, rows in respondents.groupby("source")}
    counts = part.comments["source"].astype("str").value_counts()
    return [{"source": name, "n_comments": int(n), "nps": of_each.get(str(name))} for name, n in counts.items()
            if n]

