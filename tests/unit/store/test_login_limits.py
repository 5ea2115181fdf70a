"""Guessing passwords takes longer and longer, for names and for addresses, and nobody is named in the table."""

from datetime import UTC, datetime, timedelta

import pytest
from store_rows import rows_of

from cx_text.store.login_limits import FREE_FOR_ADDRESS, FREE_FOR_NAME, LONGEST_WAIT, begin_attempt, forget_failures
from cx_text.store.opening import open_store
from cx_text.store.tables import login_failures

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NONE = timedelta(0)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def attempt(store, name="anna", address="10.0.0.1", at=NOW):
    with store.writing() as connection:
        return begin_attempt(store, connection, name, address, at=at)


def test_after_five_failures_each_wait_is_twice_the_last_up_to_a_quarter_of_an_hour(store):
    first = [attempt(store, address=f"10.0.0.{n}") for n in range(FREE_FOR_NAME)]
    assert first == [NONE] * 5
    at, waits = NOW, []
    for n in range(8):
        wait = attempt(store, address=f"10.0.1.{n}", at=at)
        waits.append(wait.total_seconds())
        assert attempt(store, address=f"10.0.2.{n}", at=at + wait - timedelta(seconds=1)) == timedelta(seconds=1)
        at += wait
        assert attempt(store, address=f"10.0.3.{n}", at=at) == NONE
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert timedelta(minutes=15) == LONGEST_WAIT


def test_one_address_may_try_many_names_only_for_a_while(store):
    first = [attempt(store, f"name{n}") for n in range(FREE_FOR_ADDRESS)]
    assert first == [NONE] * FREE_FOR_ADDRESS
    assert attempt(store, "another") == timedelta(seconds=30)
    assert attempt(store, "another", "10.0.0.2") == NONE


def test_a_name_in_other_letters_is_the_same_and_a_login_begins_anew(store):
    for name in ("anna", "Anna", " ANNA ", "anna", "aNNa"):
        attempt(store, name)
    assert attempt(store) > NONE
    with store.writing() as connection:
        forget_failures(store, connection, "ANNA", "10.0.0.1")
    assert attempt(store) == NONE
    assert sorted(row.n_failures for row in rows_of(store, login_failures)) == [1, 5]  # of the name, of the address


def test_failures_are_forgotten_after_an_hour(store):
    for _ in range(FREE_FOR_NAME):
        attempt(store)
    assert attempt(store, at=NOW + timedelta(minutes=61)) == NONE
    assert [row.n_failures for row in rows_of(store, login_failures)] == [1, 1]


def test_the_table_names_nobody(store):
    attempt(store)
    assert all(len(row.who) == 32 and set(row.who) <= set("0123456789abcdef")
               for row in rows_of(store, login_failures))
