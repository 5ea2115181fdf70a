"""What becomes of rows is counted in about as much memory as it is kept in."""

import tracemalloc

import pandas as pd

from cx_text.sources.account import Account
from cx_text.sources.base import BrokenRow
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.outcomes import Outcome
from cx_text.sources.rows import RowReader


def accounted(rows, plan, broken=()):
    reader = RowReader(plan, source="survey")
    account = Account(reader, n_faults=10)
    batch = reader.read(rows, broken)
    account.add(batch, [Outcome.ANALYSED if comment.verbatim else Outcome.BLANK for comment in batch.comments])
    account.close()
    return account


def test_each_column_adds_up_to_all_rows():
    rows = pd.DataFrame({"id": ["a", "a", "b", "b"], "like": ["the van", "the van", None, "it"],
                         "change": ["x", "x", "the price", None]}, index=[2, 3, 4, 5], dtype=object)
    account = accounted(rows, ColumnPlan(("like", "change"), id="id"), [BrokenRow(6, "too many cells")])
    assert account.counts() == {
        "like": {Outcome.ANALYSED: 2, Outcome.DUPLICATE: 1, Outcome.OLDER_VERSION: 1, Outcome.REJECTED: 1},
        "change": {Outcome.ANALYSED: 1, Outcome.BLANK: 1, Outcome.DUPLICATE: 1, Outcome.OLDER_VERSION: 1,
                   Outcome.REJECTED: 1}}
    assert account.faults() == ((3, "duplicate: same id as row 2"), (4, "older version: an older version of row 5"),
                                (6, "rejected: too many cells"))


def test_counting_copies_nothing():
    n_rows = 50_000
    account = accounted(pd.DataFrame({"comment": ["the van"] * n_rows}, dtype=object), ColumnPlan(("comment",)))
    tracemalloc.start()
    assert account.counts() == {"comment": {Outcome.ANALYSED: n_rows}}
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < n_rows
