import pytest

from cx_text.comment import Comment
from cx_text.errors import ConfigError, StageError
from cx_text.pipeline import Failed, Pipeline


class Shout:
    name, needs, adds = "shout", (), ("text",)

    def __call__(self, comments):
        return [c.tagged(text=c.verbatim.upper()) for c in comments]


class Fragile:
    name, needs, adds = "fragile", ("text",), ("language",)

    def __call__(self, comments):
        if any("BAD" in c.tags.text for c in comments):
            raise KeyError("BAD words of a customer")
        return [c.tagged(language="en") for c in comments]


class Reversing:
    name, needs, adds = "reversing", (), ()

    def __call__(self, comments):
        return list(reversed(comments))


def comments(*verbatims):
    return [Comment(f"s:{n}", v, "s") for n, v in enumerate(verbatims)]


def test_stages_run_in_order_and_keep_the_order_of_comments():
    read, failed = Pipeline([Shout(), Fragile()])(comments("a", "b"))
    assert [(c.id, c.tags.text, c.tags.language) for c in read] == [("s:0", "A", "en"), ("s:1", "B", "en")]
    assert failed == []


def test_no_comments_give_no_comments():
    assert Pipeline([Shout()])([]) == ([], [])


def test_one_bad_comment_does_not_cost_the_others_their_tags():
    read, failed = Pipeline([Shout(), Fragile()])(comments("a", "bad", "c"))
    assert [c.tags.language for c in read] == ["en", None, "en"]
    assert failed == [Failed(1, "fragile", "KeyError")]  # the type alone: an error's text may hold a customer's words


def test_too_many_bad_comments_stop_the_run():
    with pytest.raises(StageError) as caught:
        Pipeline([Shout(), Fragile()])(comments(*["bad"] * 6, *["a"] * 20))
    assert str(caught.value) == ("stage fragile: 6 of 26 comments failed, the last with KeyError. "
                                 "Run again with --debug to see the first failure.")


def test_a_stage_may_not_lose_or_reorder_comments():
    with pytest.raises(StageError, match="stage reversing: returned 2 comments for 2, or in another order"):
        Pipeline([Reversing()])(comments("a", "b"))


@pytest.mark.parametrize(("stages", "message"), [
    ([Fragile(), Shout()],
     "stage 'fragile' needs 'text', which no stage before it adds. Put 'shout' before 'fragile'."),
    ([Fragile()], "stage 'fragile' needs 'text', which no stage before it adds. Add a stage that adds 'text'."),
    ([Shout(), Shout()], "stage 'shout' adds 'text' a second time. Leave one of the two stages out."),
], ids=["order", "missing", "twice"])
def test_a_wrong_order_is_said_before_the_first_comment(stages, message):
    with pytest.raises(ConfigError) as caught:
        Pipeline(stages)
    assert str(caught.value) == message


def test_tags_that_comments_bring_count():
    read, failed = Pipeline([Fragile()], brought=["text"])([c.tagged(text=c.verbatim) for c in comments("a")])
    assert [c.tags.language for c in read] == ["en"]
    assert failed == []
