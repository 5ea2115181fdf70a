"""The account of an export's rows: what becomes of each verbatim, which for some is known after the last row only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from cx_text.sources.outcomes import Outcome
from cx_text.sources.rows import Batch, RowReader

_CODES = {outcome: code for code, outcome in enumerate(Outcome)}
_ROWS_AT_ONCE = 100_000  # looked through for what is known after the last row


class Account:
    """Counts what becomes of each verbatim of each row, in a byte each, and keeps the first rows that are not read.

    Args:
        reader: Of the rows; what it knows after the last one is taken in by `close`.
        n_faults: Rows to keep with their reason.
    """

    def __init__(self, reader: RowReader, n_faults: int) -> None:
        self._reader, self._n_faults = reader, n_faults
        self._codes = {name: bytearray() for name in reader.plan.verbatims}
        self._n_broken = 0
        self._faults: list[tuple[Hashable, str]] = []

    @property
    def n_rows(self) -> int:
        """How many rows there were, broken ones not counted."""
        return len(self._codes[self._reader.plan.verbatims[0]])

    def add(self, batch: Batch, outcomes: Sequence[Outcome]) -> None:
        """Take what becomes of a batch: of its comments, one each, and of its entries."""
        first = self.n_rows
        for codes in self._codes.values():
            codes.extend(bytes(len(batch.rows)))
        for position, column, outcome in zip(batch.positions, batch.columns, outcomes, strict=True):
            self._codes[column][first + position] = _CODES[outcome]
        broken = {entry.row for entry in batch.entries if entry.position is None}
        self._n_broken += len(broken)
        for entry in batch.entries:
            if entry.position is not None and entry.question is not None:
                self._codes[entry.question][first + entry.position] = _CODES[entry.outcome]
            if entry.question == self._reader.plan.verbatims[0]:
                self._keep(entry.row, entry.outcome, entry.reason)

    def close(self) -> None:
        """Take in what is known after the last row: older versions, and words told twice."""
        for first in range(0, self.n_rows, _ROWS_AT_ONCE):
            later = self._reader.later(first, min(_ROWS_AT_ONCE, self.n_rows - first))
            for (position, column), (outcome, reason) in later.items():
                self._codes[column][first + position] = _CODES[outcome]
                if column == self._reader.plan.verbatims[0]:
                    self._keep(self._reader.label_of(first + position), outcome, reason)

    def outcome(self, row: int, column: str) -> Outcome:
        """Return what becomes of one verbatim of a row, by the row's number from 0."""
        return list(Outcome)[self._codes[column][row]]

    def counts(self) -> Mapping[str, Mapping[Outcome, int]]:
        """Return verbatim column → outcome → how many rows; each column adds up to all rows, broken ones too."""
        found = {}
        for column, codes in self._codes.items():
            found[column] = Counter({outcome: n for outcome, code in _CODES.items() if (n := codes.count(code))})
            found[column] += Counter({Outcome.REJECTED: self._n_broken})
        return found

    def faults(self) -> tuple[tuple[object, str], ...]:
        """Return the first rows that are not read, by the first verbatim column, and why."""
        return tuple(sorted(self._faults, key=_place))

    def _keep(self, row: Hashable, outcome: Outcome, reason: str) -> None:
        self._faults.append((row, f"{outcome.value.replace('_', ' ')}: {reason}"))
        if len(self._faults) > self._n_faults:
            self._faults = sorted(self._faults, key=_place)[:self._n_faults]


def _place(fault: tuple[Hashable, str]) -> int:
    return fault[0] if isinstance(fault[0], int) else 0
