"""What the polarity model is shown: the examples of one epoch, by the recipe and the seed.

Large sets are drawn anew every epoch, so that all of them is seen in time. What is written here and not labelled by
people (questions in other words, "nothing" as an answer, emoji, texts joined, texts written for training) is marked
by its set's name.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from labelled_data import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    Example,
    consecutive,
    emotional_texts,
    is_kept_out,
    joined,
    labelled_texts,
    nhs,
    nhs_phase1,
    product_features,
    targets,
    things_named,
    unlabelled_sentences,
    with_few_neutrals,
)
from written_texts import written

# The questions of surveys, in the words of many: what a model should read the same way.
ASKS_BAD = (
    "What could we do better?", "How could we improve?", "What can we improve?", "What should we do differently?",
    "What did you dislike?", "What do you like least about our product?", "What was bad about your visit?",
    "What disappointed you the most?", "What is missing?", "What would you change?", "What problems did you have?",
    "Is there anything we could have done better?", "What could be improved about our service?", "What went wrong?",
    "What frustrates you about the app?", "Tell us one thing we should improve.", "What are the cons?",
    "How can we make your stay better?", "What didn't you like?", "Which areas need improvement?",
)
ASKS_GOOD = (
    "What was good?", "What did we do well?", "What do you like most about us?", "What did you like about your visit?",
    "What do you love about our product?", "What went well?", "What did you enjoy?", "What are the pros?",
    "What was the best thing about your stay?", "What impressed you?", "What do you value most about our service?",
    "What are our strengths?", "What pleased you?", "What did you like best?", "Tell us what we are doing well.",
)
ASKS_EITHER = (
    "What is the main reason for your score?", "Why did you give this score?", "Please tell us why.",
    "Any other comments?", "How was your experience?", "Do you have any feedback for us?", "FFT Why?",
    "Please tell us more about your rating.", "What do you think of our service?", "Is there anything else?",
)
NOTHING = ("Nothing", "nothing", "None", "none", "No", "no", "Nothing really", "nothing at all", "Nothing.",
           "Not a thing", "Nothing I can think of", "nothing comes to mind", "Not much", "No, nothing",
           "None that I can think of",
           "nope", "NOTHING", "Absolutely nothing", "can't think of anything", "I can't think of anything",
           "nothing in particular", "Nothing specific", "zero", "not really", "Nothing springs to mind")
EMOJI = {
    POSITIVE: "😀😁😃😄😆😊😍🥰😘😎🤩🥳😇🙂🤗👍👏🙌💪❤💕💖💙💚🎉✨🌟⭐💯👌🙏😋😻🔥🏆✅",
    NEGATIVE: "😠😡🤬😤😢😭😞😔😟😕🙁☹😣😖😫😩😒🙄😑👎💔😱😨🤮🤢😾💩😪🤦😓😰😬🚫❌",
}
# The rest that a customer may type: they get tokens too, with the words of their Unicode names as their vectors.
OTHER_EMOJI = ("😂🤣😅😉😐😶🤔😳😏😌😴🤷👀🙈😜😝😛🤪🤯🥺😮😲😯🤐🤒🤕🤑🤓👻💀👋✌🤞🤝👊✊👆👇👉👈☝💥💤💰💸📞📱💻"
               "📧📦🚚🚗✈🏨🍕🍔🍟☕🍺🍷🎁🛒🕐⏰⌛⚠❓❗🚀🐛🔒🔋🌈☀❄🌧♥💗💓💘💜🖤💛🧡♡😺😹😿😽🤖🆘🔴🟢🟡")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training: shown in the model card as the file that it was read from.

    `sets` is set → how many examples an epoch (negative, neutral, positive; -1: all). `made` is the same for what is
    made here (and `emotional`: texts that teach emotions alone), `things` for texts whose subjects and objects become
    targets. `neutral_targets` is the share of MAMS's
    neutral targets that is shown; `self_training` how many unlabelled sentences the model that training starts from
    labels for itself (those it is sure of are kept). `drop_question` and `change_question` are shares of survey
    answers. `emotion_weight` is that of a second head, thrown away afterwards, that names the 27 emotions of the Reddit
    comments.
    """

    sets: dict[str, list[int]]
    made: dict[str, int]
    survey_times: list[int]
    target_times: dict[str, float]
    things: dict[str, int] = field(default_factory=dict)
    neutral_targets: float = 1.0
    self_training: int = 0
    drop_question: float = 0.25
    change_question: float = 0.15
    box_question: float = 0.2
    either_question: float = 0.05
    epochs: float = 3.0
    batch: int = 32
    peak_rate: float = 2e-4
    layer_decay: float = 1.0
    embedding_rate: float = 0.0
    smoothing: float = 0.05
    average: float = 0.999
    emotion_weight: float = 0.0
    seed: int = 0


class Mixture:
    """The labelled sets, read once; `epoch` draws what one epoch shows."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe = folder, recipe
        self.survey = [e for split, e in nhs(folder) if split == "train"]
        self.pools = {name: [e for e in _of_set(folder, name) if not is_kept_out(e.id)] for name in recipe.sets}
        runs = [e for e in consecutive(folder) if not is_kept_out(e.id)]
        features = [e for e in product_features(folder) if not is_kept_out(e.id)]
        self.targets = {"liu_runs": runs, "liu_features": features,
                        **{name: [e for split, e in targets(folder, name) if split == "train"]
                           for name in ("mams_atsa", "tsa_md")}}
        self.emotional = [e for e in emotional_texts(folder) if not is_kept_out(e.id)]
        self.names = sorted({e.text[a:b] for name in ("mams_atsa", "tsa_md", "liu_features")
                             for e in self.targets[name] for a, b, _ in e.spans})
        if recipe.things:
            rng = random.Random(recipe.seed)
            self.targets["things"] = things_named(
                [e for name, n in recipe.things.items() for e in _draw(self.pools[name], n, rng)])

    def unlabelled(self) -> list[Example]:
        """Return the sentences for self-training."""
        return unlabelled_sentences(self.folder, self.recipe.self_training, random.Random(self.recipe.seed))

    def learn_from(self, labelled: list[Example]) -> None:
        """Show these sentences in every epoch, with what they name as targets."""
        self.targets["self_training"] = things_named(labelled)

    def epoch(self, number: int) -> list[Example]:
        """Return the examples of one epoch, shuffled; the same number gives the same examples."""
        recipe, rng = self.recipe, random.Random(self.recipe.seed * 1000 + number)
        shown = [e for example in self.survey for e in [example] * recipe.survey_times[example.label or 0]]
        examples = [self._with_some_question(e, rng) for e in shown]
        drawn: dict[str, list[Example]] = {}
        for name, wanted in recipe.sets.items():
            drawn[name] = [e for label, n in enumerate(wanted) for e in _draw(
                [p for p in self.pools[name] if p.label == label], n, rng)]
            drawn[name] = [self._maybe_asked(e, rng) for e in drawn[name]]
            examples += drawn[name]
        for name, times in recipe.target_times.items():
            pool = self.targets[name]
            if name == "mams_atsa":
                pool = with_few_neutrals(pool, recipe.neutral_targets, rng)
            examples += _draw(pool, round(times * len(pool)), rng)
        short = [e for name in ("pros_cons", "uci_labelled_sentences", "nhs_fft_phase1") for e in drawn.get(name, [])
                 if not e.question]
        plain = [e for name in ("vader_nyt", "subjectivity", "goemotions") for e in drawn.get(name, [])
                 if e.label == NEUTRAL]
        pool = short + _draw(plain, len(short) // 4, rng) + [e for e in self.survey if len(e.text.split()) > 3]
        examples += joined(pool, recipe.made.get("joined", 0), rng)
        examples += _draw(self.emotional, recipe.made.get("emotional", 0), rng)
        examples += [_named(rng.choice(self.names), rng) for _ in range(recipe.made.get("named", 0))]
        examples += written(recipe.made.get("written", 0), rng)
        examples += [_nothing(rng) for _ in range(recipe.made.get("nothing", 0))]
        everything = [e for own in drawn.values() for e in own if len(e.text) < 200] + self.survey
        examples += [_with_emoji(rng.choice(everything), rng) for _ in range(recipe.made.get("emoji", 0))]
        examples += [_restyled(rng.choice(everything), rng) for _ in range(recipe.made.get("restyled", 0))]
        rng.shuffle(examples)
        return examples

    def _with_some_question(self, example: Example, rng: random.Random) -> Example:
        """Return a survey answer with its own question, one that asks the same in other words, or none."""
        chance, question = rng.random(), example.question or ""
        if chance < self.recipe.drop_question and len(example.text.split()) >= 4:
            return replace(example, question=None)
        if chance > 1 - self.recipe.change_question:
            bank = (ASKS_BAD if "better" in question or "improve" in question else
                    ASKS_GOOD if "good" in question else ASKS_EITHER)
            return replace(example, question=rng.choice(bank))
        return example

    def _maybe_asked(self, example: Example, rng: random.Random) -> Example:
        """Return a text with a question that it could be the answer to, or as it is."""
        chance = rng.random()
        if example.question:  # of the older survey we know what the question asked for, not its words
            bank = {"good": ASKS_GOOD, "bad": ASKS_BAD}.get(example.question, ASKS_EITHER)
            is_long = len(example.text.split()) >= 5
            return replace(example, question=None if is_long and chance < 0.3 else rng.choice(bank))
        if example.set == "pros_cons" and chance < self.recipe.box_question:
            return replace(example, question=rng.choice(ASKS_GOOD if example.label == POSITIVE else ASKS_BAD))
        if chance > 1 - self.recipe.either_question:
            return replace(example, question=rng.choice(ASKS_EITHER))
        return example


def _of_set(folder: Path, name: str) -> list[Example]:
    return nhs_phase1(folder) if name == "nhs_fft_phase1" else labelled_texts(folder, name)


def _draw(pool: Sequence[Example], n: int, rng: random.Random) -> list[Example]:
    """Return n different examples, all of them for -1, each of them more than once where there are fewer."""
    if n < 0 or not pool:
        return list(pool)
    whole, rest = divmod(n, len(pool))
    return list(pool) * whole + rng.sample(list(pool), rest)


def _nothing(rng: random.Random) -> Example:
    asks_bad = rng.random() < 0.5
    text = rng.choice(NOTHING)
    return Example("nothing", "nothing", text, POSITIVE if asks_bad else NEGATIVE,
                   rng.choice(ASKS_BAD if asks_bad else ASKS_GOOD))


def _named(name: str, rng: random.Random) -> Example:
    """Return the bare name of a thing as an answer: praise, a fault, or no judgement, as the question has it."""
    text = rng.choice((name, name.capitalize(), f"The {name}", f"{name}."))
    label = rng.choice((NEGATIVE, NEUTRAL, POSITIVE))
    question = rng.choice((ASKS_BAD, ASKS_EITHER, ASKS_GOOD)[label])
    shares = ((0.85, 0.15, 0.0), (0.1, 0.8, 0.1), (0.0, 0.1, 0.9))[label]
    return Example("named", "named", text, label, question if label != NEUTRAL or rng.random() < 0.5 else None,
                   shares=shares)


def _with_emoji(example: Example, rng: random.Random) -> Example:
    """Return the text with emoji of its own sign, or a neutral text, or none at all, with a sign of the emoji's."""
    sign = example.label if example.label != NEUTRAL else rng.choice((NEGATIVE, POSITIVE))
    emoji = "".join(rng.choice(EMOJI[sign or 0]) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    if rng.random() < 0.15:
        return Example("emoji", "emoji", emoji, sign)
    sure = (0.0, 0.0, 1.0) if sign == POSITIVE else (1.0, 0.0, 0.0)
    shares = example.shares or sure
    if example.label == NEUTRAL:  # "It is the 4pm train 😡": most of it, not all, comes from the emoji
        shares = (0.75, 0.25, 0.0) if sign == NEGATIVE else (0.0, 0.25, 0.75)
    return replace(example, set="emoji", text=f"{example.text} {emoji}", label=sign, shares=shares)


def _restyled(example: Example, rng: random.Random) -> Example:
    """Return the text with typos, without its punctuation, or with letters drawn out: said the same, typed worse."""
    words = example.text.split(" ")
    way = rng.choice(("typos", "bare", "drawn out", "hashtag", "handle"))
    if way == "typos":
        words = [_typo(w, rng) if len(w) > 4 and w.isalpha() and rng.random() < 0.2 else w for w in words]
    elif way == "bare":
        words = [w.strip(".,!?;:'\"").replace("'", "") for w in words]
    elif way == "drawn out":
        at = [i for i, w in enumerate(words) if w.isalpha() and w.isascii() and len(w) > 2]
        for i in rng.sample(at, min(1, len(at))):
            k = next((k for k, c in enumerate(words[i]) if c in "aeiou"), len(words[i]) - 1)
            words[i] = words[i][:k] + words[i][k] * rng.randint(3, 5) + words[i][k + 1:]
    elif way == "hashtag":
        words = [f"#{w}" if len(w) > 4 and w.isalpha() and rng.random() < 0.2 else w for w in words]
    else:
        words = [rng.choice(("@user", "@user", "RT @user", "@support")), *words]
    return replace(example, set="restyled", text=" ".join(w for w in words if w) or example.text)


def _typo(word: str, rng: random.Random) -> str:
    k = rng.randint(1, len(word) - 2)
    return rng.choice((word[:k] + word[k + 1] + word[k] + word[k + 2:], word[:k] + word[k + 1:],
                       word[:k] + word[k] + word[k:]))
