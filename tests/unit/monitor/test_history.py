"""The comments of a store in days and weeks: every one in the period that its date says, or in none."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from made.watched_part import MONDAY, made_history, made_part, said

from cx_text.monitor.history import ended_by, history_of, last_day, period_of, values_of
from cx_text.watch_options import WatchOptions

DAYS = some.dates(date(1970, 1, 1), date(2100, 1, 1))


@given(DAYS)
def test_a_day_is_its_own_period(day):
    assert last_day(period_of(day, 1), 1) == day
    assert ended_by(day, 1) == day


@given(DAYS)
def test_a_week_is_from_monday_to_sunday(day):
    sunday = last_day(period_of(day, 7), 7)
    assert sunday.weekday() == 6
    assert 0 <= (sunday - day).days <= 6
    assert period_of(sunday + timedelta(days=1), 7) == period_of(day, 7) + 1
    assert ended_by(day, 7) == (day if day.weekday() == 6 else sunday - timedelta(days=7))


def test_weeks_begin_on_monday():
    history = made_history([said("a", 0), said("b", 6), said("c", 7), said("d", 13), said("e", 14)], period="week")
    assert history.period.tolist() == [0, 0, 1, 1, 2]
    assert (history.n_periods, history.now) == (3, 2)
    assert [history.first_day(k).weekday() for k in range(3)] == [0, 0, 0]
    assert (history.first_day(0), history.day(0)) == (MONDAY, MONDAY + timedelta(days=6))


def test_days_are_counted_from_the_first_comment():
    history = made_history([said("a", 3), said("b", 5)])
    assert (history.period.tolist(), history.n_periods) == ([0, 2], 3)
    assert history.first_day(0) == history.day(0) == MONDAY + timedelta(days=3)


def test_what_has_no_date_or_comes_later_is_in_no_period():
    history = made_history([said("a", None), said("b", 1), said("c", 4), said("d", 2)], until=2)
    assert history.period.tolist() == [-1, 0, -1, 1]
    assert len(history.wrote) == 2
    assert history.rows(np.arange(4))["customer"].nunique() == 2


def test_a_comment_of_1970_makes_no_long_past():
    at_1970 = (date(1970, 1, 1) - MONDAY).days
    history = made_history([said("a", at_1970), said("b", 1), said("c", 2)])
    assert (history.period.tolist(), history.n_periods) == ([-1, 0, 1], 2)


@pytest.mark.parametrize(("period", "n_most"), [("day", 801), ("week", 115)])
def test_the_past_is_two_years_and_some_at_most(period, n_most):
    history = made_history([said("a", -2000), said("b", -801), said("c", -780), said("d", 0)], period=period)
    assert history.n_periods <= n_most
    assert history.period.tolist()[:2] == [-1, -1]
    assert history.period.tolist()[2:] == [0, history.now]


def test_nothing_by_then_is_no_history():
    assert history_of(made_part([said("a", 5), said("b", None)]), WatchOptions(), MONDAY) is None
    assert history_of(made_part([said("b", None)]), WatchOptions(), MONDAY) is None


def test_who_wrote_are_those_whose_comment_was_read():
    history = made_history([said("a", 0), said("b", 0, polarity=None), said("a", 1)])
    assert history.is_read.tolist() == [True, False, True]
    assert history.wrote["period"].tolist() == [0, 1]


def test_strata_are_the_largest_sources_and_one_for_the_rest():
    rows = [said(f"c-{k}-{n}", n, source=f"s{k:02d}") for k in range(11) for n in range(20 - k)]
    history = made_history(rows)
    assert history.strata == ("s00", "s01", "s02", "s03", "s04", "s05", "s06", "others")
    sizes = Counter(history.stratum.tolist())
    assert [sizes[k] for k in range(8)] == [20, 19, 18, 17, 16, 15, 14, 13 + 12 + 11 + 10]


def test_eight_sources_are_all_named():
    rows = [said(f"c-{k}-{n}", n, source=f"s{k}") for k in range(8) for n in range(9 - k)]
    assert made_history(rows).strata == tuple(f"s{k}" for k in range(8))


def test_sources_and_segments_together_are_strata():
    rows = [said("a", 0, segments='{"Plan": "Plus"}'), said("b", 0, segments='{"Plan": "Plus"}'), said("c", 1),
            said("d", 1, source="mail", segments='{"Plan": "Basic"}'), said("e", 2, segments='{"Other": "x"}')]
    history = made_history(rows, mix=("source", "segment.Plan"))
    assert history.strata == ("survey · Plus", "survey · –", "mail · Basic")
    assert history.stratum.tolist() == [0, 0, 1, 2, 1]


def test_a_segment_that_nobody_has_tells_nothing_apart():
    assert made_history([said("a", 0), said("b", 1)], mix=("segment.Plan",)).strata == ("–",)
    assert made_history([said("a", 0), said("b", 1, source="mail")], mix=()).strata == ("all",)


def test_a_customer_of_two_sources_counts_in_one_of_them():
    rows = [said("a", 0, source="mail"), said("b", 0), said("a", 1), said("c", 1), said("d", 2)]
    history = made_history(rows)
    assert history.strata == ("survey", "mail")
    assert history.stratum.tolist() == [1, 0, 1, 0, 0]
    assert not history.wrote.groupby("customer")["stratum"].nunique().gt(1).any()
    assert values_of(history.part, "source").tolist() == ["mail", "survey", "survey", "survey", "survey"]


def test_a_comment_outside_does_not_say_where_its_customer_is_at_home():
    rows = [said("a", None, source="mail"), said("a", 1), said("b", 1)]
    assert made_history(rows).stratum.tolist()[1:] == [0, 0]
