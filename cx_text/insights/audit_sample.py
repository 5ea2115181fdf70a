"""Which opinions a person judges in an audit: a stratified sample that asks more where more may be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cx_text.backends.base import IntArray
from cx_text.comment import LOW_CONFIDENCE

DEFAULT_SIZE = 60  # opinions in 15 minutes, 15 seconds each
SECOND_LOOKS = 10  # one in so many is asked again
BETWEEN = " · "  # the parts of a stratum's name: number, theme or themes, polarity, sure or unsure
_LEAST = 2  # of each stratum, where it has as many
_UNSURE = 1.5  # how much more often an unsure opinion is asked
_NAME = 64  # characters of a stratum's name that the store keeps

Objects = npt.NDArray[np.object_]
_Key = tuple[tuple[str, ...], str, str]  # themes, polarity, sure or unsure; "" where they are not told apart


@dataclass(frozen=True, slots=True)
class Sample:
    """Opinions to judge, in the order in which to ask, which is random so that an audit may be broken off anywhere.

    `picked`: int64 (n,), positions in what was given, none twice. `strata`: of each. `weights`: float64 (n,), how many
    opinions each stands for. `sizes`: stratum → opinions in it. `again`: int64, positions in `picked` of those that are
    asked a second time: of the first third, so that some time passes until then.
    """

    picked: IntArray
    strata: tuple[str, ...]
    weights: npt.NDArray[np.float64]
    sizes: Mapping[str, int]
    again: IntArray


def plan_sample(themes: Objects, polarity: Objects, confidence: npt.ArrayLike, *, n: int = DEFAULT_SIZE,
                seed: int = 0) -> Sample:
    """Return a stratified random sample of opinions.

    Strata are theme, polarity, and whether the model was sure. Where they are more than a third of `n`, some are
    merged, the smallest first: polarities, then sure and unsure, and themes only where nothing else is left. Each
    stratum gets a share by the square root of its size (Bankier 1988, "Power allocations", The American Statistician
    42:174), half as much again where the model was unsure, and two at least: so small themes are asked more often than
    they occur, and weights put that right. Opinions in no theme are a theme of their own here, as recall needs them.

    Args:
        themes: Theme ids (n_opinions,), None for no theme.
        polarity: Polarities (n_opinions,).
        confidence: 0 to 1 (n_opinions,); NaN counts as sure.
        n: How many to pick; all where there are fewer.
        seed: Of the draw.

    Raises:
        ValueError: There is no opinion, `n` is below 1, or shapes differ.
    """
    unsure = np.asarray(confidence, dtype=np.float64) < LOW_CONFIDENCE
    if not len(themes) or n < 1 or not len(themes) == len(polarity) == len(unsure):
        raise ValueError(f"{len(themes)} themes, {len(polarity)} polarities, {len(unsure)} confidences, n = {n}")
    rng = np.random.default_rng(seed)
    strata = _merged(_cells(themes, polarity, unsure), most=max(1, n // 3))
    asked = _allocated({key: len(places) for key, places in strata.items()}, n)
    names = {key: f"{number:02d}{BETWEEN}{_name(key)}"[:_NAME] for number, key in enumerate(strata, 1)}
    picked, own, weights = [], [], []
    for key, places in strata.items():
        drawn = rng.choice(places, size=asked[key], replace=False)
        picked += drawn.tolist()
        own += [names[key]] * len(drawn)
        weights += [len(places) / len(drawn)] * len(drawn) if len(drawn) else []
    order = rng.permutation(len(picked))
    again = rng.choice(max(1, len(picked) // 3), size=-(-len(picked) // SECOND_LOOKS), replace=False)
    return Sample(np.array(picked, dtype=np.int64)[order], tuple(own[k] for k in order), np.array(weights)[order],
                  {names[key]: len(places) for key, places in strata.items()}, np.sort(again).astype(np.int64))


def _cells(themes: Objects, polarity: Objects, unsure: npt.NDArray[np.bool_]) -> dict[_Key, IntArray]:
    found: dict[_Key, list[int]] = {}
    for place, (theme, said, is_unsure) in enumerate(zip(themes, polarity, unsure, strict=True)):
        found.setdefault(((theme or "",), said or "", "unsure" if is_unsure else "sure"), []).append(place)
    return {key: np.array(found[key], dtype=np.int64) for key in sorted(found)}


def _merged(strata: dict[_Key, IntArray], most: int) -> dict[_Key, IntArray]:
    """Return at most so many strata; what is merged first tells least about where errors are."""
    for alike in (lambda key: (key[0], "", key[2]), lambda key: (key[0], "", "")):
        groups: dict[_Key, list[_Key]] = {}
        for key in strata:
            groups.setdefault(alike(key), []).append(key)
        for merged, keys in sorted(groups.items(), key=lambda group: sum(len(strata[key]) for key in group[1])):
            if len(strata) > most and len(keys) > 1:
                strata[merged] = np.sort(np.concatenate([strata.pop(key) for key in keys]))
    while len(strata) > most:
        one, other = sorted(strata, key=lambda key: len(strata[key]))[:2]
        themes = tuple(sorted({*one[0], *other[0]}))
        both = [strata.pop(one), strata.pop(other), strata.pop((themes, "", ""), np.zeros(0, dtype=np.int64))]
        strata[themes, "", ""] = np.sort(np.concatenate(both))
    return dict(sorted(strata.items()))


def _allocated(sizes: Mapping[_Key, int], n: int) -> dict[_Key, int]:
    """Return how many to draw from each stratum, together `n` or all there are."""
    claim = {key: size**0.5 * (_UNSURE if key[2] == "unsure" else 1.0) for key, size in sizes.items()}
    asked = {key: min(_LEAST if 2 * len(sizes) <= n else 1, size) for key, size in sizes.items()}
    for _ in range(min(n, sum(sizes.values())) - sum(asked.values())):
        open_ones = [key for key in sizes if asked[key] < sizes[key]]
        asked[max(open_ones, key=lambda key: claim[key] / asked[key])] += 1
    return asked


def _name(key: _Key) -> str:
    themes = "+".join(theme or "no theme" for theme in key[0])
    return BETWEEN.join(part for part in (themes, key[1], key[2]) if part)
