"""`cx-text watch status`, `explain` and `backtest`: how a watch is, why it says what it says, how good it would be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cx_text.cli.import_export import Place
from cx_text.cli.tag import progress_bar
from cx_text.cli.watch import SOME_FAILED, RecipeName, chosen_recipe

if TYPE_CHECKING:

    from cx_text.store.alerts import WatchFacts
    from cx_text.store.database import Store

_SHOWN_LOOKS = 5
_FEW, _MANY = 10, 10_000


def status(
    store: Place = None,
    metrics: Annotated[bool, typer.Option(
        "--metrics", help="Print it as Prometheus reads it, such as for a textfile collector.")] = False,
) -> None:
    """Show how far each watch is, what fires, and what could not be sent."""
    from cx_text.store.alerts import all_watches
    from cx_text.store.opening import open_store

    with open_store(store) as opened:
        if metrics:
            from cx_text.monitor.metrics import metrics_text

            typer.echo(metrics_text(opened).decode(), nl=False)
            return
        with opened.reading() as connection:
            watches = all_watches(connection)
        if not watches:
            typer.echo("Nothing is watched yet: cx-text watch --recipe RECIPE")
        for facts in watches:
            _show_watch(opened, facts)


def _show_watch(store: Store, facts: WatchFacts) -> None:
    from cx_text.report.alert_sentences import alert_title
    from cx_text.report.figures import day
    from cx_text.store.alerts import FIRING, alerts_of, watch_looks_of
    from cx_text.store.deliveries import dead_letters, delivery_counts

    with store.reading() as connection:
        looks = watch_looks_of(connection, facts.name, _SHOWN_LOOKS)
        firing = alerts_of(connection, watch=facts.name, state=FIRING, limit=_MANY)
        counts, dead = delivery_counts(connection, facts.name), dead_letters(connection, watch=facts.name, limit=_FEW)
    upto = "nothing yet" if facts.judged_upto is None else f"up to {facts.judged_upto}"
    typer.echo(f"{_plain(facts.name)}: judged {upto}, each {facts.period}")
    for look in looks:
        ended = "is under way, or was killed" if look.finished_at is None else (
            "ended well" if look.error is None else f"failed: {_plain(look.error)}")
        typer.echo(f"  {look.started_at:%Y-%m-%d %H:%M} UTC: {ended}")
    for alert in firing:
        typer.echo(f"  Alert {alert.id}, since {day(alert.began_on)}: "
                   f"{_plain(alert_title(alert))}")
    if not firing:
        typer.echo("  Nothing fires.")
    typer.echo(f"  Messages: {counts.get('sent', 0)} sent, {counts.get('waiting', 0)} waiting, "
               f"{counts.get('dead', 0)} that cannot be sent")
    for one in dead:
        typer.echo(f"    {_plain(one.notifier)}, {one.event}: {_plain(one.error or '')}")


def try_notifiers(
    recipe: RecipeName = None,
    notifier: Annotated[list[str] | None, typer.Option(
        "--notifier", help="Name of a notifier; may be given several times. All when not given.")] = None,
) -> None:
    """Send a test message to the notifiers of a recipe, and say which could not be sent."""
    import os

    from cx_text.errors import ConfigError, CxTextError, hint
    from cx_text.monitor.notifiers import open_notifier, send_test
    from cx_text.monitor.watching import options_of

    chosen = chosen_recipe(recipe)
    names = [one.name for one in options_of(chosen).notifiers]
    for name in notifier or ():
        if name not in names:
            raise ConfigError(f"no notifier {name!r} in the recipe {chosen.name!r}; there are {', '.join(names)}",
                              next=hint(name, names))
    if not names:
        raise ConfigError(f"the recipe {chosen.name!r} has no notifiers",
                          next="Add tables [[watch.notifiers]] to it; docs/notifying.md says how")
    n_failed = 0
    for one in options_of(chosen).notifiers:
        if notifier and one.name not in notifier:
            continue
        try:
            send_test(open_notifier(one, os.environ))
            typer.echo(f"{one.name}: sent.")
        except CxTextError as error:
            n_failed += 1
            typer.echo(f"Error: {_plain(str(error))}", err=True)
    if n_failed:
        raise typer.Exit(SOME_FAILED)


def explain(
    recipe: RecipeName = None, store: Place = None,
    rule: Annotated[str | None, typer.Option("--rule", help="The name of one rule; all when not given.")] = None,
    on: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="As it was after this day; the newest one when not given.")] = None,
    everything: Annotated[bool, typer.Option(
        "--all", help="All series, not the most unusual ten of each rule.")] = False,
) -> None:
    """Show what each rule sees just now, and what it would need to see to fire. Nothing is changed or sent."""
    from cx_text.cli.watch_tables import show_explained
    from cx_text.monitor.explained import explained
    from cx_text.store.opening import open_store

    chosen = chosen_recipe(recipe)
    with open_store(store) as opened:
        found = explained(opened, chosen, now=datetime.now(UTC), on=on.date() if on else None, rule=rule)
    show_explained(found, _MANY if everything else _FEW)


def backtest(
    since: Annotated[datetime, typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="The first day that is judged; there has to be a past before it.")],
    recipe: RecipeName = None, store: Place = None,
    until: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="The last day; the newest comment's when not given.")] = None,
    runs: Annotated[int, typer.Option(min=1, max=500, help="Rises of each size and factor that are added.")] = 8,
    shuffles: Annotated[int, typer.Option(min=1, max=500, help="How often the weeks are put in another order.")] = 4,
    seed: Annotated[int, typer.Option(help="Same comments, rules and seed: same figures.")] = 0,
) -> None:
    """Show what a watch would have done: what would have fired, how often it is wrong, how soon it sees a rise."""
    from cx_text.cli.watch_tables import show_backtest
    from cx_text.monitor.assessing import material_of
    from cx_text.monitor.backtest import backtest as test_back
    from cx_text.monitor.watching import options_of
    from cx_text.store.opening import open_store

    chosen = chosen_recipe(recipe)
    with open_store(store) as opened:
        material = material_of(opened)
    if material is None or material.part.snapshot.days is None:
        from cx_text.errors import ConfigError

        raise ConfigError("nothing was read in this store yet, or nothing has a date",
                          next="Import comments and read them: cx-text import, cx-text retag")
    newest = material.part.snapshot.days[1].date()
    with progress_bar() as progress:
        found = test_back(material.part, chosen, options_of(chosen), since.date(), until.date() if until else newest,
                          n_shuffles=shuffles, n_runs=runs, seed=seed, progress=progress)
    show_backtest(found)


def _plain(text: str) -> str:
    from cx_text.cli.figure_tables import plain

    return plain(text)
