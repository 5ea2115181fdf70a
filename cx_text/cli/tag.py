"""`cx-text tag`: an export in, a folder of results out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from cx_text.run import Progress


def tag(
    export: Annotated[list[Path], typer.Argument(
        metavar="EXPORT...", help="CSV, TSV, XLSX, ODS, JSON, JSONL or Parquet, also in a ZIP; a folder, or several.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the results into.")],
    recipe: Annotated[str, typer.Option("--recipe", "-r", help="Name or path of a recipe.")] = "nps_survey",
    verbatim_column: Annotated[list[str] | None, typer.Option(
        help="Column of the customers' words; may be given several times.")] = None,
    nps_column: Annotated[str | None, typer.Option(help="Column of scores from 0 to 10.")] = None,
    rating_column: Annotated[str | None, typer.Option(help="Column of stars or grades: a proxy, never an NPS.")] = None,
    rating_scale: Annotated[str | None, typer.Option(help='Its lowest and highest value, such as "1-5".')] = None,
    date_column: Annotated[str | None, typer.Option(help="Column of dates; without a zone they are UTC.")] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy or mdy, where the dates alone cannot tell.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column of the response's own id.")] = None,
    question_column: Annotated[str | None, typer.Option(help="Column that holds each row's question.")] = None,
    question: Annotated[str | None, typer.Option(help="The wording of the question that was asked.")] = None,
    segment_column: Annotated[list[str] | None, typer.Option(
        help="Column to slice by; may be given several times.")] = None,
    customer_column: Annotated[str | None, typer.Option(
        help="Column of the customer's own key, the same in each of their answers.")] = None,
    channel_column: Annotated[str | None, typer.Option(
        help="Column that says where the customer spoke, such as an app store.")] = None,
    measure: Annotated[list[str] | None, typer.Option(
        metavar="NAME=COLUMN[:SCALE]", help='Column of a further outcome, such as "csat=Satisfaction:1-5" or '
        '"churned=Cancelled?"; may be given several times.')] = None,
    compare_at: Annotated[str | None, typer.Option(
        metavar="DATE", help="Date from which on the NPS is compared with before; the middle of the time when not "
        "given.")] = None,
    profile: Annotated[str | None, typer.Option(
        help="Name or path of a saved reading of the columns: cx-text inspect --save-profile.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook; '*' for all with the same columns.")] = None,
    source: Annotated[str | None, typer.Option(help='Where the comments come from, such as "app_store".')] = None,
    codeframe: Annotated[Path | None, typer.Option(
        help="Saved themes to use instead of finding some, or a TOML or CSV of themes to start from.")] = None,
    keep_personal_data: Annotated[bool, typer.Option(
        "--keep-personal-data", help="Leave names, addresses and numbers in the results as they are.")] = False,
    seed: Annotated[int, typer.Option(help="Same export, recipe and seed: same tags.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    force: Annotated[bool, typer.Option("--force", help="Replace results that are there.")] = False,
) -> None:
    """Tag an export: comments, opinions, themes, what they cost in NPS points, and an account of every row."""
    from cx_text.cli.summary import show_summary
    from cx_text.errors import ConfigError
    from cx_text.sources.measured import parse_measures
    from cx_text.tagging import tag_export

    if question and question_column:
        raise ConfigError("both --question and --question-column were given", next="Give one of the two")
    with progress_bar() as progress:
        summary = tag_export(
            export, out=out, sheet=sheet, profile=profile, force=force, recipe=recipe, verbatim=verbatim_column,
            nps_score=nps_column, rating=rating_column, rating_scale=rating_scale, received_at=date_column,
            date_order=one_of("--date-order", date_order, "dmy", "mdy"), id=id_column,
            question=question, question_column=question_column, segments=segment_column, customer=customer_column,
            channel=channel_column, measures=parse_measures(measure) if measure else None,
            compare_at=dated("--compare-at", compare_at), redact=False if keep_personal_data else None,
            source=source, codeframe=codeframe, seed=seed,
            device=one_of("--device", device, "auto", "cpu", "cuda") or "auto", progress=progress)
    show_summary(summary, out)


def one_of(option: str, given: str | None, *known: str) -> Any:
    """Return what was given to an option.

    Raises:
        ConfigError: It is none of the known words.
    """
    from cx_text.errors import ConfigError

    if given is not None and given not in known:
        raise ConfigError(f"{option} {given!r} is none of {', '.join(known)}")
    return given


def dated(option: str, given: str | None) -> str | None:
    """Return the date that was given to an option.

    Raises:
        ConfigError: It is none that reads the same everywhere, as 03/04/2026 does not.
    """
    from cx_text.errors import ConfigError

    try:
        if given is not None:
            datetime.fromisoformat(given)
    except ValueError:
        raise ConfigError(f"{option} {given!r} is no date", next=f"Write it as {option} 2026-03-01") from None
    return given


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Give a progress callback that draws a bar on standard error, and draws nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(SpinnerColumn(), TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(),
                  TimeElapsedColumn(), console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:
        tasks = {"loading": bars.add_task("loading models", total=None)}

        def tell(phase: str, done: int, total: int | None) -> None:
            if phase not in tasks:
                for task in tasks.values():  # a new phase begins: those before it are through
                    whole = bars.tasks[task].completed or 1
                    bars.update(task, total=whole, completed=whole)
                tasks[phase] = bars.add_task(phase, total=total)
            bars.update(tasks[phase], completed=done, total=total)

        yield tell
