import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from cx_text.backends.transformer_embedder import TransformerEmbedder
from cx_text.testing import check_embedder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz",
             *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    (place / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(vocab=str(place / "vocab.txt"), model_max_length=32).save_pretrained(place)
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                         intermediate_size=16, max_position_embeddings=32)).save_pretrained(place)
    return place


def test_contract(folder):
    check_embedder(TransformerEmbedder(folder, dtype="float32", device="cpu"))


def test_a_text_is_read_once_and_the_memory_of_it_is_bounded(folder):
    embedder = TransformerEmbedder(folder, dtype="float32", device="cpu", n_kept=2)
    first = embedder.embed(["a", "b", "c"])
    assert list(embedder._kept) == ["a", "b"]
    assert np.allclose(embedder.embed(["c", "b", "a"]), first[::-1], atol=1e-6)


def test_the_end_of_a_long_text_counts(folder):
    embedder = TransformerEmbedder(folder, dtype="float32", device="cpu")
    start = "a b c d " * 40
    near, far = embedder.embed([start, start + "z y x w " * 40])
    assert float(near @ far) < 0.9999
