"""Our weights as they ship: they load without a network, read questions and spans, and say the same in bfloat16."""

import hashlib

import numpy as np
import pytest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import cx_text
from cx_text.backends.opening import Models, open_polarity
from cx_text.config import load_card, load_recipe
from cx_text.testing import check_embedder, check_polarity

NEGATIVE, _, POSITIVE = range(3)


@pytest.fixture(scope="module")
def model():
    return cx_text.load_polarity_model()


def test_contracts(model):
    check_polarity(model)
    check_embedder(Models(load_recipe("nps_survey")).embedder)


@pytest.mark.parametrize(("text", "question", "polarity"), [
    ("Nothing", "What could we do better?", POSITIVE),
    ("Nothing", "What was good?", NEGATIVE),
    ("I love it", None, POSITIVE),
    ("Not bad at all", None, POSITIVE),
    ("The app keeps crashing when I pay", None, NEGATIVE),
    ("It was not good", None, NEGATIVE),
    ("Waited two hours for a reply", "What is the main reason for your score?", NEGATIVE),
])
def test_plain_cases(model, text, question, polarity):
    assert model.predict([text], [question])[0].argmax() == polarity


def test_each_clause_is_read_in_its_own_right(model):
    text = "The support was great but the price is silly"
    _, parts = model.predict_spans([text], [[(0, 21), (26, 44), (30, 35)]])  # two clauses, and "price" as a target
    assert parts[0].argmax(axis=1).tolist() == [POSITIVE, NEGATIVE, NEGATIVE]


def test_bfloat16_says_what_float32_says():
    texts = [f"{subject} {verdict}" for subject in ("The app", "Delivery", "Your support team", "The price")
             for verdict in ("is great", "is awful", "is okay", "could be better", "never works", "was fine today")]
    exact, fast = (open_polarity(None, "cpu", dtype).predict(texts) for dtype in ("float32", "bfloat16"))
    assert (exact.argmax(1) == fast.argmax(1)).all()
    assert np.abs(exact - fast).max() < 0.03


def test_the_folder_loads_with_transformers_alone(model):
    folder = load_card("cx-polarity-en").weights()
    plain = AutoModelForSequenceClassification.from_pretrained(folder, dtype="float32")
    tokens = AutoTokenizer.from_pretrained(folder)("The app keeps crashing", return_tensors="pt")
    assert plain.config.id2label[int(plain(**tokens).logits.argmax())] == "negative"


def test_the_card_names_the_weights_that_are_there():
    for name in ("cx-polarity-en", "cx-themes-en", "all-minilm-l6-v2"):
        card = load_card(name)
        digest = hashlib.sha256((card.overlay_file() or card.weights() / "model.safetensors").read_bytes()).hexdigest()
        assert digest.startswith(card.revision)
    implied = load_card("cx-implied-en")
    digest = hashlib.sha256((implied.weights() / "coefficients.json").read_bytes()).hexdigest()
    assert digest.startswith(implied.revision)


def test_themes_are_found_and_assigned_by_one_rule(survey):
    texts = survey["comment"].tolist() * 2
    codeframe = cx_text.discover_themes(texts, recipe=load_recipe("nps_survey").model_copy(
        update={"themes": load_recipe("nps_survey").themes.model_copy(update={"min_opinions": 4})}))
    assert 2 <= sum(t.parent is None and not t.is_given for t in codeframe.themes) <= 8
    ids, confidence = codeframe.assign(["My delivery was late", "The app crashed again", "Such friendly drivers"])
    assert len(set(ids)) == 3
    assert None not in ids
    assert ((confidence > 0) & (confidence <= 1)).all()
    assert {t.label for t in codeframe.themes} == set(dict.fromkeys(t.label for t in codeframe.themes))
    assert all(t.label.lower() not in ("", "-1") for t in codeframe.themes)
