import pytest

from cx_text.comment import Kind
from cx_text.text.answers import asks_for, kind_of

IMPROVE = "What could we do better?"
PRAISE = "What did you like most?"
WHY = "What is the main reason for your score?"

ALWAYS_ANSWERS = [
    "🚑", "No complaints", "No problems", "No parking",
    "Nothing works", "Nothing but trouble", "None of the staff were kind", "NHS", "were", "tree", "were were",
    "property", "rhythm", "html", "Grrrr", "hmmm", "haha", "test results were late", "Pass the thanks on",
    "no comment from support for weeks", "很好", "спс", "خدمة", "18+", "x-ray", "tyre", "popup",
]

NEVER_ANSWERS = [
    "n/a", "N/A", "NA", "n.a.", "N/a/", "(n/a)", "none given", "No comment", "no comments.", "Nil", "null", "NaN",
    "#N/A", "did not answer", "Prefer not to say", "no answer", "Not applicable", "-", ".", "?", "...", "--", "!!!",
    "asdf", "asdasd", "ASDF", "qwerty", "dfghjkl", "sdfghj", "lkjhg", "zxcvbnm", "qweasd", "asdf asdf", "1234",
    "test", "Testing", "x", "xx", "xxx", "aaaaa", "dgfhjkl", "don't know", "DON’T KNOW", "Not sure.", "as above",
    "ditto",
]

ALWAYS_RATINGS = ["👍", "10/10", "5", ":)", "<3", "ok", "Excellent", "All good", "A+", "Five stars!",
                  "Very good, thank you"]

ALWAYS_NOTHING_TO_ADD = ["nothing to add", "No further comments.", "That's all, thank you", "THAT’S IT", "nothing else",
                         "I don't have anything else to say", "no other comments at this time"]

NOTHINGS = ["nothing", "Nothing.", "NOTHING!", "none", "None at all", "no", "No, thank you.", "nope", "nothing really",
            "Absolutely nothing", "Not a thing", "Nothing that I can think of", "nothing comes to mind", "not much"]


@pytest.mark.parametrize("question", [None, WHY, IMPROVE, PRAISE], ids=["none", "why", "improve", "praise"])
@pytest.mark.parametrize("text", ALWAYS_ANSWERS)
def test_answers_whatever_the_question(text, question):
    assert kind_of(text, question) is Kind.ANSWER


@pytest.mark.parametrize("question", [None, WHY, IMPROVE, PRAISE], ids=["none", "why", "improve", "praise"])
@pytest.mark.parametrize("text", NEVER_ANSWERS)
def test_non_answers_whatever_the_question(text, question):
    assert kind_of(text, question) is Kind.NON_ANSWER


@pytest.mark.parametrize("question", [None, WHY, IMPROVE, PRAISE], ids=["none", "why", "improve", "praise"])
@pytest.mark.parametrize(("text", "kind"), [
    *[(text, Kind.RATING) for text in ALWAYS_RATINGS],
    *[(text, Kind.NOTHING_TO_ADD) for text in ALWAYS_NOTHING_TO_ADD],
    ("You won a prize! Click here to claim it now", Kind.SPAM),
])
def test_other_kinds_whatever_the_question(text, kind, question):
    assert kind_of(text, question) is kind


@pytest.mark.parametrize("text", NOTHINGS)
def test_nothing_answers_a_question_for_good_or_bad_and_no_other(text):
    assert [kind_of(text, q) for q in (IMPROVE, PRAISE)] == [Kind.ANSWER] * 2
    assert [kind_of(text, q) for q in (None, WHY, "Any other comments?")] == [Kind.NON_ANSWER] * 3


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0"])
def test_blank(text):
    assert kind_of(text) is Kind.BLANK


QUESTIONS = {
    "What could we do better?": "bad",
    "How could we improve?": "bad",
    "What did you dislike?": "bad",
    "What do you like least?": "bad",
    "What is missing?": "bad",
    "If you could change one thing, what would it be?": "bad",
    "What problems did you have?": "bad",
    "What was disappointing about the experience?": "bad",
    "What didn't you like?": "bad",
    "What was good?": "good",
    "What do you like most about us?": "good",
    "What went well?": "good",
    "What did you love?": "good",
    "What are you satisfied with?": "good",
    "What do you like or dislike?": "",
    "What were you satisfied or dissatisfied with?": "",
    "What is the main reason for your score?": "",
    "Is there anything else you would like to tell us?": "",
    "Anything else you'd like to add?": "",
    "How likely are you to recommend us?": "",
    "Any other comments?": "",
    "": "",
}


@pytest.mark.parametrize(("question", "asked"), QUESTIONS.items())
def test_asks_for(question, asked):
    assert asks_for(question) == asked
