"""How themes, decisions and the difference that a refit makes look on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from cx_text.codeframe import Codeframe
    from cx_text.codeframe_folder import CodeframeFolder
    from cx_text.decisions import Decision


def said(decision: Decision) -> str:
    """Return a decision in words, without who and when."""
    words = [decision.action.value, *decision.theme_ids, *(f"“{text}”" for text in decision.texts)]
    if decision.label:
        words.append(f"“{decision.label}”")
    if decision.to or decision.action.value in ("move", "parent"):
        words.append(f"→ {decision.to or decision.label or ('unclear' if decision.texts else 'first level')}")
    words += [f"“{part.label}”" for part in decision.parts]
    if decision.value is not None:
        words.append(f"{decision.value:g}")
    if decision.undoes:
        words.append(str(decision.undoes))
    return " ".join(words)


def show_codeframe(codeframe: Codeframe) -> None:
    """Print the themes, each first-level one followed by its sub-themes, and how much is unclear."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for name in ("id", "theme", "opinions", "stability"):
        table.add_column(name, justify="right" if name in ("opinions", "stability") else "left", min_width=len(name))
    table.add_column("typical opinion", no_wrap=True, overflow="ellipsis", max_width=max(20, console.width - 60))
    for theme in codeframe.themes:
        notes = [str(theme.stage)] if theme.stage else []
        notes += ["hidden"] if theme.is_hidden else []
        label = ("  " if theme.parent else "") + theme.label + (f" ({', '.join(notes)})" if notes else "")
        steady = "" if theme.stability is None else f"{theme.stability:.2f}"
        table.add_row(theme.id, Text(label), f"{theme.n_opinions:,}", steady, Text(theme.summary))
    console.print(table)
    made = codeframe.made_by
    if made.get("n_opinions"):
        share = float(made.get("n_unclear", 0)) / float(made["n_opinions"])
        console.print(f"\n{int(made['n_opinions']):,} opinions read, {share:.1%} of them unclear (confidence below "
                      f"{codeframe.min_confidence:.2f}).")


def show_diff(kept: CodeframeFolder) -> None:
    """Print what accepting the refit that waits would change."""
    table = Table(box=None, pad_edge=False)
    for name in ("change", "id", "theme", "opinions now", "after", "with"):
        table.add_column(name, justify="right" if name in ("opinions now", "after") else "left")
    for row in kept.diff():
        table.add_row(row["change"], row["theme_id"], Text(row["label"]), f"{row['n_before']:,}", f"{row['n_after']:,}",
                      Text(", ".join(row["others"])))
    Console(highlight=False).print(table)
