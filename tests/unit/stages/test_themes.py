import pytest

from cx_text.codeframe import Codeframe, Theme
from cx_text.comment import Comment, Kind, Opinion
from cx_text.stages.themes import ThemesStage
from cx_text.testing import FakeEmbedder


@pytest.fixture
def stage():
    return ThemesStage(Codeframe((Theme("t01", "App", ("app",), 2),), FakeEmbedder().embed(["app"]),
                                 FakeEmbedder().embed(["a"])[0, :1] * 0 - 1, 5.0, FakeEmbedder()))


def comment(text, kind):
    return Comment(id="1", verbatim=text, source="test").tagged(text=text, kind=kind, opinions=(Opinion(0, len(text)),))


def test_a_bare_rating_has_no_theme_and_the_others_keep_theirs(stage):
    read = stage([comment("the app", Kind.ANSWER), comment("very good", Kind.RATING), comment("app", Kind.ANSWER)])
    assert [[t.theme_id for t in c.tags.opinions[0].themes] for c in read] == [["t01"], [], ["t01"]]
