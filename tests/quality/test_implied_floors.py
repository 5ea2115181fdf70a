"""The implied category and the list of conflicts may not get worse: floors under the measured figures, on slices.

Answers are those of the part that no model was trained on; reviews those of the tenth that none of them saw, and of an
airline of which neither model ever saw a review. The slices are spread over each, so that the whole takes seconds.
"""

import numpy as np
import pytest
from evaluate_conflicts import labelled, listed, precision
from evaluate_implied import log_loss, task_of, true_nps
from scored_comments import read_set

from cx_text.backends.implied_category import open_implied_category
from cx_text.backends.opening import model_card
from cx_text.insights.conflicts import MEASURED_WITH_ASKED, POLARITY_OF, SILENT_RISK
from cx_text.insights.implied import implied_nps

N_TEXTS = {"nhs_fft": 400, "womens_clothing": 150, "airline_ba_reviews": 150}
# Set → by how much the log loss is under that of the base rates, at least: two thirds of what was measured on all.
LEAST_GAIN = {"nhs_fft": 0.13, "womens_clothing": 0.25, "airline_ba_reviews": 0.24}
# Set → by how many points the estimated NPS may be off: what was measured on all, and two standard errors of so few.
MOST_BIAS = {"nhs_fft": 8.0, "womens_clothing": 13.0, "airline_ba_reviews": 19.0}


@pytest.fixture(scope="module")
def tasks(labelled_sets):
    model = open_implied_category(model_card("cx-implied-en", "implied").weights())
    return {name: task_of(name, read_set(labelled_sets, name, keep=lambda s: s.part == "measured", n_texts=n), model)
            for name, n in N_TEXTS.items()}


@pytest.mark.models
@pytest.mark.parametrize("name", N_TEXTS)
def test_the_words_tell_more_than_the_base_rates(tasks, name):
    task = tasks[name]
    base = np.bincount(task.gold, minlength=3) / len(task.gold)
    gain = -(base * np.log(base)).sum() - log_loss(task.gold, task.probabilities)
    assert gain >= LEAST_GAIN[name]


@pytest.mark.models
@pytest.mark.parametrize("name", N_TEXTS)
def test_the_estimated_nps_is_near_and_its_interval_holds(tasks, name):
    task = tasks[name]
    found, truth = implied_nps(task.probabilities), true_nps(task.gold)
    assert abs(found.nps - truth) <= MOST_BIAS[name]
    assert found.low <= truth <= found.high


@pytest.mark.models
def test_guessing_the_same_for_everybody_is_off_by_more(tasks):
    """A floor that a model without any reading reaches would hold nothing."""
    assert all(abs(true_nps(tasks[name].gold)) > most for name, most in MOST_BIAS.items())


@pytest.mark.models
def test_listed_conflicts_are_mostly_right(labelled_sets):
    found = listed(labelled(labelled_sets, n_texts=400), SILENT_RISK, with_asked=True)
    n_listed, share_right = len(found), precision(found, [POLARITY_OF[SILENT_RISK].value])[0]
    assert n_listed >= 15
    assert share_right >= MEASURED_WITH_ASKED[SILENT_RISK].low
