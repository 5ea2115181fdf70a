"""A codeframe in the store: versions, decisions that are replayed, and a refit that waits."""

import threading
from dataclasses import replace

import pytest
from store_rows import rows_of

from cx_text.codeframe import Codeframe
from cx_text.decisions import Action
from cx_text.errors import ConfigError
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store
from cx_text.store.tables import codeframes, decisions, proposals
from cx_text.testing import FakeEmbedder, codeframe_of

EMBEDDER = FakeEmbedder(256)
LINES = {"t01": "Late: late slow delayed", "t02": "App: crash app", "t03": "Price: price dear"}


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


@pytest.fixture
def kept(store):
    found = StoredCodeframe(store)
    found.create(replace(codeframe_of(EMBEDDER, LINES), made_by={"model": "fake", "revision": "1"}))
    return found


def labels(codeframe: Codeframe):
    return {theme.id: theme.label for theme in codeframe.themes}


def test_what_is_kept_comes_back(kept):
    found = kept.current(EMBEDDER)
    made = codeframe_of(EMBEDDER, LINES)
    assert (found.themes, found.owners, found.certainty, found.version) == (made.themes, made.owners, made.certainty, 1)
    assert (found.centres == made.centres).all()
    assert found.assign(["the app did crash"])[0] == made.assign(["the app did crash"])[0] == ["t02"]


def test_the_first_version_is_made_once(kept):
    other, number = kept.create(codeframe_of(EMBEDDER, {"t09": "Other: other"}))
    assert labels(other) == {"t01": "Late", "t02": "App", "t03": "Price"}
    assert (kept.versions(), len(rows_of(kept.store, codeframes)), number) == ([1], 1, 1)


def test_decisions_are_replayed_and_undone(kept):
    kept.add(Action.RENAME, EMBEDDER, by="jo", theme_ids=("t01",), label="Delays")
    before, after, decision = kept.add(Action.MERGE, EMBEDDER, by="jo", theme_ids=("t02", "t03"))
    assert (len(before.themes), len(after.themes), decision.number) == (3, 2, 2)
    assert labels(kept.current(EMBEDDER)) == {"t01": "Delays", "t02": "App"}
    kept.add(Action.UNDO, EMBEDDER, by="kim", undoes=2)
    assert labels(kept.current(EMBEDDER)) == {"t01": "Delays", "t02": "App", "t03": "Price"}
    assert [row.undone_at is not None for row in rows_of(kept.store, decisions)] == [False, True, False]
    kept.add(Action.UNDO, EMBEDDER, by="kim", undoes=3)
    assert labels(kept.current(EMBEDDER)) == {"t01": "Delays", "t02": "App"}
    assert [row.undone_at is not None for row in rows_of(kept.store, decisions)] == [False, False, True, False]
    assert [d.by for d in kept.log()] == ["jo", "jo", "kim", "kim"]
    assert labels(kept.discovered(EMBEDDER)) == {"t01": "Late", "t02": "App", "t03": "Price"}


def test_a_look_adds_nothing(kept):
    _, after, _ = kept.add(Action.RENAME, EMBEDDER, by="jo", keep=False, theme_ids=("t01",), label="Delays")
    assert labels(after)["t01"] == "Delays"
    assert kept.log() == []


def test_what_makes_no_sense_is_not_kept(kept):
    with pytest.raises(ConfigError) as caught:
        kept.add(Action.UNDO, EMBEDDER, by="jo", undoes=7)
    assert str(caught.value) == "there is no decision 7 in force. Look at the history of the codeframe."
    with pytest.raises(ConfigError):
        kept.add(Action.RENAME, EMBEDDER, by="jo", theme_ids=("t77",), label="x")
    assert kept.log() == []


def test_two_who_decide_at_once_get_numbers_of_their_own(kept):
    threads = [threading.Thread(target=lambda n=n: kept.add(Action.RENAME, EMBEDDER, by=str(n), theme_ids=("t01",),
                                                            label=f"Late {n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(d.number for d in kept.log()) == [1, 2, 3, 4, 5, 6]


def test_a_refit_waits_until_it_is_accepted(kept):
    refit = replace(codeframe_of(EMBEDDER, {"t01": "Late: late", "t04": "Staff: rude"}), version=1)
    kept.propose(refit, [{"change": "new", "label": "Staff"}], by="jo")
    kept.propose(refit, [{"change": "new", "label": "Rude staff"}], by="jo")  # the earlier one is replaced
    assert kept.diff() == [{"change": "new", "label": "Rude staff"}]
    assert labels(kept.current(EMBEDDER)) == {"t01": "Late", "t02": "App", "t03": "Price"}
    kept.add(Action.RENAME, EMBEDDER, by="jo", theme_ids=("t01",), label="Delays")
    assert kept.is_waiting()
    accepted, number = kept.accept(EMBEDDER)
    assert not kept.is_waiting()
    assert (accepted.version, number, kept.versions(), kept.diff()) == (2, 2, [1, 2], [])
    assert labels(kept.current(EMBEDDER)) == {"t01": "Delays", "t04": "Staff"}
    assert labels(kept.discovered(EMBEDDER, 1)) == {"t01": "Late", "t02": "App", "t03": "Price"}


def test_a_refit_that_no_longer_fits_is_refused(kept):
    refit = replace(codeframe_of(EMBEDDER, {"t01": "Late: late"}), version=1)
    kept.propose(refit, [], by="jo")
    kept.add(Action.RENAME, EMBEDDER, by="jo", theme_ids=("t02",), label="Our app")
    with pytest.raises(ConfigError) as caught:
        kept.accept(EMBEDDER)
    assert str(caught.value) == (f"codeframe 'main' in {kept.store.place}: after the refit somebody decided about t02, "
                                 "which it has not. Refit the themes again.")
    kept.reject()
    assert rows_of(kept.store, proposals) == []
    with pytest.raises(ConfigError) as caught:
        kept.accept(EMBEDDER)
    assert str(caught.value) == f"codeframe 'main' in {kept.store.place}: no refit waits to be accepted."


def test_what_is_not_there_is_said(store, kept):
    with pytest.raises(ConfigError) as caught:
        StoredCodeframe(store, "other").current(EMBEDDER)
    assert str(caught.value) == (f"codeframe 'other' in {store.place}: there is no codeframe. Find themes in the "
                                 "comments of the store: cx-text retag.")
    with pytest.raises(ConfigError) as caught:
        kept.discovered(EMBEDDER, 5)
    assert "there is no version 5" in str(caught.value)
    with pytest.raises(ConfigError) as caught:
        StoredCodeframe(store, model={"model": "fake", "revision": "2"}).current(EMBEDDER)
    assert str(caught.value) == (f"codeframe 'main' in {store.place}: its vectors come from fake 1, the recipe's are "
                                 "from fake 2. Name that model in the recipe, or discover themes anew.")
