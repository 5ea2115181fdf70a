"""Alerts: what really changed, how sure that is, who was told, and what people say of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from cx_text.errors import ConfigError
from cx_text.report import drawing
from cx_text.report.alert_chart import alert_chart
from cx_text.store import alerts, deliveries
from cx_text.store.alerts import FIRING, RESOLVED, Alert
from cx_text.store.codeframes import StoredCodeframe
from cx_text.web import alert_facts
from cx_text.web.filters import address
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import snapshots_of, store_of

router = APIRouter(prefix="/alerts")
Editor = Annotated[CurrentUser, Depends(editor)]
PAGE = 50
_MOST_ID = 2**31 - 1  # of a row


@router.get("", dependencies=[Depends(viewer)])
def show_alerts(request: Request, state: str = "", watch: str = "", before: int | None = None) -> Response:
    """List alerts, those that fire first, and how far each watch is."""
    if state not in ("", FIRING, RESOLVED):
        raise ConfigError(f"there is no state {state!r} of an alert", next=f"There are: {FIRING}, {RESOLVED}")
    before = None if before is None else min(max(before, 0), _MOST_ID)
    with store_of(request).reading() as connection:
        counts = alerts.alert_counts(connection)
        # One list is paged: the one that was asked for, or those that are over below all that fire.
        firing = alerts.alerts_of(connection, watch=watch or None, state=FIRING, limit=PAGE + 1,
                                  before=before) if state == FIRING or (not state and before is None) else []
        resolved = alerts.alerts_of(connection, watch=watch or None, state=RESOLVED, limit=PAGE + 1,
                                    before=before) if state != FIRING else []
        watches = alert_facts.watch_lines(connection)
        dead = deliveries.dead_letters(connection)
    paged = firing if state == FIRING else resolved
    following = address("/alerts", [(name, str(value)) for name, value in (
        ("state", state), ("watch", watch), ("before", paged[PAGE - 1].id)) if value]) if len(paged) > PAGE else None
    return render(request, "alerts.html.j2", state=state, watch=watch, counts=counts, watches=watches, dead=dead,
                  firing=[alert_facts.alert_line(one) for one in firing[:PAGE]],
                  resolved=[alert_facts.alert_line(one) for one in resolved[:PAGE]],
                  has_more_firing=len(firing) > PAGE and state != FIRING, next_page=following,
                  has_refit=any(line.drift for line in watches) and _has_refit(request), is_later=before is not None)


@router.get("/{alert_id:int}", dependencies=[Depends(viewer)])
def show_alert(request: Request, alert_id: int) -> Response:
    """Show one alert: what changed, its picture, the customers' words, and who was told."""
    found = _known(request, alert_id)
    with store_of(request).reading() as connection:
        quotes = alert_facts.quotes_of(connection, found)
        told = deliveries.deliveries_of_alert(connection, alert_id)
    themes = {theme.id for theme in snapshots_of(request).current().snapshot.themes if not theme.is_hidden}
    is_theme = found.subject["per"] == "theme" and found.subject.get("id") in themes
    kept = request.app.state.__dict__.setdefault("alert_pictures", {})
    return render(request, "alert.html.j2", line=alert_facts.alert_line(found), alert=found, quotes=quotes, told=told,
                  picture=alert_facts.alert_picture(found, kept), rows=alert_facts.figure_rows(found),
                  sources=alert_facts.source_rows(found), comments_href=alert_facts.comments_address(found),
                  theme_id=found.subject["id"] if is_theme and found.kind != "new_theme" else "")


@router.get("/{alert_id:int}/chart.{ending}", dependencies=[Depends(viewer)])
def download_chart(request: Request, alert_id: int, ending: Literal["png", "svg"]) -> Response:
    """Return the picture of an alert as a file."""
    chart = alert_chart(_known(request, alert_id))
    if chart is None:
        raise HTTPException(404, "There is nothing to draw.")
    is_png = ending == "png"
    content = drawing.to_png(chart) if is_png else drawing.to_svg(chart, background="#ffffff").encode()
    return Response(content, media_type="image/png" if is_png else "image/svg+xml", headers={
        "Content-Disposition": f'attachment; filename="alert-{alert_id}.{ending}"',
        "Cache-Control": "private, no-cache"})


@router.post("/{alert_id:int}/verdict")
def say_of_alert(request: Request, user: Editor, alert_id: int, verdict: Annotated[str, Form()] = "",
                 note: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Write down whether an alert was real."""
    _known(request, alert_id)
    with store_of(request).writing() as connection:
        alerts.say_of_alert(connection, alert_id, by=user.name, verdict=verdict or None, note=note)
    return see_other(request, f"/alerts/{alert_id}", notice="Written down.")


@router.post("/deliveries/{delivery_id:int}/again")
def send_again(request: Request, user: Editor, delivery_id: int, alert: Annotated[str, Form()] = "") -> Response:
    """Let a message that could not be sent wait again: the next look sends it."""
    del user
    with store_of(request).writing() as connection:
        deliveries.retry_delivery(connection, min(delivery_id, _MOST_ID))
    return see_other(request, f"/alerts/{alert}" if alert.isascii() and alert.isdecimal() else "/alerts",
                     notice="The next look sends it.")


def _known(request: Request, alert_id: int) -> Alert:
    with store_of(request).reading() as connection:
        found = alerts.alert(connection, alert_id) if alert_id <= _MOST_ID else None
    if found is None:
        raise HTTPException(404, "There is no such alert.")
    return found


def _has_refit(request: Request) -> bool:
    """Whether a refit waits for somebody to accept or drop it."""
    run = snapshots_of(request).current().run
    name = run.codeframe_name if run is not None else None
    store = store_of(request)
    return (StoredCodeframe(store, name) if name else StoredCodeframe(store)).diff() != []
