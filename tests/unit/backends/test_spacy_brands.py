"""Brands in texts: what counts as a mention, what does not, and its span."""

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.backends.spacy_brands import SpacyBrands
from cx_text.config import Brand, tag_form
from cx_text.errors import MissingExtra
from cx_text.testing import HARD_TEXTS

BRANDS = (
    Brand(name="Brindlecart", own=True, aliases=("Brindle Cart", "Brindle Cart Plus", "#brindlegate", "@brc_help")),
    Brand(name="Fastbasket", aliases=("Fast-basket", "Cart Plus Club")),
    Brand(name="Shell", exclude=("shell suit", "#ShellSuitParty", "Royal Shell Club")),
    Brand(name="Royal Mail", aliases=("Royal Mail Group",)),
    Brand(name="Royal"),
    Brand(name="Orange", case_sensitive=True, aliases=("@orangehelpers", "#orange"), exclude=("orange juice", )),
    Brand(name="Marks & Spencer", aliases=("M&S",)),
    Brand(name="Sainsbury's"), Brand(name="Café Nero"), Brand(name="Yahoo!"), Brand(name="O2"),
    Brand(name="Booking.com"), Brand(name="Disney+"), Brand(name="T-Mobile"), Brand(name="Straße"),
)
FINDER = SpacyBrands(BRANDS)

# Text, then the words of each mention; where they do not begin like the brand, "words = brand".
CASES = [
    ("Brindlecart's app", ["Brindlecart"]),
    ("BRINDLECART is late", ["BRINDLECART = Brindlecart"]),
    ("the Brindlecart-app", ["Brindlecart"]),
    ("(Brindlecart) and brindlecart.", ["Brindlecart", "brindlecart = Brindlecart"]),
    ("Brindlecart/Fastbasket", ["Brindlecart", "Fastbasket"]),
    ("Brindlecart😍 👍🏽Fastbasket", ["Brindlecart", "Fastbasket"]),
    ("late again.Brindlecart!!!Never,Fastbasket", ["Brindlecart", "Fastbasket"]),
    ("*Brindlecart* _Brindlecart_ ~Brindlecart~ «Brindlecart»", ["Brindlecart"] * 4),
    ("\"Brindlecart\" 'Brindlecart' ‘Brindlecart’ “Brindlecart”", ["Brindlecart"] * 4),
    ("Brindlecart…", ["Brindlecart"]),
    ("Brindlecarts brindlecarted my_brindlecart_file Brindlecart2", []),
    ("shellfish in a nutshell", []),
    ("shell\u0301", []),  # another letter, its accent apart
    ("Shell and shell", ["Shell", "shell = Shell"]),
    ("a shell suit from Shell", ["Shell"]),
    ("SHELL SUITS", ["SHELL = Shell"]),  # not the phrase that is excluded
    ("the Royal Shell Club", ["Royal"]),  # excluded for Shell alone
    ("#brindlecart #Brindlecart", ["#brindlecart = Brindlecart", "#Brindlecart = Brindlecart"]),
    ("#BrindlecartFail, #IHateBrindlecart!", ["#BrindlecartFail = Brindlecart", "#IHateBrindlecart = Brindlecart"]),
    ("#brindlecart_fail #Brindlecart2026", ["#brindlecart_fail = Brindlecart", "#Brindlecart2026 = Brindlecart"]),
    ("#brindlecartfail #BRINDLECARTFAIL #shellfish #Shellfish", []),  # nothing says where a word ends
    ("#BrindleCart #BrindleCartPlusFail", ["#BrindleCart = Brindlecart", "#BrindleCartPlusFail = Brindlecart"]),
    ("#BrindleGate", ["#BrindleGate = Brindlecart"]),
    ("#BrindleGateAgain @brindlegate", []),  # a whole hashtag is itself alone
    ("##Brindlecart", ["#Brindlecart = Brindlecart"]),
    ("# Brindlecart", ["Brindlecart"]),
    ("@brindlecart why?", ["@brindlecart = Brindlecart"]),
    (".@Brindlecart and @BrindlecartHelp", ["@Brindlecart = Brindlecart", "@BrindlecartHelp = Brindlecart"]),
    ("@BRC_Help @brc", ["@BRC_Help = Brindlecart"]),
    ("@brindlecart.bsky.social", ["@brindlecart.bsky.social = Brindlecart"]),
    ("@brindlecart@mastodon.social", ["@brindlecart@mastodon.social = Brindlecart"]),
    ("＠brindlecart", ["＠brindlecart = Brindlecart"]),
    ("#BrindlecartVsFastbasket", ["#BrindlecartVsFastbasket = Brindlecart", "#BrindlecartVsFastbasket = Fastbasket"]),
    ("#ShellSuit #ShellSuitParty #ShellShell", ["#ShellShell = Shell"]),
    ("#RoyalMail @royalmail #RoyalMailFail", ["#RoyalMail = Royal Mail", "@royalmail = Royal Mail",
                                              "#RoyalMailFail = Royal Mail"]),
    ("royal  mail, Royal\nMail, ROYAL\t mail", ["royal  mail = Royal Mail", "Royal\nMail = Royal Mail",
                                                "ROYAL\t mail = Royal Mail"]),
    ("Royal Mail's Royal Mail", ["Royal Mail", "Royal Mail"]),
    ("Royal. Mail", ["Royal"]),
    ("Royal #mail", ["Royal"]),
    ("Royal Mail Group, Royal", ["Royal Mail Group = Royal Mail", "Royal"]),
    ("Brindle Cart Plus", ["Brindle Cart Plus = Brindlecart"]),
    ("Brindle Cart Plus Club", ["Brindle Cart Plus = Brindlecart"]),  # as long as any; two brands share no words
    ("Fast-basket fast\u2011basket fast basket", ["Fast-basket = Fastbasket", "fast\u2011basket = Fastbasket"]),
    ("an orange, Orange, ORANGE", ["Orange"]),
    ("Orange juice and Orange Juice", []),
    ("@OrangeHelpers @orange #Orange #ORANGE", ["@OrangeHelpers = Orange", "#Orange = Orange", "#ORANGE = Orange"]),
    ("@Orange #OrangeFail #orangeFail", ["@Orange = Orange", "#OrangeFail = Orange"]),
    ("M&S, Marks & Spencer, Marks  &  spencer", ["M&S = Marks & Spencer", "Marks & Spencer",
                                                 "Marks  &  spencer = Marks & Spencer"]),
    ("#MarksAndSpencer #MandS #MS", ["#MarksAndSpencer = Marks & Spencer", "#MandS = Marks & Spencer"]),
    ("Sainsbury’s, Sainsbury's, #Sainsburys", ["Sainsbury’s = Sainsbury's", "Sainsbury's",
                                               "#Sainsburys = Sainsbury's"]),
    ("Sainsbury's's", ["Sainsbury's"]),
    ("Café Nero, Cafe\u0301 Nero, Cafe Nero", ["Café Nero", "Cafe\u0301 Nero = Café Nero"]),
    ("Yahoo! Yahoo", ["Yahoo!"]),
    ("#O2down O2", ["#O2down = O2", "O2"]),
    ("CO2 O2b", []),
    ("Booking.com's help, booking.com/help", ["Booking.com"]),
    ("Disney+ Disney #DisneyPlus", ["Disney+", "#DisneyPlus = Disney+"]),
    ("T-Mobile T‑Mobile #TMobile", ["T-Mobile", "T‑Mobile = T-Mobile", "#TMobile = T-Mobile"]),
    ("STRASSE", ["STRASSE = Straße"]),
    ("help@brindlecart.com or brindlecart@mail.example or a.b+Brindlecart@x.co.uk", []),
    ("https://brindlecart.com/x www.brindlecart.com (http://x.example/Brindlecart)", []),
    ("brindlecart.com/returns shop.brindlecart.co.uk/x?y=Fastbasket", []),
    ("see https://brindlecart.com: Brindlecart", ["Brindlecart"]),
    ("I use Brindlecart.com", ["Brindlecart"]),
    ("https://x.example/#Brindlecart Fastbasket", ["Fastbasket"]),
    ("you&#Brindlecart", ["Brindlecart"]),
    ("\ud800Brindlecart", ["Brindlecart"]),
    ("Brindlecart\u0000Fastbasket", ["Brindlecart", "Fastbasket"]),
]


def shown(text, mentions):
    return [text[a:b] if text[a:b] == brand else f"{text[a:b]} = {brand}" for a, b, brand in mentions]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[ascii(text)[:40] for text, _ in CASES])
def test_mentions(text, expected):
    assert shown(text, FINDER.find([text])[0]) == expected


def test_the_batch_makes_no_difference():
    texts = [*HARD_TEXTS, *(text for text, _ in CASES), *HARD_TEXTS]
    found = FINDER.find(texts)
    assert found == [FINDER.find([text])[0] for text in texts] == SpacyBrands(BRANDS).find(texts)
    assert FINDER.find([]) == []


def test_without_brands_nothing_is_found():
    assert SpacyBrands(()).find(["Brindlecart #Brindlecart", ""]) == [[], []]


def test_spacy_is_asked_for_only_where_a_name_may_be(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy.matcher", None)
    finder = SpacyBrands(BRANDS)
    assert finder.find(["Late again #Brindlecart"]) == [[(11, 23, "Brindlecart")]]
    with pytest.raises(MissingExtra) as caught:
        finder.find(["Brindlecart"])
    assert str(caught.value) == ("finding brands needs spaCy, which is not installed. "
                                 "run: pip install 'spacy>=3.8,<3.9'.")


def test_an_emoji_can_be_a_name():
    assert SpacyBrands([Brand(name="Orange", aliases=("🍊",))]).find(["I ❤ 🍊!"]) == [[(4, 5, "Orange")]]


def test_overlapping_names_of_one_brand_are_one_mention():
    brand = Brand(name="Royal Mail", aliases=("Mail Group",))
    assert SpacyBrands([brand]).find(["Royal Mail Group"]) == [[(0, 16, "Royal Mail")]]


def test_a_phrase_is_excluded_only_from_what_lies_inside_it():
    brand = Brand(name="Apple", aliases=("Apple Pie Shop",), exclude=("apple pie",))
    assert SpacyBrands([brand]).find(["Apple Pie Shop, apple pie"]) == [[(0, 14, "Apple")]]


WORDS = ["Brindlecart", "brindle", "Cart", "plus", "#", "@", "&", "M&S", "Royal", "mail", "Fast-basket", "orange",
         "Orange", "juice", "Shell", "suit", "'s", "_", ".", ".com", "/", "https://", "help@", "😍", "É", "e\u0301",
         "2"]
SPELLINGS = {b.name: {tag_form(s).casefold() for s in b.spellings} for b in BRANDS}


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=12), st.sampled_from(["", " ", "\n"]))
def test_spans_hold_a_spelling_of_the_brand_and_only_tags_are_shared(words, joint):
    text = joint.join(words)
    [found] = FINDER.find([text])
    assert found == sorted(found, key=lambda m: m[:2])
    end_before, start_before = 0, -1
    for start, end, brand in found:
        assert 0 <= start < end <= len(text)
        held = tag_form(text[start:end]).casefold()
        is_tag = text[start] in "#@＃＠"
        assert any(s in held if is_tag else s == held for s in SPELLINGS[brand])
        assert start >= end_before or (is_tag and (start, end) == (start_before, end_before))
        start_before, end_before = start, end


@pytest.mark.parametrize("text", ["a." * 100_000, "a@" * 100_000, "#" + "Ab" * 100_000, "!" * 200_000,
                                  "a" + "_" * 200_000, "a" * 200_000, "a-" * 100_000, "Brindlecart " * 20_000],
                         ids=lambda text: text[:4])
def test_no_text_takes_more_than_linear_time(text):
    began = time.perf_counter()
    FINDER.find([text])
    assert time.perf_counter() - began < 5
