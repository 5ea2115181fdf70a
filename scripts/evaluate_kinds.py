"""How well the kinds of comments are told apart: precision and recall with Wilson 95 % intervals, as Markdown.

    python scripts/evaluate_kinds.py --data FOLDER

FOLDER holds the labelled sets. Without it, only the invented texts of tests/quality/kind_cases.py are read.
"""

from __future__ import annotations

import argparse
import math
import runpy
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from labelled_data import rows

from cx_text.comment import Kind
from cx_text.text.answers import kind_of
from cx_text.text.normalise import normalise

ROOT = Path(__file__).parents[1]
FEEDBACK = ("nhs_fft", "app_reviews_4class", "airline_ba_reviews", "womens_clothing", "uci_labelled_sentences",
            "canada_page_feedback")
NO_ANSWERS = frozenset({Kind.NON_ANSWER, Kind.NOTHING_TO_ADD, Kind.BLANK})
Z = 1.96


class Case(NamedTuple):
    """A text with its kind, and the question that it answers."""

    text: str
    kind: Kind
    question: str | None = None


class Found(NamedTuple):
    """Counts for one kind on one set: texts of the kind, texts called so, and texts rightly called so."""

    n: int
    n_called: int
    n_right: int


def wilson(n_hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (the score interval of Wilson, 1927); 0 to 1 without cases."""
    if not n:
        return 0.0, 1.0
    share, spread = n_hits / n, Z * Z / n
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max((middle - half) / (1 + spread), 0.0), min((middle + half) / (1 + spread), 1.0)


def invented() -> list[Case]:
    """Return the texts written for the project, with their kinds."""
    return [Case(*case) for case in runpy.run_path(str(ROOT / "tests" / "quality" / "kind_cases.py"))["CASES"]]


def found(gold: Iterable[frozenset[Kind]], read: Iterable[Kind], kinds: frozenset[Kind]) -> Found:
    """Count how often a text is one of `kinds`, is called one of them, and both."""
    pairs = [(bool(is_of & kinds), called in kinds) for is_of, called in zip(gold, read, strict=True)]
    return Found(sum(a for a, _ in pairs), sum(b for _, b in pairs), sum(a and b for a, b in pairs))


def on_cases(cases: Sequence[Case]) -> dict[Kind, Found]:
    """Return the counts for every kind on cases."""
    read = [kind_of(normalise(c.text), c.question) for c in cases]
    return {kind: found([frozenset({c.kind}) for c in cases], read, frozenset({kind})) for kind in Kind}


def on_surveys(folder: Path, n_most: int | None = None) -> Found:
    """Return the counts for no answer of any sort on survey answers that people labelled, or could not."""
    taken = list(islice(rows(folder, "nhs_fft"), n_most))
    read = [kind_of(normalise(row["text"] or ""), row["question"]) for row in taken]
    gold = [frozenset({Kind.ANSWER}) if row["label"] else NO_ANSWERS for row in taken]
    return found(gold, read, NO_ANSWERS)


def on_messages(folder: Path, split: str | None = None) -> Found:
    """Return the counts for spam on short messages, of one suggested split or of all."""
    taken = [row for row in rows(folder, "sms_spam") if split is None or row["split_suggested"] == split]
    read = [kind_of(normalise(row["text"])) for row in taken]
    return found([frozenset({Kind.SPAM if row["label"] == "spam" else Kind.ANSWER}) for row in taken], read,
                 frozenset({Kind.SPAM}))


def false_alarms(folder: Path, name: str, n_most: int | None = None) -> tuple[int, int]:
    """Return how many comments of a feedback set are called spam, and of how many; nobody looked for spam in them."""
    texts = [normalise(row["text"] or "") for row in islice(rows(folder, name), n_most)]
    kinds = [kind_of(text) for text in texts if text]
    return kinds.count(Kind.SPAM), len(kinds)


def _share(n_hits: int, n: int) -> str:
    if not n:
        return "–"
    low, high = wilson(n_hits, n)
    return f"{n_hits / n:.3f} ({low:.3f} to {high:.3f})"


def _row(kind: str, where: str, counts: Found) -> str:
    return (f"| {kind} | {where} | {counts.n:,} | {counts.n_called:,} | {_share(counts.n_right, counts.n_called)} "
            f"| {_share(counts.n_right, counts.n)} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    folder = parser.parse_args().data
    print("| kind | texts | n | called so | precision (95 %) | recall (95 %) |\n|---|---|--:|--:|---|---|")
    cases = invented()
    for kind, counts in on_cases(cases).items():
        print(_row(kind.value, f"{len(cases)} invented", counts))
    if folder is None:
        return
    print(_row("no answer of any sort", "nhs_fft", on_surveys(folder)))
    for split in (None, "train", "dev", "test"):
        counts = on_messages(folder, split)
        if counts.n:
            print(_row("spam", f"sms_spam{f', {split}' if split else ''}", counts))
    print("\n| false alarms of spam in | called spam | of | share (95 %) |\n|---|--:|--:|---|")
    alarms = {name: false_alarms(folder, name) for name in FEEDBACK}
    alarms["all of them"] = (sum(a for a, _ in alarms.values()), sum(n for _, n in alarms.values()))
    for name, (n_called, n) in alarms.items():
        low, high = wilson(n_called, n)
        print(f"| {name} | {n_called:,} | {n:,} | {n_called / n:.2%} ({low:.2%} to {high:.2%}) |")


if __name__ == "__main__":
    main()
