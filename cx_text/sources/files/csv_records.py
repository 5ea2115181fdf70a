"""Records of a CSV file: quotes are respected, and a quote that is wrong costs one row, never those after it."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow, Row

MAX_CELL = 1 << 24  # characters; a cell this long is a quote that was never closed
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
NO_SEPARATOR = "\x1f"  # stands in for one where the file has one column; no export holds this character


class _Lines:
    """Lines that can be taken back, so that a broken record gives back all but its first line."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines).replace("\0", "")
        self.taken.append(line)
        return line

    def take_back(self) -> None:
        self._back.extendleft(reversed(self.taken[1:]))

    @property
    def is_suspect(self) -> bool:
        """Whether the next line comes out of a broken record, and may be a piece of it."""
        return bool(self._back)


def read_records(lines: Iterable[str], separator: str, n_columns: int | None, *,
                 where: str) -> Iterator[Row | BrokenRow]:
    """Give the records of a CSV file with their number, from 1; their cells are as many as there are.

    Args:
        lines: Lines with their ends.
        separator: One of SEPARATORS, or NO_SEPARATOR.
        n_columns: How many cells a row should have; None while that is not known.
        where: The file, for messages.

    Raises:
        SourceError: A quote is never closed and would swallow the rest of the file.
    """
    csv.field_size_limit(MAX_CELL)  # the default of 131,072 is shorter than some comments
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=separator, strict=True)
    row = 0
    while True:
        row += 1
        source.taken.clear()
        is_suspect = source.is_suspect
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "expected after" not in str(error):  # the file ends inside quotes, or a cell is endless
                raise _unclosed(row, len(source.taken), where) from None
            repaired = _repaired(source.taken, separator, n_columns)
            source.take_back()
            yield BrokenRow(row, "a quote (\") is not closed or not doubled") if repaired is None \
                else Row(row, repaired)
            continue
        if is_suspect and n_columns is not None and len(cells) != n_columns:
            yield BrokenRow(row, "it follows a broken quote and does not have a cell for each column")
        else:
            yield Row(row, cells)


def _repaired(taken: list[str], separator: str, n_columns: int | None) -> list[str] | None:
    """Read a line whose inner quotes were not doubled: "He said "hi"". Only a whole line: more could join two rows."""
    if len(taken) != 1:
        return None
    line = taken[0].rstrip("\r\n")
    if separator == NO_SEPARATOR:
        return [line]
    s = re.escape(separator)
    doubled = re.sub(rf'(?<=[^{s}"])"(?=[^{s}"])', '""', line)
    try:
        cells = next(csv.reader([doubled], delimiter=separator, strict=True))
    except csv.Error:
        return None
    return cells if n_columns is None or len(cells) == n_columns else None


def _unclosed(row: int, n_lines: int, where: str) -> SourceError:
    n_after = n_lines - 1
    swallowed = f" and swallows the {n_after:,} lines after it" if n_after > 1 else " and swallows the line after it"
    what = f'a quote (") opened in row {row} is never closed{swallowed}' if n_after else \
        f'a quote (") opened in row {row}, the last one, is never closed'
    return SourceError(what, where=where, next=f"Close the quote in row {row}, or double it if it is part of the words")
