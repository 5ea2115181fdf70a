"""A table as CSV where a user asked for it: into a file, or to standard output alone."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import pandas as pd

STANDARD_OUTPUT = "-"


def put(table: pd.DataFrame, csv_to: str | None, show: Callable[[], None]) -> None:
    """Show a table on the terminal, and write it as CSV too where that was asked for; for "-" nothing but CSV.

    Raises:
        OutputError: The file cannot or may not be written.
    """
    if csv_to == STANDARD_OUTPUT:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # whatever the terminal's own: this is a file
        sys.stdout.write(as_csv(table))
        return
    if csv_to is not None:
        write_csv(table, Path(csv_to))  # first: what cannot be written is better said before a long table
    show()
    if csv_to is not None:
        typer.echo(f"\nWritten: {csv_to}")


def as_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV (RFC 4180), missing values empty, texts that a spreadsheet would run neutralised."""
    from cx_text.report.cells import csv_cell, values_of

    columns = [[csv_cell(name), *map(csv_cell, values_of(table.iloc[:, k]))] for k, name in enumerate(table.columns)]
    text = io.StringIO()
    csv.writer(text).writerows(zip(*columns, strict=True))
    return text.getvalue()


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as a CSV file in UTF-8, with the mark that Excel needs to see it; whole or not at all.

    Raises:
        OutputError: It cannot be written, or there is a file that is not this table as we once wrote it.
    """
    from cx_text.errors import OutputError

    text = as_csv(table)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if path.exists() and not _is_ours(path, text):
            raise OutputError(f"'{path}' is not replaced, since it is something else than this table",
                              next="Give another --csv, or remove it yourself")
        try:
            partial.write_bytes(text.encode("utf-8-sig"))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {error.strerror or error}",
                          next="Give another --csv") from None


def _is_ours(path: Path, text: str) -> bool:
    """Return whether a file begins with the header of this table: an export of a customer's never does."""
    header = text[:text.index("\r\n") + 2].encode("utf-8-sig")
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(header)) == header
