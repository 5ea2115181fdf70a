"""Periods that are over are judged once each, in order, and what one changes is written down whole or not at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from made.watched_store import BEGINS, N_DAYS, copied, day, morning_after, recipe
from sqlalchemy import func, select

from cx_text.looking import Clock
from cx_text.monitor import assessing
from cx_text.monitor.assessing import assess, due_days, judge, material_of
from cx_text.monitor.history import history_of, last_day, period_of
from cx_text.monitor.journal import Journal
from cx_text.monitor.watching import How, look
from cx_text.store.alerts import FIRING, RESOLVED, SeriesState, alerts_of, keep_states, keep_watch, states_of, watch_of
from cx_text.store.opening import open_store
from cx_text.store.tables import alerts, deliveries, watch_states, watches
from cx_text.watch_options import Notifier, WatchOptions, WatchRule

PAIN = WatchRule(name="pain", polarity="negative")
TEAM = Notifier(name="team")
NOONS = some.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
OPTIONS = some.builds(WatchOptions, period=some.sampled_from(["day", "week"]), grace_hours=some.floats(0, 72))
DATES = some.dates(date(2024, 10, 1), date(2026, 2, 1))


def clock_after(number):
    return Clock(lambda: morning_after(number), lambda seconds: None)


@given(OPTIONS, NOONS, DATES, some.none() | DATES, some.none() | DATES)
def test_due_are_whole_periods_in_a_row_that_are_over_and_were_not_judged(options, now, upto, since, until):
    length = options.period_days
    found = due_days(options, upto, now, since, until)
    ends = [datetime.combine(one + timedelta(days=1), datetime.min.time(), UTC) for one in found]
    assert all(end + timedelta(hours=options.grace_hours) <= now for end in ends)
    assert all(one > upto for one in found)
    assert all(last_day(period_of(one, length), length) == one for one in found)
    assert [period_of(one, length) for one in found] == list(range(
        period_of(upto, length) + 1, period_of(upto, length) + 1 + len(found)))
    if until is not None:
        assert all(period_of(one, length) <= period_of(until, length) for one in found)
    else:  # and the next one is not over
        newest = found[-1] if found else last_day(period_of(upto, length), length)
        following = datetime.combine(newest + timedelta(days=length + 1), datetime.min.time(), UTC)
        assert following + timedelta(hours=options.grace_hours) > now


@given(OPTIONS, NOONS, DATES)
def test_a_watch_begins_with_the_newest_period_or_with_that_of_a_day(options, now, since):
    length = options.period_days
    [newest] = due_days(options, None, now)
    every = due_days(options, None, now, since)
    if every:
        assert (every[0], every[-1]) == (last_day(period_of(since, length), length), newest)
    else:
        assert period_of(since, length) > period_of(newest, length)


@given(OPTIONS, NOONS)
def test_what_was_judged_is_not_due_again(options, now):
    [newest] = due_days(options, None, now)
    assert due_days(options, newest, now) == []
    assert due_days(options, newest, now, since=newest - timedelta(days=90)) == []


@pytest.mark.parametrize(("hour", "newest"), [(5, date(2026, 1, 10)), (6, date(2026, 1, 11))])
def test_a_day_is_judged_six_hours_after_its_end(hour, newest):
    now = datetime(2026, 1, 12, hour, tzinfo=UTC)  # a Monday
    assert due_days(WatchOptions(), None, now) == [newest]
    assert due_days(WatchOptions(period="week"), None, now) == [
        date(2026, 1, 11) if hour == 6 else date(2026, 1, 4)]


@pytest.fixture(scope="module")
def material(watched_path):
    with open_store(watched_path) as store:
        return material_of(store)


class Watch:
    """A store that is watched by rules, day by day."""

    def __init__(self, store, material):
        self.store, self.material = store, material

    def judged(self, number, *rules, is_told=True, skipped=(), **options):
        """Judge a day by its number."""
        made = recipe(*(rules or (PAIN,)), notifiers=(TEAM,), **options)
        return assess(self.store, made, made.watch, self.material, day(number), now=morning_after(number),
                      is_told=is_told, skipped=skipped)

    def fired(self, *rules, **options):
        """Judge days until the incident fires; return its alert, and the day."""
        for number in range(BEGINS - 2, BEGINS + 7):
            if found := self.judged(number, *rules, **options).fired:
                return found[0], number
        raise AssertionError("nothing fires")

    def n_rows(self):
        with self.store.reading() as connection:
            return [connection.execute(select(func.count()).select_from(table)).scalar_one()
                    for table in (alerts, watch_states, deliveries, watches)]

    def states(self):
        with self.store.reading() as connection:
            return states_of(connection, "made")

    def alerts(self):
        with self.store.reading() as connection:
            return alerts_of(connection)

    def events(self):
        with self.store.reading() as connection:
            return list(connection.execute(select(deliveries.c.event).order_by(deliveries.c.id)).scalars())


@pytest.fixture
def watch(watched_path, material, tmp_path):
    with open_store(copied(watched_path, tmp_path)) as store:
        yield Watch(store, material)


def test_an_incident_fires_once_and_is_over_once(watch):
    alert, at = watch.fired()
    assert (alert.rule, alert.subject["label"], alert.state, alert.fired_on) == ("pain", "App is", FIRING, day(at))
    assert alert.began_on == day(at - alert.figures["window_days"] + 1)
    assert alert.told_at == morning_after(at)
    over = [(number, one) for number in range(at + 1, N_DAYS) for found in [watch.judged(number)]
            for one in found.resolved]
    assert [one.id for _, one in over] == [alert.id]
    [(number, one)] = over
    assert (one.state, one.why, one.resolved_on) == (RESOLVED, "ended", day(number))
    assert [one.id for one in watch.alerts()] == [alert.id]
    assert watch.events() == [f"fired {alert.id}"]  # nobody was told that it fires, so nobody that it is over


def test_nobody_is_told_where_nobody_shall_be(watch):
    watch.fired(is_told=False)
    assert watch.events() == []


def test_how_far_the_watch_is_and_by_which_rules_is_written_down(watch):
    watch.judged(100)
    with watch.store.reading() as connection:
        facts = watch_of(connection, "made")
    assert (facts.judged_upto, facts.period) == (day(100), "day")
    assert WatchRule(**facts.rules["pain"]) == PAIN


def test_a_period_without_anything_to_judge_is_passed(watch):
    watch.fired()
    before = watch.states()
    found = watch.judged(-400)
    assert (found.n_series, found.fired, found.resolved) == (0, (), ())
    assert watch.states() == before
    with watch.store.reading() as connection:
        assert watch_of(connection, "made").judged_upto == day(-400)


@pytest.mark.parametrize("changed", [
    (PAIN.model_copy(update={"min_ratio": 2.0}),), (WatchRule(name="other", measure="nps"),)],
    ids=["other figures", "gone"])
def test_a_rule_that_says_something_else_begins_anew(watch, changed):
    alert, at = watch.fired()
    found = watch.judged(at + 1, *changed)
    assert [(one.id, one.state, one.why, one.resolved_on) for one in found.resolved] == [
        (alert.id, RESOLVED, "rule changed", day(at + 1))]
    assert alert.id not in {one.alert_id for one in watch.states().values()}


def test_a_rule_that_an_older_version_kept_with_fewer_fields_goes_on(watch):
    alert, at = watch.fired()
    with watch.store.writing() as connection:
        facts = watch_of(connection, "made")
        older = {name: {key: value for key, value in rule.items() if key != "min_answers"}
                 for name, rule in facts.rules.items()}
        keep_watch(connection, replace(facts, rules=older))
    assert watch.judged(at + 1).resolved == ()
    assert watch.states()["pain:rise", "t01"].alert_id == alert.id


def test_the_same_rules_in_another_order_go_on(watch):
    alert, at = watch.fired(PAIN, WatchRule(name="praise", polarity="positive"))
    found = watch.judged(at + 1, WatchRule(name="praise", polarity="positive"), PAIN)
    assert (found.fired, found.resolved) == ((), ())
    assert watch.states()["pain:rise", "t01"].alert_id == alert.id


def test_days_that_become_weeks_begin_anew(watch):
    """States of days are numbers of days, and mean nothing among weeks."""
    alert, at = watch.fired()
    sunday = last_day(period_of(day(at), 7), 7)
    made = recipe(PAIN, notifiers=(TEAM,), period="week")
    found = assess(watch.store, made, made.watch, watch.material, sunday, now=morning_after(at + 7))
    assert [(one.id, one.why) for one in found.resolved] == [(alert.id, "rule changed")]
    weeks = period_of(sunday, 7)
    assert all(one.state["since"] <= weeks for one in watch.states().values())


def test_a_state_of_a_source_that_cannot_be_read_is_left_as_it_is(watch):
    watch.judged(100)
    own = SeriesState("pain:failing", "survey", {"name": "firing"}, 5)
    with watch.store.writing() as connection:
        keep_states(connection, "made", [*states_of(connection, "made").values(), own])
    for number, options in ((101, {}), (102, {}), (111, {"period": "week"})):
        watch.judged(number, **options)
        assert watch.states()["pain:failing", "survey"] == own


SILENCE = WatchRule(name="silent", kind="silence")


def test_a_source_that_could_not_be_read_is_not_judged_for_silence(watch):
    for number in range(N_DAYS, N_DAYS + 14):  # nothing comes any more
        assert watch.judged(number, SILENCE, skipped=["survey"]).fired == ()
    assert watch.states() == {}
    read = [watch.judged(number, SILENCE).fired for number in range(N_DAYS + 14, N_DAYS + 18)]
    [alert] = [one for fired in read for one in fired]
    assert (alert.kind, alert.subject["id"], alert.figures["n"] < alert.figures["expected"]) == (
        "silence", "survey", True)
    before = watch.states()
    watch.judged(N_DAYS + 18, SILENCE, skipped=["survey"])
    assert watch.states() == before


@pytest.mark.parametrize("step", ["ask_deliveries", "keep_states", "keep_watch", "quotes_of", "points_of"])
def test_what_a_day_changes_is_one_transaction(watch, monkeypatch, step):
    _, at = watch.fired()
    whole = watch.n_rows()
    with watch.store.writing() as connection:  # as if those days had not been judged
        for table in (deliveries, alerts, watch_states, watches):
            connection.execute(table.delete())
    for number in range(BEGINS - 2, at):
        watch.judged(number)
    before = watch.n_rows(), watch.states()

    def stop(*ignored, **also_ignored):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(assessing, step, stop)
        with pytest.raises(KeyboardInterrupt):
            watch.judged(at)
    assert (watch.n_rows(), watch.states()) == before
    assert watch.alerts() == []
    watch.judged(at)
    assert watch.n_rows() == whole


def test_a_day_is_judged_once_however_often_one_looks(watch):
    made = recipe(PAIN)
    how = How({}, clock_after(N_DAYS), collects=False, tells=False, since=day(BEGINS), until=day(BEGINS + 6))
    lines = []
    first, second = (look(watch.store, made, how, Journal(lines.append, form="json")) for _ in range(2))
    assert [one.until for one in first.judged] == [day(number) for number in range(BEGINS, BEGINS + 7)]
    assert (second.judged, second.error) == ([], None)
    assert len(first.fired) == 1
    assert watch.events() == []
    assert not any("slow" in line for line in lines)


def test_judging_writes_nothing(watch):
    before = watch.n_rows()
    made = recipe(PAIN)
    history = history_of(watch.material.part, made.watch, day(BEGINS + 6))
    found = judge(watch.store, watch.material.run_id, made, made.watch, history, {})
    assert len(found.changes.fired) == 1
    assert watch.n_rows() == before


def test_nothing_is_judged_before_anything_was_read(place):
    with open_store(place, create=True) as store:
        assert material_of(store) is None
        done = look(store, recipe(PAIN), How({}, clock_after(10), collects=False), Journal(lambda line: None,
                                                                                            form="text"))
        assert (done.judged, done.error) == ([], None)
