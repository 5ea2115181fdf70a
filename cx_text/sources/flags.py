"""Rows that look like a machine's or a careless person's: flagged with the reason, and always kept.

The rules are plain counts, so that a reader can judge each: a shop's own account may write much, a happy customer may
give every grade the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from cx_text.sources.seen import digest, in_parts
from cx_text.sources.words import n_words

LEAST_BY_AUTHOR, LEAST_TIMES_MEDIAN = 100, 20  # rows with words; both: in a panel, everyone may have a hundred
LEAST_WORDS, LEAST_ROWS = 8, 20  # of a text that people do not hit upon by themselves
LEAST_GRADES = 5  # answered; of fewer, people who mean it give all the same
_MOST_ALIKE_SHARE = 0.5  # of the rows with so many grades; above, that they are all the same says nothing
AUTHOR, TEXT, GRADES = "author", "text", "grades"


class Trace(NamedTuple):
    """What is kept of a row to flag it later: digests of who wrote it, and of its texts that are long enough.

    None stands for nobody, and for a row without words.
    """

    author: int | None
    texts: frozenset[int]


def trace_of(author: str | None, texts: Iterable[str]) -> Trace:
    """Return the trace of a row.

    Args:
        author: Key of the customer who wrote it, None where there is none or the row has no words.
        texts: The words of each of its texts; see `plain_words`.
    """
    return Trace(None if author is None else digest([author], kind="author"),
                 frozenset(digest([words], kind="text") for words in texts if n_words(words) >= LEAST_WORDS))


class Flags:
    """Notes who wrote, what was written, and whose grades are all the same: 8 bytes each.

    Everything is known after the last row only. So digests are put in order then, and nothing is looked up before.
    """

    def __init__(self) -> None:
        self._authors, self._texts = array("Q"), array("Q")  # one for each row with words, or text of a row
        self._alike = array("I")  # rows whose grades are all the same
        self._n_graded = 0
        self._found: tuple[dict[int, int], dict[int, int], bool] | None = None

    def see(self, row: int, trace: Trace, grades: Sequence[str]) -> None:
        """Take one row.

        Args:
            row: Its number, larger than those before.
            trace: Its own.
            grades: Its grades in the columns of one scale, those that were answered.
        """
        self._found = None
        if trace.author is not None:
            self._authors.append(trace.author)
        self._texts.extend(trace.texts)
        if len(grades) >= LEAST_GRADES:
            self._n_graded += 1
            if len(set(grades)) == 1:
                self._alike.append(row)

    def of(self, row: int, trace: Trace) -> dict[str, str]:
        """Return why a row is flagged, by the kind of reason; empty for most."""
        authors, same_texts, is_telling = self._settled()
        reasons = {}
        if trace.author is not None and (n := authors.get(trace.author)):
            reasons[AUTHOR] = f"{n:,} rows by this customer"
        if n := max((same_texts.get(text, 0) for text in trace.texts), default=0):
            reasons[TEXT] = f"the same words in {n:,} rows"
        at = bisect_left(self._alike, row) if is_telling else len(self._alike)
        if at < len(self._alike) and self._alike[at] == row:
            reasons[GRADES] = "all grades are the same"
        return reasons

    def n_rows(self) -> Mapping[str, int]:
        """Return how many rows are flagged so far, by the kind of reason; older versions of rows are among them."""
        authors, texts, is_telling = self._settled()
        return {AUTHOR: sum(authors.values()), TEXT: sum(texts.values()),
                GRADES: len(self._alike) if is_telling else 0}

    def _settled(self) -> tuple[dict[int, int], dict[int, int], bool]:
        """Return the authors and texts that are flagged, by digest, with their rows; and whether equal grades are."""
        if self._found is None:
            authors = _repeated(self._authors, LEAST_BY_AUTHOR)
            usual = _median_repeats(self._authors) if authors else 0.0
            self._found = ({author: n for author, n in authors.items() if n > LEAST_TIMES_MEDIAN * usual},
                           _repeated(self._texts, LEAST_ROWS),
                           len(self._alike) <= _MOST_ALIKE_SHARE * self._n_graded)
        return self._found


def flag_note(n_rows: Mapping[str, int]) -> str | None:
    """Return the sentence that says how many rows are flagged and why, None where none is."""
    told = {AUTHOR: f"by customers with at least {LEAST_BY_AUTHOR} rows, over {LEAST_TIMES_MEDIAN} times the median",
            TEXT: f"with a text of {LEAST_WORDS} words or more that at least {LEAST_ROWS} rows share",
            GRADES: f"with the same grade in all of {LEAST_GRADES} columns or more"}
    parts = [f"{n_rows[kind]:,} {'row' if n_rows[kind] == 1 else 'rows'} {words}" for kind, words in told.items()
             if n_rows.get(kind)]
    return f"Flagged, and kept: {'; '.join(parts)}." if parts else None


def _repeated(digests: array[int], least: int) -> dict[int, int]:
    """Put digests in order, and return those that are there so often, with how often."""
    found = np.frombuffer(digests, dtype=np.uint64)
    found.sort()
    several = [np.zeros(0, dtype=np.uint64)]
    for first, some in in_parts(digests):
        ends = found[first + least - 1:][:len(some)]
        several.append(np.unique(ends[ends == some[:len(ends)]]))
    often = np.unique(np.concatenate(several))
    counts = np.searchsorted(found, often, side="right") - np.searchsorted(found, often, side="left")
    return dict(zip(often.tolist(), counts.tolist(), strict=True))


def _median_repeats(ordered: array[int]) -> float:
    """Return how often one of several digests in order is there, in the median over distinct ones."""
    found = np.frombuffer(ordered, dtype=np.uint64)
    times: Counter[int] = Counter()  # there so often → how many
    begun = 0
    for first, some in in_parts(ordered):
        following = found[first + 1:][:len(some)]
        ends = first + 1 + np.flatnonzero(some[:len(following)] != following)
        if first + len(some) == len(found):
            ends = np.append(ends, len(found))
        lengths, counts = np.unique(np.diff(ends, prepend=begun), return_counts=True)
        times.update(dict(zip(lengths.tolist(), counts.tolist(), strict=True)))
        begun = ends[-1] if len(ends) else begun
    values = sorted(times)
    up_to = np.cumsum([times[n] for n in values])
    n_distinct = times.total()
    low, high = np.searchsorted(up_to, ((n_distinct - 1) // 2, n_distinct // 2), side="right")
    return (values[int(low)] + values[int(high)]) / 2
