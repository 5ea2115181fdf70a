"""Downloads: every table of the view in the address, as CSV, workbook or Parquet; words as they were masked."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi import Path as InPath
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from cx_text.codeframe import Codeframe
from cx_text.report.parquet import ParquetTable
from cx_text.report.tables import EXCEL_MAX_ROWS, Workbook, csv_header, csv_text
from cx_text.snapshots import LateEmbedder, Taken, recipe_of
from cx_text.store.database import Store
from cx_text.stored_tables import WHOLE, StoredTables
from cx_text.views import View, described, parse_view
from cx_text.web.people import viewer
from cx_text.web.rendering import render, store_name
from cx_text.web.settings import snapshots_of, store_of
from cx_text.web.tables import FIGURE_TABLES, TABLES, n_rows_of, rows_of_figures, tables_here

router = APIRouter(dependencies=[Depends(viewer)])
Kind = Literal["csv", "xlsx", "parquet"]
KINDS: dict[Kind, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet",
                          "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@router.get("/download")
def show_downloads(request: Request) -> Response:
    """Show which tables can be downloaded of the view in the address."""
    view, taken = _asked(request)
    part = taken.snapshot.part(view)
    listed = [] if taken.run is None else [(name, TABLES[name], n_rows_of(part, name))
                                           for name in tables_here(taken.run)]
    return render(request, "downloads.html.j2", tables=listed, kinds=list(KINDS), query=view.query(),
                  n_comments=part.n_comments, view_words=described(view), has_run=taken.run is not None,
                  most_rows=EXCEL_MAX_ROWS)


@router.get("/download/{table}.{kind}")
def download(request: Request, table: Annotated[str, InPath(max_length=32)], kind: Kind) -> Response:
    """Send a table of the view in the address."""
    view, taken = _asked(request)
    if taken.run is None or table not in tables_here(taken.run):
        raise HTTPException(404, "There is no such table here.")
    store = store_of(request)
    portions = _portions(store, taken, view, table)
    name = f"{_plain_name(store_name(store))}-{table}-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    if kind == "csv":
        return StreamingResponse(_csv_of(portions), media_type=KINDS[kind],
                                 headers={"Content-Disposition": f'attachment; filename="{name}"'})
    n_rows = n_rows_of(taken.snapshot.part(view), table) or 0
    if kind == "xlsx" and n_rows > EXCEL_MAX_ROWS:
        raise HTTPException(400, f"A workbook holds {EXCEL_MAX_ROWS:,} rows, and these are {n_rows:,}. Take CSV or "
                            "Parquet, or a smaller view.")
    folder = Path(tempfile.mkdtemp(prefix="cx_text-"))
    try:
        path = _written(portions, folder, table, kind)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(path, media_type=KINDS[kind], filename=name,
                        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True))


def _asked(request: Request) -> tuple[View, Taken]:
    return parse_view(request.query_params.multi_items()), snapshots_of(request).current()


def _portions(store: Store, taken: Taken, view: View, table: str) -> Iterator[pd.DataFrame]:
    """Yield the rows of a table, those with customers' words in portions."""
    part, run = taken.snapshot.part(view), taken.run
    if run is None:
        return
    if table in FIGURE_TABLES:
        yield rows_of_figures(part, table)
        return
    tables = StoredTables(part, run, taken.codeframe or Codeframe.empty(LateEmbedder(recipe_of(run))))
    with store.reading() as connection:
        for portion in tables.portions(connection):
            if table in portion:
                yield portion[table]
        if table in WHOLE:
            yield tables.whole(table)
        if table == "ledger":
            yield from tables.rows_left_out(connection)


def _csv_of(portions: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    """Yield a CSV file in pieces, with the mark by which Excel knows UTF-8."""
    is_first = True
    for rows in portions:
        header = "\ufeff" + csv_header(rows) if is_first else ""
        is_first = False
        yield (header + csv_text(rows)).encode()


def _written(portions: Iterable[pd.DataFrame], folder: Path, table: str, kind: Kind) -> Path:
    path = folder / f"table.{kind}"
    if kind == "xlsx":
        with Workbook(path, [table]) as book:
            for rows in portions:
                book.write(table, rows)
        return path
    parquet = ParquetTable(path)
    try:
        for rows in portions:
            parquet.write(rows)
    finally:
        parquet.close()
    return path


def _plain_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "store"
