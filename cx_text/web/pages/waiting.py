"""Comments that wait to be read: a button asks for the job that reads them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.store import jobs
from cx_text.web.people import CurrentUser, editor
from cx_text.web.rendering import see_other
from cx_text.web.settings import store_of

router = APIRouter()


@router.post("/waiting/read")
def read_waiting(request: Request, user: Annotated[CurrentUser, Depends(editor)]) -> Response:
    """Ask for a job that reads what waits."""
    with store_of(request).writing() as connection:
        jobs.ask(connection, "retag", {"only_waiting": True}, user.name)
    return see_other(request, "/", notice="The comments that wait are being read. Figures follow when that is done.")
