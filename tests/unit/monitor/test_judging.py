"""All series at one look, and what becomes of each."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from cx_text.monitor.blocks import AnswersByPeriod, ByPeriod
from cx_text.monitor.judging import (
    ENDED,
    FIRING,
    QUIET,
    RESOLVED,
    SETTLED,
    WEEKLY,
    Judgement,
    State,
    look,
    rate,
    step,
)
from cx_text.monitor.levels import Levels

STRONG = Judgement(1e-6, 1e-4, 1, 40, 40.0, 20.0, is_large=True, calm_upto=0)
WEAK = replace(STRONG, controlled=0.15)
SMALL = replace(STRONG, is_large=False)
LEVELS = Levels(*[np.zeros(3)] * len(fields(Levels)))
CALM = Judgement(0.6, 0.9, 1, 20, 20.0, 20.0, is_large=False, calm_upto=4)


def after(*judgements, state=None, start=100):
    states = [state or State()]
    for k, judgement in enumerate(judgements):
        states.append(step(states[-1], judgement, WEEKLY, start + k))
    return [s.name for s in states[1:]], states[-1]


def test_one_strong_look_fires_or_two_weak_ones_in_a_row():
    assert after(STRONG)[0] == [FIRING]
    assert after(WEAK, WEAK)[0] == [QUIET, FIRING]
    assert after(WEAK, CALM, WEAK)[0] == [QUIET] * 3
    assert after(SMALL, SMALL)[0] == [QUIET] * 2


def test_nothing_fires_again_while_it_lasts_and_it_is_resolved_once():
    names, state = after(STRONG, STRONG, replace(CALM, calm_upto=0), CALM, CALM)
    assert names == [FIRING, FIRING, FIRING, FIRING, RESOLVED]
    assert (state.since, state.why, state.left_out) == (104, ENDED, ((97, 104),))


def test_a_calm_look_between_two_that_are_not_ends_nothing():
    assert after(STRONG, CALM, STRONG, CALM, STRONG)[0] == [FIRING] * 5


def test_the_window_that_fired_has_to_be_calm_and_longer_ones_need_not():
    of_two_weeks, short_alone = replace(STRONG, window=2), replace(CALM, calm_upto=1)
    assert after(STRONG, short_alone, short_alone)[0][-1] == RESOLVED
    assert after(of_two_weeks, short_alone, short_alone)[0][-1] == FIRING
    assert after(of_two_weeks, *[replace(CALM, calm_upto=2)] * 2)[0][-1] == RESOLVED


def test_windows_are_calm_up_to_the_first_one_that_is_not():
    p = {1: [0.5, 0.5, 0.01], 4: [0.4, 0.01, 0.5], 2: [0.3, 0.5, 0.5]}
    rated = rate({length: replace(LEVELS, rise=np.array(own)) for length, own in p.items()}, WEEKLY)
    assert rated.calm_upto.tolist() == [4, 2, 0]


def test_what_is_resolved_does_not_fire_until_it_has_cooled_down():
    names, _ = after(STRONG, CALM, CALM, *[STRONG] * 4)
    assert names == [FIRING, FIRING, RESOLVED, RESOLVED, RESOLVED, RESOLVED, FIRING]
    assert after(STRONG, CALM, CALM, *[CALM] * 4)[0][-1] == QUIET


def test_what_lasts_half_a_year_is_the_new_level():
    names, state = after(*[STRONG] * 27)
    assert names == [FIRING] * 26 + [RESOLVED]
    assert (state.why, state.left_out) == (SETTLED, ((0, 99),))


def weeks(rng, n, *, risen=None, factor=2.0, base=20.0, n_themes=20):
    level = np.ones((n_themes, n))
    if risen is not None:
        level[0, risen] = factor
    return ByPeriod(rng.poisson(base * level)[:, None], np.full((1, n), 1000))


def watch(watched, first, rule=WEEKLY):
    states, seen = (State(),) * watched.n_series, []
    for now in range(first, watched.n_periods):
        found = look(watched, states, rule, now)
        states = found.states
        seen.append(states[0].name)
    return seen, states, found


def test_a_rise_fires_once_and_the_past_stays_what_it_was_before():
    seen, _, _ = watch(weeks(np.random.default_rng(0), 70, risen=slice(44, 58), factor=3.0), 40)
    assert seen[:4] == [QUIET] * 4
    assert seen[4:18] == [FIRING] * 14
    assert seen[-1] == QUIET
    changes = [name for before, name in pairwise([QUIET, *seen]) if name != before]
    assert changes == [FIRING, RESOLVED, QUIET]


def test_while_it_fires_what_is_expected_does_not_follow_the_rise():
    watched = weeks(np.random.default_rng(1), 60, risen=slice(44, 60), factor=3.0)
    _, _, found = watch(watched, 40)
    assert found.judgements[0].expected / found.judgements[0].window == pytest.approx(20, rel=0.1)


def test_a_new_level_is_the_past_of_what_comes_after_it():
    watched = weeks(np.random.default_rng(2), 80, risen=slice(44, 80), factor=3.0)
    seen, states, found = watch(watched, 40)
    assert (seen[4], seen[-1], states[0].left_out[0][0]) == (FIRING, QUIET, 0)
    assert found.judgements[0].expected / found.judgements[0].window == pytest.approx(60, rel=0.1)


def test_a_fall_is_a_rule_of_its_own():
    watched = weeks(np.random.default_rng(3), 46, risen=slice(44, 46), factor=0.2)
    assert watch(watched, 40, replace(WEEKLY, direction="fall"))[0][-1] == FIRING
    assert watch(watched, 40)[0][-1] == QUIET


def test_a_rare_theme_needs_as_many_customers_as_the_rule_says():
    rng = np.random.default_rng(4)
    counts = rng.poisson(20.0, size=(20, 1, 45))
    counts[0] = 0
    counts[0, 0, -1] = 4
    assert watch(ByPeriod(counts, np.full((1, 45), 1000)), 44)[0] == [QUIET]
    counts[0, 0, -1] = 5
    assert watch(ByPeriod(counts, np.full((1, 45), 1000)), 44)[0] == [FIRING]


def test_a_source_that_goes_quiet_has_time_as_its_exposure():
    rng = np.random.default_rng(7)
    comments = rng.poisson([[40.0], [12.0], [2.0]], size=(3, 60))
    comments[:, -2:] = 0
    watched = ByPeriod(comments[:, None], np.ones((1, 60), dtype=int))
    states = (State(),) * 3
    for now in range(50, 60):
        states = look(watched, states, replace(WEEKLY, direction="fall"), now).states
    assert [s.name for s in states] == [FIRING, FIRING, QUIET]  # none where two are usual may be chance


def scored(rng, n, *, fallen=None):
    shares = np.tile([0.2, 0.3, 0.5], (10, 1, n, 1))
    if fallen is not None:
        shares[0, 0, fallen] = [0.5, 0.2, 0.3]
    return AnswersByPeriod(rng.multinomial(80, shares))


def test_an_nps_that_falls_fires_and_is_resolved():
    watched = scored(np.random.default_rng(8), 70, fallen=slice(44, 56))
    rule = replace(WEEKLY, direction="fall")
    seen, _, _ = watch(watched, 40, rule)
    assert (seen[3], seen[5], seen[15], seen[-1]) == (QUIET, FIRING, FIRING, QUIET)
    assert FIRING not in watch(watched, 40)[0][:12]


def test_few_answers_or_a_small_move_are_none():
    fallen = Levels(*(np.array([v]) for v in (19.0, -50.0, 30.0, -120.0, -40.0, 1.0, 1e-9, 0.0, 9.0, 20.0)))
    rule = replace(WEEKLY, direction="fall")
    assert not rate({1: fallen}, rule).is_large[0]
    assert rate({1: replace(fallen, n=np.array([20.0]))}, rule).is_large[0]
    assert not rate({1: replace(fallen, n=np.array([20.0]), value=np.array([26.0]))}, rule).is_large[0]


def test_steady_series_rarely_fire():
    rng = np.random.default_rng(6)
    began = 0
    for _ in range(8):
        watched = ByPeriod(rng.poisson(np.exp(rng.uniform(1, 4, size=(50, 1))) * rng.gamma(44, 1 / 44, size=(50, 58)))[
            :, None], np.full((1, 58), 1000))
        states = (State(),) * 50
        for now in range(32, 58):
            new = look(watched, states, WEEKLY, now).states
            began += sum(s.name == FIRING and s.since == now for s in new)
            states = new
    assert began / (8 * 26) < 0.2  # looks; 0.1 is what is meant, and 21 the mean
