"""A back-test: the same figures for the same seed, the incident that was planted, and rises that are seen."""

from datetime import timedelta

import numpy as np
import pytest
from made.watched_part import MONDAY, THEMES, made_part, said

from cx_text.config import Recipe
from cx_text.errors import ConfigError
from cx_text.monitor.backtest import FACTORS, WITHIN_DAYS, FalseAlarms, _Backtest, backtest
from cx_text.monitor.history import history_of
from cx_text.watch_options import WatchOptions, WatchRule

N_WEEKS, INCIDENT = 70, 64  # weeks of comments; the one in which many complain of the app
RECIPE = Recipe(name="shop")
PAIN = WatchRule(name="pain", polarity="negative")
WEEKS = WatchOptions(period="week", rules=(PAIN,))
DAYS = WatchOptions(rules=(PAIN,))


def town(n_weeks=N_WEEKS, incident=INCIDENT):
    """Return comments of some fifty customers a week: twenty of one theme, eight of another, two of a sub-theme."""
    rng, rows = np.random.default_rng(1), []
    for week in range(n_weeks):
        n_more = 25 if week == incident else 0
        for k in range(n_more + int(rng.poisson(50))):
            theme = "app" if k < n_more else rng.choice(["late", "app", "parcel", None], p=[0.4, 0.16, 0.04, 0.4])
            opinions = [(theme, "negative")] if theme else []
            rows.append(said(f"c-{len(rows)}", 7 * week + int(rng.integers(7)), *opinions,
                             source=("survey", "mail")[rng.integers(2)]))
    return made_part(rows)


PART = town()


def day(week):
    """Return the last day of a week."""
    return MONDAY + timedelta(days=7 * week + 6)


def replayed(options=WEEKS, since=54, until=N_WEEKS - 1, **more):
    return backtest(PART, RECIPE, options, day(since), day(until), **{"n_shuffles": 1, "n_runs": 3, **more})


@pytest.fixture(scope="module")
def found():
    return replayed()


def told(result):
    return (result.since, result.until, result.n_series, result.false_alarms, result.delays,
            [(one.change.key, one.on, one.resolved_on, one.why) for one in result.fired])


def test_the_same_seed_gives_the_same_figures_and_another_one_others():
    once, again, other = (replayed(since=INCIDENT - 1, n_runs=1, seed=seed) for seed in (3, 3, 4))
    assert told(once) == told(again)
    assert told(other) != told(once)
    assert told(other)[5] == told(once)[5]  # nothing is random about what would have fired


def test_the_planted_incident_is_among_what_would_have_fired(found):
    assert (found.since, found.until, found.n_series) == (day(54), day(N_WEEKS - 1), 3)
    [one] = [one for one in found.fired if one.change.key == ("pain:rise", "app")]
    assert one.on == day(INCIDENT)
    assert (one.why, one.resolved_on > one.on) == ("ended", True)
    assert one.change.seen.subject.label == "App"


def test_what_goes_on_has_no_end():
    found = replayed(since=INCIDENT - 1, until=INCIDENT)
    assert [(one.change.key[1], one.on, one.resolved_on, one.why) for one in found.fired] == [
        ("app", day(INCIDENT), None, None)]


@pytest.mark.parametrize("options", [WEEKS, DAYS], ids=["weeks", "days"])
def test_weeks_in_random_order_keep_their_days_together(options):
    n_days = 7 * 20 + 3
    rows = [said(f"c-{number}-{k}", number + 2) for number in range(n_days) for k in range(1 + number % 3)]
    history = history_of(made_part(rows), options, MONDAY + timedelta(days=n_days + 1))
    length = max(1, 7 // history.period_days)
    rest = history.n_periods % length
    moved = _Backtest(history, RECIPE, options, 5, np.random.default_rng(0), lambda *told: None)._shuffled()
    before, after = history.period, moved.period
    assert sorted(set(after)) == sorted(set(before))
    assert (before[before < rest] == after[before < rest]).all()
    old, new = before[before >= rest] - rest, after[before >= rest] - rest
    assert (old % length == new % length).all()
    pairs = set(zip(old // length, new // length, strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}) == history.n_periods // length
    assert any(a != b for a, b in pairs)


def test_false_alarms_have_the_exact_interval_of_a_count(found):
    alarms = found.false_alarms
    assert alarms.n_months == pytest.approx(16 * 7 / (365.25 / 12))
    assert alarms.low <= alarms.per_month <= alarms.high
    assert FalseAlarms(6, 12.0, 0.1, 1.0).per_month == 0.5
    deaf = WatchOptions(period="week", rules=(PAIN.model_copy(update={"min_customers": 999}),))
    none = replayed(deaf, since=64, n_runs=1)
    assert (none.false_alarms.n, none.false_alarms.low) == (0, 0.0)
    assert none.false_alarms.high == pytest.approx(3.6889 / none.false_alarms.n_months, rel=1e-4)  # -log 0.025


def test_rises_of_a_large_a_middle_and_a_small_theme_are_added(found):
    assert [(one.label, one.factor) for one in found.delays] == [
        (label, factor) for label in ("Late delivery", "App", "Late parcel") for factor in FACTORS]
    assert all(one.n_runs == 3 and len(one.shares) == len(WITHIN_DAYS) for one in found.delays)
    late, app, parcel = found.delays[::len(FACTORS)]
    assert late.per_week > 18 > 12 > app.per_week > 4 > 3 > parcel.per_week > 1


def test_a_rise_by_three_of_a_large_theme_is_seen_within_28_days_in_every_run(found):
    [one] = [one for one in found.delays if (one.label, one.factor) == ("Late delivery", 3.0)]
    assert one.shares[-1] == 1.0
    assert one.median_days <= 14


def test_more_is_seen_later_and_larger_rises_are_seen_sooner(found):
    for one in found.delays:
        assert list(one.shares) == sorted(one.shares)
        assert (one.median_days is None) == (one.shares[-1] < 0.5)
    for label in ("Late delivery", "App"):
        own = [one.shares for one in found.delays if one.label == label]
        assert sum(own[2]) >= sum(own[1]) >= sum(own[0])
        assert sum(own[2]) > sum(own[0])


def test_a_risen_theme_has_more_customers_from_a_day_on_who_wrote_then():
    history = history_of(PART, WEEKS, day(N_WEEKS - 1))
    job = _Backtest(history, RECIPE, WEEKS, 40, np.random.default_rng(0), lambda *told: None)
    [rule] = job.watched
    risen = job._risen(rule, 2, 3.0, INCIDENT + 1)
    wrote = set(zip(history.wrote["customer"], history.wrote["period"], strict=True))
    own = risen.said[risen.said["series"] == 2]
    before, after = (rule.said[rule.said["series"] == 2]["period"].gt(INCIDENT).sum(), own["period"].gt(INCIDENT).sum())
    assert after == 3 * before
    was = rule.said[rule.said["series"] == 2]["period"]
    assert (own["period"] <= INCIDENT).sum() == (was <= INCIDENT).sum()
    assert set(zip(own["customer"], own["period"], strict=True)) <= wrote
    others = risen.said[risen.said["series"] != 2]
    assert len(others) == (rule.said["series"] != 2).sum()


def test_rules_that_count_no_customers_have_no_delays():
    rules = (WatchRule(name="quiet", kind="silence"), WatchRule(name="fewer", direction="fall"),
             WatchRule(name="slow", kind="trend"), WatchRule(name="much", kind="level", above=90))
    found = replayed(WatchOptions(period="week", rules=rules), since=66)
    assert found.delays == ()
    nothing = replayed(WatchOptions(period="week", rules=(WatchRule(name="b", per="brand"),)), since=68)
    assert (nothing.n_series, nothing.fired, nothing.delays) == (0, (), ())


def test_a_week_that_is_not_over_is_not_judged():
    sunday = backtest(PART, RECIPE, WEEKS, day(66), day(68), n_shuffles=1, n_runs=1)
    midweek = backtest(PART, RECIPE, WEEKS, day(66), day(68) + timedelta(days=3), n_shuffles=1, n_runs=1)
    assert told(sunday) == told(midweek)


@pytest.mark.parametrize(("since", "until", "message"), [
    (0, 9, "there is no past before 2026-01-11. Begin later: a change is one against the past."),
    (-9, -5, "there is no past before 2025-11-09. Begin later: a change is one against the past."),
    (9, 8, "the time from 2026-03-15 to 2026-03-08 holds no day. Give the earlier day first."),
])
def test_no_past_and_no_time_are_one_line(since, until, message):
    with pytest.raises(ConfigError) as caught:
        replayed(since=since, until=until)
    assert str(caught.value) == message


def test_progress_is_told_up_to_the_end():
    seen = {}
    replayed(since=66, progress=lambda phase, done, total: seen.setdefault(phase, []).append((done, total)))
    assert list(seen) == ["replaying", "weeks in random order", "adding rises"]
    assert all(own[-1][0] == own[-1][1] == len(own) for own in seen.values())
    assert {theme.label for theme in THEMES} >= {"App"}
