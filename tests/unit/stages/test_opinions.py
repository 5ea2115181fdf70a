from cx_text.comment import Comment, Kind, Opinion
from cx_text.stages.opinions import OpinionsStage
from cx_text.testing import FakeCutter, check_stage


def readable(text, **tags):
    return Comment(id="1", verbatim=text, source="test").tagged(
        **{"text": text, "kind": Kind.ANSWER, "language": "en", "is_known_language": True} | tags)


def test_contract():
    check_stage(OpinionsStage(FakeCutter()))


def test_two_opinions_open_to_the_exact_words():
    [read] = OpinionsStage(FakeCutter())([readable("Delivery was fast but the app keeps crashing")])
    assert read.tags.opinions == (Opinion(0, 17), Opinion(22, 44))
    assert [read.opinion_text(o) for o in read.tags.opinions] == ["Delivery was fast", "the app keeps crashing"]


def test_what_is_not_readable_gets_no_opinions():
    comments = [readable("n/a", kind=Kind.NON_ANSWER), readable("that's all", kind=Kind.NOTHING_TO_ADD),
                readable("win a prize", kind=Kind.SPAM), readable("muy bueno", is_known_language=False)]
    assert OpinionsStage(FakeCutter())(comments) == comments
