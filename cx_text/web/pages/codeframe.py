"""The codeframe editor: the themes in use, every decision about them with what it would do, history, and refits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from cx_text.codeframe import JourneyStage, Theme
from cx_text.decisions import Action, Decision, in_force, never_joined, undoable, waiting
from cx_text.snapshot import Snapshot
from cx_text.store import jobs, runs
from cx_text.web.deciding import asked, decide, preview, said
from cx_text.web.in_use import Themes, follow, needed_themes, progress_of, taken, themes_in_use
from cx_text.web.people import CurrentUser, editor, viewer
from cx_text.web.rendering import render, see_other
from cx_text.web.settings import store_of

router = APIRouter(prefix="/codeframe")

Editor = Annotated[CurrentUser, Depends(editor)]
_N_SHOWN = 40  # opinions of a theme to choose examples from
_MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A theme as the editor lists it. `n` counts the opinions of the run in use, those of its sub-themes too."""

    theme: Theme
    n: int
    is_pinned: bool
    apart_from: tuple[str, ...]  # labels of the themes that it never joins


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision of the history. `state`: "" while it is in force, else why it is not."""

    decision: Decision
    words: str
    state: str
    can_be_undone: bool


@router.get("", dependencies=[Depends(viewer)])
def show_codeframe(request: Request) -> Response:
    """Show the themes in use, with what can be decided about them."""
    themes = themes_in_use(request)
    if themes is None:
        return render(request, "codeframe.html.j2", lines=[], progress=None)
    now = taken(request)
    return render(request, "codeframe.html.j2", lines=_lines(themes, now.snapshot), codeframe=themes.codeframe,
                  n_opinions=len(now.snapshot.opinions), share_unclear=_share_unclear(now.snapshot),
                  history=_history(themes), versions=themes.kept.versions(), stages=list(JourneyStage),
                  firsts=[t for t in themes.codeframe.themes if t.parent is None], diff=themes.kept.diff(),
                  progress=progress_of(request, themes.run))


@router.get("/progress", dependencies=[Depends(viewer)])
def show_progress(request: Request) -> Response:
    """Show what is being done about the themes; the page asks for it while there is something."""
    themes = needed_themes(request)
    progress = progress_of(request, themes.run)
    answer = render(request, "codeframe_progress.html.j2", progress=progress)
    if not progress.jobs and "hx-request" in request.headers:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.get("/preview")
def show_preview(request: Request, user: Editor) -> Response:
    """Show what a decision would do."""
    themes, now = needed_themes(request), taken(request)
    with store_of(request).reading() as connection:
        what = asked(request.query_params.multi_items(), connection, themes.run.id)
        found = preview(themes, what, now.snapshot, connection, user.name)
    labels = _labels(themes, found.after.themes)
    return render(request, "codeframe_preview.html.j2", what=what, found=found, words=said(found.decision, labels),
                  keeps_opinions=what.action not in (Action.MERGE, Action.SPLIT, Action.MOVE, Action.CLARITY,
                                                     Action.UNDO))


@router.post("/decisions")
async def post_decision(request: Request, user: Editor) -> Response:
    """Carry out a decision."""
    from starlette.concurrency import run_in_threadpool

    pairs = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    return await run_in_threadpool(_decide, request, pairs, user.name)


def _decide(request: Request, pairs: Sequence[tuple[str, str]], by: str) -> Response:
    themes = needed_themes(request)
    with store_of(request).reading() as connection:
        what = asked(pairs, connection, themes.run.id)
    decision = decide(themes, what, by)
    done = follow(request, themes, by)
    labels = _labels(themes, themes.codeframe.themes)
    later = "" if done else " Figures follow in a moment."
    return see_other(request, "/codeframe", notice=f"Decision {decision.number}: you {said(decision, labels)}.{later}")


@router.post("/refit")
def ask_refit(request: Request, user: Editor) -> Response:
    """Ask for themes to be found anew."""
    needed_themes(request)
    with store_of(request).writing() as connection:
        jobs.ask(connection, "refit", {}, user.name)
    return see_other(request, "/codeframe", notice="Themes are being found anew. Nothing changes before you accept it.")


@router.get("/refit", dependencies=[Depends(viewer)])
def show_refit(request: Request) -> Response:
    """Show what accepting the refit that waits would change."""
    diff = needed_themes(request).kept.diff()
    return render(request, "codeframe_refit.html.j2", diff=diff, n_of_each=Counter(row["change"] for row in diff))


@router.post("/refit/accept")
def accept_refit(request: Request, user: Editor) -> Response:
    """Make the refit that waits the version in use."""
    themes = needed_themes(request)
    accepted, _ = themes.kept.accept(themes.embedder)
    follow(request, themes, user.name)
    return see_other(request, "/codeframe", notice=f"Version {accepted.version} is in use, with all decisions carried "
                     "out on it. Figures follow in a moment.")


@router.post("/refit/reject")
def reject_refit(request: Request, user: Editor) -> Response:
    """Drop the refit that waits."""
    del user
    needed_themes(request).kept.reject()
    return see_other(request, "/codeframe", notice="The refit was dropped. The themes are as they were.")


@router.get("/themes/{theme_id}", dependencies=[Depends(viewer)])
def show_theme(request: Request, theme_id: str, parts: int = 2, other: int = 0) -> Response:
    """Show one theme, with what can be decided about it."""
    themes, now = needed_themes(request), taken(request)
    theme = themes.find(theme_id)
    ids = now.snapshot.opinions["id"][(now.snapshot.opinions["theme_id"] == theme_id).to_numpy()].to_numpy()
    chosen = np.random.default_rng(min(max(other, 0), 10_000)).permutation(len(ids))[:_N_SHOWN]
    with store_of(request).reading() as connection:
        found = runs.opinions_after(connection, themes.run.id, 0, _N_SHOWN, ids=ids[chosen].tolist())
    distinct = list({opinion.words: opinion for opinion in found}.values())
    n_parts = min(max(parts, 2), _MOST_PARTS)
    line = next(line for line in _lines(themes, now.snapshot) if line.theme.id == theme_id)
    return render(request, "codeframe_theme.html.j2", line=line, theme=theme, codeframe=themes.codeframe,
                  opinions=distinct, n_own=len(ids), n_parts=n_parts, most_parts=_MOST_PARTS, other=other,
                  stage_options=[(stage.value, stage.value) for stage in JourneyStage],
                  parent_options=[("", "the first level"), *((t.id, t.label) for t in themes.codeframe.themes
                                                             if t.parent is None and t.id != theme_id)],
                  can_be_split=theme_id in themes.codeframe.owners,
                  below=[t for t in themes.codeframe.themes if t.parent == theme_id],
                  history=[entry for entry in _history(themes) if theme_id in (*entry.decision.theme_ids,
                                                                               entry.decision.to)])


def _lines(themes: Themes, snapshot: Snapshot) -> list[Line]:
    own = Counter(snapshot.opinions["theme_id"].dropna().astype("str").to_numpy().tolist())
    listed, log = themes.codeframe.themes, themes.kept.log()
    below = Counter({t.id: sum(own[u.id] for u in listed if u.parent == t.id) for t in listed})
    pinned = {theme_id for d in in_force(log) if d.action is Action.PIN for theme_id in d.theme_ids}
    labels = {t.id: t.label for t in listed}
    pairs = [pair for a, b in never_joined(log) for pair in ((a, b), (b, a))]
    return [Line(t, own[t.id] + below[t.id], t.id in pinned,
                 tuple(labels[b] for a, b in pairs if a == t.id and b in labels)) for t in listed]


def _share_unclear(snapshot: Snapshot) -> float | None:
    n = len(snapshot.opinions)
    return float(snapshot.opinions["theme_id"].isna().sum()) / n if n else None


def _history(themes: Themes) -> list[Entry]:
    """Return the decisions, the newest first."""
    log = themes.kept.log()
    force, labels = undoable(log), _labels(themes, themes.codeframe.themes)
    idle = {d.number for d in waiting(themes.kept.discovered(themes.embedder), log)}
    states = {d.number: "taken back" if d.number not in force else "waits for its theme" if d.number in idle else ""
              for d in log}
    return [Entry(d, said(d, labels), states[d.number], d.number in force) for d in reversed(log)]


def _labels(themes: Themes, more: Sequence[Theme]) -> Mapping[str, str]:
    """Return what themes are called, those too that are there no more as they were discovered."""
    found: dict[str, Any] = {}
    for source in (themes.kept.discovered(themes.embedder).themes, themes.codeframe.themes, more):
        found |= {theme.id: theme.label for theme in source}
    return found
