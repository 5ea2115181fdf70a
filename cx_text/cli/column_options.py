"""Options that say how an export is read, the same for every command that reads one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Exports = Annotated[list[Path], typer.Argument(
    metavar="EXPORT...", help="CSV, TSV, XLSX, ODS, JSON, JSONL or Parquet, also in a ZIP; a folder, or several.")]
VerbatimColumns = Annotated[list[str] | None, typer.Option(
    "--verbatim-column", help="Column of the customers' words; may be given several times.")]
NpsColumn = Annotated[str | None, typer.Option("--nps-column", help="Column of scores from 0 to 10.")]
RatingColumn = Annotated[str | None, typer.Option(
    "--rating-column", help="Column of stars or grades: a proxy, never an NPS.")]
RatingScaleText = Annotated[str | None, typer.Option(
    "--rating-scale", help='Its lowest and highest value, such as "1-5".')]
DateColumn = Annotated[str | None, typer.Option(
    "--date-column", help="Column of dates; without a zone they are UTC.")]
DateOrderWord = Annotated[str | None, typer.Option(
    "--date-order", help="dmy or mdy, where the dates alone cannot tell.")]
IdColumn = Annotated[str | None, typer.Option("--id-column", help="Column of the response's own id.")]
QuestionColumn = Annotated[str | None, typer.Option("--question-column", help="Column that holds each row's question.")]
Question = Annotated[str | None, typer.Option("--question", help="The wording of the question that was asked.")]
SegmentColumns = Annotated[list[str] | None, typer.Option(
    "--segment-column", help="Column to slice by; may be given several times.")]
CustomerColumn = Annotated[str | None, typer.Option(
    "--customer-column", help="Column of the customer's own key, the same in each of their answers.")]
ChannelColumn = Annotated[str | None, typer.Option(
    "--channel-column", help="Column that says where the customer spoke, such as an app store.")]
Measures = Annotated[list[str] | None, typer.Option(
    "--measure", metavar="NAME=COLUMN[:SCALE]", help='Column of a further outcome, such as "csat=Satisfaction:1-5" or '
    '"churned=Cancelled?"; may be given several times.')]
Profile = Annotated[str | None, typer.Option(
    "--profile", help="Name or path of a saved reading of the columns: cx-text inspect --save-profile.")]
Sheet = Annotated[str | None, typer.Option(
    "--sheet", help="Sheet of a workbook; '*' for all with the same columns.")]
KeepPersonalData = Annotated[bool, typer.Option(
    "--keep-personal-data", help="Leave names, addresses and numbers in comments as they are.")]
