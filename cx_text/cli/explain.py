"""`cx-text explain`: what a recipe does, and what of it is missing on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cx_text.config import Job, Recipe

# The model jobs that each of our stages uses.
JOBS: dict[str, Job] = {"language": "language", "opinions": "clauses", "polarity": "polarity",
                        "brand_mentions": "polarity", "implied": "implied", "themes": "embedding"}


def explain(name: Annotated[str, typer.Argument(help="Name or path of a recipe.")] = "nps_survey") -> None:
    """Print a recipe as a table: stage, needs, adds, model, revision, and what is missing here."""
    from rich.console import Console
    from rich.table import Table

    from cx_text.config import load_recipe

    recipe = load_recipe(name)
    console = Console(highlight=False)
    console.print(f"{recipe.name}: {recipe.description}", soft_wrap=True)
    console.print(f"reads {', '.join(recipe.languages)}; source {recipe.source!r}")
    kinds = ", ".join(kind.lower() for kind in recipe.privacy.kinds)
    console.print(f"personal data first: {f'{kinds} masked' if recipe.privacy.redact else 'kept'}\n")
    table = Table(box=None, pad_edge=False)
    for column in ("stage", "needs", "adds", "model", "revision"):
        table.add_column(column, overflow="fold")
    rows = stage_rows(recipe)
    for row in rows:
        table.add_row(*(cell.replace(", ", ",\n") for cell in row[:5]))  # else a name breaks in a narrow terminal
    console.print(table)
    missing = [f"  {row[0]}: {row[5]}" for row in rows if row[5]]
    console.print("\n".join(["\nmissing here:", *missing] if missing else ["\nmissing here: nothing"]), soft_wrap=True)


def stage_rows(recipe: Recipe) -> list[tuple[str, str, str, str, str, str]]:
    """Return stage, needs, adds, model, revision and what is missing, one row a stage.

    Raises:
        ConfigError: A stage is unknown, or stands before one that it needs.
    """
    from cx_text.backends.opening import Models, model_card
    from cx_text.codeframe import Codeframe
    from cx_text.errors import ModelError
    from cx_text.pipeline import check_order
    from cx_text.plugins import find_stage

    rows, stages = [], []
    for stage_name in recipe.stages:
        job, model, revision, missing = JOBS.get(stage_name), "", "", ""
        try:
            if job:
                card = model_card(getattr(recipe.models, job), job)
                model, revision = card.name, card.revision
                card.weights()
            models = Models(recipe)
            stages.append(find_stage(stage_name)(models.with_codeframe(Codeframe.empty(models.embedder))))
        except ModelError as error:
            missing = str(error)
            rows.append((stage_name, "?", "?", model, revision, missing))
            continue
        rows.append((stage_name, ", ".join(stages[-1].needs), ", ".join(stages[-1].adds), model, revision, ""))
    if not any(row[5] for row in rows):
        check_order(stages)
    return rows
