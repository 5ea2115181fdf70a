"""What rules see after a day, and what they would need to see: as a look of that day would, and nothing is written."""

from datetime import UTC, datetime, timedelta

import pytest
from made.watched_store import BEGINS, MONDAY, N_DAYS, copied, day, morning_after, recipe

from cx_text.errors import ConfigError
from cx_text.monitor.assessing import assess, material_of
from cx_text.monitor.explained import explained
from cx_text.monitor.history import last_day, period_of
from cx_text.monitor.judging import FIRING, QUIET
from cx_text.store.alerts import SeriesState, alerts_of, keep_states, states_of
from cx_text.store.opening import open_store
from cx_text.watch_options import WatchRule

PAIN = WatchRule(name="pain points", polarity="negative")
RULES = (PAIN, WatchRule(name="NPS", measure="nps", per="all"), WatchRule(name="quiet", kind="silence"),
         WatchRule(name="slow", kind="trend"), WatchRule(name="bad", kind="level", measure="nps", per="all", below=20))
NOW = morning_after(N_DAYS)


@pytest.fixture
def store(watched_path, tmp_path):
    with open_store(copied(watched_path, tmp_path)) as opened:
        yield opened


def judged_up_to(store, last, *rules, first=BEGINS):
    """Judge days, and return the alerts that fired."""
    made, material = recipe(*rules), material_of(store)
    found = [assess(store, made, made.watch, material, day(number), now=morning_after(number))
             for number in range(first, last + 1)]
    return [one for each in found for one in each.fired]


def series_of(found, rule="pain points", label="App is"):
    [own] = [one for one in found.rules if one.watched.rule.name == rule]
    [series] = [one for one in own.series if one.subject.label == label]
    return series


def test_what_a_day_showed_is_explained_as_it_was_told(store):
    [alert] = judged_up_to(store, BEGINS + 6, PAIN)
    found = explained(store, recipe(PAIN), now=NOW, on=alert.fired_on)
    told = series_of(found).told
    assert (told.n, round(told.effect, 4), round(told.low, 4)) == (
        alert.figures["n"], alert.figures["ratio"], alert.figures["low"])
    assert (found.on, found.watch, found.period_days) == (alert.fired_on, "made", 1)


def test_the_most_unusual_comes_first_and_all_rules_are_judged_together(store):
    found = explained(store, recipe(*RULES), now=NOW, on=day(BEGINS + 6))
    assert [one.watched.rule.name for one in found.rules] == [rule.name for rule in RULES]
    assert found.rules[0].series[0].subject.label == "App is"
    for one in found.rules:
        assert [s.judgement.p for s in one.series] == sorted(s.judgement.p for s in one.series)
    assert found.n_series == sum(len(one.series) for one in found.rules)
    alone = explained(store, recipe(*RULES), now=NOW, on=day(BEGINS + 6), rule="NPS")
    [own] = alone.rules
    assert own.series[0].judgement == found.rules[1].series[0].judgement
    assert alone.n_series == found.n_series


def test_comments_that_came_later_are_not_there(store):
    found = explained(store, recipe(PAIN), now=NOW, on=day(BEGINS - 1))
    assert found.n_comments < explained(store, recipe(PAIN), now=NOW, on=day(BEGINS)).n_comments
    assert series_of(found).judgement.controlled > 0.05


def test_the_newest_day_that_is_over_is_explained_unless_asked(store):
    assert explained(store, recipe(PAIN), now=NOW).on == day(N_DAYS)
    at_night = datetime.combine(day(N_DAYS), datetime.min.time(), UTC) + timedelta(hours=2)
    assert explained(store, recipe(PAIN), now=at_night).on == day(N_DAYS - 2)


def test_a_week_is_explained_when_it_is_over(store):
    wednesday = MONDAY + timedelta(days=7 * 10 + 2)
    found = explained(store, recipe(PAIN, period="week"), now=NOW, on=wednesday)
    assert found.on == last_day(period_of(wednesday, 7) - 1, 7)
    assert found.on < wednesday


def test_states_are_those_of_the_day_and_none_that_began_later(store):
    [alert] = judged_up_to(store, BEGINS + 6, PAIN)
    made = recipe(PAIN)
    assert series_of(explained(store, made, now=NOW, on=day(BEGINS + 6))).state.name == FIRING
    before = explained(store, made, now=NOW, on=alert.fired_on - timedelta(days=1))
    assert series_of(before).state.name == QUIET
    with store.writing() as connection:
        keep_states(connection, "made", [])
    fresh = explained(store, made, now=NOW, on=alert.fired_on - timedelta(days=1))
    assert [one.judgement for one in fresh.rules[0].series] == [one.judgement for one in before.rules[0].series]


def test_what_is_left_out_of_the_past_stays_so_for_the_days_before_the_next_change(store):
    judged_up_to(store, N_DAYS - 1, PAIN)
    with store.reading() as connection:
        kept = states_of(connection, "made")["pain points:rise", "t01"]
    [spell] = kept.state["left_out"]
    later = {**kept.state, "name": FIRING, "since": spell[1] + 60}
    with store.writing() as connection:
        keep_states(connection, "made", [SeriesState(kept.rule, kept.series, later)])
    found = series_of(explained(store, recipe(PAIN), now=NOW, on=day(N_DAYS + 20)))
    assert found.state.name == QUIET
    first = material_of(store).part.comments["received_at"].min().date()
    assert [(first + timedelta(days=a)).toordinal() for a, _ in found.state.left_out] == [spell[0]]


def test_states_of_another_rule_or_of_sources_that_fail_are_no_matter(store):
    judged_up_to(store, BEGINS + 6, PAIN)
    with store.writing() as connection:
        keep_states(connection, "made", [*states_of(connection, "made").values(),
                                         SeriesState("quiet:failing", "survey", {"name": "firing"})])
    changed = PAIN.model_copy(update={"min_customers": 6})
    found = explained(store, recipe(changed, RULES[2]), now=NOW, on=day(BEGINS + 6))
    assert {one.state.name for rule in found.rules for one in rule.series} == {QUIET}
    weekly = explained(store, recipe(PAIN, period="week"), now=NOW, on=day(BEGINS + 13))
    assert {one.state.name for one in weekly.rules[0].series} == {QUIET}


def test_nothing_is_written(store):
    explained(store, recipe(*RULES), now=NOW, on=day(BEGINS + 6))
    with store.reading() as connection:
        assert (states_of(connection, "made"), alerts_of(connection)) == ({}, [])


@pytest.mark.parametrize(("asked", "message"), [
    ({"rule": "pain point"}, "the recipe 'made' has no rule 'pain point'; there are pain points, NPS, quiet, slow, "
                             "bad. Did you mean 'pain points'?"),
    ({"on": day(-1)}, "nothing that was read in this store is from 2026-01-04 or before. Import comments and read "
                      "them: cx-text import, cx-text retag."),
])
def test_what_cannot_be_explained_is_one_line(store, asked, message):
    with pytest.raises(ConfigError) as caught:
        explained(store, recipe(*RULES), now=NOW, **asked)
    assert str(caught.value) == message
