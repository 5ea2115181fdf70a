"""Sources that cannot be read: told once after a day, by the first rule that watches them, and over when they can."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cx_text.config import Recipe, SourceEntry
from cx_text.monitor.failing import Failing, failing_sources, is_of_failing, tell_of_failing
from cx_text.report.alert_sentences import alert_lines, alert_title, resolved_line
from cx_text.store.alerts import FIRING, RESOLVED, SeriesState, alerts_of, keep_states, states_of
from cx_text.store.collections import Standing, keep_standing
from cx_text.store.opening import open_store
from cx_text.store.tables import deliveries
from cx_text.watch_options import Notifier, WatchOptions, WatchRule

NOW = datetime(2026, 7, 20, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REFUSED = "app-store (app_store): the platform refuses the credentials (401)"
SILENT = WatchRule(name="silent", kind="silence")
OPTIONS = WatchOptions(rules=(WatchRule(name="pain"), SILENT), notifiers=(Notifier(name="team"),))
RECIPE = Recipe(name="shop", watch=OPTIONS, sources=[
    SourceEntry(name=name, platform="hacker_news") for name in ("app-store", "survey", "forum")])
DOWN = {"app-store": Failing("app-store", NOW - 2 * DAY, REFUSED)}


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def stand(store, source, *, hours_ago, error=None, part=""):
    with store.writing() as connection:
        keep_standing(connection, Standing(source, part, error=error, finished_at=None if hours_ago is None else
                                           NOW - hours_ago * HOUR))


def tell(store, failing, options=OPTIONS, now=NOW, **more):
    return tell_of_failing(store, RECIPE, options, failing, now, **more)


def written(store):
    with store.reading() as connection:
        return (alerts_of(connection), states_of(connection, "shop"),
                list(connection.execute(select(deliveries.c.event).order_by(deliveries.c.id)).scalars()))


def test_a_source_fails_that_was_not_read_for_a_day(store):
    stand(store, "app-store", hours_ago=24, error=REFUSED)
    stand(store, "survey", hours_ago=23, error="a short trouble")
    stand(store, "forum", hours_ago=90)  # nobody looked, and nothing went wrong
    stand(store, "of another recipe", hours_ago=90, error="no")
    assert failing_sources(store, RECIPE, NOW) == {"app-store": Failing("app-store", NOW - DAY, REFUSED)}
    assert set(failing_sources(store, RECIPE, NOW + HOUR)) == {"app-store", "survey"}


def test_a_source_that_was_never_read_fails_at_once(store):
    stand(store, "survey", hours_ago=None, error="no secret")
    assert failing_sources(store, RECIPE, NOW) == {"survey": Failing("survey", None, "no secret")}


def test_it_is_told_once_and_over_once(store):
    fired, resolved = tell(store, DOWN)
    [alert] = fired
    assert (resolved, alert.rule, alert.kind, alert.state, alert.subject["id"]) == (
        [], "silent", "silence", FIRING, "app-store")
    assert (alert.began_on, alert.fired_on) == ((NOW - 2 * DAY).date(), NOW.date())
    assert alert.figures == {"since": "2026-07-18T08:00:00+00:00", "error": REFUSED}
    for later in range(1, 4):
        assert tell(store, DOWN, now=NOW + later * DAY) == ([], [])
    fired, resolved = tell(store, {}, now=NOW + 4 * DAY)
    [over] = resolved
    assert (fired, over.id, over.state, over.why, over.resolved_on) == (
        [], alert.id, RESOLVED, "ended", (NOW + 4 * DAY).date())
    assert tell(store, {}, now=NOW + 5 * DAY) == ([], [])
    kept, states, events = written(store)
    assert ([one.id for one in kept], states) == ([alert.id], {})
    assert events == [f"fired {alert.id}"]  # it was not sent yet, and says itself that it is over


def test_it_can_be_said_in_words(store):
    [alert], _ = tell(store, {**DOWN})
    assert "app-store" in alert_title(alert)
    assert len(alert_lines(alert)) == 3
    _, [over] = tell(store, {}, now=NOW + DAY)
    assert resolved_line(over)


def test_that_it_was_never_read_has_no_since(store):
    [alert], _ = tell(store, {"survey": Failing("survey", None, "no secret")})
    assert (alert.began_on, alert.figures["since"]) == (NOW.date(), None)


def test_nobody_is_told_where_nobody_shall_be(store):
    [alert], _ = tell(store, DOWN, is_told=False)
    tell(store, {}, is_told=False, now=NOW + DAY)
    assert ([one.id for one in written(store)[0]], written(store)[2]) == ([alert.id], [])


def test_only_rules_of_silence_tell_of_the_sources_that_they_watch(store):
    assert tell(store, DOWN, WatchOptions(rules=(WatchRule(name="pain"),))) == ([], [])
    rules = (WatchRule(name="a", kind="silence", only=("survey",)), WatchRule(name="b", kind="silence"),
             WatchRule(name="c", kind="silence"))
    both = {**DOWN, "survey": Failing("survey", NOW - 3 * DAY, "no")}
    fired, _ = tell(store, both, WatchOptions(rules=rules))
    assert sorted((one.rule, one.subject["id"]) for one in fired) == [("a", "survey"), ("b", "app-store")]
    assert tell(store, {"x": Failing("x", None, "no")}, WatchOptions(rules=rules[:1]))[0] == []


def test_states_of_other_series_stay(store):
    own = SeriesState("pain:rise", "t1", {"name": "quiet"}, None)
    with store.writing() as connection:
        keep_states(connection, "shop", [own])
        keep_states(connection, "other", [own])
    tell(store, DOWN)
    states = written(store)[1]
    assert states["pain:rise", "t1"] == own
    assert [is_of_failing(key) for key in sorted(states)] == [False, True]
    tell(store, {})
    assert written(store)[1] == {("pain:rise", "t1"): own}
    with store.reading() as connection:
        assert list(states_of(connection, "other")) == [("pain:rise", "t1")]


def test_one_source_comes_back_while_another_still_fails(store):
    both = {**DOWN, "survey": Failing("survey", NOW - 3 * DAY, "no")}
    fired, _ = tell(store, both)
    assert len(fired) == 2
    fired, [over] = tell(store, {"survey": both["survey"]})
    assert (fired, over.subject["id"]) == ([], "app-store")
    [again], _ = tell(store, both, now=NOW + DAY)
    assert again.id not in {over.id}
