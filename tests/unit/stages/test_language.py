import pytest

from cx_text.comment import Comment, Kind
from cx_text.stages.language import LanguageStage
from cx_text.testing import FakeLanguage, check_stage


def test_contract():
    check_stage(LanguageStage(FakeLanguage()))


@pytest.mark.parametrize(("text", "known", "language", "is_known"), [
    ("the app is slow", {"en"}, "en", True),
    ("muy bueno", {"en"}, "es", False),
    ("muy bueno", {"en", "es"}, "es", True),
    ("ok", {"en"}, "und", True),
], ids=["known", "foreign", "two known", "too short to tell counts as known"])
def test_language(text, known, language, is_known):
    comment = Comment(id="1", verbatim=text, source="test").tagged(text=text, kind=Kind.ANSWER)
    [read] = LanguageStage(FakeLanguage(), frozenset(known))([comment])
    assert (read.tags.language, read.tags.is_known_language, read.is_readable) == (language, is_known, is_known)


def test_a_rating_is_read_as_an_answer_is():
    comment = Comment(id="1", verbatim="ok", source="test").tagged(text="ok", kind=Kind.RATING)
    [read] = LanguageStage(FakeLanguage())([comment])
    assert (read.tags.language, read.is_readable) == ("und", True)


@pytest.mark.parametrize("kind", [Kind.BLANK, Kind.NON_ANSWER, Kind.NOTHING_TO_ADD, Kind.SPAM])
def test_what_is_no_answer_gets_no_language(kind):
    comment = Comment(id="1", verbatim="", source="test").tagged(text="", kind=kind)
    assert LanguageStage(FakeLanguage())([comment]) == [comment]
