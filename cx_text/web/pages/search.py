"""Search: comments by their words, or opinions by what they mean, in the part of the comments that is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.backends.base import BoolArray, IntArray
from cx_text.errors import ConfigError
from cx_text.part import Part
from cx_text.snapshots import Taken
from cx_text.store.reading import CommentRow, comments_of
from cx_text.store.searching import search_words
from cx_text.text.search_query import SearchQuery, highlight_spans, parse_query
from cx_text.web.filters import address, filter_bar
from cx_text.web.in_use import embedder_of, meanings_of
from cx_text.web.marked_words import Piece, around_first_match, marked
from cx_text.web.pages.comment import similar_comments
from cx_text.web.people import viewer
from cx_text.web.rendering import render
from cx_text.web.settings import store_of
from cx_text.web.viewing import look

router = APIRouter(prefix="/search")
PAGE = 50
_BY_MEANING = 100  # opinions that a search by meaning gives, as those further off are about something else
_LONGEST = 400  # characters of a query


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found. `n`: comments in all; `after`: the id to go on from, None on the last page."""

    comments: list[tuple[CommentRow, tuple[Piece, ...]]]
    n: int
    is_cut: bool
    after: int | None


_NOTHING = Found([], 0, False, None)


@router.get("", dependencies=[Depends(viewer)])
def show_search(request: Request, q: str = "", by: str = "words", after: int = 0) -> Response:
    """Show what a search finds."""
    looked = look(request)
    query, by_meaning = q.strip()[:_LONGEST].replace("\0", " "), by == "meaning"
    error, found = None, None
    if query:
        now, part = looked.taken, looked.part
        try:
            found = (_by_meaning(request, query, now, part) if by_meaning
                     else _by_words(request, query, now, part, after))
        except ConfigError as mistake:
            error = mistake
    own = [(name, value) for name, value in (("q", query), ("by", "meaning" if by_meaning else "")) if value]
    pairs = looked.view.pairs()
    return render(request, "search.html.j2", status=400 if error else 200, query=query, by_meaning=by_meaning,
                  found=found, error=error, bar=filter_bar(looked, "/search", keep=("q", "by")), pairs=pairs,
                  by_words_href=address("/search", [*pairs, *own[:1 if query else 0]]),
                  by_meaning_href=address("/search", [*pairs, *own[:1 if query else 0], ("by", "meaning")]),
                  next_href=address("/search", [*pairs, *own, ("after", str(found.after))])
                  if found and found.after else None)


def _by_words(request: Request, query: str, now: Taken, part: Part, after: int) -> Found:
    asked = parse_query(query)
    with store_of(request).reading() as connection:
        hits = search_words(connection, asked)
        ids = np.array(hits.ids, dtype=np.int64)
        kept = ids[_in_part(part, ids)]
        shown = (kept[kept < after] if after else kept)[:PAGE + 1].tolist()
        rows = comments_of(connection, shown[:PAGE], None if now.run is None else now.run.id)
    pieces = [(one, _pieces(one, asked)) for one in rows]
    return Found(pieces, len(kept), hits.is_cut, shown[PAGE - 1] if len(shown) > PAGE else None)


def _pieces(comment: CommentRow, asked: SearchQuery) -> tuple[Piece, ...]:
    text = comment.tags.text if comment.tags is not None and comment.tags.text else comment.verbatim
    return around_first_match(marked(text, matches=highlight_spans(text, asked)))


def _in_part(part: Part, ids: IntArray) -> BoolArray:
    """Return bool (n,): which comments the view holds; newer ones than the snapshot where it holds all."""
    own = part.snapshot.ids
    if not len(own):
        return np.full(len(ids), not part.view)
    place = np.minimum(np.searchsorted(own, ids), len(own) - 1)
    known = own[place] == ids
    return np.where(known, part.keep[place], not part.view)


def _by_meaning(request: Request, query: str, now: Taken, part: Part) -> Found:
    meanings = meanings_of(request)
    if now.run is None or meanings is None or not len(meanings.ids):
        raise ConfigError("there are no opinions to search by meaning yet",
                          next="Read the comments of the store first: cx-text retag")
    [vector] = embedder_of(request, now.run).embed([query])
    opinions = now.snapshot.opinions
    keep = np.isin(meanings.ids, opinions["id"].to_numpy()[part.keep[opinions["place"].to_numpy()]])
    ids, _ = meanings.nearest(vector, keep=keep, n_most=_BY_MEANING)
    found = similar_comments(request, ids.tolist(), now.run.id)
    return Found(found[:PAGE], len(found[:PAGE]), False, None)
