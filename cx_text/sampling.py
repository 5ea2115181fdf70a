"""Bounded samples of distinct opinions, the same whatever order they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

ALL = 1 << 64


class Sample:
    """A bounded sample of distinct opinions with their counts.

    Opinions are kept whose hash lies below a threshold; when there are too many, the threshold is lowered.

    Args:
        n_most: Distinct opinions to keep at most.
        seed: Decides which.
    """

    def __init__(self, n_most: int, seed: int) -> None:
        self.n_most, self.seed = n_most, seed
        self._counts: dict[str, int] = {}
        self._below = ALL

    def add(self, text: str) -> None:
        """Count one opinion."""
        if text in self._counts or self._hash(text) < self._below:
            self._counts[text] = self._counts.get(text, 0) + 1
            if len(self._counts) > 2 * self.n_most:
                self._shrink(self.n_most)

    def counts(self, n_most: int | None = None) -> dict[str, int]:
        """Return the sampled opinions, at most `n_most` and those asked for at first, with how often each was said."""
        self._shrink(self.n_most if n_most is None else min(n_most, self.n_most))
        return dict(self._counts)

    @property
    def n_distinct(self) -> int:
        """Return how many distinct opinions there were, estimated from the threshold once some were left out."""
        return round(len(self._counts) * ALL / self._below)

    def _shrink(self, n_most: int) -> None:
        if len(self._counts) > n_most:
            self._below = sorted(self._hash(t) for t in self._counts)[n_most]
            self._counts = {t: n for t, n in self._counts.items() if self._hash(t) < self._below}

    def _hash(self, text: str) -> int:
        return int.from_bytes(hashlib.blake2b(f"{self.seed}:{text}".encode("utf-8", "surrogatepass"),
                                              digest_size=8).digest())


class StratifiedSample:
    """A bounded sample in which small strata are not drowned: half of it is shared out equally, half by size.

    Args:
        n_most: Distinct opinions at most, and as many for each stratum on the way.
        seed: Decides which.
    """

    def __init__(self, n_most: int, seed: int) -> None:
        self.n_most, self.seed = n_most, seed
        self._strata: dict[str, Sample] = {}

    def add(self, text: str, stratum: str) -> None:
        """Count one opinion of a stratum, such as detractors; there should be few strata."""
        if stratum not in self._strata:
            self._strata[stratum] = Sample(self.n_most, self.seed)
        self._strata[stratum].add(text)

    def texts(self) -> list[str]:
        """Return the sampled opinions, repeats included, in an order that depends on nothing but the sample."""
        sizes = {name: sample.n_distinct for name, sample in sorted(self._strata.items())}
        counts: dict[str, int] = {}
        for name, quota in quotas(sizes, self.n_most).items():
            for text, n in self._strata[name].counts(quota).items():
                counts[text] = counts.get(text, 0) + n
        return [text for text in sorted(counts) for _ in range(counts[text])]


def quotas(sizes: Mapping[str, int], n_most: int) -> dict[str, int]:
    """Return how much of each stratum to take: all where it fits, else half by size and half equally, its size at most.

    Args:
        sizes: Stratum → how much there is.
        n_most: How much to take of all together.
    """
    total = sum(sizes.values())
    if total <= n_most:
        return dict(sizes)
    equal, left, open_strata = dict.fromkeys(sizes, 0), n_most, sorted(sizes, key=lambda name: (sizes[name], name))
    for k, name in enumerate(open_strata):  # the smallest first: what it leaves of its part is the others'
        equal[name] = min(sizes[name], left // (len(open_strata) - k))
        left -= equal[name]
    return {name: min(sizes[name], (equal[name] + n_most * sizes[name] // total) // 2) for name in sizes}
