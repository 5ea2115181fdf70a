"""Prints a spreadsheet as lines of JSON, in a process of its own, which calamine may end: a damaged .xls can ask it
for more memory than there is, and then no error can be caught.

The first line holds the sheets as [name, is visible]. With a sheet's name, each row follows as [number, cells]. A
fault is a single line {"fault": …}. Only the standard library and calamine are imported, so that it starts at once.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

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
                # From the first row on, also where those above the first filled one are empty.
                for number, cells in enumerate(workbook.get_sheet_by_name(sheet).iter_rows(), start=1):
                    while cells and cells[-1] == "":
                        cells.pop()
                    if cells:
                        _print([number, [_plain(cell) for cell in cells]])
    except PasswordError:
        _print({"fault": "password"})
    except (CalamineError, OSError):
        _print({"fault": "damage"})


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
