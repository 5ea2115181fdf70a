"""One format for a column of dates."""

from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.sources.dates import DateFormat, decide_format

NAIVE = ", times without a zone taken as UTC"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(("texts", "said", "first"), [
    (["2024-03-01", "2024-03-02"], "year-month-day" + NAIVE, at(2024, 3, 1)),
    (["2024-03-01T10:05:06Z"], "year-month-day", at(2024, 3, 1, 10, 5, 6)),
    (["2024-03-01 10:05:06.789+02:00"], "year-month-day", at(2024, 3, 1, 8, 5, 6)),
    (["2024-03-01 10:05 -0530"], "year-month-day", at(2024, 3, 1, 15, 35)),
    (["2024-03-01 10:05:06 UTC"], "year-month-day", at(2024, 3, 1, 10, 5, 6)),
    (["2024/03/01 10:05:06 AM GMT+1"], "year-month-day", at(2024, 3, 1, 9, 5, 6)),
    (["2024/03/01 10:05:06 PM GMT-3:30"], "year-month-day", at(2024, 3, 2, 1, 35, 6)),
    (["2024-03-01 10:05 +5:30"], "year-month-day", at(2024, 3, 1, 4, 35)),
    (["2024-03-01 10:05 UTC+11"], "year-month-day", at(2024, 2, 29, 23, 5)),
    (["2024-03-01 10:05 GMT+0530"], "year-month-day", at(2024, 3, 1, 4, 35)),
    (["2019/2/26", "2019/11/1"], "year-month-day" + NAIVE, at(2019, 2, 26)),
    (["20240301"], "year-month-day" + NAIVE, at(2024, 3, 1)),
    (["03/04/2024", "13/04/2024"], "day/month/year" + NAIVE, at(2024, 4, 3)),
    (["03/04/2024 5:06 PM", "04/13/2024"], "month/day/year" + NAIVE, at(2024, 3, 4, 17, 6)),
    (["3/4/24 12:00 am", "4/13/24"], "month/day/year" + NAIVE, at(2024, 3, 4)),
    (["01.02.2024", "03.04.2024 14:15"], "day/month/year" + NAIVE, at(2024, 2, 1)),
    (["05/05/2024", "06/06/2024"], "day/month/year" + NAIVE, at(2024, 5, 5)),
    (["19th November 2023", "1 May 2023"], "day and name of the month" + NAIVE, at(2023, 11, 19)),
    (["Mar 5, 2024 10:00 AM"], "day and name of the month" + NAIVE, at(2024, 3, 5, 10)),
    (["Tue, 05 Mar 2024 10:00:00 +0100"], "day and name of the month", at(2024, 3, 5, 9)),
    (["Tue Mar 05 10:00:00 +0100 2024"], "day and name of the month", at(2024, 3, 5, 9)),
    (["Tue Mar  5 10:00:01 2024"], "day and name of the month" + NAIVE, at(2024, 3, 5, 10, 0, 1)),
    (["05-Sept-24"], "day and name of the month" + NAIVE, at(2024, 9, 5)),
    (["45352", "45352.5"], "Excel day numbers" + NAIVE, at(2024, 3, 1)),
    (["1709287506", "1709287507.5"], "seconds since 1970", at(2024, 3, 1, 10, 5, 6)),
    (["1709287506000"], "milliseconds since 1970", at(2024, 3, 1, 10, 5, 6)),
    ([45352, None, float("nan")], "Excel day numbers" + NAIVE, at(2024, 3, 1)),
])
def test_one_format_for_a_column(texts, said, first):
    chosen, note = decide_format(texts)
    assert note == f"read as {said}"
    assert chosen is not None
    assert chosen.read(texts[0]) == first
    assert chosen.read(texts[0]).tzinfo is UTC


def test_workbooks_that_count_from_1904():
    chosen, said = decide_format(["43890", "43890.5"], counts_from_1904=True)
    assert said == "read as Excel day numbers from 1904" + NAIVE
    assert chosen.read("43890.5") == at(2024, 3, 1, 12)
    assert str(decide_format(["2024-03-01"], counts_from_1904=True)[0]) == "year-month-day" + NAIVE


@pytest.mark.parametrize(("values", "said"), [
    ([], "it has no values"), (["", None, float("nan"), pd.NaT], "it has no values"),
    (["03/04/2024", "05/06/2024"], "day/month order cannot be told; use --date-order dmy or mdy"),
    (["13/04/2024", "04/13/2024"], "some values have the day first and some the month; use --date-order dmy or mdy"),
    (["yesterday", "2024-03-01"], "only 50 % of its values are dates in one format"),
    (["31/02/2024", "30/02/2024"], "only 0 % of its values are dates in one format"),
    (["7", "8"], "only 0 % of its values are dates in one format"),
    (["2023", "2024"], "only 0 % of its values are dates in one format"),
])
def test_no_format(values, said):
    assert decide_format(values) == (None, said)


@pytest.mark.parametrize(("order", "read"), [("dmy", at(2024, 4, 3)), ("mdy", at(2024, 3, 4))])
def test_the_user_settles_the_order(order, read):
    chosen, _ = decide_format(["03/04/2024"], order=order)
    assert chosen.read("03/04/2024") == read


def test_the_order_is_never_guessed_row_by_row():
    chosen, _ = decide_format(["13/04/2024"] * 30 + ["04/13/2024"], order="dmy")
    assert chosen.read("04/13/2024") is None


def test_typed_dates():
    values = [pd.Timestamp("2024-03-01 10:00", tz="Europe/Berlin"), pd.NaT, datetime(2024, 3, 1, tzinfo=UTC)]
    chosen, said = decide_format(values)
    assert said == "read as dates"
    assert [chosen.read(value) for value in values] == [at(2024, 3, 1, 9), None, at(2024, 3, 1)]
    chosen, said = decide_format([date(2024, 3, 1), pd.Timestamp(2024, 3, 1, 5)])
    assert said == "read as dates" + NAIVE
    assert chosen.read(date(2024, 3, 1)) == at(2024, 3, 1)
    far = datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))
    assert chosen.read(far) is None


@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9/:.\- TZ+apm]{0,25}"), st.integers(), st.floats(), st.none(),
                 st.datetimes(timezones=st.none() | st.just(timezone(timedelta(hours=14))))))
def test_nothing_makes_a_format_fail(value):
    chosen, _ = decide_format([value])
    for fmt in (chosen, DateFormat(kind="year-month-day")):
        if fmt is not None:
            read = fmt.read(value)
            assert read is None or read.tzinfo is UTC
