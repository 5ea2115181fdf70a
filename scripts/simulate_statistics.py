"""What our intervals and verdicts do where the truth is known. Prints the tables of docs/statistics.md; seeded.

    python scripts/simulate_statistics.py            # about ten minutes on two cores
    python scripts/simulate_statistics.py --runs 100 # a look

Customers are drawn from populations with a given mix of detractors, passives and promoters, in which some themes move
their raisers from promoter to detractor (or back) and others do nothing. An interval of 95 % should hold the truth in
95 of 100 draws; a theme without effect should hardly ever be said to cost or lift.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cx_text.codeframe import Theme
from cx_text.insights.change import compare
from cx_text.insights.drivers import driver_table
from cx_text.insights.effects import estimate_effects
from cx_text.insights.intervals import mean_figure, nps_difference, share_figure
from cx_text.insights.nps import nps
from cx_text.insights.observations import SEGMENT, Observations

MIXES = {"20/30/50": (0.20, 0.30, 0.50), "5/25/70": (0.05, 0.25, 0.70), "2/8/90": (0.02, 0.08, 0.90),
         "33/34/33": (0.33, 0.34, 0.33)}  # detractors, passives, promoters
SIZES = (10, 50, 200, 1000)
POINTS = np.array([-100.0, 0.0, 100.0])
NAMES = np.array(["detractor", "passive", "promoter"], dtype=object)


@dataclass(frozen=True)
class World:
    """A population: each theme's share, and by how many points its raisers score lower or higher than others.

    Every second raiser of theme 0 raises theme 1 too, which does nothing: the rider.
    """

    shares: tuple[float, ...] = (0.25, 0.10, 0.10, 0.10, 0.05, 0.20)
    points: tuple[float, ...] = (-30.0, 0.0, 20.0, 0.0, -40.0, 0.0)

    def draw(self, n: int, mix: tuple[float, ...], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return bool (n, n_themes) and the category of each customer, 0 to 2."""
        raised = rng.random((n, len(self.shares))) < np.array(self.shares)
        raised[:, 1] |= raised[:, 0] & (rng.random(n) < 0.5)
        chances = np.tile(mix, (n, 1))
        moved = raised @ (np.array(self.points) / 200)
        down, up = np.clip(-moved, 0, chances[:, 2]), np.clip(moved, 0, chances[:, 0])
        chances[:, 0] += down - up
        chances[:, 2] += up - down
        return raised, (rng.random(n)[:, None] > chances.cumsum(axis=1)[:, :2]).sum(axis=1)

    def truth(self, mix: tuple[float, ...], n: int = 2_000_000) -> tuple[np.ndarray, np.ndarray]:
        """Return the leave-out and adjusted effect of each theme in the population, from a very large draw."""
        raised, category = self.draw(n, mix, np.random.default_rng(99))
        points = POINTS[category]
        without = np.array([points[~own].mean() for own in raised.T])
        design = np.concatenate([np.ones((n, 1)), raised], axis=1)
        slopes = np.linalg.solve(design.T @ design, design.T @ points)[1:]
        return points.mean() - without, slopes * raised.mean(axis=0)


def observations(raised: np.ndarray, category: np.ndarray, **columns: object) -> Observations:
    """Return customers, each a row with one comment that raises its themes."""
    n, n_themes = raised.shape
    respondents = pd.DataFrame({"respondent": np.arange(n), "customer": pd.Series([pd.NA] * n, dtype="Int64"),
                                "source": "survey", "received_at": pd.NaT, "category": NAMES[category]})
    respondents = respondents.assign(**columns)
    who, what = np.nonzero(raised)
    opinions = pd.DataFrame({"respondent": who, "comment": who, "theme_id": np.array([f"t{k}" for k in what], object),
                             "polarity": "negative"})
    return Observations(respondents, opinions, tuple(Theme(f"t{k}", f"theme {k}", (), 1) for k in range(n_themes)), n)


def held(low: float, high: float, truth: float) -> float:
    return float(low <= truth <= high)


def plain_bootstrap(raises: np.ndarray, category: np.ndarray, rng: np.random.Generator,
                    n_draws: int = 500) -> tuple[float, float]:
    """Return the percentile interval of a leave-out effect by resampling customers, without a prior."""
    cells = np.bincount(3 * ~raises + category, minlength=6)  # those who raise it by category, then all others
    drawn = rng.multinomial(cells.sum(), cells / cells.sum(), size=n_draws)
    without = drawn[:, 3:]
    points = (drawn[:, :3] + without) @ POINTS / cells.sum() - without @ POINTS / np.maximum(without.sum(axis=1), 1)
    low, high = np.quantile(points, [0.025, 0.975])
    return float(low), float(high)


def coverage(runs: int, seed: int) -> Iterator[tuple[str, int, str, float]]:
    """Yield interval, n, mix, and the share of draws in which it held the truth."""
    world = World()
    for mix_name, mix in MIXES.items():
        truth = 100 * (mix[2] - mix[0])
        leave, adjusted = world.truth(mix)
        for n in SIZES:
            rng = np.random.default_rng([seed, n, len(mix_name), int(100 * mix[0])])
            found: dict[str, list[float]] = {}

            def note(name: str, value: float, found: dict[str, list[float]] = found) -> None:
                found.setdefault(name, []).append(value)

            for _ in range(runs):
                d, a, p = rng.multinomial(n, mix)
                figure, share = nps(d, a, p), share_figure(int(d), n)
                note("NPS, adjusted Wald", held(figure.low, figure.high, truth))
                note("share, Wilson", held(share.low, share.high, 100 * mix[0]))
                other = tuple(int(k) for k in rng.multinomial(n, mix))
                apart = nps_difference((int(d), int(a), int(p)), other)
                note("difference of two NPS of n each", held(apart.low, apart.high, 0))
                raised, category = world.draw(n, mix, rng)
                effects = estimate_effects(raised, POINTS[category], seed=int(rng.integers(1 << 31)))
                for k in range(len(leave)):
                    if not np.isnan(effects.p[k]):
                        note("leave-out effect", held(effects.leave_out_low[k], effects.leave_out_high[k], leave[k]))
                        note("adjusted effect", held(effects.adjusted_low[k], effects.adjusted_high[k], adjusted[k]))
                        note("for comparison: leave-out effect, ordinary bootstrap", held(
                            *plain_bootstrap(raised[:, k], category, rng), leave[k]))
            for name, values in found.items():
                yield name, n, mix_name, float(np.mean(values))


def two_windows(n: int, mix: tuple[float, ...], rng: np.random.Generator) -> Observations:
    """Return n customers before and n after: theme 0 grows from 15 to 30 %, theme 4 becomes worse, a plan grows."""
    parts = []
    for shares, points, plus in (((0.15, 0.1, 0.1, 0.1, 0.1, 0.2), (-30, 0, 20, 0, -10, 0), 0.3),
                                 ((0.30, 0.1, 0.1, 0.1, 0.1, 0.2), (-30, 0, 20, 0, -50, 0), 0.5)):
        plan = rng.random(n) < plus
        raised, category = World(shares, points).draw(n, mix, rng)
        worse = plan & (category == 2) & (rng.random(n) < 0.2)
        parts.append((raised, np.where(worse, 1, category), plan))
    raised, category, plan = (np.concatenate(own) for own in zip(*parts, strict=True))
    times = pd.Series(pd.to_datetime(np.repeat(["2026-01-15", "2026-03-15"], n), utc=True))
    return observations(raised, category, received_at=times,
                        **{SEGMENT + "plan": np.where(plan, "plus", "basic")})


def change_coverage(runs: int, seed: int) -> Iterator[tuple[str, int, str, float]]:
    """Yield part of a change, n a window, mix, and the share of draws in which its interval held the truth."""
    for mix_name, mix in MIXES.items():
        truth = compare(two_windows(1_000_000, mix, np.random.default_rng(99)), at="2026-02-01", n_draws=2).parts
        truths = {(r.part, r.name_, r.theme_id): r.points for r in truth.rename(columns={"name": "name_"}).itertuples()}
        for n in (200, 1000):  # with fewer, some themes have no severity of their own
            found: dict[str, list[float]] = {}
            for run in range(runs):
                rng = np.random.default_rng([seed, n, run, int(100 * mix[0])])
                change = compare(two_windows(n, mix, rng), at="2026-02-01", seed=run)
                parts = change.parts
                gap = abs(parts.loc[parts["part"] != "total", "points"].sum() - (change.after.nps - change.before.nps))
                found.setdefault("largest gap between the parts and the change, points", []).append(gap)
                known = set(parts.loc[parts["part"] == "severity", "theme_id"])
                for row in parts.rename(columns={"name": "name_"}).itertuples():
                    if row.part == "share" and row.theme_id not in known:
                        continue
                    found.setdefault(f"change: {row.part}", []).append(
                        held(row.low, row.high, truths[row.part, row.name_, row.theme_id]))
            for name, values in found.items():
                yield name, n, mix_name, float(np.max(values) if name.startswith("largest") else np.mean(values))


def verdicts(runs: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield a sentence and a figure: false verdicts among 40 themes without effect, and power for one that costs 3."""
    for n in (500, 1000, 5000):
        false, found = [], []
        for run in range(runs):
            rng = np.random.default_rng([seed, n, run])
            idle = World((0.05,) * 40, (0.0,) * 40)
            table = driver_table(observations(*idle.draw(n, MIXES["20/30/50"], rng)), seed=run, first_level_only=True)
            false.append(float((table["verdict"] != "cannot tell").mean()))
            # 30 points lower for one customer in ten: 3 points of the NPS of all
            costly = World((0.10, *(0.05,) * 39), (-30.0, *(0.0,) * 39))
            raised, category = costly.draw(n, MIXES["20/30/50"], rng)
            table = driver_table(observations(raised, category), seed=run, first_level_only=True)
            found.append(float(table.set_index("id").loc["t0", "verdict"] == "costs"))
        yield f"40 themes without effect, n = {n:,}: called costs or lifts", f"{100 * np.mean(false):.2f} %"
        yield f"one of 40 costs 3 points, n = {n:,}: found", f"{100 * np.mean(found):.0f} %"


def rider(runs: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield what a theme without effect gets that half of the raisers of a costly one raise too."""
    world = World()
    leave, adjusted = world.truth(MIXES["20/30/50"])
    figures = []
    for run in range(20 * runs):
        rng = np.random.default_rng([seed, 7, run])
        raised, category = world.draw(1000, MIXES["20/30/50"], rng)
        effects = estimate_effects(raised, POINTS[category], seed=run, n_draws=10)
        figures.append([effects.leave_out[0], effects.leave_out[1], effects.adjusted[0], effects.adjusted[1]])
    means = np.mean(figures, axis=0)
    yield "companion: leave-out in the population, mean of the estimates", f"{leave[0]:.2f}, {means[0]:.2f}"
    yield "rider: leave-out in the population, mean of the estimates", f"{leave[1]:.2f}, {means[1]:.2f}"
    yield "companion: adjusted in the population, mean of the estimates", f"{adjusted[0]:.2f}, {means[2]:.2f}"
    yield "rider: adjusted in the population, mean of the estimates", f"{adjusted[1]:.2f}, {means[3]:.2f}"


def amounts(runs: int, seed: int) -> Iterator[tuple[str, int, str, float]]:
    """Yield the coverage of Student's interval for the mean of amounts with a long tail (lognormal, sigma 1)."""
    for n in SIZES:
        rng = np.random.default_rng([seed, n])
        yield "mean of long-tailed amounts, Student's t", n, "lognormal", float(np.mean(
            [held(f.low, f.high, np.exp(0.5)) for f in (mean_figure(rng.lognormal(size=n)) for _ in range(runs))]))


def print_coverage(title: str, rows: list[tuple[str, int, str, float]], show: Callable[[float], str]) -> None:
    table = pd.DataFrame(rows, columns=["interval", "n", "mix", "value"])
    wide = table.pivot(index=["interval", "n"], columns="mix", values="value")[list(dict.fromkeys(table["mix"]))]
    print(f"\n### {title}\n\n| | n | {' | '.join(wide.columns)} |\n|---|---|{'---|' * len(wide.columns)}")
    for (name, n), row in wide.iterrows():
        print(f"| {name} | {n:,} | {' | '.join(map(show, row))} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    few = max(20, asked.runs // 5)
    print_coverage("Coverage of 95 % intervals, in %, by mix of detractors/passives/promoters",
                   list(coverage(asked.runs, asked.seed)), lambda v: f"{100 * v:.1f}")
    print_coverage("Coverage of the interval of a mean, in %", list(amounts(asked.runs, asked.seed)),
                   lambda v: f"{100 * v:.1f}")
    changes = list(change_coverage(few, asked.seed))
    print_coverage("Parts of a change between two windows of n each: coverage in %",
                   [row for row in changes if row[0].startswith("change")], lambda v: f"{100 * v:.1f}")
    print_coverage("Parts of a change: do they add up?", [row for row in changes if row[0].startswith("largest")],
                   lambda v: f"{v:.0e}")
    print("\n### Verdicts\n\n| | |\n|---|---|")
    for said, figure in (*verdicts(few, asked.seed), *rider(few, asked.seed)):
        print(f"| {said} | {figure} |", flush=True)


if __name__ == "__main__":
    main()
