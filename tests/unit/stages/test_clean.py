from cx_text.comment import Comment
from cx_text.stages.clean import CleanStage
from cx_text.testing import check_stage


def test_contract():
    check_stage(CleanStage())


def test_text_is_normalised_and_the_verbatim_stays():
    [read] = CleanStage()([Comment(id="1", verbatim="It’s&nbsp;slow<br>", source="test")])
    assert (read.tags.text, read.verbatim) == ("It's slow", "It’s&nbsp;slow<br>")


def test_a_blank_comment_gets_an_empty_text():
    [read] = CleanStage()([Comment(id="1", verbatim=" \n", source="test")])
    assert read.tags.text == ""
