"""Sentence vectors by a transformer: the mean of the token vectors, at length 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import AutoModel, PreTrainedModel

from cx_text.backends.base import FloatArray
from cx_text.backends.public_models import check_reachable
from cx_text.backends.transformer_encoder import (
    in_batches,
    load_tokenizer,
    make_windows,
    max_tokens_of,
    padded,
    pick_device,
    pick_dtype,
    quiet_loading,
)
from cx_text.errors import ModelMissing
from cx_text.text.redact import in_words


class TransformerEmbedder:
    """Embeds each distinct text once; vectors of a bounded number of texts are kept, so that no text is read twice.

    Placeholders of personal data are read as the everyday words of `in_words`.

    Args:
        place: Folder or public name of a sentence-transformers model that pools by the mean.
        overlay: safetensors file with weights that replace some of the model's.
        max_tokens: Longest window; longer texts are the mean of their windows.
        device: "auto", "cpu" or "cuda".
        dtype: "auto", "float32" or "bfloat16".
        n_kept: How many texts' vectors are remembered (384 numbers of 4 bytes each: 20,000 take 31 MB).
    """

    def __init__(self, place: Path | str, *, overlay: Path | None = None, max_tokens: int | None = 256,
                 device: str = "auto", dtype: str = "auto", n_kept: int = 50_000) -> None:
        self.place, self.overlay, self.n_kept = place, overlay, n_kept
        self._wanted = (max_tokens, device, dtype)
        self._loaded: tuple[PreTrainedModel, Any, int] | None = None
        self._kept: dict[str, FloatArray] = {}

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Return float32 (n_texts, n_dims), rows of length 1, in the order of the texts."""
        model, _, _ = self._model()
        missing = [t for t in dict.fromkeys(texts) if t not in self._kept]
        fresh = dict(zip(missing, self._read(missing), strict=True))
        for text in missing[: max(0, self.n_kept - len(self._kept))]:
            self._kept[text] = fresh[text]
        rows = [fresh[t] if t in fresh else self._kept[t] for t in texts]
        return np.stack(rows) if rows else np.zeros((0, model.config.hidden_size), dtype=np.float32)

    def _read(self, texts: Sequence[str]) -> FloatArray:
        model, tokenizer, max_tokens = self._model()
        sums = torch.zeros(len(texts), model.config.hidden_size)
        with torch.inference_mode():
            for batch in in_batches(make_windows(tokenizer, [*map(in_words, texts)], [None] * len(texts), max_tokens)):
                inputs = padded(batch, tokenizer.pad_token_id or 0, model.device)
                hidden = model(**inputs).last_hidden_state.float()
                mask = inputs["attention_mask"].unsqueeze(-1)
                indices = torch.tensor([w.text_index for w in batch])
                sums.index_add_(0, indices, (hidden * mask).sum(1).cpu())  # windows of one text add up
        return torch.nn.functional.normalize(sums, dim=1).numpy()

    def _model(self) -> tuple[PreTrainedModel, Any, int]:
        if self._loaded is None:
            max_tokens, device_word, dtype_word = self._wanted
            device = pick_device(device_word)
            check_reachable(self.place)
            with quiet_loading():
                model = AutoModel.from_pretrained(self.place, dtype=pick_dtype(dtype_word, device))
            if self.overlay is not None:
                unknown = model.load_state_dict(load_file(self.overlay), strict=False).unexpected_keys
                if unknown:
                    raise ModelMissing(f"its weights do not fit {self.place} ({unknown[0]})", where=str(self.overlay))
            model = model.to(device).eval()
            tokenizer = load_tokenizer(self.place)
            self._loaded = model, tokenizer, max_tokens_of(model, tokenizer, max_tokens)
        return self._loaded
