import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.text.normalise import normalise

PAIRS = {
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
