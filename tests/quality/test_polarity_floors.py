"""The polarity model may not get worse: floors under the measured figures, on slices of the labelled sets."""

import numpy as np
import pytest
from labelled_data import nhs, targets
from sklearn.metrics import f1_score

import cx_text

N_ANSWERS, N_TARGETS = 400, 200


@pytest.fixture(scope="module")
def model():
    return cx_text.load_polarity_model()


def test_survey_answers_with_their_question(labelled_sets, model):
    dev = [e for split, e in nhs(labelled_sets) if split == "dev"][:N_ANSWERS]
    read = model.predict([e.text for e in dev], [e.question for e in dev]).argmax(1)
    assert f1_score([e.label for e in dev], read, average="macro") >= 0.70  # 0.76 on all 938


def test_targets(labelled_sets, model):
    test = [e for split, e in targets(labelled_sets, "mams_atsa") if split == "test"][:N_TARGETS]
    _, parts = model.predict_spans([e.text for e in test], [[s[:2] for s in e.spans] for e in test])
    gold = np.array([c for e in test for *_, c in e.spans])
    assert (np.concatenate(parts).argmax(1) == gold).mean() >= 0.73  # 0.778 on all 1,331
