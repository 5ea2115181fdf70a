"""What a reader remembers of earlier rows: digests of 64 bits in tables of a few bytes a row, whatever their length."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

_LEAST_SLOTS = 1 << 10
_MOST_LABEL = 1 << 62  # beyond it, the difference to a row's number may not fit into 64 bits
_MOST_FILLED = 0.8  # of the slots; a search then takes 3 steps, 13 for what is not there
_AT_ONCE = 1 << 18  # digests that numpy looks at in one step: memory for a moment, 10 MB
_N_PARTS = 64  # a power of 2; that digests are put in order by, one after the other: memory for a moment


class DigestTable:
    """Distinct digests, numbered from 0 in the order in which they came: 8 bytes each, and 5 to 6.25 for its slots.

    With 64 bits, two different rows among a million share a digest once in 37 million exports. Open addressing with
    linear probing (Knuth, The Art of Computer Programming 3, 6.4): a digest lies in the first free slot from the one
    that its remainder names. Slots hold numbers and not digests, so that growing moves 4 bytes a row.
    """

    def __init__(self) -> None:
        self._digests = array("Q")
        self._slots = np.zeros(_LEAST_SLOTS, dtype=np.uint32).data  # number + 1 of a digest, 0 where free

    def __len__(self) -> int:
        return len(self._digests)

    def add(self, digest: int) -> tuple[int, bool]:
        """Return the number of a digest, and whether it came for the first time."""
        slots, digests, n_slots = self._slots, self._digests, len(self._slots)
        slot = digest % n_slots
        while number := slots[slot]:
            if digests[number - 1] == digest:
                return number - 1, False
            slot = (slot + 1) % n_slots
        digests.append(digest)
        slots[slot] = len(digests)
        if len(digests) > _MOST_FILLED * n_slots:
            del slots  # else the old ones would be held while the larger ones are filled
            self._grow()
        return len(digests) - 1, True

    def _grow(self) -> None:
        n_slots = len(self._slots) * 5 // 4
        self._slots = memoryview(b"")  # freed before the larger ones are made
        slots = np.zeros(n_slots, dtype=np.uint32)
        for first, some in in_parts(self._digests):
            numbers = np.arange(first + 1, first + 1 + len(some), dtype=np.uint32)
            at = (some % np.uint64(n_slots)).astype(np.int64)
            while len(numbers):
                is_free = slots[at] == 0
                slots[at[is_free]] = numbers[is_free]  # of several that want one slot, the last has it
                waits = slots[at] != numbers
                numbers, at = numbers[waits], (at[waits] + 1) % n_slots
        self._slots = slots.data


def repeated(digests: array[int]) -> Iterator[npt.NDArray[np.int64]]:
    """Give the places of all digests that are there more than once, some digests at a time.

    Those of one digest are given together, one after the other and in order.
    """
    whole = np.frombuffer(digests, dtype=np.uint64)
    for part in range(_N_PARTS):
        places = np.concatenate([np.zeros(0, np.int64), *(first + np.flatnonzero(some & (_N_PARTS - 1) == part)
                                                          for first, some in in_parts(digests))])
        those = whole[places]
        order = np.argsort(those, kind="stable")
        places, those = places[order], those[order]
        is_same = those[1:] == those[:-1]  # as the one before
        yield places[np.append(is_same, False) | np.append(False, is_same)] if len(places) else places


def in_parts(digests: array[int]) -> Iterator[tuple[int, npt.NDArray[np.uint64]]]:
    """Give digests as arrays over the same memory, each with the place of its first."""
    for first in range(0, len(digests), _AT_ONCE):
        n = min(_AT_ONCE, len(digests) - first)
        yield first, np.frombuffer(digests, dtype=np.uint64, count=n, offset=8 * first)


class RowLabels:
    """What the rows are called, by their number from 0: a few bytes for each gap between whole numbers.

    Rows of files are called by their row numbers; those of a DataFrame by anything, which is kept as it is.
    """

    def __init__(self) -> None:
        self._n = 0
        self._starts, self._differences = array("q"), array("q")
        self._others: dict[int, Hashable] = {}

    def add(self, labels: Iterable[Hashable]) -> None:
        """Add the labels of the next rows."""
        for label in labels:
            if type(label) is not int or abs(label) > _MOST_LABEL:
                self._others[self._n] = label
            elif not self._starts or label - self._n != self._differences[-1]:
                self._starts.append(self._n)
                self._differences.append(label - self._n)
            self._n += 1

    def __getitem__(self, number: int) -> Hashable:
        if number in self._others:
            return self._others[number]
        return number + self._differences[bisect_right(self._starts, number) - 1]


def digest(parts: Sequence[str | None], *, kind: str) -> int:
    """Return 64 bits that stand for some texts in their order; None and "" are the same."""
    return digest_of(joined(parts), kind=kind)


def digest_of(whole: bytes, *, kind: str) -> int:
    """Return the digest of texts that are joined already."""
    return int.from_bytes(blake2b(whole, digest_size=8, person=kind.encode()).digest(), "big")


def hex_digest(whole: bytes) -> str:
    """Return 12 hexadecimal digits that stand for some texts, joined, in their order."""
    return blake2b(whole, digest_size=6).hexdigest()


def joined(parts: Sequence[str | None]) -> bytes:
    """Return texts as one, from which only the same texts in the same order come."""
    # Lengths keep ("ab", "c") apart from ("a", "bc"); tables may hold halves of characters, which plain UTF-8 refuses.
    return "".join([f"{len(part)}:{part}" if part else "0:" for part in parts]).encode("utf-8", "surrogatepass")
