"""A view is what an address says, and the address of a view gives it back."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.errors import ConfigError
from cx_text.views import View, described, parse_view

WORDS = st.text(min_size=1, max_size=20).filter(str.strip)
VIEWS = st.builds(
    View, sources=st.lists(WORDS, max_size=3, unique=True).map(tuple),
    languages=st.lists(st.sampled_from(["en", "de", "und"]), unique=True).map(tuple),
    categories=st.lists(st.sampled_from(["detractor", "passive", "promoter"]), unique=True).map(tuple),
    segments=st.lists(st.tuples(WORDS, WORDS), max_size=3, unique=True).map(tuple))


@given(VIEWS)
def test_an_address_gives_its_view_back(view):
    pairs = parse_qsl(view.query(after=7), keep_blank_values=True, errors="surrogatepass")
    assert ("after", "7") in pairs
    assert parse_view(view.pairs()) == view


def test_days_are_whole_and_both_in_it():
    view = parse_view([("from", "2026-03-01"), ("to", " 2026-03-31 "), ("page", "2")])
    assert (view.start, view.end) == (date(2026, 3, 1), date(2026, 3, 31))
    assert view.begins_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert view.ends_at == datetime(2026, 4, 1, tzinfo=UTC)
    assert View(end=date.max).ends_at is None
    assert view.query() == "from=2026-03-01&to=2026-03-31"


def test_blank_and_foreign_names_are_no_filter():
    assert not parse_view([("source", " "), ("page", "3"), ("segment.", "x"), ("from", "")])
    assert parse_view([("source", "a"), ("source", "b"), ("source", "a")]).sources == ("a", "b")


@pytest.mark.parametrize(("pairs", "said"), [
    ([("from", "yesterday")], "from='yesterday' is no day. Write it as 2026-03-31."),
    ([("from", "2026-03-02"), ("to", "2026-03-01")],
     "the time from 2026-03-02 to 2026-03-01 holds no day. Give the earlier day first."),
    ([("category", "detractors")], "there is no NPS category 'detractors'; did you mean 'detractor'? There are: "
     "detractor, passive, promoter."),
    ([("stage", "zzz")], "there is no journey stage 'zzz'. There are: discover, buy, receive, use, pay, get help, "
     "leave."),
])
def test_what_makes_no_sense_is_said(pairs, said):
    with pytest.raises(ConfigError) as caught:
        parse_view(pairs)
    assert str(caught.value) == said


def test_a_view_in_words():
    view = View(start=date(2026, 3, 1), sources=("survey",), segments=(("Plan", "Plus"), ("Plan", "Basic")))
    assert described(view) == {"time": "2026-03-01 to …", "source": "survey", "Plan": "Plus, Basic"}
    assert described(View()) == {}
    assert view
    assert not View()
