"""From many opinions to a codeframe: groups, their centres, the rule of assignment, labels and exemplars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cx_text.backends.base import Clusterer, Embedder, FloatArray, IntArray, Phraser
from cx_text.codeframe import Codeframe, Theme
from cx_text.insights.labels import label_themes

# An opinion is unclear when it lies further from its nearest centre than 95 % of the opinions that the theme was found
# in; but of all that lie nearest to a centre at most 20 % are, so that a tight core does not send everybody away.
FLOOR_SHARE = 0.05
MOST_UNCLEAR = 0.2
ROUNDING = np.float32(1e-5)  # a product over more rows rounds otherwise, and an opinion may lie just on the floor
SHARPNESSES = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0)
# A group whose name hardly any of its own texts use is no theme that a person would make: its opinions go to the
# nearest other theme, or stay unclear.
NAMED = 0.1
N_EXEMPLARS = 10
REPEAT = 0.92  # exemplars nearer than this to one already chosen say the same again


def discover(texts: Sequence[str], *, embedder: Embedder, clusterer: Clusterer, phraser: Phraser,
             seed: int = 0) -> Codeframe:
    """Group texts that speak of the same thing, and give each group a label.

    Args:
        texts: Normalised texts, one an opinion; repeats count.
        embedder: Turns texts into vectors.
        clusterer: Groups them.
        phraser: Offers phrases for labels.
        seed: Same texts and seed, same themes.

    Returns:
        Themes from largest to smallest, with ids t01, t02, …; no themes when there are too few texts for any.
    """
    distinct, counts = _counted(texts)
    embeddings = embedder.embed(distinct)
    grouping = clusterer.cluster(distinct, embeddings, seed=seed)
    n_groups = int(grouping.labels.max(initial=-1)) + 1
    if n_groups == 0:
        return Codeframe((), np.zeros((0, embeddings.shape[1]), np.float32), np.zeros(0, np.float32), 1.0, embedder)
    centres = np.stack([embeddings[grouping.labels == k].mean(axis=0) for k in range(n_groups)])
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-12)
    cosines = embeddings @ centres.T  # (n_texts, n_groups)
    floors = np.array([np.quantile(cosines[grouping.labels == k, k], FLOOR_SHARE) for k in range(n_groups)], np.float32)
    floors -= ROUNDING
    members = _taken(cosines, floors, list(range(n_groups)))
    labels = label_themes({k: [distinct[i] for i in members[k]] for k in members},
                          {k: grouping.keywords[k] for k in members}, centres, embedder, phraser)
    named = [k for k in members if labels[k].share_naming >= NAMED]
    floors = np.minimum(floors, _loose_floors(cosines, named) - ROUNDING)
    members = _taken(cosines, floors, named)
    sizes = {k: int(counts[members[k]].sum()) for k in members}
    order = sorted((k for k in members if members[k]), key=lambda k: -sizes[k])
    themes = tuple(
        Theme(f"t{rank:02d}", labels[k].text, grouping.keywords[k][:10], sizes[k],
              exemplars=_exemplars(members[k], distinct, embeddings))
        for rank, k in enumerate(order, start=1))
    return Codeframe(themes, centres[order], floors[order], _sharpness(cosines, grouping.labels), embedder)


def _taken(cosines: FloatArray, floors: FloatArray, groups: Sequence[int]) -> dict[int, list[int]]:
    """Return group → the texts that it takes by the rule of `Codeframe.assign`, nearest first; larger groups first."""
    if not groups:
        return {}
    nearest = np.asarray(groups)[cosines[:, groups].argmax(axis=1)]
    own = cosines[np.arange(len(cosines)), nearest]
    taken = np.where(own >= floors[nearest], nearest, -1)
    order = np.argsort(-own, kind="stable")
    members = {k: [int(i) for i in order if taken[i] == k] for k in groups}
    return dict(sorted(members.items(), key=lambda item: -len(item[1])))


def _loose_floors(cosines: FloatArray, groups: Sequence[int]) -> FloatArray:
    """Return float32 (n_groups,): the cosine below which MOST_UNCLEAR of the texts nearest to a group's centre lie."""
    floors = np.ones(cosines.shape[1], dtype=np.float32)
    if groups:
        nearest = np.asarray(groups)[cosines[:, groups].argmax(axis=1)]
        for k in np.unique(nearest):
            floors[k] = np.quantile(cosines[nearest == k, k], MOST_UNCLEAR)
    return floors


def _counted(texts: Sequence[str]) -> tuple[list[str], IntArray]:
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    return list(counts), np.array(list(counts.values()), dtype=np.int64)


def _sharpness(cosines: FloatArray, labels: IntArray) -> float:
    """Return the softmax factor under which the groups that the clusterer found are most likely (lowest log loss)."""
    clear = np.flatnonzero(labels >= 0)
    losses = []
    for factor in SHARPNESSES:
        z = factor * cosines[clear]
        losses.append(float(np.mean(np.log(np.exp(z - z.max(1, keepdims=True)).sum(1)) + z.max(1)
                                    - z[np.arange(len(clear)), labels[clear]])))
    return SHARPNESSES[int(np.argmin(losses))]


def _exemplars(central: Sequence[int], texts: Sequence[str], embeddings: FloatArray) -> tuple[str, ...]:
    """Return typical texts of a theme that differ from one another: whole sentences first, the most central of them."""
    readable = [i for i in central if 4 <= len(texts[i].split()) <= 40] or list(central)
    chosen: list[int] = []
    for i in readable:
        if len(chosen) == N_EXEMPLARS:
            break
        if all(float(embeddings[i] @ embeddings[j]) < REPEAT for j in chosen):
            chosen.append(i)
    return tuple(texts[i] for i in chosen)
