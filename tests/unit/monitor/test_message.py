"""Messages: what strangers wrote is read as it is, and nothing acts on it."""

import html.parser
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cx_text.monitor.message import Message, harmless, markdown

EVIL = "<!channel> @here [free](https://evil.example/x) <b>*now*</b> \u202e`rm`\n# end"


@pytest.mark.parametrize(("words", "seen"), [
    ("Late again.\r\n\tAnd  again.", "Late again. And again."),
    ("@channel @jo.lee", "@\u200bchannel @\u200bjo[.]lee"),
    ("<!channel> <@U12> <#C1>", "‹!channel› ‹@\u200bU12› ‹#C1›"),
    ("see https://evil.example/x?a=1", "see https[:]//evil[.]example/x?a=1"),
    ("www.evil.example", "www[.]evil[.]example"),
    ("mailto:jo tel:+49 the tel: none", "mailto[:]jo tel[:]+49 the tel: none"),
    ("JavaScript:alert(1)", "JavaScript[:]alert(1)"),
    ("a\u202eb\u200bc\x00d\u2066e\ufeff", "abcde"),
    ("It cost 1.5 times, i.e. 3.20 more: bad", "It cost 1.5 times, i.e. 3.20 more: bad"),
    ("क्\u200dष 👩\u200d🔧", "क्\u200dष 👩\u200d🔧"),
    ("<NAME_1> was rude", "‹NAME_1› was rude")])
def test_harmless(words, seen):
    assert harmless(words) == seen


@given(st.text())
def test_nothing_can_be_clicked_or_mentioned_whatever_is_written(words):
    seen = harmless(words)
    assert not re.search(r"@(?!\u200b)|[<>\n\r\u202a-\u202e\u2066-\u2069\x00-\x1f\x7f]|://", seen)
    assert harmless(seen) == seen


@pytest.mark.parametrize(("words", "written"), [
    ("*bold* _it_ ~no~ `code`", r"\*bold\* \_it\_ \~no\~ \`code\`"),
    ("[a](b)", r"\[a\](b)"), ("# head", r"\# head"), ("## two #3", r"\## two #3"),
    ("app_store _x_", r"app_store \_x\_"),
    ("- item", r"\- item"), ("12. item", r"12\. item"), ("1.5 times", "1.5 times"), ("-5 %", "-5 %"),
    ("a - b = 1. c", "a - b = 1. c"), ("R&D &lt;b&gt;", r"R&D \&lt;b\&gt;"), ("", "")])
def test_markdown_is_escaped(words, written):
    assert markdown(words) == written


def test_as_text():
    message = Message("Late", ("Up by half.", "n = 40"), ("so late", EVIL), (("Alert", "https://x.example/alerts/1"),))
    assert message.as_text() == (
        "Up by half.\nn = 40\n\n“so late”\n“‹!channel› @\u200bhere [free](https[:]//evil[.]example/x) ‹b›*now*‹/b› "
        "`rm` # end”\n\nAlert: https://x.example/alerts/1")
    assert Message("Late", ("Up by half.",)).as_text() == "Up by half."


def test_as_html():
    message = Message("Late & \"worse\"", ("1 < 2",), (EVIL, "R&D"), (("A & b", "https://x.example/?a=1&b=2"),))
    page = message.as_html("cid:chart.png")
    assert page == (
        '<p>1 ‹ 2</p>\n<p><img src="cid:chart.png" alt="Late &amp; &quot;worse&quot;" width="760" '
        'style="max-width:100%;height:auto"></p>\n'
        "<blockquote>“‹!channel› @\u200bhere [free](https[:]//evil[.]example/x) ‹b›*now*‹/b› `rm` # end”</blockquote>\n"
        "<blockquote>“R&amp;D”</blockquote>\n"
        '<p><a href="https://x.example/?a=1&amp;b=2">A &amp; b</a></p>')
    assert "img" not in message.as_html()


@given(st.text(), st.text())
def test_html_has_no_tags_but_ours(line, quote):
    tags = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append((tag, len(attributes)))
    parser.feed(Message("t", (line,), (quote,)).as_html())
    assert tags == [("p", 0), ("blockquote", 0)]


def test_as_markdown():
    message = Message("Late", ("Up *by* half.",), (EVIL,), (("The alert", "https://x.example/alerts/1"),))
    assert message.as_markdown() == (
        "Up \\*by\\* half.\n\n“‹!channel› @\u200bhere \\[free\\](https\\[:\\]//evil\\[.\\]example/x) ‹b›\\*now\\*‹/b› "
        "\\`rm\\` # end”\n\n[The alert](https://x.example/alerts/1)")
