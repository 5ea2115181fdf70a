"""All comments of a view, the newest first."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.web.filters import address, filter_bar
from cx_text.web.listing import chosen_ids, listed, polarity_of
from cx_text.web.people import viewer
from cx_text.web.rendering import render
from cx_text.web.settings import store_of
from cx_text.web.viewing import look

router = APIRouter()


@router.get("/comments", dependencies=[Depends(viewer)])
def show_comments(request: Request) -> Response:
    """Show the comments of a view; `polarity` is that of the whole comment, `theme` one that it raises."""
    looked = look(request)
    part, polarity, theme_id = looked.part, polarity_of(looked), looked.value("theme")
    named = next((t for t in looked.taken.snapshot.themes if t.id == theme_id and not t.is_hidden), None)
    themes = part.with_sub_themes(theme_id) if named else None
    ids = chosen_ids(part, themes=themes, comment_polarity=polarity)
    own = [("theme", theme_id)] if named else []

    def to(**more: str) -> str:
        return address("/comments", [*looked.view.pairs(), *own, *((n, v) for n, v in more.items() if v)])

    tabs = [(words, to(polarity=value), value == (polarity or "")) for words, value in
            (("All", ""), ("Negative", "negative"), ("Neutral", "neutral"), ("Mixed", "mixed"),
             ("Positive", "positive"))]
    page = listed(store_of(request), looked, ids)
    pages = [None if after is None else to(polarity=polarity or "", after=after)
             for after in (page.previous, page.next)]
    bar = filter_bar(looked, "/comments", keep=("polarity", "theme"))
    return render(request, "comments.html.j2", bar=bar, page=page, tabs=tabs, theme=named, previous=pages[0],
                  next=pages[1], query=looked.view.query(), without_theme=address(
                      "/comments", [*looked.view.pairs(), *([("polarity", polarity)] if polarity else [])]))
