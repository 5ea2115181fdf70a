"""How often "did the fix work?" is right. Prints the tables of docs/statistics.md; seeded.

    python scripts/simulate_fix.py             # some minutes
    python scripts/simulate_fix.py --runs 100  # a look

Customers comment before and after a date and complain of twelve themes, some of several. In the first table nothing was
done about the theme, but the number of comments and how much is complained of move for all. In the second it is
halved, with as many customers after the date as `n_needed` asks for.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cx_text.codeframe import Theme
from cx_text.insights.fix import FELL, ROSE, did_it_work
from cx_text.insights.observations import Observations

SHARES = np.array([0.08, 0.12, 0.10, 0.08, 0.06, 0.05, 0.05, 0.04, 0.03, 0.03, 0.02, 0.02])


@dataclass(frozen=True)
class World:
    """What moves with the date: all complaints by `moved`, and each theme by itself, log-normally by `own_way`."""

    name: str
    n_before: int = 1000
    n_after: int = 1000
    moved: float = 1.0
    own_way: float = 0.0
    returning: float = 0.0  # share of the customers after the date who were there before
    n_untouched: int = 11

    def draw(self, base: float, effect: float, seed: int) -> Observations:
        """Return customers, each a row with one comment, of whom a share of `base` complains of theme "t00" before."""
        rng = np.random.default_rng(seed)
        shares = np.append(base, SHARES[1:1 + self.n_untouched])
        after = shares * self.moved * np.exp(rng.normal(0, self.own_way, size=len(shares)))
        after[0] *= effect
        later = np.arange(self.n_before + self.n_after) >= self.n_before
        temper = rng.gamma(4, 0.25, size=len(later))  # some complain of much, others of nothing
        customer = np.arange(len(later))
        back = np.flatnonzero(later & (rng.random(len(later)) < self.returning))
        customer[back] = rng.integers(self.n_before, size=len(back))
        temper = temper[customer]
        raised = rng.random((len(later), len(shares))) < temper[:, None] * np.where(later[:, None], after, shares)
        who, what = np.nonzero(raised)
        whose = np.append(who, np.arange(len(later)))  # each says one thing more, in no theme
        opinions = pd.DataFrame({
            "respondent": whose, "comment": whose,
            "theme_id": np.append(np.array([f"t{k:02d}" for k in what], object), [None] * len(later)),
            "polarity": np.repeat(np.array(["negative", "neutral"], object), [len(who), len(later)])})
        times = pd.to_datetime(np.where(later, "2026-03-19", "2026-03-10"), utc=True)
        respondents = pd.DataFrame({
            "respondent": np.arange(len(later)), "customer": pd.Series(customer, dtype="Int64"), "source": "survey",
            "received_at": pd.Series(times).astype("datetime64[us, UTC]"), "category": "detractor"})
        themes = tuple(Theme(f"t{k:02d}", f"theme {k}", (), 1) for k in range(len(shares)))
        return Observations(respondents, opinions, themes, len(later))


NOTHING_DONE = (
    World("nothing moved"), World("twice the comments", n_after=2000), World("a third of the comments", n_after=333),
    World("twice the complaints", moved=2.0), World("half of the complaints", moved=0.5),
    World("half of the complaints, of 300 customers", n_before=300, n_after=300, moved=0.5),
    World("every second customer came back", returning=0.5),
    World("three untouched themes only", n_untouched=3),
    World("each theme up or down by a fifth by itself", own_way=0.2),
    World("each theme up or down by a fifth by itself, 5,000 customers", 5000, 5000, own_way=0.2))
DONE = ((0.04, World("nothing else moved", n_before=3000)), (0.08, World("nothing else moved", n_before=1500)),
        (0.08, World("half of the complaints", n_before=1500, moved=0.5)),
        (0.20, World("nothing else moved", n_before=1000)),
        (0.08, World("three untouched themes only", n_before=1500, n_untouched=3)))


def verdicts(world: World, base: float, effect: float, runs: int, seed: int) -> tuple[float, float, float]:
    """Return the shares of "fell" and "rose", and of intervals that hold the true ratio, in per cent."""
    found = [did_it_work(world.draw(base, effect, seed + run), "t00", "2026-03-15", seed=run, n_draws=500)
             for run in range(runs)]
    return (100 * np.mean([f.verdict == FELL for f in found]), 100 * np.mean([f.verdict == ROSE for f in found]),
            100 * np.mean([f.ratio.low <= effect <= f.ratio.high for f in found]))


def needed(world: World, base: float) -> int:
    """Return the middle of what ten looks early on say is needed, 200 customers after the date."""
    early = replace(world, n_after=200)
    asked = [did_it_work(early.draw(base, 1.0, 10_000 + k), "t00", "2026-03-15", seed=k).n_needed for k in range(11)]
    return int(np.median([n for n in asked if n is not None]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print("| nothing was done | fell, % | rose, % | interval holds, % |\n|---|---|---|---|")
    for world in NOTHING_DONE:
        fell, rose, held = verdicts(world, SHARES[0], 1.0, arguments.runs, arguments.seed)
        print(f"| {world.name} | {fell:.1f} | {rose:.1f} | {held:.1f} |", flush=True)
    print("\n| halved; complained before | customers before | asked for after | fell, % | interval holds, % |\n"
          "|---|---|---|---|---|")
    for base, world in DONE:
        n = needed(world, base)
        fell, _, held = verdicts(replace(world, n_after=n), base, 0.5, arguments.runs, arguments.seed)
        print(f"| {100 * base:.0f} %, {world.name} | {world.n_before:,} | {n:,} | {fell:.1f} | {held:.1f} |",
              flush=True)


if __name__ == "__main__":
    main()
