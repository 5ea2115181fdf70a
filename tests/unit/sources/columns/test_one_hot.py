"""One score over eleven columns."""

import pandas as pd
import pytest

from cx_text.sources.columns.one_hot import read_nps_options
from cx_text.sources.columns.plan import ColumnPlan, plan_columns
from cx_text.sources.rows import RowReader
from cx_text.sources.scores import NotAScoreError

ASKED = "How likely are you to recommend us?"
COLON = [f"{ASKED}: {n}" for n in range(11)]
ENDS = ["0 - Not at all likely", *map(str, range(1, 10)), "10 - Extremely likely"]
NAMES_FIRST = ["Not at all likely - 0", *map(str, range(1, 10)), "Extremely likely (10)"]
SCORES = [0, 10, 9, 3, 0, 7, 8, 10]


def table(names, mark, blank):
    rows = [[mark(names[n], n) if n == score else blank for n in range(11)] for score in SCORES]
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    frame["comment"] = [f"The driver was very kind to me, {n}" for n in range(len(SCORES))]
    return frame


@pytest.mark.parametrize("names", [COLON, ENDS, NAMES_FIRST], ids=["colon", "ends", "names first"])
@pytest.mark.parametrize(("mark", "blank"), [
    (lambda name, n: "1", "0"), (lambda name, n: 1, 0), (lambda name, n: "x", None), (lambda name, n: True, False),
    (lambda name, n: str(n), None), (lambda name, n: name.removeprefix(f"{ASKED}: "), ""),
], ids=["flags", "numbers", "crosses", "truth", "scores", "names"])
def test_eleven_columns_are_one_score(names, mark, blank):
    frame = table(names, mark, blank)
    plan = plan_columns(frame, where="x")
    assert (plan.nps_score, plan.rating, plan.segments, plan.nps_options) == (None, None, (), tuple(names))
    assert plan.reasons["nps_score"] == (f"{names[0]!r} to {names[10]!r} because they are the scores 0 to 10, and a "
                                         "row marks one of them")
    assert [c.nps_score for c in RowReader(plan, source="s").read(frame).comments] == SCORES


def test_their_order_in_the_table_does_not_matter():
    frame = table(ENDS, lambda name, n: "1", "0").iloc[:, ::-1]
    plan = plan_columns(frame, where="x")
    assert plan.nps_options == tuple(ENDS)
    assert [c.nps_score for c in RowReader(plan, source="s").read(frame).comments] == SCORES


def test_columns_that_are_no_such_score():
    for names in ([str(n) for n in range(11)], [f"Which aisles?: {n}" for n in range(11)], COLON[:10]):
        frame = table(COLON, lambda name, n: "1", "0").iloc[:, [*range(len(names)), 11]]
        frame.columns = [*names, "comment"]
        assert plan_columns(frame, where="x").nps_options == ()
    busy = table(COLON, lambda name, n: "1", "1")
    assert plan_columns(busy, where="x").nps_options == ()


def test_a_named_score_goes_before():
    frame = table(COLON, lambda name, n: "1", "0")
    frame["mine"] = SCORES
    plan = plan_columns(frame, where="x", nps_score="mine")
    assert (plan.nps_score, plan.nps_options) == ("mine", ())


def test_a_row_marks_one_score_or_none():
    blank = [None] * 11
    assert read_nps_options(blank) is None
    assert read_nps_options(["0"] * 11) is None
    assert read_nps_options(["0", *blank[1:]]) == 0
    assert read_nps_options([*blank[:7], "1", *blank[8:]]) == 7
    with pytest.raises(NotAScoreError, match=r"^scores 2 and 7 are both marked$"):
        read_nps_options(["1" if n in (2, 7) else "0" for n in range(11)])
    plan = ColumnPlan(("comment",), nps_options=tuple(COLON))
    with pytest.raises(ValueError, match="the plan needs columns"):
        RowReader(plan, source="s").read(pd.DataFrame({"comment": ["a"]}))
