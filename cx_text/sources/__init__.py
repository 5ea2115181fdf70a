"""Sources: an export or a table becomes rows, a plan of its columns, and comments.

Open `opening.py` first (a path becomes an `Export`), then `columns.py` (what each column is) and `rows.py` (rows become
comments, with a ledger). One file a format: `csv_export.py`, `xlsx_export.py`, `calamine_export.py` (ODS and XLS),
`json_export.py`, `jsonl_export.py`, `parquet_export.py`; `packed.py` unpacks, `shapes.py` tells header rows and tools.
"""
