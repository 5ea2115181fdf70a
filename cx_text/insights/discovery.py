"""From many opinions to a codeframe: groups on two levels, their centres, the rule of assignment, labels, exemplars."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cx_text.backends.base import BoolArray, Clusterer, Embedder, FloatArray, IntArray, Phraser
from cx_text.codeframe import GENERAL_THEMES, Codeframe, Theme, nearest_group
from cx_text.config import ThemeOptions
from cx_text.decisions import with_totals
from cx_text.insights.labels import Label, label_themes
from cx_text.insights.stability import stability_of, unit

# A group whose name hardly any of its own texts use is no theme that a person would make: its opinions go to the
# nearest other theme, or stay unclear.
NAMED = 0.1
# A found group is what a given theme is about when its middle is as near to that theme, and clearly nearer than to
# others: the middle of many texts says that better than one text alone.
GROUP_NEARNESS, GROUP_LEAD = 0.55, 0.1
LEFT = 0.3  # of the texts that a group was found in; with fewer left to it, others took it over
N_EXEMPLARS = 10
LONGEST = 300  # characters of an exemplar
REPEAT = 0.92  # exemplars nearer than this to one already chosen say the same again


@dataclass(frozen=True, slots=True)
class Groups:
    """Given and found groups of distinct texts on the way to themes; the given ones come first.

    Args:
        centres: float32 (n_groups, n_dims), rows of length 1.
        tops: int64 (n_groups,): the group of groups that each belongs to.
        is_free: bool (n_groups,): found, not given.
        n_found_in: int64 (n_groups,): distinct texts that each was found in; 0 for given ones.
    """

    centres: FloatArray
    tops: IntArray
    is_free: BoolArray
    n_found_in: IntArray

    def without(self, gone: Sequence[int]) -> Groups:
        """Return the same without some groups, the others renumbered."""
        kept = np.array([k for k in range(len(self.tops)) if k not in set(gone)], dtype=np.int64)
        return Groups(self.centres[kept], self.tops[kept], self.is_free[kept], self.n_found_in[kept])

    def nearest(self, embeddings: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return per row its nearest group, int64 (n,), and the cosine to it, float32 (n,)."""
        return nearest_group(embeddings, self.centres, np.arange(len(self.tops)), len(self.tops))[:2]


def discover(texts: Sequence[str], *, embedder: Embedder, clusterer: Clusterer, phraser: Phraser,
             given: Codeframe | None = None, options: ThemeOptions | None = None, seed: int = 0,
             made_by: Mapping[str, str | int | float] | None = None) -> Codeframe:
    """Group texts that speak of the same thing, and give each group a label.

    Args:
        texts: Normalised texts, one an opinion; repeats count.
        embedder: Turns texts into vectors.
        clusterer: Groups them.
        phraser: Offers phrases for labels.
        given: Themes that are there already: opinions near them are theirs, the others are grouped.
        options: How many may stay unclear, and whether to look for themes beside the given ones.
        seed: Same texts and seed, same themes.
        made_by: What to remember about the discovery.

    Returns:
        Themes from largest to smallest on two levels, with ids t01, t02, … beside those of the given ones; no themes
        when there are too few texts for any.
    """
    chosen = options or ThemeOptions()
    distinct, counts = _counted(texts)
    embeddings = embedder.embed(distinct)
    start = given if given is not None else Codeframe.empty(embedder)
    groups = _grouped(distinct, embeddings, start, clusterer, chosen, seed)
    if not groups.is_free.any() and set(start.assigned) <= set(GENERAL_THEMES):
        return Codeframe.empty(embedder)  # with nothing to compare with, everything would be general
    groups = groups.without(_lost(embeddings, groups))
    members = _members(embeddings, groups)
    phraser = _Remembering(phraser)
    own_labels = _labels(members, groups, distinct, embedder, clusterer, phraser)
    unnamed = [k for k in range(len(groups.tops)) if groups.is_free[k] and own_labels[k].share_naming < NAMED]
    if unnamed:
        groups = groups.without(unnamed)
        members = _members(embeddings, groups)
    if not len(groups.tops):
        return Codeframe.empty(embedder)
    return _codeframe(distinct, counts, embeddings, groups, members, start, chosen, embedder, clusterer, phraser, seed,
                      dict(made_by or {}))


def _grouped(texts: list[str], embeddings: FloatArray, given: Codeframe, clusterer: Clusterer, options: ThemeOptions,
             seed: int) -> Groups:
    """Return the given groups, drawn to the texts that are theirs, and those found among the other texts."""
    n_given = len(given.assigned)
    words, whose = _given_centres(given, embeddings.shape[1])
    taken = np.full(len(texts), -1)  # the given group that a text is near to
    if n_given and len(texts):
        own, nearness, _ = nearest_group(embeddings, words, whose, n_given)
        taken[nearness >= options.given_nearness] = own[nearness >= options.given_nearness]
    fresh, tops, sizes = np.zeros((0, embeddings.shape[1]), np.float32), np.zeros(0, np.int64), np.zeros(0, np.int64)
    rest = np.flatnonzero(taken < 0)
    if options.discover_rest and len(rest):
        found = clusterer.cluster([texts[i] for i in rest], embeddings[rest], seed=seed)
        members = [rest[found.labels == k] for k in range(int(found.labels.max(initial=-1)) + 1)]
        if members:
            fresh = unit(np.stack([embeddings[own].mean(axis=0) for own in members]))
            tops, sizes = found.tops, np.array([len(own) for own in members], dtype=np.int64)
        if members and n_given:
            near, nearness, lead = nearest_group(fresh, words, whose, n_given)
            is_known = (nearness >= GROUP_NEARNESS) & (lead >= GROUP_LEAD)
            for k in np.flatnonzero(is_known):
                taken[members[k]] = near[k]
            fresh, tops, sizes = fresh[~is_known], tops[~is_known], sizes[~is_known]
    drawn = [unit(words[whose == k].mean(axis=0, keepdims=True)) for k in range(n_given)]
    # The middle of its words and of what customers say: short descriptions lie apart from whole sentences.
    drawn = [unit(middle + unit(embeddings[taken == k].mean(axis=0, keepdims=True))) if (taken == k).any() else middle
             for k, middle in enumerate(drawn)]
    n = n_given + len(fresh)
    return Groups(np.concatenate([*drawn, fresh]), np.concatenate([np.arange(n_given), n_given + tops]),
                  np.arange(n) >= n_given, np.concatenate([np.zeros(n_given, np.int64), sizes]))


def _given_centres(given: Codeframe, n_dims: int) -> tuple[FloatArray, IntArray]:
    """Return the centres of given themes and, for each, the place of its theme among those with centres."""
    place = {theme_id: k for k, theme_id in enumerate(given.assigned)}
    whose = np.array([place[owner] for owner in given.owners], dtype=np.int64)
    return (given.centres, whose) if len(whose) else (np.zeros((0, n_dims), np.float32), whose)


def _lost(embeddings: FloatArray, groups: Groups) -> list[int]:
    """Return the found groups that few of the texts they were found in are nearest to, once all groups compete."""
    own, _ = groups.nearest(embeddings)
    sizes = np.bincount(own, minlength=len(groups.tops))
    return [k for k in range(len(sizes)) if groups.is_free[k] and sizes[k] < LEFT * groups.n_found_in[k]]


def _members(embeddings: FloatArray, groups: Groups) -> dict[int, list[int]]:
    """Return group → the places of its texts by the rule of `Codeframe.assign`, nearest first; larger groups first."""
    own, nearness = groups.nearest(embeddings)
    order = np.argsort(-nearness, kind="stable")
    members = {k: [int(i) for i in order if own[i] == k] for k in range(len(groups.tops))}
    return dict(sorted(members.items(), key=lambda item: -len(item[1])))


class _Remembering:
    """A phraser that parses each text once."""

    def __init__(self, phraser: Phraser) -> None:
        self._phraser = phraser
        self._known: dict[str, list[str]] = {}

    def phrases(self, texts: Sequence[str]) -> list[list[str]]:
        """Return per text its phrases."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(fresh, self._phraser.phrases(fresh), strict=True))
        return [self._known[text] for text in texts]


def _labels(members: Mapping[int, Sequence[int]], groups: Groups, texts: Sequence[str], embedder: Embedder,
            clusterer: Clusterer, phraser: Phraser, taken: Sequence[str] = ()) -> dict[int, Label]:
    """Return a distinct label per group, keywords with it."""
    said = {k: [texts[i] for i in own] for k, own in members.items()}
    keywords = dict(zip(said, clusterer.keywords(list(said.values())), strict=True))
    middles = {k: groups.centres[k] for k in said}
    return label_themes(said, keywords, middles, embedder, phraser, taken=taken)


def _codeframe(texts: Sequence[str], counts: IntArray, embeddings: FloatArray, groups: Groups,
               members: Mapping[int, Sequence[int]], given: Codeframe, options: ThemeOptions, embedder: Embedder,
               clusterer: Clusterer, phraser: Phraser, seed: int,
               made_by: dict[str, str | int | float]) -> Codeframe:
    steady = stability_of(list(texts), embeddings, groups.centres, np.arange(len(groups.tops)), groups.tops,
                          groups.is_free, clusterer, seed=seed)
    sizes = {k: int(counts[list(own)].sum()) for k, own in members.items()}
    n_given = int((~groups.is_free).sum())
    names = list(given.assigned)
    uppers = [top for top in np.unique(groups.tops[n_given:]) if (groups.tops[n_given:] == top).sum() > 1]
    upper_said = {int(top): _upper_members(top, groups, members) for top in uppers}
    given_labels = [t.label for t in given.themes]
    upper_labels = _upper_labels(upper_said, texts, embeddings, given_labels, embedder, clusterer, phraser)
    taken = [*given_labels, *(label.text for label in upper_labels.values())]
    labels = _labels(members, groups, texts, embedder, clusterer, phraser, taken)
    themes: list[Theme] = []
    for k in range(n_given):
        theme = given.theme(names[k])
        themes.append(replace(theme, n_opinions=sizes[k], keywords=labels[k].keywords or theme.keywords,
                              exemplars=_exemplars(members[k], texts, embeddings) or theme.exemplars))
    themes += [t for t in given.themes if t.id not in names]
    for top, said in upper_said.items():
        themes.append(Theme(f"top:{top}", upper_labels[top].text, upper_labels[top].keywords, 0,
                            exemplars=_exemplars(said, texts, embeddings),
                            stability=_figure(steady.tops, int(top))))
    for k in range(n_given, len(groups.tops)):
        top = int(groups.tops[k])
        themes.append(Theme(f"own:{k}", labels[k].text, labels[k].keywords, sizes[k],
                            parent=f"top:{top}" if top in upper_said else None,
                            exemplars=_exemplars(members[k], texts, embeddings), stability=_figure(steady.groups, k)))
    themes = [replace(t, summary=_summary(t.exemplars)) for t in themes]
    owners = [names[k] if k < n_given else f"own:{k}" for k in range(len(groups.tops))]
    found = Codeframe(tuple(themes), groups.centres, tuple(owners), embedder, steady.certainty, made_by=made_by)
    return _numbered(_cleared(found, counts, embeddings, options), given)


def _upper_members(top: int, groups: Groups, members: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the texts of a group of groups, the most central of each group in turn: each of them has its say."""
    own = [members[int(k)] for k in np.flatnonzero(groups.tops == top)]
    return [i for turn in itertools.zip_longest(*own) for i in turn if i is not None]


def _upper_labels(said: Mapping[int, Sequence[int]], texts: Sequence[str], embeddings: FloatArray,
                  taken: Sequence[str], embedder: Embedder, clusterer: Clusterer, phraser: Phraser) -> dict[int, Label]:
    if not said:
        return {}
    words = {top: [texts[i] for i in own] for top, own in said.items()}
    keywords = dict(zip(words, clusterer.keywords(list(words.values())), strict=True))
    middles = {top: unit(embeddings[list(own)].mean(axis=0, keepdims=True))[0] for top, own in said.items()}
    return label_themes(words, keywords, middles, embedder, phraser, taken=taken, is_broad=True)


def _cleared(found: Codeframe, counts: IntArray, embeddings: FloatArray, options: ThemeOptions) -> Codeframe:
    """Return the codeframe with the least confidence that opinions need, and its themes' counts of clear opinions."""
    nearest, confidence = found.nearest(embeddings)
    order = np.argsort(confidence, kind="stable")
    below = np.cumsum(counts[order])
    last = int(np.searchsorted(below, options.most_unclear * counts.sum(), side="right"))
    at_most = float(confidence[order[last]]) if last < len(order) else 1.0
    least = min(options.min_confidence, at_most)
    clear = confidence >= least
    sizes = dict(zip(found.assigned, np.bincount(nearest[clear], weights=counts[clear],
                                                 minlength=len(found.assigned)).astype(int).tolist(), strict=True))
    themes = [replace(t, n_opinions=sizes.get(t.id, 0)) for t in found.themes]
    made_by = {**found.made_by, "n_opinions": int(counts.sum()), "n_unclear": int(counts[~clear].sum())}
    return with_totals(replace(found, themes=tuple(themes), min_confidence=least, made_by=made_by))


def _numbered(found: Codeframe, given: Codeframe) -> Codeframe:
    """Return the codeframe with lasting ids: those of given themes stay, the others are t01, t02, … in order."""
    ids: dict[str, str] = {t.id: t.id for t in given.themes}
    number = given.n_numbered
    for theme in found.themes:
        if theme.id not in ids:
            number += 1
            ids[theme.id] = f"t{number:02d}"
    themes = tuple(replace(t, id=ids[t.id], parent=t.parent and ids[t.parent]) for t in found.themes)
    return replace(found, themes=themes, owners=tuple(ids[owner] for owner in found.owners), n_numbered=number)


def _figure(figures: FloatArray | None, k: int) -> float | None:
    return None if figures is None else round(float(figures[k]), 3)


def _counted(texts: Sequence[str]) -> tuple[list[str], IntArray]:
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return list(counts), np.array(list(counts.values()), dtype=np.int64)


def _exemplars(central: Sequence[int], texts: Sequence[str], embeddings: FloatArray) -> tuple[str, ...]:
    """Return typical texts of a theme that differ from one another: whole sentences first, the most central of them."""
    short = [i for i in central if len(texts[i]) <= LONGEST]
    readable = [i for i in short if 4 <= len(texts[i].split()) <= 40] or short
    chosen: list[int] = []
    for i in readable:
        if len(chosen) == N_EXEMPLARS:
            break
        if all(float(embeddings[i] @ embeddings[j]) < REPEAT for j in chosen):
            chosen.append(i)
    return tuple(texts[i] for i in chosen)


def _summary(exemplars: Sequence[str]) -> str:
    """Return the most central text that reads as one sentence: five words or more, not long; the first when none is."""
    return next((x for x in exemplars if 5 <= len(x.split()) <= 25), next(iter(exemplars), ""))
