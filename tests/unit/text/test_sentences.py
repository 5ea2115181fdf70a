import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.testing import check_spans
from cx_text.text.sentences import glued, n_words, pieces_of

PAIRS = {
    "stops": ("Fast. Kind! Cheap?", ["Fast", "Kind!", "Cheap?"]),
    "no blank after the stop": ("It is slow.Then it stops!The end", ["It is slow", "Then it stops!", "The end"]),
    "small letter after the stop": ("great app. works well", ["great app", "works well"]),
    "title": ("Dr. Lee was kind. Mrs. Poe too.", ["Dr. Lee was kind", "Mrs. Poe too"]),
    "abbreviations": ("I paid twice, e.g. in May. Open at 9 a.m. on time", ["I paid twice, e.g. in May",
                                                                             "Open at 9 a.m. on time"]),
    "decimals": ("It took 3.5 hours. Too long", ["It took 3.5 hours", "Too long"]),
    "site": ("I used shop.com and it broke", ["I used shop.com and it broke"]),
    "lines": ("the app is slow\nsupport is bad", ["the app is slow", "support is bad"]),
    "bullets": ("- too dear\n- always late\n• rude driver", ["too dear", "always late", "rude driver"]),
    "bullets in a line": ("• too dear • always late", ["too dear", "always late"]),
    "numbered lines": ("1. Slow app\n2. Rude staff", ["Slow app", "Rude staff"]),
    "numbered in a line": ("1) Slow app 2) Rude staff", ["Slow app", "Rude staff"]),
    "one number is no list": ("10. Best app ever", ["10. Best app ever"]),
    "semicolon": ("price too high; quality fine", ["price too high", "quality fine"]),
    "dash": ("easy to use - good value", ["easy to use", "good value"]),
    "hyphen": ("a well-made app", ["a well-made app"]),
    "range": ("open 9-5 only", ["open 9-5 only"]),
    "ellipsis": ("love the app... works great... no ads", ["love the app", "works great", "no ads"]),
    "emoji belongs to what stands before it": ("Love it 😍 never going back", ["Love it 😍", "never going back"]),
    "emoji after a stop": ("Great app! 😍", ["Great app! 😍"]),
    "emoji first": ("👍 great app", ["👍 great app"]),
    "emoji alone": ("👍😍", ["👍😍"]),
    "emoticon": ("Not coming back :( too slow", ["Not coming back :(", "too slow"]),
    "one word is a sentence": ("Great! Fast delivery too", ["Great!", "Fast delivery too"]),
    "one word is no part": ("great; but slow and dear", ["great; but slow and dear"]),
    "leading conjunction": ("Great food. But the wait was long", ["Great food", "the wait was long"]),
    "however before an adjective": ("However hard I try it fails", ["However hard I try it fails"]),
    "grade": ("The staff get an A+", ["The staff get an A+"]),
    "stars": ("Would give 5*", ["Would give 5*"]),
    "quoted": ('He said "no." Then he left', ['He said "no."', "Then he left"]),
    "Chinese": ("很好。太慢", ["很好", "太慢"]),
    "a conjunction alone": ("but", ["but"]),
    "number alone": ("1.", ["1"]),
    "marks alone": ("?!", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("text", "sentences"), PAIRS.values(), ids=PAIRS)
def test_sentences(text, sentences):
    assert [text[a:b] for a, b in glued(text, pieces_of(text))] == sentences


@given(st.text(alphabet=st.sampled_from("aB1 .,!?;:-\n'\"()&😀é👍中…•"), max_size=60))
def test_pieces_cover_the_text_and_spans_are_sound(text):
    pieces = pieces_of(text)
    assert "".join(text[p.start:p.end] for p in pieces) == text
    check_spans(text, glued(text, pieces))


HARD = {"letters": "a" * 200_000, "dots": "." * 200_000, "dots and blanks": "... " * 50_000, "blanks": " " * 200_000,
        "lines": "\n" * 200_000, "emoji": "😀" * 100_000, "smileys": ":) " * 50_000, "dashes": " - " * 50_000,
        "numbers": "1. a 2. b " * 20_000, "exclamation": "!" * 200_000 + "a", "brackets": "(" * 200_000}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_long_texts_take_linear_time(text):
    start = time.process_time()
    check_spans(text, glued(text, pieces_of(text)))
    assert time.process_time() - start < 10  # seconds; quadratic would be minutes


def test_a_run_on_text_is_cut_at_blanks_and_nothing_is_lost():
    text = "the app is slow and " * 1_000
    pieces = pieces_of(text)
    assert "".join(text[p.start:p.end] for p in pieces) == text
    assert max(p.end - p.start for p in pieces) <= 2_000
    assert all(text[p.start - 1] == " " for p in pieces[1:])


@pytest.mark.parametrize(("text", "n"), [("", 0), ("don't know", 2), ("3.5 hours", 2), ("e-mail", 1), ("😀 !", 0)])
def test_n_words(text, n):
    assert n_words(text) == n
