"""One theme: its figures, how often it is raised, by whom, and the words of customers; and what is in no theme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from cx_text.codeframe import Theme
from cx_text.report import drawing, trend_charts
from cx_text.report.sentences import nps_name
from cx_text.store.alerts import alerts_of
from cx_text.web import theme_facts
from cx_text.web.alert_facts import AlertLine, alert_line
from cx_text.web.filters import address, filter_bar
from cx_text.web.listing import chosen_ids, listed, polarity_of
from cx_text.web.people import viewer
from cx_text.web.pictures import picture
from cx_text.web.rendering import render
from cx_text.web.settings import store_of
from cx_text.web.theme_facts import DecisionMark
from cx_text.web.theme_lines import theme_lines
from cx_text.web.viewing import Looked, look

router = APIRouter()
UNCLEAR = "unclear"
_VOICES = "voices"
N_ALERTS = 10


@router.get("/themes/unclear", dependencies=[Depends(viewer)])
def show_unclear(request: Request) -> Response:
    """Show the opinions that are in no theme, inside their comments."""
    looked = look(request)
    return render(request, "unclear.html.j2", **_words_of(request, looked, f"/themes/{UNCLEAR}", [""]),
                  share=looked.part.share_unclear, query=looked.view.query())


@router.get("/themes/{theme_id}", dependencies=[Depends(viewer)])
def show_theme(request: Request, theme_id: str) -> Response:
    """Show a theme in a view."""
    looked = look(request)
    theme = _needed(looked, theme_id)
    part, path = looked.part, f"/themes/{theme.id}"
    if looked.value("all") == "1":
        _ = part.drivers  # counted now, and shown whole
    marks = theme_facts.decisions_about(store_of(request), looked.taken.run, theme)
    with store_of(request).reading() as connection:
        alerts = [alert_line(one) for one in alerts_of(connection, theme_id=theme.id, limit=N_ALERTS)]
    above = next((t for t in looked.taken.snapshot.themes if t.id == theme.parent), None)
    line = next(line for top in theme_lines(part) for line in (top, *top.subs) if line.theme.id == theme.id)
    own, groups = theme_facts.figures_of(part, theme.id), theme_facts.who_raises(part, theme.id)
    return render(
        request, "theme.html.j2", theme=theme, above=above, line=line, marks=marks,
        run=looked.taken.run, version=getattr(looked.taken.codeframe, "version", None),
        share=own.share, nps=own.nps,
        nps_name=nps_name(part.nps), chart=_chart(looked, theme, marks, alerts), alerts=alerts,
        unit=part.periods.unit,
        groups=groups, standing_out=theme_facts.standing_out(groups), query=looked.view.query(),
        effects_address=address(f"{path}/effects", looked.view.pairs()),
        all_address=address(path, [*looked.view.pairs(), ("all", "1")]), **_effects(looked, theme),
        **_words_of(request, looked, path, part.with_sub_themes(theme.id)))


@router.get("/themes/{theme_id}/effects", dependencies=[Depends(viewer)])
def show_effects(request: Request, theme_id: str) -> Response:
    """Show what goes with raising a theme: the part of its page that takes a while the first time."""
    looked = look(request)
    theme = _needed(looked, theme_id)
    _ = looked.part.drivers
    return render(request, "theme_effects.html.j2", theme=theme, nps_name=nps_name(looked.part.nps),
                  query=looked.view.query(), effects_address="", all_address="", **_effects(looked, theme))


def theme_chart(looked: Looked, theme_id: str, width: int,
                marks: Sequence[DecisionMark] = (), alerts: Sequence[AlertLine] = ()) -> drawing.Chart | None:
    """Return the chart of a theme over time.

    Raises:
        HTTPException: 404, there is no such theme.
    """
    theme = _needed(looked, theme_id)
    return trend_charts.theme_trend(theme_facts.figures_of(looked.part, theme.id).trend,
                                    unit=looked.part.periods.unit, marks=[(m.at, m.number) for m in marks if m.moves],
                                    alerts=[(datetime.combine(one.alert.fired_on, time(), UTC), one.alert.id)
                                            for one in alerts], width=width)


def _chart(looked: Looked, theme: Theme, marks: Sequence[DecisionMark], alerts: Sequence[AlertLine]) -> Any:
    newest = alerts[0].alert.id if alerts else 0
    return picture(looked.part, "theme", lambda width: theme_chart(looked, theme.id, width, marks, alerts),
                   key=f"{theme.id} {len(marks)} {newest}", query=f"theme={theme.id}")


def _effects(looked: Looked, theme: Theme) -> dict[str, Any]:
    part = looked.part
    found = theme_facts.effects(part, theme.id) if part.has_drivers else []
    own = next((e.effect for e in found if not e.is_sub and e.said == "anything"), None)
    return {"has_effects": part.has_drivers, "effects": found,
            "effect_sentence": theme_facts.effect_sentence(own, nps_name(part.nps)), "effect": own}


def _needed(looked: Looked, theme_id: str) -> Theme:
    theme = theme_facts.theme_of(looked.part, theme_id)
    if theme is not None:
        return theme
    hidden = next((t for t in looked.taken.snapshot.themes if t.id == theme_id), None)
    raise HTTPException(404, f"The theme “{hidden.label}” is hidden." if hidden else
                        "There is no such theme. It may have been merged into another, or belong to another version "
                        "of the themes.")


def _words_of(request: Request, looked: Looked, path: str, theme_ids: Sequence[str]) -> dict[str, Any]:
    """Return the page of comments behind a theme, with its tabs: all opinions, by polarity, and positive voices."""
    polarity, is_voices = polarity_of(looked), looked.value("tab") == _VOICES

    def to(**more: str) -> str:
        return address(path, [*looked.view.pairs(), *((n, v) for n, v in more.items() if v)])

    if is_voices:
        ids = chosen_ids(looked.part, themes=theme_ids, polarity="positive", comment_polarity="positive")
    else:
        ids = chosen_ids(looked.part, themes=theme_ids, polarity=polarity)
    page = listed(store_of(request), looked, ids)
    here = {"tab": _VOICES if is_voices else "", "polarity": "" if is_voices else polarity or ""}
    tabs = [(words, to(polarity=value) + "#words", not is_voices and value == (polarity or "")) for words, value in
            (("All", ""), ("Negative", "negative"), ("Neutral", "neutral"), ("Positive", "positive"))]
    if theme_ids != [""]:
        tabs.append(("Positive voices", to(tab=_VOICES) + "#words", is_voices))
    pages = [None if after is None else to(**here, after=after) + "#words" for after in (page.previous, page.next)]
    return {"bar": filter_bar(looked, path, keep=("polarity", "tab")), "page": page, "tabs": tabs,
            "previous": pages[0], "next": pages[1], "is_voices": is_voices, "polarity": polarity,
            "own_ids": frozenset(theme_ids)}
