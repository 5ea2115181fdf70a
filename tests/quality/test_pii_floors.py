"""Personal data may not be found worse, nor more ordinary words be masked: floors under the measured figures."""

import pytest
from evaluate_pii import answers, on_invented, on_labelled, words_masked

from cx_text.backends.presidio_pii import PresidioPii
from cx_text.text.redact import PiiKind

pytestmark = pytest.mark.models

# Kind → least recall and least precision, spans that overlap, in 600 of the labelled sentences.
FLOORS = {PiiKind.EMAIL: (0.95, 0.95), PiiKind.PHONE: (0.85, 0.75), PiiKind.CARD: (0.95, 0.95),
          PiiKind.NAME: (0.65, 0.78), PiiKind.ADDRESS: (0.48, 0.95)}
MOST_WORDS_MASKED = 0.002


@pytest.fixture(scope="module")
def pii():
    return PresidioPii()


@pytest.fixture(scope="module")
def found(labelled_sets, pii):
    return on_labelled(labelled_sets, pii, 600)


@pytest.mark.parametrize("kind", FLOORS)
def test_what_is_found(found, kind):
    recall, precision = FLOORS[kind]
    assert found[kind].n_touched >= recall * found[kind].n
    assert found[kind].n_called_right >= precision * found[kind].n_called


def test_names_in_feedback(pii):
    names = on_invented(pii)[PiiKind.NAME]
    assert names.n_touched >= 0.72 * names.n
    assert names.n_called_right >= 0.87 * names.n_called


def test_few_words_of_anonymous_answers_are_masked(labelled_sets, pii):
    texts = answers(labelled_sets, 1_000)
    masked, n_words = words_masked(texts, pii.find(texts))
    assert masked.total() <= MOST_WORDS_MASKED * n_words
