"""After decisions the run in use is what a new run would be; refits are laid beside the codeframe."""

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from store_rows import answer, import_rows, rows_of, write_export

from cx_text import reassigning
from cx_text.codeframe import folded
from cx_text.comment import Polarity
from cx_text.config import load_recipe
from cx_text.decisions import Action, Part, undoable
from cx_text.errors import ConfigError
from cx_text.reassigning import (
    Concerned,
    concerned,
    has_to_follow,
    is_behind,
    reassign,
    reassign_corrected,
    reassign_moved,
    refit,
)
from cx_text.retagging import retag
from cx_text.store import runs
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.corrections import correct_polarity
from cx_text.store.opening import open_store
from cx_text.store.reading import comment_of
from cx_text.store.tables import comments, opinions
from cx_text.testing import FakeEmbedder, FakeModels, codeframe_of

SAID = ["app is slow but staff are kind", "app is slow today", "app is great now", "price is bad", "price is good",
        "price is awful but app is fast", "staff are rude. staff are slow", "staff are kind", "very good", "10/10"]
RECIPE = load_recipe("nps_survey")
MODELS = FakeModels(RECIPE)


class StoppedError(Exception):
    pass


@pytest.fixture
def store(place, tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.reassigning.PORTION", 11)
    with open_store(place, create=True) as opened:
        rows = [answer(n, f"{SAID[n % len(SAID)]} {'x' * (n // 8)}", score=n % 11) for n in range(40)]
        import_rows(opened, write_export(tmp_path / "a.csv", rows))
        retag(opened, recipe=RECIPE, models=MODELS)
        yield opened


@pytest.fixture
def kept(store):
    return StoredCodeframe(store)


def themes_of(store, run_id):
    """Return what a run says of each opinion, without the numbers of its rows."""
    named = {row.id: row.key for row in rows_of(store, comments)}
    return sorted((named[row.comment_id], row.start, row.end, row.theme_id or "", row.theme_confidence or 0.0,
                   row.signs) for row in rows_of(store, opinions) if row.run_id == run_id)


def run_in_use(store):
    with store.reading() as connection:
        return runs.current_run(connection)


def all_opinions(store):
    with store.reading() as connection:
        return runs.opinions_after(connection, run_in_use(store).id, 0, 1000)


def something(kept, chance, store):
    """Return an action with its fields, as a person may decide it now; it may make no sense."""
    frame, log = kept.current(MODELS.embedder), kept.log()
    ids = [theme.id for theme in frame.themes]
    spoken = [o.words for o in all_opinions(store)]
    one, two = chance.sample(ids, 2) if len(ids) > 1 else (ids[0], ids[0])
    return chance.choice([
        (Action.MERGE, {"theme_ids": (one, two)}), (Action.RENAME, {"theme_ids": (one,), "label": f"L{len(log)}"}),
        (Action.SPLIT, {"theme_ids": (one,), "parts": tuple(Part(f"P{len(log)}{k}", (words,)) for k, words in
                                                             enumerate(chance.sample(sorted(set(spoken)), 2)))}),
        (Action.MOVE, {"texts": (chance.choice(spoken),), "to": chance.choice([*ids, ""])}),
        (Action.HIDE, {"theme_ids": (one,)}), (Action.PARENT, {"theme_ids": (one,), "label": f"G{len(log)}"}),
        (Action.STAGE, {"theme_ids": (one,), "to": "use"}), (Action.CLARITY, {"value": chance.choice([.1, .5, .9])}),
        (Action.UNDO, {"undoes": chance.choice(sorted(undoable(log)) or [1])})])


def correct_somewhere(store, kept, chance):
    spoken = chance.choice(all_opinions(store))
    with store.writing() as connection:
        [row] = [row for row in comment_of(connection, spoken.comment_id, run_in_use(store).id).opinions
                 if row.id == spoken.id]
        correct_polarity(connection, store, spoken.comment_id, row.start, row.end,
                         chance.choice([Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE]), "jo")
        reassign_corrected(connection, run_in_use(store), kept, MODELS.embedder, spoken.comment_id)


def stop_at(place):
    def progress(phase, done, total):
        if done >= place:
            raise StoppedError
    return progress


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_decided_the_run_in_use_is_what_a_new_run_would_be(store, kept, tmp_path, seed):
    chance, first = random.Random(seed), themes_of(store, run_in_use(store).id)
    for step in range(12):
        action, what = something(kept, chance, store)
        try:
            kept.add(action, MODELS.embedder, by="jo", **what)
        except ConfigError:
            continue
        if action is Action.MOVE:  # a comment's page shows it at once
            home = next(o.comment_id for o in all_opinions(store) if o.words == what["texts"][0])
            with store.writing() as connection:
                reassign_moved(connection, run_in_use(store), kept.current(MODELS.embedder), home, what["texts"])
        if chance.random() < 0.3:
            correct_somewhere(store, kept, chance)
        if chance.random() < 0.3:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(reassigning, "PORTION", 11)
                with suppress(StoppedError):
                    reassign(store, models=MODELS, progress=stop_at(22))
        if step == 5:
            import_rows(store, write_export(tmp_path / "b.csv", [answer(500, "app is slow but price is good")]))
            retag(store, models=MODELS, only_waiting=True)
        if chance.random() < 0.4:
            reassign(store, models=MODELS)
    reassign(store, models=MODELS)
    now = run_in_use(store)
    with store.reading() as connection:
        assert not is_behind(connection, now)
    follows = themes_of(store, now.id)
    again = retag(store, recipe=RECIPE, models=MODELS)
    assert again.run_id != now.id
    assert follows == themes_of(store, again.run_id)
    assert follows != first  # something was decided that counts


def test_names_and_parents_change_no_opinion(store, kept):
    first = kept.current(MODELS.embedder).themes[0].id
    kept.add(Action.RENAME, MODELS.embedder, by="jo", theme_ids=(first,), label="Anything else")
    kept.add(Action.HIDE, MODELS.embedder, by="jo", theme_ids=(first,))
    with store.reading() as connection:
        assert is_behind(connection, run_in_use(store))
    assert (done := reassign(store, models=MODELS)).n_looked_at == 0
    assert done.n_changed == 0
    assert run_in_use(store).decisions_upto == 2


def test_a_merge_moves_its_opinions_and_keeps_their_bits(store, kept):
    into, other = [t.id for t in kept.current(MODELS.embedder).themes if t.id in {o.theme_id for o in
                                                                                 all_opinions(store)}][:2]
    before = {o.id: (o.theme_id, o.words) for o in all_opinions(store)}
    bits = [row.signs for row in rows_of(store, opinions)]
    kept.add(Action.MERGE, MODELS.embedder, by="jo", theme_ids=(into, other))
    done = reassign(store, models=MODELS)
    after = {o.id: o.theme_id for o in all_opinions(store)}
    assert {after[k] for k, (theme, _) in before.items() if theme in (into, other)} == {into}
    assert done.n_looked_at == sum(theme in (into, other, None) for theme, _ in before.values())
    assert [row.signs for row in rows_of(store, opinions)] == bits


def test_which_opinions_are_concerned():
    embedder = FakeEmbedder(256)
    frame = codeframe_of(embedder, {"t01": "Late: late slow", "t02": "App: crash", "t03": "Price: price"})
    merged = codeframe_of(embedder, {"t01": "Late: late slow", "t03": "Price: price"})
    assert not concerned(frame, frame, [], 0)
    assert concerned(frame, frame.with_min_confidence(0.2), [], 0) == Concerned(frozenset({None}), frozenset())
    assert concerned(frame, frame.with_min_confidence(0.8), [], 0) == Concerned(
        frozenset({"t01", "t02", "t03"}), frozenset())
    assert concerned(frame, merged, [], 0) == Concerned(None, frozenset())


def test_a_moved_opinion_is_found_by_its_words_alone(store, kept):
    spoken = next(o for o in all_opinions(store) if o.words.startswith("price is bad"))
    to = next(t.id for t in kept.current(MODELS.embedder).themes if t.id != spoken.theme_id)
    kept.add(Action.MOVE, MODELS.embedder, by="jo", texts=(f" {spoken.words.upper()}!",), to=to)
    same = [o.id for o in all_opinions(store) if folded(o.words) == folded(spoken.words)]
    done = reassign(store, models=MODELS)
    assert (done.n_looked_at, done.n_changed) == (len(same), len(same))
    assert {(o.theme_id, o.theme_confidence) for o in all_opinions(store) if o.id in same} == {(to, 1.0)}


def test_an_accepted_refit_is_carried_out_with_the_decisions(store, kept):
    spoken = next(o for o in all_opinions(store) if o.words.startswith("price is bad"))
    to = next(t.id for t in kept.current(MODELS.embedder).themes if t.id != spoken.theme_id)
    kept.add(Action.MOVE, MODELS.embedder, by="jo", texts=(spoken.words,), to=to)
    seen = []
    assert refit(store, by="jo", models=MODELS, progress=lambda *said: seen.append(said[0])) == len(kept.diff()) > 0
    assert seen == ["reading opinions", "finding themes"]
    kept.accept(MODELS.embedder)
    reassign(store, models=MODELS)
    now = run_in_use(store)
    assert now.manifest["codeframe"]["version"] == 2
    assert next(o for o in all_opinions(store) if o.id == spoken.id).theme_id == to
    assert themes_of(store, now.id) == themes_of(store, retag(store, recipe=RECIPE, models=MODELS).run_id)


def test_without_themes_there_is_nothing_to_follow(place):
    with open_store(place, create=True) as store:
        for act in (lambda: reassign(store), lambda: refit(store, by="jo")):
            with pytest.raises(ConfigError) as caught:
                act()
            assert str(caught.value) == (f"{store.place}: the store has no themes yet. Find them in its comments: "
                                         "cx-text retag.")


def test_what_is_decided_while_a_run_is_made_waits_until_it_is_whole(store, kept):
    first = kept.current(MODELS.embedder).themes[0].id

    def decide(phase, done, total):
        if not kept.log():
            kept.add(Action.CLARITY, MODELS.embedder, by="jo", value=0.9)
            kept.add(Action.PIN, MODELS.embedder, by="jo", theme_ids=(first,))

    retag(store, recipe=RECIPE, models=MODELS, progress=decide)
    assert run_in_use(store).decisions_upto == 0
    with store.reading() as connection:
        assert has_to_follow(connection)
    reassign(store, models=MODELS)
    with store.reading() as connection:
        assert not has_to_follow(connection)
    assert themes_of(store, run_in_use(store).id) == themes_of(
        store, retag(store, recipe=RECIPE, models=MODELS).run_id)


def test_readers_of_what_waits_get_the_themes_of_the_run(store, kept, tmp_path):
    before = run_in_use(store)
    kept.add(Action.CLARITY, MODELS.embedder, by="jo", value=1.0)
    import_rows(store, write_export(tmp_path / "b.csv", [answer(500, "app is slow today")]))
    retag(store, models=MODELS, only_waiting=True)
    after = run_in_use(store)
    assert replace(after, finished_at=before.finished_at) == before
    assert after.finished_at >= before.finished_at
    assert next(o for o in reversed(all_opinions(store)) if o.words == "app is slow today").theme_id
    reassign(store, models=MODELS)
    assert {o.theme_id for o in all_opinions(store)} == {None}
