"""`cx-text themes`: find themes, look at them, refit them, and decide about them. Every decision can be undone."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from cx_text.backends.chat_labels import ChatLabels
    from cx_text.backends.opening import Models
    from cx_text.codeframe import Codeframe
    from cx_text.codeframe_folder import CodeframeFolder
    from cx_text.decisions import Action, Part

themes = typer.Typer(no_args_is_help=True, help="Find themes, refit them, and decide about them.")

Folder = Annotated[Path, typer.Argument(help="Folder of the codeframe.")]
Export = Annotated[list[Path], typer.Argument(
    metavar="EXPORT...", help="CSV, TSV, XLSX, ODS, JSON, JSONL or Parquet, also in a ZIP; a folder, or several.")]
Recipe = Annotated[str, typer.Option("--recipe", "-r", help="Name or path of a recipe.")]
Verbatims = Annotated[list[str] | None, typer.Option(
    "--verbatim-column", help="Column of the customers' words; may be given several times.")]
Seed = Annotated[int, typer.Option(help="Same export, recipe and seed: same themes.")]
ThemeId = Annotated[str, typer.Argument(help="Id of a theme, such as t03.")]
ThemeIds = Annotated[list[str], typer.Argument(help="Ids of themes, such as t03 t07.")]
By = Annotated[str | None, typer.Option(help="Who decides; you, when not given.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what it would do, and do nothing.")]
On = Annotated[Path | None, typer.Option(
    help="Opinions to count on: opinions.csv or .parquet of a result folder.")]


@themes.command()
def discover(
    export: Export, out: Annotated[Path, typer.Option("--out", "-o", help="Folder to keep the codeframe in.")],
    recipe: Recipe = "nps_survey", verbatim_column: Verbatims = None,
    given: Annotated[Path | None, typer.Option(help="TOML or CSV of themes to start from.")] = None,
    rewrite_labels: Annotated[bool, typer.Option(
        "--rewrite-labels", help="Let the language model that CX_TEXT_LLM_URL names write the labels.")] = False,
    seed: Seed = 0,
) -> None:
    """Find the themes of an export and keep them in a folder."""
    from cx_text.backends.chat_labels import ChatLabels
    from cx_text.cli.theme_tables import show_codeframe
    from cx_text.codeframe_folder import CodeframeFolder
    from cx_text.opinions import discover_with

    folder = CodeframeFolder(out)
    folder.check_free()  # before minutes of work
    chat = ChatLabels.from_environment() if rewrite_labels else None
    models, texts = _read(export, recipe, verbatim_column, seed, given)
    found = discover_with(models, texts, seed=seed)
    if chat:
        found = _rewritten(found, chat)
    folder.create(found)
    show_codeframe(found)
    typer.echo(f"\nKept in {out}/. Use it: cx-text tag EXPORT --codeframe {out} --out RESULTS")


@themes.command()
def show(folder: Folder, recipe: Recipe = "nps_survey") -> None:
    """Show the themes in use: id, label, size, stability, the most typical opinion."""
    from cx_text.cli.theme_tables import show_codeframe
    models, kept = _open(folder, recipe)
    show_codeframe(kept.current(models.embedder))
    if kept.diff():
        typer.echo(f"\nA refit waits: cx-text themes diff {folder}, then accept or reject.")


@themes.command()
def refit(folder: Folder, export: Export, recipe: Recipe = "nps_survey", verbatim_column: Verbatims = None,
          seed: Seed = 0) -> None:
    """Find themes anew in an export, match them to those in use, and show what accepting them would change."""
    from dataclasses import asdict

    from cx_text.cli.theme_tables import show_diff
    from cx_text.opinions import refit_with

    models, texts = _read(export, recipe, verbatim_column, seed, None)
    kept = _folder(folder, models)
    found, changes = refit_with(models, kept.discovered(models.embedder), kept.log(), texts, seed=seed)
    kept.propose(found, [asdict(change) for change in changes])
    show_diff(kept)
    typer.echo(f"\nNothing has changed yet. Take it: cx-text themes accept {folder}")


@themes.command()
def diff(folder: Folder) -> None:
    """Show what accepting the refit that waits would change."""
    from cx_text.cli.theme_tables import show_diff
    from cx_text.codeframe_folder import CodeframeFolder
    from cx_text.errors import ConfigError

    kept = CodeframeFolder(folder)
    if not kept.diff():
        raise ConfigError("no refit waits to be accepted", where=str(folder),
                          next=f"Make one: cx-text themes refit {folder} EXPORT")
    show_diff(kept)


@themes.command()
def accept(folder: Folder, recipe: Recipe = "nps_survey") -> None:
    """Make the refit that waits the version in use; decisions are carried out on it."""
    from cx_text.cli.theme_tables import show_codeframe
    models, kept = _open(folder, recipe)
    version = kept.accept(models.embedder).version
    show_codeframe(kept.current(models.embedder))
    typer.echo(f"\nVersion {version} is in use. Versions before it stay.")


@themes.command()
def reject(folder: Folder) -> None:
    """Drop the refit that waits."""
    from cx_text.codeframe_folder import CodeframeFolder

    CodeframeFolder(folder).reject()
    typer.echo("Dropped. The themes in use are as they were.")


@themes.command()
def rename(folder: Folder, theme: ThemeId, label: Annotated[str, typer.Argument(help="The new label.")],
           by: By = None, dry_run: DryRun = False) -> None:
    """Give a theme another label."""
    _decide(folder, "rename", by, dry_run, None, theme_ids=(theme,), label=label)


@themes.command()
def merge(folder: Folder, ids: ThemeIds, by: By = None, dry_run: DryRun = False, on: On = None) -> None:
    """Make one theme of several; the first one stays, with its id and label."""
    _decide(folder, "merge", by, dry_run, on, theme_ids=tuple(ids))


@themes.command()
def split(
    folder: Folder, theme: ThemeId, on: On = None,
    into: Annotated[int, typer.Option(help="Into how many parts, where --on finds them.", min=2, max=10)] = 2,
    part: Annotated[list[str] | None, typer.Option(
        help='A part, such as "Late couriers=came two hours late|was late again"; give two or more.')] = None,
    by: By = None, dry_run: DryRun = False, recipe: Recipe = "nps_survey",
) -> None:
    """Make several themes of one: by parts that you name, or by what the opinions of --on fall into."""
    from cx_text.errors import ConfigError

    if part:
        parts = tuple(_part(text) for text in part)
    elif on:
        parts = tuple(_found_parts(folder, theme, on, into, recipe))
    else:
        raise ConfigError("a split needs parts, or opinions to find them in",
                          next='Give --part "LABEL=example|example" twice or more, or --on opinions.csv')
    for one in parts:
        typer.echo(f"{one.label}: {'; '.join(one.examples[:3])}")
    _decide(folder, "split", by, dry_run, on, recipe, theme_ids=(theme,), parts=parts)


@themes.command()
def move(folder: Folder, opinion: Annotated[str, typer.Argument(help="The exact words of an opinion.")],
         to: Annotated[str, typer.Argument(help="Id of the theme it belongs to; 'unclear' for none.")],
         by: By = None, dry_run: DryRun = False, on: On = None) -> None:
    """Say which theme an opinion belongs to, whatever the vectors say."""
    _decide(folder, "move", by, dry_run, on, texts=(opinion,), to="" if to == "unclear" else to)


@themes.command()
def pin(folder: Folder, ids: ThemeIds, by: By = None) -> None:
    """Keep themes through every refit, found again or not."""
    _decide(folder, "pin", by, False, None, theme_ids=tuple(ids))


@themes.command()
def hide(folder: Folder, ids: ThemeIds, by: By = None, dry_run: DryRun = False) -> None:
    """Leave themes out of reports; their opinions keep them."""
    _decide(folder, "hide", by, dry_run, None, theme_ids=tuple(ids))


@themes.command("never-join")
def never_join(folder: Folder, ids: ThemeIds, by: By = None) -> None:
    """Say that no refit may make one theme of these."""
    _decide(folder, "never-join", by, False, None, theme_ids=tuple(ids))


@themes.command()
def parent(folder: Folder, ids: ThemeIds,
           under: Annotated[str, typer.Option(help="Id of a first-level theme; 'none' for the first level.")] = "",
           label: Annotated[str, typer.Option(help="Label of a new first-level theme.")] = "",
           by: By = None, dry_run: DryRun = False) -> None:
    """Put themes under a first-level theme, or on the first level."""
    from cx_text.errors import ConfigError

    if bool(under) == bool(label):
        raise ConfigError("give one of --under and --label")
    _decide(folder, "parent", by, dry_run, None, theme_ids=tuple(ids), to="" if under == "none" else under, label=label)


@themes.command()
def stage(folder: Folder, ids: ThemeIds,
          at: Annotated[str, typer.Option(help="discover, buy, receive, use, pay, get help or leave.")],
          by: By = None) -> None:
    """Say where on the customer's journey themes lie."""
    _decide(folder, "stage", by, False, None, theme_ids=tuple(ids), to=at)


@themes.command()
def clarity(folder: Folder,
            min_confidence: Annotated[float, typer.Argument(help="0 to 1: less sure opinions are unclear.")],
            by: By = None, dry_run: DryRun = False, on: On = None) -> None:
    """Leave more or fewer opinions unclear."""
    _decide(folder, "clarity", by, dry_run, on, value=min_confidence)


@themes.command()
def undo(folder: Folder, number: Annotated[int, typer.Argument(help="Number of the decision in the log.")],
         by: By = None, dry_run: DryRun = False, on: On = None) -> None:
    """Take a decision back; taking back is a decision too, and can be undone."""
    _decide(folder, "undo", by, dry_run, on, undoes=number)


@themes.command()
def log(folder: Folder, recipe: Recipe = "nps_survey") -> None:
    """Show all decisions: number, when, who, what, and whether it is in force."""
    from cx_text.cli.theme_tables import said
    from cx_text.decisions import undoable, waiting

    models, kept = _open(folder, recipe)
    decisions = kept.log()
    idle = {d.number for d in waiting(kept.discovered(models.embedder), decisions)}
    force = undoable(decisions)
    for d in decisions:
        state = "waits for its theme" if d.number in idle else "" if d.number in force else "undone"
        typer.echo(f"{d.number:>4}  {d.at:%Y-%m-%d %H:%M}  {d.by}  {said(d)}{f'  ({state})' if state else ''}")
    if not decisions:
        typer.echo("No decisions yet.")


def _decide(folder: Path, action: str, by: str | None, dry_run: bool, on: Path | None, recipe: str = "nps_survey",
            **what: Any) -> None:
    from cx_text.cli.theme_tables import said
    from cx_text.decisions import Action, moves

    models, kept = _open(folder, recipe)
    before, after, decision = kept.add(Action(action), models.embedder, by=by or _me(), keep=not dry_run, **what)
    verb = "would move" if dry_run else "moves"
    if on:
        texts = _opinions_in(on)
        moved = moves(before, after, texts)
        typer.echo(f"This {verb} {moved.total():,} of {len(texts):,} opinions.")
        for (a, b), n in moved.most_common(10):
            typer.echo(f"  {n:>7,}  {a} → {b}")
        unclear = [sum(t is None for t in frame.assign(texts)[0]) for frame in (before, after)]
        typer.echo(f"Unclear: {unclear[0]:,} before, {unclear[1]:,} after.")
    elif n := _n_moved(before, after, decision.action):
        typer.echo(f"This {verb} about {n:,} opinions, by their number at the last fit.")
    if not dry_run:
        typer.echo(f"Decision {decision.number}: {said(decision)}. Take it back: "
                   f"cx-text themes undo {folder} {decision.number}")


def _n_moved(before: Codeframe, after: Codeframe, action: Action) -> int:
    """Return the opinions, as counted at the last fit, of assigned themes that are there no more."""
    from cx_text.decisions import Action

    if action is Action.MOVE:
        return 1
    gone = set(before.assigned) - set(after.assigned)
    return sum(t.n_opinions for t in before.themes if t.id in gone)


def _read(export: Sequence[Path], recipe: str, verbatims: Sequence[str] | None, seed: int,
          given: Path | None) -> tuple[Models, list[str]]:
    from cx_text.cli.tag import progress_bar
    from cx_text.tagging import read_opinions

    with progress_bar() as progress:
        return read_opinions(export, recipe=recipe, verbatim=verbatims, seed=seed, progress=progress,
                             codeframe=given)


def _open(folder: Path, recipe: str) -> tuple[Models, CodeframeFolder]:
    from cx_text.backends.opening import Models
    from cx_text.config import load_recipe

    models = Models(load_recipe(recipe))
    return models, _folder(folder, models)


def _folder(folder: Path, models: Models) -> CodeframeFolder:
    from cx_text.codeframe_folder import CodeframeFolder

    return CodeframeFolder(folder, model=models.vectors_by())


def _opinions_in(path: Path) -> list[str]:
    """Return the column `text` of a table of opinions."""
    import pandas as pd

    from cx_text.errors import SourceError

    try:
        frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str)
    except (OSError, ValueError) as error:
        raise SourceError(f"this cannot be read ({error})", where=str(path)) from None
    if "text" not in frame.columns:
        raise SourceError("there is no column 'text'", where=str(path),
                          next="Give opinions.csv or opinions.parquet of a result folder")
    return [str(text) for text in frame["text"].dropna()]


def _part(text: str) -> Part:
    from cx_text.decisions import Part
    from cx_text.errors import ConfigError

    label, _, examples = text.partition("=")
    listed = tuple(x.strip() for x in examples.split("|") if x.strip())
    if not label.strip() or not listed:
        raise ConfigError(f"--part {text!r} has no label or no example", next='Write "LABEL=example|example"')
    return Part(label.strip(), listed)


def _found_parts(folder: Path, theme: str, on: Path, into: int, recipe: str) -> list[Part]:
    from cx_text.backends.opening import Models
    from cx_text.config import load_recipe
    from cx_text.insights.splitting import parts_of

    chosen = load_recipe(recipe)
    options = chosen.themes.model_copy(update={"per_theme": 2, "max_sub_themes": into, "max_themes": into,
                                               "min_opinions": 2})
    models = Models(chosen.model_copy(update={"themes": options}))
    current = _folder(folder, models).current(models.embedder)
    return parts_of(current, theme, _opinions_in(on), clusterer=models.clusterer, phraser=models.clauses)


def _rewritten(found: Codeframe, chat: ChatLabels) -> Codeframe:
    """Return the themes with a language model's labels; with their own where it fails, since finding them took long."""
    from dataclasses import replace

    from cx_text.errors import CxTextError

    typer.echo(chat.warning(found), err=True)
    try:
        rewritten = chat.rewrite(found)
    except CxTextError as error:
        typer.echo(f"Labels were not rewritten. {error}", err=True)
        return found
    if chat.n_kept:
        typer.echo(f"Themes that kept their own label, as the model's answer could not be used: {chat.n_kept}.",
                   err=True)
    return replace(rewritten, made_by={**rewritten.made_by, "labels_by": chat.model})


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
