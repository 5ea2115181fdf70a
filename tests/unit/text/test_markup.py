"""What a reader sees of HTML."""

import time

import pytest

from cx_text.text.markup import plain_text


@pytest.mark.parametrize(("markup", "words"), [
    ("It came late.<p>I wait &amp; wait.", "It came late.\nI wait & wait."),
    ("<p>One <b>two</b>\n three</p><p>four<br/>five</p>", "One two three\nfour\nfive"),
    ("<ul><li>slow</li>\n<li>dear</li></ul>", "slow\ndear"),
    ("&lt;b&gt;bold&lt;/b&gt; it&#x27;s &#x2F; done", "<b>bold</b> it's / done"),
    ("<style>p {color: red}</style><script>alert('x')</script>seen", "seen"),
    ("<pre>a  b\n  c</pre>end", "a  b\nc\nend"),
    ('see <a href="https://example.com/x">https:&#x2F;&#x2F;example.com...</a>', "see https://example.com..."),
    ("a < b and 3 > 2", "a < b and 3 > 2"), ("<!-- hidden --> shown <unknown>word</unknown>", "shown word"),
    ("half <a href='", "half <a href='"), ("", ""), ("a\0b", "ab"), ("&#" + "9" * 5000 + ";!", "!"),
    ('<img alt="a > b"> c <i title='"'"'"it"'"'"'>d</i>', "c d"), ("<title>no</title></title></p>yes", "yes"),
    ("\u200fخدمة سيئة 😡", "\u200fخدمة سيئة 😡")])
def test_words_are_what_a_page_shows(markup, words):
    assert plain_text(markup) == words


@pytest.mark.parametrize("markup", [
    "<p>", "<", "&", "<div ", "<!--", "<a b='", '<a b="c ', "<pre>", "<b>word</b>", "&a"])
def test_a_lot_of_nonsense_takes_no_time(markup):
    began = time.perf_counter()
    plain_text(markup * 50_000)
    assert time.perf_counter() - began < 2
