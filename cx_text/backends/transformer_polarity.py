"""Polarity by a transformer: our own weights, or any sequence classifier by folder or public name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, PreTrainedModel

from cx_text.backends.base import FloatArray, IntArray, Span
from cx_text.backends.public_models import check_reachable
from cx_text.backends.transformer_encoder import (
    QUESTION_CHARACTERS,
    Window,
    in_batches,
    load_tokenizer,
    make_windows,
    max_tokens_of,
    padded,
    pick_device,
    pick_dtype,
    quiet_loading,
)
from cx_text.errors import ConfigError, ModelMissing

CLASSES = ("negative", "neutral", "positive")
SPANLESS: Sequence[Span] = ()


class TransformerPolarity:
    """Reads polarity of texts, and of spans of them in context, with one pass over each distinct text.

    Args:
        place: Folder or public name of a sequence classifier.
        labels: The model's label → "negative", "neutral" or "positive"; several labels may share one. None: by name.
        reads_question: Whether the question is put in front of the text as the first of a pair.
        reads_spans: Whether the classifier was trained on mean-pooled spans. If not, a span is read as a text.
        temperatures: What the logits of "asked" texts (with a question), "unasked" ones and "spans" are divided by, so
            that confidence means what it says (Guo et al. 2017, arXiv 1706.04599); 1 where nothing is given.
        max_tokens: Longest window; longer texts are read in overlapping windows, averaged by their tokens.
        device: "auto", "cpu" or "cuda".
        dtype: "auto", "float32" or "bfloat16".
    """

    def __init__(self, place: Path | str, *, labels: Mapping[str, str] | None = None, reads_question: bool = False,
                 reads_spans: bool = False, temperatures: Mapping[str, float] | None = None,
                 max_tokens: int | None = None, device: str = "auto", dtype: str = "auto") -> None:
        self.place, self.labels = place, labels
        self.temperatures = {"asked": 1.0, "unasked": 1.0, "spans": 1.0, **(temperatures or {})}
        self.reads_question, self.reads_spans = reads_question, reads_spans
        self._wanted = (max_tokens, device, dtype)
        self._loaded: tuple[PreTrainedModel, Any, torch.Tensor, int] | None = None

    def predict(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> FloatArray:
        """Return float32 (n_texts, 3): probabilities of negative, neutral, positive; rows sum to 1."""
        return self.predict_spans(texts, [SPANLESS] * len(texts), questions)[0]

    def predict_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], questions: Sequence[str | None] | None = None
    ) -> tuple[FloatArray, list[FloatArray]]:
        """Return the texts' probabilities as `predict`, and per text float32 (n_spans, 3) for its spans in context.

        Raises:
            ValueError: `texts`, `spans` and `questions` differ in length.
        """
        asked = list(questions) if questions is not None else [None] * len(texts)
        if not len(texts) == len(spans) == len(asked):
            raise ValueError(f"{len(texts)} texts, {len(spans)} lists of spans and {len(asked)} questions")
        if not self.reads_question:
            asked = [None] * len(texts)
        if not self.reads_spans:
            return self._as_texts(texts, spans, asked)
        keys: dict[tuple[str, str | None, tuple[Span, ...]], int] = {}
        where = [keys.setdefault((t, q, tuple(s)), len(keys)) for t, q, s in zip(texts, asked, spans, strict=True)]
        whole, parts = self._read([k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
        return whole[where], [parts[i] for i in where]

    def count_windows(self, texts: Sequence[str], questions: Sequence[str | None] | None = None) -> list[int]:
        """Return in how many overlapping windows each text is read: 1 for all but long ones."""
        counts = [1] * len(texts)
        max_tokens = self._model()[3]
        asked = list(questions) if questions is not None and self.reads_question else [None] * len(texts)
        # A token has at least one character, and a question takes at most its own share of the window.
        long = [i for i, (text, question) in enumerate(zip(texts, asked, strict=True))
                if len(text) + len((question or "")[:QUESTION_CHARACTERS]) + 3 > max_tokens]
        windows = make_windows(self._model()[1], [texts[i] for i in long], [asked[i] for i in long], max_tokens)
        for place, n in Counter(w.text_index for w in windows).items():
            counts[long[place]] = n
        return counts

    def _as_texts(self, texts: Sequence[str], spans: Sequence[Sequence[Span]],
                  questions: Sequence[str | None]) -> tuple[FloatArray, list[FloatArray]]:
        everything = list(zip(texts, questions, strict=True))
        everything += [(t[a:b], q) for t, ss, q in zip(texts, spans, questions, strict=True) for a, b in ss]
        keys: dict[tuple[str, str | None], int] = {}
        where = [keys.setdefault(pair, len(keys)) for pair in everything]
        read, _ = self._read([k[0] for k in keys], [k[1] for k in keys], [SPANLESS] * len(keys))
        flat = read[where]
        cuts = len(texts) + np.cumsum([0] + [len(ss) for ss in spans])
        return flat[: len(texts)], [flat[a:b] for a, b in pairwise(cuts)]

    def _read(self, texts: Sequence[str], questions: Sequence[str | None],
              spans: Sequence[Sequence[Span]]) -> tuple[FloatArray, list[FloatArray]]:
        whole = np.zeros((len(texts), 3), dtype=np.float32)
        parts = [np.zeros((len(ss), 3), dtype=np.float32) for ss in spans]
        if not texts:
            return whole, parts
        model, tokenizer, mapping, max_tokens = self._model()
        windows = make_windows(tokenizer, texts, questions, max_tokens)
        bounds = [np.asarray(ss, dtype=np.int64).reshape(-1, 2) for ss in spans]
        n_own = np.zeros(len(texts), dtype=np.float32)
        best: dict[tuple[int, int], int] = {}  # (text, span) → most tokens of it seen in one window
        with torch.inference_mode():
            for batch in in_batches(windows):
                inputs = padded(batch, tokenizer.pad_token_id or 0, model.device)
                aims = [aim for row, window in enumerate(batch)
                        for aim in _aims(row, window, bounds[window.text_index])]
                logits, span_logits = self._logits(model, inputs, [(row, a, b) for row, _, _, a, b in aims])
                heat = torch.tensor([self.temperatures["asked" if questions[w.text_index] else "unasked"]
                                     for w in batch])[:, None]
                found = ((logits.float().cpu() / heat).softmax(-1) @ mapping).numpy()
                for row, window in enumerate(batch):
                    weight = max(window.n_own_tokens, 1)
                    whole[window.text_index] += weight * found[row]
                    n_own[window.text_index] += weight
                if aims:
                    inside = ((span_logits.float().cpu() / self.temperatures["spans"]).softmax(-1) @ mapping).numpy()
                    for (_, text, k, a, b), probabilities in zip(aims, inside, strict=True):
                        if b - a > best.get((text, k), -1):
                            best[text, k] = b - a
                            parts[text][k] = probabilities
        for text, k in ((t, k) for t, ss in enumerate(spans) for k in range(len(ss)) if (t, k) not in best):
            parts[text][k] = whole[text]  # no token of its own, such as a lone symbol: it reads as the text does
        return _normed(whole / n_own[:, None]), [_normed(p) for p in parts]

    @staticmethod
    def _logits(model: Any, inputs: dict[str, torch.Tensor],
                pools: Sequence[tuple[int, int, int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits per window, and per (row, first token, end token) the logits of the mean of those tokens."""
        if not pools:
            return model(**inputs).logits, torch.zeros(0)
        hidden = model.bert(**inputs).last_hidden_state  # (n_windows, n_tokens, n_dims)
        pooler = model.bert.pooler
        # Running sums in float32: a span's mean is then one difference, whatever the number of spans.
        sums = torch.nn.functional.pad(hidden.float().cumsum(1), (0, 0, 1, 0))
        row, first, end = (torch.tensor(column, device=hidden.device) for column in zip(*pools, strict=True))
        means = (sums[row, end] - sums[row, first]) / (end - first).clamp(min=1)[:, None]
        pooled = pooler.activation(pooler.dense(means.to(hidden.dtype)))
        return model.classifier(pooler(hidden)), model.classifier(pooled)

    def _model(self) -> tuple[PreTrainedModel, Any, torch.Tensor, int]:
        if self._loaded is None:
            max_tokens, device_word, dtype_word = self._wanted
            device = pick_device(device_word)
            check_reachable(self.place)
            try:
                with quiet_loading():
                    model = AutoModelForSequenceClassification.from_pretrained(
                        self.place, dtype=pick_dtype(dtype_word, device)).to(device).eval()
                tokenizer = load_tokenizer(self.place)
            except (OSError, ValueError):  # unknown name, no network, a folder without weights, and one of no model
                raise ModelMissing(f"the weights of {str(self.place)!r} are not on this machine and cannot be fetched",
                                   next="Check the name and the network, or give a folder with weights") from None
            mapping = label_matrix(model.config.id2label, self.labels, str(self.place))
            self._loaded = model, tokenizer, mapping, max_tokens_of(model, tokenizer, max_tokens)
        return self._loaded


def _aims(row: int, window: Window, bounds: IntArray) -> list[tuple[int, int, int, int, int]]:
    """Return row, text, span, first and end token of the spans that have tokens in a window."""
    tokens = window.tokens_of(bounds)
    return [(row, window.text_index, k, *tokens[k].tolist())
            for k in np.flatnonzero(tokens[:, 1] > tokens[:, 0]).tolist()]


def label_matrix(id2label: Mapping[int, str], labels: Mapping[str, str] | None, place: str) -> torch.Tensor:
    """Return float32 (n_labels, 3) that sums a model's label probabilities into negative, neutral, positive.

    Raises:
        ConfigError: A label is not mapped and its name does not begin like one of the three.
    """
    matrix = torch.zeros(len(id2label), 3)
    for index, label in id2label.items():
        named = (labels or {}).get(label) or next((c for c in CLASSES if label.lower().startswith(c[:3])), None)
        if named not in CLASSES:
            raise ConfigError(
                f"label {label!r} of the model is none of {', '.join(CLASSES)}", where=place,
                next=f'Write a card with [labels] that maps it, such as {label!r} = "positive"')
        matrix[int(index), CLASSES.index(named)] = 1.0
    return matrix


def _normed(probabilities: FloatArray) -> FloatArray:
    """Return rows that sum to 1 again after averaging; rows of nothing stay evenly unsure."""
    totals = probabilities.sum(axis=1, keepdims=True)
    return np.where(totals > 0, probabilities / np.where(totals > 0, totals, 1), np.float32(1 / 3)).astype(np.float32)
