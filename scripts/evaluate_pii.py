"""How well personal data is found, how many other words are masked, and how fast: Markdown, 95 % Wilson intervals.

    python scripts/evaluate_pii.py --data FOLDER

FOLDER holds the labelled sets; without one, only the invented feedback among the tests is measured. It prints figures
only, never a text.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from evaluate_kinds import wilson
from labelled_data import rows

from cx_text.backends.presidio_pii import PresidioPii
from cx_text.text.normalise import normalise
from cx_text.text.redact import PiiKind, PiiSpan

INVENTED = Path(__file__).parents[1] / "tests" / "fixtures" / "pii_feedback.txt"
_LABEL = re.compile(r"\[([A-Z]+):([^\[\]]+)\]")
LABELLED = "pii_presidio_synth"
KIND_OF = {"PERSON": PiiKind.NAME, "STREET_ADDRESS": PiiKind.ADDRESS, "ZIP_CODE": PiiKind.ADDRESS,
           "CREDIT_CARD": PiiKind.CARD, "IBAN_CODE": PiiKind.IBAN, "EMAIL_ADDRESS": PiiKind.EMAIL,
           "PHONE_NUMBER": PiiKind.PHONE, "IP_ADDRESS": PiiKind.IP}
NO_COUNTERPART = ("GPE", "ORGANIZATION", "DATE_TIME", "TITLE", "AGE", "NRP", "DOMAIN_NAME", "US_SSN",
                  "US_DRIVER_LICENSE")
N_ANSWERS = 2_000


Gold = tuple[int, int, PiiKind]


class Found(NamedTuple):
    """Counts of one kind: labelled spans and how they fared, spans found and how many of them are right."""

    n: int
    n_touched: int  # overlapped by a span of the same kind
    n_exact: int
    n_masked: int  # all its letters and digits are masked, as whatever kind
    n_called: int
    n_called_right: int  # overlaps a labelled span of the same kind


def on_labelled(folder: Path, pii: PresidioPii, n_rows: int | None = None) -> dict[PiiKind, Found]:
    """Return the counts of each kind on the labelled sentences, or on the first of a fixed shuffle."""
    records = list(rows(folder, LABELLED))
    random.Random(0).shuffle(records)
    return _counted([(r["text"], [(s["start"], s["end"], KIND_OF[s["label"]]) for s in r["spans"] or ()
                                  if s["label"] in KIND_OF]) for r in records[:n_rows]], pii)


def on_invented(pii: PresidioPii) -> dict[PiiKind, Found]:
    """Return the counts of each kind on the invented feedback."""
    return _counted(invented(), pii)


def invented() -> list[tuple[str, list[Gold]]]:
    """Return the invented comments, with start, end and kind of each value labelled in them."""
    found = []
    for line in INVENTED.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, gold, end = "", [], 0
        for label in _LABEL.finditer(line):
            text += line[end:label.start()]
            gold.append((len(text), len(text) + len(label[2]), PiiKind(label[1])))
            text, end = text + label[2], label.end()
        found.append((text + line[end:], gold))
    return found


def _counted(labelled: Sequence[tuple[str, Sequence[Gold]]], pii: PresidioPii) -> dict[PiiKind, Found]:
    counts = {kind: Counter[str]() for kind in PiiKind}
    for (text, gold), spans in zip(labelled, pii.find([text for text, _ in labelled]), strict=True):
        _count(text, gold, spans, counts)
    return {kind: Found(*(c[field] for field in Found._fields)) for kind, c in counts.items() if c}


def _count(text: str, gold: Sequence[Gold], spans: Sequence[PiiSpan], counts: dict[PiiKind, Counter[str]]) -> None:
    masked = {i for s in spans for i in range(s.start, s.end)}
    for start, end, kind in gold:
        of_kind = [s for s in spans if s.kind is kind]
        counts[kind]["n"] += 1
        counts[kind]["n_touched"] += any(s.start < end and s.end > start for s in of_kind)
        counts[kind]["n_exact"] += any((s.start, s.end) == (start, end) for s in of_kind)
        counts[kind]["n_masked"] += all(i in masked for i in range(start, end) if text[i].isalnum())
    for s in spans:
        counts[s.kind]["n_called"] += 1
        counts[s.kind]["n_called_right"] += any(a < s.end and b > s.start and k is s.kind for a, b, k in gold)


def answers(folder: Path, n_rows: int = N_ANSWERS, name: str = "nhs_fft") -> list[str]:
    """Return a fixed sample of survey answers that their publisher had already made anonymous."""
    texts = [text for row in rows(folder, name) if (text := normalise(row["text"]))]
    return random.Random(0).sample(texts, min(n_rows, len(texts)))


def words_masked(texts: Sequence[str], found: Sequence[Sequence[PiiSpan]]) -> tuple[Counter[PiiKind], int]:
    """Return how many words are masked as each kind, and the number of all words."""
    masked = Counter[PiiKind]()
    for text, spans in zip(texts, found, strict=True):
        for s in spans:
            masked[s.kind] += len(text[s.start:s.end].split())
    return masked, sum(len(text.split()) for text in texts)


def comments_per_second(texts: Sequence[str], pii: PresidioPii) -> float:
    """Return the speed on texts, with the models open."""
    pii.find(texts[:10])
    started = time.process_time()
    pii.find(texts)
    return len(texts) / (time.process_time() - started)


def _share(n_right: int, n: int) -> str:
    if not n:
        return "none"
    low, high = wilson(n_right, n)
    return f"{n_right / n:.1%} ({low:.1%} to {high:.1%})"


def show(title: str, found: dict[PiiKind, Found]) -> None:
    """Print the table of one set."""
    print(f"\n{title}\n\n| kind | n | recall, touched | recall, wholly masked | recall, exact | found "
          "| precision, touched |\n|---|--:|---|---|---|--:|---|")
    for kind, c in found.items():
        print(f"| {kind} | {c.n:,} | {_share(c.n_touched, c.n)} | {_share(c.n_masked, c.n)} | {_share(c.n_exact, c.n)} "
              f"| {c.n_called:,} | {_share(c.n_called_right, c.n_called)} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    folder = parser.parse_args().data
    pii = PresidioPii()
    show(f"{len(invented()):,} invented comments", on_invented(pii))
    if folder is None:
        return
    show(f"Sentences of {LABELLED}", on_labelled(folder, pii))
    print(f"\nNo counterpart: {', '.join(NO_COUNTERPART)}.\n")
    texts = answers(folder)
    masked, n_words = words_masked(texts, pii.find(texts))
    print(f"| kind | words masked in {len(texts):,} survey answers | of | share (95 %) |\n|---|--:|--:|---|")
    for name, n in [*((kind.value, masked[kind]) for kind in PiiKind), ("all", masked.total())]:
        low, high = wilson(n, n_words)
        print(f"| {name} | {n:,} | {n_words:,} | {n / n_words:.3%} ({low:.3%} to {high:.3%}) |")
    print(f"\nSpeed: {comments_per_second(texts, pii):,.0f} comments a second of processor time.")


if __name__ == "__main__":
    main()
