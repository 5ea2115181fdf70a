"""A refit beside the codeframe in use: which themes go on, under the same ids, and what becomes of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

import numpy as np
from scipy.optimize import linear_sum_assignment

from cx_text.backends.base import FloatArray, IntArray
from cx_text.codeframe import Codeframe, Theme
from cx_text.decisions import (
    Action,
    Decision,
    decided_about,
    in_force,
    labels_by_people,
    never_joined,
    with_totals,
)

GOES_ON = 0.2  # least Jaccard similarity of the opinions of an old theme and of the new one that goes on with its id
OTHER_KIND = 0.9  # times so much as alike count two themes of which one has sub-themes and the other none
IS_PART = 0.25  # least share of an old theme's opinions that makes a new one a part of it, and the other way round
IS_MOST = 0.5  # a theme that has this share of another's opinions took it in
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

    `label` is what people call the theme. `n_before` and `n_after` count the same opinions, by the codeframe in use and
    by the refit, both before decisions. `others` are the labels of the themes that a theme is split into beside itself,
    or that were merged into it; of a faded theme, where most of its opinions went. `found_label` is what the refit
    would have called it; "" where it did not find it.
    """

    change: Change
    theme_id: str
    label: str
    n_before: int
    n_after: int
    others: tuple[str, ...] = ()
    found_label: str = ""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Texts, each one opinion, and their vectors, float32 (n_texts, n_dims)."""

    texts: Sequence[str]
    embeddings: FloatArray

    def members(self, codeframe: Codeframe) -> FloatArray:
        """Return float32 (n_texts, n_themes): 1 where a text is in a theme or one of its sub-themes."""
        place = {t.id: k for k, t in enumerate(codeframe.themes)}
        above = {t.id: t.parent or t.id for t in codeframe.themes}
        members = np.zeros((len(self.texts), len(place)), dtype=np.float32)
        for row, theme_id in enumerate(codeframe.assign(self.texts, embeddings=self.embeddings)[0]):
            if theme_id is not None:
                members[row, place[theme_id]] = members[row, place[above[theme_id]]] = 1
        return members


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many opinions an old and a new theme share: int64 (n_old, n_new), sub-themes' opinions counted in parents."""

    shared: IntArray
    n_old: IntArray
    n_new: IntArray

    @classmethod
    def of(cls, old: Codeframe, new: Codeframe, opinions: Opinions) -> Overlap:
        """Count over opinions."""
        old_members, new_members = opinions.members(old), opinions.members(new)
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
    squared Jaccard similarities is largest (Kuhn 1955), on whatever levels they stand. Given themes keep their ids. A
    theme that a person decided about is kept when the refit did not find it, and themes that are never to be joined are
    kept apart.

    Args:
        old: The codeframe in use, as discovered: before decisions.
        new: The refit; the ids of themes that it found mean nothing yet.
        texts: The opinions that the refit was found in.
        log: The decisions that will be carried out on the refit.
    """
    opinions = Opinions(texts, new.embedder.embed(texts))
    heirs = _paired(old, new, Overlap.of(old, new, opinions))
    found, ids = _renumbered(old, new, heirs)
    decided = decided_about(log)
    result = _returned(found, old, decided | {t.id for t in old.themes if t.is_given})
    for a, b in never_joined(log):
        result = _apart(result, old, a, b, opinions)
    result = _labelled(_ready(result, log), old, labels_by_people(log))
    result = recounted(replace(result, version=old.version), texts, embeddings=opinions.embeddings)
    called = {ids[t.id]: t.label for t in new.themes}
    names = {theme_id: d.label for d in in_force(log) if d.action is Action.RENAME for theme_id in d.theme_ids}
    return result, _changes(old, result, Overlap.of(old, result, opinions), called, names)


def recounted(codeframe: Codeframe, texts: Sequence[str], *, embeddings: FloatArray | None = None) -> Codeframe:
    """Return a codeframe whose themes count these opinions, in order of size.

    Args:
        codeframe: The themes.
        texts: Opinions.
        embeddings: Their vectors, where they are at hand.
    """
    counts = Counter(codeframe.assign(texts, embeddings=embeddings)[0])
    made_by = {**codeframe.made_by, "n_opinions": len(texts), "n_unclear": counts[None]}
    return with_totals(replace(codeframe, made_by=made_by, themes=tuple(
        replace(t, n_opinions=counts[t.id]) for t in codeframe.themes)))


def _paired(old: Codeframe, new: Codeframe, overlap: Overlap) -> dict[int, int]:
    """Return place in new → place in old, of the themes that go on."""
    old_ids = {t.id: i for i, t in enumerate(old.themes)}
    heirs = {j: old_ids[t.id] for j, t in enumerate(new.themes) if t.is_given and t.id in old_ids}
    rows = [i for i, t in enumerate(old.themes) if not t.is_given]
    columns = [j for j, t in enumerate(new.themes) if not t.is_given]
    alike = overlap.jaccard()[np.ix_(rows, columns)]
    old_tops, new_tops = {t.parent for t in old.themes}, {t.parent for t in new.themes}
    is_same = [[(old.themes[i].id in old_tops) == (new.themes[j].id in new_tops) for j in columns] for i in rows]
    # Squares, so that no theme loses one that is just like it to two pairs that are half alike.
    weights = np.where(alike >= GOES_ON, alike**2 * np.where(np.reshape(is_same, alike.shape), 1, OTHER_KIND), 0)
    for r, c in zip(*linear_sum_assignment(-weights), strict=True):
        if weights[r, c] > 0:
            heirs[columns[c]] = rows[r]
    return heirs


def _renumbered(old: Codeframe, new: Codeframe, heirs: Mapping[int, int]) -> tuple[Codeframe, dict[str, str]]:
    """Return the refit with old ids and labels where a theme goes on, and numbers never used elsewhere; and its ids."""
    used = {t.id for t in (*old.themes, *new.themes) if t.is_given} | {t.id for t in old.themes}
    number = old.n_numbered
    ids: dict[str, str] = {}
    for j, theme in enumerate(new.themes):
        if j in heirs:
            ids[theme.id] = old.themes[heirs[j]].id
        elif theme.is_given:
            ids[theme.id] = theme.id
        else:
            number = next(n for n in count(number + 1) if f"t{n:02d}" not in used)
            ids[theme.id] = f"t{number:02d}"
    themes = tuple(replace(t, id=ids[t.id], parent=t.parent and ids[t.parent],
                           label=old.themes[heirs[j]].label if j in heirs else t.label)
                   for j, t in enumerate(new.themes))
    return replace(new, themes=themes, owners=tuple(ids[owner] for owner in new.owners), n_numbered=number), ids


def _returned(found: Codeframe, old: Codeframe, wanted: Collection[str]) -> Codeframe:
    """Return the refit with the wanted old themes that it did not find, those above them, and those below them.

    Sub-themes of a returned first-level theme that were found elsewhere come back below it.
    """
    have = {t.id for t in found.themes}
    tops = {t.id for t in old.themes if t.parent is None and t.id in wanted and t.id not in have}
    back = {t.id for t in old.themes if t.id not in have and (t.id in wanted or t.parent in tops)}
    back |= {t.parent for t in old.themes if t.id in back and t.parent and t.parent not in have}
    return _with_old(found, old, back, below=tops)


def _with_old(found: Codeframe, old: Codeframe, ids: Collection[str], *, below: Collection[str] = (),
              without: Collection[str] = ()) -> Codeframe:
    """Return the refit with some themes where and as they were in the old codeframe, centres and all.

    Args:
        found: The refit.
        old: The codeframe in use.
        ids: Of these themes.
        below: First-level themes whose other sub-themes come back below them too.
        without: Themes of the refit that are left out.
    """
    then = {t.id: t.parent for t in old.themes}
    there = {t.id for t in found.themes}
    uppers = {then[t.id] for t in found.themes if t.id in ids}  # wherever the refit put them
    themes = [replace(t, parent=None) if t.id in uppers
              else replace(t, parent=then[t.id]) if t.id in ids or then.get(t.id) in below else t
              for t in found.themes if t.id not in without]
    themes += [t for t in old.themes if t.id in ids and t.id not in there]
    kept = [k for k, owner in enumerate(found.owners) if owner not in ids and owner not in without]
    own = [k for k, owner in enumerate(old.owners) if owner in ids]
    centres = [rows for rows in (found.centres[kept], old.centres[own]) if len(rows)] or [found.centres[:0]]
    base = found if found.owners else replace(found, certainty=old.certainty, min_confidence=old.min_confidence)
    return replace(base, themes=_on_two_levels(themes), centres=np.concatenate(centres),
                   owners=(*(found.owners[k] for k in kept), *(old.owners[k] for k in own)))


def _on_two_levels(themes: Sequence[Theme]) -> tuple[Theme, ...]:
    """Return themes with those below a sub-theme put beside it; below nothing where their parent is gone."""
    parents = {t.id: t.parent for t in themes}

    def top(theme_id: str | None) -> str | None:
        while theme_id is not None and parents.get(theme_id) is not None:
            theme_id = parents[theme_id]
        return theme_id if theme_id in parents else None

    return tuple(replace(t, parent=top(t.parent)) for t in themes)


def _apart(found: Codeframe, old: Codeframe, a: str, b: str, opinions: Opinions) -> Codeframe:
    """Return the refit with two old themes as they were, sub-themes too, if one new theme took in most of both.

    What else was found in their opinions is not taken.
    """
    place = {t.id: k for k, t in enumerate(old.themes)}
    if not {a, b} <= place.keys() or old.top(a) == b or old.top(b) == a:
        return found
    overlap, both = Overlap.of(old, found, opinions), [place[a], place[b]]
    family = {t.id for t in old.themes if {t.id, t.parent} & {a, b}}
    shared, n_old = overlap.shared[both], overlap.n_old[both]
    took_both = np.all(shared >= IS_MOST * np.maximum(n_old, 1)[:, None], axis=0).tolist()
    # Single themes may stand side by side under one parent; for a theme with sub-themes that would be joining.
    has_parts = len(family) > 2
    if not any(took_both[k] and (t.parent is None if has_parts else t.id in found.owners)
               for k, t in enumerate(found.themes)):
        return found
    is_theirs = (shared.sum(axis=0) >= IS_MOST * np.maximum(overlap.n_new, 1)).tolist()
    without = {t.id for k, t in enumerate(found.themes) if is_theirs[k] and t.id in found.owners and t.id not in place}
    # The theme above them may be gone, or may itself have taken in most of both: then it is put back as it was.
    as_found = {t.id for k, t in enumerate(found.themes) if not (took_both[k] and t.id in found.owners)}
    above = {old.top(a), old.top(b)} - as_found
    return _with_old(found, old, family | above, without=without)


def _ready(found: Codeframe, log: Sequence[Decision]) -> Codeframe:
    """Return the refit so that decisions about levels can be carried out on it again.

    A theme that others were put under stands on the first level. A theme that was put under another, or split, has no
    sub-themes: what the refit found below it is part of it, but for what a person decided about.
    """
    decided = decided_about(log)
    uppers: set[str] = set()
    lowers: set[str] = set()
    for decision in in_force(log):
        if decision.action is Action.PARENT:
            is_lowered = bool(decision.to or decision.label)
            lowers = lowers | set(decision.theme_ids) if is_lowered else lowers - set(decision.theme_ids)
            uppers = (uppers - set(decision.theme_ids)) | ({decision.to} if decision.to else set())
    split = {theme_id for d in in_force(log) if d.action is Action.SPLIT for theme_id in d.theme_ids}
    whole = lowers | (split - set(found.owners))
    into = {t.id: t.parent for t in found.themes if t.parent and t.parent in whole and t.id not in decided}
    themes = [replace(t, parent=None) if t.id in uppers or t.parent in lowers else t
              for t in found.themes if t.id not in into]
    return replace(found, themes=_on_two_levels(themes),
                   owners=tuple(into.get(owner, owner) for owner in found.owners))


def _labelled(codeframe: Codeframe, old: Codeframe, by_people: Collection[str]) -> Codeframe:
    """Return distinct labels: all give way to given ones, new ones to old ones and to what people said."""
    old_ids = {t.id for t in old.themes}
    names = {label.casefold() for label in by_people}
    taken: set[str] = set()
    labels: dict[str, str] = {}
    for theme in sorted(codeframe.themes, key=lambda t: (not t.is_given, t.id not in old_ids)):
        others = [word for word in theme.keywords if word not in theme.label.casefold().split()]
        tried = (theme.label, *(f"{theme.label}: {word}" for word in others), f"{theme.label} ({theme.id})")
        gone = taken if theme.is_given or theme.id in old_ids else taken | names
        labels[theme.id] = next(label for label in tried if label.casefold() not in gone)
        taken.add(labels[theme.id].casefold())
    return replace(codeframe, themes=tuple(replace(t, label=labels[t.id]) for t in codeframe.themes))


def _changes(old: Codeframe, result: Codeframe, overlap: Overlap, called: Mapping[str, str],
             names: Mapping[str, str]) -> list[ThemeChange]:
    """Return one line a theme: of the refit in its order, then those that faded."""
    place = {t.id: i for i, t in enumerate(old.themes)}
    shown = [names.get(t.id, t.label) for t in result.themes]
    there = {t.id for t in result.themes}
    rows = []
    for j, theme in enumerate(result.themes):
        change, n_before = Change.NEW, 0
        others: tuple[str, ...] = ()
        if theme.id in place:
            n_before = int(overlap.n_old[place[theme.id]])
            change, others = _kind(old, result, overlap, place[theme.id], j, shown)
        if theme.id not in called:
            change = Change.KEPT
        rows.append(ThemeChange(change, theme.id, shown[j], n_before, int(overlap.n_new[j]), others,
                                called.get(theme.id, "")))
    for theme in old.themes:
        if theme.id not in there:
            went = overlap.shared[place[theme.id]]
            same = [j for j, t in enumerate(result.themes) if (t.parent is None) == (theme.parent is None) and went[j]]
            to = tuple(shown[j] for j in sorted(same, key=lambda j: -went[j])[:1])
            rows.append(ThemeChange(Change.FADED, theme.id, theme.label, int(overlap.n_old[place[theme.id]]), 0, to))
    return rows


def _kind(old: Codeframe, result: Codeframe, overlap: Overlap, i: int, j: int,
          shown: Sequence[str]) -> tuple[Change, tuple[str, ...]]:
    """Return what became of the old theme i, now j, and the labels of the others that had a part in it."""
    shared, n_old, n_new = overlap.shared, overlap.n_old, overlap.n_new
    there, were = {t.id for t in result.themes}, {t.id for t in old.themes}
    is_top = result.themes[j].parent is None
    parts = [k for k, t in enumerate(result.themes) if t.id not in were and (t.parent is None) == is_top
             and shared[i, k] >= IS_PART * max(n_old[i], 1) and shared[i, k] >= IS_MOST * n_new[k]]
    if parts:
        return Change.SPLIT, tuple(shown[k] for k in parts)
    taken = [t.label for k, t in enumerate(old.themes) if t.id not in there
             and (t.parent is None) == (old.themes[i].parent is None)
             and shared[k, j] >= IS_MOST * max(n_old[k], 1) and shared[k, j] >= IS_PART * n_new[j]]
    if taken:
        return Change.MERGED, tuple(taken)
    if n_new[j] > (1 + RESIZED) * n_old[i]:
        return Change.GREW, ()
    return (Change.SHRANK if n_new[j] < (1 - RESIZED) * n_old[i] else Change.SAME), ()
