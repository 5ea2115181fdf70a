"""The web page of one store, as an application."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cx_text.store.database import Store
from cx_text.web import failures
from cx_text.web.guard import Guard
from cx_text.web.pages import accounts, codeframe, comment, health, login, search, start, tokens, users
from cx_text.web.people import unguarded, viewer
from cx_text.web.rendering import STATIC, static_version
from cx_text.web.settings import WebSettings

PAGES: tuple[APIRouter, ...] = (
    start.router, comment.router, search.router, codeframe.router, login.router, accounts.router, tokens.router,
    users.router, health.router)
APIS: tuple[APIRouter, ...] = ()  # under /api/v1, described in its OpenAPI document
_FOR_EVER = "public, max-age=31536000, immutable"


def create_app(store: Store, settings: WebSettings) -> FastAPI:
    """Return the application that serves a store.

    Args:
        store: An open one; the caller closes it.
        settings: Where it is served, and so whether people log in.

    Raises:
        TypeError: A route does not say which role it needs.
    """
    app = FastAPI(title="cx_text", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.store, app.state.settings = store, settings
    app.add_middleware(Guard)
    failures.install(app)
    for routers, is_described in ((PAGES, False), (APIS, True)):
        for router in routers:
            if forgotten := unguarded(router.routes):
                raise TypeError(f"routes without viewer, editor or admin: {', '.join(forgotten)}")
            app.include_router(router, include_in_schema=is_described)

    @app.get("/api/v1/openapi.json", include_in_schema=False, dependencies=[Depends(viewer)])
    def description() -> dict[str, Any]:
        return app.openapi()

    app.mount("/static", _Static(directory=STATIC))
    return app


class _Static(StaticFiles):
    """Files that never change under one address: their `v` is made from their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        answer = await super().get_response(path, scope)
        is_this = answer.status_code == 200 and scope["query_string"] == f"v={static_version(path)}".encode()
        answer.headers["Cache-Control"] = _FOR_EVER if is_this else "no-cache"
        return answer
