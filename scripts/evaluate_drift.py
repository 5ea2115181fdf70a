"""Whether it is seen that themes fit no longer, and whether a refit then pays; on a labelled set, seeded.

    python scripts/evaluate_drift.py --data FOLDER [--set clinc150]

Themes are found in texts of three quarters of the intents. Of late some of what is said is of the others: none of it, a
twentieth, a seventh, a third. Themes are found anew among what was said before and of late.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from evaluate_new_themes import labelled
from evaluate_themes import TUNED_ON

from cx_text.backends.opening import Models
from cx_text.config import load_recipe
from cx_text.monitor.drift import LEAST_SURE, WORSE
from cx_text.monitor.proposing import nearness_limit, weigh
from cx_text.opinions import discover_with

N_THEN, N_LATELY = 3000, 1500
SHARES = (0.0, 0.05, 0.15, 0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--set", choices=TUNED_ON[1:], default="clinc150")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    models, rng = Models(load_recipe("nps_survey")), np.random.default_rng(given.seed)
    texts, intents = labelled(given.data, given.set)
    names = sorted(set(intents.tolist()))
    random.Random(given.seed).shuffle(names)
    is_other = np.isin(intents, names[::4])
    usual, others = rng.permutation(np.flatnonzero(~is_other)), rng.permutation(np.flatnonzero(is_other))
    then, later = [texts[k] for k in usual[:N_THEN]], usual[N_THEN:]
    in_use = discover_with(models, then, seed=given.seed)
    vectors = models.embedder.embed(then)
    limit, least_sure = nearness_limit(in_use, vectors), np.quantile(in_use.nearest(vectors)[1], LEAST_SURE)
    print(f"| {given.set}: of other intents | in no theme | unsure | tried | untaken | by the refit | proposed |\n"
          "|---|---|---|---|---|---|---|")
    for share in SHARES:
        n_others = round(share * N_LATELY)
        lately = [texts[k] for k in rng.permutation(np.r_[others[:n_others], later[:N_LATELY - n_others]])]
        refit = discover_with(models, [*then, *lately], seed=given.seed + 1)
        found = weigh(in_use, refit, lately, models.embedder, limit)
        themes, sure = in_use.assign(lately)
        unsure = float((sure < least_sure).mean())
        print(f"| {share:.0%} | {np.mean([theme is None for theme in themes]):.1%} | {unsure:.1%} "
              f"| {'yes' if unsure - LEAST_SURE >= WORSE else 'no'} | {found.untaken_before_share:.1%} "
              f"| {found.untaken_after_share:.1%} | {'yes' if found.pays else 'no'} |", flush=True)


if __name__ == "__main__":
    main()
