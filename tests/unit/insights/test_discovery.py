"""From texts to a codeframe, with fakes in place of the models."""

import numpy as np
import pytest

from cx_text.backends.base import Grouping
from cx_text.codeframe import Codeframe, Theme
from cx_text.config import ThemeOptions
from cx_text.insights.discovery import N_EXEMPLARS, discover
from cx_text.testing import FakeClusterer, FakeCutter, FakeEmbedder

TEXTS = ["app crashes at checkout", "app crashes on my phone", "app is slow", "price is too high", "price is up again",
         "driver was kind", "driver was friendly", "driver was late today", "driver was so kind", "driver was early",
         "lovely"]


def found(texts=TEXTS, seed=0):
    return discover(texts, embedder=FakeEmbedder(), clusterer=FakeClusterer(), phraser=FakeCutter(), seed=seed)


def test_themes_are_numbered_from_the_largest_and_told_apart_by_their_labels():
    themes = found().themes
    assert [t.id for t in themes] == [f"t{n:02d}" for n in range(1, len(themes) + 1)]
    sizes = [t.n_opinions for t in themes]
    assert sizes == sorted(sizes, reverse=True)
    labels = [t.label.casefold() for t in themes]
    assert len(set(labels)) == len(labels) == 3
    assert themes[0].label == "Driver was"
    assert {t.parent for t in themes} == {None}


def test_same_texts_and_seed_same_themes():
    assert found().themes == found().themes
    assert np.array_equal(found().centres, found().centres)


@pytest.mark.parametrize("texts", [[], ["app slow"], ["a", "b", "c"]], ids=["none", "one", "unlike"])
def test_too_few_texts_give_no_themes_and_leave_everything_unclear(texts):
    codeframe = found(texts)
    assert codeframe.themes == ()
    ids, confidence = codeframe.assign(["app slow", ""])
    assert ids == [None, None]
    assert confidence.tolist() == [0, 0]


def test_sizes_and_assignment_follow_one_rule():
    codeframe = found()
    ids, confidence = codeframe.assign(TEXTS)
    assert {t.id: t.n_opinions for t in codeframe.themes} == {t.id: ids.count(t.id) for t in codeframe.themes}
    assert ((confidence >= 0) & (confidence <= 1)).all()
    one_by_one = [codeframe.assign([text])[0][0] for text in TEXTS]
    assert one_by_one == ids  # alone or among others, seen at discovery or later


def test_repeats_count():
    once, thrice = found(), found(TEXTS + ["price is too high"] * 6)
    assert once.themes[0].label == "Driver was"
    assert (thrice.themes[0].label, thrice.themes[0].n_opinions) == ("Price is", 8)


def test_exemplars_are_texts_of_the_theme_and_differ():
    codeframe = found(TEXTS + [f"app crashes at place {n} of {n + 1}" for n in range(30)])
    for theme in codeframe.themes:
        assert 1 <= len(theme.exemplars) <= N_EXEMPLARS
        assert len(set(theme.exemplars)) == len(theme.exemplars)
        assert set(codeframe.assign(theme.exemplars)[0]) == {theme.id}


class Grouped(FakeClusterer):
    """Puts all texts but the last into one group, and the last into another."""

    def cluster(self, texts, embeddings, *, seed):
        labels = np.array([0] * (len(texts) - 1) + [1], dtype=np.int64)
        return Grouping(labels, np.arange(2))


def test_what_a_given_theme_is_about_is_not_found_again():
    embedder = FakeEmbedder()
    given = Codeframe((Theme("ours", "App", (), 0, is_given=True), Theme("other", "Weather", (), 0, is_given=True)),
                      embedder.embed(["app", "weather"]), ("ours", "other"), embedder)
    texts = [f"app {word}" for word in ("crashes", "freezes", "stops", "hangs", "fails", "breaks")] + ["zebra"]
    options = ThemeOptions(given_nearness=0.99, min_opinions=2)  # no text alone is near enough
    found = discover(texts, embedder=embedder, clusterer=Grouped(), phraser=FakeCutter(), given=given, options=options)
    assert [t.id for t in found.themes if t.id == "ours"] == ["ours"]
    assert found.theme("ours").n_opinions >= 4  # hashed words lie anywhere: some are nearer to the zebra
    assert {t.id for t in found.themes if not t.is_given} == {"t01"}  # the zebra


def test_general_themes_alone_are_none():
    embedder = FakeEmbedder()
    given = Codeframe((Theme("general-praise", "General praise", (), 0, is_given=True),), embedder.embed(["good"]),
                      ("general-praise",), embedder)
    assert discover(["good", "app"], embedder=embedder, clusterer=FakeClusterer(), phraser=FakeCutter(),
                    given=given).themes == ()
