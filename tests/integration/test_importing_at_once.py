"""Imports that are killed, run at the same time, or are read from: the store is whole, and the counts are exact."""

import contextlib
import os
import random
import threading
import time

import pytest
from made.importing_process import importing
from sqlalchemy import func, select
from store_rows import answer, import_rows, n_rows, rows_of, write_export

from cx_text.sources.rows import Outcome
from cx_text.store.comments import Arrival
from cx_text.store.contents import contents
from cx_text.store.opening import open_store
from cx_text.store.tables import comment_segments, comment_versions, comments, imports, ledger

N = 8_000  # four transactions


@pytest.fixture
def start(place, pytestconfig, monkeypatch):
    """Return what imports an export in a process of its own, and gives that and what hears how far it is."""
    folders = [str(pytestconfig.rootpath), str(pytestconfig.rootpath / "tests")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))  # of the process that others are forked from
    with contextlib.ExitStack() as stack:
        yield lambda path: stack.enter_context(importing(place, path))


@pytest.fixture
def export(tmp_path):
    """Return an export of N rows: some rejected, some repeated, some in two versions, some with names."""
    rows = [answer(n, f"Sarah said number {n} is late" if n % 50 == 0 else f"Number {n} is late again",
                   score=99 if n % 40 == 1 else n % 11) for n in range(N - 200)]
    rows += [answer(n, f"Number {n} is fine now", day=9) for n in range(100, 200)] + rows[200:300]
    return write_export(tmp_path / "a.csv", rows)


def ended(process):
    """Wait for a process, and return its exit code."""
    process.join()
    return process.exitcode


def check_whole(store, done):
    """Assert that the store holds what one undisturbed import leaves."""
    shared = {n for n in range(100, 200) if n % 40 == 1}  # rejected in their older version
    n_rejected = sum(n % 40 == 1 for n in range(N - 200)) + sum(n % 40 == 1 for n in range(200, 300))
    n_duplicate, n_older = 100 - sum(n % 40 == 1 for n in range(200, 300)), 100 - len(shared)
    n_comments = N - n_rejected - n_duplicate - n_older
    expected = {Outcome.REJECTED: n_rejected, Outcome.DUPLICATE: n_duplicate, Outcome.OLDER_VERSION: n_older}
    assert sum(done.comments.values()) == n_comments
    assert set(done.comments) <= {Arrival.NEW, Arrival.UNCHANGED}
    assert done.ledger == expected
    with store.reading() as connection:
        counted = connection.execute(select(ledger.c.outcome, func.count()).group_by(ledger.c.outcome)).all()
    assert dict(map(tuple, counted)) == {outcome.value: n for outcome, n in expected.items()}
    counts = n_rows(store)
    assert (counts["comments"], counts["comment_segments"]) == (n_comments, n_comments)
    assert counts["redactions"] == sum(n % 50 == 0 for n in range(N - 200) if n % 40 != 1 and not 100 <= n < 200)
    assert "comment_versions" not in counts
    verbatims = [row.verbatim for row in rows_of(store, comments) if row.key == "R-150"]
    assert verbatims == ["Number 150 is fine now"]


def test_an_import_that_is_killed_twenty_times_has_only_to_be_run_again(export, place, start):
    chance = random.Random(7)
    for _ in range(20):
        process, hears = start(export)
        for _ in range(chance.randint(1, 7)):  # four words of the first reading, four of storing
            hears.recv()
        time.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.join()
    with open_store(place) as store:
        assert contents(store).n_stopped > 0
        n_stored = n_rows(store)["comments"]
        done = import_rows(store, export)
        check_whole(store, done)
        assert done.comments.get(Arrival.UNCHANGED, 0) == n_stored
        n_again = import_rows(store, export).comments
        assert n_again == {Arrival.UNCHANGED: sum(done.comments.values())}
        check_whole(store, done)


def test_two_imports_of_the_same_at_once_are_both_whole(export, place, start):
    both = [start(export) for _ in range(2)]
    assert [ended(process) for process, _ in both] == [0, 0]
    with open_store(place) as store:
        first, second = (row.counts for row in rows_of(store, imports))
        assert first["ledger_of"] == second["ledger_of"]
        assert first["ledger"] == second["ledger"]
        assert first["comments"].get("new", 0) + second["comments"].get("new", 0) == n_rows(store)["comments"]
        check_whole(store, import_rows(store, export))


def test_two_different_imports_at_once_are_both_whole(place, start, tmp_path):
    early = write_export(tmp_path / "a.csv", [answer(n, f"Slow {n}", day=1) for n in range(5_000)])
    late = write_export(tmp_path / "b.csv", [answer(n, f"Fast {n}", day=5) for n in reversed(range(2_500, 7_500))])
    both = [start(path) for path in (early, late)]
    assert [ended(process) for process, _ in both] == [0, 0]
    with open_store(place) as store:
        assert n_rows(store) == {"comments": 7_500, "comment_segments": 7_500, "comment_versions": 2_500, "imports": 2}
        assert {(row.verbatim.split()[0], int(row.key[2:]) < 2_500) for row in rows_of(store, comments)} == {
            ("Slow", True), ("Fast", False)}
        assert {row.verbatim.split()[0] for row in rows_of(store, comment_versions)} == {"Slow"}


def test_readers_are_not_blocked_while_an_import_writes(export, place, start):
    with open_store(place, create=True) as store:
        process, _ = start(export)
        seen, longest = [], 0.0
        with store.writing():  # nothing else can write now, and reading goes on
            began = time.perf_counter()
            seen.append(n_rows(store).get("comments", 0))
            longest = time.perf_counter() - began
        while process.is_alive():
            began = time.perf_counter()
            seen.append(n_rows(store).get("comments", 0))
            longest = max(longest, time.perf_counter() - began)
            time.sleep(0.02)
    assert ended(process) == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 2, "portions show as they come"
    assert longest < 5  # the writers' patience is 30 s; a reader waits for none of them


def test_fifty_readers_ask_during_an_import_without_an_error(export, place, start):
    with open_store(place, create=True) as store:
        together, errors, seen = threading.Barrier(51), [], []
        is_done = threading.Event()

        def ask(number):
            chance, own = random.Random(number), []
            try:
                with store.reading() as connection:
                    together.wait(60)  # each has a connection of its own at this moment
                    own.append(connection.execute(select(func.count()).select_from(comments)).scalar_one())
                while not is_done.wait(0.3):
                    with store.reading() as connection:
                        n = connection.execute(select(func.count()).select_from(comments)).scalar_one()
                        one = connection.execute(select(comments).where(
                            comments.c.id == chance.randint(1, max(n, 1)))).one_or_none()
                        parts = connection.execute(select(comment_segments.c.value).where(
                            comment_segments.c.comment_id == (one.id if one else 0))).scalars().all()
                        again = connection.execute(select(func.count()).select_from(comments)).scalar_one()
                    assert again == n, "a reader sees one moment"
                    assert parts == ([] if one is None else ["Plus"])
                    own.append(n)
                assert own == sorted(own)
                seen.append(own[-1])
            except BaseException as error:
                errors.append(error)
                raise

        readers = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
        for reader in readers:
            reader.start()
        together.wait(60)
        code = ended(start(export)[0])
        is_done.set()
        for reader in readers:
            reader.join()
        assert errors == []
        assert code == 0
        assert len(seen) == 50
        check_whole(store, import_rows(store, export))
