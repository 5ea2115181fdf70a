"""How often people agree that the words of a listed comment contradict its score.

    python scripts/evaluate_conflicts.py --data ../shared/data [--cache FOLDER]

On the dev part of the NHS answers, which the polarity model did not see and whose words people have labelled. Scores
there run from 1, very good, to 5, very poor: 1 stands for a promoter, 3 to 5 for a detractor. Precision is the share of
listed comments that people read as negative (or positive), and, more kindly, as that or as mixed or neutral. Answers to
a question that asks for nothing but such words ("what could we do better?") are no conflict, and are listed apart.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from scipy.stats import binomtest
from scored_comments import Scored, read_set

from cx_text.insights.conflicts import (
    LEAST_STRENGTH,
    LOW_SCORE_PRAISE,
    POLARITY_OF,
    SILENT_RISK,
    conflict_of,
    is_asked_for,
)

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
SCORES = {SILENT_RISK: ((1,),), LOW_SCORE_PRAISE: ((3, 4, 5), (4, 5))}


def labelled(folder: Path, cache: Path | None = None, n_texts: int | None = None) -> list[Scored]:
    """Return the dev answers whose words people have labelled, those in conflict by any threshold or not."""
    return read_set(folder, "nhs_fft", cache=cache, n_texts=n_texts, keep=lambda s: s.part != "train" and bool(s.label))


def listed(scored: Sequence[Scored], kind: str, *, with_asked: bool, threshold: float | None = None) -> list[Scored]:
    """Return the comments that are listed as such a conflict, at a threshold or as shipped."""
    least = LEAST_STRENGTH if threshold is None else dict.fromkeys(LEAST_STRENGTH, threshold)
    return [s for s in scored
            if conflict_of(s.comment, s.category, with_asked=with_asked, least_strength=least) == kind]


def precision(scored: Sequence[Scored], labels: Sequence[str]) -> tuple[float, float, float]:
    """Return the share with one of these labels, and the ends of its 95 % Wilson interval (Wilson 1927)."""
    n_right = sum(s.label in labels for s in scored)
    found = binomtest(n_right, len(scored)).proportion_ci(method="wilson")
    return n_right / len(scored), float(found.low), float(found.high)


def _told(scored: Sequence[Scored], labels: Sequence[str]) -> str:
    return "{:.2f} ({:.2f}–{:.2f})".format(*precision(scored, labels)) if scored else "–"


def rows(scored: Sequence[Scored], kind: str, scores: tuple[int, ...], *, with_asked: bool) -> list[str]:
    """Return a line of the table for each threshold."""
    pool = [s for s in scored if s.score in scores and (with_asked or not is_asked_for(s.comment, kind))]
    label = POLARITY_OF[kind].value
    n_true = sum(s.label == label for s in pool)
    lines = []
    for threshold in THRESHOLDS:
        found = listed(pool, kind, with_asked=with_asked, threshold=threshold)
        mark = " (shipped)" if threshold == LEAST_STRENGTH[kind] else ""
        cells = (kind, ", ".join(map(str, scores)), "yes" if with_asked else "no", f"{threshold:.1f}{mark}",
                 f"{len(found)} of {len(pool)}", _told(found, [label]), _told(found, [label, "neutral"]),
                 f"{sum(s.label == label for s in found)} of {n_true}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--cache", type=Path, help="folder for what was read, outside the repository")
    given = parser.parse_args()
    scored = labelled(given.data, given.cache)
    print("| conflict | scores | what was asked for, too | threshold | listed | precision | or mixed, neutral | of true"
          " ones |\n|---|---|---|---|---|---|---|---|")
    for kind, sets in SCORES.items():
        for scores in sets:
            for with_asked in (False, True):
                print("\n".join(rows(scored, kind, scores, with_asked=with_asked)))


if __name__ == "__main__":
    main()
