"""`cx-text inspect`: what an export holds and how it would be read, before anything runs."""

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
    QuestionColumn,
    RatingColumn,
    RatingScaleText,
    SegmentColumns,
    Sheet,
    VerbatimColumns,
)

if TYPE_CHECKING:
    from rich.console import Console

    from cx_text.inspection import Inspection

_PLAIN_ROLES = ("metadata", "other analytics")  # whose reason says no more than they do


def inspect(
    export: Exports,
    sheet: Sheet = None,
    profile: Profile = None,
    save_profile: Annotated[str | None, typer.Option(
        "--save-profile", help="Keep this reading under a name; tag uses it for files with the same columns.")] = None,
    verbatim_column: VerbatimColumns = None,
    nps_column: NpsColumn = None,
    rating_column: RatingColumn = None,
    rating_scale: RatingScaleText = None,
    date_column: DateColumn = None,
    date_order: DateOrderWord = None,
    id_column: IdColumn = None,
    question_column: QuestionColumn = None,
    segment_column: SegmentColumns = None,
    customer_column: CustomerColumn = None,
    channel_column: ChannelColumn = None,
    measure: Measures = None,
    keep_personal_data: KeepPersonalData = False,
    every_row: Annotated[bool, typer.Option("--all", help="Look at all rows, not at the first 100,000 alone.")] = False,
) -> None:
    """Show what an export holds: its form, the role of each column and why, what would be read, and what not."""
    from cx_text.cli.tag import one_of
    from cx_text.inspection import MAX_ROWS, inspect_export
    from cx_text.planning import plan_export
    from cx_text.sources.columns.profiles import profile_of
    from cx_text.sources.columns.profiles import save_profile as keep
    from cx_text.sources.files.folders import title_of
    from cx_text.sources.measured import parse_measures

    opened, plan, used = plan_export(
        export, sheet=sheet, profile=profile, verbatim=verbatim_column, nps_score=nps_column, rating=rating_column,
        rating_scale=rating_scale, received_at=date_column, date_order=one_of("--date-order", date_order, "dmy", "mdy"),
        id=id_column, question_column=question_column, segments=segment_column, customer=customer_column,
        channel=channel_column, measures=parse_measures(measure) if measure else None)
    found = inspect_export(opened, plan, max_rows=None if every_row else MAX_ROWS)
    show_inspection(found, used, title_of(opened), is_masked=not keep_personal_data)
    if save_profile:
        path = keep(profile_of(plan, [c.name for c in found.columns], date_order=date_order), save_profile)
        typer.echo(f"\nKept as profile {save_profile!r}: {path}")


def show_inspection(found: Inspection, profile: str | None, title: str, *, is_masked: bool = True) -> None:
    """Print an inspection so that it reads well on 80 columns."""
    from rich.console import Console
    from rich.text import Text

    from cx_text.cli.figure_tables import plain

    console = Console(highlight=False)
    console.print(Text(plain(title), style="bold"))
    for name, value in found.facts.items():
        _say(console, f"{name}: {value}")
    if profile:
        _say(console, f"read by profile {profile!r}")
    for question in found.to_answer:
        console.print()
        console.print(Text(f"To answer: {plain(question)}", style="bold yellow"))
    console.print()
    _show_columns(console, found)
    _show_counts(console, found)
    _show_cells(console, found, is_masked=is_masked)
    for note in found.notes:
        console.print(Text(f"Note: {plain(note)}"))


def _say(console: Console, text: str, *, style: str = "", indent: int = 2) -> None:
    """Print a text with all its lines indented, those after the first a little further."""
    from rich.text import Text

    from cx_text.cli.figure_tables import plain

    for number, line in enumerate(Text(plain(text), style=style).wrap(console, max(20, console.width - indent - 2))):
        line.rstrip()
        console.print(Text(" " * (indent + 2 * (number > 0))) + line)


def _show_columns(console: Console, found: Inspection) -> None:
    """Print one line a column, and below it what was asked there and why it has its role."""
    from rich.table import Table
    from rich.text import Text

    from cx_text.cli.figure_tables import plain
    from cx_text.report.figures import count, percent
    from cx_text.sources.columns.headers import reads_like_question

    names = [plain(column.name) for column in found.columns]
    roles = [column.role + (", personal" if column.is_personal else "") for column in found.columns]
    role_width = max(4, *map(len, roles))
    before = ""
    name_width = max(6, min(max(map(len, names), default=0), console.width - role_width - 20))
    for column, name, role in [(None, "column", "role"), *zip(found.columns, names, roles, strict=True)]:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=name_width, overflow="fold")
        table.add_column(width=role_width, overflow="fold")
        for _ in range(2):
            table.add_column(width=6, justify="right")
        if column is None:
            table.add_row(name, role, "filled", "sure", style="bold")
            console.print(table)
            continue
        is_used = column.confidence is not None
        sure = "" if column.confidence is None else percent(column.confidence)
        table.add_row(Text(name), Text(role, style="bold" if is_used else "dim"), percent(column.filled_share),
                      Text(sure, style="yellow" if is_used and (column.confidence or 0) < 0.6 else ""))
        console.print(table)
        if is_used and column.wording != column.name and reads_like_question(column.wording):
            _say(console, f"“{column.wording}”", style="italic")
        is_told = column.because == before  # of the eleven columns of one score, or of several segments
        before = column.because
        if column.because and not is_told and (is_used or column.role not in _PLAIN_ROLES):
            _say(console, column.because, style="dim")
    console.print(Text(f"\n{count(found.n_rows)} rows, {count(len(found.columns))} columns"))


def _show_counts(console: Console, found: Inspection) -> None:
    from cx_text.cli.figure_tables import outcome_words
    from cx_text.report.figures import count
    from cx_text.sources.rows import Outcome

    for column, outcomes in found.outcomes.items():
        parts = [f"{count(n)} to be read" if outcome is Outcome.ANALYSED else outcome_words(outcome.value, n)
                 for outcome, n in sorted(outcomes.items(), key=lambda item: [*Outcome].index(item[0])) if n]
        _say(console, f"{column}: {', '.join(parts)}")


def _show_cells(console: Console, found: Inspection, *, is_masked: bool) -> None:
    """Print what quotes the customers, with personal data masked: finding it takes a few seconds, so this is last."""
    from rich.text import Text

    from cx_text.cli.figure_tables import plain

    reasons = [reason for _, reason in found.faults]
    texts = [" ".join((comment.tags.text or comment.verbatim).split()) for comment in found.preview]
    if is_masked and (texts or reasons):
        from cx_text.backends.presidio_pii import PresidioPii
        from cx_text.privacy import masked_texts

        masked = masked_texts(PresidioPii(), [*reasons, *texts])
        reasons, texts = masked[:len(reasons)], masked[len(reasons):]
    if found.faults:
        console.print(Text("\nRows that would not be read, the first of them:"))
        for (row, _), reason in zip(found.faults, reasons, strict=True):
            _say(console, f"row {row}: {reason}")
    if found.preview:
        console.print(Text("\nThe first comments:"))
    for comment, text in zip(found.preview, texts, strict=True):
        score = comment.nps_score if comment.nps_score is not None else comment.rating
        at = f"{comment.received_at:%Y-%m-%d}" if comment.received_at else ""
        line = "  ".join(part for part in ("–" if score is None else f"{score:g}", at, plain(text)) if part)
        console.print(Text("  " + line), no_wrap=True, overflow="ellipsis")
