"""Cases: detractors to call back, what was done for each, and how it ended."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from cx_text.backends.base import IntArray
from cx_text.comment import NpsCategory
from cx_text.errors import ConfigError
from cx_text.snapshots import Taken
from cx_text.store import cases
from cx_text.store.actions import check_state
from cx_text.views import View
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import snapshots_of, store_of

router = APIRouter(prefix="/actions/cases")
Editor = Annotated[CurrentUser, Depends(editor)]
Text = Annotated[str, Form(max_length=5000)]

PAGE = 50
WAITING = "waiting"  # detractors without a case
N_WAITING = 20  # detractors without a case that are shown at once


@router.get("", dependencies=[Depends(viewer)])
def show_cases(request: Request, state: str = WAITING, owner: str = "", before: int | None = None) -> Response:
    """List cases of one state, or the newest detractors' comments without a case."""
    detractors = _detractors(snapshots_of(request).current())
    with store_of(request).reading() as connection:
        counts = cases.case_counts(connection)
        waiting = detractors[~np.isin(detractors, list(cases.comments_with_cases(connection)))]
        found, shown = [], waiting[:N_WAITING].tolist()
        if state != WAITING:
            states = [check_state(state, cases.STATES)] if state != "all" else []
            found = cases.cases_of(connection, states=states, owner=owner or None, before=before, limit=PAGE + 1)
            shown = [case.comment_id for case in found[:PAGE]]
        words = cases.case_comments(connection, shown)
    return render(request, "cases.html.j2", cases=found[:PAGE], waiting=[words[k] for k in shown if k in words],
                  comments=words, counts=counts, n_waiting=len(waiting), state=state, owner=owner,
                  next_before=found[PAGE - 1].id if len(found) > PAGE else None)


@router.post("")
def open_case(request: Request, user: Editor, comment_id: Annotated[int, Form()], owner: Text = "") -> Response:
    """Open a case on a comment, and go to it."""
    with store_of(request).writing() as connection:
        number = cases.open_case(connection, comment_id, by=user.name, owner=owner)
    return see_other(request, f"/actions/cases/{number}")


@router.get("/{case_id}", dependencies=[Depends(viewer)])
def show_case(request: Request, case_id: int) -> Response:
    """Show one case: the comment, its notes, and the forms that change it."""
    return _page(request, case_id)


@router.post("/{case_id}")
def change_case(request: Request, user: Editor, case_id: int, state: Annotated[str, Form()],
                owner: Text = "", outcome: Annotated[str, Form()] = "") -> Response:
    """Change state, owner or outcome."""
    try:
        with store_of(request).writing() as connection:
            cases.change_case(connection, case_id, by=user.name, state=state, owner=owner, outcome=outcome or None)
    except ConfigError as error:
        return _page(request, case_id, status=422, errors={"outcome": str(error)})
    return see_other(request, f"/actions/cases/{case_id}", notice="Saved.")


@router.post("/{case_id}/notes")
def add_note(request: Request, user: Editor, case_id: int, words: Text = "") -> Response:
    """Write a note."""
    if not words.strip():
        return _page(request, case_id, status=422, errors={"words": "Write something first."})
    with store_of(request).writing() as connection:
        cases.add_note(connection, case_id, words, by=user.name)
    return see_other(request, f"/actions/cases/{case_id}#notes", notice="The note is stored.")


def _page(request: Request, case_id: int, *, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    with store_of(request).reading() as connection:
        case = cases.case(connection, case_id)
        if case is None:
            raise HTTPException(404, "There is no such case.")
        comment = cases.case_comments(connection, [case.comment_id]).get(case.comment_id)
        notes = cases.notes_of(connection, case_id)
    return render(request, "case.html.j2", status=status, case=case, comment=comment, notes=notes,
                  state_options=[(word, word) for word in cases.STATES],
                  outcome_options=[(word, word) for word in cases.OUTCOMES], errors=errors or {})


def _detractors(taken: Taken) -> IntArray:
    """Return the comments of detractors that have words, the newest first; kept with the whole of the snapshot."""
    def chosen() -> IntArray:
        part = taken.snapshot.part(View(categories=(NpsCategory.DETRACTOR.value,)))
        ids, read = part.comment_ids(), part.comments["id"][part.comments["polarity"].notna()]
        return ids[np.isin(ids, read.to_numpy())]

    return taken.snapshot.part(View()).once("detractors", chosen)
