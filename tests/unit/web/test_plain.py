import math
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.errors import ConfigError
from cx_text.web.api.plain import cursor_of, parse_cursor, plain, records


class Word(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(("value", "expected"), [
    (math.nan, None), (pd.NA, None), (pd.NaT, None), (np.float32(0.5), 0.5), (np.int64(7), 7), (np.bool_(True), True),
    ("half \ud800", "half \ufffd"), (Word.ONE, "one"), ((1, math.nan), [1, None]), ({"a": np.nan}, {"a": None}),
    (np.array([1.0, np.nan]), [1.0, None]), (None, None), (True, True)])
def test_a_value_is_as_json_holds_it(value, expected):
    found = plain(value)
    assert (found, type(found)) == (expected, type(expected))


def test_rows_of_a_table():
    at = pd.Timestamp(2026, 3, 1, tz="UTC")
    rows = records(pd.DataFrame({"n": [1, 2], "share": [np.nan, 0.5], "at": [at, pd.NaT], "label": ["x", None]}))
    assert rows == [{"n": 1, "share": None, "at": datetime(2026, 3, 1, tzinfo=UTC), "label": "x"},
                    {"n": 2, "share": 0.5, "at": None, "label": None}]


@given(st.integers(1, 2**62))
def test_a_cursor_comes_back(number):
    assert parse_cursor(cursor_of(number)) == number


@given(st.text(max_size=70) | st.sampled_from(["aWQ6MA", "aWQ6Nw==", "aWQ6N", "aWQ6Nx", "MTI"]))
def test_any_other_text_is_no_cursor(text):
    with pytest.raises(ConfigError, match="`after` is no place in this list"):
        parse_cursor(text)
