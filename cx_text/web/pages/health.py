"""Whether the server lives, for whoever watches over it."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()


@router.get("/healthz")
def health() -> dict[str, str]:
    """Say that the server answers; nothing of the store."""
    return {"status": "ok"}
