"""What a page is about: the newest snapshot, the run in use, its codeframe, and the model that compares meanings."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from cx_text.backends.base import Embedder
from cx_text.backends.opening import Models
from cx_text.codeframe import Codeframe, Theme
from cx_text.errors import ConfigError
from cx_text.reassigning import is_behind, settle
from cx_text.snapshots import LateEmbedder, Taken, recipe_of
from cx_text.store import jobs
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.jobs import Job
from cx_text.store.meaning import Meanings, load_meanings
from cx_text.store.runs import RunFacts, current_run
from cx_text.web.settings import snapshots_of, store_of

_MAKING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Themes:
    """The codeframe of the run in use: kept in the store, and as it is now with all decisions carried out."""

    run: RunFacts
    kept: StoredCodeframe
    codeframe: Codeframe
    embedder: Embedder

    def find(self, theme_id: str) -> Theme:
        """Return a theme.

        Raises:
            ConfigError: There is none of this id.
        """
        found = next((theme for theme in self.codeframe.themes if theme.id == theme_id), None)
        if found is None:
            raise gone(theme_id)
        return found


def gone(theme_id: str) -> ConfigError:
    """Return what to say of a theme that is not there, most often as somebody else has decided about it."""
    return ConfigError(f"there is no theme {theme_id!r} any more",
                       next="Look at the history of the codeframe: somebody may have merged or split it")


def taken(request: Request) -> Taken:
    """Return the newest snapshot of the store that is served."""
    return snapshots_of(request).current()


def embedder_of(request: Request, run: RunFacts) -> Embedder:
    """Return the embedding model of a run; it is opened when the first vector is asked for."""
    with _MAKING:
        if not hasattr(request.app.state, "embedder"):
            request.app.state.embedder = LateEmbedder(recipe_of(run))
    return cast("Embedder", request.app.state.embedder)


def themes_in_use(request: Request) -> Themes | None:
    """Return the codeframe of the run in use, None where there is none yet."""
    store = store_of(request)
    with store.reading() as connection:
        run = current_run(connection)
    if run is None or run.codeframe_id is None:
        return None
    embedder = embedder_of(request, run)
    kept = StoredCodeframe(store, run.codeframe_name or USUAL, model=Models(recipe_of(run)).vectors_by())
    return Themes(run, kept, kept.current(embedder), embedder)


def needed_themes(request: Request) -> Themes:
    """Return the codeframe of the run in use.

    Raises:
        ConfigError: There is none yet.
    """
    found = themes_in_use(request)
    if found is None:
        raise ConfigError("the store has no themes yet", next="Find them in its comments: cx-text retag")
    return found


def follow(request: Request, themes: Themes, by: str) -> bool:
    """Let figures follow what was decided, and return whether they do already; if not, a job has been asked for."""
    store = store_of(request)
    is_done = settle(store, themes.embedder, themes.kept.model)
    if not is_done:
        with store.writing() as connection:
            jobs.ask(connection, "reassign", {}, by)
    snapshots_of(request).changed()
    return is_done


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done about the themes: jobs that are not over, and whether opinions have yet to follow."""

    jobs: tuple[Job, ...]
    is_behind: bool


def progress_of(request: Request, run: RunFacts, kinds: Iterable[str] = ("reassign", "refit", "retag")) -> Progress:
    """Return what is being done about the themes."""
    with store_of(request).reading() as connection:
        now = tuple(job for job in jobs.open_jobs(connection) if job.kind in kinds)
        return Progress(now, is_behind(connection, run))


def meanings_of(request: Request) -> Meanings | None:
    """Return the signs of the opinions of the newest snapshot, read once for each; None without a run."""
    state, now = request.app.state, taken(request)
    if now.run is None:
        return None
    with _MAKING:
        key = (now.run.id, now.stamp)
        if getattr(state, "meanings", (None, None))[0] != key:
            with store_of(request).reading() as connection:
                state.meanings = (key, load_meanings(connection, now.run.id))
        return cast("Meanings", state.meanings[1])
