"""`/api/v1`: alerts, and what people say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from cx_text.report.alert_sentences import alert_lines, alert_title
from cx_text.store import alerts as stored
from cx_text.store.alerts import Alert
from cx_text.store.deliveries import deliveries_of_alert
from cx_text.web.alert_facts import quotes_of
from cx_text.web.api import alerts_models as models
from cx_text.web.api.looking import FAILURES, After, Editor, Limit, before_id, needed, next_cursor
from cx_text.web.api.plain import plain
from cx_text.web.api.words import StoreId
from cx_text.web.people import viewer
from cx_text.web.settings import store_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter(prefix="/api/v1", tags=["alerts"], responses=FAILURES)
Viewing = [Depends(viewer)]


@router.get("/alerts", response_model=models.Alerts, dependencies=Viewing)
def all_alerts(request: Request, after: After = None, limit: Limit = 50,
               state: Annotated[Literal["firing", "resolved"] | None, Query(description="Only these.")] = None,
               watch: Annotated[str | None, Query(max_length=300, description="Of this watch.")] = None,
               theme: Annotated[str | None, Query(max_length=64, pattern=r"^\w+$",
                                                  description="Of this theme.")] = None) -> Any:
    """List alerts, the newest first."""
    with store_of(request).reading() as connection:
        found = stored.alerts_of(connection, watch=watch, state=state, theme_id=theme, before=before_id(after),
                                 limit=limit)
    return {"alerts": [_shown(one) for one in found], "next": next_cursor(found, limit)}


@router.get("/alerts/{alert_id}", response_model=models.AlertDetail, dependencies=Viewing)
def alert(request: Request, alert_id: StoreId) -> Any:
    """Show an alert, its weeks, the customers' words, and who was told."""
    with store_of(request).reading() as connection:
        return _detail(connection, alert_id)


@router.post("/alerts/{alert_id}/verdict", response_model=models.AlertDetail, status_code=201)
def say_of_alert(request: Request, user: Editor, alert_id: StoreId, given: models.NewVerdict) -> Any:
    """Say whether an alert was real."""
    with store_of(request).writing() as connection:
        needed(stored.alert(connection, alert_id), f"alert {alert_id}")
        stored.say_of_alert(connection, alert_id, by=user.name, verdict=given.verdict, note=given.note)
        return _detail(connection, alert_id)


def _detail(connection: Connection, alert_id: int) -> dict[str, Any]:
    found = needed(stored.alert(connection, alert_id), f"alert {alert_id}")
    quotes = [{"comment_id": one.comment.id, "start": one.span[0], "end": one.span[1], "words": plain(one.words)}
              for one in quotes_of(connection, found)]
    return {**_shown(found), "points": plain(found.points), "quotes": quotes,
            "deliveries": plain(deliveries_of_alert(connection, alert_id))}


def _shown(found: Alert) -> dict[str, Any]:
    return {**plain(found), "title": plain(alert_title(found)), "lines": plain(alert_lines(found))}
