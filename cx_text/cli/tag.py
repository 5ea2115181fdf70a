"""`cx-text tag`: an export in, a folder of results out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cx_text.cli.column_options import (
    ChannelColumn,
    CustomerColumn,
    DateColumn,
    DateOrderWord,
    Exports,
    IdColumn,
    KeepPersonalData,
    Measures,
    NpsColumn,
    Profile,
    Question,
    QuestionColumn,
    RatingColumn,
    RatingScaleText,
    SegmentColumns,
    Sheet,
    VerbatimColumns,
)

if TYPE_CHECKING:
    from cx_text.run import Progress


def tag(
    export: Exports,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the results into.")],
    recipe: Annotated[str, typer.Option("--recipe", "-r", help="Name or path of a recipe.")] = "nps_survey",
    verbatim_column: VerbatimColumns = None,
    nps_column: NpsColumn = None,
    rating_column: RatingColumn = None,
    rating_scale: RatingScaleText = None,
    date_column: DateColumn = None,
    date_order: DateOrderWord = None,
    id_column: IdColumn = None,
    question_column: QuestionColumn = None,
    question: Question = None,
    segment_column: SegmentColumns = None,
    customer_column: CustomerColumn = None,
    channel_column: ChannelColumn = None,
    measure: Measures = None,
    compare_at: Annotated[str | None, typer.Option(
        metavar="DATE", help="Date from which on the NPS is compared with before; the middle of the time when not "
        "given.")] = None,
    profile: Profile = None,
    sheet: Sheet = None,
    source: Annotated[str | None, typer.Option(help='Where the comments come from, such as "app_store".')] = None,
    codeframe: Annotated[Path | None, typer.Option(
        help="Saved themes to use instead of finding some, or a TOML or CSV of themes to start from.")] = None,
    keep_personal_data: KeepPersonalData = False,
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
