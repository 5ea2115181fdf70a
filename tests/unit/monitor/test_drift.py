"""Drift: a last month that speaks of something else is told from one that goes on; refits that pay are proposed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from store_rows import import_rows, write_export

from cx_text.config import load_recipe
from cx_text.monitor.assessing import material_of
from cx_text.monitor.drift import Drift, Shift, _shift, measure_drift, should_propose
from cx_text.monitor.proposing import propose_refit
from cx_text.retagging import retag
from cx_text.store.alerts import WatchFacts
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store
from cx_text.store.runs import themes_made_at
from cx_text.testing import FakeEmbedder, FakeModels

FIRST, NOW = date(2026, 1, 1), datetime(2026, 3, 30, tzinfo=UTC)
RECIPE = load_recipe("nps_survey")
MODELS = FakeModels(RECIPE)
MODELS._open["embedding"] = FakeEmbedder(256)
USUAL = ["app crashes when paying", "app is slow", "app looks great", "staff are kind", "staff were rude today",
         "price is too high", "price went up again", "delivery came late", "delivery was cold"]
ELSE = ["parking voucher was refused", "parking barrier stays shut", "parking voucher expired", "parking is full"]


def written(number, day, words):
    at = FIRST + timedelta(days=day)
    return (f"R-{number}", f"{at.isoformat()} 10:00", 5, words, "Plus", f"c-{number}")


def filled(store, folder, late):
    """Import 60 days of the usual, whose themes are found, and 28 days of something, eight comments a day."""
    def words(n, said):
        return f"{said[n % len(said)]} {'abcdefghij'[n % 10] * 3}"

    import_rows(store, write_export(folder / "a.csv", [written(n, n // 8, words(n, USUAL)) for n in range(480)]))
    retag(store, recipe=RECIPE, models=MODELS)
    import_rows(store, write_export(folder / "b.csv", [written(480 + n, 60 + n // 8, words(n, late))
                                                       for n in range(224)]))
    retag(store, models=MODELS, only_waiting=True)
    return material_of(store).part


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def measured(store, part, made_at=datetime(2026, 3, 1, tzinfo=UTC), now=NOW):
    with store.reading() as connection:
        return measure_drift(connection, part, made_at, now)


def test_themes_that_no_longer_fit_are_measured_and_a_refit_that_pays_is_proposed(store, tmp_path):
    part = filled(store, tmp_path, USUAL[:4] + ELSE * 2)
    drift = measured(store, part)
    assert (drift.n, drift.n_then, drift.since, drift.then_until) == (224, 472, date(2026, 3, 2), date(2026, 2, 28))
    assert drift.unsure.then < 0.21
    assert drift.unsure.lately > 0.6
    assert drift.unsure.low > 0.4
    assert drift.confidence.more < 0
    assert should_propose(drift, None, NOW, is_waiting=False)
    kept = StoredCodeframe(store)
    before = kept.versions()
    found = propose_refit(store, part, drift, models=MODELS)
    assert found.pays
    assert found.untaken_before_share - found.untaken_after_share > 0.3
    assert found.n == 224
    assert found.n_changes == len(kept.diff()) > 0
    assert kept.is_waiting()
    assert kept.versions() == before
    assert found.lines[0] == ("Of 224 opinions of late, 81\N{NARROW NO-BREAK SPACE}% are in no theme or far from all; "
                              "by themes that were found now, 48\N{NARROW NO-BREAK SPACE}%.")
    assert "new" in found.lines[1]


def test_where_all_goes_on_nothing_is_worse_and_a_refit_does_not_pay(store, tmp_path):
    part = filled(store, tmp_path, USUAL)
    drift = measured(store, part)
    assert abs(drift.unsure.more) < 0.1
    assert not should_propose(drift, None, NOW, is_waiting=False)
    assert not propose_refit(store, part, drift, models=MODELS).pays
    assert not StoredCodeframe(store).is_waiting()


def test_themes_found_in_all_that_is_there_are_held_against_the_first_half(store, tmp_path):
    part = filled(store, tmp_path, USUAL)
    with store.reading() as connection:
        made_at = themes_made_at(connection, material_of(store).run_id)
    assert made_at > NOW  # now, that is
    drift = measured(store, part, made_at)
    assert (drift.n_then, drift.then_until) == (352, date(2026, 2, 13))
    assert measured(store, part, None) == drift
    assert measured(store, part, now=datetime(2026, 1, 20, tzinfo=UTC)) is None  # too little before


def drift_of(**changed):
    level = Shift(0.02, 0.02, -0.01, 0.01)
    return replace(Drift(date(2026, 3, 3), date(2026, 3, 1), 2000, 5000, level, level, None, 0.5), **changed)


@pytest.mark.parametrize(("changed", "is_worth_it"), [
    ({}, False), ({"unclear": Shift(0.08, 0.02, 0.04, 0.08)}, True),
    ({"unclear": Shift(0.06, 0.02, 0.02, 0.06)}, False),
    ({"unclear": Shift(0.08, 0.02, -0.01, 0.13)}, False), ({"unsure": Shift(0.31, 0.2, 0.05, 0.17)}, True),
    ({"unsure": Shift(0.24, 0.2, 0.01, 0.07)}, False), ({"unsure": None}, False),
    ({"unclear": Shift(0.3, 0.02, 0.2, 0.4), "n": 300}, False),
    ({"unclear": Shift(0.34, 0.02, 0.2, 0.4), "n": 300}, True)])
def test_a_refit_is_worth_trying_where_it_is_worse_surely_and_by_enough(changed, is_worth_it):
    assert should_propose(drift_of(**changed), None, NOW, is_waiting=False) is is_worth_it


def test_nobody_is_asked_twice():
    worse = drift_of(unclear=Shift(0.2, 0.02, 0.1, 0.2))
    lately = WatchFacts("w", "day", proposed_at=NOW - timedelta(days=27))
    assert not should_propose(worse, None, NOW, is_waiting=True)
    assert not should_propose(worse, lately, NOW, is_waiting=False)
    assert should_propose(worse, replace(lately, proposed_at=NOW - timedelta(days=28)), NOW, is_waiting=False)
    assert not should_propose(None, None, NOW, is_waiting=False)


def test_many_opinions_of_one_customer_say_less():
    values, then = np.repeat([1.0, 0.0], 200), np.repeat([1.0, 0.0, 0.0, 0.0], 100)
    alone = _shift(values, np.arange(400), then, np.arange(400), is_share=True)
    clustered = _shift(values, np.arange(400) // 10, then, np.arange(400) // 10, is_share=True)
    assert alone.more == clustered.more == 0.25
    assert clustered.high - clustered.low > 2.5 * (alone.high - alone.low)


def test_the_interval_of_a_shift_holds_what_it_was_in_most_draws():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(400):
        lately, then = (rng.random(60) < 0.1).repeat(5), (rng.random(80) < 0.05).repeat(5)
        whose, whose_then = np.arange(300) // 5, np.arange(400) // 5
        found = _shift(lately.astype(float), whose, then.astype(float), whose_then, is_share=True)
        held.append(found.low <= 0.05 <= found.high)
    assert np.mean(held) > 0.92


def test_what_is_kept_is_plain():
    facts = drift_of(unsure=Shift(0.31, 0.2, 0.05, 0.17)).facts
    assert facts == {"since": "2026-03-03", "then_until": "2026-03-01", "n": 2000, "n_then": 5000,
                     "share_unclear": 0.02, "share_unclear_then": 0.02, "share_unclear_low": -0.01,
                     "share_unclear_high": 0.01, "share_unsure": 0.31, "share_unsure_then": 0.2,
                     "share_unsure_low": 0.05, "share_unsure_high": 0.17}
