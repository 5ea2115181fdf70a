"""Speed of `predict` beside a naive loop over a transformers pipeline in float32, and whether both give one answer.

    python scripts/bench_polarity.py [--comments 10000] [--data FOLDER] [--model cx-polarity-en]

One process, the same weights and texts: first the naive loop, text by text, then `predict` with its default settings.
With --data the answers are also compared on real texts: the dev part of the survey answers and the tweets.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from bench_tag import VERBATIM
from example_rows import varied_rows
from labelled_data import nhs, rows
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

import cx_text
from cx_text.backends.opening import model_card
from cx_text.backends.transformer_encoder import pick_device, pick_dtype
from cx_text.text.normalise import normalise

CLASSES = ("negative", "neutral", "positive")


def varied_texts(n_texts: int) -> list[str]:
    """Return invented comments of more than one word, about one in three of them longer than a sentence."""
    texts = varied_rows(n_texts * 5 // 4)[VERBATIM]
    return [str(t) for t in texts[texts.str.split().str.len() > 1].head(n_texts)]


def real_texts(folder: Path) -> list[str]:
    """Return the texts of the survey's dev part and of the tweets, without their questions."""
    return [e.text for split, e in nhs(folder) if split == "dev"] + [
        normalise(row["text"]) for row in rows(folder, "tweeteval_sentiment_val")]


def read_naively(name: str, texts: Sequence[str]) -> np.ndarray:
    """Return the classes, int64 (n_texts,), as a plain loop over a float32 pipeline gives them."""
    folder = model_card(name, "polarity").weights()
    read = pipeline("text-classification", tokenizer=AutoTokenizer.from_pretrained(folder),
                    model=AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32),
                    truncation=True, max_length=256, device="cpu")
    return np.array([CLASSES.index(read(text)[0]["label"]) for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comments", type=int, default=10_000)
    parser.add_argument("--data", type=Path, help="folder of the labelled sets")
    parser.add_argument("--model", default="cx-polarity-en", help="card or folder of our own kind of model")
    given = parser.parse_args()
    texts = varied_texts(given.comments)
    began = time.perf_counter()
    naive = read_naively(given.model, texts)
    naive_seconds = time.perf_counter() - began
    model = cx_text.load_polarity_model(given.model)
    began = time.perf_counter()
    ours = model.predict(texts).argmax(axis=1)
    seconds = time.perf_counter() - began
    dtype = str(pick_dtype("auto", pick_device("auto"))).removeprefix("torch.")
    print(f"{len(texts):,} invented comments, {len(set(texts)):,} of them different; loading included in both")
    print(f"naive loop, float32, one by one: {naive_seconds:.1f} s, {len(texts) / naive_seconds:.0f} comments/s")
    print(f"predict, {dtype}: {seconds:.1f} s, {len(texts) / seconds:.0f} comments/s: "
          f"{naive_seconds / seconds:.1f} times the naive loop")
    print(f"same answers on these: {(naive == ours).mean():.2%}")
    if given.data:
        texts = real_texts(given.data)
        exact = cx_text.load_polarity_model(given.model, dtype="float32").predict(texts).argmax(axis=1)
        print(f"same answers as float32 on {len(texts):,} survey answers and tweets: "
              f"{(exact == model.predict(texts).argmax(axis=1)).mean():.2%}")


if __name__ == "__main__":
    main()
