"""`cx-text retag`: the comments of a store are read, beside what was read before."""

from __future__ import annotations

from typing import Annotated

import typer

from cx_text.cli.import_export import Place
from cx_text.cli.tag import progress_bar


def retag(
    store: Place = None,
    recipe: Annotated[str | None, typer.Option(
        "--recipe", "-r", help="Name or path of a recipe; that of the run in use when not given.")] = None,
    waiting: Annotated[bool, typer.Option(
        "--waiting", help="Read only the comments that wait, into the run in use.")] = False,
    seed: Annotated[int, typer.Option(help="Same comments, recipe and seed: same themes.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Read the comments of the store: all of them in a new run beside the old one, or those alone that wait."""
    from cx_text.retagging import retag as read
    from cx_text.store.opening import open_store

    with open_store(store) as opened, progress_bar() as progress:
        done = read(opened, recipe=recipe, only_waiting=waiting, seed=seed, device=device, progress=progress)
    typer.echo(f"Store: {opened.place}")
    typer.echo(f"{'Run' if done.is_new_run else 'Read into run'} {done.run_id}: {done.n_read:,} comments read"
               f"{f', {done.n_failed:,} failed' if done.n_failed else ''}, {done.n_themes} themes. It is in use.")
    if done.n_waiting:
        typer.echo(f"{done.n_waiting:,} comments came in meanwhile: cx-text retag --waiting")
