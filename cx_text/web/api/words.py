"""`/api/v1`: comments in their words, and search."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request

from cx_text.backends.base import IntArray
from cx_text.comment import Polarity
from cx_text.store.reading import CommentRow, comment_of, comments_of
from cx_text.store.searching import search_words
from cx_text.web.api import words_models as models
from cx_text.web.api.looking import FAILURES, After, Limit, Look, Looked, OfSnapshot, needed, page_of_ids
from cx_text.web.api.meanings import nearest_comments
from cx_text.web.api.plain import plain
from cx_text.web.people import viewer
from cx_text.web.settings import store_of

router = APIRouter(prefix="/api/v1", tags=["comments"], dependencies=[Depends(viewer)], responses=FAILURES,
                   route_class=OfSnapshot)
StoreId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/comments", response_model=models.Comments)
def comments(request: Request, looked: Look, after: After = None, limit: Limit = 50,
             theme: Annotated[str | None, Query(
                 max_length=64, description='Raising this theme or a sub-theme of it; "unclear" for none.')] = None,
             polarity: Annotated[Polarity | None, Query(
                 description="With a theme: of an opinion in it; else of the whole comment.")] = None) -> Any:
    """List comments of a view, the newest first, by pages."""
    part = looked.part
    if theme is None:
        ids = part.comment_ids(comment_polarity=polarity and polarity.value)
    else:
        themes = [""] if theme == "unclear" else part.with_sub_themes(theme)
        ids = part.comment_ids(themes=themes, polarity=polarity and polarity.value)
    page, following = page_of_ids(ids, after, limit)
    return {"of": looked.basis, "n": len(ids), "comments": _read(request, looked, page), "next": following}


@router.get("/comments/{comment_id}", response_model=models.CommentDetail)
def comment(request: Request, looked: Look, comment_id: StoreId) -> Any:
    """Show a comment, where it came from, and its older versions."""
    with store_of(request).reading() as connection:
        found = needed(comment_of(connection, comment_id, looked.run_id), f"comment {comment_id}")
    return {**shown(found), "file_name": plain(found.file_name), "row": found.row, "column": plain(found.column),
            "stored_at": found.stored_at,
            "versions": [plain({"version": v.version, "received_at": v.received_at, "nps_score": v.nps_score,
                                "verbatim": v.verbatim, "stored_at": v.stored_at}) for v in found.versions]}


@router.get("/search", response_model=models.Found)
def search(request: Request, looked: Look,
           q: Annotated[str, Query(max_length=1000, description='Words, "a phrase", -without, this OR that.')],
           by: Literal["words", "meaning"] = "words", after: After = None, limit: Limit = 50) -> Any:
    """Search comments of a view by their words, the one stored last first, or by meaning, the nearest first."""
    if by == "meaning":
        ids, is_cut = nearest_comments(request, looked, q), False
    else:
        with store_of(request).reading() as connection:
            matches = search_words(connection, q)
        ids, is_cut = _in_view(looked, matches.ids), matches.is_cut
    page, following = page_of_ids(ids, after, limit)
    return {"of": looked.basis, "by": by, "n": len(ids), "is_cut": is_cut,
            "comments": _read(request, looked, page), "next": following}


def shown(row: CommentRow) -> dict[str, Any]:
    """Return a comment as the API gives it: the fields of `words_models.Comment`."""
    tags = row.tags
    read = {name: getattr(tags, name, None) for name in ("text", "language", "kind", "polarity", "polarity_score",
                                                         "confidence", "flagged")}
    given = {name: getattr(row, name) for name in (
        "id", "key", "version", "source", "question", "received_at", "nps_score", "rating", "rating_lowest",
        "rating_highest", "author", "segments", "measures", "verbatim", "url", "removed_at")}
    said = [{"start": o.start, "end": o.end, "words": row.words_of(o), "polarity": o.polarity,
             "polarity_score": o.polarity_score, "confidence": o.confidence, "theme_id": o.theme_id,
             "theme_confidence": o.theme_confidence} for o in row.opinions]
    found: dict[str, Any] = plain({**given, **read, "opinions": said, "mentions": row.mentions})
    return found


def _read(request: Request, looked: Looked, ids: list[int]) -> list[dict[str, Any]]:
    with store_of(request).reading() as connection:
        return [shown(row) for row in comments_of(connection, ids, looked.run_id)]


def _in_view(looked: Looked, ids: list[int]) -> IntArray:
    """Return those of some comments that are in the view, in their order."""
    own = looked.part.snapshot.ids[looked.part.keep]
    found = np.array(ids, dtype=np.int64)
    return found[np.isin(found, own)]
