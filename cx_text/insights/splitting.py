"""A theme in parts: what its opinions would fall into, as a proposal for a person to take or change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cx_text.backends.base import Clusterer, Phraser
from cx_text.codeframe import Codeframe
from cx_text.decisions import Part, to_split
from cx_text.errors import ConfigError
from cx_text.insights.labels import label_themes
from cx_text.insights.stability import unit

N_EXAMPLES = 20  # of a part: its centre is theirs


def parts_of(codeframe: Codeframe, theme_id: str, texts: Sequence[str], *, clusterer: Clusterer, phraser: Phraser,
             seed: int = 0) -> list[Part]:
    """Return the parts of a theme that its opinions among `texts` fall into, the largest first, with labels.

    Args:
        codeframe: The themes in use.
        theme_id: The theme to split.
        texts: Opinions, of this theme and of others.
        clusterer: Groups them, into as many parts as it is set to.
        phraser: Offers phrases for labels.
        seed: Same texts and seed, same parts.

    Raises:
        ConfigError: There is no such theme, it has sub-themes, or too few of the opinions to be split by.
    """
    theme = to_split(codeframe, theme_id)
    own = list(dict.fromkeys(t for t, to in zip(texts, codeframe.assign(texts)[0], strict=True) if to == theme_id))
    embeddings = codeframe.embedder.embed(own)
    labels = clusterer.cluster(own, embeddings, seed=seed).labels
    numbers = [int(k) for k in np.argsort(-np.bincount(labels[labels >= 0]), kind="stable")]
    if len(numbers) < 2:
        raise ConfigError(f"theme {theme_id!r} has {len(own)} different opinions here, which do not fall into parts",
                          next="Give an export with more of them, or the parts yourself")
    middles = {k: unit(embeddings[labels == k].mean(axis=0, keepdims=True))[0] for k in numbers}
    said = {}
    for k in numbers:
        rows = np.flatnonzero(labels == k)
        said[k] = [own[i] for i in rows[np.argsort(-(embeddings[rows] @ middles[k]), kind="stable")]]
    keywords = dict(zip(numbers, clusterer.keywords([said[k] for k in numbers]), strict=True))
    # A first-level theme stays above its parts; a sub-theme goes, and one of them may have its name.
    taken = [t.label for t in codeframe.themes if t.id != theme_id or theme.parent is None]
    names = label_themes(said, keywords, middles, codeframe.embedder, phraser, taken=taken)
    return [Part(names[k].text, tuple(said[k][:N_EXAMPLES])) for k in numbers]
