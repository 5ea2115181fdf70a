"""What a watch would have done: its past judged day by day, how often it is wrong, and how soon it sees a rise.

How often it is wrong is told from the weeks of the past in random order: what was once is there as before, and nothing
becomes more or less, so that whatever fires is a false alarm. How soon it sees a rise is told by adding customers who
raise a theme, from some day on, to the past as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from scipy.stats import chi2

from cx_text.config import Recipe
from cx_text.errors import ConfigError
from cx_text.monitor.changes import Change, Key, changes_of
from cx_text.monitor.history import History, ended_by, history_of, period_of
from cx_text.monitor.judging import State, look_together
from cx_text.monitor.series import WatchedRule, counted, watched_rules
from cx_text.part import Part
from cx_text.run import Progress, no_progress
from cx_text.watch_options import WatchOptions

FACTORS = (1.5, 2.0, 3.0)
WITHIN_DAYS = (7, 14, 28)
_MONTH_DAYS = 365.25 / 12
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Fired:
    """One alert that a past would have had: what fired and when, and when it was over, None where it went on."""

    change: Change
    on: date
    resolved_on: date | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Alerts in `n_months` months of weeks in random order; `low` and `high` are the 95 % interval a month."""

    n: int
    n_months: float
    low: float
    high: float

    @property
    def per_month(self) -> float:
        """How many there are a month."""
        return self.n / self.n_months


@dataclass(frozen=True, slots=True)
class Delay:
    """How soon a rise of one theme by a factor is seen, of `n_runs` that begin on different days.

    `per_week`: customers who raise it now. `shares`: seen within `WITHIN_DAYS`, 0 to 1. `median_days`: None where less
    than half were seen in time.
    """

    rule: str
    label: str
    per_week: float
    factor: float
    n_runs: int
    shares: tuple[float, ...]
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a watch would have done from one day to another."""

    since: date
    until: date
    n_series: int
    fired: tuple[Fired, ...]
    false_alarms: FalseAlarms
    delays: tuple[Delay, ...]


def backtest(part: Part, recipe: Recipe, options: WatchOptions, since: date, until: date, *, n_shuffles: int = 6,
             n_runs: int = 12, seed: int = 0, progress: Progress = no_progress) -> Backtest:
    """Return what a watch would have done.

    Args:
        part: All comments of the store, as the run in use read them.
        recipe: Its brands.
        options: The rules; new themes are left out, as they are looked for in all of the past at once.
        since: The first day that is judged.
        until: The last one; of weeks, the last that is over by then.
        n_shuffles: How often the weeks are put in another order.
        n_runs: Rises of each size and factor.
        seed: Same comments, rules and seed: same figures.
        progress: Told the phase, how many are done and of how many.

    Raises:
        ConfigError: There is no comment before these days, or no day in them.
    """
    until = ended_by(until, options.period_days)
    history = history_of(part, options, until)
    if history is None or history.day(0) >= since:
        raise ConfigError(f"there is no past before {since}", next="Begin later: a change is one against the past")
    first = period_of(since, options.period_days) - history.first
    if first > history.now:
        raise ConfigError(f"the time from {since} to {until} holds no day", next="Give the earlier day first")
    job = _Backtest(history, recipe, options, first, np.random.default_rng(seed), progress)
    fired = job.replayed()
    return Backtest(since, until, sum(len(one.subjects) for one in job.watched), fired,
                    job.false_alarms(n_shuffles), job.delays(n_runs))


class _Backtest:
    def __init__(self, history: History, recipe: Recipe, options: WatchOptions, first: int, rng: np.random.Generator,
                 progress: Progress) -> None:
        self.history, self.recipe, self.options, self.first = history, recipe, options, first
        self.rng, self.progress = rng, progress
        self.watched = watched_rules(history, options, recipe.brands)
        self._themes = history.part.snapshot.themes

    def replayed(self) -> tuple[Fired, ...]:
        """Judge each period of the past, and return what would have fired."""
        found: list[Fired] = []
        going: dict[Key, int] = {}
        total = self.history.n_periods - self.first
        for now, fired, resolved in self._looks(self.history, self.watched, self.first, self.history.now):
            day = self.history.day(now)
            for change in resolved:
                if (at := going.pop(change.key, None)) is not None:
                    found[at] = replace(found[at], resolved_on=day, why=change.why)
            for change in fired:
                if change.covered_by is None:
                    going[change.key] = len(found)
                    found.append(Fired(change, day))
            self.progress("replaying", now - self.first + 1, total)
        return tuple(found)

    def false_alarms(self, n_shuffles: int) -> FalseAlarms:
        """Count what fires where the weeks of the past are in random order."""
        n_fired, n_days, length = 0, 0, self.history.period_days
        for k in range(n_shuffles):
            history = self._shuffled()
            watched = watched_rules(history, self.options, self.recipe.brands)
            for _, fired, _ in self._looks(history, watched, self.first, history.now):
                n_fired += sum(change.covered_by is None for change in fired)
                n_days += length
            self.progress("weeks in random order", k + 1, n_shuffles)
        n_months = n_days / _MONTH_DAYS
        low = chi2.ppf((1 - _LEVEL) / 2, 2 * n_fired) / 2 if n_fired else 0.0
        high = chi2.ppf((1 + _LEVEL) / 2, 2 * n_fired + 2) / 2  # Garwood 1936: exact, of a Poisson count
        return FalseAlarms(n_fired, n_months, float(low / n_months), float(high / n_months))

    def delays(self, n_runs: int) -> tuple[Delay, ...]:
        """Add rises to a large, a middle and a small theme, and return how soon they are seen."""
        found: list[Delay] = []
        chosen = [(rule, place) for rule in self.watched if self._can_rise(rule) for place in self._sizes(rule)]
        total = len(chosen) * len(FACTORS)
        last = max(self.first, self.history.now - max(WITHIN_DAYS) // self.history.period_days + 1)
        for rule, place in chosen:
            starts = self.rng.integers(self.first, last + 1, size=n_runs).tolist()  # the same for all factors
            for factor in FACTORS:
                found.append(self._delay(rule, place, factor, starts))
                self.progress("adding rises", len(found), total)
        return tuple(found)

    @staticmethod
    def _can_rise(rule: WatchedRule) -> bool:
        return rule.rule.kind == "change" and rule.rule.measure == "customers" and rule.direction == "rise"

    def _sizes(self, rule: WatchedRule) -> list[int]:
        """Return the series with the most customers, the middle one, and the smallest with one a week."""
        sizes = np.bincount(rule.said["series"], minlength=len(rule.subjects))
        n_weeks = self.history.n_periods * self.history.period_days / 7
        order = [int(k) for k in np.argsort(-sizes, kind="stable") if sizes[k] >= n_weeks] or (
            [int(sizes.argmax())] if len(sizes) and sizes.max() else [])
        return list(dict.fromkeys((order[0], order[len(order) // 2], order[-1]))) if order else []

    def _delay(self, rule: WatchedRule, place: int, factor: float, starts: Sequence[int]) -> Delay:
        days = [self._seen_after(rule, place, factor, start, max(WITHIN_DAYS)) for start in starts]
        n_weeks = self.history.n_periods * self.history.period_days / 7
        per_week = float((rule.said["series"] == place).sum() / n_weeks)
        seen = np.array([np.inf if one is None else one for one in days])
        median = float(np.median(seen))
        return Delay(rule.rule.name, rule.subjects[place].label, per_week, factor, len(starts),
                     tuple(float((seen <= within).mean()) for within in WITHIN_DAYS),
                     median if np.isfinite(median) else None)

    def _seen_after(self, rule: WatchedRule, place: int, factor: float, start: int, longest: int) -> int | None:
        """Return after how many days a rise that begins in a period is seen, None where not in time."""
        risen = self._risen(rule, place, factor, start)
        watched = [risen if one is rule else one for one in self.watched]
        key, length = (rule.key, rule.subjects[place].id), self.history.period_days
        upto = min(self.history.now, start + longest // length - 1)
        # A series that fires in the past as it was would hide what is added.
        for now, fired, _ in self._looks(self.history, watched, start, upto):
            if any(change.key == key for change in fired):
                return (now - start + 1) * length
        return None

    def _risen(self, rule: WatchedRule, place: int, factor: float, start: int) -> WatchedRule:
        """Return a rule where more customers raise one theme from a period on: any who wrote in the same one."""
        said, wrote = rule.said, self.history.wrote
        own = said[(said["series"] == place) & (said["period"] >= start)]
        more = own.sample(frac=factor - 1, replace=factor > 2, random_state=self.rng)
        added = []
        for (period, stratum), rows in more.groupby(["period", "stratum"]):
            there = wrote[(wrote["period"] == period) & (wrote["stratum"] == stratum)]
            taken = own.loc[own["period"] == period, "customer"]
            free = there[~there["customer"].isin(taken)].drop_duplicates("customer")
            drawn = free.sample(min(len(rows), len(free)), random_state=self.rng)
            added.append(drawn.assign(series=place, place=rows["place"].to_numpy()[:len(drawn)]))
        together = pd.concat([said, *added], ignore_index=True)
        base = counted(self.history, rule.rule, together, len(rule.subjects))
        return replace(rule, said=together, base=base, watched=base)

    def _shuffled(self) -> History:
        """Return the past with its weeks in another order; the days of a week stay together."""
        length = max(1, 7 // self.history.period_days)
        n_weeks = self.history.n_periods // length
        rest = self.history.n_periods - n_weeks * length  # at the beginning, and left there
        order = self.rng.permutation(n_weeks)
        moved = np.arange(self.history.n_periods)
        weeks = rest + np.arange(n_weeks * length).reshape(n_weeks, length)
        moved[weeks.ravel()] = weeks[order].ravel()
        period = np.where(self.history.period >= 0, moved[np.maximum(self.history.period, 0)], -1)
        return replace(self.history, period=period)

    def _looks(self, history: History, watched: Sequence[WatchedRule], first: int,
               last: int) -> Iterator[tuple[int, tuple[Change, ...], tuple[Change, ...]]]:
        """Yield each period from one to another, with what fires and what is over."""
        states: dict[Key, State] = {}
        for now in range(first, last + 1):
            looks = look_together([one.entry(states) for one in watched], now)
            changes = changes_of(history, watched, looks, states, self._themes, now)
            states = dict(changes.states)
            yield now, changes.fired, changes.resolved

