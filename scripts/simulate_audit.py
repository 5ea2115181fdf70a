"""How often the intervals of an audit hold the truth. Prints the table of docs/statistics.md; seeded.

    python scripts/simulate_audit.py             # about three minutes
    python scripts/simulate_audit.py --runs 50   # a look

A run has tagged 5,000 opinions whose true themes and polarities are known: some themes large and some small, the unsure
ones wrong more often, and some of those in no theme belong to one. A reader who makes no mistake judges a sample of
them; a new sample in each draw.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cx_text.insights.audit import Accuracy, Judged, judge
from cx_text.insights.audit_sample import plan_sample
from cx_text.insights.intervals import Figure

POLARITIES = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class World:
    """A tagged population. `sure` and `unsure` are the shares that are right; `n_themes` without "no theme"."""

    name: str
    n_themes: int
    sure: float
    unsure: float
    n: int = 5000

    def draw(self, seed: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return true themes, read themes, true polarities, read polarities, and confidence."""
        rng = np.random.default_rng(seed)
        names = np.array([*(f"t{k:02d}" for k in range(self.n_themes)), None], dtype=object)
        size = 0.75 ** np.arange(self.n_themes)
        shares = np.append(0.9 * size / size.sum(), 0.1)
        own = rng.choice(len(names), size=self.n, p=shares)
        confidence = rng.beta(5, 1.5, size=self.n)
        right = rng.random(self.n) < np.where(confidence < 0.6, self.unsure, self.sure)
        wrong = np.where(rng.random(self.n) < 0.4, len(names) - 1, rng.choice(len(names), size=self.n, p=shares))
        said = rng.choice(3, size=self.n, p=[0.45, 0.15, 0.4])
        same = rng.random(self.n) < np.where(confidence < 0.6, self.unsure, self.sure)
        read_said = np.where(same, said, rng.choice(3, size=self.n))
        words = np.array(POLARITIES, dtype=object)
        return names[own], names[np.where(right, own, wrong)], words[said], words[read_said], confidence


WORLDS = (World("8 themes, 85 % right", 8, 0.9, 0.65), World("8 themes, 70 % right", 8, 0.75, 0.5),
          World("14 themes, 85 % right", 14, 0.9, 0.65), World("14 themes, 96 % right", 14, 0.98, 0.9))
SIZES = (60, 120)
FIGURES = tuple(f"{kind}: {figure}" for kind in ("theme", "polarity")
                for figure in ("right", "precision", "recall", "corrected share"))


def truth_of(own: np.ndarray, read: np.ndarray) -> dict[tuple[str, object], float]:
    """Return each figure of the whole population, in per cent."""
    found: dict[tuple[str, object], float] = {("right", ""): 100 * float(np.mean(own == read))}
    for name in {*own.tolist()}:
        ours, theirs = own == name, read == name
        found["precision", name] = 100 * float((ours & theirs).sum() / max(1, theirs.sum()))
        found["recall", name] = 100 * float((ours & theirs).sum() / ours.sum())
        found["corrected share", name] = 100 * float(ours.mean())
    return found


def plain_bootstrap(own: np.ndarray, read: np.ndarray, weights: np.ndarray,
                    rng: np.random.Generator) -> tuple[float, float]:
    """Return the percentile interval, in per cent, of the weighted share that is right, by drawing answers anew."""
    drawn = rng.multinomial(len(own), np.full(len(own), 1 / len(own)), size=400) * weights
    low, high = np.quantile(drawn @ (own == read) / drawn.sum(axis=1), [0.025, 0.975])
    return 100 * float(low), 100 * float(high)


def figures_of(right: Figure | None, rows: Sequence[Accuracy]) -> Iterator[tuple[tuple[str, object], Figure | None]]:
    """Yield each figure of a result with what it says."""
    yield ("right", ""), right
    for row in rows:
        yield ("precision", row.name), row.precision
        yield ("recall", row.name), row.recall
        yield ("corrected share", row.name), row.corrected_share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print("| population | n | " + " | ".join(FIGURES) + " | for comparison: right, bootstrap |")
    print("|---" * (len(FIGURES) + 3) + "|")
    for world in WORLDS:
        for n in SIZES:
            held, widths = simulated(world, n, arguments.runs, arguments.seed)
            print(f"| {world.name} | {n} | " + " | ".join(
                f"{100 * np.mean(held[f]):.1f} (±{np.mean(widths[f]) / 2:.0f})" for f in FIGURES)
                + f" | {100 * np.mean(held['bootstrap']):.1f} |", flush=True)


def simulated(world: World, n: int, runs: int, seed: int) -> tuple[dict[str, list[bool]], dict[str, list[float]]]:
    """Return for each figure whether each interval held the truth, and how wide it was, in points."""
    own, read, said, read_said, confidence = world.draw()
    truths = {"theme": truth_of(own, read), "polarity": truth_of(said, read_said)}
    held, widths = defaultdict(list), defaultdict(list)
    for run in range(runs):
        sample = plan_sample(read, read_said, confidence, n=n, seed=seed + run)
        items = [Judged(s, read[k], read_said[k], own[k], said[k])
                 for s, k in zip(sample.strata, sample.picked.tolist(), strict=True)]
        result = judge(items, sample.sizes, tagged_themes=Counter(read.tolist()),
                       tagged_polarities=Counter(read_said.tolist()))
        low, high = plain_bootstrap(own[sample.picked], read[sample.picked], sample.weights, np.random.default_rng(run))
        held["bootstrap"].append(low <= truths["theme"]["right", ""] <= high)
        for kind, right, rows in (("theme", result.theme_right, result.themes),
                                  ("polarity", result.polarity_right, result.polarities)):
            for key, figure in figures_of(right, rows):
                if figure is not None and key in truths[kind]:
                    held[f"{kind}: {key[0]}"].append(figure.low - 1e-9 <= truths[kind][key] <= figure.high + 1e-9)
                    widths[f"{kind}: {key[0]}"].append(figure.high - figure.low)
    return held, widths


if __name__ == "__main__":
    main()
