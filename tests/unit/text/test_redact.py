"""Redacting: placeholders that last, nothing left readable, places that map back."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.text.redact import (
    PLACEHOLDER,
    PiiKind,
    PiiSpan,
    Placeholders,
    View,
    everywhere,
    in_words,
    redact,
    resolved,
)

WORDS = st.sampled_from(["Sarah", "sarah", "🙂", "👩‍👩‍👧", "שרה", "a\u200bb", "NAME", "<NAME_1>", "<EMAIL_2>", "<", "1",
                         ".", "Jones", "+44", "\n", "é", "ß"])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join)


@st.composite
def texts_with_spans(draw):
    text = draw(TEXTS)
    spans = []
    for _ in range(draw(st.integers(0, 4)) if text else 0):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        spans.append(PiiSpan(start, end, draw(st.sampled_from(PiiKind)), draw(st.sampled_from([0.5, 0.9]))))
    return text, spans


def span(text, words, kind=PiiKind.NAME, score=1.0):
    start = text.index(words)
    return PiiSpan(start, start + len(words), kind, score)


def test_same_value_same_number_in_one_scope():
    seen = Placeholders()
    one = "Ann wrote to ann@x.org"
    spans = [span(one, "Ann"), span(one, "ann@x.org", PiiKind.EMAIL)]
    assert redact(one, spans, seen).text == "<NAME_1> wrote to <EMAIL_1>"
    two = "ANN and Bob"
    assert redact(two, [span(two, "ANN"), span(two, "Bob")], seen).text == "<NAME_1> and <NAME_2>"


def test_marks_and_blanks_make_no_other_phone():
    seen = Placeholders()
    assert seen.of(PiiKind.PHONE, "+44 20 7946 0958") == seen.of(PiiKind.PHONE, "+44-2079460958") == "<PHONE_1>"


def test_no_value_is_kept():
    seen = Placeholders()
    seen.of(PiiKind.NAME, "Sarah")
    assert "sarah" not in repr(vars(seen)).casefold()


def test_placeholders_of_customers_never_collide():
    text = "<NAME_1> told Ann"
    assert redact(text, [span(text, "Ann")], Placeholders()).text == "<NAME_1> told <NAME_2>"
    seen = Placeholders(["later: <NAME_1>"])
    assert redact("Ann", [PiiSpan(0, 3, PiiKind.NAME)], seen).text == "<NAME_2>"


def test_longest_wins_and_nothing_sticks_out():
    text = "John Smith Street 12"
    spans = [span(text, "John Smith"), span(text, "Smith Street 12", PiiKind.ADDRESS)]
    assert redact(text, spans, Placeholders()).text == "<NAME_1> <ADDRESS_1>"


def test_surest_wins_of_two_alike():
    spans = [PiiSpan(0, 12, PiiKind.PHONE, 0.5), PiiSpan(0, 12, PiiKind.CARD, 0.9)]
    assert [s.kind for s in resolved("411111111111", spans)] == [PiiKind.CARD]


@pytest.mark.parametrize("text", ["🙂 Ann 👩‍👩‍👧", "שלום Ann מה", "A\u200b Ann", "Ann\u2066x\u2069"])
def test_places_are_those_of_both_texts(text):
    redacted = redact(text, [span(text, "Ann")], Placeholders())
    (masked,) = redacted.spans
    assert text[masked.start:masked.end] == "Ann"
    assert redacted.text[masked.redacted_start:masked.redacted_end] == "<NAME_1>"
    assert redacted.text == text.replace("Ann", "<NAME_1>")


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (0, 9)])
def test_span_outside_of_text(start, end):
    with pytest.raises(ValueError, match=f"a span from {start} to {end} in a text of 3 characters"):
        redact("Ann", [PiiSpan(start, end, PiiKind.NAME)], Placeholders())


@given(texts_with_spans())
def test_spans_map_back(case):
    text, spans = case
    redacted = redact(text, spans, Placeholders())
    rebuilt = redacted.text
    for masked in reversed(redacted.spans):
        assert PLACEHOLDER.fullmatch(redacted.text[masked.redacted_start:masked.redacted_end])
        rebuilt = rebuilt[:masked.redacted_start] + text[masked.start:masked.end] + rebuilt[masked.redacted_end:]
    assert rebuilt == text
    assert all(a.end <= b.start for a, b in itertools.pairwise(redacted.spans))


@given(texts_with_spans())
def test_nothing_of_a_span_is_left(case):
    text, spans = case
    masked = {i for m in redact(text, spans, Placeholders()).spans for i in range(m.start, m.end)}
    masked |= {i for m in PLACEHOLDER.finditer(text) for i in range(m.start(), m.end())}
    assert all(i in masked or not text[i].isalnum() for s in spans for i in range(s.start, s.end))


@given(texts_with_spans())
def test_no_masked_value_is_left(case):
    text, spans = case
    words = [m.span() for m in re.finditer(r"\S+", text)]  # spans of whole words, as finders give them
    spans = [PiiSpan(min(a for a, b in words if b > s.start), max(b for a, b in words if a < s.end), s.kind, s.score)
             for s in spans if text[s.start:s.end].strip()]
    redacted = redact(text, everywhere(text, spans), Placeholders())
    left = PLACEHOLDER.sub(" \ufffd ", redacted.text)
    for masked in redacted.spans:
        value = text[masked.start:masked.end]
        assert not any(c.isalnum() for c in value) or not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", left)


@given(texts_with_spans())
def test_redacting_again_changes_nothing(case):
    text, spans = case
    once = redact(text, spans, Placeholders())
    everything = [PiiSpan(m.start(), m.end(), PiiKind.NAME) for m in PLACEHOLDER.finditer(once.text)]
    assert redact(once.text, everything, Placeholders()).text == once.text


@given(texts_with_spans())
def test_view_is_the_same_before_and_after(case):
    text, spans = case
    spans = resolved(text, spans)
    assert View(text, spans).text == View(redact(text, spans, Placeholders()).text, []).text


def test_words_for_models():
    text = "Thanks <NAME_1>, ring <PHONE_12>, not <b>"
    assert in_words(text) == "Thanks somebody, ring the phone , not <b>"


@pytest.mark.parametrize("kind", PiiKind)
def test_words_for_models_are_as_long_as_placeholders(kind):
    words = in_words(f"<{kind}_1>")
    assert words.strip() == words
    assert len(words) == len(f"<{kind}_1>")


@given(TEXTS)
def test_words_for_models_keep_places(text):
    assert len(in_words(text)) == len(text)
    assert not PLACEHOLDER.search(in_words(text))
