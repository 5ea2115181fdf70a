"""What looks change: states that mean the same days for ever, and one alert for one event."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from made.watched_part import THEMES, made_history, said

from cx_text.monitor.changes import GONE, changes_of, kept_state, read_state
from cx_text.monitor.judging import FIRING, QUIET, RESOLVED, Judgement, Look, State
from cx_text.monitor.series import watched_rules
from cx_text.store.alerts import SeriesState
from cx_text.watch_options import WatchOptions, WatchRule

ROWS = [said(f"c-{k}", k, ("late", "negative"), ("parcel", "negative"), ("app", "negative")) for k in range(30)]
HISTORY = made_history(ROWS)
FIRES, WAS_FIRING = State(FIRING, 29, window=7), State(FIRING, 20, window=7)


def rules(*given):
    return watched_rules(HISTORY, WatchOptions(rules=given or (WatchRule(name="pain"),)), ())


def looked(watched, states, excess):
    """Return looks whose series, by rule and theme, have some states, and so many customers more than expected."""
    found = []
    for one in watched:
        judgements = [Judgement(0.01, 0.02, 7, 9, 10.0 + excess.get(s.id, 0), 10.0, True, 0) for s in one.subjects]
        own = [states.get((one.key, s.id), State()) for s in one.subjects]
        found.append(Look(tuple(judgements), tuple(own), {}, 3))
    return found


def changed(watched, after, *, before=(), excess=()):
    """Return what changes: after and before by rule and theme, excess by theme."""
    return changes_of(HISTORY, watched, looked(watched, after, dict(excess)), dict(before), THEMES, 29)


def told(changes):
    return [(*change.key, change.covered_by) for change in changes.fired]


def test_a_series_that_begins_to_fire_is_told_once():
    watched = rules()
    key = ("pain:rise", "app")
    first = changed(watched, {key: FIRES})
    assert (told(first), first.resolved) == ([(*key, None)], ())
    assert first.fired[0].seen.subject.id == "app"
    again = changed(watched, {key: FIRES}, before={key: FIRES})
    assert (again.fired, again.resolved, again.states[key]) == ((), (), FIRES)


@pytest.mark.parametrize("why", ["ended", "settled"])
def test_what_is_over_is_told_once_with_why(why):
    key, over = ("pain:rise", "app"), State(RESOLVED, 29, why=why)
    [change] = changed(rules(), {key: over}, before={key: WAS_FIRING}).resolved
    assert (change.key, change.why, change.seen.subject.id) == (key, why, "app")
    assert changed(rules(), {key: over}, before={key: over}).resolved == ()
    assert changed(rules(), {key: State()}, before={key: over}).resolved == ()


def test_a_series_that_is_gone_is_over_if_it_fired():
    before = {("pain:rise", "t99"): WAS_FIRING, ("pain:rise", "t98"): State(RESOLVED, 9), ("old:rise", "app"): FIRES}
    found = changed(rules(), {}, before=before)
    assert [(change.key, change.why, change.seen) for change in found.resolved] == [
        (("pain:rise", "t99"), GONE, None), (("old:rise", "app"), GONE, None)]
    assert not set(found.states) & set(before)


BOTH = {("pain:rise", "late"): FIRES, ("pain:rise", "parcel"): FIRES}


@pytest.mark.parametrize(("excess", "covered"), [
    ({"late": 10, "parcel": 5}, {"late": "parcel", "parcel": None}),
    ({"late": 10, "parcel": 4.9}, {"late": None, "parcel": None}),
    ({"late": 10, "parcel": 30}, {"late": "parcel", "parcel": None}),
    ({"late": 10, "parcel": -4}, {"late": None, "parcel": None}),
])
def test_of_a_theme_and_its_sub_theme_the_sub_theme_tells_where_half_is_its_own(excess, covered):
    found = changed(rules(), BOTH, excess=excess)
    assert {change.key[1]: change.covered_by for change in found.fired} == covered


@pytest.mark.parametrize("first", ["late", "parcel"])
def test_what_fires_already_tells_of_the_other(first):
    other = {"late": "parcel", "parcel": "late"}[first]
    before = {("pain:rise", first): WAS_FIRING}
    after = {("pain:rise", first): WAS_FIRING, ("pain:rise", other): FIRES}
    found = changed(rules(), after, before=before, excess={"late": 10, "parcel": 8})
    assert told(found) == [("pain:rise", other, first)]
    apart = changed(rules(), after, before=before, excess={"late": 10, "parcel": 2})
    assert told(apart) == [("pain:rise", other, None)]


def test_themes_that_are_not_above_one_another_are_told_each():
    found = changed(rules(), {("pain:rise", "late"): FIRES, ("pain:rise", "app"): FIRES}, excess={"late": 9, "app": 9})
    assert told(found) == [("pain:rise", "late", None), ("pain:rise", "app", None)]


def test_of_two_rules_that_count_the_same_the_first_tells():
    watched = rules(WatchRule(name="a"), WatchRule(name="b", polarity="negative"), WatchRule(name="c", measure="nps"))
    after = {("a:rise", "app"): FIRES, ("b:rise", "app"): FIRES, ("c:fall", "app"): FIRES}
    assert told(changed(watched, after)) == [("a:rise", "app", None), ("b:rise", "app", "app"), ("c:fall", "app", None)]
    late = changed(watched, {**after, ("a:rise", "app"): FIRES}, before={("b:rise", "app"): WAS_FIRING})
    assert told(late) == [("a:rise", "app", "app"), ("c:fall", "app", None)]


def test_more_praise_and_more_complaints_are_two_events():
    watched = rules(WatchRule(name="bad", polarity="negative"),
                    WatchRule(name="good", polarity="positive", direction="rise"))
    after = {("bad:rise", "app"): FIRES, ("good:rise", "app"): FIRES}
    assert told(changed(watched, after)) == [("bad:rise", "app", None), ("good:rise", "app", None)]


def test_a_limit_is_told_of_whatever_else_is():
    watched = rules(WatchRule(name="nps", measure="nps"), WatchRule(name="low", kind="level", measure="nps", below=20))
    after = {("nps:fall", "app"): FIRES, ("low:fall", "app"): FIRES}
    assert told(changed(watched, after)) == [("nps:fall", "app", None), ("low:fall", "app", None)]


SPELLS = some.lists(some.tuples(some.integers(0, 29), some.integers(0, 29)).map(lambda pair: tuple(sorted(pair))),
                    max_size=3).map(tuple)
STATES = some.builds(State, some.sampled_from([QUIET, FIRING, RESOLVED]), some.integers(0, 29), some.integers(0, 3),
                     SPELLS, some.sampled_from([None, "ended", "settled"]), some.integers(0, 28), some.integers(0, 7))


@given(STATES)
def test_a_state_that_is_kept_comes_back(state):
    assert read_state(SeriesState("r", "s", kept_state(state, HISTORY)), HISTORY) == state


@settings(max_examples=25)
@given(STATES, some.integers(0, 40))
def test_a_state_means_the_same_days_whatever_history_it_is_read_in(state, n_more):
    """Days come at the end, and old comments that are imported later at the beginning."""
    kept = SeriesState("r", "s", kept_state(state, HISTORY))
    longer = made_history([said("x", -n_more), *ROWS, said("y", 30 + n_more)])
    found = read_state(kept, longer)
    assert found == replace(state, since=state.since + n_more,
                            left_out=tuple((a + n_more, b + n_more) for a, b in state.left_out))


@settings(max_examples=25)
@given(STATES)
def test_what_a_cut_history_does_not_hold_is_dropped(state):
    cut = made_history(ROWS[10:])
    found = read_state(SeriesState("r", "s", kept_state(state, HISTORY)), cut)
    assert found.since == state.since - 10
    assert found.left_out == tuple((max(0, a - 10), b - 10) for a, b in state.left_out if b >= 10)


def test_no_state_is_quiet():
    assert read_state(None, HISTORY) == State()
