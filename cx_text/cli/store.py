"""`cx-text store`: what a store holds, and making an older one new."""

from __future__ import annotations

import typer

from cx_text.cli.import_export import Place

store = typer.Typer(help="Show what the store holds, or make an older one new.", no_args_is_help=True,
                    rich_markup_mode=None)


@store.command("info")
def show_contents(store: Place = None) -> None:
    """Show what the store holds: comments by source, versions, imports, and how many comments wait to be tagged."""
    from cx_text.store.contents import contents
    from cx_text.store.opening import open_store

    with open_store(store) as opened:
        found = contents(opened)
    n_comments = sum(found.sources.values())
    typer.echo(f"Store: {opened.place} ({found.n_bytes / 1e6:,.1f} MB, version {found.version})")
    typer.echo(f"Comments: {n_comments:,}, older versions {found.n_versions:,}, forgotten {found.n_forgotten:,}")
    for source, n in found.sources.items():
        typer.echo(f"  {source}: {n:,}")
    last = f"; the last one ended {found.last_import_at:%Y-%m-%d %H:%M} UTC" if found.last_import_at else ""
    typer.echo(f"Imports: {found.n_imports:,}{last}")
    if found.n_stopped:
        typer.echo(f"  not whole: {found.n_stopped:,}; what was stopped has only to be run again")
    typer.echo(f"Waiting to be tagged: {found.n_waiting:,}")


@store.command("upgrade")
def upgrade(store: Place = None) -> None:
    """Make a store that an older cx_text wrote one of this version; make a backup first."""
    from cx_text.store.opening import upgrade_store

    before, after = upgrade_store(store)
    typer.echo(f"The store is of version {after} already." if before == after else
               f"The store was of version {before} and is now of version {after}.")
