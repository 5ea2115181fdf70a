"""Snapshots: figures are counted once, parts are bounded, and who asks never waits long for a new snapshot."""

import threading
import time

import numpy as np
import pytest
from store_rows import answer, import_rows, write_export

from cx_text import snapshot as snapshot_module
from cx_text import snapshots as snapshots_module
from cx_text.part import Part
from cx_text.snapshots import Snapshots
from cx_text.store.opening import open_store
from cx_text.views import View


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "s.sqlite3", create=True) as opened:
        add(opened, tmp_path, range(30))
        yield opened


def add(store, folder, numbers):
    rows = [answer(n, f"app is slow {n}", day=1 + n % 28, score=n % 11, plan=f"P{n % 6}") for n in numbers]
    import_rows(store, write_export(folder / f"{numbers[0]}.csv", rows))


def slowed(monkeypatch, seconds):
    """Let a snapshot take so long from now on, and return how many were begun."""
    begun, read = [], snapshots_module.read_columns

    def slowly(*given):
        begun.append(1)
        time.sleep(seconds)
        return read(*given)

    monkeypatch.setattr(snapshots_module, "read_columns", slowly)
    monkeypatch.setattr(snapshots_module, "_LOOK_SECONDS", 0.0)
    return begun


def test_many_readers_count_a_figure_once(store, monkeypatch):
    part, counted = Snapshots(store).current().snapshot.part(View()), []
    may_end = threading.Event()

    def slowly(own):
        counted.append(own)
        may_end.wait(10)
        return "drivers"

    monkeypatch.setattr(Part.__dict__["drivers"], "func", slowly)
    threads = [threading.Thread(target=lambda: part.drivers) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert part.nps is not None  # and who asks for another figure does not wait
    assert not part.has_drivers
    may_end.set()
    for thread in threads:
        thread.join()
    assert counted == [part]
    assert part.drivers == "drivers"


def test_parts_are_bounded_by_their_comments_and_the_whole_stays(store, monkeypatch):
    snapshot = Snapshots(store).current().snapshot
    whole, views = snapshot.part(View()), [View(segments=(("Plan", f"P{k}"),)) for k in range(6)]
    monkeypatch.setattr(snapshot_module, "_MOST_KEPT", 12)  # each view holds five
    parts = [snapshot.part(view) for view in views]
    assert [part.n_comments for part in parts] == [5] * 6
    assert snapshot.part(views[-1]) is parts[-1]
    assert snapshot.part(views[-2]) is parts[-2]
    assert snapshot.part(views[0]) is not parts[0]
    assert snapshot.part(View()) is whole
    snapshot.forget_parts()
    assert snapshot.part(views[-1]) is not parts[-1]
    assert snapshot.part(View()) is whole


def test_who_asks_waits_for_a_new_snapshot_no_longer_than_they_have_patience(store, tmp_path, monkeypatch):
    snapshots = Snapshots(store)
    first = snapshots.current()
    begun = slowed(monkeypatch, 0.6)
    monkeypatch.setattr(snapshots_module, "_REST", 0)
    add(store, tmp_path, range(30, 40))
    began = time.monotonic()
    old = snapshots.current(patience=0.1)
    again = [snapshots.current(patience=0.1) for _ in range(20)]  # who comes later waits no more
    assert time.monotonic() - began < 0.5
    assert {taken.snapshot for taken in (old, *again)} == {first.snapshot}
    assert all(taken.is_outdated for taken in (old, *again))
    assert snapshots.current(patience=5).snapshot.n_comments == 40
    assert len(begun) == 1


def test_a_store_that_is_written_into_is_not_read_all_the_time(store, tmp_path, monkeypatch):
    snapshots = Snapshots(store)
    begun = slowed(monkeypatch, 0.1)
    snapshots.current()
    for k in range(5):
        add(store, tmp_path, range(100 + 10 * k, 110 + 10 * k))
        assert snapshots.current().is_outdated
    assert len(begun) == 1  # it rests for ten times as long as it took


def test_what_this_process_changed_is_seen_at_once(store, tmp_path):
    snapshots = Snapshots(store)
    snapshots.current()
    add(store, tmp_path, range(200, 210))
    snapshots.changed()
    taken = snapshots.current()
    assert (taken.snapshot.n_comments, taken.is_outdated) == (40, False)


def test_what_takes_long_in_a_large_store_is_counted_before_anybody_asks(store, monkeypatch):
    monkeypatch.setattr(snapshots_module, "_LARGE", 10)
    part = Snapshots(store).current().snapshot.part(View())
    for thread in threading.enumerate():
        if thread.name == "figures":
            thread.join()
    assert part.has_drivers


def test_an_even_sample_of_very_many_comments_is_fitted(store, monkeypatch):
    from cx_text import part as part_module

    snapshot, fitted = Snapshots(store).current().snapshot, []
    rows = snapshot.comments
    for name in ("detractor", "passive", "promoter"):
        rows[f"implied_{name}"] = np.float32(1 / 3)
    monkeypatch.setattr(part_module, "LEAST_SCORED", 5)
    monkeypatch.setattr(part_module, "_MOST_FITTED", 8)
    monkeypatch.setattr(part_module, "recalibrate", lambda chances, named: fitted.append((len(chances), len(named))))
    assert snapshot.part(View()).implied is None  # nobody is without a score
    assert fitted == [(8, 8)]
