"""Search by meaning for the API: the signs of a run's opinions stay in memory between requests."""

from __future__ import annotations

import threading

import numpy as np
from fastapi import HTTPException, Request

from cx_text.backends.base import IntArray
from cx_text.snapshots import Taken
from cx_text.store.meaning import Meanings, load_meanings
from cx_text.web.api.looking import Looked
from cx_text.web.settings import store_of

_LOCK = threading.Lock()
_MOST_OPINIONS = 2000  # the nearest; what is farther is hardly about the same


def nearest_comments(request: Request, looked: Looked, query: str) -> IntArray:
    """Return int64 ids of the comments of a view whose opinions mean what is asked, the nearest first.

    Raises:
        HTTPException: 400, nothing is asked; 404, nothing was read yet.
        ModelError: The embedding model is not on this machine.
    """
    taken, part = looked.taken, looked.part
    if not query.strip():
        raise HTTPException(400, "There is nothing to look for.")
    if taken.run is None or taken.codeframe is None:
        raise HTTPException(404, "Nothing was read in these comments yet, so nothing is known of what they mean.")
    meanings = _meanings(request, taken)
    own = part.opinions
    keep = np.isin(meanings.ids, own["id"].to_numpy())
    [vector] = taken.codeframe.embedder.embed([query.strip()])
    ids, _ = meanings.nearest(vector, keep=keep, n_most=_MOST_OPINIONS)
    place = dict(zip(own["id"].tolist(), own["place"].tolist(), strict=True)) if len(ids) else {}
    found = dict.fromkeys(int(part.snapshot.ids[place[one]]) for one in ids.tolist())
    return np.array(list(found), dtype=np.int64)


def _meanings(request: Request, taken: Taken) -> Meanings:
    """Return the signs of the run in use, read anew where the store has changed."""
    state = request.app.state
    with _LOCK:
        kept = getattr(state, "meanings_of_api", None)
        if kept is None or kept[0] != taken.stamp:
            with store_of(request).reading() as connection:
                kept = (taken.stamp, load_meanings(connection, 0 if taken.run is None else taken.run.id))
            state.meanings_of_api = kept
    found: Meanings = kept[1]
    return found
