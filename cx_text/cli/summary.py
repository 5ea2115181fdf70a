"""The summary of a run on the terminal: every row accounted for, the NPS, and the themes by what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cx_text.cli.figure_tables import outcome_words
from cx_text.report.figures import (
    count,
    counted,
    effect_interval,
    effect_points,
    is_missing,
    measured,
    measured_interval,
    nps_interval,
    nps_points,
    percent,
)
from cx_text.report.sentences import change_sentence, first_level, implied_sentence, is_sure, nps_name
from cx_text.summary import Summary

N_THEMES_SHOWN = 10


def show_summary(summary: Summary, out: Path) -> None:
    """Print what was found, and where it lies."""
    console = Console(highlight=False)
    for role, reason in summary.manifest["columns"]["reasons"].items():
        console.print(Text(f"{role}: {reason}", style="dim"))
    console.print()
    for column, outcomes in summary.ledger_counts.items():
        parts = [outcome_words(str(outcome), int(n)) for outcome, n in outcomes.items() if n]
        console.print(Text(f"{counted(summary.n_rows, 'row')} ({column}): {', '.join(parts)}"))
    console.print(Text(_opinions_line(summary)))
    console.print(Text(_nps_line(summary), style="bold"))
    for line in _other_lines(summary):
        console.print(Text(line))
    if len(summary.themes):
        console.print()
        console.print(_theme_table(summary))
    console.print()
    for note in summary.notes:
        console.print(Text(f"Note: {note}"))
    console.print(Text(f"Results: {out}/  (open {out / 'report.html'} in a browser)"))


def _opinions_line(summary: Summary) -> str:
    found = f"{counted(summary.n_opinions, 'opinion')} in {counted(summary.n_analysed, 'comment')}"
    if summary.n_ratings:
        found += f", {count(summary.n_ratings)} of them ratings that name nothing"
    if summary.share_unclear is None:
        return found
    whose = "the others" if summary.n_ratings else "them"
    return f"{found}; {percent(summary.share_unclear)} of {whose} are unclear, in no theme"


def _nps_line(summary: Summary) -> str:
    figure = summary.nps
    if figure is None:
        return "No scores, so no NPS: --nps-column names a column of scores from 0 to 10."
    name = f"NPS proxy from {figure.basis}" if figure.is_proxy else "NPS"
    ends = nps_interval(figure.low, figure.high)
    return f"{name} {nps_points(figure.nps)} ({ends}, 95 % interval, n = {count(figure.n)})"


def _other_lines(summary: Summary) -> Iterator[str]:
    """Yield one line for each other score, a sure change, what words imply, and words that disagree with the score."""
    for row in summary.scores.to_dict("records"):
        if row["measure"] not in ("nps", "nps_proxy"):
            ends = measured_interval(row["low"], row["high"], row["unit"]) or "no interval"
            yield f"{row['title']} {measured(row['value'], row['unit'])} ({ends}, n = {count(row['n'])})"
    if summary.change is not None and is_sure(summary.change):
        yield change_sentence(summary.change, nps_name(summary.nps))
    if summary.implied is not None:
        yield implied_sentence(summary.implied)
    if len(summary.conflicts):
        counts = summary.conflicts["conflict"].value_counts()
        kinds = ", ".join(f"{count(n)} “{kind}”" for kind, n in counts.items())
        yield f"Words and score disagree in {counted(len(summary.conflicts), 'comment')}: {kinds} (table conflicts)"


def _theme_table(summary: Summary) -> Table:
    has_scores = bool(summary.themes["adjusted"].notna().any())
    tops = first_level(summary.themes)
    if has_scores:
        tops = tops.sort_values("adjusted", kind="stable")
    n_left = len(tops) - N_THEMES_SHOWN
    table = Table(box=None, pad_edge=False, caption=f"… and {n_left} more themes" if n_left > 0 else None,
                  caption_justify="left")
    table.add_column("theme")
    table.add_column("comments", justify="right")
    table.add_column("negative", justify="right")
    if has_scores:
        table.add_column(f"adjusted {nps_name(summary.nps)} points (95 %)", justify="right")
        table.add_column("verdict")
    for row in tops.head(N_THEMES_SHOWN).to_dict("records"):
        cells: list[Text | str] = [Text(str(row["label"])), count(int(row["n_comments"])),
                                   percent(row["share_negative"])]
        if has_scores:
            ends = effect_interval(row["adjusted_low"], row["adjusted_high"])
            verdict = "" if is_missing(row["verdict"]) else str(row["verdict"])
            cells += [f"{effect_points(row['adjusted'])} ({ends})", verdict]
        table.add_row(*cells)
    return table
