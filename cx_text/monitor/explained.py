"""What each rule sees just now, and what it would need to see; nothing is written down."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from cx_text.config import Recipe
from cx_text.errors import ConfigError, hint
from cx_text.monitor.assessing import due_days, judge, material_of, valid_states
from cx_text.monitor.explaining import Explanation, explain
from cx_text.monitor.history import History, ended_by, history_of
from cx_text.monitor.judging import Judgement, State
from cx_text.monitor.series import Subject, WatchedRule
from cx_text.monitor.watching import options_of
from cx_text.store.alerts import SeriesState, states_of, watch_of
from cx_text.store.database import Store


@dataclass(frozen=True, slots=True)
class ExplainedSeries:
    """One series: what was seen in its most unusual window, and what it would take to fire."""

    subject: Subject
    judgement: Judgement
    state: State
    told: Explanation


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """A rule in one direction, with its series, the most unusual first."""

    watched: WatchedRule
    series: tuple[ExplainedSeries, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a watch sees after a day: `n_series` are judged together, `n_comments` are there by then."""

    watch: str
    on: date
    period_days: int
    n_comments: int
    n_series: int
    rules: tuple[ExplainedRule, ...]


def explained(store: Store, recipe: Recipe, *, now: datetime, on: date | None = None,
              rule: str | None = None) -> Explained:
    """Return what the rules of a recipe see.

    Args:
        store: Where the comments are.
        recipe: The rules.
        now: UTC.
        on: After this day, or the week that was over by then; the newest when not given. States that began later are
            left aside.
        rule: Of one rule alone.

    Raises:
        ConfigError: There is no such rule, or nothing to judge.
    """
    options = options_of(recipe)
    names = [one.name for one in options.rules]
    if rule is not None and rule not in names:
        raise ConfigError(f"the recipe {recipe.name!r} has no rule {rule!r}; there are {', '.join(names)}",
                          next=hint(rule, names))
    day = due_days(options, None, now)[-1] if on is None else ended_by(on, options.period_days)
    material = material_of(store)
    history = None if material is None else history_of(material.part, options, day)
    if material is None or history is None:
        raise ConfigError(f"nothing that was read in this store is from {day} or before",
                          next="Import comments and read them: cx-text import, cx-text retag")
    with store.reading() as connection:
        kept = valid_states(states_of(connection, recipe.name), watch_of(connection, recipe.name), options)
    kept = {key: _as_of(history, one) for key, one in kept.items()}
    judged = judge(store, material.run_id, recipe, options, history, kept)
    rules = []
    for watched, look in zip(judged.watched, judged.looks, strict=True):
        if rule in (None, watched.rule.name):
            series = [ExplainedSeries(subject, judgement, judged.before.get((watched.key, subject.id), State()),
                                      explain(look, watched.limits, place))
                      for place, (subject, judgement) in enumerate(
                          zip(watched.subjects, look.judgements, strict=True))]
            rules.append(ExplainedRule(watched, tuple(sorted(series, key=lambda one: one.judgement.p))))
    n_comments = int((history.period >= 0).sum())
    n_series = sum(len(one.subjects) for one in judged.watched)
    return Explained(recipe.name, history.day(history.now), history.period_days, n_comments, n_series, tuple(rules))


def _as_of(history: History, one: SeriesState) -> SeriesState:
    """Return a state, and of one that began after the history ends only what it leaves out of the past before."""
    last = history.first + history.now
    if one.state["since"] <= last:
        return one
    return replace(one, state={**asdict(State()), "left_out": [own for own in one.state["left_out"] if own[1] <= last]})
