"""Tables of digests are dicts in less memory, and labels of rows come back as they were."""

import tracemalloc
from array import array
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.sources import seen
from cx_text.sources.seen import DigestTable, RowLabels, digest, joined, repeated

digests = st.lists(st.one_of(st.integers(0, 5), st.integers(0, 2**64 - 1), st.integers(0, 9).map(lambda n: n * 1024)))


@given(digests)
def test_a_table_numbers_digests_as_a_dict_would(given_digests):
    table, known = DigestTable(), {}
    for each in given_digests:
        is_new = each not in known
        assert table.add(each) == (known.setdefault(each, len(known)), is_new)
    assert len(table) == len(known)


def test_a_table_that_grows_forgets_nothing():
    rng = np.random.default_rng(0)
    every = [*rng.integers(0, 2**64, 20_000, dtype=np.uint64).tolist(), *range(5_000)]  # by chance, and side by side
    table = DigestTable()
    assert [table.add(each) for each in every] == [(k, True) for k in range(len(every))]
    assert [table.add(each) for each in every] == [(k, False) for k in range(len(every))]


def test_a_table_takes_few_bytes_a_row():
    every = np.random.default_rng(0).integers(0, 2**64, 100_000, dtype=np.uint64).tolist()
    tracemalloc.start()
    table = DigestTable()
    for each in every:
        table.add(each)
    n_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_bytes / len(every) < 16


@given(digests, st.integers(1, 7), st.sampled_from([1, 2, 8]))
def test_places_of_what_is_there_more_than_once(given_digests, at_once, n_parts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "_AT_ONCE", at_once)
        patch.setattr(seen, "_N_PARTS", n_parts)
        found = [places.tolist() for places in repeated(array("Q", given_digests))]
    twice = {each for each in given_digests if given_digests.count(each) > 1}
    assert found == [[k for each in sorted(twice) if each % n_parts == part
                      for k, other in enumerate(given_digests) if other == each] for part in range(n_parts)]


def test_the_places_of_many_are_found_in_little_memory():
    every = array("Q", np.random.default_rng(0).integers(0, 2**64, 1_000_000, dtype=np.uint64).tobytes())
    tracemalloc.start()
    assert sum(map(len, repeated(every))) == 0
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * len(every)


def test_old_slots_are_freed_before_larger_ones_are_made(monkeypatch):
    monkeypatch.setattr(seen, "_AT_ONCE", 1 << 8)
    every = iter(np.random.default_rng(0).integers(0, 2**64, 20_000, dtype=np.uint64).tolist())
    tracemalloc.start()
    table = DigestTable()
    for each in islice(every, 10_000):
        table.add(each)
    n_slots = len(table._slots)
    while len(table._slots) == n_slots:
        tracemalloc.reset_peak()
        table.add(next(every))
    n_bytes, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most - n_bytes < 4 * n_slots / 2


@given(st.lists(st.one_of(st.integers(-3, 30), st.integers(), st.booleans(), st.none(), st.text(max_size=2))),
       st.integers(0, 5))
def test_labels_come_back_as_they_were(labels, cut):
    kept = RowLabels()
    kept.add(labels[:cut])
    kept.add(labels[cut:])
    assert [(type(kept[k]), kept[k]) for k in range(len(labels))] == [(type(label), label) for label in labels]


def test_digests_tell_cells_apart_and_take_what_utf_8_refuses():
    assert digest(["ab", "c"], kind="row") != digest(["a", "bc"], kind="row")
    assert digest(["a"], kind="row") != digest(["a"], kind="id")
    assert digest([None, "\ud800"], kind="row") == digest(["", "\ud800"], kind="row")
    assert joined(["ab", None]) == b"2:ab0:"
