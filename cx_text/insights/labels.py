"""Labels for themes: the phrase, in the customers' own words, that names a theme and no other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cx_text.backends.base import Embedder, FloatArray, Phraser

N_READ = 60  # texts nearest to each centre whose phrases are counted: the parser is the dear part
N_WEIGHED = 40  # phrases per theme whose vectors are compared with the centre


@dataclass(frozen=True, slots=True)
class Label:
    """A theme's name, and the share of the texts nearest to its centre (0 to 1) that use the phrases behind it."""

    text: str
    share_naming: float


def label_themes(central: Mapping[int, Sequence[str]], keywords: Mapping[int, Sequence[str]], centres: FloatArray,
                 embedder: Embedder, phraser: Phraser) -> dict[int, Label]:
    """Return a distinct label per theme.

    A phrase scores by how many of the theme's texts use it, how few other themes do (class TF-IDF), and how near its
    vector lies to the theme's centre. A single word takes another one along that is used at least half as often.

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
    weighed = {k: _weighed(counter, themes_with, len(used)) for k, counter in used.items()}
    embedder.embed([p for best in weighed.values() for p in best])  # all at once; each is remembered
    labels: dict[int, Label] = {}
    taken: set[frozenset[str]] = set()
    for k, best in weighed.items():
        near = dict(zip(best, embedder.embed(list(best)) @ centres[k], strict=True))
        rank = {p: best[p] ** 0.5 * max(float(near[p]), 0.0) ** 2 * _shape(p) for p in best}
        ranked = [p for p in sorted(rank, key=lambda p: (-rank[p], p)) if _content(p) not in taken]
        spare = [w for w in keywords[k] if _says_something(w) and _content(w) not in taken]
        name = next(iter([*ranked, *spare]), f"theme {k + 1}")
        second = next((p for p in ranked if len(p.split()) == 1 and 2 * used[k][p] >= used[k][name] > 2
                       and not _content(p) & _content(name)), None)
        taken.add(_content(name))
        if second and len(name.split()) == 1:
            name = f"{name} and {second}"
            taken.add(_content(second))
        n_naming = max((used[k][p] for p in ranked[:3]), default=0)
        labels[k] = Label(name[:1].upper() + name[1:], n_naming / max(min(len(central[k]), N_READ), 1))
    return labels


def _weighed(used: Counter[str], themes_with: Counter[str], n_themes: int) -> dict[str, float]:
    """Return the phrases that set a theme apart most, with their class TF-IDF; said once is said by chance."""
    rated = {p: n * math.log(1 + n_themes / themes_with[p]) for p, n in used.items()
             if (n > 1 or len(used) < 5) and _says_something(p)}
    return {p: rated[p] for p in sorted(rated, key=lambda p: (-rated[p], p))[:N_WEIGHED]}


def _shape(phrase: str) -> float:
    """Weigh a phrase by its number of words: two or three say what; one is vague, more is a quotation."""
    return {1: 0.75, 2: 1.0, 3: 1.0}.get(len(phrase.split()), 0.8)


def _says_something(phrase: str) -> bool:
    """Say whether a phrase has words, none of them twice ("helpful helpful" is two neighbours, no phrase)."""
    return 0 < len(_content(phrase)) == len(phrase.split())


def _content(phrase: str) -> frozenset[str]:
    """Return the words of a phrase without their endings, so that "late delivery" and "late deliveries" are one."""
    return frozenset(re.sub(r"(ies|ing|ed|es|s|y|e)$", "", w) or w for w in re.findall(r"\w+", phrase.lower()))
