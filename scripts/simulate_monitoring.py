"""How often a watch raises a false alarm, and how soon it sees a rise. Prints the tables of docs/monitoring.md; seeded.

    python scripts/simulate_monitoring.py            # about half an hour
    python scripts/simulate_monitoring.py --runs 20  # a look

Fifty themes that 3 to 60 customers raise a week, of some 1,000 who write, from three sources. Their rates go up and
down by themselves; weekends have fewer comments, and fewer of them complain. In the first table nothing happens for a
year; in the second the rate of one theme rises in one week and stays. The last does both day by day.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom

from cx_text.monitor.blocks import ByPeriod, weekday_factors
from cx_text.monitor.judging import DAILY, FIRING, WEEKLY, Rule, State, look

N_THEMES, N_CUSTOMERS, N_LOOKS = 50, 1000, 52
SOURCES = np.array([0.6, 0.3, 0.1])  # of the customers
HOW_OFTEN = np.array([0.8, 1.0, 2.2])  # a theme is raised in each source, by the mean
DAYS = np.array([1.2, 1.2, 1.1, 1.1, 1.0, 0.7, 0.7])  # comments by weekday
COMPLAINING = np.array([1.05, 1.05, 1.0, 1.0, 1.0, 0.9, 0.9])
SPREADS, WITHIN = (3.0, 60.0), (1, 2, 3, 4, 6)


@dataclass(frozen=True)
class World:
    """What themes and comments do by themselves.

    `spread`: coefficient of variation of a theme's rate from week to week; of that, `lasting` goes over into the next
    week. `tide`: the same of the number of comments. `shift`: what the smallest source's share becomes for the second
    half of the looks. `n_past`: weeks before the first look. `is_pooled`: the watch does not tell sources apart.
    `season`: how far each theme goes up and down in the course of a year, each at a time of its own.
    """

    name: str
    spread: float = 0.15
    lasting: float = 0.0
    tide: float = 0.05
    shift: float | None = None
    n_past: int = 56
    is_pooled: bool = False
    season: float = 0.0

    def draw(self, rng: np.random.Generator, n_looks: int, *, base: float | None = None,
             rise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """Return counts (n_themes, n_sources, n_weeks) and exposures (n_sources, n_weeks); the first theme rises."""
        n = self.n_past + n_looks
        rates = np.exp(rng.uniform(*np.log(SPREADS), size=N_THEMES)) / N_CUSTOMERS
        if base is not None:
            rates[0] = base / N_CUSTOMERS
        level = np.ones((N_THEMES, n))
        level[0, self.n_past:] = rise
        mix = np.tile(SOURCES[:, None], n)
        if self.shift is not None:
            later = np.arange(n) >= self.n_past + n_looks // 2
            mix[:, later] = (SOURCES / SOURCES[:2].sum() * (1 - self.shift))[:, None]
            mix[2, later] = self.shift
        comments = rng.poisson(N_CUSTOMERS * mix * np.exp(rng.normal(0, self.tide, size=n)))
        own = HOW_OFTEN / (HOW_OFTEN @ SOURCES)
        moved = rates[:, None] * level * self._by_itself(rng, n)
        if self.season:
            moved *= 1 + self.season * np.sin(2 * np.pi * (np.arange(n) / 52 + rng.random((N_THEMES, 1))))
        counts = rng.binomial(comments[None], np.minimum(1, moved[:, None, :] * own[None, :, None]))
        return (counts.sum(axis=1, keepdims=True), comments.sum(axis=0, keepdims=True)) if self.is_pooled else (
            counts, comments)

    def _by_itself(self, rng: np.random.Generator, n: int) -> np.ndarray:
        if not self.spread:
            return np.ones((N_THEMES, n))
        if not self.lasting:
            return rng.gamma(1 / self.spread**2, self.spread**2, size=(N_THEMES, n))
        steps = rng.normal(0, self.spread * (1 - self.lasting**2)**0.5, size=(N_THEMES, n))
        walk = np.empty_like(steps)
        walk[:, 0] = rng.normal(0, self.spread, size=N_THEMES)
        for k in range(1, n):
            walk[:, k] = self.lasting * walk[:, k - 1] + steps[:, k]
        return np.exp(walk - self.spread**2 / 2)


STEADY = (World("rates go up and down by 15 %"), World("chance alone", spread=0.0), World("by 30 %", spread=0.3),
          World("by 15 %, half of it lasting into the next week", lasting=0.5),
          World("comments go up and down by 30 %", tide=0.3), World("12 weeks of past", n_past=12),
          World("26 weeks of past", n_past=26),
          World("the smallest source grows from 10 % to 40 %", shift=0.4),
          World("the same, sources not told apart", shift=0.4, is_pooled=True),
          World("by 15 %, and by 30 % with the season", season=0.3),
          World("the same, 26 weeks of past", season=0.3, n_past=26))
RISING = (
    *((World("15 %"), base, rise) for base in (20, 5) for rise in (1.5, 2.0, 3.0)),
    (World("chance alone", spread=0.0), 20, 2.0), (World("chance alone", spread=0.0), 5, 2.0),
    (World("30 %", spread=0.3), 20, 2.0), (World("30 %", spread=0.3), 5, 2.0),
    (World("15 %", n_past=12), 20, 2.0), (World("15 %", n_past=12), 5, 2.0),
    *((World("15 %, and 30 % with the season", season=0.3), base, 2.0) for base in (20, 5)))


def in_days(counts: np.ndarray, exposures: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return weeks cut into days, Monday first."""
    share = DAYS / DAYS.sum()
    own = share * COMPLAINING / (share @ COMPLAINING)
    return (rng.multinomial(counts, own).reshape(*counts.shape[:-1], -1),
            rng.multinomial(exposures, share).reshape(*exposures.shape[:-1], -1))


def fired(counts: np.ndarray, exposures: np.ndarray, first: int, rule: Rule, *, days: bool = False) -> np.ndarray:
    """Return which themes begin to fire at which look; bool (n_looks, n_themes)."""
    watched = ByPeriod(counts, exposures)
    states, began = (State(),) * len(counts), []
    factors = weekday_factors(counts[:, :, :first].sum(axis=1), exposures[:, :first].sum(axis=0),
                              np.arange(first) % 7)[np.arange(watched.n_periods) % 7] if days else None
    for now in range(first, watched.n_periods):
        after = look(watched, states, rule, now, factors=factors).states
        began.append([a.name == FIRING and a.since == now for a in after])
        states = after
    return np.array(began)


def two_deviations(counts: np.ndarray, first: int) -> np.ndarray:
    """Return which themes lie two standard deviations over the mean of the eight weeks before; as `fired`."""
    total = counts.sum(axis=1)
    rows = [total[:, now] > total[:, now - 8:now].mean(axis=1) + 2 * total[:, now - 8:now].std(axis=1, ddof=1)
            for now in range(first, total.shape[1])]
    return np.array(rows)


def known(base: float, rise: float, spread: float, rng: np.random.Generator, n: int = 4000) -> list[float]:
    """Return how often a test that is told all is in time: rate, spread, and how far it will rise.

    The cumulated sum of log likelihood ratios (Page 1954; Moustakides 1986: none is sooner at worst), with a false
    alarm of a theme in 500 weeks, 0.1 a week of fifty.
    """
    size = 1 / max(spread, 1e-3) ** 2

    def ratio(counts: np.ndarray) -> np.ndarray:
        return (nbinom.logpmf(counts, size, size / (size + base * rise))
                - nbinom.logpmf(counts, size, size / (size + base)))

    def drawn(mean: float, weeks: int) -> np.ndarray:
        return ratio(rng.poisson(mean * rng.gamma(size, 1 / size, size=(n, weeks))))

    def run(steps: np.ndarray, limit: float, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total, hits = start.copy(), np.zeros(steps.shape, dtype=bool)
        for k in range(steps.shape[1]):
            total = np.maximum(0, total + steps[:, k])
            hits[:, k] = total > limit
            total[hits[:, k]] = 0
        return hits, total

    quiet, low, high = drawn(base, 300), 0.5, 12.0
    for _ in range(14):
        limit = (low + high) / 2
        low, high = (limit, high) if run(quiet, limit, np.zeros(n))[0].mean() > 1 / 500 else (low, limit)
    before = run(quiet[:, :100], high, np.zeros(n))[1]
    hits = run(drawn(base * rise, max(WITHIN)), high, before)[0]
    return [float(hits[:, :weeks].any(axis=1).mean()) for weeks in WITHIN]


def steady_table(runs: int, seed: int) -> None:
    print(f"| nothing happens; {runs} years of {N_LOOKS} looks | false alarms a week | 2 standard deviations |\n"
          "|---|---|---|")
    for place, world in enumerate(STEADY):
        ours, theirs = [], []
        for k in range(runs):
            counts, exposures = world.draw(np.random.default_rng([seed, place, k]), N_LOOKS)
            ours.append(fired(counts, exposures, world.n_past, WEEKLY).sum() / N_LOOKS)
            theirs.append(two_deviations(counts, world.n_past).sum() / N_LOOKS)
        error = np.std(ours) / max(1, runs) ** 0.5
        print(f"| {world.name} | {np.mean(ours):.3f} ± {2 * error:.3f} | {np.mean(theirs):.2f} |", flush=True)


def rising_table(runs: int, seed: int) -> None:
    heads = " | ".join(f"in {weeks}" for weeks in WITHIN)
    print(f"\n| rises; {runs} runs | weeks of past | {heads} | told all, in 2 | told all, in 4 | 2 sd, in 2 |\n"
          f"|---|---|{'---|' * (len(WITHIN) + 3)}")
    for place, (world, base, rise) in enumerate(RISING):
        seen, theirs = [], []
        for k in range(runs):
            counts, exposures = world.draw(np.random.default_rng([seed, 100 + place, k]), max(WITHIN), base=base,
                                           rise=rise)
            own = fired(counts, exposures, world.n_past, WEEKLY)[:, 0]
            seen.append([own[:weeks].any() for weeks in WITHIN])
            theirs.append(two_deviations(counts[:1], world.n_past)[:2].any())
        best = known(base, rise, world.spread, np.random.default_rng(seed))
        shares = " | ".join(f"{100 * share:.0f}" for share in np.mean(seen, axis=0))
        print(f"| {base} a week, {rise:g} times; {world.name} | {world.n_past} | {shares} | {100 * best[1]:.0f} | "
              f"{100 * best[3]:.0f} | {100 * np.mean(theirs):.0f} |", flush=True)


def daily_table(runs: int, seed: int) -> None:
    print(f"\n| day by day; {runs} runs | false alarms a week |\n|---|---|")
    for place, world in enumerate((STEADY[0], STEADY[1])):
        ours = []
        for k in range(runs):
            rng = np.random.default_rng([seed, 200 + place, k])
            counts, exposures = in_days(*world.draw(rng, N_LOOKS // 4), rng)
            ours.append(fired(counts, exposures, 7 * world.n_past, DAILY, days=True).sum() / (N_LOOKS // 4))
        print(f"| {world.name} | {np.mean(ours):.3f} ± {2 * np.std(ours) / max(1, runs)**0.5:.3f} |", flush=True)
    heads = " | ".join(f"in {weeks}" for weeks in WITHIN)
    print(f"\n| rises; day by day | {heads} |\n|---|{'---|' * len(WITHIN)}")
    for place, (base, rise) in enumerate(((20, 2.0), (20, 3.0), (5, 2.0), (5, 3.0))):
        seen = []
        for k in range(runs):
            rng = np.random.default_rng([seed, 300 + place, k])
            counts, exposures = in_days(*World("15 %").draw(rng, max(WITHIN), base=base, rise=rise), rng)
            own = fired(counts, exposures, 7 * World("").n_past, DAILY, days=True)[:, 0]
            seen.append([own[:7 * weeks].any() for weeks in WITHIN])
        shares = " | ".join(f"{100 * share:.0f}" for share in np.mean(seen, axis=0))
        print(f"| {base} a week, {rise:g} times | {shares} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--table", choices=("steady", "rising", "daily"))
    arguments = parser.parse_args()
    tables = {"steady": steady_table, "rising": rising_table, "daily": daily_table}
    for name, table in tables.items():
        if arguments.table in (None, name):
            table(max(1, arguments.runs // 5) if name != "rising" else arguments.runs, arguments.seed)


if __name__ == "__main__":
    main()
