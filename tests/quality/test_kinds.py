"""Kinds of comments may not be told apart worse: floors under the measured figures."""

import pytest
from evaluate_kinds import FEEDBACK, false_alarms, invented, on_cases, on_messages, on_surveys

from cx_text.comment import Kind

N_ROWS = 2_000


@pytest.mark.parametrize("kind", Kind)
def test_invented_texts(kind):
    found = on_cases(invented())[kind]
    assert found.n_right >= 0.95 * found.n
    assert found.n_right >= 0.95 * found.n_called


def test_no_invented_text_is_there_twice():
    cases = [(case.text.casefold(), case.question) for case in invented()]
    assert len(cases) == len(set(cases)) >= 150


def test_survey_answers_that_answer_nothing(labelled_sets):
    found = on_surveys(labelled_sets, N_ROWS)
    assert found.n_right >= 0.95 * found.n
    assert found.n_right >= 0.65 * found.n_called


def test_spam_among_messages(labelled_sets):
    found = on_messages(labelled_sets, "test")
    assert found.n_right >= 0.70 * found.n
    assert found.n_right >= 0.97 * found.n_called


@pytest.mark.parametrize("name", FEEDBACK)
def test_feedback_is_no_spam(labelled_sets, name):
    n_called, _ = false_alarms(labelled_sets, name, N_ROWS)
    assert n_called <= 1
