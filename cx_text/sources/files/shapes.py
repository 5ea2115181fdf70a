"""The shape of a table: lines above its header, rows of its header, the tool that wrote it, and what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from cx_text.errors import SourceError
from cx_text.sources.cells import unique_names
from cx_text.sources.columns.tools import folded, meanings, tool_of

Cells = Sequence[str | None]

N_RECORDS = 40  # that are looked at: a preamble and a header are shorter
LABEL = re.compile(r'\s*"?[^\W\d][\w ()/&.-]{0,40}:')  # what a line of a preamble starts with: "Report:"
LEAST_WIDTH = 3  # cells of a header below a preamble; two could be a label and its value
_MOST_PREAMBLE_CELLS = 2
_LONGEST_NAME = 300  # characters
_QUALTRICS = frozenset((
    "startdate", "enddate", "status", "responsetype", "ipaddress", "progress", "finished", "recordeddate", "responseid",
    "responseset", "recipientlastname", "recipientfirstname", "recipientemail", "externaldatareference",
    "distributionchannel", "userlanguage", "locationlatitude", "locationlongitude", "durationinseconds"))
_LEAST_OWN_NAMES = 3  # by chance a row of answers holds one
_IMPORT_ID = re.compile(r'\s*\{\s*"ImportId"')
_ANSWERS = frozenset(("response", "openendedresponse"))  # below a question of SurveyMonkey that has no options


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is laid out.

    `tool`: who wrote it, None when its columns could be anyone's; `because`: why, as a phrase. `n_preamble`: records
    above the header, blank ones too; `n_lines_above`: those of them that hold something. `header`: the first row of
    the header as written. `names`: its columns, made unique. `wordings`: name → what was asked there, where that is
    not the name itself.
    """

    tool: str | None
    because: str
    n_preamble: int
    n_header_rows: int
    header: tuple[str, ...]
    names: tuple[str, ...]
    wordings: Mapping[str, str]
    n_lines_above: int = 0

    def __str__(self) -> str:
        rows = "1 header row" if self.n_header_rows == 1 else f"{self.n_header_rows} header rows"
        return f"{self.tool} ({rows}), {self.because}"

    @property
    def facts(self) -> dict[str, str]:
        """What is told to the user and kept in the manifest; empty for a plain table."""
        told = {"survey tool": str(self)} if self.tool else {}
        n = self.n_lines_above
        return told | ({"preamble": f"{n} line{'s' if n > 1 else ''} above the header left out"} if n else {})

    @property
    def noted(self) -> dict[str, object]:
        """What the planning of columns is told, empty for a plain table; see `chunked`."""
        tool = {"tool": self.tool, "shape": str(self)} if self.tool else {}
        return {**tool, **({"wordings": dict(self.wordings)} if self.wordings else {})}


def read_shape(records: Sequence[Cells], *, where: str) -> Shape:
    """Return the shape of a table from its first records.

    Args:
        records: The cells of each, blank records too; at least `N_RECORDS`, or all there are.
        where: The file, for messages.

    Raises:
        SourceError: All records are blank, or there are more columns than any spreadsheet holds.
    """
    first = _header_at(records)
    if first is None:
        raise SourceError("there is no header: every line is blank", where=where)
    header, second, third = (_texts(records[at]) if at < len(records) else () for at in range(first, first + 3))
    tool, because, n_rows, names, wordings = (
        _qualtrics(header, second, third) or _surveymonkey(header, second) or (*tool_of(header), 1, header, ()))
    unique = unique_names(names, where=where)
    asked = dict(zip(unique, wordings, strict=False))
    told = {name: wording for name, wording in (asked | meanings(tool, unique)).items()
            if wording and wording != name}
    return Shape(tool, because, first, n_rows, header, unique, told, sum(bool(filled(r)) for r in records[:first]))


def sheet_records(rows: Iterable[tuple[int, Cells]]) -> list[Cells]:
    """Return the first records of a sheet for `read_shape`, of its numbered rows that hold something.

    Only as many of `rows` are taken as a header can need; the list has blank records for the numbers between.
    """
    found: list[Cells] = []
    for number, cells in islice(rows, N_RECORDS):
        found += [()] * (number - 1 - len(found)) + [cells]
    return found


def filled(cells: Cells) -> list[str]:
    """Return the cells that hold something."""
    return [cell for cell in cells if cell and cell.strip()]


_Found = tuple[str | None, str, int, Sequence[str], Sequence[str]]


def _header_at(records: Sequence[Cells]) -> int | None:
    """Return the position of the header: the first record that holds something, or the one below a preamble."""
    positions = [at for at, cells in enumerate(records) if filled(cells)]
    if not positions:
        return None
    n_labels = 0
    for at in positions:
        cells = filled(records[at])
        is_label = len(cells) <= _MOST_PREAMBLE_CELLS and LABEL.match(cells[0]) is not None
        if is_label or len(cells) == 1:  # a title
            n_labels += is_label
            continue
        has_gap = at > positions[0] and not filled(records[at - 1])
        is_below = (n_labels > 1 or has_gap) and _names_columns(cells)
        goes_on = at + 1 < len(records) and len(filled(records[at + 1])) > 1
        return at if is_below and goes_on else positions[0]
    return positions[0]


def _names_columns(cells: Sequence[str]) -> bool:
    """Whether these could be names: several different ones with letters, none longer than a question."""
    return len(cells) >= LEAST_WIDTH and len(set(cells)) == len(cells) and all(
        re.search(r"[^\W\d_]", cell) and len(cell) <= _LONGEST_NAME for cell in cells)


def _texts(cells: Cells) -> tuple[str, ...]:
    return tuple(cell or "" for cell in cells)


def _qualtrics(header: Sequence[str], second: Sequence[str], third: Sequence[str]) -> _Found | None:
    asked = [" ".join(cell.split()) for cell in second]
    if _are_import_ids(third):
        return "Qualtrics", "because its third row holds Qualtrics' import ids", 3, header, asked
    if _are_import_ids(second):
        return "Qualtrics", "because its second row holds Qualtrics' import ids", 2, header, ()
    is_coded = all(re.fullmatch(r"V\d+", cell) for cell in header[:_LEAST_OWN_NAMES])
    if (is_coded or _n_own(header) >= _LEAST_OWN_NAMES) and _n_own(second) >= _LEAST_OWN_NAMES:
        return "Qualtrics", "because its second row names Qualtrics' own columns again", 2, header, asked
    return None


def _n_own(cells: Sequence[str]) -> int:
    return len(_QUALTRICS.intersection(map(folded, cells)))


def _are_import_ids(cells: Sequence[str]) -> bool:
    found = filled(cells)
    return bool(found) and 2 * sum(_IMPORT_ID.match(cell) is not None for cell in found) > len(found)


def _surveymonkey(header: Sequence[str], second: Sequence[str]) -> _Found | None:
    width = max(len(header), len(second))
    above, below = ([*cells, *[""] * (width - len(cells))] for cells in (header, second))
    own = [at for at, cell in enumerate(above) if folded(cell) in ("respondentid", "collectorid")]
    options = filled(second)
    is_own = len(own) == 2 and bool(options) and not any(below[at].strip() for at in own)
    is_open = any(cell.strip() == "Open-Ended Response" for cell in options)
    if not (is_own or is_open or (options and all(cell.strip() == "Response" for cell in options))):
        return None
    names, question = [], ""
    for at, (cell, option) in enumerate(zip(above, below, strict=True)):
        is_continued = not cell.strip()
        question = question if is_continued else cell
        is_spread = is_continued or (at + 1 < width and not above[at + 1].strip() and bool(below[at + 1].strip()))
        if is_spread and option.strip() and folded(option) not in _ANSWERS:
            names.append(" ".join(f"{question}: {option}".split()))
        else:
            names.append(question if not is_continued or option.strip() else "")
    why = "because its second row holds the options of the questions in the first" if len(options) > 1 else \
        "because its second row says which columns are responses"
    return "SurveyMonkey", why, 2, names, [" ".join(name.split()) for name in names]
