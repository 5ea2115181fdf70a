"""Themes may not get worse: floors under the measured agreement with people's labels, on sets that are tuned on."""

import numpy as np
import pytest
from evaluate_themes import labelled, purity
from sklearn.metrics import adjusted_mutual_info_score

import cx_text

# Set → least AMI of the sub-themes (measured 0.38 and 0.79), most first-level themes, most unclear.
FLOORS = {"nhs_fft": (0.33, 20, 0.1), "banking77": (0.76, 20, 0.1)}


@pytest.mark.models
@pytest.mark.parametrize("name", FLOORS)
def test_themes_agree_with_people(labelled_sets, name):
    least, most_themes, most_unclear = FLOORS[name]
    texts, gold = labelled(labelled_sets, name)
    codeframe = cx_text.discover_themes(texts)
    ids, confidence = codeframe.assign(texts)
    assert adjusted_mutual_info_score(gold, [i or "" for i in ids]) >= least
    assert len({codeframe.top(i) for i in ids if i}) <= most_themes
    assert np.mean([i is None for i in ids]) <= most_unclear
    labels = [t.label.casefold() for t in codeframe.themes]
    assert len(set(labels)) == len(labels)
    assert ((confidence >= 0) & (confidence <= 1)).all()


def test_random_themes_are_under_every_floor(labelled_sets):
    for name, (least, _, _) in FLOORS.items():
        texts, gold = labelled(labelled_sets, name)
        random = np.random.default_rng(0).integers(0, 40, len(texts))
        assert adjusted_mutual_info_score(gold, random) < least / 2
        assert purity(gold, np.zeros(len(gold), dtype=int)) < 0.5
