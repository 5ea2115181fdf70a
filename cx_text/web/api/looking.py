"""What a request of the API looks at: a view of the newest snapshot, a page of a list, or what it has already."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from typing import Annotated, Any, TypeVar

import numpy as np
from fastapi import Depends, HTTPException, Query, Request
from fastapi.routing import APIRoute
from pydantic import Field
from starlette.responses import Response

from cx_text.backends.base import IntArray
from cx_text.codeframe import JourneyStage
from cx_text.comment import NpsCategory
from cx_text.errors import ConfigError
from cx_text.part import Part
from cx_text.snapshots import Taken
from cx_text.views import SEGMENT, View, parse_view
from cx_text.web.api.figures_models import Failure
from cx_text.web.api.plain import cursor_of, parse_cursor
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.settings import snapshots_of

T = TypeVar("T")
MOST = 200  # entries of a page
_MOST_VALUES = 200  # of one filter; nobody chooses more
Viewer = Annotated[CurrentUser, Depends(viewer)]
Editor = Annotated[CurrentUser, Depends(editor)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries of a page at most.")]
After = Annotated[str | None, Query(max_length=64, description="`next` of the page before.")]
_Values = Annotated[list[Annotated[str, Field(max_length=1000)]], Query(max_length=_MOST_VALUES)]
FAILURES: dict[int | str, dict[str, Any]] = {status: {"model": Failure, "description": what} for status, what in {
    400: "Something asked for makes no sense.", 401: "Nobody is logged in, and no valid token was sent.",
    403: "The account or token may not do this.", 404: "There is no such thing.",
    413: "The body is too large.", 415: "The body is not JSON.",
    422: "A value is not of the kind that is asked for.", 503: "The store or a model cannot be used now."}.items()}


@dataclass(frozen=True, slots=True)
class Looked:
    """The snapshot, the view that was asked for, and what that holds."""

    taken: Taken
    view: View
    part: Part

    @property
    def run_id(self) -> int | None:
        """The run in use, None where nothing was read yet."""
        return None if self.taken.run is None else self.taken.run.id

    @property
    def basis(self) -> dict[str, Any]:
        """What the figures are of: the fields of `figures_models.Basis`."""
        return {"run_id": self.run_id, "view": self.view.query(),
                "n_comments": self.part.n_comments, "n_analysed": self.part.n_analysed,
                "is_outdated": self.taken.is_outdated}


def look(request: Request, start: Annotated[date | None, Query(alias="from", description="First day, UTC.")] = None,
         end: Annotated[date | None, Query(alias="to", description="Last day, UTC.")] = None,
         source: _Values = [], language: _Values = [], brand: _Values = [],  # noqa: B006  FastAPI copies them
         category: Annotated[list[NpsCategory], Query(max_length=3)] = [],  # noqa: B006
         stage: Annotated[list[JourneyStage], Query(max_length=7)] = []) -> Looked:  # noqa: B006
    """Return what a request looks at. Segments are asked for as `segment.NAME=VALUE`.

    Raises:
        ConfigError: The dates are the wrong way round.
    """
    lists: dict[str, Sequence[str]] = {"source": source, "language": language, "brand": brand, "category": category,
                                       "stage": stage}
    pairs = [(name, str(value)) for name, values in lists.items() for value in values]
    pairs += [(name, day.isoformat()) for name, day in (("from", start), ("to", end)) if day is not None]
    pairs += [pair for pair in request.query_params.multi_items() if pair[0].startswith(SEGMENT)][:_MOST_VALUES]
    view, taken = parse_view(pairs), snapshots_of(request).current()
    request.state.stamp = (taken.stamp, taken.is_outdated)
    return Looked(taken, view, taken.snapshot.part(view))


Look = Annotated[Looked, Depends(look)]


class OfSnapshot(APIRoute):
    """A route whose answer differs only when the snapshot does: it has an ETag, and 304 for who knows it already."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def answer_if_changed(request: Request) -> Response:
            response = await answer(request)
            stamp = getattr(request.state, "stamp", None)
            if stamp is None or response.status_code != 200:
                return response
            tag = f'W/"{sha256(repr((version("cx-text"), stamp)).encode()).hexdigest()[:24]}"'
            response.headers["ETag"] = tag
            known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
            return Response(status_code=304, headers={"ETag": tag}) if tag in known else response

        return answer_if_changed


def page_of_ids(ids: IntArray, after: str | None, limit: int) -> tuple[list[int], str | None]:
    """Return the ids of one page of an ordered list, and the cursor of the next page, None at the end.

    Raises:
        ConfigError: `after` is no place in the list.
    """
    first = 0
    if after is not None:
        places = np.flatnonzero(ids == parse_cursor(after))
        if not len(places):
            raise ConfigError("`after` is no place in this list", next="Begin anew without it")
        first = int(places[0]) + 1
    page = [int(one) for one in ids[first:first + limit]]
    return page, cursor_of(page[-1]) if page and first + limit < len(ids) else None


def before_id(after: str | None) -> int | None:
    """Return the id that a cursor of a list by falling ids stands at, None at the beginning."""
    return None if after is None else min(parse_cursor(after), 2**31 - 1)


def next_cursor(entries: Sequence[Any], limit: int) -> str | None:
    """Return the cursor of the page behind these entries, None where there was one fewer than could be."""
    return cursor_of(entries[-1].id) if len(entries) == limit else None


def needed(found: T | None, what: str) -> T:
    """Return what was found.

    Raises:
        HTTPException: 404, it was not.
    """
    if found is None:
        raise HTTPException(404, f"There is no {what}.")
    return found
