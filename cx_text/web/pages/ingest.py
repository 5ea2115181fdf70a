"""Where tools push what customers say; the signature of what they send is all that lets them in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool

from cx_text.web.pushing import Push, signed

router = APIRouter()


@router.post("/ingest/{name}")
async def ingest(push: Annotated[Push, Depends(signed)]) -> dict[str, int]:
    """Store what was pushed; the same again changes nothing."""
    return await run_in_threadpool(push.source.take, push.body)
