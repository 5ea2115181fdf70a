"""The first page: how it stands, what changed, what costs and lifts, and where the comments come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.comment import Polarity
from cx_text.insights.conflicts import LEAST_STRENGTH, LOW_SCORE_PRAISE, SILENT_RISK
from cx_text.insights.drivers import ANYTHING
from cx_text.insights.nps import CATEGORIES, Nps, nps_of
from cx_text.part import Part
from cx_text.report import figures, sections
from cx_text.report.sentences import change_sentence, counted_from, first_level, implied_sentence, nps_name
from cx_text.store.alerts import FIRING, alerts_of
from cx_text.store.contents import contents
from cx_text.web.alert_facts import alert_line
from cx_text.web.filters import address, filter_bar
from cx_text.web.people import viewer
from cx_text.web.pictures import CAPTIONS, picture
from cx_text.web.rendering import render
from cx_text.web.settings import store_of
from cx_text.web.theme_lines import Effect, Spark, effect_of, spark
from cx_text.web.viewing import Looked, look

router = APIRouter()
N_EFFECTS = 5
N_ALERTS = 3
LEAST_IMPLIED = 30  # comments without a score, before what their words imply is shown


@dataclass(frozen=True, slots=True)
class Ranked:
    """A theme among those that cost or lift most; `n` customers raise it."""

    id: str
    label: str
    n: int
    effect: Effect


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source in a view: its comments, how they came over time, and its NPS where it has scores."""

    name: str
    n: int
    spark: Spark | None
    nps: Nps | None
    href: str


@router.get("/", dependencies=[Depends(viewer)])
def show_overview(request: Request) -> Response:
    """Show how it stands in a view."""
    looked = look(request)
    part = looked.part
    if not looked.taken.snapshot.n_comments:
        return render(request, "start.html.j2", contents=contents(store_of(request)))
    bar = filter_bar(looked, "/")
    with store_of(request).reading() as connection:
        firing = [alert_line(one) for one in alerts_of(connection, state=FIRING, limit=N_ALERTS)]
    if not part.n_comments:
        return render(request, "overview.html.j2", bar=bar, firing=firing)
    is_whole = looked.value("all") == "1"
    whole = address("/", [*looked.view.pairs(), ("all", "1")])
    if is_whole:
        _ = part.drivers, part.change
    return render(
        request, "overview.html.j2", bar=bar, firing=firing, captions=CAPTIONS, query=looked.view.query(),
        pictures={name: picture(part, name, whole="" if is_whole else whole) for name in drawable(part)},
        sources=part.once("sources", lambda: source_lines(looked)),
        has_effects=part.has_drivers, is_whole=is_whole, all_address=whole,
        addresses={name: address(f"/overview/{name}", looked.view.pairs()) for name in ("effects", "change")},
        **headline(part), **(effects(part) if part.has_drivers else _NO_EFFECTS),
        **(changes(part) if is_whole else _NO_CHANGE))


@router.get("/overview/effects", dependencies=[Depends(viewer)])
def show_effects(request: Request) -> Response:
    """Show what costs and lifts most: a part of the page that takes a while the first time."""
    looked = look(request)
    _ = looked.part.drivers
    return render(request, "overview_effects.html.j2", query=looked.view.query(), has_effects=True,
                  nps_name=nps_name(looked.part.nps), addresses={}, all_address="", **effects(looked.part))


@router.get("/overview/change", dependencies=[Depends(viewer)])
def show_change(request: Request) -> Response:
    """Show what moved the NPS: a part of the page that takes a while the first time."""
    looked = look(request)
    return render(request, "overview_change.html.j2", is_whole=True, nps_name=nps_name(looked.part.nps), addresses={},
                  all_address="", **changes(looked.part))


_NO_EFFECTS: dict[str, Any] = {"costs": [], "lifts": [], "has_verdicts": False}
_NO_CHANGE: dict[str, Any] = {"change": None, "change_words": "", "change_picture": None, "parts": None}


def headline(part: Part) -> dict[str, Any]:
    """Return the figures at the head of the page: each with its interval and n, None where there is none."""
    implied = part.implied
    return {
        "nps": part.nps, "nps_name": nps_name(part.nps), "basis": counted_from(part.nps) if part.nps else "",
        "sentiment": part.sentiment, "n_analysed": part.n_analysed,
        "conflicts": part.once("conflicts", lambda: conflicts(part)),
        "n_themes": len(part.raised.themes), "share_unclear": part.share_unclear,
        "implied": implied_sentence(implied) if implied and implied.n >= LEAST_IMPLIED else ""}


def drawable(part: Part) -> list[str]:
    """Return the names of the charts for which a view holds something."""
    if not part.n_comments:
        return []
    there = {"nps": part.months is not None, "sentiment": part.sentiment_months is not None,
             "polarity": bool(part.n_analysed), "sources": bool(part.periods.starts)}
    return [name for name, is_there in there.items() if is_there]


def effects(part: Part) -> dict[str, Any]:
    """Return the five themes that cost most and the five that lift most, by their adjusted points."""
    rows = first_level(part.drivers[part.drivers["said"] == ANYTHING])
    rows = rows[rows["adjusted"].notna() & ~rows["is_small"] & part.has_outcomes]
    found = [Ranked(str(r["id"]), str(r["label"]), int(r["n_raisers"]), effect_of(r)) for r in rows.to_dict("records")]
    costs = sorted((r for r in found if r.effect.points < 0), key=lambda r: r.effect.points)[:N_EFFECTS]
    lifts = sorted((r for r in found if r.effect.points > 0), key=lambda r: -r.effect.points)[:N_EFFECTS]
    return {"costs": costs, "lifts": lifts, "has_verdicts": bool(found)}


def changes(part: Part) -> dict[str, Any]:
    """Return what moved the NPS, in a sentence, a picture and a table."""
    change, name = part.change, nps_name(part.nps)
    parts = None if change is None else sections.records(change.parts)
    return {"change": change, "change_words": change_sentence(change, name) if change else "",
            "change_picture": picture(part, "change") if change else None, "parts": parts}


def source_lines(looked: Looked) -> list[SourceLine]:
    """Return the sources of a view, the largest first."""
    part = looked.part
    sources = part.comments["source"].astype("str").to_numpy()
    firsts = ~pd.Series(part.snapshot.respondent[part.keep]).duplicated().to_numpy()
    found = []
    for name, n in pd.Series(sources).value_counts().items():
        own = sources == name
        places = part.periods.of_comment[own]
        counts = np.bincount(places[places >= 0], minlength=len(part.periods.starts)).astype(float).tolist()
        known = part.comments["category"][own & firsts].dropna()
        line = spark(counts, part, lambda n_then: figures.counted(n_then, "comment"))
        found.append(SourceLine(str(name), int(n), line,
                                nps_of(known, basis=part.basis),
                                address("/", looked.view.with_(sources=(str(name),)).pairs())))
    return found


def conflicts(part: Part) -> dict[str, int]:
    """Return how many comments have words that disagree with their score, by kind; as in `conflict_of`.

    Answers to questions that ask for nothing but such words are counted too, as columns in memory hold no questions.
    """
    rows = part.comments
    found = {}
    for kind, category, polarity in ((SILENT_RISK, CATEGORIES[2], Polarity.NEGATIVE),
                                     (LOW_SCORE_PRAISE, CATEGORIES[0], Polarity.POSITIVE)):
        said = np.zeros(len(rows), dtype=bool)
        said[part.places[(part.opinions["polarity"] == polarity.value).to_numpy()]] = True
        own = (rows["category"] == category.value) & (rows["polarity"] == polarity.value) & \
            (rows["polarity_score"].abs() >= LEAST_STRENGTH[kind])
        found[kind] = int((own.to_numpy(dtype=bool) & said).sum())
    return found
