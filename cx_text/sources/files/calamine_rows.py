"""Prints a spreadsheet as lines of JSON, in a process of its own, which calamine may end: a damaged .xls can ask it
for more memory than there is, and then no error can be caught.

The first line holds the sheets as [name, is visible]. With a sheet's name, each row follows as [number, cells];
without one, the first rows of each sheet that can be read, as [name, number, cells]. A fault is a single line
{"fault": …}. Only the standard library and calamine are imported, so that it starts at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

N_FIRST = 40  # rows of a sheet that can hold its header; N_RECORDS of cx_text.sources.files.shapes
MAX_MEMORY = 4 << 30  # bytes of address space, where the system can hold a process to it


def main(path: str, sheet: str | None) -> None:
    """Print the sheets of a spreadsheet and the rows of one."""
    try:
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):  # not on Windows, and where less is allowed already
        pass
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            _print([[s.name, s.visible == SheetVisibleEnum.Visible] for s in workbook.sheets_metadata])
            if sheet is not None:
                for row in _rows(workbook, sheet):
                    _print(row)
                return
            for name in workbook.sheet_names:
                with suppress(CalamineError):
                    for number, cells in islice(_rows(workbook, name), N_FIRST):
                        _print([name, number, cells])
    except PasswordError:
        _print({"fault": "password"})
    except (CalamineError, OSError):
        _print({"fault": "damage"})


def _rows(workbook: CalamineWorkbook, sheet: str) -> Iterator[tuple[int, list[object]]]:
    """Give the rows that hold something, numbered from the first one on, also where those above it are empty."""
    for number, cells in enumerate(workbook.get_sheet_by_name(sheet).iter_rows(), start=1):
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            yield number, [_plain(cell) for cell in cells]


def _plain(cell: object) -> object:
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return cell if isinstance(cell, str | bool | int | float) or cell is None else str(cell)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
