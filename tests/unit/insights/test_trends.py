"""Shares over time, and which themes are new or growing."""

import numpy as np
import pandas as pd
import pytest

from cx_text.codeframe import Theme
from cx_text.insights.raising import Raised
from cx_text.insights.sentiment import net_sentiment, sentiment_months
from cx_text.insights.trends import Periods, growing_themes, new_themes, trend

THEMES = tuple(Theme(name, name, (), 0) for name in ("old", "new", "growing"))


def days(*texts):
    return pd.Series(pd.to_datetime(list(texts), utc=True)).dt.as_unit("us")


def test_a_short_time_has_weeks_from_monday_and_a_long_one_months():
    short = Periods.of(days("2026-03-04", "2026-03-08", "2026-03-09", None, "2026-03-25"))
    assert (short.unit, short.of_comment.tolist()) == ("week", [0, 0, 1, -1, 3])
    assert [str(at.date()) for at in short.starts] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    long = Periods.of(days("2026-01-31", "2026-02-01", "2026-09-30"))
    assert (long.unit, long.of_comment.tolist(), len(long.starts)) == ("month", [0, 1, 8], 9)
    assert Periods.of(days(None)).starts == ()


def test_a_trend_is_the_share_of_comments_that_were_read():
    periods = Periods.of(days("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-17", None))
    found = trend(periods, np.array([True, False, True, True, True]), np.array([True, True, False, True, True]))
    assert found[["n", "n_raised"]].values.tolist() == [[2, 1], [0, 0], [1, 1]]
    assert found["share"].tolist()[0] == 0.5
    assert np.isnan(found["share"][1])
    assert found["low"][0] == pytest.approx(0.0945, abs=1e-3)  # Wilson, 1 of 2


def test_a_theme_is_new_when_nobody_raised_it_before_the_last_fifth():
    times = days("2026-01-01", "2026-03-15", "2026-03-20", "2026-04-11")  # a hundred days: from 22 March on
    own = Raised.of(np.array([0, 3, 3, 1]), pd.Series(["old", "old", "new", "growing"]), THEMES)
    assert new_themes(own, times) == {"new"}
    undated = Raised.of(np.array([4, 3]), pd.Series(["new", "new"]), THEMES)
    assert new_themes(undated, days("2026-01-01", "2026-03-15", "2026-03-20", "2026-04-11", None)) == set()


def test_a_theme_grows_when_more_customers_raise_it_of_late():
    times = pd.Series(pd.date_range("2026-01-01", periods=300, freq="D", tz="UTC").as_unit("us"))
    late = np.arange(200, 300)
    comment = np.concatenate([np.arange(0, 300, 5), late[::2]])
    ids = pd.Series(["old"] * 60 + ["growing"] * 50)
    own, read = Raised.of(comment, ids, THEMES), np.ones(300, dtype=bool)
    assert growing_themes(own, times, read, np.arange(300)) == {"growing"}
    one_customer = np.where(np.isin(np.arange(300), late), 999, np.arange(300))
    assert growing_themes(own, times, read, one_customer) == set()  # all of it by one
    assert growing_themes(own, days(*[None] * 300), read, np.arange(300)) == set()


def test_net_sentiment_is_the_difference_of_two_shares():
    said = pd.Series(["positive"] * 50 + ["negative"] * 20 + ["mixed"] * 10 + ["neutral"] * 20 + [None])
    found = net_sentiment(said)
    assert (found.value, found.n) == (30.0, 100)
    assert (round(found.low), round(found.high)) == (14, 44)  # as an NPS of 20, 30 and 50
    one = net_sentiment(said, np.zeros(101, dtype=np.int64))
    assert one.high - one.low >= found.high - found.low
    assert net_sentiment(pd.Series([None, None], dtype=object)) is None


def test_net_sentiment_by_month():
    table = sentiment_months(days("2026-01-03", "2026-01-09", "2026-02-01", None),
                             pd.Series(["positive", "negative", "positive", "positive"]))
    assert table[["n", "nps"]].values.tolist() == [[2, 0.0], [1, 100.0]]
    assert sentiment_months(days(None), pd.Series(["positive"])) is None
