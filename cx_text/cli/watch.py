"""`cx-text watch`: keep watch over the comments of a store, and be told when something really changed."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cx_text.cli.import_export import Place
from cx_text.cli.tag import one_of, progress_bar

if TYPE_CHECKING:
    from datetime import date

    from cx_text.config import Recipe
    from cx_text.monitor.journal import Journal
    from cx_text.monitor.watching import Looked

SOME_FAILED = 5
RECIPE_VARIABLE = "CX_TEXT_RECIPE"

watch = typer.Typer(no_args_is_help=False, help="Keep watch: be told when something really changed, and only then.")

RecipeName = Annotated[str | None, typer.Option(
    "--recipe", "-r", envvar=RECIPE_VARIABLE, help="Name or path of a recipe with rules of what to watch.")]
Since = Annotated[datetime | None, typer.Option(
    formats=["%Y-%m-%d"], metavar="DATE", help="Begin with this day; what is over by then is judged, and nobody told.")]


@watch.callback(invoke_without_command=True)
def look(
    context: typer.Context, recipe: RecipeName = None, store: Place = None,
    every: Annotated[str | None, typer.Option(
        help="Look again and again, such as 15m, 2h or 1d; Ctrl-C ends it after the look that is under way.")] = None,
    since: Since = None,
    until: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="Judge no later day; all that are over when not given.")] = None,
    collect: Annotated[bool, typer.Option(
        "--collect/--no-collect", help="Ask the recipe's sources, or judge what is in the store.")] = True,
    notify: Annotated[bool, typer.Option(
        "--notify/--no-notify", help="Send messages, or only write down what changed.")] = True,
    log: Annotated[str | None, typer.Option(help="text or json: one line for each step, on standard error.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Look once: collect what is new, tag it, judge what is over, and tell who has to know."""
    if context.invoked_subcommand is not None:
        return
    from cx_text.monitor.schedule import parse_every, repeat
    from cx_text.store.opening import open_store

    chosen, interval = chosen_recipe(recipe), None if every is None else parse_every(every)
    one_of("--log", log, "text", "json")
    device = one_of("--device", device, "auto", "cpu", "cuda") or "auto"
    with open_store(store, create=collect) as opened:
        typer.echo(f"Store: {opened.place}")

        def once() -> Looked:
            from cx_text.monitor.watching import How
            from cx_text.monitor.watching import look as look_once

            with progress_bar() as progress:
                how = How(os.environ, collects=collect, tells=notify, since=since.date() if since else None,
                          until=until.date() if until else None, device=device, progress=progress)
                done = look_once(opened, chosen, how, _journal(log))
            show_look(done)
            return done

        if interval is None:
            done = once()
            not_sent = done.delivered.errors if done.delivered is not None else ()
            if done.error is not None or not_sent or any(one.errors for one in done.collected):
                raise typer.Exit(SOME_FAILED)
            return
        repeat(interval, once, lambda line: typer.echo(line, err=True))


def chosen_recipe(name: str | None) -> Recipe:
    """Return the recipe of a watch.

    Raises:
        ConfigError: None was named, there is none of this name, or it has no rules.
    """
    from cx_text.config import load_recipe
    from cx_text.errors import ConfigError
    from cx_text.monitor.watching import options_of

    if name is None:
        raise ConfigError("no recipe was given", next="Give its name or path, such as: cx-text watch --recipe "
                          f"brand_watch; or put it into {RECIPE_VARIABLE}")
    recipe = load_recipe(name)
    options_of(recipe)
    return recipe


def _journal(form: str | None) -> Journal:
    from cx_text.monitor.journal import Journal

    def write(line: str) -> None:
        typer.echo(line, err=True)

    def nothing(line: str) -> None:
        del line

    return Journal(nothing if form is None else write, form="json" if form == "json" else "text")


def show_look(done: Looked) -> None:
    """Print what a look did."""
    from cx_text.cli.collect import show_collected

    if done.is_busy:
        typer.echo("Another process looks just now, so nothing was done.")
        return
    for one in done.collected:
        show_collected(one)
    if done.n_tagged:
        typer.echo(f"Tagged {done.n_tagged:,} comments.")
    typer.echo(_judged_words([one.until for one in done.judged], done.judged[-1].n_series if done.judged else 0))
    show_alerts(done)
    for path in done.reported:
        typer.echo(f"Weekly report: {path}")
    if done.proposal is not None and done.proposal.pays:
        typer.echo("\nNew themes are proposed, for you to accept or not (Themes, Refit on the page):")
        for line in done.proposal.lines:
            typer.echo(f"  {_plain(line)}")
    if done.delivered is not None and done.delivered.n_sent:
        typer.echo(f"Messages sent: {done.delivered.n_sent}.")
    for error in (*(done.delivered.errors if done.delivered else ()), *([done.error] if done.error else [])):
        typer.echo(f"Error: {_plain(error)}", err=True)


def show_alerts(done: Looked) -> None:
    """Print what fired, and what is over."""
    from cx_text.report.alert_sentences import alert_lines, alert_title, resolved_line

    for alert in done.fired:
        typer.echo(f"\nAlert {alert.id}: {_plain(alert_title(alert))}")
        for line in alert_lines(alert):
            typer.echo(f"  {_plain(line)}")
    for alert in done.resolved:
        typer.echo(f"\nAlert {alert.id} is over: {_plain(alert_title(alert))}\n  {_plain(resolved_line(alert))}")


def _judged_words(days: list[date], n_series: int) -> str:
    if not days:
        return "No period is over that was not judged before."
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"Judged {span}: {n_series:,} series."


def _plain(text: str) -> str:
    from cx_text.cli.figure_tables import plain

    return plain(text)


