"""`cx-text import`: exports go into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cx_text.cli.tag import one_of, progress_bar

if TYPE_CHECKING:
    from cx_text.importing import Imported

Place = Annotated[str | None, typer.Option(
    "--store", metavar="PATH_OR_URL", help="The store: a file, or postgresql://…; CX_TEXT_DATABASE_URL when not given, "
    "else cx_text.sqlite3 in this folder.")]


def import_export(
    export: Annotated[list[Path], typer.Argument(
        metavar="FILE...", help="CSV, TSV, XLSX, ODS, JSON, JSONL or Parquet, also in a ZIP; a folder, or several.")],
    store: Place = None,
    recipe: Annotated[str, typer.Option(
        "--recipe", "-r", help="Name or path of a recipe: it names the source and what is masked.")] = "nps_survey",
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
        help="Column of the customer's own key, the same in each of their answers; a pseudonym is stored.")] = None,
    channel_column: Annotated[str | None, typer.Option(
        help="Column that says where the customer spoke, such as an app store.")] = None,
    measure: Annotated[list[str] | None, typer.Option(
        metavar="NAME=COLUMN[:SCALE]", help='Column of a further outcome, such as "csat=Satisfaction:1-5"; may be '
        "given several times.")] = None,
    profile: Annotated[str | None, typer.Option(
        help="Name or path of a saved reading of the columns: cx-text inspect --save-profile.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook; '*' for all with the same columns.")] = None,
    source: Annotated[str | None, typer.Option(
        help="Where the comments come from; answers of the same id and source are versions of one.")] = None,
    keep_personal_data: Annotated[bool, typer.Option(
        "--keep-personal-data", help="Store names, addresses and numbers in comments as they are.")] = False,
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
    from cx_text.sources.rows import Outcome
    from cx_text.store.comments import Arrival

    typer.echo(f"Store: {place}")
    typer.echo(f"Rows read: {done.n_rows:,}")
    came = [f"{arrival.value} {done.comments[arrival]:,}" for arrival in Arrival if done.comments.get(arrival)]
    typer.echo(f"Comments: {', '.join(came) or 'none'}")
    if done.ledger:
        left_out = [f"{outcome.value.replace('_', ' ')} {done.ledger[outcome]:,}" for outcome in Outcome
                    if done.ledger.get(outcome)]
        typer.echo(f"Not stored: {', '.join(left_out)}")
    for note in done.notes:
        typer.echo(f"Note: {note}")
    typer.echo("1 comment waits to be tagged." if done.n_waiting == 1 else
               f"{done.n_waiting:,} comments wait to be tagged.")
