"""Sources: an export or a table becomes rows, a plan of its columns, and comments.

Open `files/opening.py` first (a path becomes an `Export`), then `columns/plan.py` (what each column is) and `rows.py`
(rows become comments, with a ledger). `files/` has one file a format, and what is wrapped around it; `columns/` what
headers, values and survey tools tell; beside them lies what cells say (`cells.py`, `scores.py`, `dates.py`) and what is
remembered of rows (`repeats.py`, `flags.py`, `seen.py`).
"""
