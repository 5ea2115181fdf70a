"""Search by meaning for the API."""

from __future__ import annotations

import numpy as np
from fastapi import HTTPException, Request

from cx_text.backends.base import IntArray
from cx_text.web.api.looking import Looked
from cx_text.web.in_use import embedder_of, meanings_of

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
    meanings = meanings_of(request)
    if taken.run is None or meanings is None:
        raise HTTPException(404, "Nothing was read in these comments yet, so nothing is known of what they mean.")
    own = part.opinions
    keep = np.isin(meanings.ids, own["id"].to_numpy())
    [vector] = embedder_of(request, taken.run).embed([query.strip()])
    ids, _ = meanings.nearest(vector, keep=keep, n_most=_MOST_OPINIONS)
    place = dict(zip(own["id"].tolist(), own["place"].tolist(), strict=True)) if len(ids) else {}
    found = dict.fromkeys(int(part.snapshot.ids[place[one]]) for one in ids.tolist())
    return np.array(list(found), dtype=np.int64)

