"""The labelled sets as training and measuring examples, one form for all of them."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cx_text.text.normalise import normalise

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
CLASSES = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}

GOEMOTIONS_POSITIVE = {"admiration", "approval", "gratitude", "amusement", "love", "optimism", "joy", "caring",
                       "excitement", "relief", "pride"}
GOEMOTIONS_NEGATIVE = {"annoyance", "disapproval", "anger", "sadness", "disappointment", "disgust", "fear", "remorse",
                       "embarrassment", "nervousness", "grief"}
# Surprise, realisation, curiosity, confusion and desire say nothing about good or bad: left out, not called neutral.


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. `label` is the class of the whole text or None; `spans` are (start, end, class)."""

    id: str
    set: str
    text: str
    label: int | None = None
    question: str | None = None
    spans: tuple[tuple[int, int, int], ...] = ()


def rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the records of one set, in the order of the file."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def is_kept_out(example_id: str) -> bool:
    """Say whether an example belongs to the tenth that training never sees. Depends on the id alone."""
    return zlib.crc32(example_id.encode()) % 10 == 0


def nhs(folder: Path) -> list[tuple[str, Example]]:
    """Return the survey answers that people could label, each with its suggested split ("train" or "dev")."""
    return [
        (row["split_suggested"], Example(f"nhs_fft:{row['id']}", "nhs_fft", normalise(row["text"]),
                                         CLASSES[row["label"]], row["question"]))
        for row in rows(folder, "nhs_fft") if row["label"] and row["text"].strip()
    ]


def labelled_texts(folder: Path, name: str) -> list[Example]:
    """Return a set's whole-text examples, repeats taken out, in the order of the file."""
    seen: set[str] = set()
    examples = []
    for number, row in enumerate(rows(folder, name)):
        label = _label_of(name, row)
        title = (row.get("title") or "").strip()
        text = normalise(f"{title}. {row['text']}" if name == "womens_clothing" and title else row["text"])
        if label is None or not text or text.lower() in seen:
            continue
        seen.add(text.lower())
        examples.append(Example(f"{name}:{row.get('id', number)}", name, text, label))
    return examples


def _label_of(name: str, row: dict[str, Any]) -> int | None:
    if name == "goemotions":
        signs = {_emotion_sign(label) for label in row["labels"]}
        return signs.pop() if len(signs) == 1 else None
    if name == "womens_clothing":
        return {1: NEGATIVE, 2: NEGATIVE, 3: NEUTRAL, 4: None, 5: POSITIVE}[row["rating"]]
    if name == "subjectivity":
        return NEUTRAL if row["label"] == "objective" else None
    if name == "liu_product_reviews_2007" and row["label"] == "none":
        return NEUTRAL
    return CLASSES.get(row["label"])


def _emotion_sign(emotion: str) -> int | None:
    if emotion in GOEMOTIONS_POSITIVE:
        return POSITIVE
    if emotion in GOEMOTIONS_NEGATIVE:
        return NEGATIVE
    return NEUTRAL if emotion == "neutral" else None


def targets(folder: Path, name: str) -> list[tuple[str, Example]]:
    """Return texts with the polarity of named targets as spans, each with its split.

    The targets' offsets are those of the source text, so the text is left as it is; the few texts that normalising
    would change are left out.
    """
    examples = []
    for row in rows(folder, name):
        spans = tuple((a["from"], a["to"], CLASSES[a["polarity"]]) for a in row["aspects"] if a["polarity"] in CLASSES)
        if spans and normalise(row["text"]) == row["text"]:
            examples.append((row["split"], Example(f"{name}:{row['id']}", name, row["text"], None, None, spans)))
    return examples


def joined(examples: list[Example], n_texts: int, rng: random.Random) -> list[Example]:
    """Join short labelled texts into longer ones whose parts keep their own class: parts read in context."""
    pool = [e for e in examples if len(e.text) < 160]
    joints = [". ", ", but ", " and ", "\n", "; ", ". However, ", ", "]
    results = []
    for number in range(n_texts):
        parts = rng.sample(pool, rng.choice((2, 2, 3)))
        text, spans = "", []
        for part in parts:
            words = part.text.rstrip(".! ")
            text += rng.choice(joints) if text else ""
            spans.append((len(text), len(text) + len(words), part.label or 0))
            text += words
        classes = {c for _, _, c in spans}
        whole = classes.pop() if len(classes) == 1 else None
        results.append(Example(f"joined:{number}", "joined", text, whole, None, tuple(spans)))
    return results


def consecutive(folder: Path, n_sentences: int = 3) -> list[Example]:
    """Return runs of sentences of one product review, each sentence a span with its own class."""
    reviews: dict[str, list[tuple[str, int]]] = {}
    for row in rows(folder, "liu_product_reviews_2007"):
        label = _label_of("liu_product_reviews_2007", row)
        if label is not None and not row["is_title"]:
            reviews.setdefault(row["review"], []).append((normalise(row["text"]), label))
    results = []
    for review, sentences in reviews.items():
        for first in range(0, len(sentences) - 1, n_sentences):
            text, spans = "", []
            for sentence, label in sentences[first:first + n_sentences]:
                text += " " if text else ""
                spans.append((len(text), len(text) + len(sentence), label))
                text += sentence
            results.append(Example(f"liu_run:{review}:{first}", "liu_run", text, None, None, tuple(spans)))
    return results
