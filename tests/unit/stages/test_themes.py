import numpy as np
import pytest

from cx_text.codeframe import GENERAL_THEMES, Certainty, Codeframe, Theme
from cx_text.comment import Comment, Kind, Opinion, Polarity
from cx_text.stages.themes import ThemesStage
from cx_text.testing import FakeEmbedder


@pytest.fixture
def stage():
    themes = (Theme("t01", "App", ("app",), 2), *(Theme(t, t, (), 1, is_given=True) for t in GENERAL_THEMES))
    embedder = FakeEmbedder()
    centres = np.concatenate([embedder.embed(["app", "very good", "very bad"])])
    return ThemesStage(Codeframe(themes, centres, ("t01", *GENERAL_THEMES), embedder, Certainty(-1, 3, 0), 0.5))


def comment(text, kind, polarity=None):
    return Comment(id="1", verbatim=text, source="test").tagged(text=text, kind=kind,
                                                                opinions=(Opinion(0, len(text), polarity),))


def themes_of(read):
    return [[t.theme_id for t in c.tags.opinions[0].themes] for c in read]


def test_a_bare_rating_is_general_or_in_no_theme_and_the_others_keep_theirs(stage):
    read = stage([comment("app", Kind.ANSWER), comment("very good", Kind.RATING), comment("app", Kind.RATING),
                  comment("app", Kind.ANSWER), comment("zebra", Kind.ANSWER)])
    assert themes_of(read) == [["t01"], ["general-praise"], [], ["t01"], []]


def test_of_praise_and_complaints_the_polarity_decides(stage):
    read = stage([comment("very good", Kind.ANSWER, p) for p in (
        Polarity.NEGATIVE, Polarity.POSITIVE, Polarity.NEUTRAL, None)])
    assert themes_of(read) == [["general-complaint"], ["general-praise"], [], ["general-praise"]]
    assert themes_of(stage([comment("app", Kind.ANSWER, Polarity.NEGATIVE)])) == [["t01"]]
