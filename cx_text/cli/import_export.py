"""`cx-text import`: exports go into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
from cx_text.cli.tag import one_of, progress_bar

if TYPE_CHECKING:
    from cx_text.importing import Imported

Place = Annotated[str | None, typer.Option(
    "--store", metavar="PATH_OR_URL", help="The store: a file, or postgresql://…; CX_TEXT_DATABASE_URL when not given, "
    "else cx_text.sqlite3 in this folder.")]


def import_export(
    export: Exports,
    store: Place = None,
    recipe: Annotated[str, typer.Option(
        "--recipe", "-r", help="Name or path of a recipe: it names the source and what is masked.")] = "nps_survey",
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
    profile: Profile = None,
    sheet: Sheet = None,
    source: Annotated[str | None, typer.Option(
        help="Where the comments come from; answers of the same id and source are versions of one.")] = None,
    keep_personal_data: KeepPersonalData = False,
) -> None:
    """Put the comments of exports into the store; what is there already stays, and newer versions take its place."""
    from cx_text.errors import ConfigError
    from cx_text.importing import import_export as into_store
    from cx_text.sources.measured import parse_measures
    from cx_text.store.opening import open_store

    if question and question_column:
        raise ConfigError("both --question and --question-column were given", next="Give one of the two")
    with open_store(store, create=True) as opened, progress_bar() as progress:
        done = into_store(
            opened, export, sheet=sheet, profile=profile, recipe=recipe, verbatim=verbatim_column,
            nps_score=nps_column, rating=rating_column, rating_scale=rating_scale, received_at=date_column,
            date_order=one_of("--date-order", date_order, "dmy", "mdy"), id=id_column, question=question,
            question_column=question_column, segments=segment_column, customer=customer_column, channel=channel_column,
            measures=parse_measures(measure) if measure else None, source=source,
            redact=False if keep_personal_data else None, progress=progress)
    show_import(done, opened.place)


def show_import(done: Imported, place: str) -> None:
    """Print what became of each row, in lines that add up."""
    from cx_text.cli.figure_tables import outcome_words
    from cx_text.sources.rows import Outcome
    from cx_text.store.comments import Arrival

    typer.echo(f"Store: {place}")
    typer.echo(f"Rows read: {done.n_rows:,}")
    came = [f"{arrival.value} {done.comments[arrival]:,}" for arrival in Arrival if done.comments.get(arrival)]
    typer.echo(f"Comments: {', '.join(came) or 'none'}")
    if done.ledger:
        left_out = [outcome_words(outcome.value, n) for outcome in Outcome if (n := done.ledger.get(outcome))]
        typer.echo(f"Not stored: {', '.join(left_out)}")
    for note in done.notes:
        typer.echo(f"Note: {note}")
    typer.echo("1 comment waits to be tagged." if done.n_waiting == 1 else
               f"{done.n_waiting:,} comments wait to be tagged.")
