import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.text.normalise import normalise

PAIRS = {
    "number of no character": ("Late &#" + "9" * 5000 + "; again &#128512; &#x1F600", "Late again 😀 😀"),
    "plain": ("Great app", "Great app"),
    "empty": ("", ""),
    "only blanks": (" \t\u00a0\n ", ""),
    "curly quotes": ("It’s “fine”", "It's \"fine\""),
    "ellipsis": ("Well… no", "Well... no"),
    "entities": ("fast &amp; kind &lt;3", "fast & kind <3"),
    "entities twice": ("fast &amp;amp; kind", "fast & kind"),
    "line break tags": ("one<br/>two<br>three", "one two three"),
    "an opinion in angle brackets stays": ("price <5 and >3", "price <5 and >3"),
    "windows line breaks": ("one\r\n\r\n two", "one\ntwo"),
    "blanks around a line break": ("one \t \n  two", "one\ntwo"),
    "runs of blanks": ("so   slow\t\tapp", "so slow app"),
    "zero width space": ("so\u200bslow", "soslow"),
    "byte order mark": ("\ufeffslow", "slow"),
    "direction marks": ("\u200fslow\u200e", "slow"),
    "family emoji keeps its joiners": ("👨\u200d👩\u200d👧 friendly", "👨\u200d👩\u200d👧 friendly"),
    "composed letters": ("cafe\u0301", "café"),
    "control characters": ("slow\x00\x07 app", "slow app"),
    "half a surrogate pair": ("slow \ud83d app", "slow app"),
    "mojibake of an apostrophe": ("I donâ€™t like it", "I don't like it"),
    "mojibake of a letter": ("The cafÃ© was nice", "The café was nice"),
    "mojibake of quotes": ("â€œSimply greatâ€\x9d", '"Simply great"'),
    "mojibake twice": ("the cafÃƒÂ© twice", "the café twice"),
    "mojibake of money and a dash": ("itâ€™s â‚¬5 â€“ too much", "it's €5 – too much"),
    "mojibake of an emoji": ("so quick ðŸ˜€", "so quick 😀"),
    "mojibake of a no-break space": ("so slowÂ\xa0today", "so slow today"),
    "mojibake from a Mac": ("I don‚Äôt", "I don't"),
    "mojibake in Cyrillic": ("I donвЂ™t", "I don't"),
    "mojibake in entities": ("I don&acirc;&euro;&trade;t", "I don't"),
    "quotes of Windows as Latin-1": ("I don\x92t \x93care\x94", "I don't \"care\""),
    "French": ("Voilà\xa0! Ça va «\xa0bien\xa0», l’été", "Voilà ! Ça va \" bien \", l'été"),
    "Portuguese": ("SÃO PAULO é ÓTIMO, AÇÃO", "SÃO PAULO é ÓTIMO, AÇÃO"),
    "Turkish and a quote": ("İstanbul’da “güzel”", "İstanbul'da \"güzel\""),
    "Russian": ("Привет, всё хорошо", "Привет, всё хорошо"),
    "names and signs": ("Nestlé® & Pokémon™ ±5 °C", "Nestlé® & Pokémon™ ±5 °C"),
    "what cannot be mended stays": ("late \ufffd\ufffd again", "late \ufffd\ufffd again"),
    "marks of direction around words": ("\u2067slow\u2069 \u202aapp\u202c", "slow app"),
    "non-joiner of Persian stays": ("می\u200cخواهم", "می\u200cخواهم"),
    "wide blanks": ("\u3000so\u3000slow", "so slow"),
    "vertical tab and form feed part words": ("so\x0bslow\x0capp", "so slow app"),
    "carriage return as Excel spells it": ("so slow_x000D_\nand dear_x000d_again", "so slow\nand dear\nagain"),
    "numeric entities": ("it&#39;s &#x27;fine&#x27; &#128512;", "it's 'fine' 😀"),
    "no-break spaces as entities": ("&amp;nbsp;&nbsp;so slow", "so slow"),
    "tags as entities": ("&lt;p&gt;so&lt;br&gt;slow&lt;/p&gt;", "so slow"),
    "tags of mail programs": ("<table><tr><td><font color='red'>so slow</font></td></tr></table>", "so slow"),
    "headings, pictures and comments": ("<h1>Hi</h1><img src='a.png'/><!-- from app -->so slow", "Hi so slow"),
    "a lone ampersand": ("R&D; AT&T & co", "R&D; AT&T & co"),
    "a heart": ("I <3 it, <10 minutes", "I <3 it, <10 minutes"),
    "case and typos stay": ("SOOO slooow!!!", "SOOO slooow!!!"),
}


@pytest.mark.parametrize(("verbatim", "text"), PAIRS.values(), ids=PAIRS)
def test_normalise(verbatim, text):
    assert normalise(verbatim) == text


@given(st.text())
def test_twice_is_once_and_no_ragged_edges(verbatim):
    text = normalise(verbatim)
    assert normalise(text) == text
    assert text == text.strip()


@pytest.mark.parametrize("verbatim", [" " * 300_000 + "a", "\t" * 300_000 + "a", "<" * 300_000, "&" * 300_000],
                         ids=["blanks", "tabs", "angle brackets", "ampersands"])
def test_long_runs_take_linear_time(verbatim):
    start = time.process_time()
    normalise(verbatim)
    assert time.process_time() - start < 5  # seconds; quadratic would be minutes
