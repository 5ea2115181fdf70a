"""The shelf between the passes, and chunks of a DataFrame."""

import pandas as pd
import pytest

from cx_text.comment import Comment
from cx_text.run import Portion, Shelf, as_chunks
from cx_text.sources.rows import LedgerEntry, Outcome


def portion(n):
    rows = pd.DataFrame({"comment": [f"said {n}", None]}, index=[2 * n, "x"])
    comments = (Comment(f"s:{n}", f"said {n}", "s", nps_score=n).tagged(text=f"said {n}"),)
    return Portion(rows, comments, (0,), ("comment",), (LedgerEntry("x", "comment", Outcome.BLANK, "no words"),))


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "disk"])
def test_the_shelf_gives_back_what_was_laid_down_in_order_and_again(tmp_path, on_disk):
    shelf = Shelf(tmp_path if on_disk else None)
    assert list(shelf) == []
    given_portions = [portion(n) for n in range(3)]
    for each in given_portions:
        shelf.put(each)
    assert len(shelf) == 3
    assert len(list(tmp_path.iterdir())) == (3 if on_disk else 0)
    for _ in range(2):
        for before, after in zip(given_portions, shelf, strict=True):
            pd.testing.assert_frame_equal(before.rows, after.rows)
            assert (before.comments, before.positions, before.columns, before.entries) == (
                after.comments, after.positions, after.columns, after.entries)


def test_chunks_cover_the_rows_in_order_and_the_empty_table_is_one_chunk():
    rows = pd.DataFrame({"comment": list("abcde")})
    assert [list(chunk.rows["comment"]) for chunk in as_chunks(rows, 2)] == [["a", "b"], ["c", "d"], ["e"]]
    assert [len(chunk.rows) for chunk in as_chunks(rows.head(0), 2)] == [0]
