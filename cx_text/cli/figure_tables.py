"""How figures look on the terminal: drivers, scores, segments, what changed, comments in conflict, brands.

Made for 80 columns: where there are fewer than WIDE, "cannot tell" is left blank, and said above the table. All texts
of an export (words, labels, values of segments) go through `plain`: none of them reaches the terminal as a command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cx_text.insights.conflicts import LOW_SCORE_PRAISE, MEASURED, SILENT_RISK
from cx_text.insights.drivers import ANYTHING, MIN_RAISERS
from cx_text.insights.observations import units_of
from cx_text.insights.share_of_voice import MIN_COMMENTS
from cx_text.measures import MEASURES, MeasureKind
from cx_text.report.cells import without_controls
from cx_text.report.figures import (
    NARROW_SPACE,
    count,
    counted,
    effect_points,
    is_missing,
    nps_interval,
    nps_points,
    percent,
    period,
)

if TYPE_CHECKING:
    import pandas as pd

    from cx_text.insights.change import Change, Window
    from cx_text.insights.nps import Nps
    from cx_text.insights.observations import Observations

WIDE = 100  # columns
N_PARTS_SHOWN = 12
CANNOT_TELL = "cannot tell"
# What a terminal may take for a command, or for a change of direction: C0 and C1 controls, DEL, and the marks that
# let a text run backwards (unicode.org/reports/tr36, "Bidirectional Text Spoofing").
_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_SAID_OF = {SILENT_RISK: "comments of promoters whose words are negative",
            LOW_SCORE_PRAISE: "comments of detractors whose words are positive"}


def outcome_words(outcome: str, n: int) -> str:
    """Return how many rows had an outcome, in words: "1 test row", "3 duplicates", "4 blank"."""
    words = outcome.replace("_", " ")
    is_noun = outcome in ("duplicate", "older_version", "test_row", "non_answer")
    return f"{count(n)} {words}{'s' if is_noun and n != 1 else ''}"


def plain(text: object) -> str:
    """Return a text as one line that is safe to print: without controls, line ends as blanks."""
    lines = " ".join(str(text).split())
    return _COMMANDS.sub("", without_controls(lines))


def show_drivers(table: pd.DataFrame, observations: Observations, outcome: str, *, of: str | None = None,
                 is_all: bool = False) -> None:
    """Print what goes with raising each theme, sub-themes indented; with `is_all` also by what is said of it."""
    console = Console(highlight=False)
    is_wide = console.width >= WIDE
    known = observations.outcome(outcome).notna()
    whose = f" with {plain(of)}" if of else ""
    title, unit = _outcome(observations, outcome)
    console.print(Text(
        f"{title} of {counted(units_of(observations)[known].nunique(), 'customer')}{whose}, {unit}. For each theme: "
        f"that of the n who raise it; leave-out, that of all minus that of all the others; adjusted, the same with all "
        f"other themes held constant. {_how_to_read(is_wide)} It says what goes together, not why."))
    console.print()
    drawn = _table("theme", "comments" if is_wide else "com-\nments", "n", f"{title}\nof those",
                   "leave-out" if is_wide else "leave\nout", "adjusted", last="verdict", gap=1 + is_wide)
    number = nps_points if outcome == "nps" or MEASURES[outcome].kind is not MeasureKind.AMOUNT else _amount
    for row in table.to_dict("records"):
        if row["said"] != ANYTHING and not is_all:
            continue
        depth = (not is_missing(row["parent_id"])) + (row["said"] != ANYTHING)
        drawn.add_row(_indented(row["label"] if row["said"] == ANYTHING else row["said"], depth),
                      count(row["n_comments"]), count(row["n_raisers"]), _figure(row, "mean", number),
                      effect_points(row["leave_out"]), _figure(row, "adjusted", effect_points),
                      _verdict(row["verdict"], is_wide), style=_style(row["is_small"]))
    console.print(drawn)


def _outcome(observations: Observations, outcome: str) -> tuple[str, str]:
    """Return what an outcome is called, and how it is counted."""
    if outcome == "nps":
        return (f"NPS proxy (from {observations.basis})" if observations.is_proxy else "NPS"), "in points"
    measure = MEASURES[outcome]
    units = {MeasureKind.SCALE: "in per cent of upper answers", MeasureKind.YES_NO: "in per cent",
             MeasureKind.AMOUNT: "as a mean"}
    return measure.title, units[measure.kind]


def show_scores(table: pd.DataFrame) -> None:
    """Print each score with its interval and n, what it was counted from, and when."""
    console = Console(highlight=False)
    drawn = _table("score", "value (95 %)", "n", last="counted from")
    for row in table.to_dict("records"):
        number, unit = _number_of(row["unit"])
        when = "" if is_missing(row["first_at"]) else f", {period(row['first_at'], row['last_at'])}"
        drawn.add_row(Text(plain(row["title"])), f"{_figure(row, '', number)}{unit}", count(row["n"]),
                      Text(f"{plain(row['counted_from'])}{when}"))
    console.print(drawn)


def _number_of(unit: str) -> tuple[Callable[[Any], str], str]:
    """Return how a score of a unit is written, and what stands behind it."""
    if unit == "points":
        return nps_points, ""
    return (nps_points, f"{NARROW_SPACE}%") if unit == "%" else (_amount, f" {unit}".rstrip())


def show_segments(table: pd.DataFrame) -> None:
    """Print the NPS of each segment's values and the differences, then which themes surely cost or lift where."""
    console = Console(highlight=False)
    is_wide = console.width >= WIDE
    console.print(Text("NPS of each segment (n rows with a score), and its difference to all others with a value in "
                       f"the same column. {_how_to_read(is_wide)}"))
    console.print()
    drawn = _table("segment", "n", "share", "NPS", "difference", last="verdict", gap=1 + is_wide)
    notes: list[str] = []
    for name, rows in table.groupby("segment", sort=False):
        drawn.add_row(Text(plain(name), style="bold"))
        for row in rows.to_dict("records"):
            drawn.add_row(_indented(row["value"], 1), count(row["n"]), percent(row["share"]),
                          _figure(row, "nps", nps_points), _figure(row, "difference", effect_points),
                          _verdict(row["verdict"], is_wide), style=_style(row["is_small"]))
            notes += [f"{plain(name)} {plain(row['value'])}: {plain(row[kind])} {kind} "
                      f"({effect_points(row[f'{kind}_adjusted'])})"
                      for kind in ("costs", "lifts") if not is_missing(row[kind])]
    console.print(drawn)
    if notes:
        console.print(Text("\nThe theme that surely costs or lifts most there, adjusted, in points; with intervals: "
                           "cx-text drivers RESULTS --segment COLUMN=VALUE"))
        console.print(Text("\n".join(f"  {note}" for note in notes)))


def show_change(change: Change, *, is_halved: bool = False, is_all: bool = False) -> None:
    """Print the NPS of two windows, the change, and its parts: the largest, all sure ones, and the sum of the rest."""
    console = Console(highlight=False)
    if is_halved:
        console.print(Text("No window was given: the time is halved at the first of a month.", style="dim"))
    for window, figure in zip(change.windows, (change.before, change.after), strict=True):
        console.print(Text(_nps_line(window, figure)))
    whole, parts = change.parts.iloc[0], change.parts.iloc[1:]
    sure = "" if whole["is_sure"] else ", which may be none"
    console.print(Text(f"Change {_figure(whole, '', effect_points, 'points')}{sure}", style="bold"))
    console.print()
    console.print(Text("Its parts, in NPS points with 95 % intervals; together they are the whole change. * is sure: "
                       "the interval keeps it from 0, also among so many parts. Parts say what goes together, not "
                       "what brought it about."))
    console.print()
    drawn = Table(box=None, pad_edge=False)
    for name, justify in (("points", "right"), ("", "left"), ("part", "left")):
        drawn.add_column(name, justify="right" if justify == "right" else "left", no_wrap=name != "part")
    is_shown = parts["is_sure"].to_numpy() | (parts.reset_index().index < N_PARTS_SHOWN) | is_all
    for row in parts[is_shown].to_dict("records"):
        drawn.add_row(_figure(row, "", effect_points, "points"), "*" if row["is_sure"] else "", Text(_part(row)),
                      style="bold" if row["is_sure"] else "")
    left = parts[~is_shown]
    if len(left):
        drawn.add_row(effect_points(left["points"].sum()), "",
                      f"{counted(len(left), 'smaller part')} together (--all shows them)", style="dim")
    drawn.add_row(effect_points(parts["points"].sum()), "", "all parts: the change", style="bold")
    console.print(drawn)


def _nps_line(window: Window, figure: Nps) -> str:
    name = f"NPS proxy from {figure.basis}" if figure.is_proxy else "NPS"
    begins = "" if window.start is None else f"from {window.start:%Y-%m-%d} "
    ends = "on" if window.end is None else f"{'to ' if begins else ''}before {window.end:%Y-%m-%d}"
    return (f"{name} {begins}{ends}: {nps_points(figure.nps)} "
            f"({nps_interval(figure.low, figure.high)}, 95 % interval, n = {count(figure.n)})")


def _part(row: dict[Any, Any]) -> str:
    """Return in words what a part of the change is."""
    name = plain(row["name"])
    if row["part"] == "share":
        more = "more" if row["after"] > row["before"] else "fewer" if row["after"] < row["before"] else "as many"
        return f"{more} speak of {name} ({percent(row['before'])} → {percent(row['after'])})"
    if row["part"] == "severity":
        how = "gain on" if row["points"] > 0 else "fall behind" if row["points"] < 0 else "keep step with"
        return f"those who speak of {name} {how} others"
    return f"mix of {name}" if row["part"] == "mix" else "rest: in no theme and no segment"


def show_conflicts(table: pd.DataFrame, n: int) -> None:
    """Print how many comments are in conflict with their score, how sure that is, and the strongest."""
    console = Console(highlight=False)
    for kind, what in _SAID_OF.items():
        known = MEASURED[kind]
        console.print(Text(
            f"{kind}: {count((table['conflict'] == kind).sum())} {what}. Right in {percent(known.precision)} of cases "
            f"({percent(known.low)} to {percent(known.high)}, 95 % interval, n = {known.n}, measured on the "
            f"{known.set})."))
    shown = table.head(n)
    if shown.empty:
        return
    console.print()
    drawn = _table("comment", "score", last="words")
    for row in shown.to_dict("records"):
        drawn.add_row(Text(plain(row["comment_id"]), style="dim"), _score(row["score"]), Text(plain(row["words"])))
    console.print(drawn)
    if len(table) > len(shown):
        console.print(Text(f"… and {count(len(table) - len(shown))} more (--n)"))


def show_brands(table: pd.DataFrame) -> None:
    """Print each brand's share of voice and net sentiment, our own first."""
    console = Console(highlight=False)
    is_wide, has_own = console.width >= WIDE, bool(table["own"].any())
    against = f" Verdict: against our own. {_how_to_read(is_wide)}" if has_own else " 95 % intervals in brackets."
    console.print(Text("Share of voice: of all pairs of a comment and a brand in it. Net sentiment: share of positive "
                       f"minus share of negative comments on the brand (n of them), in points.{against}"))
    console.print()
    drawn = _table("brand", "comments" if is_wide else "com-\nments", "share of voice", "n", "net sentiment",
                   last="verdict" if has_own else None)
    for row in table.to_dict("records"):
        n = _n_with_polarity(row)
        cells: list[RenderableType] = [Text(_brand(row)), count(row["n_comments"]),
                                       _figure(row, "share_of_voice", percent), count(n),
                                       _figure(row, "net_sentiment", nps_points)]
        drawn.add_row(*cells, *([_verdict(row["verdict"], is_wide)] if has_own else []), style=_style(n < MIN_COMMENTS))
    console.print(drawn)


def show_brand_themes(table: pd.DataFrame) -> None:
    """Print the net sentiment of each brand within each theme; as many brands side by side as there is room for."""
    console = Console(highlight=False)
    console.print(Text("Net sentiment of each brand within a theme, in points, its 95 % interval, and n comments. "
                       f"Dim: n below {MIN_COMMENTS}, which says little."))
    names = list(dict.fromkeys(table["brand"]))
    own = [name for name in names if table.loc[table["brand"] == name, "own"].any()]
    themes = table.groupby("theme_id", sort=False)
    for chosen in _side_by_side(names, own, max(1, (console.width - 22) // 18)):
        console.print()
        labels = {str(row["brand"]): _brand(row) for row in table.to_dict("records")}
        drawn = _table("theme", *(Text(labels[name]) for name in chosen))
        for _, rows in themes:
            cells = {row["brand"]: row for row in rows.to_dict("records")}
            drawn.add_row(Text(plain(rows["theme_label"].iloc[0])), *(_brand_cell(cells[name]) for name in chosen))
        console.print(drawn)


def _side_by_side(names: Sequence[str], own: Sequence[str], room: int) -> list[list[str]]:
    """Return the brands in groups of at most `room`, each beginning with our own where others fit beside them."""
    first = list(own) if len(own) < room else []
    others = [name for name in names if name not in first]
    step = room - len(first)
    return [[*first, *others[k:k + step]] for k in range(0, len(others), step)] or [first]


def _brand_cell(row: dict[Any, Any]) -> Text:
    n = _n_with_polarity(row)
    figure = _figure(row, "net_sentiment", nps_points)
    return Text("" if n == 0 else f"{figure}\nn = {count(n)}", style=_style(row["is_small"]), justify="right")


def _n_with_polarity(row: dict[Any, Any]) -> int:
    return int(row["n_negative"] + row["n_neutral"] + row["n_positive"])


def _brand(row: dict[Any, Any]) -> str:
    return plain(row["brand"]) + (" (ours)" if row["own"] else "")


def _table(first: str, *numbers: str | Text, last: str | None = None, gap: int = 2) -> Table:
    """Return an empty table: a column of texts, columns of figures, which never break, and one more of texts."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    if last:
        table.add_column(last)
    return table


def _figure(row: Any, name: str, number: Callable[[Any], str], value: str | None = None) -> str:
    """Return a figure of a row with its interval in brackets: columns NAME, NAME_low and NAME_high."""
    ends = [row[f"{name}_{end}" if name else end] for end in ("low", "high")]
    middle = row[value or name or "value"]
    if is_missing(middle) or any(is_missing(end) for end in ends):
        return number(middle)
    return f"{number(middle)} ({number(ends[0])} to {number(ends[1])})"


def _amount(value: float | None) -> str:
    """Return an amount or a mean: 1,204.50, −3.20."""
    return "–" if is_missing(value) else f"{float(value or 0) + 0.0:,.2f}".replace("-", "−")


def _score(score: float) -> str:
    return "–" if is_missing(score) else f"{score:g}"


def _indented(text: object, depth: int) -> RenderableType:
    words = Text(plain(text))
    return Padding(words, (0, 0, 0, 2 * depth)) if depth else words


def _verdict(verdict: object, is_wide: bool) -> Text:
    if is_missing(verdict) or (verdict == CANNOT_TELL and not is_wide):
        return Text("")
    return Text(str(verdict), style="" if verdict == CANNOT_TELL else "bold")


def _style(is_small: bool) -> str:
    return "dim" if is_small else ""


def _how_to_read(is_wide: bool) -> str:
    blank = "" if is_wide else " No verdict: cannot tell."
    return f"95 % intervals in brackets.{blank} Dim: fewer than {MIN_RAISERS} on one side, too few for a verdict."
