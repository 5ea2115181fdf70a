"""Words in pieces: opinions and what was searched, without a gap, and shortened around what is marked."""

from hypothesis import given
from hypothesis import strategies as st

from cx_text.comment import Polarity
from cx_text.store.reading import OpinionRow
from cx_text.web.marked_words import Piece, around_first_match, marked


def opinion(start, end, number=1, polarity=Polarity.NEGATIVE):
    return OpinionRow(number, start, end, polarity, -1.0, 0.9, None, None)


def test_opinions_and_matches_cut_a_text_into_pieces():
    pieces = marked("the app is slow today", [opinion(4, 15)], [(11, 21)])
    assert pieces == (Piece("the "), Piece("app is ", 1, Polarity.NEGATIVE), Piece("slow", 1, Polarity.NEGATIVE, True),
                      Piece(" today", is_match=True))
    assert marked("") == ()


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(-3, 50), st.integers(-3, 50)), max_size=5))
def test_no_word_is_lost(text, spans):
    pieces = marked(text, [opinion(a, b) for a, b in spans], spans)
    assert "".join(piece.words for piece in pieces) == text


def test_a_long_text_is_shown_around_what_is_marked_first():
    text = "word " * 100 + "crash " + "more " * 200
    shown = around_first_match(marked(text, matches=[(500, 505)]))
    assert [piece.words for piece in shown if piece.is_match] == ["crash"]
    said = "".join(piece.words for piece in shown)
    assert said.startswith("… word ")
    assert said.endswith("more …")
    assert len(said) < 460
    short = marked("short and crash", matches=[(10, 15)])
    assert "".join(piece.words for piece in around_first_match(short)) == "short and crash"
