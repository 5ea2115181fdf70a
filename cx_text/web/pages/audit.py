"""Audits: a person judges some opinions, and the page says how right the run is on these comments."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import parse_qsl

import numpy as np
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import Response

from cx_text.backends.base import IntArray
from cx_text.comment import Kind
from cx_text.part import Part
from cx_text.store import audits
from cx_text.views import described, parse_view
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import snapshots_of, store_of

router = APIRouter(prefix="/audit")
Editor = Annotated[CurrentUser, Depends(editor)]

SECONDS_EACH = 15  # of a person, for one opinion
SIZES = (30, 60, 120)
_EACH = 5  # opinions a theme, for which a figure is given
_AROUND = 400  # characters on either side of the marked words that are shown at once
NO_THEME, CANNOT_TELL = "-", "?"  # values of the form's choices
THEME_KEYS = "123456789abcdefghijklmoqrstvwyz"  # without those of the polarities and of "cannot tell": n, u, p and x
POLARITY_KEYS = (("negative", "n"), ("neutral", "u"), ("positive", "p"))


@router.get("", dependencies=[Depends(viewer)])
def show_audits(request: Request) -> Response:
    """Show all audits, and how to start one of what the address asks for."""
    view = parse_view(request.query_params.multi_items())
    taken = snapshots_of(request).current()
    with store_of(request).reading() as connection:
        every = audits.all_audits(connection)
    n = 0 if taken.run is None else len(_opinion_ids(taken.snapshot.part(view)))
    n_themes = 1 + sum(theme.parent is None and not theme.is_hidden for theme in taken.snapshot.themes)
    usual = next((size for size in SIZES if size >= _EACH * n_themes), SIZES[-1])
    minutes = [(size, round(1.1 * size * SECONDS_EACH / 60)) for size in SIZES]  # a tenth is asked twice
    return render(request, "audits.html.j2", audits=every, n_opinions=n, sizes=minutes, usual=usual,
                  view=view.query(), view_words=described(view))


@router.post("")
def start_audit(request: Request, user: Editor, n: Annotated[int, Form(ge=6, le=600)] = 60,
                view: Annotated[str, Form()] = "") -> Response:
    """Draw a sample, and go to its first opinion."""
    part_of = parse_view(parse_qsl(view))
    taken = snapshots_of(request).current()
    if taken.run is None:
        raise HTTPException(400, "Nothing was tagged yet, so there is nothing to judge.")
    ids = _opinion_ids(taken.snapshot.part(part_of))
    audit_id = audits.start(store_of(request), taken.run.id, ids, taken.snapshot.themes, by=user.name, n=n,
                            seed=secrets.randbelow(1 << 31), view=part_of.query())
    return see_other(request, f"/audit/{audit_id}")


@router.get("/{audit_id}")
def show_item(request: Request, user: Editor, audit_id: int, place: int | None = None) -> Response:
    """Show the next opinion that nobody has judged, or the one that the address names."""
    del user
    with store_of(request).reading() as connection:
        audit = _known(audits.audit(connection, audit_id))
        item = (audits.next_item(connection, audit_id) if place is None else audits.item(connection, audit_id, place))
    if audit.finished_at is not None:
        return see_other(request, f"/audit/{audit_id}/result")
    minutes = max(1, round((audit.n_items - audit.n_done) * SECONDS_EACH / 60))
    choices = [(theme_id, label, THEME_KEYS[k] if k < len(THEME_KEYS) else "")
               for k, (theme_id, label) in enumerate(audit.themes)]
    around = None if item is None else (item.text[max(0, item.start - _AROUND):item.start],
                                        item.text[item.start:item.end], item.text[item.end:item.end + _AROUND])
    return render(request, "audit_item.html.j2", audit=audit, item=item, around=around,
                  is_cut=item is not None and sum(map(len, around or ())) < len(item.text), choices=choices,
                  polarities=POLARITY_KEYS,
                  no_theme=NO_THEME, cannot_tell=CANNOT_TELL, minutes=minutes, is_again=place is not None)


@router.post("/{audit_id}/answers")
def give_answer(request: Request, user: Editor, audit_id: int, place: Annotated[int, Form()],
                polarity: Annotated[str, Form()], theme: Annotated[str, Form()] = "") -> Response:
    """Store an answer, and go to the next opinion."""
    is_told = polarity != CANNOT_TELL
    if is_told and not theme:
        raise HTTPException(422, "Choose what the marked words are about, or none of these. Go back and send it again.")
    with store_of(request).writing() as connection:
        audits.answer(connection, audit_id, place, by=user.name, polarity=polarity if is_told else None,
                      theme_id=theme if theme != NO_THEME and is_told else None)
    return see_other(request, f"/audit/{audit_id}")


@router.post("/{audit_id}/finish")
def finish_audit(request: Request, user: Editor, audit_id: int) -> Response:
    """End an audit, and go to what it says."""
    with store_of(request).writing() as connection:
        audits.finish(connection, audit_id, by=user.name)
    return see_other(request, f"/audit/{audit_id}/result", notice="The audit is finished.")


@router.get("/{audit_id}/result", dependencies=[Depends(viewer)])
def show_result(request: Request, audit_id: int) -> Response:
    """Show what an audit says, so far where it is not finished."""
    with store_of(request).reading() as connection:
        audit = _known(audits.audit(connection, audit_id))
        result = audits.result(connection, audit_id)
    labels = dict(audit.themes)
    view = parse_view(parse_qsl(audit.view))
    return render(request, "audit_result.html.j2", audit=audit, result=result, labels=labels,
                  view_words=described(view))


def _opinion_ids(part: Part) -> IntArray:
    """Return the opinions that can be judged: bare ratings, such as 10/10, name nothing."""
    is_rating = (part.snapshot.comments["kind"] == Kind.RATING.value).to_numpy()[part.opinions["place"].to_numpy()]
    names_nothing = is_rating & part.opinions["theme_id"].isna().to_numpy()
    return np.asarray(part.opinions["id"][~names_nothing], dtype=np.int64)


def _known(audit: audits.Audit | None) -> audits.Audit:
    if audit is None:
        raise HTTPException(404, "There is no such audit.")
    return audit
