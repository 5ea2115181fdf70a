"""Average trained weights, calibrate them, and write them as they ship: in half precision.

    python scripts/finish_polarity.py --data FOLDER --trained FOLDER [FOLDER …] --out models/cx-polarity-en

Several trained folders are averaged weight by weight first (Wortsman et al. 2022, arXiv 2203.05482); they must have
been trained from the same base and head. Then a temperature (Guo et al. 2017, arXiv 1706.04599) is fitted for each of
texts with a question, texts without one, and spans, on data that training did not see: half the dev part of the survey,
cut by respondent, the kept-out tenth of the other sets, and the validation part of MAMS. Temperatures change no answer.
They are printed, for the card.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from evaluate_polarity import KEPT_OUT, half_of_dev
from labelled_data import Example, is_kept_out, labelled_texts, targets
from safetensors.torch import load_file
from torch.nn import functional
from train_polarity import encode, read
from transformers import AutoTokenizer, BertForSequenceClassification, PreTrainedTokenizerBase

PER_SET = 300


def fitting_sets(folder: Path) -> dict[str, list[Example]]:
    """Return the examples to calibrate each kind of input on."""
    survey = half_of_dev(folder, 0)
    kept = [e for name in KEPT_OUT for e in
            [e for e in labelled_texts(folder, name) if is_kept_out(e.id)][:PER_SET]]
    return {"asked": survey, "unasked": [replace(e, question=None) for e in survey] + kept,
            "spans": [e for split, e in targets(folder, "mams_atsa") if split == "val"]}


@torch.inference_mode()
def logits_of(model: BertForSequenceClassification, tokenizer: PreTrainedTokenizerBase, examples: list[Example],
              of_spans: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits (n, 3) and classes (n,) of the texts, or of their spans."""
    logits, classes = [], []
    examples = sorted(examples, key=lambda e: len(e.text))  # little padding
    for first in range(0, len(examples), 64):
        batch = encode(tokenizer, examples[first:first + 64])
        logits.append(read(model, batch)[int(of_spans)])
        classes.append((batch.spans if of_spans else batch.whole).argmax(1))
    return torch.cat(logits), torch.cat(classes)


def temperature_of(logits: torch.Tensor, classes: torch.Tensor) -> float:
    """Return the temperature that minimises log loss."""
    logits, classes = logits.clone(), classes.clone()  # inference tensors take part in no gradient
    log_scale = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([log_scale], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        value = functional.cross_entropy(logits * log_scale.exp(), classes)
        value.backward()
        return value

    optimiser.step(loss)
    return float(torch.exp(-log_scale))


def averaged(folders: list[Path]) -> dict[str, torch.Tensor]:
    """Return the mean of the weights of the folders.

    The last one's vocabulary counts. Tokens that others lack, the emoji, take their vectors from those that have them.
    """
    states = [load_file(folder / "model.safetensors") for folder in folders]
    mean = {}
    for name, last in states[-1].items():
        parts = [torch.cat([s[name].float(), last[len(s[name]):].float()]) if s[name].ndim else s[name].float()
                 for s in states]
        mean[name] = torch.stack(parts).mean(0)
    return mean


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of the labelled sets; without it, the mean is written as it "
                        "is, to be trained on from")
    parser.add_argument("--trained", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(2)
    tokenizer = AutoTokenizer.from_pretrained(given.trained[-1])
    model = BertForSequenceClassification.from_pretrained(given.trained[-1]).eval()
    model.load_state_dict(averaged(given.trained), strict=False)
    tokenizer.save_pretrained(given.out)
    if given.data is None:
        model.save_pretrained(given.out)
        return
    found = {kind: temperature_of(*logits_of(model, tokenizer, examples, kind == "spans"))
             for kind, examples in fitting_sets(given.data).items()}
    model.half().save_pretrained(given.out)
    print("temperatures = { " + ", ".join(f"{kind} = {value:.3f}" for kind, value in found.items()) + " }")


if __name__ == "__main__":
    main()
