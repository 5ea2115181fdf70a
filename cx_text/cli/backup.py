"""`cx-text backup`: a copy of the store in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cx_text.cli.import_export import Place


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    store: Place = None,
) -> None:
    """Copy the store into one file, while others use it; the copy is a store like any other."""
    from cx_text.store.backup import back_up
    from cx_text.store.opening import open_store

    with open_store(store) as opened:
        n_bytes = back_up(opened, file)
    typer.echo(f"Backup: {file} ({n_bytes / 1e6:,.1f} MB)")
