"""`/api/v1`: what people decide, correct and do, and what the store is doing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from cx_text.codeframe import Codeframe
from cx_text.comment import Polarity
from cx_text.decisions import Part
from cx_text.errors import ConfigError
from cx_text.reassigning import reassign_corrected
from cx_text.snapshots import Taken
from cx_text.store import actions, audits, cases, corrections, jobs
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.imports import all_imports
from cx_text.web.api import words_models as models
from cx_text.web.api.looking import FAILURES, After, Editor, Limit, before_id, needed, next_cursor
from cx_text.web.api.plain import plain
from cx_text.web.api.words import StoreId
from cx_text.web.in_use import follow, needed_themes, themes_in_use
from cx_text.web.people import viewer
from cx_text.web.settings import snapshots_of, store_of

router = APIRouter(prefix="/api/v1", tags=["work"], responses=FAILURES)
Viewing = [Depends(viewer)]


@router.get("/corrections", response_model=models.Corrections, dependencies=Viewing)
def all_corrections(request: Request, after: After = None, limit: Limit = 50) -> Any:
    """List what people said was read wrongly, the newest first, undone ones too."""
    with store_of(request).reading() as connection:
        found = corrections.all_corrections(connection, before_id(after), limit)
    return plain({"corrections": found, "next": next_cursor(found, limit)})


@router.post("/corrections", response_model=models.Correction, status_code=201)
def correct(request: Request, user: Editor, given: models.NewCorrection) -> Any:
    """Say that the polarity of an opinion is another; it holds at once, and in every later run."""
    store, themes = store_of(request), themes_in_use(request)
    with store.writing() as connection:
        number = corrections.correct_polarity(connection, store, given.comment_id, given.start, given.end,
                                              Polarity(given.polarity), user.name)
        if themes is not None:
            reassign_corrected(connection, themes.run, themes.kept, themes.embedder, given.comment_id)
        found = next(one for one in corrections.corrections_of(connection, given.comment_id) if one.id == number)
    snapshots_of(request).changed()
    return plain(found)


@router.get("/decisions", response_model=models.Decisions, dependencies=Viewing)
def all_decisions(request: Request) -> Any:
    """List what people decided about themes, oldest first."""
    return plain({"decisions": StoredCodeframe(store_of(request)).log()})


@router.post("/decisions", response_model=models.Decided, status_code=201)
def decide(request: Request, user: Editor, given: models.NewDecision) -> Any:
    """Decide about themes. Opinions that are already read follow by a job where the decision moves any."""
    themes = needed_themes(request)
    fields = given.model_dump(exclude={"action", "is_preview"}, exclude_defaults=True)
    if given.parts:
        fields["parts"] = tuple(Part(part.label, tuple(part.examples)) for part in given.parts)
    what = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    before, after, decision = themes.kept.add(
        given.action, themes.embedder, by=user.name, keep=not given.is_preview, **what)
    if not given.is_preview:
        follow(request, themes, user.name)
    return plain({"decision": decision, "n_themes_before": len(before.themes), "n_themes": len(after.themes),
                  "is_kept": not given.is_preview})


@router.get("/audits", response_model=models.Audits, dependencies=Viewing)
def all_audits(request: Request) -> Any:
    """List the audits, the newest first."""
    with store_of(request).reading() as connection:
        return plain({"audits": audits.all_audits(connection)})


@router.get("/audits/{audit_id}", response_model=models.AuditDetail, dependencies=Viewing)
def audit(request: Request, audit_id: StoreId) -> Any:
    """Show what an audit says of the run: precision, recall and corrected shares."""
    with store_of(request).reading() as connection:
        found = needed(audits.audit(connection, audit_id), f"audit {audit_id}")
        return plain({"audit": found, **plain(audits.result(connection, audit_id))})


@router.get("/actions", response_model=models.Actions, dependencies=Viewing)
def all_actions(request: Request, after: After = None, limit: Limit = 50,
                theme: Annotated[str | None, Query(max_length=64, pattern=r"^\w+$")] = None) -> Any:
    """List what is done about themes, the newest first."""
    with store_of(request).reading() as connection:
        found = actions.actions_of(connection, theme_id=theme, before=before_id(after), limit=limit)
    return plain({"actions": found, "next": next_cursor(found, limit)})


@router.post("/actions", response_model=models.ActionOnTheme, status_code=201)
def act(request: Request, user: Editor, given: models.NewAction) -> Any:
    """Write down what is to be done about a theme."""
    taken = snapshots_of(request).current()
    known = _codeframe(taken).themes
    if given.theme_id not in {theme.id for theme in known}:
        raise ConfigError(f"there is no theme {given.theme_id!r}", next="Take an id of /api/v1/codeframe")
    name = (taken.run and taken.run.codeframe_name) or USUAL
    with store_of(request).writing() as connection:
        number = actions.add_action(connection, name, given.theme_id, given.title, by=user.name, owner=given.owner,
                                    due_at=given.due_at, notes=given.notes)
        return plain(actions.action(connection, number))


@router.get("/cases", response_model=models.Cases, dependencies=Viewing)
def all_cases(request: Request, after: After = None, limit: Limit = 50) -> Any:
    """List what is done about single customers, the newest first."""
    with store_of(request).reading() as connection:
        found = cases.cases_of(connection, before=before_id(after), limit=limit)
    return plain({"cases": found, "next": next_cursor(found, limit)})


@router.get("/jobs", response_model=models.Jobs, dependencies=Viewing)
def all_jobs(request: Request, limit: Limit = 50) -> Any:
    """List the newest jobs."""
    with store_of(request).reading() as connection:
        return plain({"jobs": jobs.jobs_of(connection, limit)})


@router.get("/jobs/{job_id}", response_model=models.Job, dependencies=Viewing)
def job(request: Request, job_id: StoreId) -> Any:
    """Show a job, and how far it is."""
    with store_of(request).reading() as connection:
        return plain(needed(_job(connection, job_id), f"job {job_id}"))


@router.post("/jobs", response_model=models.Job, status_code=201)
def ask_for_job(request: Request, user: Editor, given: models.NewJob) -> Any:
    """Ask for work; one that waits already and is the same is given back."""
    options = {"only_waiting": given.only_waiting} if given.kind == "retag" else {}
    with store_of(request).writing() as connection:
        return plain(jobs.job(connection, jobs.ask(connection, given.kind, options, user.name)))


@router.get("/imports", response_model=models.Imports, dependencies=Viewing)
def imports(request: Request) -> Any:
    """List what was imported, the newest first."""
    with store_of(request).reading() as connection:
        return plain({"imports": all_imports(connection)})


def _codeframe(taken: Taken) -> Codeframe:
    if taken.codeframe is None:
        raise ConfigError("there are no themes yet", next="Find some: cx-text retag")
    return taken.codeframe


def _job(connection: Any, job_id: int) -> jobs.Job | None:
    try:
        return jobs.job(connection, job_id)
    except ConfigError:
        return None
