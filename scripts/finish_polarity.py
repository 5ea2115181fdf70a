"""Calibrate trained weights and write them as they ship: half precision, with the calibration folded in.

    python scripts/finish_polarity.py --data FOLDER --trained FOLDER [FOLDER …] --out models/cx-polarity-en

Several trained folders are averaged weight by weight first (Wortsman et al. 2022, arXiv 2203.05482), which needs that
one was trained on from the other. Then a temperature and one bias a class are fitted on data that training did not see:
the tenth of each training set that is kept out by id, the validation part of MAMS, and that half of the survey's dev
part whose respondents' ids hash to an even number. They go into the last layer: no reader of them has to know.
"""

from __future__ import annotations

import argparse
import json
import zlib
from pathlib import Path

import numpy as np
import torch
from evaluate_polarity import KEPT_OUT
from labelled_data import Example, is_kept_out, labelled_texts, nhs, rows, targets
from safetensors.torch import load_file
from torch.nn import functional
from train_polarity import LABELS, encode, read
from transformers import AutoTokenizer, BertForSequenceClassification, PreTrainedTokenizerBase

PER_SET = 700


def fitting_set(folder: Path) -> list[Example]:
    """Return the examples to calibrate on: at most PER_SET of each set."""
    respondents = {f"nhs_fft:{row['id']}": str(row["respondent"]) for row in rows(folder, "nhs_fft")}
    survey = [e for split, e in nhs(folder) if split == "dev" and zlib.crc32(respondents[e.id].encode()) % 2 == 0]
    kept = [e for name in KEPT_OUT for e in
            [e for e in labelled_texts(folder, name) if is_kept_out(e.id)][:PER_SET]]
    aimed = [e for split, e in targets(folder, "mams_atsa") if split == "val"][:PER_SET]
    return survey * 3 + kept + aimed


@torch.no_grad()
def logits_of(model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase,
              examples: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits (n, 3) and classes (n,) of all texts and, where there are any, of their spans."""
    logits, classes = [], []
    examples = sorted(examples, key=lambda e: len(e.text))  # little padding
    for first in range(0, len(examples), 64):
        batch = encode(tokenizer, examples[first:first + 64])
        whole, spans = read(model, batch)
        logits += [whole, spans]
        classes += [batch.whole.argmax(1), batch.spans.argmax(1)]
    return torch.cat(logits), torch.cat(classes)


def fit(logits: torch.Tensor, classes: torch.Tensor) -> tuple[float, torch.Tensor]:
    """Return the temperature and the biases (3,), summing to 0, that minimise log loss (Guo et al. 2017)."""
    log_scale = torch.zeros(1, requires_grad=True)
    bias = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.LBFGS([log_scale, bias], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = functional.cross_entropy(logits * log_scale.exp() + bias, classes)
        value.backward()
        return value

    optimiser.step(loss)
    return float(torch.exp(-log_scale)), (bias - bias.mean()).detach()


def averaged(folders: list[Path]) -> dict[str, torch.Tensor]:
    """Return the mean of the weights of the folders."""
    states = [load_file(folder / "model.safetensors") for folder in folders]
    return {name: torch.stack([s[name].float() for s in states]).mean(0) for name in states[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--trained", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(2)
    tokenizer = AutoTokenizer.from_pretrained(given.trained[-1])
    model = BertForSequenceClassification.from_pretrained(given.trained[-1]).eval()
    model.load_state_dict(averaged(given.trained), strict=False)
    temperature, bias = fit(*logits_of(model, tokenizer, fitting_set(given.data)))
    with torch.no_grad():
        model.classifier.weight /= temperature
        model.classifier.bias.copy_(model.classifier.bias / temperature + bias)
    model.half().save_pretrained(given.out)
    tokenizer.save_pretrained(given.out)
    biases = dict(zip(LABELS, np.round(bias.tolist(), 3).tolist(), strict=True))
    print(json.dumps({"temperature": round(temperature, 3), "bias": biases}))


if __name__ == "__main__":
    main()
