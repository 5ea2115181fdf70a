"""Search by meaning: the opinions of a run whose vectors point where that of a question does.

The store keeps the sign of each dimension alone, 48 bytes an opinion in place of 1,536. The nearest by differing signs
are looked at again with the question's own numbers: "Binary and Scalar Embedding Quantization" (Shakir, Aarsen and Lee,
Hugging Face, 2024). `scripts/bench_meaning.py` measures what that costs in accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, select

from cx_text.backends.base import FloatArray, IntArray
from cx_text.store.tables import opinions

N_LOOKED_AT_AGAIN = 4_000
_PORTION = 50_000  # rows of one query
_AT_ONCE = 1_000  # ids in one statement
_COMPARED = 8_192  # rows compared at once: 0.4 MB, which the processor keeps at hand

SignArray = npt.NDArray[np.uint8]


def signs_of(vectors: FloatArray) -> SignArray:
    """Return what the store keeps of vectors: uint8 (n, n_dims / 8), a bit a dimension, 1 where it is above zero.

    Args:
        vectors: float32 (n, n_dims).
    """
    return np.packbits(vectors > 0, axis=1)


@dataclass(frozen=True, eq=False, slots=True)
class Meanings:
    """The signs of opinions, in memory.

    Args:
        ids: int64 (n,): the opinions' ids, ascending.
        signs: uint8 (n, n_dims / 8), C-contiguous: of `signs_of`.
    """

    ids: IntArray
    signs: SignArray

    def nearest(self, vector: FloatArray, *, keep: npt.NDArray[np.bool_] | None = None,
                n_most: int = 200) -> tuple[IntArray, FloatArray]:
        """Return the opinions nearest to a vector, nearest first: int64 ids and float32 similarities, (n_found,).

        A similarity is the cosine of the vector to the signs as ±1, from -1 to 1: it puts opinions in order, and is
        lower than the cosine to their own vectors, by a fifth or so. Equal ones are in the order of their ids.

        Args:
            vector: float32 (n_dims,).
            keep: bool (n,): where to look; everywhere when not given.
            n_most: How many at most.
        """
        places = np.arange(len(self.ids)) if keep is None else np.flatnonzero(keep)
        if not len(places) or not vector.any():
            return self.ids[:0], np.zeros(0, dtype=np.float32)
        differing = self._differing(vector, None if keep is None else places)
        n_again = max(N_LOOKED_AT_AGAIN, n_most)
        if len(places) > n_again:
            places = places[_lowest(differing, n_again)]
        bits = np.unpackbits(self.signs[places], axis=1, count=len(vector)).astype(np.float32)
        similarity = (bits * 2 - 1) @ vector / (np.linalg.norm(vector) * np.sqrt(len(vector)))
        best = np.argsort(-similarity, kind="stable")[:n_most]
        return self.ids[places[best]], similarity[best].astype(np.float32)

    def _differing(self, vector: FloatArray, places: IntArray | None) -> npt.NDArray[np.uint16]:
        """Return uint16 (n_places,): how many signs differ from those of a vector."""
        kind = np.uint64 if self.signs.shape[1] % 8 == 0 else np.uint8
        words, own = self.signs.view(kind), signs_of(vector[None, :]).view(kind)[0]
        differing = np.zeros(len(words) if places is None else len(places), dtype=np.uint16)
        for first in range(0, len(differing), _COMPARED):
            some = slice(first, first + _COMPARED)
            rows = words[some] if places is None else words[places[some]]
            for column, word in zip(rows.T, own, strict=True):
                differing[some] += np.bitwise_count(column ^ word)
        return differing


def _lowest(differing: npt.NDArray[np.uint16], n: int) -> IntArray:
    """Return the places of the n lowest numbers, ascending; of equal ones the first."""
    up_to = np.cumsum(np.bincount(differing))
    limit = int(np.searchsorted(up_to, n))
    below, at = np.flatnonzero(differing < limit), np.flatnonzero(differing == limit)
    return np.sort(np.concatenate([below, at[:n - len(below)]]))


def load_meanings(connection: Connection, run_id: int) -> Meanings:
    """Return the signs of all opinions of a run that have any; 56 bytes an opinion, read in portions by key.

    Raises:
        ValueError: They are not all of one length: the run has vectors of two models.
    """
    ids: list[IntArray] = []
    signs: list[bytes] = []
    last, width = 0, 0
    while True:
        rows = connection.execute(
            select(opinions.c.id, opinions.c.signs)
            .where(opinions.c.run_id == run_id, opinions.c.id > last, opinions.c.signs.is_not(None))
            .order_by(opinions.c.id).limit(_PORTION)).all()
        if not rows:
            break
        last, width = rows[-1].id, width or len(rows[0].signs)
        if any(len(row.signs) != width for row in rows):
            raise ValueError(f"run {run_id} has signs of {width} bytes and of others")
        ids.append(np.fromiter((row.id for row in rows), dtype=np.int64, count=len(rows)))
        signs.append(b"".join(row.signs for row in rows))
    if not ids:
        return Meanings(np.zeros(0, dtype=np.int64), np.zeros((0, 8), dtype=np.uint8))
    return Meanings(np.concatenate(ids), np.frombuffer(b"".join(signs), dtype=np.uint8).reshape(-1, width))


def meanings_of(connection: Connection, ids: IntArray) -> Meanings:
    """Return the signs of some opinions, of those of them that have any.

    Args:
        connection: To read by.
        ids: int64 (n,): the opinions' ids.

    Raises:
        ValueError: They are not all of one length.
    """
    wanted = np.sort(ids).tolist()
    rows: list[Any] = []
    for first in range(0, len(wanted), _AT_ONCE):
        rows += connection.execute(
            select(opinions.c.id, opinions.c.signs)
            .where(opinions.c.id.in_(wanted[first:first + _AT_ONCE]), opinions.c.signs.is_not(None))
            .order_by(opinions.c.id)).all()
    widths = {len(row.signs) for row in rows}
    if len(widths) > 1:
        raise ValueError(f"opinions have signs of {sorted(widths)} bytes")
    if not rows:
        return Meanings(np.zeros(0, dtype=np.int64), np.zeros((0, 8), dtype=np.uint8))
    found = np.frombuffer(b"".join(row.signs for row in rows), dtype=np.uint8).reshape(len(rows), -1)
    return Meanings(np.fromiter((row.id for row in rows), dtype=np.int64, count=len(rows)), found)
