"""The web page of one store, as an application."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from cx_text.config import load_recipe
from cx_text.snapshots import Snapshots
from cx_text.store.database import Store
from cx_text.store.jobs import open_jobs
from cx_text.web import failures
from cx_text.web.api import alerts as alerts_api
from cx_text.web.api import figures, words, work
from cx_text.web.guard import Guard
from cx_text.web.pages import (
    accounts,
    actions,
    alerts,
    api,
    audit,
    cases,
    charts,
    codeframe,
    comment,
    comments,
    downloads,
    health,
    imports,
    ingest,
    login,
    new_import,
    overview,
    search,
    theme,
    themes,
    tokens,
    unmasked,
    users,
    waiting,
)
from cx_text.web.people import unguarded, viewer
from cx_text.web.pushing import pushed_sources
from cx_text.web.rendering import STATIC, static_version
from cx_text.web.settings import WebSettings
from cx_text.web.uploads import Uploads
from cx_text.web.workers import Workers

PAGES: tuple[APIRouter, ...] = tuple(page.router for page in (
    overview, alerts, themes, theme, comments, comment, search, codeframe, charts, waiting, audit, cases, actions,
    imports, new_import, downloads, unmasked, api, login, accounts, tokens, users, health, ingest))
# Under /api/v1, described in its OpenAPI document.
APIS: tuple[APIRouter, ...] = (figures.router, words.router, alerts_api.router, work.router)
_FOR_EVER = "public, max-age=31536000, immutable"


def create_app(store: Store, settings: WebSettings) -> FastAPI:
    """Return the application that serves a store.

    Args:
        store: An open one; the caller closes it.
        settings: Where it is served, and so whether people log in.

    Raises:
        TypeError: A route does not say which role it needs.
        ConfigError: The recipe has no source that is sent, one is wrong, or its secret is missing.
    """
    app = FastAPI(title="cx_text", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False,
                  lifespan=_lifespan)
    app.state.store, app.state.settings, app.state.uploads = store, settings, Uploads()
    app.state.snapshots = Snapshots(store)
    app.state.pushed = (pushed_sources(store, load_recipe(settings.recipe), os.environ) if settings.recipe else {})
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


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Let jobs be done while the page is served; at the end uploads go, but those that a job needs."""
    store: Store = app.state.store
    workers = Workers(store)
    workers.start()
    try:
        yield
    finally:
        await run_in_threadpool(workers.stop)
        await run_in_threadpool(_close_uploads, store, app.state.uploads)
        for source in app.state.pushed.values():
            source.close()


def _close_uploads(store: Store, uploads: Uploads) -> None:
    with store.reading() as connection:
        uploads.close({path for job in open_jobs(connection) for path in job.options.get("paths", ())})


class _Static(StaticFiles):
    """Files that never change under one address: their `v` is made from their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file."""
        answer = await super().get_response(path, scope)
        is_this = answer.status_code == 200 and scope["query_string"] == f"v={static_version(path)}".encode()
        answer.headers["Cache-Control"] = _FOR_EVER if is_this else "no-cache"
        return answer
