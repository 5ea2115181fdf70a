"""Decisions of people about themes: an append-only log that is replayed on every codeframe, and can be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import combinations, zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from cx_text.codeframe import Codeframe, JourneyStage, Theme, folded, in_order
from cx_text.errors import ConfigError, hint

MAX_EXEMPLARS = 10
LETTERS = "abcdefghijklmnopqrstuvwxyz"  # one for the id of each part of a split theme


class Action(StrEnum):
    """What a person can decide."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    PIN = "pin"
    HIDE = "hide"
    NEVER_JOIN = "never-join"
    PARENT = "parent"
    STAGE = "stage"
    CLARITY = "clarity"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the themes that a theme is split into: its label, and opinions that belong to it."""

    label: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the log.

    `theme_ids` are the themes decided about; merging keeps the first. `label` is the new name (rename), or that of a
    new first-level theme (parent). `to` is a theme's id (move; "" for unclear; parent: "" for the first level) or a
    journey stage; `texts` the opinions moved; `value` a confidence (clarity); `undoes` the number of another decision.
    Themes that a decision makes have its number in their ids, so that none is used twice: g04 for a new first-level
    theme, s04a, s04b, … for the parts of a split one.
    """

    number: int
    action: Action
    by: str
    at: datetime
    theme_ids: tuple[str, ...] = ()
    label: str = ""
    to: str = ""
    texts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    value: float | None = None
    undoes: int | None = None


def in_force(log: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that nobody undid, in order; an undoing can itself be undone."""
    can_be_undone = undoable(log)
    return [d for d in log if d.action is not Action.UNDO and d.number in can_be_undone]


def undoable(log: Sequence[Decision]) -> set[int]:
    """Return the numbers of the decisions that nobody undid, undoings among them."""
    undone: set[int] = set()
    for decision in reversed(log):
        if decision.action is Action.UNDO and decision.number not in undone and decision.undoes is not None:
            undone.add(decision.undoes)
    return {d.number for d in log} - undone


def replay(codeframe: Codeframe, log: Sequence[Decision]) -> Codeframe:
    """Return a codeframe with the decisions in force carried out, first to last.

    A decision that cannot be carried out changes nothing; see `waiting`.
    """
    return _carried_out(codeframe, log)[0]


def waiting(codeframe: Codeframe, log: Sequence[Decision]) -> list[Decision]:
    """Return the decisions in force that cannot be carried out, most often as a theme is not in the codeframe."""
    return _carried_out(codeframe, log)[1]


def _carried_out(codeframe: Codeframe, log: Sequence[Decision]) -> tuple[Codeframe, list[Decision]]:
    idle = []
    for decision in in_force(log):
        try:
            codeframe = decide(codeframe, decision)
        except ConfigError:
            idle.append(decision)
    return codeframe, idle


def decide(codeframe: Codeframe, decision: Decision) -> Codeframe:
    """Return a codeframe with one decision carried out.

    Raises:
        ConfigError: A theme is not there, or the decision makes no sense for it; the message says why.
    """
    fewest = _FEWEST.get(decision.action, 1)
    if len(set(decision.theme_ids)) < fewest:
        raise ConfigError(f"{decision.action} takes {'two themes or more' if fewest > 1 else 'a theme'}")
    for theme_id in decision.theme_ids:
        known(codeframe, theme_id)
    return with_totals(_STEPS[decision.action](_with_own_counts(codeframe), decision))


def take(found: Codeframe, log: Sequence[Decision], action: Action, *, by: str, again: str,
         **what: Any) -> tuple[Codeframe, Codeframe, Decision]:
    """Return the codeframe before the next decision and after it, and the decision, numbered; nothing is kept yet.

    Args:
        found: As it was discovered.
        log: The decisions so far.
        action: What is decided.
        by: Who decides.
        again: What to do next where there is no decision to undo.
        **what: The fields of `Decision` that the action needs.

    Raises:
        ConfigError: It makes no sense.
    """
    number = max((d.number for d in log), default=0) + 1
    decision = Decision(number, action, by, datetime.now(UTC).replace(microsecond=0), **what)
    before = replay(found, log)
    if action is not Action.UNDO:
        return before, decide(before, decision), decision
    if decision.undoes not in undoable(log):
        raise ConfigError(f"there is no decision {decision.undoes} in force", next=again)
    return before, replay(found, [*log, decision]), decision


def check_refit(refit: Codeframe, newest: Codeframe, log: Sequence[Decision], *, where: str, again: str) -> None:
    """Return where a refit that waits still fits what is in use.

    Raises:
        ConfigError: There is a newer version since, or somebody decided about a theme that the refit has not.
    """
    if refit.version != newest.version:
        raise ConfigError(f"the refit that waits was made from version {refit.version}, and the newest is "
                          f"{newest.version}", where=where, next=again)
    lost = sorted(decided_about(log) & {t.id for t in newest.themes} - {t.id for t in refit.themes})
    if lost:
        raise ConfigError(f"after the refit somebody decided about {', '.join(lost)}, which it has not", where=where,
                          next=again)


def known(codeframe: Codeframe, theme_id: str) -> Theme:
    """Return a theme.

    Raises:
        ConfigError: There is none of this id.
    """
    themes = {t.id: t for t in codeframe.themes}
    if theme_id not in themes:
        raise ConfigError(f"there is no theme {theme_id!r}",
                          next=hint(theme_id, themes) or "Run: cx-text themes show FOLDER")
    return themes[theme_id]


def decided_about(log: Sequence[Decision]) -> set[str]:
    """Return the ids of the themes that decisions in force are about: these live on, whatever a refit finds."""
    return {theme_id for d in in_force(log)
            for theme_id in (*d.theme_ids, d.to if d.action in (Action.MOVE, Action.PARENT) else "") if theme_id}


def labels_by_people(log: Sequence[Decision]) -> set[str]:
    """Return the labels that decisions in force give: no theme that a refit finds may take one."""
    return {label for d in in_force(log) for label in (d.label, *(p.label for p in d.parts)) if label}


def never_joined(log: Sequence[Decision]) -> list[tuple[str, str]]:
    """Return the pairs of themes that are never to become one."""
    return [pair for d in in_force(log) if d.action is Action.NEVER_JOIN
            for pair in combinations(dict.fromkeys(d.theme_ids), 2)]


def moves(before: Codeframe, after: Codeframe, texts: Sequence[str]) -> Counter[tuple[str, str]]:
    """Count the opinions whose theme differs: (label before, label after) → number; "unclear" for no theme."""
    old, new = before.assign(texts)[0], after.assign(texts)[0]
    return Counter((before.label(a) if a else "unclear", after.label(b) if b else "unclear")
                   for a, b in zip(old, new, strict=True) if a != b)


def _rename(codeframe: Codeframe, decision: Decision) -> Codeframe:
    theme_id = decision.theme_ids[0]
    label = _free_label(codeframe, decision.label, theme_id)
    return _changed(codeframe, {theme_id}, lambda t: replace(t, label=label))


def _free_label(codeframe: Codeframe, label: str, own: str = "") -> str:
    """Return a label without outer blanks; it is not blank, and no theme but `own` has it."""
    label = label.strip()
    if not label:
        raise ConfigError("a theme's label is not blank")
    for other in codeframe.themes:
        if other.id != own and other.label.casefold() == label.casefold():
            raise ConfigError(f"theme {other.id!r} is called {label!r} already",
                              next=f"To make one theme of both, merge {other.id} and {own}" if own else None)
    return label


def _merge(codeframe: Codeframe, decision: Decision) -> Codeframe:
    into, *rest = dict.fromkeys(decision.theme_ids)
    kept = known(codeframe, into)
    gone = [known(codeframe, theme_id) for theme_id in rest]
    upper = None if kept.parent in rest else kept.parent  # who takes in the theme above takes its place
    exemplars = tuple(dict.fromkeys(x for group in zip_longest(*(t.exemplars for t in (kept, *gone)))
                                    for x in group if x))[:MAX_EXEMPLARS]
    merged = replace(kept, parent=upper, exemplars=exemplars, n_opinions=sum(t.n_opinions for t in (kept, *gone)),
                     keywords=tuple(dict.fromkeys((*kept.keywords[:6], *(w for t in gone for w in t.keywords[:4])))))
    themes = [merged if t.id == into else replace(t, parent=upper or into) if t.parent in rest else t
              for t in codeframe.themes if t.id not in rest]
    owners = tuple(into if owner in rest else owner for owner in codeframe.owners)
    moved = {text: into if to in rest else to for text, to in codeframe.moved.items()}
    return replace(codeframe, themes=tuple(themes), owners=owners, moved=moved)


def to_split(codeframe: Codeframe, theme_id: str) -> Theme:
    """Return a theme that can be split.

    Raises:
        ConfigError: It is not there, or opinions belong to its sub-themes alone.
    """
    theme = known(codeframe, theme_id)
    if theme_id not in codeframe.owners:
        raise ConfigError(f"theme {theme_id!r} has sub-themes", next="Split one of them, or move them to other parents")
    return theme


def _split(codeframe: Codeframe, decision: Decision) -> Codeframe:
    theme, parts = to_split(codeframe, decision.theme_ids[0]), decision.parts
    if not 2 <= len(parts) <= len(LETTERS) or not all(p.examples for p in parts):
        raise ConfigError(f"splitting theme {theme.id!r} takes two parts or more, {len(LETTERS)} at most, each with an "
                          "opinion as example")
    labels = [_free_label(codeframe, part.label, theme.id if theme.parent else "") for part in parts]
    if len({label.casefold() for label in labels}) < len(labels):
        raise ConfigError(f"two parts of theme {theme.id!r} have one label", next="Give each a label of its own")
    embed = codeframe.embedder.embed
    middles = np.stack([embed(list(p.examples)).mean(axis=0) for p in parts])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-12)
    ids = [f"s{decision.number:02d}{letter}" for letter in LETTERS[:len(parts)]]
    moved = [text for text, to in codeframe.moved.items() if to == theme.id]
    nearest = (embed([*theme.exemplars, *moved]) @ middles.T).argmax(axis=1)
    sizes = _shared_out(theme.n_opinions, np.bincount(nearest[:len(theme.exemplars)], minlength=len(parts)))
    new = [Theme(new_id, label, theme.keywords, n, theme.parent or theme.id, part.examples[:MAX_EXEMPLARS],
                 part.examples[0], stage=theme.stage, is_hidden=theme.is_hidden)
           for new_id, label, n, part in zip(ids, labels, sizes, parts, strict=True)]
    stays = [replace(t, n_opinions=0) if t.id == theme.id else t for t in codeframe.themes
             if t.id != theme.id or t.parent is None]
    keep = [k for k, owner in enumerate(codeframe.owners) if owner != theme.id]
    return replace(codeframe, themes=(*stays, *new), owners=(*(codeframe.owners[k] for k in keep), *ids),
                   centres=np.concatenate([codeframe.centres[keep], middles.astype(np.float32)]),
                   moved={**codeframe.moved, **{text: ids[k] for text, k in
                                                zip(moved, nearest[len(theme.exemplars):], strict=True)}})


def _shared_out(n: int, weights: npt.NDArray[np.int64]) -> list[int]:
    """Return whole numbers that sum to n and are in the proportion of the weights; even where there are none."""
    ends = np.cumsum(weights if weights.any() else np.ones_like(weights)).astype(float)
    return [int(k) for k in np.diff(np.round(n * ends / ends[-1]), prepend=0)]


def _move(codeframe: Codeframe, decision: Decision) -> Codeframe:
    texts = [folded(text) for text in decision.texts]
    if not texts or not all(texts):
        raise ConfigError("moving takes the words of an opinion")
    if decision.to:
        known(codeframe, decision.to)
    return replace(codeframe, moved={**codeframe.moved, **dict.fromkeys(texts, decision.to)})


def _hide(codeframe: Codeframe, decision: Decision) -> Codeframe:
    ids = {*decision.theme_ids, *(t.id for t in codeframe.themes if t.parent in decision.theme_ids)}
    return _changed(codeframe, ids, lambda t: replace(t, is_hidden=True))


def _parent(codeframe: Codeframe, decision: Decision) -> Codeframe:
    above, themes = decision.to or None, codeframe.themes
    if decision.label:
        above = f"g{decision.number:02d}"
        themes = (*themes, Theme(above, _free_label(codeframe, decision.label), (), 0, is_given=True))
    elif above and known(codeframe, above).parent:
        raise ConfigError(f"theme {above!r} is itself a sub-theme, and there are two levels",
                          next="Name a first-level theme, or give a label for a new one")
    for theme in (t for t in themes if t.id in decision.theme_ids):
        if theme.id == above:
            raise ConfigError(f"theme {theme.id!r} cannot be its own parent")
        if above and any(t.parent == theme.id for t in themes):
            raise ConfigError(f"theme {theme.id!r} has sub-themes, and there are two levels",
                              next=f"To join them with those of the other, merge {decision.to or 'ID'} {theme.id}")
    return replace(codeframe, themes=tuple(replace(t, parent=above) if t.id in decision.theme_ids else t
                                           for t in themes))


def _stage(codeframe: Codeframe, decision: Decision) -> Codeframe:
    stages = [s.value for s in JourneyStage]
    if decision.to not in stages:
        raise ConfigError(f"{decision.to!r} is none of the journey stages {', '.join(stages)}",
                          next=hint(decision.to, stages))
    return _changed(codeframe, decision.theme_ids, lambda t: replace(t, stage=JourneyStage(decision.to)))


def _clarity(codeframe: Codeframe, decision: Decision) -> Codeframe:
    if decision.value is None or not 0 <= decision.value <= 1:
        raise ConfigError(f"a confidence is from 0 to 1, not {decision.value}")
    return codeframe.with_min_confidence(decision.value)


def _for_refits(codeframe: Codeframe, decision: Decision) -> Codeframe:
    """Pins and "never join" say what a refit may do; they change nothing now."""
    del decision
    return codeframe


_STEPS: dict[Action, Callable[[Codeframe, Decision], Codeframe]] = {
    Action.RENAME: _rename, Action.MERGE: _merge, Action.SPLIT: _split, Action.MOVE: _move, Action.PIN: _for_refits,
    Action.HIDE: _hide, Action.NEVER_JOIN: _for_refits, Action.PARENT: _parent, Action.STAGE: _stage,
    Action.CLARITY: _clarity,
}
_FEWEST = {Action.MERGE: 2, Action.NEVER_JOIN: 2, Action.MOVE: 0, Action.CLARITY: 0}  # themes; of others 1


def _changed(codeframe: Codeframe, ids: Sequence[str] | set[str], change: Callable[[Theme], Theme]) -> Codeframe:
    return replace(codeframe, themes=tuple(change(t) if t.id in ids else t for t in codeframe.themes))


def _with_own_counts(codeframe: Codeframe) -> Codeframe:
    """Return the same with each theme counting its own opinions only, those of its sub-themes left out."""
    below = _below(codeframe)
    return replace(codeframe, themes=tuple(replace(t, n_opinions=t.n_opinions - below[t.id])
                                           for t in codeframe.themes))


def with_totals(codeframe: Codeframe) -> Codeframe:
    """Return the same with each theme counting its sub-themes' opinions beside its own, and in order of size.

    A first-level theme is no theme any more that has neither sub-themes nor centres, nor opinions that people moved.
    """
    below, own = _below(codeframe), {*codeframe.owners, *codeframe.moved.values()}
    themes = [replace(t, n_opinions=t.n_opinions + below[t.id])
              for t in codeframe.themes if t.parent or t.id in own or t.id in below]
    return replace(codeframe, themes=in_order(themes))


def _below(codeframe: Codeframe) -> Counter[str]:
    below: Counter[str] = Counter()
    for theme in codeframe.themes:
        if theme.parent:
            below[theme.parent] += theme.n_opinions
    return below
