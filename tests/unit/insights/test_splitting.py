"""A theme in parts, as a proposal."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from cx_text.backends.base import Grouping
from cx_text.codeframe import Certainty, Codeframe, Theme
from cx_text.decisions import Action, Decision, decide
from cx_text.errors import ConfigError
from cx_text.insights.splitting import N_EXAMPLES, parts_of
from cx_text.testing import FakeClusterer, FakeCutter, FakeEmbedder

EMBEDDER = FakeEmbedder(64)
LATE = ["late courier came late", "late courier again", "late courier on monday"]
RUDE = ["rude driver shouted", "rude driver again", "rude driver at door", "rude driver with dog"]
APP = ["app crashes", "app crashes again"]
TEXTS = [*LATE, *APP, *RUDE, LATE[0]]


def middle(texts):
    rows = EMBEDDER.embed(texts).mean(axis=0, keepdims=True)
    return rows / np.linalg.norm(rows)


def codeframe():
    themes = (Theme("t01", "Delivery", (), 7), Theme("t02", "App", (), 2), Theme("t03", "Money", (), 1),
              Theme("t04", "Price", (), 1, "t03"))
    return Codeframe(themes, np.concatenate([middle(LATE), middle(RUDE), middle(APP), middle(["price"])]),
                     ("t01", "t01", "t02", "t04"), EMBEDDER, Certainty(-20.0, 60.0, 0.0), 0.5)


def parts(theme_id="t01", texts=TEXTS, frame=None, clusterer=None):
    return parts_of(frame or codeframe(), theme_id, texts, clusterer=clusterer or FakeClusterer(), phraser=FakeCutter())


def test_the_parts_are_groups_of_the_opinions_of_the_theme_alone_the_largest_first():
    rude, late = parts()
    assert set(rude.examples) == set(RUDE)
    assert sorted(late.examples) == sorted(LATE)  # each once
    assert (rude.label, late.label) == ("Rude driver", "Late courier")


def test_the_most_typical_opinions_are_the_examples():
    many = [f"rude driver {n}" for n in range(2 * N_EXAMPLES)]
    rude = parts(texts=[*TEXTS, *many])[0]
    assert len(rude.examples) == N_EXAMPLES
    cosines = (EMBEDDER.embed(list(rude.examples)) @ middle([*RUDE, *many]).T).ravel()
    assert (np.diff(cosines) <= 1e-6).all()


def test_the_parts_can_be_decided_upon_and_have_the_opinions_that_they_were_found_in():
    decision = Decision(1, Action.SPLIT, "ana", datetime.now(UTC), ("t01",), parts=tuple(parts()))
    after = decide(codeframe(), decision)
    assert set(after.assign(RUDE)[0]) == {"s01a"}
    assert set(after.assign(LATE)[0]) == {"s01b"}
    assert set(after.assign(APP)[0]) == {"t02"}


@pytest.mark.parametrize(("parent", "is_free"), [(None, False), ("t03", True)])
def test_a_part_takes_the_name_of_the_theme_only_where_that_goes(parent, is_free):
    frame = codeframe()
    frame = replace(frame, themes=tuple(
        replace(t, label="Rude driver", parent=parent) if t.id == "t01" else t for t in frame.themes))
    assert (parts(frame=frame)[0].label == "Rude driver") == is_free


def test_no_part_takes_the_name_of_another_theme():
    frame = codeframe()
    frame = replace(frame, themes=tuple(
        replace(t, label="late couriers") if t.id == "t02" else t for t in frame.themes))
    labels = [part.label for part in parts(frame=frame)]
    assert labels[0] == "Rude driver"
    assert labels[1].casefold() not in ("late courier", "late couriers")


class Leaving:
    """Leaves the first text in no group, and groups the others by turns."""

    keywords = FakeClusterer.keywords

    def cluster(self, texts, embeddings, *, seed):
        labels = np.arange(len(texts)) % 2
        labels[0] = -1
        return Grouping(labels, np.arange(2))


def test_what_falls_into_no_group_is_in_no_part():
    found = parts(clusterer=Leaving())
    assert sorted(text for part in found for text in part.examples) == sorted([*LATE[1:], *RUDE])


@pytest.mark.parametrize(("theme_id", "texts", "message"), [
    ("T01", TEXTS, "there is no theme 'T01'. Did you mean 't01'?"),
    ("t03", TEXTS, "theme 't03' has sub-themes. Split one of them, or move them to other parents."),
    ("t01", [], "theme 't01' has 0 different opinions here, which do not fall into parts. "
     "Give an export with more of them, or the parts yourself."),
    ("t01", [*LATE, *LATE], "theme 't01' has 3 different opinions here, which do not fall into parts. "
     "Give an export with more of them, or the parts yourself."),
])
def test_what_cannot_be_split_is_told_in_one_line(theme_id, texts, message):
    with pytest.raises(ConfigError) as caught:
        parts(theme_id, texts)
    assert str(caught.value) == message
