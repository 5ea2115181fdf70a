"""What was imported, and what became of each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from cx_text.report.cells import csv_cell
from cx_text.sources.outcomes import Outcome
from cx_text.store.collections import sources_standing
from cx_text.store.comments import Arrival
from cx_text.store.database import Store
from cx_text.store.import_log import ImportRecord, import_record, imports_of, ledger_page, whole_ledger
from cx_text.store.jobs import JobState, jobs_of, open_jobs
from cx_text.web.people import editor
from cx_text.web.rendering import is_partial, render
from cx_text.web.settings import store_of

router = APIRouter(prefix="/imports")
_EDITORS = [Depends(editor)]

PAGE = 50
# What became of cells of words: name → of one, of several; in the order in which they are shown.
FATES = {
    Arrival.NEW.value: ("new comment", "new comments"),
    Arrival.CHANGED.value: ("newer version of a comment", "newer versions of comments"),
    Arrival.UNCHANGED.value: ("comment that was here already", "comments that were here already"),
    Arrival.OLDER.value: ("older version, kept beside", "older versions, kept beside"),
    Arrival.FORGOTTEN.value: ("forgotten comment, left out", "forgotten comments, left out"),
    Outcome.DUPLICATE.value: ("duplicate in the file", "duplicates in the file"),
    Outcome.OLDER_VERSION.value: ("older version in the file", "older versions in the file"),
    Outcome.TEST_ROW.value: ("test row", "test rows"),
    Outcome.SKIPPED.value: ("record that is no customer's comment", "records that are no customers' comments"),
    Outcome.REJECTED.value: ("row that could not be read", "rows that could not be read")}
OUTCOMES = {Outcome.DUPLICATE.value: "duplicate", Outcome.OLDER_VERSION.value: "older version",
            Outcome.TEST_ROW.value: "test row", Outcome.SKIPPED.value: "no comment",
            Outcome.REJECTED.value: "not readable"}
WORK = {"import": "Import", "retag": "Reading of comments", "refit": "New themes"}


@router.get("", dependencies=_EDITORS)
def show_imports(request: Request, before: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """Show what was imported, the newest first, and what goes on."""
    with store_of(request).reading() as connection:
        found = imports_of(connection, PAGE + 1, before)
        going = open_jobs(connection)
        failed = [job for job in jobs_of(connection, 20) if job.state is JobState.FAILED]
        sources = [] if before else sources_standing(connection)
    begun = [job.started_at for job in going if job.kind == "import" and job.started_at]
    running = {record.id for record in found if record.finished_at is None and any(
        record.started_at >= at for at in begun)}
    answer = render(request, "imports.html.j2", imports=found[:PAGE], fates=fates, running=running, going=going,
                    work=WORK, failed=failed[:3], sources=sources, first="/imports" if before else None,
                    next=f"/imports?before={found[PAGE - 1].id}" if len(found) > PAGE else None)
    if is_partial(request) and not going:  # what the page waited for is done, and the table says more now
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.get("/{import_id:int}", dependencies=_EDITORS)
def show_import(request: Request, import_id: int, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """Show what became of each row of one import."""
    with store_of(request).reading() as connection:
        record = import_record(connection, import_id)
        entries = ledger_page(connection, record.ledger_of, PAGE + 1, after)
        reading = next((job for job in open_jobs(connection) if job.kind == "retag"), None)
    return render(request, "import.html.j2", record=record, fates=fates(record), entries=entries[:PAGE],
                  reading=reading, outcomes=OUTCOMES, n_cells=record.n_rows * len(record.columns),
                  next=f"/imports/{import_id}?after={entries[PAGE - 1].id}#ledger" if len(entries) > PAGE else None,
                  first=f"/imports/{import_id}#ledger" if after else None)


@router.get("/{import_id:int}/ledger.csv", dependencies=_EDITORS)
def download_ledger(request: Request, import_id: int) -> Response:
    """Give all rows that became no comment as CSV."""
    store = store_of(request)
    with store.reading() as connection:
        record = import_record(connection, import_id)
    return StreamingResponse(_as_csv(store, record.ledger_of), media_type="text/csv; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="import-{import_id}-rows-not-stored.csv"'})


def fates(record: ImportRecord) -> list[tuple[str, int]]:
    """Return what became of the cells of an import, in words, with numbers that add up to all of them."""
    counts = {**record.comments, **record.ledger}
    return [(words[counts[name] != 1], counts[name]) for name, words in FATES.items() if counts.get(name)]


def _as_csv(store: Store, import_id: int) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text)
    yield "\ufeff"  # the mark that Excel needs to see UTF-8
    writer.writerow(["row", "column", "outcome", "reason"])
    with store.reading() as connection:
        for entry in whole_ledger(connection, import_id):
            writer.writerow([entry.row, *map(csv_cell, (entry.column, entry.outcome, entry.reason))])
            if text.tell() > 1 << 16:
                yield text.getvalue()
                text.seek(0)
                text.truncate()
    yield text.getvalue()
