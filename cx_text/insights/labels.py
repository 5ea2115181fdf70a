"""Labels for themes: the phrase, in the customers' own words, that names a theme and no other."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cx_text.backends.base import Embedder, FloatArray, Phraser

N_READ = 60  # texts nearest to each centre whose phrases are counted: the parser is the dear part
MANY, OFTENER = 6, 1.5  # from so many themes on, a name is used so many times oftener than in the average one
N_WEIGHED = 40  # phrases per theme whose vectors are compared with the centre


class Weights(NamedTuple):
    """How phrases are ranked: powers of class TF-IDF and of nearness, and a factor by the number of words."""

    use: float
    nearness: float
    by_words: Mapping[int, float]


# Two or three words say what; one is vague, more is a quotation. A theme with sub-themes is vague by its nature.
_NARROW = Weights(0.5, 2.0, {1: 0.6, 2: 1.0, 3: 1.0})
_BROAD = Weights(1.0, 1.0, {1: 1.0, 2: 0.8, 3: 0.5})


@dataclass(frozen=True, slots=True)
class Label:
    """A theme's name, its keywords, and the share of the texts nearest to its centre that use the phrases behind it."""

    text: str
    share_naming: float
    keywords: tuple[str, ...] = ()


def label_themes(central: Mapping[int, Sequence[str]], keywords: Mapping[int, Sequence[str]],
                 middles: Mapping[int, FloatArray], embedder: Embedder, phraser: Phraser, *,
                 taken: Sequence[str] = (), is_broad: bool = False) -> dict[int, Label]:
    """Return a distinct label per theme.

    A phrase scores by how many of the theme's texts use it, how few other themes do (class TF-IDF), and how near its
    vector lies to the theme's centre. A single word takes another one along that is used at least half as often. What
    all of many themes use as often, such as the name of the product, names none of them.

    Args:
        central: Theme → its texts, nearest to the centre first; the larger theme first, which so chooses first.
        keywords: Theme → words that set it apart, for themes that offer no phrase.
        middles: Theme → float32 (n_dims,), its centre.
        embedder: Turns phrases into vectors.
        phraser: Offers phrases.
        taken: Labels that other themes have already.
        is_broad: The themes have sub-themes: one or two plain words that many texts use name them better than what
            sets the middle apart.
    """
    texts = [(k, text) for k, all_texts in central.items() for text in all_texts[:N_READ]]
    used: dict[int, Counter[str]] = {k: Counter() for k in central}
    for (k, _), phrases in zip(texts, phraser.phrases([text for _, text in texts]), strict=True):
        used[k].update(set(phrases))
    everywhere = sum(used.values(), Counter[str]())
    weighed = {k: _weighed(counter, everywhere, len(used)) for k, counter in used.items()}
    embedder.embed([p for best in weighed.values() for p in best])  # all at once; each is remembered
    labels: dict[int, Label] = {}
    gone = {_content(label) for label in taken}
    for k, best in weighed.items():
        near = dict(zip(best, embedder.embed(list(best)) @ middles[k], strict=True))
        weight = _BROAD if is_broad else _NARROW
        rank = {p: best[p] ** weight.use * max(float(near[p]), 0.0) ** weight.nearness
                * weight.by_words.get(len(p.split()), 0.8) for p in best}
        ranked = [p for p in sorted(rank, key=lambda p: (-rank[p], p)) if _content(p) not in gone]
        name = _name(ranked, used[k], [w for w in keywords[k] if _says_something(w)], gone) or f"theme {k + 1}"
        gone |= {_content(name), *(_content(part) for part in name.split(" and "))}
        n_naming = max((used[k][p] for p in ranked[:3]), default=0)
        labels[k] = Label(name[:1].upper() + name[1:], n_naming / max(min(len(central[k]), N_READ), 1),
                          tuple(keywords[k][:10]))
    return labels


def _name(ranked: Sequence[str], used: Counter[str], spare: Sequence[str], gone: set[frozenset[str]]) -> str:
    """Return the best phrase; a single word with the next one that is used half as often; else keywords; else ""."""
    name = next(iter(ranked), "")
    if not name:
        return next((w for w in (*spare, " and ".join(spare[:2])) if w and _content(w) not in gone), "")
    if len(name.split()) > 1:
        return name
    second = next((p for p in ranked if len(p.split()) == 1 and 2 * used[p] >= used[name] > 2
                   and not _content(p) & _content(name)), None)
    both = f"{name} and {second}"
    return both if second and _content(both) not in gone else name


def _weighed(used: Counter[str], everywhere: Counter[str], n_themes: int) -> dict[str, float]:
    """Return the phrases that set a theme apart most, with their class TF-IDF; said once is said by chance.

    Class TF-IDF is n · log(1 + how many times more often the theme uses it than the average theme does).
    """
    rated = {p: n * math.log(1 + n_themes * n / everywhere[p]) for p, n in used.items()
             if (n > 1 or len(used) < 5) and _says_something(p)
             and (n_themes < MANY or n_themes * n >= OFTENER * everywhere[p])}
    return {p: rated[p] for p in sorted(rated, key=lambda p: (-rated[p], p))[:N_WEIGHED]}


def _says_something(phrase: str) -> bool:
    """Say whether a phrase has words, none of them twice ("helpful helpful" is two neighbours, no phrase)."""
    return 0 < len(_content(phrase)) == len(phrase.split())


def _content(phrase: str) -> frozenset[str]:
    """Return the words of a phrase without their endings, so that "late delivery" and "late deliveries" are one."""
    return frozenset(re.sub(r"(ies|ing|ed|es|s|y|e)$", "", w) or w for w in re.findall(r"\w+", phrase.lower()))
