"""Quality of a polarity model beside VADER and TF-IDF with logistic regression, on sets that it was not trained on.

    python scripts/evaluate_polarity.py --data FOLDER [--model cx-polarity-en] [--json FILE] [--without-baselines]

Every figure has a 95 % bootstrap interval. The baselines read whole texts; for a target they read the sentence, and for
an answer to a question the answer alone, as neither knows targets or questions. The kept-out tenth of a training set is
chosen by id, so it is the same for every training.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from labelled_data import CLASSES, Example, is_kept_out, labelled_texts, nhs, nhs_phase1, rows, targets

import cx_text
from cx_text.backends.base import FloatArray, PolarityModel
from cx_text.insights.quality import Quality, measure, reliability
from cx_text.text.normalise import normalise

KEPT_OUT = ("vader_tweets", "vader_nyt", "uci_labelled_sentences", "liu_product_reviews_2007", "pros_cons",
            "goemotions", "womens_clothing", "subjectivity")
PHASE1_WORDING = {"good": "What was good?", "bad": "What could we do better?", "either": None}
Reader = Callable[[list[Example]], FloatArray]


@dataclass(frozen=True)
class Task:
    """One set to measure on. `reads_spans`: the classes are those of the examples' spans."""

    name: str
    examples: list[Example]
    reads_spans: bool = False

    @property
    def gold(self) -> np.ndarray:
        """The classes, int64: one per text, or one per span."""
        classes = [c for e in self.examples for *_, c in e.spans] if self.reads_spans else \
            [e.label for e in self.examples]
        return np.array(classes, dtype=np.int64)


def half_of_dev(folder: Path, number: int) -> list[Example]:
    """Return half the dev part of the survey, cut by respondent: 0 is what the temperature is fitted on, 1 the rest."""
    respondents = {f"nhs_fft:{row['id']}": str(row["respondent"]) for row in rows(folder, "nhs_fft")}
    return [e for split, e in nhs(folder)
            if split == "dev" and zlib.crc32(respondents[e.id].encode()) % 2 == number]


def tasks(folder: Path) -> Iterator[Task]:
    """Yield the sets in the order of the card."""
    dev = [e for split, e in nhs(folder) if split == "dev"]
    yield Task("nhs_fft dev, with the question", dev)
    yield Task("nhs_fft dev, with it, the half not calibrated on", half_of_dev(folder, 1))
    yield Task("nhs_fft dev, without it", [replace(e, question=None) for e in dev])
    yield Task("tweeteval_sentiment_val", [
        Example(row["id"], "tweeteval", normalise(row["text"]), CLASSES[row["label"]])
        for row in rows(folder, "tweeteval_sentiment_val")])
    for name, split_name in (("mams_atsa", "test"), ("semeval14_restaurants_train", "train"),
                             ("semeval14_laptops_train", "train")):
        yield Task(f"{name.removesuffix('_train')}, targets",
                   [e for split, e in targets(folder, name) if split == split_name], reads_spans=True)
    for name in KEPT_OUT:
        yield Task(f"{name}, kept-out tenth", [e for e in labelled_texts(folder, name) if is_kept_out(e.id)])
    yield Task("nhs_fft_phase1, kept-out tenth", [replace(e, question=PHASE1_WORDING[e.question or "either"])
                                                  for e in nhs_phase1(folder) if is_kept_out(e.id)])


def read_ours(model: PolarityModel, task: Task) -> FloatArray:
    """Return float32 (n, 3): of the texts with their questions, or of the spans in context."""
    texts = [e.text for e in task.examples]
    if not task.reads_spans:
        return model.predict(texts, [e.question for e in task.examples])
    return np.concatenate(model.predict_spans(texts, [[(a, b) for a, b, _ in e.spans] for e in task.examples])[1])


def read_vader(task: Task) -> FloatArray:
    """Return VADER's classes as probabilities of 0 and 1, cut at ±0.05 of its compound score as its authors do."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    scores = np.array([analyser.polarity_scores(e.text)["compound"] for e in _one_a_class(task)])
    classes = np.where(scores >= 0.05, 2, np.where(scores <= -0.05, 0, 1))
    return np.eye(3, dtype=np.float32)[classes]


def train_linear(folder: Path) -> Callable[[Task], FloatArray]:
    """Return TF-IDF (words and pairs) with logistic regression, trained on one epoch of our own mixture."""
    from polarity_mixture import Mixture
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from train_polarity import RECIPE, load_recipe

    shown = [e for e in Mixture(folder, load_recipe(RECIPE)).epoch(0) if e.label is not None]
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32),
                          LogisticRegression(C=4, max_iter=300, class_weight="balanced"))
    model.fit([f"{e.question or ''} {e.text}" for e in shown], [e.label for e in shown])
    return lambda task: model.predict_proba(
        [f"{e.question or ''} {e.text}" for e in _one_a_class(task)]).astype(np.float32)


def _one_a_class(task: Task) -> list[Example]:
    """Return an example for each class to tell: a sentence with three targets three times."""
    return [e for e in task.examples for _ in (e.spans if task.reads_spans else (e,))]


def as_row(name: str, model: str, quality: Quality) -> str:
    """Return one line of the table."""
    figures = (f"{q.value:.3f} ({q.low:.3f}–{q.high:.3f})" for q in
               (quality.accuracy, quality.macro_f1, quality.macro_recall))
    classes = " / ".join(f"{c.f1.value:.2f}" if c.n else "–" for c in quality.classes)
    return f"| {name} | {model} | {quality.n:,} | {' | '.join(figures)} | {classes} | {quality.calibration_error:.3f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--model", default="cx-polarity-en", help="card, folder or public name")
    parser.add_argument("--json", type=Path, help="write our figures there")
    parser.add_argument("--without-baselines", action="store_true")
    given = parser.parse_args()
    model = cx_text.load_polarity_model(given.model)
    readers: dict[str, Callable[[Task], FloatArray]] = {given.model: lambda task: read_ours(model, task)}
    if not given.without_baselines:
        readers |= {"VADER": read_vader, "TF-IDF + LR": train_linear(given.data)}
    print("| set | model | n | accuracy | macro-F1 | macro recall | F1 negative / neutral / positive | ECE |")
    print("|---|---|---|---|---|---|---|---|")
    ours: dict[str, Any] = {}
    for task in tasks(given.data):
        for name, read in readers.items():
            probabilities = read(task)
            quality = measure(task.gold, probabilities)
            print(as_row(task.name, name, quality), flush=True)
            if name == given.model:
                ours[task.name] = {
                    **asdict(quality), "reliability": [asdict(b) for b in reliability(task.gold, probabilities)]}
    if given.json:
        given.json.write_text(json.dumps(ours, indent=1, default=float) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
