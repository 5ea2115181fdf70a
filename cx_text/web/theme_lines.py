"""The rows of the themes page: each theme with its figures in one view, ready to be sorted, searched and shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cx_text.backends.base import IntArray
from cx_text.codeframe import Theme
from cx_text.insights.drivers import ANYTHING, MIN_RAISERS
from cx_text.insights.nps import CATEGORIES
from cx_text.insights.raising import opinions_by_theme
from cx_text.insights.tally import POLARITIES
from cx_text.insights.trends import new_themes, shares_over_time
from cx_text.part import Part
from cx_text.report import figures
from cx_text.snapshot import Snapshot
from cx_text.views import View

SPARK_WIDTH, SPARK_HEIGHT = 96, 22
# What a column is sorted by → its words, and whether the largest stand first where nobody says.
SORTS: Mapping[str, tuple[str, bool]] = {
    "effect": ("Adjusted points", False), "n": ("Comments", True), "label": ("Theme", False),
    "negative": ("What is said", True), "detractors": ("Who raises it", True), "trend": ("Trend", True)}


@dataclass(frozen=True, slots=True)
class Spark:
    """A share over time as the path of an SVG line, where it ends, and the same in words."""

    path: str
    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Adjusted NPS points of a theme with their interval; None of them where nothing can be told."""

    points: float
    low: float
    high: float
    verdict: str
    is_small: bool


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """One theme in one view.

    `n` comments raise it, `share` 0 to 1 of the analysed ones. `polarities` count opinions, in the order negative,
    neutral, mixed, positive; `categories` answers with a score: detractors, passives, promoters. `rise`: its share in
    the later half of the periods minus that in the earlier. `effect` is None until it is counted.
    """

    theme: Theme
    n: int
    share: float
    polarities: tuple[int, int, int, int]
    categories: tuple[int, int, int]
    spark: Spark | None
    rise: float
    is_new: bool
    is_growing: bool
    effect: Effect | None
    subs: tuple[ThemeLine, ...] = ()

    @property
    def share_negative(self) -> float:
        """Share of its opinions that are negative, 0 to 1."""
        return self.polarities[0] / max(1, sum(self.polarities))

    @property
    def share_detractors(self) -> float:
        """Share of detractors among its answers with a score, 0 to 1."""
        return self.categories[0] / max(1, sum(self.categories))


def theme_lines(part: Part) -> list[ThemeLine]:
    """Return the themes of the first level that are not hidden, their sub-themes in them; the largest first."""
    return part.once(f"theme lines {part.has_drivers}", lambda: _lines(part))


def _lines(part: Part) -> list[ThemeLine]:
    raised, n_read = part.raised, max(1, part.n_analysed)
    of_all = np.zeros(part.n_comments, dtype=np.int64)
    n_each = raised.counts(of_all, 1)[0]
    said = _by_polarity(part)
    scored = _by_category(part)
    by_period, sizes = shares_over_time(raised, part.periods, part.is_read)
    effects = effects_of(part)
    new = first_raised_late(part.snapshot)
    found: dict[str, ThemeLine] = {}
    for k, theme in enumerate(raised.themes):
        shares = np.where(sizes > 0, by_period[:, k] / np.maximum(sizes, 1), np.nan)
        negative, neutral, mixed, positive = said[k]
        detractors, passives, promoters = scored[k]
        found[theme.id] = ThemeLine(
            theme, int(n_each[k]), int(n_each[k]) / n_read, (negative, neutral, mixed, positive),
            (detractors, passives, promoters), spark(shares.tolist(), part), _rise(by_period[:, k], sizes),
            theme.id in new, theme.id in part.growing, effects.get(theme.id))
    tops = [line for line in found.values() if line.theme.parent is None]
    return sorted((replace(top, subs=tuple(sorted((s for s in found.values() if s.theme.parent == top.theme.id),
                                                  key=lambda s: -s.n))) for top in tops), key=lambda line: -line.n)


def effects_of(part: Part) -> dict[str, Effect]:
    """Return the adjusted points of each theme by its id; nothing where they are not counted yet, or cannot be."""
    if not part.has_drivers or not part.has_outcomes:
        return {}
    rows = part.drivers[part.drivers["said"] == ANYTHING]
    return {str(row["id"]): effect_of(row) for row in rows.to_dict("records")
            if not figures.is_missing(row["adjusted"])}


def effect_of(row: Mapping[Any, Any]) -> Effect:
    """Return the effect in a row of a table of drivers."""
    verdict = "cannot tell" if figures.is_missing(row["verdict"]) else str(row["verdict"])
    return Effect(float(row["adjusted"]), float(row["adjusted_low"]), float(row["adjusted_high"]), verdict,
                  bool(row["is_small"]))


def first_raised_late(snapshot: Snapshot) -> set[str]:
    """Return the ids of themes that nobody raised before the last fifth of the time of the whole store."""
    whole = snapshot.part(View())
    return whole.once("new themes", lambda: new_themes(whole.raised, whole.comments["received_at"]))


def chosen_lines(lines: Sequence[ThemeLine], *, sort: str, is_down: bool, search: str = "",
                 least: int = 0) -> list[ThemeLine]:
    """Return the lines that hold some words, in an order, their sub-themes in the same one.

    Args:
        lines: Of the first level.
        sort: One of SORTS.
        is_down: Whether the largest stand first.
        search: Words of a label or keyword; of a theme or of one of its sub-themes.
        least: Comments; smaller themes are left out.
    """
    wanted = search.casefold().split()

    def holds(line: ThemeLine) -> bool:
        text = " ".join((line.theme.label, *line.theme.keywords)).casefold()
        return all(word in text for word in wanted)

    found = []
    for line in lines:
        subs = tuple(s for s in line.subs if s.n >= least and (not wanted or holds(line) or holds(s)))
        if line.n >= least and (holds(line) or (wanted and subs)):
            found.append(replace(line, subs=tuple(_in_order(subs, sort, is_down=is_down))))
    return _in_order(found, sort, is_down=is_down)


def _in_order(lines: Iterable[ThemeLine], sort: str, *, is_down: bool) -> list[ThemeLine]:
    """Return lines in an order; where it is that of their effects, those without one stand last either way."""
    ordered = sorted(lines, key=_keys()[sort], reverse=is_down)
    return sorted(ordered, key=lambda line: line.effect is None) if sort == "effect" else ordered


def _keys() -> Mapping[str, Callable[[ThemeLine], Any]]:
    return {"effect": lambda line: (0.0 if line.effect is None else line.effect.points, -line.n),
            "n": lambda line: line.n, "label": lambda line: line.theme.label.casefold(),
            "negative": lambda line: line.share_negative, "detractors": lambda line: line.share_detractors,
            "trend": lambda line: line.rise}


def _share_words(share: float) -> str:
    return f"{figures.percent(share)} of comments"


def spark(shares: Sequence[float], part: Part, said: Callable[[float], str] = _share_words) -> Spark | None:
    """Return figures over the periods of a view as a line, 0 at the bottom; None with fewer than two periods.

    Args:
        shares: Of each period, NaN where there is none; shares, or numbers of comments.
        part: The view.
        said: One of them in words.
    """
    known = [(k, s) for k, s in enumerate(shares) if s == s]
    if len(known) < 2:
        return None
    top = max(s for _, s in known) or 1.0
    step = (SPARK_WIDTH - 4) / (len(shares) - 1)

    def place(k: int, share: float) -> tuple[float, float]:
        return round(2 + k * step, 1), round(SPARK_HEIGHT - 3 - (SPARK_HEIGHT - 6) * share / top, 1)

    path = "".join(f"{'L' if k and shares[k - 1] == shares[k - 1] else 'M'}{place(k, s)[0]},{place(k, s)[1]}"
                   for k, s in known)
    (first, begins), (last, ends) = known[0], known[-1]
    starts = part.periods.starts
    day = figures.month if part.periods.unit == "month" else figures.day
    in_the = "in" if part.periods.unit == "month" else "in the week of"
    words = f"{said(begins)} {in_the} {day(starts[first])}, {said(ends)} {in_the} {day(starts[last])}"
    return Spark(path, *place(last, ends), words)


def _rise(counts: np.ndarray[Any, Any], sizes: np.ndarray[Any, Any]) -> float:
    half = len(sizes) // 2
    if not half or not sizes[:half].sum() or not sizes[half:].sum():
        return 0.0
    return float(counts[half:].sum() / sizes[half:].sum() - counts[:half].sum() / sizes[:half].sum())


def _by_polarity(part: Part) -> list[tuple[int, int, int, int]]:
    names = [p.value for p in POLARITIES]
    counts = opinions_by_theme(part.opinions["theme_id"], part.opinions["polarity"], names, part.raised.themes)
    order = [names.index(name) for name in ("negative", "neutral", "mixed", "positive")]
    return [(int(row[order[0]]), int(row[order[1]]), int(row[order[2]]), int(row[order[3]])) for row in counts]


def _by_category(part: Part) -> list[tuple[int, int, int]]:
    """Return detractors, passives and promoters who raise each theme; an answer of several comments counts once."""
    codes = {c.value: k for k, c in enumerate(CATEGORIES)}
    group: IntArray = np.asarray(part.comments["category"].map(codes).fillna(-1), dtype=np.int64)
    counts = part.raised.counts(group, len(CATEGORIES), unit=part.snapshot.respondent[part.keep])
    return [(int(d), int(p), int(q)) for d, p, q in counts.T]


def small_ones(lines: Sequence[ThemeLine]) -> int:
    """Count the themes, of both levels, that fewer than 10 comments raise."""
    return sum(line.n < MIN_RAISERS for top in lines for line in (top, *top.subs))
