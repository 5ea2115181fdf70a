"""How often a watch raises a false alarm, and how soon it sees a rise. Prints the tables of docs/monitoring.md; seeded.

    python scripts/simulate_monitoring.py            # about three quarters of an hour
    python scripts/simulate_monitoring.py --runs 20  # a look

Fifty themes that 3 to 60 customers raise a week, of some 1,000 who write, from three sources. Their rates go up and
down by themselves; weekends have fewer comments, and fewer of them complain. In the first table nothing happens for a
year; in the second the rate of one theme rises in one week and stays. The last does both day by day.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.stats import nbinom
from simulated_worlds import RISING, STEADY, Whole, World, draw_whole, in_days

from cx_text.monitor.blocks import AnswersByPeriod, ByPeriod, weekday_factors
from cx_text.monitor.judging import (
    DAILY,
    FIRING,
    LIMIT_DAILY,
    LIMIT_WEEKLY,
    TREND_DAILY,
    TREND_WEEKLY,
    WEEKLY,
    Entry,
    Rule,
    State,
    look,
    look_together,
)
from cx_text.monitor.threshold import LimitOf
from cx_text.monitor.trend import TrendOf

N_CUSTOMERS, N_LOOKS, WITHIN = 1000, 52, (1, 2, 3, 4, 6)
PLAIN, PLAIN_DAILY = replace(WEEKLY, year=None), replace(DAILY, year=None)  # without the season
KINDS = ("change", "trend", "nps", "sentiment", "silence")


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
            ours.append(fired(counts, exposures, world.n_past, PLAIN).sum() / N_LOOKS)
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
            own = fired(counts, exposures, world.n_past, PLAIN)[:, 0]
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
            ours.append(fired(counts, exposures, 7 * world.n_past, PLAIN_DAILY, days=True).sum() / (N_LOOKS // 4))
        print(f"| {world.name} | {np.mean(ours):.3f} ± {2 * np.std(ours) / max(1, runs)**0.5:.3f} |", flush=True)
    heads = " | ".join(f"in {weeks}" for weeks in WITHIN)
    print(f"\n| rises; day by day | {heads} |\n|---|{'---|' * len(WITHIN)}")
    for place, (base, rise) in enumerate(((20, 2.0), (20, 3.0), (5, 2.0), (5, 3.0))):
        seen = []
        for k in range(runs):
            rng = np.random.default_rng([seed, 300 + place, k])
            counts, exposures = in_days(*World("15 %").draw(rng, max(WITHIN), base=base, rise=rise), rng)
            own = fired(counts, exposures, 7 * World("").n_past, PLAIN_DAILY, days=True)[:, 0]
            seen.append([own[:7 * weeks].any() for weeks in WITHIN])
        shares = " | ".join(f"{100 * share:.0f}" for share in np.mean(seen, axis=0))
        print(f"| {base} a week, {rise:g} times | {shares} |", flush=True)


def entries(whole: Whole, first: int, *, days: bool, season: bool = False) -> dict[str, Entry]:
    """Return the rules of one recipe, by kind: 50 themes, their trends, NPS and sentiment of 4, comments of 3."""
    rule, trend, week = (DAILY, TREND_DAILY, 7) if days else (WEEKLY, TREND_WEEKLY, 1)
    rule = rule if season else replace(rule, year=None)
    themes = ByPeriod(whole.counts, whole.exposures)
    comments = ByPeriod(whole.exposures[:, None], np.ones((1, whole.exposures.shape[1]), dtype=np.int64))
    fall = replace(rule, direction="fall")
    every = {"change": Entry(themes, (), rule), "trend": Entry(TrendOf(themes, week), (), trend),
             "nps": Entry(AnswersByPeriod(whole.nps), (), fall),
             "sentiment": Entry(AnswersByPeriod(whole.sentiment), (), fall), "silence": Entry(comments, (), fall)}
    if days:
        for kind, counts, exposures in (("change", whole.counts.sum(axis=1), whole.exposures.sum(axis=0)),
                                        ("silence", whole.exposures, np.ones(whole.exposures.shape[1]))):
            weekday = weekday_factors(counts[:, :first], exposures[:first], np.arange(first) % 7)
            every[kind] = replace(every[kind], factors=np.resize(weekday[:7], whole.exposures.shape[1]))
    return {kind: replace(every[kind], states=(State(),) * every[kind].watched.n_series) for kind in KINDS}


def fired_together(rules: Mapping[str, Entry], first: int, n_looks: int) -> dict[str, np.ndarray]:
    """Return which series of each rule begin to fire at which look; bool (n_looks, n_series)."""
    began: dict[str, list[list[bool]]] = {kind: [] for kind in rules}
    for now in range(first, first + n_looks):
        looks = look_together(list(rules.values()), now)
        rules = {kind: replace(entry, states=own.states) for (kind, entry), own in zip(
            rules.items(), looks, strict=True)}
        for kind, own in zip(rules, looks, strict=True):
            began[kind].append([s.name == FIRING and s.since == now for s in own.states])
    return {kind: np.array(own) for kind, own in began.items()}


def together_table(runs: int, seed: int) -> None:
    print(f"\n| all together; nothing happens | looks | years | in all, a week | {' | '.join(KINDS)} |\n"
          f"|---|---|---|---|{'---|' * len(KINDS)}")
    few = runs // 6 + 1
    long = World("the same, 117 weeks of past", season=0.3, n_past=117)
    for place, (world, days, n_runs, n_weeks) in enumerate((
            (STEADY[0], False, 3 * runs // 4, N_LOOKS), (STEADY[1], False, few, N_LOOKS),
            (STEADY[3], False, few, N_LOOKS),
            (World("the smallest source grows from 10 % to 40 %", joins=0.4), False, few, N_LOOKS),
            (STEADY[9], False, few, N_LOOKS), (long, False, few, N_LOOKS),
            (STEADY[0], True, few, 26),
            (replace(long, name="the same, with the season told"), False, few, N_LOOKS),
            (World("by 15 %, 117 weeks of past, with the season told", n_past=117), False, few, N_LOOKS))):
        found = []
        for k in range(max(1, n_runs)):
            rng = np.random.default_rng([seed, 400 + place, k])
            whole = draw_whole(world, rng, n_weeks)
            first, n_looks = (7 * world.n_past, 7 * n_weeks) if days else (world.n_past, n_weeks)
            rules = entries(whole.in_days(rng) if days else whole, first, days=days, season="told" in world.name)
            own = fired_together(rules, first, n_looks)
            found.append([own[kind].sum() / n_weeks for kind in KINDS])
        sums = np.sum(found, axis=1)
        error = 2 * np.std(sums) / len(sums) ** 0.5
        print(f"| {world.name} | {'daily' if days else 'weekly'} | {len(sums) * n_weeks / 52:g} | {sums.mean():.3f} ± "
              f"{error:.3f} | {' | '.join(f'{rate:.3f}' for rate in np.mean(found, axis=0))} |", flush=True)
    seen_table(runs, seed)


def seen_table(runs: int, seed: int) -> None:
    """Print how soon each kind sees what it is there for, all of them watched together."""
    within = (1, 2, 3, 4, 6, 8, 13, 26)
    print(f"\n| all together; {runs} runs, {runs // 2} of growth | {' | '.join(f'in {weeks}' for weeks in within)} |\n"
          f"|---|{'---|' * len(within)}")
    steady = STEADY[0]
    for place, (name, kinds, world, what) in enumerate((
            ("20 a week, 2 times", ("change",), steady, {"base": 20, "rise": 2.0}),
            ("5 a week, 2 times", ("change",), steady, {"base": 5, "rise": 2.0}),
            ("an NPS of 100 answers a week falls by 10 points", ("nps",), steady, {"nps_falls": 10.0}),
            ("an NPS of 100 answers a week falls by 20 points", ("nps",), steady, {"nps_falls": 20.0}),
            ("20 a week grow by 2 % a week", ("trend", "change"), World("", growth=0.02), {"base": 20}),
            ("60 a week grow by 2 % a week", ("trend", "change"), World("", growth=0.02), {"base": 60}))):
        n_weeks = within[-1] if world.growth else 8
        seen: dict[str, list[list[bool]]] = {kind: [] for kind in kinds}
        for k in range(runs // 2 if world.growth else runs):
            whole = draw_whole(world, np.random.default_rng([seed, 500 + place, k]), n_weeks, **what)
            own = fired_together(entries(whole, world.n_past, days=False), world.n_past, n_weeks)
            for kind in kinds:
                seen[kind].append([own[kind][:weeks, 0].any() for weeks in within if weeks <= n_weeks])
        for kind in kinds:
            shares = [f"{100 * share:.0f}" for share in np.mean(seen[kind], axis=0)]
            print(f"| {name}: {kind} | {' | '.join(shares + [''] * (len(within) - len(shares)))} |", flush=True)
    for days in (True, False):
        delays = []
        for k in range(max(1, runs // 8)):
            rng = np.random.default_rng([seed, 600, k])
            whole = draw_whole(steady, rng, 3, silent=True)
            first, n_looks = (7 * steady.n_past, 21) if days else (steady.n_past, 3)
            own = fired_together(entries(whole.in_days(rng) if days else whole, first, days=days), first, n_looks)
            delays.append(np.flatnonzero(np.append(own["silence"][:, 2], True))[0] + 1)
        print(f"\nA source of 20 comments a day that goes silent, by {'daily' if days else 'weekly'} looks: fires "
              f"after {np.median(delays):g} {'days' if days else 'weeks'}, {max(delays)} at most; {len(delays)} runs.",
              flush=True)


def season_table(runs: int, seed: int) -> None:
    """Print what telling the season does; of changes alone, weekly."""
    n_years = max(1, runs // 10)
    print(f"\n| the season | weeks of past | told | false alarms a week; {n_years} years | 20 a week, 2 times, in 2; "
          f"{runs // 2} runs | in 4 | 5 a week, in 2 | in 4 |\n|---|---|---|---|---|---|---|---|")
    for place, world in ((0, World("15 %")), (1, World("15 %", n_past=117)),
                         (4, World("15 %, and 30 % with the season", season=0.3, n_past=117))):
        for rule in (PLAIN, WEEKLY):
            false, seen = [], []
            for k in range(n_years):
                counts, exposures = world.draw(np.random.default_rng([seed, 800 + place, k]), N_LOOKS)
                false.append(fired(counts, exposures, world.n_past, rule).sum() / N_LOOKS)
            for base in (20, 5) if world.n_past > 65 else ():
                for k in range(runs // 2):
                    rng = np.random.default_rng([seed, 900 + 10 * place + base, k])
                    counts, exposures = world.draw(rng, 4, base=base, rise=2.0)
                    own = fired(counts, exposures, world.n_past, rule)[:, 0]
                    seen.append((own[:2].any(), own.any()))
            shares = 100 * np.mean(np.reshape(seen, (-1, runs // 2, 2)), axis=1).ravel() if seen else ()
            print(f"| {world.name} | {world.n_past} | {'yes' if rule.year else 'no'} | {np.mean(false):.3f} ± "
                  f"{2 * np.std(false) / n_years**0.5:.3f} | "
                  f"{' | '.join([f'{share:.0f}' for share in shares] or [''] * 4)} |", flush=True)


def limits_table(runs: int, seed: int) -> None:
    print(f"\n| the truth; {runs} years | begins to fire, times a year, weekly looks | daily looks | weekly, in 4 "
          "| in 13 |\n|---|---|---|---|---|")
    for place, (name, at, spread) in enumerate((
            ("share over 10 %, of 1,000 a week: 10 %", 0.1, 0.0), ("10 %, up and down by 15 % a week", 0.1, 0.15),
            ("9 %", 0.09, 0.0), ("11 %", 0.11, 0.0), ("12 %", 0.12, 0.0),
            ("NPS under 20, of 100 answers a week: 20", 20.0, 0.0), ("20, up and down by 4 points a week", 20.0, 4.0),
            ("25", 25.0, 0.0), ("15", 15.0, 0.0), ("10", 10.0, 0.0))):
        rng = np.random.default_rng([seed, 700 + place])
        is_share = at < 1
        n = N_LOOKS + 4
        if is_share:
            moved = at * (rng.gamma(1 / spread**2, spread**2, size=(runs, 1, n)) if spread else np.ones((runs, 1, n)))
            exposures = rng.poisson(N_CUSTOMERS, size=(1, n))
            whole = rng.binomial(exposures, moved)
            weeks = LimitOf(ByPeriod(whole, exposures), 10.0)
            days = LimitOf(ByPeriod(*in_days(whole, exposures, rng)), 10.0)
        else:
            move = (at + rng.normal(0, max(spread, 1e-9), size=(runs, 1, n)) - 20) / 200
            answers = rng.multinomial(100, np.stack([0.25 - move, 0.3 + 0 * move, 0.45 + move], axis=-1))
            cut = in_days(np.moveaxis(answers, 3, 2), np.full((1, n), 100), rng)[0]
            weeks = LimitOf(AnswersByPeriod(answers), 20.0)
            days = LimitOf(AnswersByPeriod(np.moveaxis(cut, 2, 3)), 20.0)
        side = "rise" if is_share else "fall"
        rows = []
        for watched, rule, length in ((weeks, LIMIT_WEEKLY, 1), (days, LIMIT_DAILY, 7)):
            entry = Entry(watched, (State(),) * runs, replace(rule, direction=side), is_alone=True)
            rows.append(fired_together({"limit": entry}, 4 * length - 1, N_LOOKS * length)["limit"])
        sums = [own.sum(axis=0) for own in rows]
        often = " | ".join(f"{own.mean():.2f} ± {2 * own.std() / runs**0.5:.2f}" for own in sums)
        within = " | ".join(f"{100 * rows[0][:n].any(axis=0).mean():.0f}" for n in (4, 13))
        print(f"| {name} | {often} | {within} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    tables = {"steady": steady_table, "rising": rising_table, "daily": daily_table, "together": together_table,
              "limits": limits_table, "season": season_table}
    parser.add_argument("--table", choices=tuple(tables))
    arguments = parser.parse_args()
    for name, table in tables.items():
        if arguments.table in (None, name):
            is_quick = name in ("rising", "limits", "season")
            table(arguments.runs if is_quick else max(1, arguments.runs // 5), arguments.seed)


if __name__ == "__main__":
    main()
