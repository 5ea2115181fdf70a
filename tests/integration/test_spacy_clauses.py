"""The real parser on sentences written for this project."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cx_text.backends.spacy_clauses import SpacyClauses
from cx_text.errors import ModelMissing
from cx_text.testing import check_cutter, check_spans

pytestmark = pytest.mark.models
CUTTER = SpacyClauses()  # cheap: the model loads on first use

# Each clause as it is shown; a sentence with one string stays whole.
CLAUSES = [
    ("Delivery was fast but the app keeps crashing", ["Delivery was fast", "the app keeps crashing"]),
    ("Great food but slow service", ["Great food", "slow service"]),
    ("good price, bad support", ["good price", "bad support"]),
    ("I love it because it is fast", None),
    ("I opened the app and paid", None),
    ("The app is great but slow", None),
    ("The app is great but very slow", ["The app is great", "very slow"]),
    ("Great!", None),
    ("👍😍", None),
    ("Love it 😍 but too many ads", ["Love it 😍", "too many ads"]),
    ("Although the staff were kind, I waited two hours", ["the staff were kind", "I waited two hours"]),
    ("I waited two hours although I had an appointment", ["I waited two hours", "I had an appointment"]),
    ("The room was lovely whereas the food was cold", ["The room was lovely", "the food was cold"]),
    ("While I was waiting, a nurse came by", None),
    ("While the staff were kind, the wait was far too long",
     ["While the staff were kind", "the wait was far too long"]),
    ("Everything was good except the food", ["Everything was good", "except the food"]),
    ("Apart from the food, everything was good", ["Apart from the food", "everything was good"]),
    ("The room was nice, however the bed was hard", ["The room was nice", "the bed was hard"]),
    ("The bed, however, was hard", None),
    ("The wait was long, otherwise a good experience", ["The wait was long", "otherwise a good experience"]),
    ("It's cheap yet the quality is superb", ["It's cheap", "yet the quality is superb"]),
    ("Haven't received it yet", None),
    ("The staff was rude, they ignored me", ["The staff was rude", "they ignored me"]),
    ("The app is great, the support is terrible", ["The app is great", "the support is terrible"]),
    ("The food was cold and the waiter was rude", ["The food was cold", "the waiter was rude"]),
    ("I ordered on Monday and it arrived on Friday", None),
    ("We waited 3 hours and nobody came", ["We waited 3 hours", "nobody came"]),
    ("I love the food and I hate the service", ["I love the food", "I hate the service"]),
    ("I like the app but hate the ads", ["I like the app", "hate the ads"]),
    ("Nice room, comfortable bed, good breakfast", ["Nice room", "comfortable bed", "good breakfast"]),
    ("Great food and friendly staff", ["Great food", "friendly staff"]),
    ("The hotel has a great pool and terrible food", ["The hotel has a great pool", "terrible food"]),
    ("a slow but reliable service", None),
    ("not only cheap but also good", None),
    ("I had no choice but to cancel", None),
    ("Polite, helpful and quick", None),
    ("The driver was late and rude", None),
    ("If you call them, they never answer", None),
    ("The website, which I use daily, is slow", None),
    ("They said that the order was lost and it would be refunded", None),
    ("I think the app is great and the support is good", ["I think the app is great", "the support is good"]),
    ("Don't buy it, it broke after two days", ["Don't buy it", "it broke after two days"]),
    ("Great camera, battery life could be better", ["Great camera", "battery life could be better"]),
    ("love the app... works great... no ads", ["love the app", "works great", "no ads"]),
    ("Easy to use - good value", ["Easy to use", "good value"]),
    ("Price too high; quality ok", ["Price too high", "quality ok"]),
    ("Service was good.Food was bad!Will not return", ["Service was good", "Food was bad!", "Will not return"]),
    ("Dr. Lee was kind. The wait at St. Anne's was 3.5 hours.",
     ["Dr. Lee was kind", "The wait at St. Anne's was 3.5 hours"]),
    ("I was seen quickly, the nurse was lovely, but parking was expensive and the signs were confusing",
     ["I was seen quickly", "the nurse was lovely", "parking was expensive", "the signs were confusing"]),
]

PHRASES = [
    ("No delivery slots left and customer service ignores me", ["delivery slots", "customer service"]),
    ("The app crashes every time", ["app crashes"]),
    ("The app keeps crashing", ["app crashing"]),
    ("Two items were missing from my order", ["items missing", "order"]),
    ("I want to cancel my subscription", ["cancel subscription"]),
    ("The waiting time is a joke", ["waiting time"]),
    ("The staff were rude", ["rude staff"]),
    ("My GP never rings back", ["GP"]),
]


@pytest.mark.parametrize(("text", "clauses"), CLAUSES, ids=[text[:40] for text, _ in CLAUSES])
def test_clauses(text, clauses):
    [spans] = CUTTER.cut([text])
    assert [text[a:b] for a, b in spans] == (clauses or [text])


def test_contract():
    check_cutter(CUTTER)


@pytest.mark.parametrize(("text", "phrases"), PHRASES, ids=[text[:40] for text, _ in PHRASES])
def test_phrases(text, phrases):
    [found] = CUTTER.phrases([text])
    assert set(phrases) <= set(found)
    assert all(1 <= len(phrase.split()) <= 4 for phrase in found)


@pytest.mark.parametrize("text", ["", "👍", "I love it", "it is what it is", "?!", "the", "a" * 5_000])
def test_no_phrases_from_pronouns_and_stop_words(text):
    assert CUTTER.phrases([text]) == [[]]


WORDS = [
    "the app", "slow", "but", "and", ",", ". ", "\n", "staff", "were", "kind", "is", "however", "although", "I", "😀",
    "!", "it", "great food", "except", "- ", "...", "was rude", "because", "while", "waiting", "which", "love", "5",
    "(", ")",
]
CONJUNCTIONS = {"but", "and", "or", "although", "though", "even", "whereas", "however"}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_spans_are_sound_and_only_conjunctions_are_left_out(text):
    [spans] = CUTTER.cut([text])
    check_spans(text, spans)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    outside = " ".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
    left_out = "".join(c if c.isalnum() else " " for c in outside).lower().split()
    assert set(left_out) <= CONJUNCTIONS


HARD = {
    "100,000 characters without a stop": "the app is slow and the staff are rude " * 2_600,
    "100,000 characters of sentences": "The app is slow, but I like it. " * 3_200,
    "1 MB without a blank": "a" * 1_000_000,
    "1 MB of commas": "a," * 500_000,
    "only marks": "?!.,-" * 20_000,
    "right to left": "هذا التطبيق رائع ولكن الخدمة سيئة " * 300,
    "half a surrogate pair": "slow \ud83d app, and the staff were rude to me",
    "null": "null\x00, and \x00 the app was slow but fine",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_texts_that_hurt(text):
    start = time.process_time()
    check_spans(text, CUTTER.cut([text])[0])
    CUTTER.phrases([text])
    assert time.process_time() - start < 20  # seconds; each takes about one


def test_repeated_texts_are_cut_alike_and_in_order():
    texts = [text for text, _ in CLAUSES] * 2
    assert CUTTER.cut(texts) == CUTTER.cut(texts[: len(CLAUSES)]) * 2


def test_a_missing_model_names_the_command():
    with pytest.raises(ModelMissing) as caught:
        SpacyClauses("xx_no_such_model").cut(["The food was cold, and the waiter was rude"])
    assert str(caught.value) == ("the spaCy model 'xx_no_such_model' is not installed. "
                                 "run: python -m spacy download xx_no_such_model.")
