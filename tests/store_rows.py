"""What tests ask a store, and exports that they make for it."""

import csv

from sqlalchemy import func, select

from cx_text.importing import import_export
from cx_text.store.tables import metadata
from cx_text.testing import FakePii

HEADER = ("Response ID", "Submitted at", "Score", "Why?", "Plan", "Customer")
COLUMNS = {"id": "Response ID", "received_at": "Submitted at", "nps_score": "Score", "verbatim": "Why?",
           "segments": ["Plan"], "customer": "Customer"}


def write_export(path, rows, header=HEADER):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def answer(number, words="The app keeps crashing when I pay", *, day=1, score=3, plan="Plus", customer=None):
    return (f"R-{number}", f"2026-03-{day:02d} 10:00", score, words, plan, customer or f"c-{number}")


def import_rows(store, path, **options):
    return import_export(store, path, finder=FakePii(), **{**COLUMNS, **options})


def rows_of(store, table, *columns):
    """Return the rows of a table, or of some of its columns, in their order."""
    with store.reading() as connection:
        return connection.execute(select(*(columns or (table,))).order_by(*table.primary_key.columns)).all()


def n_rows(store):
    """Return how many rows each table that is not empty has, by its name."""
    with store.reading() as connection:
        counts = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                  for table in metadata.sorted_tables}
    return {name: n for name, n in counts.items() if n and name != "settings"}
