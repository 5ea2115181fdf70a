"""`cx-text vault`: keys for what was masked, and a look at it for whoever has the key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

vault = typer.Typer(help="Make a key for masked personal data, or show it with that key.", no_args_is_help=True,
                    rich_markup_mode=None)


@vault.command("key")
def make_key() -> None:
    """Print a new key; with it in CX_TEXT_VAULT_KEY, tag seals what it masks into vault.sealed."""
    from cx_text.vault import new_key

    typer.echo(new_key())


@vault.command("show")
def show_vault(
    results: Annotated[Path, typer.Argument(help="Folder of results.")],
    row: Annotated[str | None, typer.Option(help="Only what was masked in this row of the export.")] = None,
) -> None:
    """Show what was masked, as CSV: row, column, placeholder, value. The key is taken from CX_TEXT_VAULT_KEY."""
    import pandas as pd

    from cx_text.cli.csv_output import STANDARD_OUTPUT, put
    from cx_text.vault import VAULT_COLUMNS, VAULT_FILE, needed_vault

    found = [values for values in needed_vault().open(results / VAULT_FILE) if row is None or str(values[0]) == row]
    put(pd.DataFrame(found, columns=list(VAULT_COLUMNS)), STANDARD_OUTPUT, lambda: None)
