"""How well detractor, passive and promoter are told from the words, and how near the estimated NPS of a group comes.

    python scripts/evaluate_implied.py --data ../shared/data [--cache FOLDER]

Prints three tables: comments one by one; the NPS of groups (random and natural ones) by the shipped model, after a fit
to 200 scored comments of the same source, and by two simple ways; and what happens on a source that the model never saw
(each training set left out in turn, and the airline reviews), with and without a correction of the base rates by EM
(Saerens, Latinne and Decaestecker 2002). The scores are proxies: see OF_FFT and OF_STARS in scored_comments.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scored_comments import Scored, numbers_of, read_set
from train_implied import SETS, features, train

from cx_text.backends.implied_category import ImpliedCategory, open_implied_category
from cx_text.backends.opening import model_card
from cx_text.comment import Polarity
from cx_text.insights.implied import GROUP_SD, ImpliedNps, Recalibration, implied_nps, recalibrate, variances
from cx_text.insights.nps import CATEGORIES
from cx_text.insights.quality import measure

MEASURED = {"airline_ba_reviews": ("year", "cabin", "traveller"), "nhs_fft": ("service", "question"),
            "womens_clothing": ("department", "class")}
N_SCORED, N_DRAWS, LEAST_GROUP = 200, 40, 50
Rows = np.ndarray


@dataclass(frozen=True, slots=True)
class Task:
    """The measured part of one set: comments, their true categories (0, 1, 2) and the probabilities that were read."""

    name: str
    scored: list[Scored] = field(repr=False)  # customers' words stay out of tracebacks
    gold: Rows
    probabilities: Rows
    signs: Rows  # 1 positive, -1 negative, 0 neither: what the simple baseline counts


def task_of(name: str, scored: list[Scored], model: ImpliedCategory) -> Task:
    """Return a set's comments with the probabilities that a model reads in them, rounded as the stage does."""
    signs = [(s.comment.tags.polarity is Polarity.POSITIVE) - (s.comment.tags.polarity is Polarity.NEGATIVE)
             for s in scored]
    return Task(name, scored, numbers_of(scored), np.round(model.predict(features(scored)), 4), np.array(signs))


def log_loss(gold: Rows, probabilities: Rows) -> float:
    return float(-np.log(np.maximum(probabilities[np.arange(len(gold)), gold], 5e-5)).mean())


def one_by_one(task: Task, probabilities: Rows) -> str:
    """Return n, base rates, log loss beside that of the base rates, macro-F1, calibration error and Brier score."""
    base = np.bincount(task.gold, minlength=3) / len(task.gold)
    quality = measure(task.gold, probabilities / probabilities.sum(axis=1, keepdims=True))
    brier = ((probabilities - np.eye(3)[task.gold]) ** 2).sum(axis=1).mean()
    base_brier = 1 - (base**2).sum()
    f1 = quality.macro_f1
    classes = " / ".join(f"{c.f1.value:.2f}" for c in quality.classes)
    return (f"{len(task.gold):,} | {' / '.join(f'{b:.2f}' for b in base)} | {log_loss(task.gold, probabilities):.3f} | "
            f"{-(base * np.log(base)).sum():.3f} | {f1.value:.3f} ({f1.low:.3f}–{f1.high:.3f}) | {classes} | "
            f"{quality.calibration_error:.3f} | {brier:.3f} ({base_brier:.3f})")


def true_nps(gold: Rows) -> float:
    return float(100 * ((gold == 2).mean() - (gold == 0).mean()))


def fitted(task: Task, rng: np.random.Generator) -> tuple[Rows, Recalibration]:
    """Return 200 places drawn as the scored comments, and the fit to them."""
    chosen = rng.permutation(len(task.gold))[:N_SCORED]
    return chosen, recalibrate(task.probabilities[chosen], [CATEGORIES[k] for k in task.gold[chosen]])


def random_groups(n: int) -> Callable[[Task, Rows, np.random.Generator], Iterator[Rows]]:
    def groups(task: Task, left: Rows, rng: np.random.Generator) -> Iterator[Rows]:
        del task
        for _ in range(5):
            yield rng.choice(left, size=n, replace=False)
    return groups


def natural_groups(name: str) -> Callable[[Task, Rows, np.random.Generator], Iterator[Rows]]:
    def groups(task: Task, left: Rows, rng: np.random.Generator) -> Iterator[Rows]:
        del rng
        values = np.array([task.scored[i].groups[name] for i in left])
        for value in sorted(set(values.tolist()) - {"", "Unknown"}):
            if (values == value).sum() >= LEAST_GROUP:
                yield left[values == value]
    return groups


def group_rows(task: Task, title: str, groups: Callable[..., Iterator[Rows]]) -> Iterator[str]:
    """Yield a line of the second table for each way: mean absolute error, bias, and how often the interval holds."""
    rng = np.random.default_rng(0)
    errors: dict[str, list[float]] = {}
    holds: dict[str, list[bool]] = {}
    n_groups, sizes = 0, []
    for _ in range(N_DRAWS):
        chosen, recalibration = fitted(task, rng)
        for group in groups(task, np.setdiff1d(np.arange(len(task.gold)), chosen), rng):
            n_groups, truth = n_groups + 1, true_nps(task.gold[group])
            sizes.append(len(group))
            ways = {"plain": implied_nps(task.probabilities[group]),
                    "fitted to 200": implied_nps(task.probabilities[group], recalibration=recalibration)}
            for way, found in ways.items():
                assert isinstance(found, ImpliedNps)
                errors.setdefault(way, []).append(found.nps - truth)
                holds.setdefault(way, []).append(found.low <= truth <= found.high)
            errors.setdefault("positive minus negative", []).append(100 * task.signs[group].mean() - truth)
            errors.setdefault("NPS of the 200 scored", []).append(true_nps(task.gold[chosen]) - truth)
    if n_groups:
        n_distinct = n_groups // N_DRAWS
        for way, found_errors in errors.items():
            share = f"{np.mean(holds[way]):.0%}" if way in holds else "–"
            yield (f"| {task.name} | {title} ({n_distinct}, median {int(np.median(sizes))}) | {way} | "
                   f"{np.abs(found_errors).mean():.1f} | {np.mean(found_errors):+.1f} | {share} |")


def beyond(task: Task, groups: Callable[..., Iterator[Rows]]) -> float:
    """Return the standard deviation of what a fitted estimate's error has beyond chance and the error of the fit."""
    rng, squares, expected = np.random.default_rng(0), [], []
    for _ in range(N_DRAWS):
        chosen, recalibration = fitted(task, rng)
        for group in groups(task, np.setdiff1d(np.arange(len(task.gold)), chosen), rng):
            found = implied_nps(task.probabilities[group], recalibration=recalibration)
            assert found is not None
            squares.append((found.nps - true_nps(task.gold[group])) ** 2)
            expected.append(1e4 * sum(variances(task.probabilities[group], recalibration)) - GROUP_SD**2)
    return float(max(np.mean(squares) - np.mean(expected), 0.0) ** 0.5)


def by_em(probabilities: Rows, base: Rows, n_steps: int = 500) -> Rows:
    """Return the probabilities with the base rates that EM finds in unscored comments (Saerens et al. 2002)."""
    found, moved = base, probabilities
    for _ in range(n_steps):
        moved = probabilities * (found / base)
        moved = moved / moved.sum(axis=1, keepdims=True)
        found = moved.mean(axis=0)
    return moved


def unseen_rows(tasks: Sequence[Task], parts: dict[str, list[Scored]]) -> Iterator[str]:
    """Yield a line of the third table for each source, read by a model that was trained without it."""
    biases = []
    for task in tasks:
        seen = [s for name, scored in parts.items() if name != task.name for s in scored]
        rows = train(seen).predict(features(task.scored))
        names = [s.comment.source for s in seen]
        base = np.mean([np.bincount(numbers_of([s for s in seen if s.comment.source == n]), minlength=3)
                        / names.count(n) for n in set(names)], axis=0)
        for way, moved in (("plain", rows), ("base rates by EM", by_em(rows, base))):
            bias = float(100 * (moved[:, 2] - moved[:, 0]).mean() - true_nps(task.gold))
            if way == "plain":
                biases.append(bias)
            yield (f"| {task.name} | {', '.join(sorted(set(names)))} | {way} | {log_loss(task.gold, moved):.3f} | "
                   f"{bias:+.1f} |")
    yield f"\nroot mean square of the bias on a source not trained on: {np.sqrt(np.mean(np.square(biases))):.1f} points"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--cache", type=Path, help="folder for what was read, outside the repository")
    given = parser.parse_args()
    model = open_implied_category(model_card("cx-implied-en", "implied").weights())
    everything = {name: read_set(given.data, name, cache=given.cache) for name in MEASURED}
    tasks = [task_of(name, [s for s in scored if s.part == "measured"], model) for name, scored in everything.items()]
    print("| set | probabilities | n | base rates | log loss | of base rates | macro-F1 | F1 detractor / passive / "
          "promoter | ECE | Brier (of base rates) |\n|---|---|---|---|---|---|---|---|---|---|")
    for task in tasks:
        print(f"| {task.name} | plain | {one_by_one(task, task.probabilities)} |")
        chosen, recalibration = fitted(task, np.random.default_rng(0))
        rest = np.setdiff1d(np.arange(len(task.gold)), chosen)
        left = Task(task.name, [task.scored[i] for i in rest], task.gold[rest], task.probabilities[rest],
                    task.signs[rest])
        print(f"| {task.name} | fitted to 200 | {one_by_one(left, recalibration.apply(left.probabilities))} |")
    print("\n| set | groups (number, size) | estimate | mean absolute error | bias | 95 % interval holds |"
          "\n|---|---|---|---|---|---|")
    for task in tasks:
        kinds = {f"random {n}": random_groups(n) for n in (100, 500)}
        for title, groups in (kinds | {f"by {g}": natural_groups(g) for g in MEASURED[task.name]}).items():
            for row in group_rows(task, title, groups):
                print(row, flush=True)
    left_over = {f"{task.name} by {g}": beyond(task, natural_groups(g)) for task in tasks for g in MEASURED[task.name]}
    print("\nerror of natural groups after the fit, beyond the other parts of the interval, as a standard deviation in "
          "points:", ", ".join(f"{title} {sd:.1f}" for title, sd in left_over.items()),
          f"; root mean square {np.sqrt(np.mean(np.square(list(left_over.values())))):.1f}")
    print("\n| set | trained on | estimate | log loss | bias of the NPS |\n|---|---|---|---|---|")
    trained_on = {name: [s for s in everything[name] if s.part == "train"] for name in SETS}
    print("\n".join(unseen_rows(tasks, trained_on)))


if __name__ == "__main__":
    main()
