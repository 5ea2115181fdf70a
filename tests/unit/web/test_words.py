"""Words cut along opinions: by code points, without overlap, and always the whole text."""

from hypothesis import given
from hypothesis import strategies as st

from cx_text.comment import Polarity
from cx_text.store.reading import OpinionRow
from cx_text.web.words import pieces


def opinion(start, end, number=1):
    return OpinionRow(number, start, end, Polarity.NEGATIVE, -0.9, 0.9, "t1", 0.9)


def cut(text, *spans):
    return [(words, None if found is None else (found.start, found.end))
            for words, found in pieces(text, [opinion(*span) for span in spans])]


def test_a_text_without_opinions_is_one_piece():
    assert cut("fine") == [("fine", None)]
    assert cut("") == []


def test_spans_count_code_points():
    text = "😡👩‍👩‍👧 app crashes, café ok"
    start = text.index("app")
    assert cut(text, (start, start + 11)) == [(text[:start], None), ("app crashes", (start, start + 11)),
                                              (", café ok", None)]


def test_overlapping_spans_are_cut_where_the_next_begins():
    assert cut("abcdef", (0, 4), (2, 6)) == [("ab", (0, 4)), ("cdef", (2, 6))]
    assert cut("abcdef", (1, 3), (1, 5)) == [("a", None), ("bcde", (1, 5)), ("f", None)]


def test_spans_outside_the_text_are_left_out():
    assert cut("abc", (2, 9), (7, 8)) == [("ab", None), ("c", (2, 9))]


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=6))
def test_pieces_add_up_to_the_text(text, spans):
    assert "".join(words for words, _ in pieces(text, [opinion(*span) for span in spans])) == text
