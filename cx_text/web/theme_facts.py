"""What the page of one theme says: its figures in a view, how often it was raised, by whom, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from cx_text.backends.base import BoolArray, IntArray
from cx_text.codeframe import Theme
from cx_text.decisions import Action, Decision, undoable
from cx_text.insights.drivers import ANYTHING
from cx_text.insights.intervals import Figure, share_figure
from cx_text.insights.nps import CATEGORIES, Nps, nps_of
from cx_text.insights.raising import LESS, MORE, compared
from cx_text.insights.trends import trend
from cx_text.part import Part
from cx_text.report import figures
from cx_text.store.codeframes import USUAL, StoredCodeframe
from cx_text.store.database import Store
from cx_text.store.runs import RunFacts
from cx_text.web.theme_lines import Effect, effect_of

_MOST_VALUES = 50
# What can move the figures of a theme; to rename, hide, pin or place it on the journey never does.
MOVING = {Action.MERGE: "merged", Action.SPLIT: "split", Action.MOVE: "opinions moved",
          Action.NEVER_JOIN: "kept apart", Action.PARENT: "placed below another theme",
          Action.CLARITY: "clarity changed", Action.UNDO: "a decision undone"}
_STILL = {Action.RENAME: "renamed", Action.PIN: "exemplars chosen", Action.HIDE: "hidden",
          Action.STAGE: "placed on the journey"}


@dataclass(frozen=True, slots=True)
class DecisionMark:
    """A decision about the theme: the number at its tick in the chart, when, by whom, what, and if figures may move."""

    number: int
    at: datetime
    by: str
    words: str
    moves: bool
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Who has one value of a segment: how many of them raise the theme, against all others with a value."""

    segment: str
    value: str
    n: int
    n_raised: int
    share: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True, slots=True)
class ThemeFigures:
    """The share of analysed comments that raise a theme, in per cent with Wilson's interval; the NPS of the answers
    that do, None where none has a score; and its share in each period, TREND_COLUMNS.
    """

    share: Figure | None
    nps: Nps | None
    trend: pd.DataFrame


@dataclass(frozen=True, slots=True)
class SaidEffect:
    """What goes with raising a theme, or one of its sub-themes, and saying something of a kind about it."""

    label: str
    theme_id: str
    is_sub: bool
    said: str
    n: int
    effect: Effect


def theme_of(part: Part, theme_id: str) -> Theme | None:
    """Return a theme by its id, None where there is none or it is hidden."""
    return next((t for t in part.raised.themes if t.id == theme_id), None)


def raises(part: Part, theme_id: str) -> BoolArray:
    """Return bool (n_comments,): which comments of the view raise the theme or one of its sub-themes."""
    return part.raised.raises(theme_id, part.n_comments)


def figures_of(part: Part, theme_id: str) -> ThemeFigures:
    """Return the share of a theme, the NPS of those who raise it, and its trend."""
    return part.once(f"figures {theme_id}", lambda: _figures(part, theme_id))


def _figures(part: Part, theme_id: str) -> ThemeFigures:
    own = raises(part, theme_id)
    answers = ~pd.Series(part.snapshot.respondent[part.keep][own]).duplicated().to_numpy()
    scored = part.comments["category"][own][answers].dropna()
    return ThemeFigures(share_figure(int((own & part.is_read).sum()), part.n_analysed),
                        nps_of(scored, basis=part.basis), trend(part.periods, own, part.is_read))


def effects(part: Part, theme_id: str) -> list[SaidEffect]:
    """Return the theme's effects: whatever is said of it, only bad or good words, and those of its sub-themes."""
    if not part.has_outcomes:
        return []
    rows = part.drivers
    subs = {t.id for t in part.snapshot.themes if t.parent == theme_id}
    own = rows[(rows["id"] == theme_id) | (rows["id"].isin(subs) & (rows["said"] == ANYTHING))]
    own = own[own["adjusted"].notna()]
    found = [SaidEffect(str(r["label"]), str(r["id"]), str(r["id"]) in subs, str(r["said"]), int(r["n_raisers"]),
                        effect_of(r)) for r in own.to_dict("records")]
    order = {ANYTHING: 0, "negative": 1, "neutral": 2, "positive": 3}
    return sorted(found, key=lambda e: (e.is_sub, order.get(e.said, 9) if not e.is_sub else e.effect.points))


def effect_sentence(effect: Effect | None, name: str) -> str:
    """Return what goes with raising the theme, in words; never what it brings about."""
    if effect is None:
        return (f"Nothing can be said of what goes with a higher or lower {name}: there are too few scores, or they "
                "are all of one kind.")
    points = f"{figures.effect_points(effect.points)} points"
    span = f"{figures.INTERVAL} {figures.effect_interval(effect.low, effect.high)}"
    if effect.is_small:
        return f"Too few customers raise it to tell what goes with it: {points} ({span})."
    if effect.verdict == "cannot tell":
        return f"We cannot tell whether raising it goes with another {name}: {points} ({span})."
    return (f"Raising it goes with a {'lower' if effect.points < 0 else 'higher'} {name}: {points} ({span}), with all "
            f"other themes held constant.")


def who_raises(part: Part, theme_id: str) -> list[Group]:
    """Return the groups of customers that are told from all others: NPS categories, segments, sources.

    Groups of fewer than 10 comments are left out, and segments of more than 50 values; false discoveries are controlled
    over all groups. Those that stand out come first, then the others by their share.
    """
    return part.once(f"who {theme_id}", lambda: _who_raises(part, theme_id))


def _who_raises(part: Part, theme_id: str) -> list[Group]:
    own, names, n_in, of_in, n_out, of_out = raises(part, theme_id), [], [], [], [], []
    for segment, values in _columns(part):
        codes, levels = pd.factorize(values)
        codes = np.where(part.is_read, codes, -1)
        if not 2 <= len(levels) <= _MOST_VALUES:
            continue
        sizes, yes = _by_code(codes, len(levels)), _by_code(np.where(own, codes, -1), len(levels))
        for k, level in enumerate(levels):
            if sizes[k] >= 10:
                names.append((segment, str(level)))
                n_in.append(yes[k])
                of_in.append(sizes[k])
                n_out.append(yes.sum() - yes[k])
                of_out.append(sizes.sum() - sizes[k])
    if not names:
        return []
    table = compared([str(k) for k in range(len(names))], np.array(n_in), np.array(of_in), np.array(n_out),
                     np.array(of_out))
    return [Group(*name, int(of_n), int(row["n_one"]), row["share_one"], row["low_one"], row["high_one"],
                  str(row["verdict"])) for name, of_n, row in zip(names, of_in, table.to_dict("records"), strict=True)]


def standing_out(groups: Sequence[Group]) -> list[Group]:
    """Return the groups that raise the theme surely more or less often than the others, the largest share first."""
    return sorted((g for g in groups if g.verdict in (MORE, LESS)), key=lambda g: -g.share)


def _columns(part: Part) -> list[tuple[str, pd.Series]]:
    snapshot = part.snapshot
    found = [("NPS category", part.comments["category"].astype("object")),
             *((name, snapshot.segment(name)[part.keep]) for name in snapshot.segment_values),
             ("Source", part.comments["source"].astype("object"))]
    order = [c.value for c in CATEGORIES]
    return [(name, values if name != "NPS category" else values.where(values.isin(order))) for name, values in found]


def _by_code(codes: IntArray, n: int) -> IntArray:
    return np.bincount(codes[codes >= 0], minlength=n).astype(np.int64)


def decisions_about(store: Store, run: RunFacts | None, theme: Theme) -> list[DecisionMark]:
    """Return what people decided about a theme, oldest first, numbered from 1."""
    if run is None or run.codeframe_id is None:
        return []
    log = StoredCodeframe(store, run.codeframe_name or USUAL).log()
    in_force, numbers = undoable(log), {d.number: d for d in log}

    def concerns(decision: Decision) -> bool:
        undone = numbers.get(decision.undoes) if decision.undoes is not None else None
        return theme.id in decision.theme_ids or decision.to == theme.id or (undone is not None and concerns(undone))

    own = [d for d in log if concerns(d)]
    return [DecisionMark(k, d.at if d.at.tzinfo else d.at.replace(tzinfo=UTC), d.by, _words(d), d.action in MOVING,
                         d.number not in in_force) for k, d in enumerate(own, start=1)]


def _words(decision: Decision) -> str:
    if decision.action is Action.RENAME:
        return f"renamed to “{decision.label}”"
    if decision.action is Action.STAGE:
        return f"placed on the journey: {decision.to}"
    return {**MOVING, **_STILL}.get(decision.action, decision.action.value)
