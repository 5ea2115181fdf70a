"""The transformer back-end on a tiny random model: shapes, windows, spans, label mapping; no weights of ours."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from cx_text.backends.transformer_encoder import make_windows
from cx_text.backends.transformer_polarity import TransformerPolarity, label_matrix
from cx_text.errors import ConfigError
from cx_text.testing import check_polarity

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz",
         *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"), ".", ",", "good", "bad", "app", "slow"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a random model whose labels are named LABEL_0 … as in many public ones."""
    place = tmp_path_factory.mktemp("tiny")
    (place / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    BertTokenizerFast(vocab=str(place / "vocab.txt"), model_max_length=64).save_pretrained(place)
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=32, max_position_embeddings=64, num_labels=3,
                        id2label={0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"})
    BertForSequenceClassification(config).save_pretrained(place)
    return place


LABELS = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}


def opened(folder, **options):
    return TransformerPolarity(folder, labels=LABELS, dtype="float32", device="cpu", **options)


@pytest.mark.parametrize("reads_spans", [True, False])
def test_contract(folder, reads_spans):
    check_polarity(opened(folder, reads_spans=reads_spans))


def test_a_model_by_folder_needs_its_labels_mapped(folder):
    with pytest.raises(ConfigError) as caught:
        TransformerPolarity(folder, dtype="float32").predict(["good"])
    assert str(caught.value) == (
        f"{folder}: label 'LABEL_0' of the model is none of negative, neutral, positive. "
        "Write a card with [labels] that maps it, such as 'LABEL_0' = \"positive\".")


def test_labels_that_share_a_class_add_up():
    stars = {f"{n} stars": c for n, c in zip(range(1, 6), ("negative", "negative", "neutral", "positive", "positive"),
                                             strict=True)}
    matrix = label_matrix(dict(enumerate(stars)), stars, "a model")
    assert (torch.tensor([[0.1, 0.2, 0.3, 0.25, 0.15]]) @ matrix).tolist() == [pytest.approx([0.3, 0.3, 0.4])]


def test_labels_named_as_usual_need_no_mapping():
    assert label_matrix({0: "POS", 1: "Neutral", 2: "neg"}, None, "a model").argmax(1).tolist() == [2, 1, 0]


def test_batches_of_one_and_of_many_agree(folder):
    model = opened(folder)
    texts = ["good app", "bad", "slow slow slow slow, bad app.", "good"]
    assert np.allclose(model.predict(texts), np.concatenate([model.predict([t]) for t in texts]), atol=1e-5)


def test_order_and_repeats_do_not_matter(folder):
    model = opened(folder)
    there = model.predict(["good app", "bad", "good app"])
    assert (there[0] == there[2]).all()
    assert np.allclose(model.predict(["bad", "good app"]), there[[1, 0]], atol=1e-6)


def test_nothing_of_a_long_text_is_left_out(folder):
    tokenizer = opened(folder)._model()[1]
    text = " ".join(["good", "bad", "app", "slow"] * 60)
    windows = make_windows(tokenizer, [text], [None], 64)
    seen = {tuple(o) for w in windows for o in w.offsets.tolist() if o[0] >= 0}
    assert len(windows) > 2
    assert len(seen) == 240
    assert all(w.n_tokens <= 64 for w in windows)


def test_spans_of_a_long_text_are_all_read(folder):
    model = opened(folder, reads_spans=True)
    text = " ".join(["good", "bad", "app", "slow"] * 60)
    spans = [(i, i + 4) for i in range(0, len(text) - 4, 100)]
    _, parts = model.predict_spans([text], [spans])
    assert parts[0].shape == (len(spans), 3)
    assert np.allclose(parts[0].sum(1), 1, atol=1e-5)
    assert len(np.unique(parts[0].round(4), axis=0)) > 1


def test_the_question_is_read_only_where_the_model_can(folder):
    texts, questions = ["good"], ["bad app?"]
    deaf, listening = opened(folder), opened(folder, reads_question=True)
    assert (deaf.predict(texts) == deaf.predict(texts, questions)).all()
    assert not np.allclose(listening.predict(texts), listening.predict(texts, questions))


def test_a_question_of_any_length_leaves_room_for_the_text(folder):
    tokenizer = opened(folder)._model()[1]
    windows = make_windows(tokenizer, ["good app"], ["bad " * 10], 64)
    assert windows[0].n_own_tokens == 2


def test_lengths_must_agree(folder):
    with pytest.raises(ValueError, match="2 texts, 1 lists of spans and 2 questions"):
        opened(folder).predict_spans(["a", "b"], [[]])


def test_a_span_without_a_token_reads_as_the_text_does(folder):
    whole, parts = opened(folder, reads_spans=True).predict_spans(["good \u200b"], [[(5, 6)]])
    assert np.allclose(parts[0], whole, atol=1e-6)


def test_each_kind_of_input_has_its_temperature_and_no_answer_changes(folder):
    texts, questions, spans = ["good app", "good app"], ["bad", None], [[(0, 4)], [(0, 4)]]
    plain, plain_parts = opened(folder, reads_question=True, reads_spans=True).predict_spans(texts, spans, questions)
    warm, warm_parts = opened(folder, reads_question=True, reads_spans=True, temperatures={
        "asked": 0.5, "spans": 2.0}).predict_spans(texts, spans, questions)
    np.testing.assert_allclose(warm[1], plain[1], atol=1e-6)  # no question: nothing was given for it
    for ours, theirs, power in ((warm[0], plain[0], 2.0), (warm_parts[0][0], plain_parts[0][0], 0.5)):
        expected = theirs**power / (theirs**power).sum()
        np.testing.assert_allclose(ours, expected, atol=1e-5)
        assert ours.argmax() == theirs.argmax()
