"""Merged cells of Excel's sheets: a value counts for all rows that it is merged over, a heading for all its columns."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cx_text.sources.cells import listed
from cx_text.sources.columns.column_facts import measure
from cx_text.sources.files.shapes import Cells, Shape, filled, read_shape
from cx_text.sources.files.zips import ZIP_DAMAGE
from cx_text.sources.scores import read_number

MAX_MERGED = 100_000  # ranges of a sheet; a few bytes each, and no person merges more
_BLOCK = 1 << 20
_OVERLAP = 100  # bytes, so that none is missed where two blocks meet
_RANGE = re.compile(rb"""<(?:\w+:)?mergeCell\b[^<>]{0,60}?\bref\s*=\s*"""
                    rb"""["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
_Numbered = tuple[int, tuple[str | None, ...]]


class Merged(NamedTuple):
    """A range of merged cells; rows count from 1 as in the sheet, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


def merged_ranges(path: Path, part: str) -> tuple[Merged, ...]:
    """Return the merged ranges of one sheet of a workbook, read as a stream; none where it is damaged.

    Args:
        path: The workbook.
        part: The sheet's place in it, such as "xl/worksheets/sheet1.xml".
    """
    found: dict[Merged, None] = {}
    try:
        with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as sheet:
            before = b""
            while (block := sheet.read(_BLOCK)) and len(found) < MAX_MERGED:
                text = before + block
                if b"mergeCell" in text:
                    found |= dict.fromkeys(_merged(match) for match in _RANGE.finditer(text))
                before = text[-_OVERLAP:]
    except (*ZIP_DAMAGE, KeyError, RuntimeError):  # reading its rows will say so
        return ()
    return tuple(sorted(found))[:MAX_MERGED]


def grouped_shape(shape: Shape, records: Sequence[Cells], ranges: Sequence[Merged], *, where: str) -> Shape | None:
    """Return the shape of a table whose header has a row of merged groups, or a merged title, above; None without one.

    "Q1" merged over the columns "Score" and "Why?" makes "Q1: Score" and "Q1: Why?".

    Args:
        shape: As told without a look at merged cells.
        records: As for `read_shape`.
        ranges: The merged ranges of the sheet.
        where: The file, for messages.
    """
    row = shape.n_preamble + 1
    wide = [found for found in ranges if found.top == found.bottom == row and found.right > found.left]
    if shape.tool or not wide or len(records) <= row:
        return None
    width = max(*(found.right + 1 for found in wide), *map(len, records[row - 1:row + 1]))
    above, below = ([*cells, *[None] * (width - len(cells))] for cells in records[row - 1:row + 1])
    if any(read_number(cell) is not None for cell in filled(below)):
        return None  # answers, not names
    is_title = len(filled(above)) == 1 and len(filled(below)) <= wide[0].right - wide[0].left + 1
    names = list(records[row])
    if not is_title:
        group = {at: above[found.left] for found in wide for at in range(found.left, found.right + 1)}
        names = [f"{group[at]}: {name}" if group.get(at) and name else name or above[at]
                 for at, name in enumerate(below)]
    if len(filled(names)) < 2 or len(set(filled(names))) < len(filled(names)):
        return None
    return read_shape([*records[:row - 1], (), names, *records[row + 1:]], where=where)


class MergedDown:
    """The values of a sheet's body that are merged over several rows of a column, and count for each of them.

    Words of customers are not repeated: what is merged over three rows was said once.

    Args:
        ranges: The merged ranges of the sheet.
        names: Its columns.
        header_row: The last row of its header.
        records: As for `read_shape`; tell which columns hold words.
    """

    def __init__(self, ranges: Sequence[Merged], names: Sequence[str], header_row: int,
                 records: Sequence[Cells]) -> None:
        down = [found for found in ranges if found.bottom > found.top > header_row and found.left < len(names)]
        of_words = {at for at in {found.left for found in down} if _is_words(names[at], at, records[header_row:])}
        self._tops: defaultdict[int, list[Merged]] = defaultdict(list)
        for found in down:
            if found.left not in of_words:
                self._tops[found.top].append(found)
        self._n = sum(map(len, self._tops.values()))
        self._named = [name for at, name in enumerate(names) if any(m.left == at for m in down) and at not in of_words]
        self._words = [names[at] for at in sorted(of_words)]

    @property
    def facts(self) -> dict[str, str]:
        """What is told to the user; empty without such cells."""
        said = [f"{self._n:,} in {listed(self._named, 5)}, whose value counts for every row"] if self._n else []
        said += [f"words in {listed(self._words, 5)} count once"] if self._words else []
        return {"merged cells": "; ".join(said)} if said else {}

    def filled_down(self, rows: Iterable[_Numbered]) -> Iterator[_Numbered]:
        """Give numbered rows with the values in the cells that they are merged over."""
        going: dict[int, tuple[int, str]] = {}  # column → the last row, and the value
        for number, cells in rows:
            new = [found for found in self._tops.get(number, ()) if found.left < len(cells)]
            going |= {found.left: (found.bottom, value) for found in new if (value := cells[found.left])}
            going = {at: what for at, what in going.items() if what[0] >= number}
            if going:
                cells = (*cells, *[None] * (max(going) + 1 - len(cells)))
                cells = tuple(cell or (going[at][1] if at in going else None) for at, cell in enumerate(cells))
            yield number, cells


def _is_words(name: str, at: int, records: Sequence[Cells]) -> bool:
    return measure(name, [cells[at] for cells in records if len(cells) > at]).is_open_text


def _merged(match: re.Match[bytes]) -> Merged:
    left, top, right, bottom = match.groups()
    return Merged(int(top), _column(left), int(bottom), _column(right))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1
