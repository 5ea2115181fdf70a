"""Alerts, states and looks on both databases: what was written comes back, and once it is over it stays so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from made.alerts import LAST, LOOKED_AT, made_alert, put_alert, put_watch
from sqlalchemy import func, select

from cx_text.errors import ConfigError
from cx_text.store import alerts as stored
from cx_text.store.alerts import FIRING, RESOLVED, SeriesState, WatchFacts
from cx_text.store.opening import open_store
from cx_text.store.tables import watch_looks

DAY = timedelta(days=1)
STATE = {"name": "firing", "since": 739000, "n_weak": 2, "left_out": [[738000, 738010]], "why": None, "window": 7,
         "n_calm": 0}


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def seen(store, alert_id):
    with store.reading() as connection:
        return stored.alert(connection, alert_id)


def test_an_alert_comes_back_as_it_was(store):
    given = made_alert(quotes=[{"run_id": 1, "comment_id": 2, "start": 0, "end": 9}])
    with store.writing() as connection:
        alert_id = put_alert(connection, quotes=given.quotes)
    found = seen(store, alert_id)
    for name in ("watch", "rule", "kind", "measure", "direction", "subject", "state", "began_on", "fired_on", "told_at",
                 "figures", "points", "quotes", "resolved_on", "why", "verdict", "note", "seen_by", "seen_at"):
        assert getattr(found, name) == getattr(given, name), name
    assert found.told_at.tzinfo is not None
    assert seen(store, alert_id + 1) is None


def test_an_alert_is_over_once(store):
    with store.writing() as connection:
        alert_id = put_alert(connection)
        stored.resolve_alert(connection, alert_id, LAST + 9 * DAY, "ended")
        stored.resolve_alert(connection, alert_id, LAST + 30 * DAY, "settled")
        stored.resolve_alert(connection, alert_id + 5, LAST, "ended")
    found = seen(store, alert_id)
    assert (found.state, found.resolved_on, found.why) == (RESOLVED, LAST + 9 * DAY, "ended")


def test_alerts_are_found_by_watch_state_and_theme_the_newest_first(store):
    by_theme = [{"per": "theme", "id": name, "label": name} for name in ("t1", "t2")]
    with store.writing() as connection:
        ids = [put_alert(connection, subject=by_theme[k % 2], watch=("shop", "app")[k // 4]) for k in range(6)]
        ids += [put_alert(connection, subject={"per": "source", "id": "t1", "label": "a source"})]
        stored.resolve_alert(connection, ids[0], LAST, "ended")
    with store.reading() as connection:
        def found(**asked):
            return [one.id for one in stored.alerts_of(connection, **asked)]
        assert found() == ids[::-1]
        assert found(watch="app") == [ids[5], ids[4]]
        assert found(theme_id="t1") == [ids[4], ids[2], ids[0]]
        assert found(theme_id="t1", state=FIRING, watch="shop") == [ids[2]]
        assert found(state=RESOLVED) == [ids[0]]
        assert found(limit=2) == ids[:-3:-1]
        assert found(before=ids[2]) == [ids[1], ids[0]]
        assert found(theme_id="t") == []
        assert stored.alert_counts(connection) == {FIRING: 6, RESOLVED: 1}


def test_no_alerts_are_counted_as_none(store):
    with store.reading() as connection:
        assert stored.alert_counts(connection) == {FIRING: 0, RESOLVED: 0}
        assert stored.alerts_of(connection) == []
        assert stored.watch_of(connection, "shop") is None
        assert (stored.all_watches(connection), stored.states_of(connection, "shop")) == ([], {})


def test_people_say_whether_an_alert_was_real_bit_by_bit(store):
    with store.writing() as connection:
        alert_id = put_alert(connection)
        stored.say_of_alert(connection, alert_id, by="ann")
        stored.say_of_alert(connection, alert_id, by="bob", verdict="real", note="  strike at the depot  ")
    with store.writing() as connection:
        stored.say_of_alert(connection, alert_id, by="cem")
    found = seen(store, alert_id)
    assert (found.seen_by, found.verdict, found.note) == ("cem", "real", "strike at the depot")
    with store.writing() as connection:
        stored.say_of_alert(connection, alert_id, by="cem", note="   ", verdict="false alarm")
    found = seen(store, alert_id)
    assert (found.verdict, found.note, found.state) == ("false alarm", None, FIRING)
    assert datetime.now(UTC) - found.seen_at < DAY


@pytest.mark.parametrize(("asked", "message"), [
    ({"verdict": "maybe"}, "there is no verdict 'maybe'. There are: real, false alarm."),
    ({"note": "who?"}, "there is no alert 7.")])
def test_what_cannot_be_said_of_an_alert(store, asked, message):
    with pytest.raises(ConfigError) as caught, store.writing() as connection:
        stored.say_of_alert(connection, 7, by="ann", **asked)
    assert str(caught.value) == message


def test_how_far_a_watch_is_comes_back_and_is_kept_once(store):
    facts = WatchFacts("shop", "day", LAST, {"pain": {"name": "pain", "above": None, "only": ["t1"], "min_more": 3.0}},
                       LOOKED_AT, {"unclear": 0.2})
    with store.writing() as connection:
        stored.keep_watch(connection, WatchFacts("app", "week"))
        stored.keep_watch(connection, WatchFacts("shop", "week"))
        stored.keep_watch(connection, facts)
    with store.reading() as connection:
        assert stored.all_watches(connection) == [WatchFacts("app", "week"), facts]
        assert stored.watch_of(connection, "shop") == facts
        assert stored.watch_of(connection, "Shop") is None


def test_states_are_kept_in_place_of_those_before_of_the_same_watch(store):
    one, other = SeriesState("pain:rise", "t1", STATE, 4), SeriesState("pain:fall", "t1", {**STATE, "name": "quiet"})
    with store.writing() as connection:
        stored.keep_states(connection, "app", [one])
        stored.keep_states(connection, "shop", [one, other])
    with store.reading() as connection:
        assert stored.states_of(connection, "shop") == {("pain:rise", "t1"): one, ("pain:fall", "t1"): other}
    with store.writing() as connection:
        stored.keep_states(connection, "shop", [other])
    with store.reading() as connection:
        assert list(stored.states_of(connection, "shop")) == [("pain:fall", "t1")]
        assert list(stored.states_of(connection, "app")) == [("pain:rise", "t1")]
    with store.writing() as connection:
        stored.keep_states(connection, "shop", [])
    with store.reading() as connection:
        assert stored.states_of(connection, "shop") == {}


def test_looks_come_back_the_newest_first_and_one_that_was_killed_has_no_end(store):
    with store.writing() as connection:
        put_watch(connection, error="app-store: refused")
        stored.begin_watch_look(connection, "shop", LOOKED_AT + DAY)
        stored.begin_watch_look(connection, "other", LOOKED_AT)
    with store.reading() as connection:
        killed, failed, good = stored.watch_looks_of(connection, "shop")
        assert stored.watch_looks_of(connection, "shop", 1) == [killed]
    assert (killed.finished_at, killed.counts, killed.seconds, killed.error) == (None, {}, {}, None)
    assert (failed.error, good.error) == ("app-store: refused", None)
    assert (good.counts["tagged"], good.seconds["tag"]) == (12, 6.0)
    assert good.started_at < good.finished_at < failed.started_at


def test_the_oldest_looks_are_forgotten(store, monkeypatch):
    monkeypatch.setattr(stored, "_KEPT_LOOKS", 3)
    with store.writing() as connection:
        stored.begin_watch_look(connection, "other", LOOKED_AT)
        for n in range(9):
            stored.begin_watch_look(connection, "shop", LOOKED_AT + n * DAY)
        n_each = dict(connection.execute(select(watch_looks.c.watch, func.count()).group_by(watch_looks.c.watch)).all())
    assert n_each == {"other": 1, "shop": 3}


def stopped_half_way(store):
    with store.writing() as connection:
        alert_id = put_alert(connection, fired_on=date(2026, 7, 1))
        stored.keep_states(connection, "shop", [SeriesState("pain:rise", "t1", STATE, alert_id)])
        raise RuntimeError("stopped")


def test_what_fails_in_a_transaction_leaves_nothing(store):
    with pytest.raises(RuntimeError, match="stopped"):
        stopped_half_way(store)
    with store.reading() as connection:
        assert (stored.alerts_of(connection), stored.states_of(connection, "shop")) == ([], {})
