"""`cx-text doctor`: what works on this machine."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

LIBRARIES = ("torch", "transformers", "spacy", "bertopic", "umap-learn", "hdbscan", "lingua-language-detector",
             "presidio-analyzer", "phonenumbers", "pandas", "pyarrow", "openpyxl", "xlsxwriter", "altair",
             "vl-convert-python")


def doctor() -> None:
    """Say what works here: Python, libraries, processor, models and recipes. Exit code 3 when something is missing."""
    lines = [(True, f"python {platform.python_version()} on {platform.system()} {platform.machine()}")]
    lines += [_library(name) for name in LIBRARIES]
    if all(fine for fine, _ in lines):
        lines += _processor()
        lines += _models()
        lines += _recipes()
    for fine, line in lines:
        typer.echo(f"{'ok     ' if fine else 'MISSING'}  {line}")
    if not all(fine for fine, _ in lines):
        raise typer.Exit(3)


def _library(name: str) -> tuple[bool, str]:
    try:
        return True, f"{name} {version(name)}"
    except PackageNotFoundError:
        return False, f"{name}: pip install {name}"


def _processor() -> list[tuple[bool, str]]:
    import torch

    from cx_text.backends.transformer_encoder import pick_device, pick_dtype

    device = pick_device("auto")
    dtype = str(pick_dtype("auto", device)).removeprefix("torch.")
    return [(True, f"models run on {device} in {dtype}, {torch.get_num_threads()} threads")]


def _models() -> list[tuple[bool, str]]:
    from cx_text.config import card_names, load_card
    from cx_text.errors import ModelError

    lines = []
    for name in card_names():
        card = load_card(name)
        if card is None:
            continue
        try:
            card.weights()
        except ModelError as error:
            lines.append((False, f"model {name}: {error}"))
        else:
            lines.append((True, f"model {name} ({card.job}, revision {card.revision}, {card.licence})"))
    return lines


def _recipes() -> list[tuple[bool, str]]:
    from cx_text.cli.explain import stage_rows
    from cx_text.config import load_recipe, recipe_names
    from cx_text.errors import CxTextError

    lines = []
    for name in recipe_names():
        try:
            missing = [row[5] for row in stage_rows(load_recipe(name)) if row[5]]
        except CxTextError as error:
            missing = [str(error)]
        lines.append((not missing, f"recipe {name}" + (f": {missing[0]}" if missing else "")))
    return lines
