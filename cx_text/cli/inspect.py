"""`cx-text inspect`: what an export holds and how it would be read, before anything runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from cx_text.inspection import Inspection


def inspect(
    export: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, ODS, JSON, JSONL or Parquet, also in a ZIP.")],
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    profile: Annotated[str | None, typer.Option(help="Name or path of a saved profile to read it with.")] = None,
    save_profile: Annotated[str | None, typer.Option(
        "--save-profile", help="Keep this reading under a name; tag uses it for files with the same columns.")] = None,
    verbatim_column: Annotated[list[str] | None, typer.Option(
        help="Column of the customers' words; may be given several times.")] = None,
    nps_column: Annotated[str | None, typer.Option(help="Column of scores from 0 to 10.")] = None,
    rating_column: Annotated[str | None, typer.Option(help="Column of stars or grades.")] = None,
    rating_scale: Annotated[str | None, typer.Option(help='Its lowest and highest value, such as "1-5".')] = None,
    date_column: Annotated[str | None, typer.Option(help="Column of dates.")] = None,
    date_order: Annotated[str | None, typer.Option(help="dmy or mdy, where the dates alone cannot tell.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Column of the response's own id.")] = None,
    question_column: Annotated[str | None, typer.Option(help="Column that holds each row's question.")] = None,
    segment_column: Annotated[list[str] | None, typer.Option(
        help="Column to slice by; may be given several times.")] = None,
    customer_column: Annotated[str | None, typer.Option(help="Column with the customer's own key.")] = None,
    channel_column: Annotated[str | None, typer.Option(
        help="Column that says where the customer spoke, such as an app store.")] = None,
    measure: Annotated[list[str] | None, typer.Option(
        help="NAME=COLUMN of a further measure, such as churned=Cancelled; may be given several times.")] = None,
    every_row: Annotated[bool, typer.Option("--all", help="Look at all rows, not at the first 100,000 alone.")] = False,
) -> None:
    """Show what an export holds: its form, the role of each column and why, what would be read, and what not."""
    from cx_text.cli.tag import one_of
    from cx_text.inspection import MAX_ROWS, inspect_export
    from cx_text.planning import plan_export
    from cx_text.sources.measured import parse_measures
    from cx_text.sources.profiles import profile_of
    from cx_text.sources.profiles import save_profile as keep

    opened, plan, used = plan_export(
        export, sheet=sheet, profile=profile, verbatim=verbatim_column, nps_score=nps_column, rating=rating_column,
        rating_scale=rating_scale, received_at=date_column, date_order=one_of("--date-order", date_order, "dmy", "mdy"),
        id=id_column, question_column=question_column, segments=segment_column, customer=customer_column,
        channel=channel_column, measures=parse_measures(measure) if measure else None)
    found = inspect_export(opened, plan, max_rows=None if every_row else MAX_ROWS)
    show_inspection(found, used)
    if save_profile:
        path = keep(profile_of(plan, [c.name for c in found.columns], date_order=date_order), save_profile)
        typer.echo(f"\nKept as profile {save_profile!r}: {path}")


def show_inspection(found: Inspection, profile: str | None) -> None:
    """Print an inspection so that it reads well on 80 columns."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(found.path.name, style="bold"))
    for name, value in found.facts.items():
        console.print(Text(f"  {name}: {value}"))
    if profile:
        console.print(Text(f"  read by profile {profile!r}"))
    console.print()
    _show_columns(console, found)
    _show_rows(console, found)
    for note in found.notes:
        console.print(Text(f"Note: {note}"))


def _show_columns(console: Console, found: Inspection) -> None:
    from rich.table import Table
    from rich.text import Text

    from cx_text.cli.figure_tables import plain
    from cx_text.report.figures import count, percent

    table = Table(box=None, pad_edge=False)
    table.add_column("column", overflow="fold", max_width=30)
    table.add_column("role")
    table.add_column("filled", justify="right")
    table.add_column("why", overflow="fold", style="dim")
    for column in found.columns:
        unused = column.role in ("kept, not used", "metadata", "other analytics")
        why = column.because + (("; " if column.because else "") + "personal data" if column.is_personal else "")
        name = column.name if column.wording == column.name else f"{column.name}: {' '.join(column.wording.split())}"
        table.add_row(Text(plain(name)), Text(column.role, style="dim" if unused else "bold"),
                      percent(column.filled_share), Text(plain(why)))
    console.print(table)
    console.print(Text(f"\n{count(found.n_rows)} rows, {count(len(found.columns))} columns"))


def _show_rows(console: Console, found: Inspection) -> None:
    from rich.text import Text

    from cx_text.cli.figure_tables import plain
    from cx_text.report.figures import count
    from cx_text.sources.rows import Outcome

    for column, outcomes in found.outcomes.items():
        parts = [f"{count(n)} {'to be read' if outcome.value == 'analysed' else outcome.value.replace('_', ' ')}"
                 for outcome, n in sorted(outcomes.items(), key=lambda item: [*Outcome].index(item[0])) if n]
        console.print(Text(f"  {plain(column)}: {', '.join(parts)}"))
    if found.faults:
        console.print(Text("\nRows that would not be read, the first of them:"))
        for row, reason in found.faults:
            console.print(Text(f"  row {row}: {plain(reason)}"))
    if found.preview:
        console.print(Text("\nThe first comments:"))
    for comment in found.preview:
        score = comment.nps_score if comment.nps_score is not None else comment.rating
        at = f"{comment.received_at:%Y-%m-%d}" if comment.received_at else ""
        words = plain(" ".join((comment.tags.text or comment.verbatim).split()))
        line = "  ".join(part for part in ("–" if score is None else f"{score:g}", at, words) if part)
        console.print(Text("  " + line), no_wrap=True, overflow="ellipsis")
