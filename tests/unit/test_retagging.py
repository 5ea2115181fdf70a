"""Comments of a store are read: all in a new run, what waits into the run in use, and on from where it was stopped."""

import pytest
from sqlalchemy import insert, select
from store_rows import answer, import_rows, rows_of, write_export

from cx_text.codeframe import folded
from cx_text.comment import Polarity
from cx_text.config import load_recipe
from cx_text.decisions import Action
from cx_text.errors import ConfigError
from cx_text.retagging import Once, retag
from cx_text.store import runs
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.corrections import correct_polarity
from cx_text.store.forgetting import forget
from cx_text.store.opening import open_store
from cx_text.store.tables import codeframes, comments, corrections, opinions, tags
from cx_text.store.tables import runs as runs_table
from cx_text.testing import FakeEmbedder, FakeModels

SAID = ["app is slow but staff are kind", "app is slow today", "app is great now", "price is bad", "price is good",
        "price is awful but app is fast", "staff are rude. staff are slow", "staff are kind"]
RECIPE = load_recipe("nps_survey")


@pytest.fixture
def store(place, tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.retagging.PORTION", 7)
    with open_store(place, create=True) as opened:
        rows = [answer(n, f"{SAID[n % len(SAID)]} {'x' * (n // 8)}", score=n % 11) for n in range(40)]
        import_rows(opened, write_export(tmp_path / "a.csv", [*rows, answer(98, "n/a"), answer(99, "")]))
        yield opened


def read(store, **options):
    return retag(store, recipe=RECIPE, models=FakeModels(RECIPE), **options)


def what_was_read(store, run_id):
    """Return what a run read, without the numbers of its rows."""
    named = {row.id: row.key for row in rows_of(store, comments)}
    of_tags = [(named[row.comment_id], *row[2:]) for row in rows_of(store, tags) if row.run_id == run_id]
    of_opinions = sorted((named[row.comment_id], row.start, row.end, row.polarity, row.theme_id, row.theme_confidence,
                          row.signs) for row in rows_of(store, opinions) if row.run_id == run_id)
    return of_tags, of_opinions


def test_all_comments_are_read_and_themes_found(store):
    done = read(store)
    assert (done.is_new_run, done.n_read, done.n_failed, done.n_waiting) == (True, 42, 0, 0)
    [run] = rows_of(store, runs_table)
    assert (run.id, run.recipe, run.is_current, run.codeframe_name) == (done.run_id, "nps_survey", True, "main")
    assert run.manifest["counts"] == {"comments": 42, "themes": done.n_themes}
    assert done.n_themes > 3
    of_tags, of_opinions = what_was_read(store, done.run_id)
    assert [row[4] for row in of_tags][-2:] == ["non_answer", "blank"]
    assert all(len(signs) == 2 for *_, signs in of_opinions)  # sixteen dimensions
    assert {theme for *_, theme, _, _ in of_opinions} - {None}
    assert [row.version for row in rows_of(store, codeframes)] == [1]


def test_one_that_was_stopped_goes_on_and_reads_the_same(store):
    class StoppedError(Exception):
        pass

    def stop_at(which):
        seen = []

        def progress(phase, done, total):
            seen.append(phase)
            if len(seen) == which:
                raise StoppedError
        return progress

    for which in (3, 1, 5, 4):  # while reading, while assigning themes
        with pytest.raises(StoppedError):
            read(store, progress=stop_at(which))
    done = read(store)
    with store.reading() as connection:
        assert [run.id for run in runs.all_runs(connection)] == [done.run_id]
    stopped = what_was_read(store, done.run_id)
    again = read(store)
    assert again.run_id != done.run_id
    assert what_was_read(store, again.run_id) == stopped


def test_a_new_run_stands_beside_the_old_one_and_keeps_its_themes(store):
    first, second = read(store), read(store, seed=5)
    assert first.run_id != second.run_id
    assert first.n_themes == second.n_themes
    assert [(row.id, row.is_current) for row in rows_of(store, runs_table)] == [(first.run_id, False),
                                                                               (second.run_id, True)]
    assert len(rows_of(store, codeframes)) == 1
    assert what_was_read(store, first.run_id) == what_was_read(store, second.run_id)


def test_what_waits_is_read_into_the_run_in_use(store, tmp_path):
    first = read(store)
    newer = [answer(1, "price is good and app is great", day=9), answer(200, "staff are kind and fast", day=9)]
    import_rows(store, write_export(tmp_path / "b.csv", newer))
    done = read(store, only_waiting=True)
    assert (done.run_id, done.is_new_run, done.n_read, done.n_waiting) == (first.run_id, False, 2, 0)
    changed = next(row for row in rows_of(store, comments) if row.key == "R-1")
    [own] = [row for row in rows_of(store, tags) if row.comment_id == changed.id]
    assert (own.version, own.text) == (2, "price is good and app is great")
    assert read(store, only_waiting=True).n_read == 0


def test_without_a_run_what_waits_is_everything(store):
    assert read(store, only_waiting=True).is_new_run


def test_what_waits_is_not_read_by_another_recipe(store):
    read(store)
    other = load_recipe("app_reviews")
    with pytest.raises(ConfigError) as caught:
        retag(store, recipe=other, models=FakeModels(other), only_waiting=True)
    assert str(caught.value) == ("the run in use is of another recipe than 'app_reviews'. Read all comments with it: "
                                 "cx-text retag --recipe app_reviews.")


def test_a_run_of_another_recipe_that_was_stopped_is_dropped(store):
    with store.writing() as connection:
        stopped = runs.begin_run(connection, "old", {"recipe": {"name": "old"}}, "main")
    done = read(store)
    with store.reading() as connection:
        assert runs.run_of(connection, stopped) is None or stopped == done.run_id
        assert len(runs.all_runs(connection)) == 1


def test_a_run_in_use_is_never_dropped(store):
    done = read(store)
    with pytest.raises(ValueError, match=f"run {done.run_id} is in use"), store.writing() as connection:
        runs.drop_run(connection, done.run_id)


def test_what_people_decided_and_corrected_holds_in_a_new_run(store):
    read(store)
    with store.reading() as connection:
        opinion = next(o for o in runs.opinions_after(connection, 1, 0, 500) if o.words == "price is bad")
    kept = StoredCodeframe(store)
    target = next(t.id for t in kept.current(FakeEmbedder()).themes if t.id != opinion.theme_id)
    kept.add(Action.MOVE, FakeEmbedder(), by="jo", to=target, texts=("Price is bad.",))
    with store.writing() as connection:
        connection.execute(insert(corrections).values(
            comment_id=opinion.comment_id, words_digest=store.digest(folded(opinion.words).encode()), what="polarity",
            was="negative", value="positive", by="jo", at=store_time()))
    done = read(store)
    with store.reading() as connection:
        [found] = connection.execute(select(opinions).where(
            opinions.c.run_id == done.run_id, opinions.c.comment_id == opinion.comment_id)).all()
        assert runs.current_run(connection).decisions_upto == 1
    assert (found.theme_id, found.polarity, found.polarity_score, found.confidence) == (target, "positive", 1.0, 1.0)


def store_time():
    from datetime import UTC, datetime

    return datetime(2026, 4, 1, tzinfo=UTC)


class Meanwhile(FakeModels):
    """Fakes that let something happen when the first comments are being read."""

    def __init__(self, act):
        super().__init__(RECIPE)
        polarity, done = self.polarity, []

        class Acting(type(polarity)):
            def predict_spans(self, *given):
                if not done:
                    done.append(act())
                return super().predict_spans(*given)
        self._open["polarity"] = Acting()


def test_what_is_forgotten_while_it_is_read_does_not_come_back(store):
    [first, second, *_] = rows_of(store, comments)
    done = retag(store, recipe=RECIPE, models=Meanwhile(lambda: forget(store, [first.id], how="comment")))
    assert first.id not in {row.comment_id for row in rows_of(store, tags)}
    assert first.id not in {row.comment_id for row in rows_of(store, opinions)}
    assert second.id in {row.comment_id for row in rows_of(store, tags)}
    assert done.n_waiting == 0


def test_what_changes_while_it_is_read_waits(store, tmp_path):
    newer = write_export(tmp_path / "b.csv", [answer(1, "price is good and app is great", day=9)])
    done = retag(store, recipe=RECIPE, models=Meanwhile(lambda: import_rows(store, newer)))
    changed = next(row for row in rows_of(store, comments) if row.key == "R-1")
    assert (done.n_waiting, changed.version) == (1, 2)
    assert changed.id not in {row.comment_id for row in rows_of(store, tags)}


def test_what_is_corrected_while_a_new_run_reads_is_in_it(store):
    read(store)
    with store.reading() as connection:
        opinion = next(o for o in runs.opinions_after(connection, 1, 0, 500) if o.words == "price is bad")
        [place] = [row for row in rows_of(store, opinions) if row.id == opinion.id]

    def correct():
        with store.writing() as connection:
            correct_polarity(connection, store, opinion.comment_id, place.start, place.end, Polarity.POSITIVE, "jo")

    seen = []

    def late(phase, done, total):
        if done == total and not seen:  # all is read, and nothing would look at it again
            seen.append(correct())

    done = retag(store, recipe=RECIPE, models=FakeModels(RECIPE), progress=late)
    own = [row for row in rows_of(store, opinions) if row.comment_id == opinion.comment_id]
    assert {row.run_id: row.polarity for row in own} == {1: "positive", done.run_id: "positive"}
    assert len(seen) == 1


def test_words_that_many_share_are_flagged(place, tmp_path):
    with open_store(place, create=True) as store:
        same = "win a big prize now by writing to us about the app"
        rows = [answer(n, same if n < 25 else f"the app is slow on day {n}") for n in range(40)]
        import_rows(store, write_export(tmp_path / "a.csv", rows))
        read(store)
        flagged = [row.flagged for row in rows_of(store, tags)]
    assert flagged[:25] == ["the same words in 25 rows"] * 25
    assert flagged[25:] == [None] * 15


def test_vectors_are_made_once_and_their_signs_kept():
    class Counting(FakeEmbedder):
        n_texts = 0

        def embed(self, texts):
            self.n_texts += len(texts)
            return super().embed(texts)

    counting = Counting()
    once = Once(counting)
    assert (once.embed(["a b", "c", "a b"]) == FakeEmbedder().embed(["a b", "c", "a b"])).all()
    once.embed(["c"])
    assert counting.n_texts == 2
    signs = once.signs()
    assert {text: len(bits) for text, bits in signs.items()} == {"a b": 2, "c": 2}
    assert once.signs() == {}
