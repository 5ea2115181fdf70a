"""What is said again: rows that are repeated, newer versions of a row, and the same words in another channel."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import datetime

import numpy as np
import numpy.typing as npt

from cx_text.sources.cells import shown
from cx_text.sources.outcomes import Outcome
from cx_text.sources.seen import DigestTable, RowLabels, digest, repeated
from cx_text.sources.words import n_words

_LEAST_WORDS = 4  # of one customer's words in two channels; "Great app" is soon said twice
_MOST_PLACES = 1 << 16  # columns in channels that are told apart; words in those beyond are kept
_NO_TIME, _LAST_TIME = 0, (1 << 32) - 1  # in seconds since 1970, to 2106
_Numbers = npt.NDArray[np.int64]
_Entries = npt.NDArray[np.uint32]


class Repeats:
    """Remembers the rows that were read, by their number from 0, and finds those that say again what others said.

    Whether a row is an older version of another, and whether its words stand in another channel too, is known only
    after the last row: `later` says it, and nothing that is taken afterwards changes what it says.

    In memory, a row takes 25 to 26 bytes by its id, 17 to 18 by all of its cells, and 14 for its words in a column.

    Args:
        labels: What the rows are called, for the reasons; rows are taken in the order of their numbers.
    """

    def __init__(self, labels: RowLabels) -> None:
        self._labels = labels
        self._ids, self._whole = DigestTable(), DigestTable()
        self._newest, self._at, self._cells = array("I"), array("I"), array("I")  # of each id
        self._rows = array("I")  # of each whole row
        self._said, self._said_row, self._said_in = array("Q"), array("I"), array("H")  # words, and their place
        self._places: dict[tuple[int, str], int] = {}  # column and channel
        self._older, self._older_id = array("I"), array("I")  # rows that a newer one took the place of, and the id
        self._settled: tuple[_Numbers, _Entries, _Entries] | None = None

    def take_id(self, own_id: str, cells: int, at: datetime | None, row: int) -> tuple[Outcome, str] | None:
        """Remember a row by its id, or say why it is set aside: it is repeated, or older than one before it.

        Args:
            own_id: Of the answer.
            cells: Digest of all its cells.
            at: When it was given; where both have a time, the later one (to the second) is the newer version, else the
                later row.
            row: Its number.
        """
        cells &= 0xFFFF_FFFF  # enough, since they are compared under one id alone
        time = _NO_TIME if at is None else min(max(int(at.timestamp()), 1), _LAST_TIME)
        number, is_new = self._ids.add(digest([own_id], kind="id"))
        if is_new:
            self._newest.append(row)
            self._at.append(time)
            self._cells.append(cells)
            return None
        before, newest = self._at[number], self._newest[number]
        if self._cells[number] == cells:
            return Outcome.DUPLICATE, f"same id as row {self._labels[newest]}"
        if _NO_TIME not in (time, before) and time < before:
            return _older_than(self._labels[newest])
        self._older.append(newest)
        self._older_id.append(number)
        self._newest[number], self._at[number], self._cells[number] = row, time, cells
        return None

    def take_whole(self, cells: int, row: int) -> tuple[Outcome, str] | None:
        """Remember a row by all of its cells, or say which one was the same."""
        number, is_new = self._whole.add(cells)
        if is_new:
            self._rows.append(row)
            return None
        return Outcome.DUPLICATE, f"same in every column as row {self._labels[self._rows[number]]}"

    def take_words(self, author: str, words: str, channel: str, row: int, column: int) -> None:
        """Remember a customer's words (see `plain_words`) in one column of a row, and the channel that they came by."""
        if n_words(words) < _LEAST_WORDS:
            return
        place = self._places.get((column, channel))
        if place is None:
            if len(self._places) == _MOST_PLACES:
                return
            place = self._places[column, channel] = len(self._places)
        self._said.append(digest([author, words], kind="words"))
        self._said_row.append(row)
        self._said_in.append(place)

    def later(self, first: int, n_rows: int) -> dict[tuple[int, int | None], tuple[Outcome, str]]:
        """Return what is set aside of some rows now that all are read: (row, column or None for all of it) → why.

        Args:
            first: Number of the first of them.
            n_rows: How many.
        """
        if self._settled is None:
            self._settled = self._settle()
        older, merged, kept = self._settled
        found: dict[tuple[int, int | None], tuple[Outcome, str]] = {}
        for row, number in _between(older, first, first + n_rows):
            found[row, None] = _older_than(self._labels[self._newest[number]])
        places = list(self._places)
        entries = [bisect_left(self._said_row, row) for row in (first, first + n_rows)]
        begin, end = np.searchsorted(merged, np.array(entries, dtype=np.uint32))  # another dtype would copy all
        for entry, before in zip(merged[begin:end].tolist(), kept[begin:end].tolist(), strict=True):
            (column, _), (_, channel) = places[self._said_in[entry]], places[self._said_in[before]]
            label = self._labels[self._said_row[before]]
            found[self._said_row[entry], column] = Outcome.DUPLICATE, (
                f"same words by the same customer in channel {shown(channel)}, row {label}")
        return found

    def _settle(self) -> tuple[_Numbers, _Entries, _Entries]:
        """Return the older rows with their ids; and which words stand elsewhere, in order, and where they stand.

        Where the row that had the words first is an older version itself, the next one has them. Digests of words are
        freed, since nothing asks for them again.
        """
        older = np.column_stack([np.array(self._older, dtype=np.int64), np.array(self._older_id, dtype=np.int64)])
        older = older[np.argsort(older[:, 0])]
        numbers: dict[str, int] = {}
        channels = np.array([numbers.setdefault(channel, len(numbers)) for _, channel in self._places], dtype=np.uint16)
        merged, kept = [np.zeros(0, dtype=np.uint32)], [np.zeros(0, dtype=np.uint32)]
        for entries in repeated(self._said):
            stands = entries[~np.isin(_taken(self._said_row, entries), older[:, 0])]
            said = _taken(self._said, stands)
            is_first = np.append(np.ones(min(1, len(said)), dtype=bool), said[1:] != said[:-1])
            first = stands[np.maximum.accumulate(np.where(is_first, np.arange(len(said)), 0))]
            is_elsewhere = channels[_taken(self._said_in, stands)] != channels[_taken(self._said_in, first)]
            merged.append(stands[is_elsewhere].astype(np.uint32))
            kept.append(first[is_elsewhere].astype(np.uint32))
        self._said = array("Q")
        order = np.argsort(every := np.concatenate(merged), kind="stable")
        return older, every[order], np.concatenate(kept)[order]


def _taken(numbers: array[int], at: _Numbers) -> npt.NDArray[np.unsignedinteger]:
    """Return some of many numbers."""
    return np.frombuffer(numbers, dtype=numbers.typecode)[at]


def _between(rows: _Numbers, first: int, end: int) -> list[list[int]]:
    """Return those of some sorted rows whose number is in a range."""
    begin, end = np.searchsorted(rows[:, 0], (first, end))
    found: list[list[int]] = rows[begin:end].tolist()
    return found


def _older_than(label: object) -> tuple[Outcome, str]:
    return Outcome.OLDER_VERSION, f"an older version of row {label}"
