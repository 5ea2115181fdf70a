"""The first page."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.store.contents import contents
from cx_text.web.people import viewer
from cx_text.web.rendering import render
from cx_text.web.settings import store_of

router = APIRouter()


@router.get("/", dependencies=[Depends(viewer)])
def show_start(request: Request) -> Response:
    """Show what the store holds, or how to begin where it is empty."""
    return render(request, "start.html.j2", contents=contents(store_of(request)))
