"""`cx-text drivers`, `scores`, `segments`, `compare`, `conflicts` and `brands`: questions to a folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cx_text.cli.csv_output import put
from cx_text.cli.tag import dated

Results = Annotated[Path, typer.Argument(help="Folder of results that cx-text tag wrote.")]
Csv = Annotated[str | None, typer.Option(
    "--csv", metavar="FILE", help="Write the whole table as CSV too; - for standard output, and nothing else there.")]
By = Annotated[list[str] | None, typer.Option(
    help="Column of a segment; may be given several times. All of them when not given.")]


def drivers(
    results: Results,
    outcome: Annotated[str, typer.Option(help="nps, or a measure named when tagging, such as churned.")] = "nps",
    segment: Annotated[str | None, typer.Option(metavar="COLUMN=VALUE", help="Only these customers.")] = None,
    show_all: Annotated[bool, typer.Option(
        "--all", help="Also by what is said of each theme: negative, neutral, positive.")] = False,
    csv: Csv = None,
) -> None:
    """Show which themes go with a lower or higher NPS, or another outcome, each with its interval and a verdict."""
    from cx_text import questions
    from cx_text.cli.figure_tables import show_drivers
    from cx_text.insights.observations import read_observations

    found = read_observations(results)
    if segment is not None:
        found = questions.of_segment(found, *column_and_value(segment))
    table = questions.drivers(found, outcome)
    put(table, csv, lambda: show_drivers(table, found, outcome, of=segment, is_all=show_all))


def scores(results: Results, csv: Csv = None) -> None:
    """Show each score of the export by itself: NPS, CSAT, effort, stars, attrition, revenue."""
    from cx_text import questions
    from cx_text.cli.figure_tables import show_scores
    from cx_text.errors import ConfigError

    table = questions.scores(results)
    if table.empty:
        raise ConfigError("the results hold no score and no other measure",
                          next="Name a column with --nps-column, --rating-column or --measure when you tag")
    put(table, csv, lambda: show_scores(table))


def segments(results: Results, by: By = None, csv: Csv = None) -> None:
    """Show the NPS of each segment, and how it differs from all others."""
    from cx_text import questions
    from cx_text.cli.figure_tables import show_segments
    from cx_text.errors import ConfigError

    table = questions.segments(results, by)
    if table.empty:
        raise ConfigError("there are no segments to compare: no column of one has from 2 to 50 values",
                          next="Name columns with --segment-column when you tag")
    put(table, csv, lambda: show_segments(table))


def compare(
    results: Results,
    at: Annotated[str | None, typer.Option(
        metavar="DATE", help="Date from which on is compared with before; the middle of the time when no window is "
        "given.")] = None,
    before: Annotated[str | None, typer.Option(
        metavar="A..B", help="The earlier window, such as 2026-03-01..2026-06-01; its last day is not in it.")] = None,
    after: Annotated[str | None, typer.Option(metavar="C..D", help="The later window.")] = None,
    by: By = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show all parts, not the largest alone.")] = False,
    csv: Csv = None,
) -> None:
    """Show how the NPS changed from one window of time to another, in parts that add up to the change."""
    from cx_text import questions
    from cx_text.cli.figure_tables import show_change

    change = questions.compare(results, at=dated("--at", at), before=before, after=after, names=by)
    is_halved = at is None and before is None and after is None
    put(change.parts, csv, lambda: show_change(change, is_halved=is_halved, is_all=show_all))


def conflicts(
    results: Results,
    n: Annotated[int, typer.Option("--n", min=0, help="How many of them to show, the strongest first.")] = 20,
    csv: Csv = None,
) -> None:
    """Show comments whose words and score disagree: promoters who complain, and detractors who praise."""
    from cx_text import questions
    from cx_text.cli.figure_tables import show_conflicts

    table = questions.conflicts(results)
    put(table, csv, lambda: show_conflicts(table, n))


def brands(
    results: Results,
    themes: Annotated[bool, typer.Option("--themes", help="Theme by theme, the brands side by side.")] = False,
    csv: Csv = None,
) -> None:
    """Show how much each brand is spoken of, how well, and how that compares with ours."""
    from cx_text import questions
    from cx_text.cli.figure_tables import show_brand_themes, show_brands

    table = questions.brand_themes(results) if themes else questions.brands(results)
    put(table, csv, lambda: (show_brand_themes if themes else show_brands)(table))


def column_and_value(text: str) -> tuple[str, str]:
    """Return the two parts of "Plan=Plus".

    Raises:
        ConfigError: It is no such text.
    """
    from cx_text.errors import ConfigError

    column, mark, value = text.partition("=")
    if not mark or not column.strip() or not value.strip():
        raise ConfigError(f"--segment {text!r} is no column and value", next="Write it as --segment Plan=Plus")
    return column.strip(), value.strip()
