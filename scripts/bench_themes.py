"""Seconds and memory of themes over many opinions: embedding, discovery in a sample, and assignment of all.

    python scripts/bench_themes.py --data FOLDER [--n 100000]

The opinions are distinct sentences of reviews (DynaSent, whose labels are not read). Each is embedded once; discovery
and assignment read those vectors, so that their own time shows. One process, peak memory of all of it.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
from known_vectors import models_knowing
from labelled_data import rows

from cx_text.backends.opening import Models
from cx_text.config import load_recipe
from cx_text.opinions import discover_with
from cx_text.sampling import StratifiedSample
from cx_text.text.normalise import normalise

BATCH = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--n", type=int, default=100_000)
    given = parser.parse_args()
    found = (normalise(row["text"]) for row in rows(given.data, "dynasent_r1_agreement"))
    texts = list(dict.fromkeys(text for text in found if text))[:given.n]
    models = Models(load_recipe("nps_survey"))
    models.embedder.n_kept = 0  # this script keeps them
    clock = [time.perf_counter()]
    vectors = np.concatenate([models.embedder.embed(texts[k:k + BATCH]) for k in range(0, len(texts), BATCH)])
    clock.append(time.perf_counter())
    knowing = models_knowing(texts, vectors)
    sample = StratifiedSample(models.recipe.themes.max_opinions, 0)
    for text in texts:
        sample.add(text, "")
    codeframe = discover_with(knowing, sample.texts())
    clock.append(time.perf_counter())
    ids = [i for k in range(0, len(texts), BATCH) for i in codeframe.assign(texts[k:k + BATCH])[0]]
    clock.append(time.perf_counter())
    embedding, discovery, assignment = np.diff(clock)
    print(f"{len(texts):,} opinions: embedding {embedding:.0f} s ({1000 * embedding / len(texts):.2f} s for 1,000), "
          f"discovery in {min(len(texts), models.recipe.themes.max_opinions):,} {discovery:.0f} s, "
          f"assignment {assignment:.1f} s ({1000 * assignment / len(texts):.3f} s for 1,000)")
    tops = {codeframe.top(i) for i in ids if i}
    print(f"{len(set(ids) - {None})} sub-themes in {len(tops)} themes, {ids.count(None) / len(ids):.1%} unclear; "
          f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
