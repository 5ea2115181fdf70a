"""From a file on somebody's computer to comments in the store: upload, plan, progress."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, HTTPException, Request, UploadFile
from starlette.background import BackgroundTask
from starlette.responses import Response

from cx_text.errors import ConfigError, CxTextError
from cx_text.store import jobs
from cx_text.store.database import log
from cx_text.store.jobs import Job, JobState
from cx_text.web.import_plan import DATE_ORDERS, NO_ROLE, ROLES, ImportPlan, Wanted, plan_upload, usual_finder
from cx_text.web.pages.imports import WORK
from cx_text.web.people import CurrentUser, editor
from cx_text.web.rendering import is_partial, render, see_other
from cx_text.web.settings import store_of
from cx_text.web.uploads import MAX_BYTES, Upload, Uploads

router = APIRouter(prefix="/imports")
_EDITORS = [Depends(editor)]
Editor = Annotated[CurrentUser, Depends(editor)]
_LONGEST_SOURCE = 60  # characters


async def sent_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form whose names depend on the file. For `Depends`."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


Fields = Annotated[Mapping[str, str], Depends(sent_form)]


@router.get("/new", dependencies=_EDITORS)
def show_upload(request: Request) -> Response:
    """Show where to choose files; meanwhile load what masks personal data in their plan."""
    answer = _upload_page(request)
    answer.background = BackgroundTask(usual_finder)
    return answer


@router.post("/new")
def upload(request: Request, user: Editor, files: Annotated[list[UploadFile] | None, File()] = None) -> Response:
    """Keep files and go to their plan, or say what is wrong with them."""
    uploads, kept = _uploads(request), None
    chosen = [(file.filename, file.file) for file in files or () if file.filename]
    try:
        kept = uploads.keep(chosen, by=user.name)
        plan_upload(kept, Wanted())
    except CxTextError as error:
        if kept is not None:
            uploads.remove(kept.token)
        return _upload_page(request, str(error))
    return see_other(request, f"/imports/plans/{kept.token}")


@router.get("/plans/{token}", dependencies=_EDITORS)
def show_plan(request: Request, token: str) -> Response:
    """Show how files would be imported, with what the address says of their columns."""
    upload = _uploads(request).get(token)
    given = request.query_params
    places = ((name[1:], value) for name, value in given.items() if name[:1] == "c" and name[1:].isdecimal())
    wanted = Wanted(tuple(sorted((int(place), role) for place, role in places if role in ROLES and len(place) < 6)),
                    given.get("sheet", ""), given.get("scale", ""), _order(given.get("order", "")))
    return _plan_page(request, upload, plan_upload(upload, wanted), wanted, source=given.get("source", ""))


@router.post("/plans/{token}")
def change_plan(request: Request, user: Editor, token: str, form: Fields) -> Response:
    """Look again with other roles, or ask for the import."""
    upload = _uploads(request).get(token)
    wanted = _wanted(form, upload)
    source = form.get("source", "").strip()
    address = f"/imports/plans/{token}{_query(wanted, source)}"
    if form.get("do") != "import" and not is_partial(request):
        return see_other(request, address)
    plan = plan_upload(upload, wanted)
    if form.get("do") != "import":
        answer = _plan_page(request, upload, plan, wanted, source=source)
        answer.headers["HX-Push-Url"] = address
        return answer
    if plan.problem or len(source) > _LONGEST_SOURCE:
        return _plan_page(request, upload, plan, wanted, source=source, status=422)
    is_unmasked = form.get("unmasked") == "yes"
    if is_unmasked and not user.may("admin"):
        raise HTTPException(403, "Only an admin may import comments with the personal data in them.")
    read = {**plan.options, **({"source": source} if source else {}), **({"redact": False} if is_unmasked else {})}
    options = {"paths": [str(path) for path in upload.paths], "names": list(upload.names), "read": read,
               "tag": form.get("tag") == "yes", "token": token}
    with store_of(request).writing() as connection:
        job_id = jobs.ask(connection, "import", options, user.name)
        if is_unmasked:
            log(connection, "import unmasked", {"job": job_id, "files": len(upload.names)}, who=user.name)
    return see_other(request, f"/imports/jobs/{job_id}")


@router.post("/plans/{token}/remove", dependencies=_EDITORS)
def remove(request: Request, token: str) -> Response:
    """Remove files that will not be imported."""
    _uploads(request).remove(token)
    return see_other(request, "/imports", notice="The uploaded files were removed.")


@router.post("/read")
def read_waiting(request: Request, user: Editor) -> Response:
    """Ask for the comments to be read that no run in use has read."""
    with store_of(request).writing() as connection:
        job_id = jobs.ask(connection, "retag", {"only_waiting": True}, user.name)
    return see_other(request, f"/imports/jobs/{job_id}")


@router.get("/jobs/{job_id:int}", dependencies=_EDITORS)
def show_job(request: Request, job_id: int) -> Response:
    """Show how far work is; an import that is done is shown by its account."""
    with store_of(request).reading() as connection:
        job = jobs.job(connection, job_id)
        n_before = sum(other.id < job.id for other in jobs.open_jobs(connection)) if not job.is_over else 0
    if job.state is JobState.DONE and "import_id" in job.result:
        return see_other(request, f"/imports/{job.result['import_id']}")
    return render(request, "job.html.j2", job=job, work=WORK, title=_title(job), n_before=n_before,
                  back=_way_back(request, job))


@router.post("/jobs/{job_id:int}/cancel", dependencies=_EDITORS)
def cancel(request: Request, job_id: int) -> Response:
    """Cancel work; what an import has stored by then stays, and importing the file again completes it."""
    with store_of(request).writing() as connection:
        is_cancelled = jobs.cancel(connection, job_id)
    return see_other(request, f"/imports/jobs/{job_id}", notice="It will stop in a moment." if is_cancelled else "")


@router.post("/jobs/{job_id:int}/again")
def ask_again(request: Request, user: Editor, job_id: int) -> Response:
    """Ask for the same work again."""
    store = store_of(request)
    with store.writing() as connection:
        before = jobs.job(connection, job_id)
        if before.kind == "import" and not all(Path(path).exists() for path in before.options["paths"]):
            raise ConfigError("the uploaded files are gone", next="Upload them again")
        again = jobs.ask(connection, before.kind, before.options, user.name)
    return see_other(request, f"/imports/jobs/{again}")


def _uploads(request: Request) -> Uploads:
    return cast("Uploads", request.app.state.uploads)


def _upload_page(request: Request, error: str = "") -> Response:
    return render(request, "import_upload.html.j2", status=422 if error else 200, error=error,
                  max_megabytes=MAX_BYTES // 1_000_000)


def _plan_page(request: Request, upload: Upload, plan: ImportPlan, wanted: Wanted, *, source: str,
               status: int = 200) -> Response:
    sheets = [("", "the first with something in it"), *((name, name) for name in plan.sheets),
              ("*", "all with the same columns")]
    return render(request, "import_plan.html.j2", status=status, upload=upload, plan=plan, wanted=wanted, source=source,
                  sheets=sheets, roles=list(ROLES.items()), no_role=NO_ROLE, longest_source=_LONGEST_SOURCE,
                  used=[column for column in plan.columns if column.role != NO_ROLE],
                  unused=[column for column in plan.columns if column.role == NO_ROLE])


def _wanted(form: Mapping[str, str], upload: Upload) -> Wanted:
    """Return what a form says, of columns only where it differs from what the doctor says."""
    sheet = form.get("sheet", "")
    if sheet != form.get("shown_sheet", ""):  # another table, with other columns
        return Wanted(sheet=sheet)
    doctors = plan_upload(upload, Wanted(sheet=sheet))
    given = ((column.place, column.role, form.get(f"c{column.place}")) for column in doctors.columns)
    scale = form.get("scale", "").strip()
    return Wanted(tuple((place, said) for place, role, said in given if said in ROLES and role and said != role), sheet,
                  "" if scale == doctors.scale else scale, _order(form.get("order", "")))


def _order(given: str) -> str:
    return given if given in DATE_ORDERS else ""


def _query(wanted: Wanted, source: str) -> str:
    said: dict[str, Any] = {f"c{place}": role for place, role in wanted.roles}
    said |= {"sheet": wanted.sheet, "scale": wanted.scale, "order": wanted.date_order, "source": source}
    query = urlencode({name: value for name, value in said.items() if value})
    return f"?{query}" if query else ""


def _title(job: Job) -> str:
    """Return what to call a job: its file, or its kind of work."""
    names = job.options.get("names", ())
    more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else WORK[job.kind]


def _way_back(request: Request, job: Job) -> str:
    """Return the address of the plan of a job whose files are still there, else an empty text."""
    try:
        return f"/imports/plans/{_uploads(request).get(job.options.get('token', '')).token}"
    except ConfigError:
        return ""
