"""What people type into a search is read as they mean it, whatever it is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.errors import ConfigError
from cx_text.text.search_query import SearchQuery, highlight_spans, matched_words, parse_query


@pytest.mark.parametrize(("typed", "all_of", "without"), [
    ("late delivery", ((("late",),), (("delivery",),)), ()),
    ('"Late delivery" driver', ((("late", "delivery"),), (("driver",),)), ()),
    ("“late delivery", ((("late", "delivery"),),), ()),
    ("late OR slow delivery", ((("late",), ("slow",)), (("delivery",),)), ()),
    ("a OR late OR", ((("late",),),), ()),
    ("app -crash -\"log in\" the", ((("app",),),), (("crash",), ("log", "in"))),
    ("app OR -crash slow", ((("app",),), (("slow",),)), (("crash",),)),
    ("e-mail snake_case 10/10", ((("e", "mail"),), (("snake", "case"),), (("10", "10"),)), ()),
    ('"not working"', ((("not", "working"),),), ()),
    ("not working", ((("working",),),), ()),
    ("cafe\u0301 or tea", ((("café",),), (("tea",),)), ()),
])
def test_what_is_typed_is_read(typed, all_of, without):
    assert parse_query(typed) == SearchQuery(all_of, without)


@pytest.mark.parametrize(("typed", "said"), [
    ("", 'there are no words to search for. Type some, such as late delivery or "late delivery".'),
    (' -"" ?! OR', 'there are no words to search for. Type some, such as late delivery or "late delivery".'),
    ("-late", "a search needs something that is there, not only what is not. Add a word without a minus in front."),
    ("the -late", "a search needs something that is there, not only what is not. Add a word without a minus in front."),
    ('the "of not"', "these words are too common to search for. Add one that says more."),
    ("late " * 33, "a search has 32 words at most, not 33. Leave some out."),
])
def test_what_cannot_be_searched_is_said(typed, said):
    with pytest.raises(ConfigError) as caught:
        parse_query(typed)
    assert str(caught.value) == said


@pytest.mark.parametrize(("typed", "shown"), [
    ("delivery late", "[Deliveries] were [late]; my [delivery], too."),
    ('"late delivery"', "Deliveries were late; my delivery, too."),
    ('"delivery, too" deliveries', "[Deliveries] were late; my [delivery, too]."),
    ("crash -late OR too", "Deliveries were late; my delivery, too."),
])
def test_the_words_that_were_searched_are_found_on_the_page(typed, shown):
    text = shown.replace("[", "").replace("]", "")
    marked = text
    for start, end in reversed(highlight_spans(text, parse_query(typed))):
        marked = f"{marked[:start]}[{marked[start:end]}]{marked[end:]}"
    assert marked == shown


def test_stems_of_what_is_searched():
    assert matched_words(parse_query('deliveries OR "late drivers" -crash')) == {"deliveri", "late", "driver"}


@given(st.text(max_size=60), st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(typed, text):
    try:
        query = parse_query(typed)
    except ConfigError:
        return
    assert all(word.isalnum() for group in (*query.all_of, query.without) for phrase in group for word in phrase)
    spans = highlight_spans(text, query)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
