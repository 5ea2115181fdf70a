"""Text of cells, and names of columns."""

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.sources.cells import as_text, listed, shown, unique_names


@pytest.mark.parametrize(("value", "text"), [
    ("", None), (" ", " "), ("NA", "NA"), ("nan", "nan"), (None, None), (float("nan"), None), (pd.NA, None),
    (pd.NaT, None), (np.datetime64("NaT"), None), (Decimal("nan"), None), (np.float32(4.5), "4.5"), (9.0, "9"),
    (-0.0, "0"), (1e300, "1e+300"), (float("inf"), "inf"), (12345678901234567890, "12345678901234567890"),
    (np.int64(3), "3"), (True, "true"), (np.False_, "false"), (Decimal("1.50"), "1.50"),
    (date(2024, 3, 1), "2024-03-01"), (datetime(2024, 3, 1), "2024-03-01"),
    (datetime(2024, 3, 1, tzinfo=UTC), "2024-03-01T00:00:00+00:00"),
    (pd.Timestamp(2024, 3, 1, 9), "2024-03-01T09:00:00"),
    (["a", None], '["a", null]'), ({"é": date(2024, 3, 1)}, '{"é": "2024-03-01"}'), (np.array([1, 2]), "[1, 2]"),
    (b"caf\xc3\xa9 \xff", "café \ufffd"), (b"", None),
])
def test_every_value_has_its_text(value, text):
    assert as_text(value) == text


@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.integers(), st.sampled_from(["a", "a (2)", "column 1"]))))
def test_names_are_unique_and_kept_where_they_can_be(names):
    unique = unique_names(names, where="x.csv")
    assert len(set(unique)) == len(names)
    assert all(name.strip() for name in unique)
    texts = [as_text(name) or "" for name in names]
    for position, (text, name) in enumerate(zip(texts, unique, strict=True)):
        if text.strip() and text not in texts[:position]:
            assert name == text


def test_what_is_shown_of_a_value_is_short():
    assert shown("the staff were\nvery rude to me") == "'the staff were very…'"
    assert shown("ten") == "'ten'"
    assert listed([str(n) for n in range(25)], 3) == "0, 1, 2 and 22 more"


def test_names_with_line_breaks_are_listed_in_one_line():
    from cx_text.sources.cells import listed

    assert listed(["Why\r\nso?", "b", "c"], 2) == "Why so?, b and 1 more"
