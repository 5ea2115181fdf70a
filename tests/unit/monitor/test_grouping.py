"""Groups are dense by customers, whoever comes first, and known centres keep theirs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.monitor.grouping import AROUND, NEAR, find_groups

N_SIGNS = 384


def around(rng, middle, n, share):
    """Return signs (n, 48) of opinions that differ from a middle in a share of theirs."""
    return np.packbits(middle ^ (rng.random((n, N_SIGNS)) < share), axis=1)


def middles(rng, n):
    return rng.random((n, N_SIGNS)) < 0.5


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_what_lies_together_is_a_group_and_what_lies_alone_is_in_none(rng):
    first, second = middles(rng, 2)
    signs = np.concatenate([around(rng, first, 12, 0.15), around(rng, second, 8, 0.15),
                            np.packbits(middles(rng, 30), axis=1)])
    groups = find_groups(signs, np.arange(50), 5)
    assert [sorted(group.members.tolist()) for group in groups] == [list(range(12)), list(range(12, 20))]
    # The centre is nearer to the middle than its members are: what is by chance in them is left out.
    assert np.bitwise_count(groups[0].centre ^ np.packbits(first)).sum() < 0.05 * N_SIGNS


def test_members_are_the_nearest_first(rng):
    [middle] = middles(rng, 1)
    signs = np.concatenate([around(rng, middle, 10, 0.2), around(rng, middle, 10, 0.05)])
    [group] = find_groups(signs, np.arange(20), 5)
    distances = np.bitwise_count(signs[group.members] ^ group.centre).sum(axis=1)
    assert distances.tolist() == sorted(distances.tolist())
    assert set(group.members[:10].tolist()) == set(range(10, 20))


def test_one_customer_is_no_group_however_often_they_say_it(rng):
    [middle] = middles(rng, 1)
    signs = around(rng, middle, 40, 0.1)
    assert find_groups(signs, np.repeat(np.arange(4), 10), 5) == []
    [group] = find_groups(signs, np.r_[np.zeros(36, dtype=np.int64), 1, 2, 3, 4], 5)
    assert len(group.members) == 40


def test_a_known_centre_keeps_its_group_and_nothing_is_found_beside_it(rng):
    [middle] = middles(rng, 1)
    signs = around(rng, middle, 30, 0.2)
    [found] = find_groups(signs, np.arange(30), 5)
    beside = np.packbits(np.where(np.arange(N_SIGNS) < 40, ~middle, middle))  # a centre that lies a little apart
    [again] = find_groups(signs, np.arange(30), 5, [beside])
    assert again.key == beside.tobytes().hex()
    assert len(again.members) < len(found.members)  # those too far from it are in no other group
    [empty, other] = find_groups(signs, np.arange(30), 5, [np.packbits(~middle)])
    assert len(empty.members) == 0
    assert other.key == found.key


def test_nothing_is_grouped_of_nothing():
    assert find_groups(np.zeros((0, 48), dtype=np.uint8), np.zeros(0, dtype=np.int64), 5) == []


@given(st.integers(0, 2**32 - 1))
def test_groups_are_apart_dense_and_do_not_depend_on_the_names_of_customers(seed):
    rng = np.random.default_rng(seed)
    signs = np.concatenate([around(rng, middle, int(rng.integers(3, 20)), 0.22) for middle in middles(rng, 4)])
    customers = rng.integers(0, 40, len(signs))
    groups = find_groups(signs, customers, 4)
    together = np.concatenate([np.zeros(0, dtype=np.int64), *(group.members for group in groups)])
    assert len(set(together.tolist())) == len(together)
    for group in groups:
        assert len(set(customers[group.members].tolist())) >= 4
        assert np.bitwise_count(signs[group.members] ^ group.centre).sum(axis=1).max() <= AROUND * N_SIGNS
    renamed = rng.permutation(40)[customers]
    assert [group.key for group in find_groups(signs, renamed, 4)] == [group.key for group in groups]


def test_vectors_of_few_dimensions_are_grouped_by_the_same_share_of_signs():
    signs = np.array([[0b11110000, 0], [0b11110001, 0], [0b11110011, 0], [0b11110111, 0], [0, 0b11111111]],
                     dtype=np.uint8)
    [group] = find_groups(signs, np.arange(5), 3)
    assert group.members.tolist()[:1] in ([0], [1], [2])
    assert 4 not in group.members
    assert round(NEAR * 16) == 5
