"""A refit beside the codeframe in use: which themes go on, under the same ids, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.optimize import linear_sum_assignment

from cx_text.backends.base import FloatArray, IntArray
from cx_text.codeframe import Codeframe, Theme
from cx_text.decisions import Decision, decided_about, never_joined, with_totals

GOES_ON = 0.2  # least Jaccard similarity of the opinions of an old theme and of the new one that goes on with its id
IS_PART = 0.25  # least share of an old theme's opinions that makes a new one a part of it, and the other way round
RESIZED = 0.25  # a theme that takes this share more or fewer opinions than before grew or shrank


class Change(StrEnum):
    """What becomes of a theme when a refit is accepted."""

    SAME = "same"
    GREW = "grew"
    SHRANK = "shrank"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    FADED = "faded"
    KEPT = "kept"  # the refit did not find it, but a person decided about it


@dataclass(frozen=True, slots=True)
class ThemeChange:
    """One line of the difference between a codeframe and its refit.

    `n_before` and `n_after` count the same opinions, by the codeframe in use and by the refit. `others` are the labels
    of the themes that a theme is split into beside itself, or that were merged into it; of a faded theme, where most
    of its opinions went. `found_label` is what the refit would have called it.
    """

    change: Change
    theme_id: str
    label: str
    n_before: int
    n_after: int
    others: tuple[str, ...] = ()
    found_label: str = ""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many opinions an old and a new theme share: int64 (n_old, n_new), sub-themes' opinions counted in parents."""

    shared: IntArray
    n_old: IntArray
    n_new: IntArray

    @classmethod
    def of(cls, old: Codeframe, new: Codeframe, texts: Sequence[str]) -> Overlap:
        """Count over texts, each one opinion."""
        old_members, new_members = _members(old, texts), _members(new, texts)
        return cls((old_members.T @ new_members).astype(np.int64), old_members.sum(axis=0).astype(np.int64),
                   new_members.sum(axis=0).astype(np.int64))

    def jaccard(self) -> FloatArray:
        """Return float32 (n_old, n_new), 0 to 1."""
        union = self.n_old[:, None] + self.n_new[None] - self.shared
        return np.asarray(self.shared / np.maximum(union, 1), dtype=np.float32)


def match(old: Codeframe, new: Codeframe, texts: Sequence[str], *,
          log: Sequence[Decision] = ()) -> tuple[Codeframe, list[ThemeChange]]:
    """Return a refit with the ids and labels of the themes that go on, and what changes, the largest first.

    Both are compared by the opinions that they give to each theme. Old and new themes are paired so that the sum of
    the Jaccard similarities is largest (Kuhn 1955), first level with first level and sub-themes with sub-themes; what
    is left may go on at the other level. A theme that a person decided about is kept when the refit did not find it,
    and themes that are never to be joined are kept apart.

    Args:
        old: The codeframe in use, as discovered: before decisions.
        new: The refit; its ids mean nothing yet.
        texts: The opinions that the refit was found in.
        log: The decisions that will be carried out on the refit.
    """
    overlap = Overlap.of(old, new, texts)
    heirs = _paired(old, new, overlap)  # place in new → place in old
    found = _renamed(old, new, heirs)
    kept = _kept(old, found, decided_about(log) | {t.id for t in old.themes if t.is_given})
    result = _apart(old, _with_old(found, old, kept), never_joined(log), texts)
    return result, _changes(old, new, overlap, heirs, result, kept, texts)


def _members(codeframe: Codeframe, texts: Sequence[str]) -> FloatArray:
    """Return float32 (n_texts, n_themes): 1 where a text is in a theme or one of its sub-themes."""
    place = {t.id: k for k, t in enumerate(codeframe.themes)}
    members = np.zeros((len(texts), len(place)), dtype=np.float32)
    for row, theme_id in enumerate(codeframe.assign(texts)[0]):
        if theme_id is not None:
            members[row, place[theme_id]] = members[row, place[codeframe.top(theme_id)]] = 1
    return members


def _paired(old: Codeframe, new: Codeframe, overlap: Overlap) -> dict[int, int]:
    old_ids = {t.id: i for i, t in enumerate(old.themes)}
    heirs = {j: old_ids[t.id] for j, t in enumerate(new.themes) if t.is_given and t.id in old_ids}
    alike = overlap.jaccard()
    for same_level in (True, False):
        rows = [i for i in range(len(old.themes)) if i not in heirs.values()]
        columns = [j for j in range(len(new.themes)) if j not in heirs]
        if not rows or not columns:
            continue
        weights = alike[np.ix_(rows, columns)].copy()
        is_same = np.array([[(old.themes[i].parent is None) == (new.themes[j].parent is None) for j in columns]
                            for i in rows])
        weights[is_same != same_level] = 0
        for r, c in zip(*linear_sum_assignment(-weights), strict=True):
            if weights[r, c] >= GOES_ON:
                heirs[columns[c]] = rows[r]
    return heirs


def _renamed(old: Codeframe, new: Codeframe, heirs: dict[int, int]) -> Codeframe:
    """Return the refit with old ids and labels where a theme goes on, and unused numbers elsewhere."""
    number = max(old.n_numbered, len(old.themes))
    ids: dict[str, str] = {}
    for j, theme in enumerate(new.themes):
        if j in heirs:
            ids[theme.id] = old.themes[heirs[j]].id
        elif theme.is_given:
            ids[theme.id] = theme.id
        else:
            number += 1
            ids[theme.id] = f"t{number:02d}"
    taken = {old.themes[i].label.casefold() for i in heirs.values()}
    themes = []
    for j, theme in enumerate(new.themes):
        label = old.themes[heirs[j]].label if j in heirs else _free_label(theme, taken)
        taken.add(label.casefold())
        themes.append(replace(theme, id=ids[theme.id], label=label, parent=theme.parent and ids[theme.parent]))
    return replace(new, themes=tuple(themes), owners=tuple(ids[owner] for owner in new.owners), n_numbered=number)


def _free_label(theme: Theme, taken: Collection[str]) -> str:
    """Return a label that no other theme has; where its own is taken, with the first keyword that sets it apart."""
    tried = (theme.label, *(f"{theme.label}: {w}" for w in theme.keywords), f"{theme.label} ({theme.id})")
    return next(label for label in tried if label.casefold() not in taken)


def _kept(old: Codeframe, found: Codeframe, wanted: Collection[str]) -> list[str]:
    """Return the ids of old themes that live on though the refit did not find them, with those above them."""
    have = {t.id for t in found.themes}
    kept = [t for t in old.themes if t.id in wanted and t.id not in have]
    above = {t.parent for t in kept if t.parent and t.parent not in have}
    return [t.id for t in old.themes if t.id in above or t in kept]


def _with_old(found: Codeframe, old: Codeframe, kept: Sequence[str]) -> Codeframe:
    """Return the refit with some old themes, and their centres, beside its own."""
    if not kept:
        return found
    rows = [k for k, owner in enumerate(old.owners) if owner in kept]
    return replace(found, themes=(*found.themes, *(t for t in old.themes if t.id in kept)),
                   centres=np.concatenate([found.centres, old.centres[rows]]),
                   owners=(*found.owners, *(old.owners[k] for k in rows)))


def _apart(old: Codeframe, found: Codeframe, pairs: Sequence[tuple[str, str]], texts: Sequence[str]) -> Codeframe:
    """Return the refit with themes that are never to be joined in two again, where one new theme took both.

    The centre of a theme that took both is replaced by those of the two; sub-themes of a first-level theme that took
    both go to whichever of the two they have more opinions of.
    """
    old_ids = {t.id for t in old.themes}
    for a, b in pairs:
        if not {a, b} <= old_ids:
            continue
        overlap, place = Overlap.of(old, found, texts), {t.id: k for k, t in enumerate(old.themes)}
        of_a, of_b = overlap.shared[place[a]], overlap.shared[place[b]]
        much_a, much_b = (IS_PART * max(int(overlap.n_old[place[x]]), 1) for x in (a, b))
        joined = [t for k, t in enumerate(found.themes) if of_a[k] >= much_a and of_b[k] >= much_b
                  and (t.parent is None) == (old.theme(a).parent is None)]
        for theme in joined:
            found = _parted(old, found, theme, a, b, of_a - of_b)
    return found


def _parted(old: Codeframe, found: Codeframe, theme: Theme, a: str, b: str, more_of_a: IntArray) -> Codeframe:
    gone = next((x for x in (a, b) if all(t.id != x for t in found.themes)), None)
    if gone is None:
        gone = b if theme.id == a else a
    stays = b if gone == a else a
    below = [k for k, t in enumerate(found.themes) if t.parent == theme.id]
    if below:
        sign = 1 if gone == a else -1
        going = {found.themes[k].id for k in below if sign * more_of_a[k] > 0}
        themes = [replace(t, parent=gone) if t.id in going else t for t in found.themes]
        if all(t.id != gone for t in themes):
            themes.append(replace(old.theme(gone), n_opinions=0))
        return replace(found, themes=tuple(themes))
    rows = [k for k, owner in enumerate(found.owners) if owner not in {theme.id, gone}]
    from_old = [k for k, owner in enumerate(old.owners) if owner in {stays, gone}]
    renamed = {stays: theme.id}
    themes = [t for t in found.themes if t.id != gone] + [replace(old.theme(gone), parent=theme.parent)]
    return replace(found, themes=tuple(themes),
                   centres=np.concatenate([found.centres[rows], old.centres[from_old]]),
                   owners=(*(found.owners[k] for k in rows),
                           *(renamed.get(old.owners[k], old.owners[k]) for k in from_old)))


def recounted(codeframe: Codeframe, texts: Sequence[str]) -> Codeframe:
    """Return a codeframe whose themes count these opinions, and in order of size."""
    ids = codeframe.assign(texts)[0]
    counts = {t.id: 0 for t in codeframe.themes}
    for theme_id in ids:
        if theme_id is not None:
            counts[theme_id] += 1
    return with_totals(replace(codeframe, themes=tuple(
        replace(t, n_opinions=counts[t.id]) for t in codeframe.themes)))


def _changes(old: Codeframe, new: Codeframe, overlap: Overlap, heirs: dict[int, int], result: Codeframe,
             kept: Sequence[str], texts: Sequence[str]) -> list[ThemeChange]:
    """Return one line a theme: of the refit in its order, then those that faded."""
    after = dict(zip((t.id for t in result.themes), _members(result, texts).sum(axis=0).astype(int).tolist(),
                     strict=True))
    before = {t.id: int(n) for t, n in zip(old.themes, overlap.n_old, strict=True)}
    old_place = {t.id: i for i, t in enumerate(old.themes)}
    new_place = {old.themes[i].id: j for j, i in heirs.items()}
    labels = {t.id: t.label for t in result.themes}
    rows = []
    for theme in result.themes:
        j = new_place.get(theme.id)
        if theme.id in kept or (j is None and theme.id in old_place):
            rows.append(ThemeChange(Change.KEPT, theme.id, theme.label, before.get(theme.id, 0), after[theme.id]))
        elif j is None:
            rows.append(ThemeChange(Change.NEW, theme.id, theme.label, 0, after[theme.id]))
        else:
            kind, others = _kind(old, new, overlap, heirs, j, before[theme.id], after[theme.id])
            rows.append(ThemeChange(kind, theme.id, theme.label, before[theme.id], after[theme.id],
                                    tuple(labels.get(x, x) for x in others), new.themes[j].label))
    for theme in old.themes:
        if theme.id not in labels:
            went = overlap.shared[old_place[theme.id]]
            best = int(went.argmax()) if len(went) and went.max(initial=0) > 0 else None
            to = (new.themes[best].label,) if best is not None else ()
            rows.append(ThemeChange(Change.FADED, theme.id, theme.label, before[theme.id], 0, to))
    return rows


def _kind(old: Codeframe, new: Codeframe, overlap: Overlap, heirs: dict[int, int], j: int, n_before: int,
          n_after: int) -> tuple[Change, tuple[str, ...]]:
    i = heirs[j]
    level = new.themes[j].parent is None
    parts = [k for k in range(len(new.themes)) if k != j and k not in heirs and (new.themes[k].parent is None) == level
             and overlap.shared[i, k] >= IS_PART * max(overlap.n_old[i], 1)
             and overlap.shared[i, k] >= 0.5 * overlap.n_new[k]]
    if parts:
        return Change.SPLIT, tuple(new.themes[k].label for k in parts)
    taken = [k for k in range(len(old.themes)) if k != i and k not in heirs.values()
             and (old.themes[k].parent is None) == (old.themes[i].parent is None)
             and overlap.shared[k, j] >= 0.5 * max(overlap.n_old[k], 1)
             and overlap.shared[k, j] >= IS_PART * overlap.n_new[j]]
    if taken:
        return Change.MERGED, tuple(old.themes[k].label for k in taken)
    if n_after > (1 + RESIZED) * n_before:
        return Change.GREW, ()
    return (Change.SHRANK if n_after < (1 - RESIZED) * n_before else Change.SAME), ()
