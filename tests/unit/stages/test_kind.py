import pytest

from cx_text.comment import Comment, Kind
from cx_text.stages.kind import KindStage
from cx_text.testing import check_stage


def test_contract():
    check_stage(KindStage())


@pytest.mark.parametrize(("text", "question", "kind"), [
    ("Nothing", "What could we do better?", Kind.ANSWER),
    ("Nothing", None, Kind.NON_ANSWER),
    ("n/a", "What could we do better?", Kind.NON_ANSWER),
    ("No further comments", "What could we do better?", Kind.NOTHING_TO_ADD),
    ("10/10", "What could we do better?", Kind.RATING),
    ("Cheap followers for sale, get 1000 followers today", None, Kind.SPAM),
    ("", None, Kind.BLANK),
])
def test_kind_depends_on_the_question(text, question, kind):
    comment = Comment(id="1", verbatim=text, source="test", question=question).tagged(text=text)
    assert KindStage()([comment])[0].tags.kind is kind
