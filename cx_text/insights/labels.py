"""Labels for themes: the phrase, in the customers' own words, that names a theme and no other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from cx_text.backends.base import Embedder, FloatArray, Phraser

N_READ = 60  # texts nearest to each centre whose phrases are counted: the parser is the dear part
N_WEIGHED = 40  # phrases per theme whose vectors are compared with the centre


def label_themes(central: Mapping[int, Sequence[str]], keywords: Mapping[int, Sequence[str]], centres: FloatArray,
                 embedder: Embedder, phraser: Phraser) -> dict[int, str]:
    """Return a distinct label per theme.

    A phrase scores by how many of the theme's texts use it, how few other themes do (class TF-IDF), and how near its
    vector lies to the theme's centre.

    Args:
        central: Theme → its texts, nearest to the centre first; the larger theme first, which so chooses first.
        keywords: Theme → words that set it apart, for themes that offer no phrase.
        centres: float32 (n_themes, n_dims), indexed by theme.
        embedder: Turns phrases into vectors.
        phraser: Offers phrases.
    """
    texts = [(k, text) for k, all_texts in central.items() for text in all_texts[:N_READ]]
    used: dict[int, Counter[str]] = {k: Counter() for k in central}
    for (k, _), phrases in zip(texts, phraser.phrases([text for _, text in texts]), strict=True):
        used[k].update(set(phrases))
    themes_with = Counter(phrase for counter in used.values() for phrase in counter)
    labels: dict[int, str] = {}
    taken: set[frozenset[str]] = set()
    for k, counter in used.items():
        rated = {p: n * math.log(1 + len(used) / themes_with[p]) for p, n in counter.items()
                 if n > 1 or len(counter) < 5}
        best = sorted(rated, key=lambda p: (-rated[p], p))[:N_WEIGHED]
        vectors = embedder.embed(best)
        near = {p: max(float(v @ centres[k]), 0.0) for p, v in zip(best, vectors, strict=True)}
        ranked = sorted(best, key=lambda p: (-rated[p] ** 0.5 * near[p] ** 2 * _shape(p), p))
        ranked += keywords[k]
        labels[k] = next((p for p in ranked if _content(p) and _content(p) not in taken), f"theme {k + 1}")
        taken.add(_content(labels[k]))
    return {k: label[:1].upper() + label[1:] for k, label in labels.items()}


def _shape(phrase: str) -> float:
    """Weigh a phrase by its number of words: two or three say what; one is vague, more is a quotation."""
    return {1: 0.75, 2: 1.0, 3: 1.0}.get(len(phrase.split()), 0.8)


def _content(phrase: str) -> frozenset[str]:
    """Return the words of a phrase without their endings, so that "late delivery" and "late deliveries" are one."""
    return frozenset(re.sub(r"(ies|ing|ed|es|s|y)$", "", word) or word for word in phrase.lower().split())
