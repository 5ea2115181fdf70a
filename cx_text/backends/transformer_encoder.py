"""One pass of a transformer encoder over many texts: batches of like length, windows for long texts."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, PreTrainedModel
from transformers.utils import logging as transformers_logging

from cx_text.backends.base import IntArray
from cx_text.errors import ConfigError, ModelError

# Small batches stay in the cache: in float32 on two cores, 1,024, 2,048, 4,096 and 8,192 padded tokens gave 263, 266,
# 240 and 192 comments a second.
TOKENS_PER_BATCH = 2048
QUESTION_CHARACTERS = 300  # of a longer one the rest is left out, so that every window has room for the text
CLEARLY = 1.5  # times
STRIDE = 32  # tokens that two windows of one long text share, so that no clause is read without its neighbours


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of one text as the encoder reads it."""

    text_index: int
    inputs: dict[str, list[int]]  # names of the model's inputs → ids, all of one length
    offsets: IntArray  # (n_tokens, 2): characters of the text, half-open; (-1, -1) for tokens outside it

    @property
    def n_tokens(self) -> int:
        """Count all tokens, special ones included."""
        return len(self.offsets)

    @property
    def n_own_tokens(self) -> int:
        """Count the tokens of the text itself."""
        return int((self.offsets[:, 0] >= 0).sum())

    def tokens_of(self, spans: IntArray) -> IntArray:
        """Return the half-open range of tokens that touch each span of characters; empty ranges have equal ends.

        Args:
            spans: int64 (n_spans, 2): characters of the text.

        Returns:
            int64 (n_spans, 2).
        """
        own = np.flatnonzero(self.offsets[:, 0] >= 0)
        if not len(own):
            return np.zeros_like(spans)
        first = np.searchsorted(self.offsets[own, 1], spans[:, 0], side="right")
        end = np.searchsorted(self.offsets[own, 0], spans[:, 1], side="left")
        tokens: IntArray = np.stack([first, np.maximum(first, end)], axis=1) + own[0]
        return tokens


@lru_cache(maxsize=1)
def has_fast_bfloat16() -> bool:
    """Say whether this processor multiplies matrices clearly faster in bfloat16 than in float32, by letting it once.

    Its flags do not tell: of two processors with AVX-512 BF16 and no AMX, one did 160 GFLOP/s in bfloat16 and 260 in
    float32, the other 885 and 205. The race takes about 0.1 s. Its result is kept in the user's cache, since in a busy
    moment another one may end otherwise, and with other numbers come other tags. The manifest says which it was.
    """
    capabilities = torch.cpu.get_capabilities()
    if not any(capabilities.get(flag) for flag in ("amx_bf16", "avx512_bf16")):
        return False
    key = hashlib.sha256(f"{platform.node()} {torch.__version__} {sorted(capabilities.items())}".encode()).hexdigest()
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cx_text" / f"bfloat16-{key[:12]}"
    try:
        return kept.read_text("ascii") == "fast"
    except (OSError, ValueError):
        is_fast = _wins_race()
    with suppress(OSError):  # a home that cannot be written to: the race is run each time
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("fast" if is_fast else "slow", "ascii")
    return is_fast


def _wins_race() -> bool:
    """Run one layer of our encoder's size in both number types, in turn, and compare the shortest times."""
    dtypes = (torch.float32, torch.bfloat16)
    layers = {dtype: torch.nn.Linear(384, 1536).to(dtype) for dtype in dtypes}
    shortest = dict.fromkeys(dtypes, float("inf"))
    with torch.inference_mode():
        for _ in range(12):
            for dtype in dtypes:
                rows = torch.ones(1024, 384, dtype=dtype)
                began = perf_counter()
                layers[dtype](rows)
                shortest[dtype] = min(shortest[dtype], perf_counter() - began)
    return shortest[torch.float32] > CLEARLY * shortest[torch.bfloat16]


def pick_device(word: str) -> torch.device:
    """Return the device for "auto", "cpu" or "cuda"; auto takes a GPU when torch sees one.

    Raises:
        ConfigError: It is another word.
        ModelError: A GPU is asked for, and torch sees none.
    """
    if word not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"device {word!r} is none of auto, cpu, cuda")
    if word == "cuda" and not torch.cuda.is_available():
        raise ModelError("device 'cuda' was asked for, and torch sees no GPU on this machine",
                         next="Leave the device out, or install a torch that knows your GPU")
    return torch.device("cuda" if word == "auto" and torch.cuda.is_available() else word.replace("auto", "cpu"))


def pick_dtype(word: str, device: torch.device) -> torch.dtype:
    """Return the number type for "auto", "float32" or "bfloat16"; auto takes bfloat16 where it is fast."""
    if word == "auto":
        return torch.bfloat16 if device.type == "cuda" or has_fast_bfloat16() else torch.float32
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[word]


def make_windows(tokenizer: Any, texts: Sequence[str], questions: Sequence[str | None],
                 max_tokens: int) -> list[Window]:
    """Return the windows of all texts, in order; a text that fits has one, and nothing of a long one is left out."""
    windows: list[Window] = []
    plain = [i for i, q in enumerate(questions) if not q]
    asked = [i for i, q in enumerate(questions) if q]
    for indices, own in ((plain, 0), (asked, 1)):
        if not indices:
            continue
        first = [(questions[i] or "")[:QUESTION_CHARACTERS] if own else texts[i] for i in indices]
        second = [texts[i] for i in indices] if own else None
        encoded = tokenizer(first, second, truncation="only_second" if own else True, max_length=max_tokens,
                            stride=min(STRIDE, max_tokens // 4), return_overflowing_tokens=True,
                            return_offsets_mapping=True)
        names = [n for n in tokenizer.model_input_names if n in encoded]
        for row, sample in enumerate(encoded["overflow_to_sample_mapping"]):
            inside = np.array([s == own for s in encoded.sequence_ids(row)])
            offsets = np.array(encoded["offset_mapping"][row], dtype=np.int64).reshape(-1, 2)
            offsets[~inside] = -1
            windows.append(Window(indices[sample], {n: encoded[n][row] for n in names}, offsets))
    return windows


def in_batches(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Yield batches of like length of about TOKENS_PER_BATCH padded tokens, longest first (so memory peaks at once)."""
    ordered = sorted(windows, key=lambda w: -w.n_tokens)
    first = 0
    while first < len(ordered):
        size = max(1, TOKENS_PER_BATCH // ordered[first].n_tokens)
        yield ordered[first:first + size]
        first += size


def padded(batch: Sequence[Window], pad_id: int, device: torch.device) -> dict[str, torch.Tensor]:
    """Return the model's inputs for one batch, each int64 (n_windows, n_tokens)."""
    width = max(w.n_tokens for w in batch)
    inputs: dict[str, torch.Tensor] = {}
    for name in batch[0].inputs:
        fill = pad_id if name == "input_ids" else 0
        inputs[name] = torch.tensor([w.inputs[name] + [fill] * (width - w.n_tokens) for w in batch], device=device)
    return inputs


@contextmanager
def quiet_loading() -> Iterator[None]:
    """Keep transformers' own progress bars off the terminal while weights load."""
    was_on = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_on:
            transformers_logging.enable_progress_bar()


def load_tokenizer(place: Path | str) -> Any:
    """Return the fast tokenizer of a model folder or public name."""
    return AutoTokenizer.from_pretrained(place, use_fast=True)


def max_tokens_of(model: PreTrainedModel, tokenizer: Any, asked: int | None) -> int:
    """Return how many tokens one window may hold: the smallest of what is asked and what model and tokenizer allow."""
    positions = getattr(model.config, "max_position_embeddings", 512)
    if getattr(model.config, "model_type", "") in ("roberta", "xlm-roberta", "camembert"):
        positions -= 2  # these count positions from the padding id on, so two of them are never free
    return int(min(asked or positions, positions, tokenizer.model_max_length))
