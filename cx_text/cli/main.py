"""The command `cx-text`: turns what went wrong into one line and an exit code.

Exit codes: 0 done; 2 wrong use, file or recipe; 3 something is missing on this machine; 4 a stage broke; 5 a source
could not be collected to its end, the others were; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cx_text.cli import watch_questions
from cx_text.cli.backup import backup
from cx_text.cli.collect import collect
from cx_text.cli.doctor import doctor
from cx_text.cli.explain import explain
from cx_text.cli.export import export
from cx_text.cli.figures_commands import brands, compare, conflicts, drivers, scores, segments
from cx_text.cli.forget import forget
from cx_text.cli.import_export import import_export
from cx_text.cli.inspect import inspect
from cx_text.cli.models import models
from cx_text.cli.retag import retag
from cx_text.cli.serve import serve
from cx_text.cli.store import store
from cx_text.cli.tag import tag
from cx_text.cli.themes import themes
from cx_text.cli.users import users
from cx_text.cli.vault import vault
from cx_text.cli.watch import watch
from cx_text.errors import CxTextError

STOPPED = 130

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
                  help="Reads what customers write and says what to fix first.")
app.command()(inspect)
app.command()(tag)
for question in (drivers, scores, segments, compare, conflicts, brands):
    app.command()(question)
app.command()(explain)
app.command()(doctor)
app.command("import")(import_export)
app.command()(collect)
app.command()(retag)
app.command()(export)
app.command()(forget)
app.command()(backup)
app.command()(serve)
app.add_typer(models, name="models")
app.add_typer(themes, name="themes")
app.add_typer(store, name="store")
app.add_typer(vault, name="vault")
app.add_typer(users, name="users")
watch.command()(watch_questions.status)
watch.command("test")(watch_questions.try_notifiers)
watch.command()(watch_questions.explain)
watch.command()(watch_questions.backtest)
app.add_typer(watch, name="watch")


def show_version(is_asked: bool) -> None:
    """Print the version and end, if that was asked for."""
    if is_asked:
        from importlib.metadata import version

        typer.echo(f"cx-text {version('cx-text')}")
        raise typer.Exit


@app.callback()
def common(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[bool, typer.Option(  # noqa: ARG001  eager: no command need follow
        "--version", help="Show the version.", is_eager=True, callback=show_version)] = False,
) -> None:
    """Take the options that all commands share."""
    if debug:
        os.environ["CX_TEXT_DEBUG"] = "1"


def main() -> None:
    """Run the command line; every way out has an exit code, and a user's mistake is one line on standard error."""
    # Weights are on this machine or they are not: no library is to look for newer ones on a network unasked.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    if "--debug" in sys.argv:  # also behind the command, where people put it
        sys.argv.remove("--debug")
        os.environ["CX_TEXT_DEBUG"] = "1"
    try:
        app()
    except CxTextError as error:
        if os.environ.get("CX_TEXT_DEBUG"):
            raise
        typer.echo(f"Error: {error}", err=True)
        raise SystemExit(error.exit_code) from None
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != STOPPED:  # which typer makes of Ctrl-C
            raise
        typer.echo("Stopped. Nothing was left half written.", err=True)
        raise SystemExit(STOPPED) from None
    except BrokenPipeError:  # `cx-text … | head` is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


if __name__ == "__main__":
    main()
