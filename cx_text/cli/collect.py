"""`cx-text collect`: comments come in from the sources of a recipe, and are tagged."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cx_text.cli.import_export import Place
from cx_text.cli.tag import one_of, progress_bar

if TYPE_CHECKING:
    from cx_text.collecting import Collected
    from cx_text.config import Recipe
    from cx_text.previewing import Preview, SourceState
    from cx_text.store.database import Store

SOME_FAILED = 5
_WORDS_SHOWN = 100  # characters of a comment that a dry run shows


def collect(
    recipe: Annotated[str | None, typer.Argument(
        help="Name or path of a recipe with sources; with --list, those of the store when not given.")] = None,
    store: Place = None,
    source: Annotated[list[str] | None, typer.Option(
        "--source", "-s", help="Name of a source; may be given several times. All when not given.")] = None,
    kind: Annotated[str | None, typer.Option(help="surveys, reviews or mentions: the sources of that kind.")] = None,
    dry_run: Annotated[bool, typer.Option(
        "--dry-run", help="Show what would come, and store nothing.")] = False,
    list_sources: Annotated[bool, typer.Option(
        "--list", help="Show when each source was last looked at, how far it is and what it lacks.")] = False,
    reread: Annotated[bool, typer.Option(
        "--reread", help="Read the records that were kept again, and ask no platform.")] = False,
    tag: Annotated[bool, typer.Option("--tag/--no-tag", help="Tag what came, or let it wait.")] = True,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Fetch what is new and changed at the sources of a recipe into the store, and tag it."""
    from cx_text.collecting import collect as look
    from cx_text.collecting import read_again, sources_of_kind
    from cx_text.config import load_recipe
    from cx_text.errors import ConfigError
    from cx_text.store.opening import open_store

    if dry_run + list_sources + reread > 1:
        raise ConfigError("of --dry-run, --list and --reread several were given", next="Give one of them")
    if recipe is None:
        if not list_sources:
            raise ConfigError("no recipe was given", next="Give its name or path, such as: cx-text collect "
                              "example_sources --dry-run")
        _list_store(store)
        return
    chosen = load_recipe(recipe)
    only = [*(source or ()), *sources_of_kind(chosen, one_of("--kind", kind, "surveys", "reviews", "mentions"))]
    device = one_of("--device", device, "auto", "cpu", "cuda") or "auto"
    if dry_run or list_sources:
        _show_without_storing(store, chosen, only, is_list=list_sources)
        return
    with open_store(store, create=not reread) as opened:
        typer.echo(f"Store: {opened.place}")
        with progress_bar() as progress:
            done = [show_collected(one) for one in (
                read_again(opened, chosen, only=only, progress=progress) if reread else
                look(opened, chosen, environment=os.environ, only=only, progress=progress))]
        if tag:
            _tag(opened, chosen, device)
    if any(one.errors for one in done):
        raise typer.Exit(SOME_FAILED)


def _list_store(place: str | None) -> None:
    """Print how far all sources are that were ever collected into a store."""
    from cx_text.previewing import stored_states
    from cx_text.store.opening import open_store

    with open_store(place) as opened:
        states = stored_states(opened)
    for state in states:
        _show_state(state)
    if not states:
        typer.echo("Nothing was collected yet: cx-text collect RECIPE")


def _show_without_storing(place: str | None, recipe: Recipe, only: list[str], *, is_list: bool) -> None:
    """Print what is there, or what would come; a store that is not there yet is not made."""
    from cx_text.previewing import preview, source_states
    from cx_text.store.opening import DEFAULT_FILE, PLACE_VARIABLE, open_store

    given = place or os.environ.get(PLACE_VARIABLE) or DEFAULT_FILE
    opened = None if "://" not in given and not Path(given).is_file() else open_store(place)
    try:
        if is_list:
            for state in source_states(opened, recipe, os.environ, only):
                _show_state(state)
        else:
            for one in preview(opened, recipe, environment=os.environ, only=only):
                _show_preview(one)
    finally:
        if opened is not None:
            opened.close()


def show_collected(done: Collected) -> Collected:
    """Print what a look at a source brought, and return it."""
    from cx_text.cli.figure_tables import plain
    from cx_text.receiving import Received

    where = f"{plain(done.source)} ({done.platform})"
    if done.is_busy:
        typer.echo(f"{where}: another process looks at it, so nothing was done.")
        return done
    if done.n_fetched or not done.errors:
        counts = ", ".join(f"{received.value} {done.counts.get(received.value, 0):,}" for received in Received)
        typer.echo(f"{where}: fetched {done.n_fetched:,}: {counts}")
    for part, error in done.errors.items():
        typer.echo(f"Error: {where}{f', {plain(part)}' if part else ''}: {_alone(error, done.source)}", err=True)
    if done.not_before is not None:
        typer.echo(f"{where}: the platform asks to be left alone until {_at(done.not_before)}.")
    return done


def _show_preview(one: Preview) -> None:
    from cx_text.cli.figure_tables import plain

    where = f"{plain(one.source)} ({one.platform})"
    if one.error is not None:
        typer.echo(f"{where}: {_alone(one.error, one.source)}")
        return
    more = "; there is more behind it" if one.is_more else ""
    typer.echo(f"{where}: {one.n_records:,} records with {one.n_comments:,} comments on the first page{more}")
    for verbatim in one.verbatims:
        words = plain(verbatim)
        typer.echo(f"    {words if len(words) <= _WORDS_SHOWN else words[:_WORDS_SHOWN - 1] + '…'}")


def _show_state(state: SourceState) -> None:
    from cx_text.cli.figure_tables import plain

    far, told = state.standing, "never looked at"
    if far is not None:
        told = f"last looked at {_at(far.looked_at)}" if far.looked_at else "no look has ended yet"
        told += f", has all until {_at(far.newest_at)}" if far.newest_at else ""
        told += ", a look is under way" if far.is_under_way else ""
    where = f"{plain(state.source)} ({state.platform})" if state.platform else plain(state.source)
    typer.echo(f"{where}: {told}; {state.n_comments:,} comments")
    if far is not None and far.not_before is not None:
        typer.echo(f"    waits: the platform asks to be left alone until {_at(far.not_before)}")
    if state.lacks is not None:
        typer.echo(f"    lacks: {_alone(state.lacks, state.source)}")


def _tag(store: Store, recipe: Recipe, device: str) -> None:
    """Tag what waits, if anything does: into the run in use, or in a first one by the recipe."""
    from cx_text.retagging import retag
    from cx_text.store.comments import n_waiting
    from cx_text.store.runs import current_run

    with store.reading() as connection:
        if n_waiting(connection) == 0:
            return
        has_run = current_run(connection) is not None
    with progress_bar() as progress:
        done = retag(store, recipe=None if has_run else recipe, only_waiting=True, device=device, progress=progress)
    failed = f", {done.n_failed:,} failed" if done.n_failed else ""
    typer.echo(f"Tagged {done.n_read:,} comments in run {done.run_id}{failed}.")


def _alone(error: str, source: str) -> str:
    """Return an error without the name of its source, which stands before it already."""
    from cx_text.cli.figure_tables import plain

    return plain(error.removeprefix(f"source {source!r}: "))


def _at(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
