"""`cx-text models`: which models there are and how good, and how good one is on your own labelled file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cx_text.insights.quality import ClassQuality, Interval, Quality

MOST_LABELS = 5  # a wrong column has as many labels as rows, and they are somebody's words

models = typer.Typer(help="List the model cards and what was measured, or measure a model on your own labels.",
                     rich_markup_mode=None)


@models.callback(invoke_without_command=True)
def list_models(context: typer.Context) -> None:
    """Print every card: what it does, in which languages, under which licence, and what was measured."""
    if context.invoked_subcommand:
        return
    from cx_text.config import card_names, load_card

    for name in card_names():
        card = load_card(name)
        if card is None:
            continue
        typer.echo(f"{card.name}: {card.job}, {', '.join(card.languages)}, {card.licence}, revision {card.revision}")
        typer.echo(f"  {card.summary}")
        for where, figures in card.measured.items():
            typer.echo(f"  {where}: {', '.join(f'{k} {v:g}' for k, v in figures.items())}")


@models.command("measure")
def measure_model(
    name: Annotated[str, typer.Argument(help="A card's name, a folder with weights, or a public name.")],
    data: Annotated[Path, typer.Option(help="Your labelled file: .csv, .xlsx, .jsonl or .parquet.")],
    text: Annotated[str | None, typer.Option(help="Column of the texts.")] = None,
    label: Annotated[str | None, typer.Option(help="Column of the labels.")] = None,
    question: Annotated[str | None, typer.Option(help="Column of the questions that the texts answer.")] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="What a label means, such as good=positive.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure a polarity model on your own labels, with 95 % intervals."""
    from cx_text.backends.opening import open_polarity
    from cx_text.insights.quality import measure
    from cx_text.sources.labelled import read_labelled

    model = open_polarity(name)
    found = read_labelled(data, text=text, label=label, question=question, label_map=_meanings(map_ or []))
    quality = measure(found.classes, model.predict(found.texts, found.questions))
    if as_json:
        typer.echo(json.dumps({**asdict(quality), "left_out": _folded(found.left_out)}, indent=1))
        return
    typer.echo(f"{name} on {data}: {quality.n:,} texts")
    for reason, n in _folded(found.left_out).items():
        typer.echo(f"left out: {n:,} {reason}")
    _print(quality)


def _meanings(pairs: list[str]) -> dict[str, str]:
    """Return label → class of options such as good=positive.

    Raises:
        ConfigError: One has no "=" or names another class.
    """
    from cx_text.errors import ConfigError
    from cx_text.sources.labelled import CLASSES

    meanings = {}
    for pair in pairs:
        label, _, meaning = (part.strip() for part in pair.rpartition("="))
        if not label or meaning.casefold() not in CLASSES:
            raise ConfigError(f"--map {pair!r} says nothing",
                              next="Write LABEL=negative, LABEL=neutral or LABEL=positive")
        meanings[label] = meaning.casefold()
    return meanings


def _folded(left_out: Mapping[str, int]) -> dict[str, int]:
    """Return why rows were left out, the commonest reason first; of unknown labels the commonest, the others as one."""
    ranked = sorted(left_out.items(), key=lambda item: (-item[1], item[0]))
    labels = [item for item in ranked if item[0].startswith("with label ")]
    rare = dict(labels[MOST_LABELS:])
    kept = {reason: n for reason, n in ranked if reason not in rare}
    return kept | {f"with one of {len(rare):,} other labels": sum(rare.values())} if rare else kept


def _print(quality: Quality) -> None:
    typer.echo(f"\n{'':16}{'figure':>8}  95 % interval")
    for name, figure in (("accuracy", quality.accuracy), ("macro-F1", quality.macro_f1),
                         ("macro recall", quality.macro_recall)):
        typer.echo(f"{name:16}{_told(figure)}")
    typer.echo(f"{'calibration':16}{quality.calibration_error:8.3f}  expected error of the confidence")
    typer.echo(f"\n{'':16}{'n':>8}{'precision':>11}{'recall':>8}{'F1':>8}  95 % interval")
    for c in quality.classes:
        typer.echo(f"{c.name:16}{c.n:8,}{_told_class(c)}")
    # Plain characters: on Windows, output that goes into a file has no arrows.
    typer.echo(f"\n{'labelled / read':17}" + "".join(f"{c.name:>10}" for c in quality.classes))
    for c, row in zip(quality.classes, quality.confusion, strict=True):
        typer.echo(f"{c.name:17}" + "".join(f"{n:10,}" for n in row))


def _told_class(c: ClassQuality) -> str:
    if not c.n:  # nothing there to find: 0 would read as a fault of the model
        return f"{'-':>11}{'-':>8}{'-':>8}"
    return f"{c.precision.value:11.3f}{c.recall.value:8.3f}{_told(c.f1)}"


def _told(figure: Interval) -> str:
    return f"{figure.value:8.3f}  {figure.low:.3f} to {figure.high:.3f}"
