"""Search by meaning: how much of what exact search finds is found by signs alone, and how long it takes.

    python scripts/bench_meaning.py
    python scripts/bench_meaning.py --rows 3000000 --repeats 20

Accuracy: the clauses of the example export, and each of them in a few variants (words left out or swapped, seeded), are
embedded by the model of the default recipe. Some of them are asked for, and what `Meanings.nearest` gives is compared
with the order of the exact cosines. Speed: the same vectors, each with noise of its own, are repeated to the number of
rows that is asked for. The example is small and its texts resemble each other: figures of a real store will differ.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import time
from pathlib import Path

import numpy as np

from cx_text.backends.base import FloatArray
from cx_text.backends.opening import Models
from cx_text.config import load_recipe
from cx_text.store.meaning import N_LOOKED_AT_AGAIN, Meanings, signs_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "nps_export.csv"
COLUMN = "What is the main reason for your score?"
N_ASKED, N_FOUND = 300, 20


def clauses(n_variants: int, seed: int) -> list[str]:
    """Return distinct clauses of the example export, and variants of them."""
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = [part.strip() for row in rows for part in re.split(r"[.!?;,]+|\bbut\b", row[COLUMN])]
    said = [text for text in dict.fromkeys(said) if len(text.split()) >= 3]
    rng = random.Random(seed)
    return list(dict.fromkeys([*said, *(varied(text, rng) for _ in range(n_variants) for text in said)]))


def varied(text: str, rng: random.Random) -> str:
    """Return a text with one word left out, or two words swapped."""
    words = text.split()
    at = rng.randrange(len(words) - 1)
    if rng.random() < 0.5:
        del words[at]
    else:
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def recall(vectors: FloatArray, seed: int) -> tuple[float, float]:
    """Return the mean share of the exact 20 nearest that are among the 20 found, and among the 100 found."""
    meanings = Meanings(np.arange(len(vectors), dtype=np.int64), signs_of(vectors))
    shares = []
    for k in np.random.default_rng(seed).choice(len(vectors), N_ASKED, replace=False):
        exact = set(np.argsort(-(vectors @ vectors[k]), kind="stable")[:N_FOUND])
        found = meanings.nearest(vectors[k], n_most=5 * N_FOUND)[0]
        shares.append((len(exact & set(found[:N_FOUND])) / N_FOUND, len(exact & set(found)) / N_FOUND))
    twenty, hundred = np.mean(shares, axis=0)
    return float(twenty), float(hundred)


def repeated(vectors: FloatArray, n_rows: int, seed: int) -> Meanings:
    """Return signs of so many rows: the vectors again and again, each time with other noise."""
    rng = np.random.default_rng(seed)
    scale = 0.5 / np.sqrt(vectors.shape[1])
    parts = []
    for first in range(0, n_rows, len(vectors)):
        some = vectors[:n_rows - first]
        parts.append(signs_of(some + scale * rng.standard_normal(some.shape, dtype=np.float32)))
    return Meanings(np.arange(n_rows, dtype=np.int64), np.concatenate(parts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_500_000)
    parser.add_argument("--variants", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    texts = clauses(given.variants, given.seed)
    vectors = Models(load_recipe("nps_survey")).embedder.embed(texts)
    twenty, hundred = recall(vectors, given.seed)
    print(f"{len(texts):,} texts, {N_ASKED} asked: of the exact {N_FOUND} nearest, {twenty:.1%} are among the first "
          f"{N_FOUND} found, {hundred:.1%} among the first {5 * N_FOUND}")
    meanings = repeated(vectors, given.rows, given.seed)
    keep = np.random.default_rng(given.seed).random(given.rows) < 0.1
    for name, where in (("everywhere", None), ("in a tenth", keep)):
        seconds = []
        for k in range(given.repeats):
            start = time.perf_counter()
            meanings.nearest(vectors[k % len(vectors)], keep=where)
            seconds.append(time.perf_counter() - start)
        print(f"{given.rows:,} rows, {meanings.signs.nbytes / 1e6:.0f} MB, {N_LOOKED_AT_AGAIN:,} looked at again, "
              f"{name}: median {np.median(seconds) * 1e3:.0f} ms, slowest {max(seconds) * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
