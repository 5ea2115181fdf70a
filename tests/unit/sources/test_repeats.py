"""The newer version of an answer stands, whatever the order; words count once in all channels of a customer."""

import tracemalloc
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cx_text.sources import repeats as repeats_module
from cx_text.sources.outcomes import Outcome
from cx_text.sources.repeats import Repeats
from cx_text.sources.seen import RowLabels

START = datetime(2026, 1, 1, tzinfo=UTC)


def repeats(n_rows):
    labels = RowLabels()
    labels.add(range(2, 2 + n_rows))
    return Repeats(labels)


def older_than(row):
    return Outcome.OLDER_VERSION, f"an older version of row {row}"


@given(st.permutations(range(8)), st.integers(1, 3))
def test_the_newer_version_stands_in_whatever_order_they_come(days, n_ids):
    kept = repeats(len(days))
    at_once = {row: kept.take_id(str(day % n_ids), day, START + timedelta(days=day), row)
               for row, day in enumerate(days)}
    late = {row: reason for (row, _), reason in kept.later(0, len(days)).items()}
    standing = {days[row] for row, reason in at_once.items() if reason is None and row not in late}
    assert standing == {max(day for day in days if day % n_ids == k) for k in range(n_ids)}
    assert {outcome for outcome, _ in [r for r in at_once.values() if r] + [*late.values()]} <= {Outcome.OLDER_VERSION}


def test_without_two_times_the_later_row_is_the_newer():
    kept = repeats(4)
    assert kept.take_id("a", 1, START, 0) is None
    assert kept.take_id("a", 2, None, 1) is None
    assert kept.take_id("a", 3, START - timedelta(days=9), 2) is None
    assert kept.take_id("a", 4, START - timedelta(days=9), 3) is None  # at the same time
    assert kept.later(0, 4) == {(row, None): older_than(5) for row in (0, 1, 2)}  # all name the one that stands
    assert kept.later(1, 1) == {(1, None): older_than(5)}


def test_what_is_the_same_in_every_cell_is_a_duplicate_and_an_older_one_is_set_aside_at_once():
    kept = repeats(3)
    assert kept.take_id("a", 1, START, 0) is None
    assert kept.take_id("a", 1, START, 1) == (Outcome.DUPLICATE, "same id as row 2")
    assert kept.take_id("a", 2, START - timedelta(days=1), 2) == older_than(2)
    assert kept.later(0, 3) == {}
    assert kept.take_whole(7, 0) is None
    assert kept.take_whole(7, 2) == (Outcome.DUPLICATE, "same in every column as row 2")


def test_words_count_once_in_all_channels_of_a_customer():
    kept = repeats(9)
    said = [("ann", "the app is slow", "App Store"), ("ann", "the app is slow", "Web"),
            ("ann", "the app is slow", "App Store"), ("bo", "the app is slow", "Web"),
            ("ann", "slow app", "App Store"), ("ann", "slow app", "Web")]
    for row, (author, words, channel) in enumerate(said):
        kept.take_words(author, words, channel, row, column=3)
    # The same channel again is a second answer, others may say the same, and "slow app" is soon said twice.
    assert kept.later(0, 9) == {
        (1, 3): (Outcome.DUPLICATE, "same words by the same customer in channel 'App Store', row 2")}


def test_words_of_a_version_that_no_longer_stands_are_those_of_the_next_row():
    kept = repeats(4)
    for row, channel in enumerate(["App Store", "Web", "Mail"]):
        kept.take_id(str(row), row, START, row)
        kept.take_words("ann", "the app is slow", channel, row, column=0)
    kept.take_id("0", 9, START, 3)
    assert kept.later(0, 4) == {
        (0, None): older_than(5),
        (2, 0): (Outcome.DUPLICATE, "same words by the same customer in channel 'Web', row 3")}


@given(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("AB"), st.sampled_from(["a b c d", "e f g h"]))))
def test_what_is_merged_says_what_a_row_that_stands_says_elsewhere(said):
    kept = repeats(len(said))
    for row, (author, channel, words) in enumerate(said):
        kept.take_words(author, words, channel, row, 0)
    merged = {row for row, _ in kept.later(0, len(said))}
    for row, (author, channel, words) in enumerate(said):
        first = next(one for one in said if (one[0], one[2]) == (author, words))
        assert (row in merged) == (first[1] != channel)


def test_words_beyond_the_columns_and_channels_that_are_told_apart_are_kept(monkeypatch):
    monkeypatch.setattr(repeats_module, "_MOST_PLACES", 2)
    kept = repeats(4)
    for row, channel in enumerate(["App Store", "Web", "Mail", "Web"]):
        kept.take_words("ann", "the app is slow", channel, row, column=0)
    assert [row for row, _ in kept.later(0, 4)] == [1, 3]


def test_the_same_channel_in_another_column_is_the_same():
    kept = repeats(2)
    for row, column, channel in [(0, 0, "Web"), (0, 1, "Web"), (1, 1, "Mail")]:
        kept.take_words("ann", "the app is slow", channel, row, column)
    assert list(kept.later(0, 2)) == [(1, 1)]
    assert kept.later(0, 1) == {}
    assert list(kept.later(1, 1)) == [(1, 1)]


def test_a_row_takes_forty_bytes_with_all_that_may_be_asked():
    """14 for its words, 25 to 26 for its id."""
    labels = RowLabels()
    kept, n_rows = Repeats(labels), 30_000
    tracemalloc.start()
    for row in range(n_rows):
        kept.take_id(str(row), row, START, row)
        kept.take_words(str(row % 15_000), "the app is slow", "Web", row, 0)
    n_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_bytes / n_rows < 41  # arrays have room for some more
