"""Pictures to take away: each chart of a view as PNG or SVG."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import Response

from cx_text.report import drawing
from cx_text.web.pages.theme import theme_chart
from cx_text.web.people import viewer
from cx_text.web.pictures import CAPTIONS, CHARTS, picture
from cx_text.web.rendering import render
from cx_text.web.viewing import Looked, look

router = APIRouter()
_NONE = "There is no such chart."


@router.get("/charts/{name}.html", dependencies=[Depends(viewer)])
def show_chart(request: Request, name: str) -> Response:
    """Show one chart of the view in the address: a part of a page that is fetched when the page is there."""
    if name not in CHARTS:
        raise HTTPException(404, _NONE)
    drawn = picture(look(request).part, name)
    if drawn is None:
        return Response()
    return render(request, "chart.html.j2", drawn=drawn, caption=CAPTIONS.get(name, ""))


@router.get("/charts/{name}.{ending}", dependencies=[Depends(viewer)])
def download_chart(request: Request, name: str, ending: Literal["png", "svg"],
                   theme: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Return a chart of the view in the address as a file."""
    looked = look(request)
    chart = _chart(looked, name, theme)
    if chart is None:
        raise HTTPException(404, "There is nothing to draw in this view.")
    is_png = ending == "png"
    content = drawing.to_png(chart) if is_png else drawing.to_svg(chart, background="#ffffff").encode()
    return Response(content, media_type="image/png" if is_png else "image/svg+xml", headers={
        "Content-Disposition": f'attachment; filename="{name}.{ending}"', "Cache-Control": "private, no-cache"})


def _chart(looked: Looked, name: str, theme: str) -> drawing.Chart | None:
    if name == "theme":
        return theme_chart(looked, theme, drawing.WIDE)
    if name not in CHARTS:
        raise HTTPException(404, _NONE)
    return CHARTS[name](looked.part, drawing.WIDE)
