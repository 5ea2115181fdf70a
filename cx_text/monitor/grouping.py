"""Groups of opinions that say the same: found by the signs of their vectors, without a look at when they were said."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cx_text.backends.base import BoolArray, IntArray
from cx_text.store.meaning import SignArray

# Shares of signs that differ, by which angles are told: π times as much (Charikar 2002, "Similarity estimation
# techniques from rounding algorithms"). 54 degrees: a third of the pairs that people call the same thing are as near,
# and one in 400 to 2,500 of others. A group's middle leaves out chance, so that less will do around it: 49 degrees.
NEAR = 115 / 384
AROUND = 105 / 384


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Opinions that lie around one centre.

    `centre`: uint8 (n_dims / 8,), signs; `members`: int64 (n,), places among the opinions, the nearest first.
    """

    centre: SignArray
    members: IntArray

    @property
    def key(self) -> str:
        """The centre in hexadecimal digits."""
        return self.centre.tobytes().hex()


def find_groups(signs: SignArray, customers: IntArray, least: int, known: Sequence[SignArray] = ()) -> list[Group]:
    """Return the groups of opinions that at least so many customers share, those around known centres first.

    The opinion that most customers have one near to is a leader. The centre of its group is what most of those
    customers' signs are; the group is what lies around that, and leaves. Then comes the next leader. A known centre
    has a group whoever is in it, and what is found beside it, as near as a leader's neighbours are, is left out.

    Args:
        signs: uint8 (n, n_dims / 8).
        customers: int64 (n,), whose opinion each is.
        least: Customers of a group.
        known: Centres of earlier groups, each uint8 (n_dims / 8,).
    """
    space, is_free = _Space(signs), np.ones(len(signs), dtype=bool)
    groups = [_taken(space, centre, is_free) for centre in known]
    waiting = [(-n, place) for place, n in enumerate(_densities(space, signs, customers).tolist()) if n >= least]
    heapq.heapify(waiting)
    while waiting:
        n_before, place = heapq.heappop(waiting)
        if not is_free[place]:
            continue
        near = np.flatnonzero((space.differing(signs[place]) <= space.near) & is_free)
        whose, firsts = np.unique(customers[near], return_index=True)
        if len(whose) < -n_before:  # some have left since it was counted
            if len(whose) >= least:
                heapq.heappush(waiting, (-len(whose), place))
            continue
        centre = _middle(signs[near[firsts]], signs[place])
        around = (space.differing(centre) <= space.around) & is_free
        if len(np.unique(customers[around])) < least:
            continue  # as a leader; it may yet be in another's group
        found = _taken(space, centre, is_free)
        if not any(_differing(centre, other) <= space.near for other in known):
            groups.append(found)
    return groups


class _Space:
    """Signs in columns of words, so that one opinion is compared with all of them at once.

    Args:
        signs: uint8 (n, n_bytes).
    """

    def __init__(self, signs: SignArray) -> None:
        n_signs = 8 * signs.shape[1]
        self.near, self.around = round(NEAR * n_signs), round(AROUND * n_signs)
        self._kind = np.uint64 if signs.shape[1] % 8 == 0 else np.uint8
        self._columns = np.ascontiguousarray(np.ascontiguousarray(signs).view(self._kind).T)

    def differing(self, own: SignArray) -> IntArray:
        """Return how many signs of each opinion differ from some; uint16 (n,)."""
        words = np.ascontiguousarray(own).view(self._kind)
        return np.asarray(np.bitwise_count(self._columns ^ words[:, None]).sum(axis=0, dtype=np.uint16))


def _densities(space: _Space, signs: SignArray, customers: IntArray) -> IntArray:
    """Return how many customers have an opinion near to each opinion; int64 (n,)."""
    names, whose = np.unique(customers, return_inverse=True)
    counts = np.zeros(len(customers), dtype=np.int64)
    for place in range(len(customers)):
        has_one = np.zeros(len(names), dtype=bool)
        has_one[whose[np.flatnonzero(space.differing(signs[place]) <= space.near)]] = True
        counts[place] = np.count_nonzero(has_one)
    return counts


def _taken(space: _Space, centre: SignArray, is_free: BoolArray) -> Group:
    """Return the group around a centre, of opinions that are free, and take them."""
    differing = space.differing(centre)
    members = np.flatnonzero((differing <= space.around) & is_free)
    is_free[members] = False
    return Group(centre, members[np.argsort(differing[members], kind="stable")])


def _middle(signs: SignArray, leader: SignArray) -> SignArray:
    """Return the signs that most of some opinions have; where as many have the one as the other, the leader's."""
    twice, own = 2 * np.unpackbits(signs, axis=1).sum(axis=0, dtype=np.int64), np.unpackbits(leader)
    return np.packbits(np.where(twice == len(signs), own, twice > len(signs)))


def _differing(one: SignArray, other: SignArray) -> int:
    return int(np.bitwise_count(one ^ other).sum())
