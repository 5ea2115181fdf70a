"""Whether the server lives and watches look, and what is counted: for whoever watches over it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import JSONResponse, Response

from cx_text.monitor.metrics import CONTENT_TYPE, metrics_text
from cx_text.monitor.schedule import parse_every
from cx_text.monitor.watching import is_late
from cx_text.store.alerts import watches_standing
from cx_text.web.people import viewer
from cx_text.web.settings import store_of

router = APIRouter()


@router.get("/healthz")
def health() -> dict[str, str]:
    """Say that the server answers; nothing of the store."""
    return {"status": "ok"}


@router.get("/healthz/watch")
def watch_health(request: Request, within: str = "2h",
                 watch: Annotated[list[str] | None, Query(max_length=20)] = None) -> Response:
    """Say whether each watch has looked well within a time, 503 where one has not.

    Args:
        request: What was asked.
        within: How long ago the last good look may be, such as 2h.
        watch: Names of watches; all that ever looked when not given.
    """
    length, now = parse_every(within), datetime.now(UTC)
    with store_of(request).reading() as connection:
        good_at = {one.watch: one.good_at for one in watches_standing(connection)}
    late = [name for name in watch or good_at if is_late(good_at.get(name), now, length)]
    answer: dict[str, Any] = {"status": "late", "watches": late} if late else {"status": "ok"}
    return JSONResponse(answer, 503 if late else 200)


@router.get("/metrics", dependencies=[Depends(viewer)])
def metrics(request: Request) -> Response:
    """Return what is counted, as Prometheus reads it."""
    return Response(metrics_text(store_of(request)), media_type=CONTENT_TYPE)
