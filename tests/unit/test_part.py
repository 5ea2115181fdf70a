"""Figures of a part agree with those that one comment after the other gives, and filters choose what they say."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from made.tagged_store import MODELS, RECIPE
from store_rows import COLUMNS, HEADER, answer, import_rows, write_export

from cx_text.insights.drivers import driver_table
from cx_text.insights.scores import months_of, nps_figure
from cx_text.insights.tally import Tally
from cx_text.insights.theme_table import theme_table
from cx_text.retagging import retag
from cx_text.snapshots import Snapshots
from cx_text.store import runs
from cx_text.store.opening import open_store
from cx_text.views import View

SAID = ["app is slow but staff are kind", "app is slow today", "app is great now", "price is bad", "price is good",
        "price is awful but app is fast", "staff are rude. staff are slow", "staff are kind", "", "n/a", "10/10"]
RATED = ("Review ID", "Date", "Stars", "Review")


def exports(folder):
    """Return an export with scores, and one with stars."""
    rows = [answer(n, f"{SAID[n % len(SAID)]}{' so' * (n // 11)}" if SAID[n % len(SAID)] else "", day=1 + n % 28,
                   score="" if n % 13 == 0 else n % 11, plan="Plus" if n % 3 else "Basic", customer=f"c-{n % 50}")
            for n in range(90)]
    stars = [(f"V-{n}", f"2026-0{4 + n % 2}-{1 + n % 28:02d}", 1 + n % 5, SAID[n % 8]) for n in range(40)]
    return write_export(folder / "scores.csv", rows), write_export(folder / "stars.csv", stars, RATED)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("part")
    scored, rated = exports(folder)
    with open_store(folder / "s.sqlite3", create=True) as opened:
        import_rows(opened, scored)
        import_rows(opened, rated, source="reviews", id="Review ID", received_at="Date", nps_score=None, rating="Stars",
                    rating_scale="1-5", verbatim="Review", segments=None, customer=None)
        retag(opened, recipe=RECIPE, models=MODELS)
        yield opened


@pytest.fixture(scope="module")
def snapshot(store):
    return Snapshots(store).current().snapshot


def tallied(store, source, basis):
    """Return what one comment after the other gives."""
    taken = Snapshots(store).current()
    tally = Tally(taken.codeframe, basis, segments=["Plan"] if basis == "nps_score" else [])
    with store.reading() as connection:
        for portion in runs.all_tagged(connection, taken.run.id):
            own = [one for one in portion if one.comment.source == source]
            tally.add([one.comment for one in own], range(len(own)), [one.id for one in own])
    return tally


@pytest.mark.parametrize(("source", "basis"), [("survey", "nps_score"), ("reviews", "rating 1-5")])
def test_figures_agree_with_a_tally(store, snapshot, source, basis):
    part, tally = snapshot.part(View(sources=(source,))), tallied(store, source, basis)
    expected = tally.observations()
    assert (part.basis, part.n_comments, part.n_analysed) == (basis, tally.n_comments, tally.n_analysed)
    assert (len(part.opinions), part.n_ratings, part.share_unclear) == (
        tally.n_opinions, tally.n_ratings, tally.share_unclear)
    assert part.nps == nps_figure(expected)
    pd.testing.assert_frame_equal(part.months, months_of(expected))
    pd.testing.assert_frame_equal(part.themes, theme_table(expected, driver_table(expected)))
    pd.testing.assert_frame_equal(part.polarity_by_category, tally.polarity_by_category(), check_names=False)
    if basis == "nps_score":
        assert part.implied.n == tally.implied_nps().n
        assert part.implied.nps == pytest.approx(tally.implied_nps().nps, abs=1e-3)
        pd.testing.assert_series_equal(part.observations.segment("Plan"), expected.segment("Plan"))


def test_scores_go_before_ratings_and_never_mix(snapshot):
    whole = snapshot.part(View())
    assert (whole.basis, whole.n_comments) == ("nps_score", 130)
    rated = whole.comments[whole.comments["source"] == "reviews"]
    assert len(rated) == 40
    assert rated["category"].isna().all()


@pytest.mark.parametrize(("view", "keeps"), [
    (View(sources=("reviews",)), lambda rows: rows["source"] == "reviews"),
    (View(start=date(2026, 4, 1)), lambda rows: rows["received_at"] >= pd.Timestamp("2026-04-01", tz="UTC")),
    (View(end=date(2026, 3, 3)), lambda rows: rows["received_at"] < pd.Timestamp("2026-03-04", tz="UTC")),
    (View(categories=("promoter",)), lambda rows: (rows["nps_score"] >= 9) | (rows["rating"] == 5)),
    (View(segments=(("Plan", "Basic"),)), lambda rows: rows["segments"].astype(str).str.contains("Basic")),
    (View(segments=(("Plan", "Basic"), ("Plan", "Plus"))), lambda rows: rows["source"] == "survey"),
    (View(segments=(("Plan", "None such"),)), lambda rows: rows["id"] < 0),
    (View(segments=(("No such", "x"),)), lambda rows: rows["id"] < 0),
    (View(languages=("de",)), lambda rows: rows["language"] == "de"),
    (View(brands=("Acme",)), lambda rows: rows["id"] < 0),
    (View(stages=("pay",)), lambda rows: rows["id"] < 0),
])
def test_a_filter_keeps_what_it_says(snapshot, view, keeps):
    expected = keeps(snapshot.comments).to_numpy(dtype=bool)
    assert (snapshot.part(view).keep == expected).all()


def test_a_part_without_comments_has_no_figures(snapshot):
    part = snapshot.part(View(sources=("nobody",)))
    assert (part.n_comments, part.nps, part.months, part.share_unclear, part.implied) == (0, None, None, None, None)
    assert (part.themes["n_comments"] == 0).all()
    assert len(part.comment_ids()) == 0


def test_comments_are_given_newest_first(snapshot):
    part = snapshot.part(View(sources=("survey",)))
    ids = part.comment_ids()
    times = snapshot.comments.set_index("id")["received_at"].loc[ids]
    assert times.is_monotonic_decreasing
    theme = part.themes.loc[part.themes["n_opinions"] > 0, "id"].iloc[0]
    own = part.comment_ids(themes=part.with_sub_themes(theme), polarity="negative")
    spoken = part.opinions[(part.opinions["theme_id"].isin(part.with_sub_themes(theme)))
                           & (part.opinions["polarity"] == "negative")]
    assert set(own) == set(snapshot.ids[spoken["place"].to_numpy()])
    assert list(own) == [i for i in ids if i in set(own)]
    unclear = part.comment_ids(themes=[""])
    assert set(unclear) == set(snapshot.ids[part.opinions.loc[part.opinions["theme_id"].isna(), "place"].to_numpy()])


def test_answers_of_several_columns_are_one_respondents(tmp_path):
    header = (*HEADER, "What else?")
    rows = [(*answer(n, "app is slow today", score=n), "staff are kind") for n in range(8)]
    with open_store(tmp_path / "s", create=True) as store:
        import_rows(store, write_export(tmp_path / "a.csv", rows, header), verbatim=["Why?", "What else?"])
        retag(store, recipe=RECIPE, models=MODELS)
        part = Snapshots(store).current().snapshot.part(View())
    assert (part.n_comments, len(part.observations.respondents), part.nps.n) == (16, 8, 8)
    assert len(part.observations.opinions) == 16
    assert COLUMNS["verbatim"] == "Why?"


def test_a_store_without_anything_and_without_a_run(tmp_path):
    with open_store(tmp_path / "s", create=True) as store:
        taken = Snapshots(store).current()
        assert (taken.run, taken.codeframe, taken.snapshot.n_comments, taken.snapshot.days) == (None, None, 0, None)
        part = taken.snapshot.part(View())
        assert (part.n_comments, part.nps, part.months, len(part.themes)) == (0, None, None, 0)
        import_rows(store, exports(tmp_path)[0])
        taken = Snapshots(store).current()
        part = taken.snapshot.part(View())
        assert (part.n_comments, part.n_analysed, taken.snapshot.n_waiting) == (90, 0, 90)
        assert part.nps.n == 83
        assert not np.isnan(part.nps.nps)


def test_a_snapshot_is_taken_anew_when_the_store_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.snapshots._LOOK_SECONDS", 0.0)
    monkeypatch.setattr("cx_text.snapshots._REST", 0)
    with open_store(tmp_path / "s", create=True) as store:
        import_rows(store, exports(tmp_path)[0])
        snapshots = Snapshots(store)
        first = snapshots.current(patience=60)
        assert snapshots.current(patience=60).snapshot is first.snapshot
        import_rows(store, write_export(tmp_path / "b.csv", [answer(500)]))
        second = snapshots.current(patience=60)
        assert (second.snapshot.n_comments, second.is_outdated) == (91, False)
        retag(store, recipe=RECIPE, models=MODELS)
        third = snapshots.current(patience=60)
        assert (third.run.id, third.snapshot.n_waiting) == (1, 0)


def test_a_comment_without_an_opinion_waits_no_longer_when_it_was_read(tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.snapshots._LOOK_SECONDS", 0.0)
    monkeypatch.setattr("cx_text.snapshots._REST", 0)
    with open_store(tmp_path / "s", create=True) as store:
        import_rows(store, exports(tmp_path)[0])
        retag(store, recipe=RECIPE, models=MODELS)
        import_rows(store, write_export(tmp_path / "b.csv", [answer(500, "n/a")]))
        snapshots = Snapshots(store)
        assert snapshots.current().snapshot.n_waiting == 1
        retag(store, recipe=RECIPE, models=MODELS, only_waiting=True)
        assert snapshots.current(patience=60).snapshot.n_waiting == 0


def test_who_cannot_wait_gets_the_snapshot_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr("cx_text.snapshots._LOOK_SECONDS", 0.0)
    with open_store(tmp_path / "s", create=True) as store:
        import_rows(store, exports(tmp_path)[0])
        snapshots = Snapshots(store)
        first = snapshots.current()
        import_rows(store, write_export(tmp_path / "b.csv", [answer(500)]))
        monkeypatch.setattr(Snapshots, "_take_alone", lambda self: None)
        old = snapshots.current(patience=0.0)
        assert (old.snapshot, old.is_outdated) == (first.snapshot, True)
