"""Quality of themes beside BERTopic's defaults and k-means with the true number, on labelled sets, in one run.

    python scripts/evaluate_themes.py --data FOLDER [--sets nhs_fft banking77 …] [--runs 5]

Every fit is a process of its own that reads vectors made before, so seconds are those of themes alone. Of ours both
levels are shown, the sub-themes and the themes that they belong to. Texts are whole comments, as the sets are labelled
by comment. Ours reads the vectors of its recipe, the others those of BERTopic's own default model, all-MiniLM-L6-v2.
AMI, ARI and purity are over all rows; those in no theme are one group. Stability is the mean AMI between the themes of
all texts after fits with other seeds, and after fits on the two halves of the texts, cut anew each time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from known_vectors import models_knowing
from labelled_data import rows
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from cx_text.text.normalise import normalise

TUNED_ON = ("nhs_fft", "banking77", "clinc150")
SETS = (*TUNED_ON, "cfpb_complaints", "app_reviews_4class", "canada_page_feedback")
OURS, DEFAULTS = "cx-themes-en", "all-minilm-l6-v2"  # embedding models
WAYS = ("cx_text", "BERTopic defaults", "k-means, true number")


class Level(NamedTuple):
    """One level of themes: its name, int64 (n_texts,) theme numbers, -1 for none, and the themes' labels."""

    name: str
    numbers: np.ndarray
    labels: list[str]


class Fit(NamedTuple):
    """What one fit gave, and what it took."""

    levels: list[Level]
    seconds: float
    peak_mb: float


def labelled(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """Return the texts of a set and the theme that people gave each."""
    pairs = [(normalise(text), label) for text, label in _pairs(folder, name)]
    kept = [(text, label) for text, label in pairs if text]
    return [text for text, _ in kept], [label for _, label in kept]


def _pairs(folder: Path, name: str) -> Iterator[tuple[str, str]]:
    for row in rows(folder, name):
        if name == "nhs_fft":  # answers with one theme: what an answer with several is about has no single name
            if row["split_suggested"] == "dev" and len(row["themes"] or ()) == 1 and row["label"]:
                yield row["text"], row["themes"][0]
        elif name == "canada_page_feedback":
            if row["lang"] == "EN" and row["label"]:
                yield row["text"], row["label"]
        elif row["split"] in ("test", "all"):
            yield row["text"], row["issue"] if name == "cfpb_complaints" else row["label"]


class Texts(NamedTuple):
    """Texts to fit on or to judge, with their vectors, float32 (n_texts, n_dims)."""

    words: list[str]
    vectors: np.ndarray

    def some(self, places: Sequence[int]) -> Texts:
        """Return the texts at some places."""
        return Texts([self.words[i] for i in places], self.vectors[list(places)])


def fit_ours(fit_on: Texts, texts: Texts, seed: int, n_true: int) -> list[Level]:  # noqa: ARG001
    """Return the sub-theme and the theme of each text, by our default recipe."""
    from cx_text.opinions import discover_with

    codeframe = discover_with(models_knowing(*texts), fit_on.words, seed=seed)
    ids, _ = codeframe.assign(texts.words)
    tops = [codeframe.top(i) if i else None for i in ids]
    levels = []
    for name, own in (("cx_text, sub-themes", ids), ("cx_text, themes", tops)):
        place = {theme_id: k for k, theme_id in enumerate(dict.fromkeys(i for i in own if i))}
        levels.append(Level(name, np.array([place[i] if i else -1 for i in own]), [codeframe.label(i) for i in place]))
    return levels


def fit_bertopic(fit_on: Texts, texts: Texts, seed: int, n_true: int) -> list[Level]:  # noqa: ARG001
    """Return BERTopic's topics and their names, with all of its own defaults but a seed."""
    from bertopic import BERTopic
    from umap import UMAP

    model = BERTopic(umap_model=UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed))
    numbers, _ = model.fit_transform(*fit_on)
    if fit_on.words != texts.words:
        numbers, _ = model.transform(*texts)
    names = [str(n).split("_", 1)[1] for t, n in zip(model.get_topic_info()["Topic"], model.get_topic_info()["Name"],
                                                     strict=True) if t >= 0]
    return [Level(WAYS[1], np.asarray(numbers), names)]


def fit_kmeans(fit_on: Texts, texts: Texts, seed: int, n_true: int) -> list[Level]:
    """Return k-means groups, as many as people made; they have no names."""
    from sklearn.cluster import KMeans

    model = KMeans(n_true, n_init=3, random_state=seed).fit(fit_on.vectors)
    return [Level(WAYS[2], model.predict(texts.vectors), [])]


def embed(texts: Sequence[str], model: str) -> np.ndarray:
    """Return the vectors of texts by an embedding model of ours or of others, float32 (n_texts, n_dims)."""
    from cx_text.backends.opening import Models
    from cx_text.config import ModelNames, load_recipe

    recipe = load_recipe("nps_survey").model_copy(update={"models": ModelNames(embedding=model)})
    return Models(recipe).embedder.embed(texts)


FITS: dict[str, Callable[[Texts, Texts, int, int], list[Level]]] = dict(
    zip(WAYS, (fit_ours, fit_bertopic, fit_kmeans), strict=True))


def run_here(vectors: Path, folder: Path, name: str, way: str, seed: int, half: int, out: Path) -> None:
    """Fit in this process and write the result: on all texts (half 0), or on one half (1 or 2) of a cut by the seed."""
    words, gold = labelled(folder, name)
    texts = Texts(words, np.load(vectors))
    order = list(range(len(words)))
    random.Random(seed).shuffle(order)
    chosen = {0: range(len(words)), 1: sorted(order[::2]), 2: sorted(order[1::2])}[half]
    began = time.perf_counter()
    levels = FITS[way](texts.some(chosen), texts, 0 if half else seed, len(set(gold)))
    out.write_text(json.dumps({"levels": [(name, numbers.tolist(), labels) for name, numbers, labels in levels],
                               "seconds": time.perf_counter() - began,
                               "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def fit(vectors: Path, folder: Path, name: str, way: str, seed: int, half: int = 0) -> Fit:
    """Return one fit, made in a process of its own."""
    with tempfile.TemporaryDirectory() as where:
        out = Path(where) / "fit.json"
        subprocess.run([sys.executable, __file__, "--data", str(folder), "--one", str(vectors), name, way, str(seed),
                        str(half), str(out)], check=True, capture_output=True)
        found = json.loads(out.read_text())
    levels = [Level(name, np.array(numbers), labels) for name, numbers, labels in found["levels"]]
    return Fit(levels, found["seconds"], found["peak_mb"])


def purity(gold: Sequence[str], numbers: np.ndarray) -> float:
    """Return the share of texts whose theme's most common label is theirs, 0 to 1."""
    groups: dict[int, Counter[str]] = {}
    for label, number in zip(gold, numbers.tolist(), strict=True):
        groups.setdefault(number, Counter())[label] += 1
    return sum(max(counts.values()) for counts in groups.values()) / len(gold)


def agreement(fits: Sequence[Fit], level: int) -> float:
    """Return the mean AMI over all pairs of fits on one level; NaN for a single one."""
    pairs = [adjusted_mutual_info_score(a.levels[level].numbers, b.levels[level].numbers)
             for a, b in itertools.combinations(fits, 2)]
    return float(np.mean(pairs)) if pairs else float("nan")


def named(labels: Sequence[str]) -> str:
    """Return the share of labels that are unique, the share of two to five plain words, and their mean length."""
    if not labels:
        return "– / – / –"
    words = [len(label.split()) for label in labels]
    phrases = sum(2 <= n <= 5 and "_" not in label for n, label in zip(words, labels, strict=True)) / len(labels)
    return f"{len({x.lower() for x in labels}) / len(labels):.2f} / {phrases:.2f} / {np.mean(words):.1f}"


def as_row(name: str, gold: Sequence[str], fits: Sequence[Fit], halves: Sequence[Sequence[Fit]], level: int) -> str:
    """Return one line of the table: the figures of the first fit, and how far all of them agree, on one level."""
    first, took = fits[0].levels[level], fits[0]
    of_halves = float(np.mean([agreement(pair, level) for pair in halves]))
    figures = (adjusted_mutual_info_score(gold, first.numbers), adjusted_rand_score(gold, first.numbers),
               purity(gold, first.numbers))
    return (f"| {name} | {len(gold):,} ({len(set(gold))}) | {first.name} | {' | '.join(f'{x:.3f}' for x in figures)} "
            f"| {len(set(first.numbers.tolist()) - {-1})} | {(first.numbers < 0).mean():.1%} "
            f"| {f'{agreement(fits, level):.2f}' if len(fits) > 1 else '–'} / {of_halves:.2f} "
            f"| {named(first.labels)} | {took.seconds:.0f} | {took.peak_mb:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--runs", type=int, default=5, help="seeds, and cuts into halves")
    parser.add_argument("--one", nargs=6, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        vectors, name, way, seed, half, out = given.one
        run_here(Path(vectors), given.data, name, way, int(seed), int(half), Path(out))
        return
    print("| set | n (labels) | way | AMI | ARI | purity | themes | unclear | AMI of seeds / halves "
          "| labels unique / phrases / words | s | MB |\n|---|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as where:
        for name in given.sets:
            words, gold = labelled(given.data, name)
            for model in OURS, DEFAULTS:
                np.save(Path(where) / f"{model}.npy", embed(words, model))
            for way in given.ways:
                read = partial(fit, Path(where) / f"{OURS if way == WAYS[0] else DEFAULTS}.npy", given.data, name, way)
                fits = [read(seed) for seed in range(given.runs)]
                halves = [[read(seed, half) for half in (1, 2)] for seed in range(given.runs)]
                for level in range(len(fits[0].levels)):
                    print(as_row(name, gold, fits, halves, level), flush=True)


if __name__ == "__main__":
    main()
