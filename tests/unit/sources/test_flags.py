"""What looks like a machine's is flagged by plain counts, and the count is said."""

from array import array
from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.sources import flags as flags_module
from cx_text.sources import seen as seen_module
from cx_text.sources.flags import AUTHOR, GRADES, TEXT, Flags, flag_note, trace_of

LONG = "we wait for the van every single week"  # eight words


def seen(rows):
    flags = Flags()
    for number, (author, texts, grades) in enumerate(rows):
        flags.see(number, trace_of(author, texts), grades)
    return flags


def test_an_author_of_a_hundred_rows_and_of_twenty_times_the_median():
    few = [(f"c{n}", ["good"], []) for n in range(50)]
    assert seen([("bot", ["good"], [])] * 99 + few).n_rows()[AUTHOR] == 0
    flags = seen([("bot", ["good"], [])] * 100 + few)
    assert flags.of(3, trace_of("bot", ["good"])) == {AUTHOR: "100 rows by this customer"}
    assert flags.of(120, trace_of("c7", ["good"])) == flags.of(120, trace_of(None, ["good"])) == {}
    # In a panel where each answers six times or more, 120 rows are not much.
    panel = [(f"c{n}", ["good"], []) for n in range(50)] * 6
    assert seen([("bot", ["good"], [])] * 120 + panel).n_rows()[AUTHOR] == 0
    assert seen([("bot", ["good"], [])] * 121 + panel).n_rows()[AUTHOR] == 121
    assert seen([("only", ["good"], [])] * 500).n_rows()[AUTHOR] == 0  # one customer's own file


def test_a_long_text_that_twenty_rows_share():
    assert seen([(None, [LONG], [])] * 19).n_rows()[TEXT] == 0
    flags = seen([(None, [LONG, LONG], [])] * 20)  # twice in a row is once
    assert flags.of(0, trace_of(None, ["x", LONG])) == {TEXT: "the same words in 20 rows"}
    short = LONG.removesuffix(" week")
    assert seen([(None, [short], [])] * 50).n_rows()[TEXT] == 0


def test_grades_that_are_all_the_same_where_others_vary():
    mixed = [(None, [], list("54321"))] * 6
    flags = seen([(None, [], ["4"] * 5), (None, [], ["4"] * 4), (None, [], ["1"] * 6), *mixed])
    assert [flags.of(row, trace_of(None, [])) for row in range(4)] == [
        {GRADES: "all grades are the same"}, {}, {GRADES: "all grades are the same"}, {}]
    assert seen([(None, [], ["4"] * 5)] * 7 + mixed).n_rows()[GRADES] == 0  # most are so, and it says nothing


def test_what_comes_later_is_counted_too():
    flags = seen([(None, [LONG], [])] * 19)
    assert flags.n_rows()[TEXT] == 0
    flags.see(19, trace_of(None, [LONG]), [])
    assert flags.n_rows()[TEXT] == 20


@given(st.lists(st.integers(0, 3), max_size=100), st.integers(1, 30), st.integers(1, 3))
def test_whatever_is_looked_at_at_once_the_counts_and_the_median_are_the_same(numbers, at_once, least):
    digests = array("Q", numbers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen_module, "_AT_ONCE", at_once)
        assert flags_module._repeated(digests, least) == {n: k for n, k in Counter(numbers).items() if k >= least}
        if numbers:
            assert flags_module._median_repeats(digests) == median(Counter(numbers).values())


@given(st.lists(st.integers(0, 3), max_size=100))
def test_counts_are_those_of_a_counter(numbers):
    flags = seen([(None, [f"{LONG} {n}"], []) for n in numbers])
    often = {n: count for n, count in Counter(numbers).items() if count >= 20}
    assert flags.n_rows()[TEXT] == sum(often.values())
    found = [bool(flags.of(k, trace_of(None, [f"{LONG} {n}"]))) for k, n in enumerate(numbers)]
    assert found == [n in often for n in numbers]


def test_the_note_says_how_many_and_why():
    assert flag_note({AUTHOR: 0, TEXT: 0, GRADES: 0}) is None
    assert flag_note({AUTHOR: 1200, TEXT: 25, GRADES: 1}) == (
        "Flagged, and kept: 1,200 rows by customers with at least 100 rows, over 20 times the median; 25 rows with a "
        "text of 8 words or more that at least 20 rows share; 1 row with the same grade in all of 5 columns or more.")
