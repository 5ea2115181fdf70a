"""`cx-text export`: what a store holds, as a folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cx_text.cli.import_export import Place
from cx_text.cli.tag import dated, progress_bar

if TYPE_CHECKING:
    from cx_text.views import View

_SEVERAL = "; may be given several times."


def export(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the results into.")],
    store: Place = None,
    since: Annotated[str | None, typer.Option(
        "--from", metavar="DAY", help="The first day, such as 2026-03-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Where the comments come from" + _SEVERAL)] = None,
    segment: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A segment" + _SEVERAL)] = None,
    language: Annotated[list[str] | None, typer.Option(help='A language, such as "en"' + _SEVERAL)] = None,
    brand: Annotated[list[str] | None, typer.Option(help="Comments that mention a brand" + _SEVERAL)] = None,
    category: Annotated[list[str] | None, typer.Option(help="detractor, passive or promoter" + _SEVERAL)] = None,
    stage: Annotated[list[str] | None, typer.Option(help="A journey stage of a raised theme" + _SEVERAL)] = None,
    compare_at: Annotated[str | None, typer.Option(
        metavar="DATE", help="Date from which on the NPS is compared with before; the middle of the time when not "
        "given.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace results that are there.")] = False,
) -> None:
    """Write what the run in use read in the comments of the store: the same tables and report as `tag` writes."""
    from cx_text.cli.summary import show_summary
    from cx_text.exporting import export_store
    from cx_text.store.opening import open_store

    view = _view({"from": [since] if since else (), "to": [until] if until else (), "source": source or (),
                  "language": language or (), "brand": brand or (), "category": category or (),
                  "stage": stage or ()}, segment or ())
    with open_store(store) as opened, progress_bar() as progress:
        summary = export_store(opened, out, view=view, compare_at=dated("--compare-at", compare_at), force=force,
                               progress=progress)
    show_summary(summary, out)


def _view(given: dict[str, Sequence[str]], segments: Sequence[str]) -> View:
    from cx_text.errors import ConfigError
    from cx_text.views import SEGMENT, parse_view

    pairs = [(name, value) for name, values in given.items() for value in values]
    for text in segments:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise ConfigError(f"--segment {text!r} is no pair of a name and a value",
                              next="Write it as --segment Plan=Business")
        pairs.append((SEGMENT + name.strip(), value.strip()))
    return parse_view(pairs)
