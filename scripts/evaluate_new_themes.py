"""How well a watch finds something new among the opinions that no theme takes; on labelled sets, seeded.

    python scripts/evaluate_new_themes.py --data FOLDER [--sets banking77 clinc150] [--folds 4] [--model cx-themes-en]

The intents of a set are cut into folds. Themes are found without those of one fold, and every text gets its theme by
them, with its confidence, or none. Then, for each intent of the fold, thirty weeks are made: 300 customers a week, each
with one text of the intents that the themes were found in, and in the last two weeks some more with texts of the one
that was held out. One look at the end judges all groups of opinions that no theme takes, or none surely. An intent is
found where a group fires of which it makes up half or more. For false alarms nothing new comes: three intents of the
fold are there all along, six customers a week in all; a look every four weeks.

`--unsure 0` compares those alone that are in no theme. `--pairs` prints how many pairs of the same intent, and of
others, have at most so many signs that differ.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from evaluate_themes import TUNED_ON
from labelled_data import rows

from cx_text.backends.opening import Models
from cx_text.config import load_recipe
from cx_text.monitor.blocks import ByCustomer
from cx_text.monitor.grouping import find_groups
from cx_text.monitor.judging import DAILY, FIRING, State, look
from cx_text.monitor.new_themes import LEAST_SURE, TIMES_AS_MANY
from cx_text.opinions import discover_with
from cx_text.store.meaning import signs_of
from cx_text.text.normalise import normalise

WEEKS, A_WEEK, NEW_WEEKS = 30, 300, 2
LEAST = 5
N_FIT = 3000  # texts that themes are found in
N_STEADY = 3  # intents of the fold that are there all along, where nothing new comes
LIMITS = replace(DAILY, min_ratio=TIMES_AS_MANY, min_customers=LEAST)


@dataclass(frozen=True)
class Said:
    """Texts with their intents and signs, whether they are in no theme, and how sure they are in the nearest one."""

    intents: np.ndarray
    signs: np.ndarray
    is_unclear: np.ndarray
    confidence: np.ndarray


class Look(NamedTuple):
    """One look: how many groups there are, those that fire, and the members of these."""

    n_groups: int
    fired: list[np.ndarray]


def labelled(folder: Path, name: str) -> tuple[list[str], np.ndarray]:
    """Return the distinct texts of a set with their intents; those out of scope of all intents are left out."""
    found = {normalise(row["text"]): row["label"] for row in rows(folder, name)}
    kept = {text: label for text, label in found.items() if text and label not in ("oos", "")}
    return list(kept), np.array(list(kept.values()))


def looked_at(signs: np.ndarray, days: np.ndarray, wrote_days: np.ndarray, now: int) -> Look:
    """Return what a look at the end of a day says of unclear opinions, each of a customer of its own."""
    seen = np.flatnonzero(days <= now)
    groups = find_groups(signs[seen], seen, LEAST)
    series = np.repeat(np.arange(len(groups)), [len(group.members) for group in groups])
    members = [seen[group.members] for group in groups]
    whose = np.concatenate([np.zeros(0, dtype=np.int64), *members])
    said = pd.DataFrame({"series": series, "customer": whose, "stratum": 0, "period": days[whose]})
    # Who has an unclear opinion wrote, too; the numbers of the others do not matter.
    wrote = pd.DataFrame({"customer": np.arange(len(wrote_days)), "stratum": 0, "period": wrote_days})
    watched = ByCustomer(wrote[wrote["period"] <= now], said, len(groups), 1, now + 1)
    judged = look(watched, [State()] * len(groups), LIMITS, now)
    return Look(len(groups), [own for own, state in zip(members, judged.states, strict=True) if state.name == FIRING])


class World:
    """Thirty weeks of texts, drawn from those of intents that themes were found in and of some that are held out.

    Args:
        said: All texts.
        fold: The intents that were held out.
        seed: Of the draws.
        unsure_share: Of all opinions by then, the least sure, that are compared beside the unclear ones.
    """

    def __init__(self, said: Said, fold: Sequence[str], seed: int, unsure_share: float) -> None:
        self.said, self.rng, self.unsure_share = said, np.random.default_rng(seed), unsure_share
        known = np.flatnonzero(~np.isin(said.intents, fold))
        self.places = self.rng.choice(known, min(len(known), WEEKS * A_WEEK), replace=False)
        self.days = self.rng.integers(0, 7 * WEEKS, len(self.places))

    def add(self, intent: str, n: int, since_day: int) -> None:
        """Let so many customers say something of an intent, from a day on."""
        own = np.flatnonzero(self.said.intents == intent)
        self.places = np.r_[self.places, self.rng.choice(own, min(n, len(own)), replace=False)]
        self.days = np.r_[self.days, self.rng.integers(since_day, 7 * WEEKS, len(self.places) - len(self.days))]

    def look(self, now: int) -> Look:
        """Return a look at the end of a day; members are places among all texts."""
        chosen = np.flatnonzero(self.compared(now))
        found = looked_at(self.said.signs[self.places[chosen]], self.days[chosen], self.days, now)
        return Look(found.n_groups, [self.places[chosen[own]] for own in found.fired])

    def compared(self, now: int) -> np.ndarray:
        """Return which opinions are compared at the end of a day."""
        sure = self.said.confidence[self.places]
        limit = np.quantile(sure[self.days <= now], self.unsure_share) if self.unsure_share else -1.0
        return (self.said.is_unclear[self.places] | (sure <= limit)) & (self.days <= now)


def themed(models: Models, texts: Sequence[str], intents: np.ndarray, fold: Sequence[str],
           seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which texts are in no theme, and the confidence of each, where themes are found without some intents."""
    known = [text for text, intent in zip(texts, intents, strict=True) if intent not in fold]
    codeframe = discover_with(models, random.Random(seed).sample(known, min(N_FIT, len(known))), seed=seed)
    themes, confidence = codeframe.assign(texts)
    return np.array([theme is None for theme in themes]), confidence


def new_intents(said: Said, fold: Sequence[str], n_new: int, seed: int, unsure: float) -> list[dict[str, float]]:
    """Return of each held-out intent how well it was found when so many customers spoke of it in two weeks."""
    found = []
    for k, intent in enumerate(fold):
        world = World(said, fold, seed + k, unsure)
        n_before = len(world.places)
        world.add(intent, n_new, 7 * (WEEKS - NEW_WEEKS))
        new = world.places[n_before:]
        n_compared = int(world.compared(7 * WEEKS - 1)[n_before:].sum())
        looked = world.look(7 * WEEKS - 1)
        own = [np.isin(group, new) for group in looked.fired]
        right = [is_new for is_new in own if is_new.mean() >= 0.5]
        best = max(right, key=lambda is_new: is_new.sum(), default=None)
        found.append({"unclear": said.is_unclear[new].mean(), "compared": n_compared / len(new),
                      "found": float(best is not None), "n_right": len(right),
                      "wrong": len(own) - len(right), "groups": looked.n_groups,
                      "purity": np.nan if best is None else float(best.mean()),
                      "recall": np.nan if best is None else float(best.sum()) / len(new)})
    return found


def nothing_new(said: Said, fold: Sequence[str], seed: int, unsure: float) -> list[int]:
    """Return how many groups fire at each look where nothing new comes."""
    world = World(said, fold, seed, unsure)
    for intent in world.rng.permutation(fold)[:N_STEADY]:
        world.add(intent, 2 * WEEKS, 0)
    return [len(world.look(7 * week - 1).fired) for week in range(WEEKS - 16, WEEKS + 1, 4)]


def print_pairs(name: str, intents: np.ndarray, signs: np.ndarray) -> None:
    """Print how near texts of the same intent, and of others, are to one another."""
    chosen = np.random.default_rng(0).choice(len(intents), 2000, replace=False)
    words = np.ascontiguousarray(signs[chosen]).view(np.uint64)
    differing = sum(np.bitwise_count(column[:, None] ^ column).astype(int) for column in words.T)
    upper = np.triu(np.ones_like(differing, dtype=bool), 1)
    same = intents[chosen][:, None] == intents[chosen]
    print(f"\n| {name}: signs that differ, at most | angle | same intent | others |\n|---|---|---|---|")
    for most in (95, 105, 110, 115, 120, 125, 130, 140):
        near = differing <= most
        print(f"| {most} | {180 * most / (8 * signs.shape[1]):.0f}° | {near[same & upper].mean():.1%} "
              f"| {near[~same & upper].mean():.2%} |")


def print_found(name: str, n_new: int, found: Sequence[dict[str, float]]) -> None:
    """Print one row of the table."""
    table = pd.DataFrame(found)
    n, share = len(table), table["found"].mean()
    margin = 1.96 * (share * (1 - share) / n) ** 0.5
    print(f"| {name}, {n_new} customers | {n} | {table['unclear'].mean():.0%} | {table['compared'].mean():.0%} "
          f"| {share:.0%} ± {margin:.0%} "
          f"| {table['purity'].mean():.0%} | {table['recall'].mean():.0%} | {(table['n_right'] > 1).mean():.0%} "
          f"| {table['wrong'].mean():.2f} | {table['groups'].mean():.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--sets", nargs="+", choices=TUNED_ON[1:], default=TUNED_ON[1:])
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--model", default="cx-themes-en")
    parser.add_argument("--new", type=int, nargs="+", default=[10, 20, 40])
    parser.add_argument("--unsure", type=float, default=LEAST_SURE, help="share of opinions that are compared")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pairs", action="store_true")
    given = parser.parse_args()
    recipe = load_recipe("nps_survey")
    models = Models(recipe.model_copy(update={"models": recipe.models.model_copy(update={"embedding": given.model})}))
    for name in given.sets:
        texts, intents = labelled(given.data, name)
        signs = signs_of(models.embedder.embed(texts))
        if given.pairs:
            print_pairs(name, intents, signs)
            continue
        names = sorted(set(intents.tolist()))
        random.Random(given.seed).shuffle(names)
        found: dict[int, list[dict[str, float]]] = {n_new: [] for n_new in given.new}
        alarms: list[int] = []
        for k in range(given.folds):
            fold = names[k::given.folds]
            said = Said(intents, signs, *themed(models, texts, intents, fold, given.seed + k))
            for n_new in given.new:
                found[n_new] += new_intents(said, fold, n_new, given.seed + 1000 * k, given.unsure)
            for run in range(20):
                alarms += nothing_new(said, fold, given.seed + 1000 * k + 500 + run, given.unsure)
        print(f"\n| {given.model}; something new | intents | in no theme | compared | found | purity | recall "
              "| as two | others that fire | groups |\n|---|---|---|---|---|---|---|---|---|")
        for n_new, own in found.items():
            print_found(name, n_new, own)
        print(f"\n{name}, nothing new: {sum(alarms)} alarms in {len(alarms)} looks", flush=True)


if __name__ == "__main__":
    main()
