"""Verbatim to text: one Unicode form, plain spaces, nothing invisible."""

from __future__ import annotations

import re
import unicodedata

from cx_text.text.markup import unescaped
from cx_text.text.mojibake import mended

_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"',
                         "«": '"', "»": '"', "…": "...", "\u00a0": " ", "\u202f": " ",
                         "\v": " ", "\f": " "})  # the last two part words, though they are control characters
# Zero-width space, word joiner, BOM, soft hyphen and direction marks carry no words (the joiner inside emoji stays, and
# the non-joiner, which Persian is spelt with).
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u206f\u180e\ufff9-\ufffb]")
# Possessive and looked-behind: a megabyte of blanks without a line break takes linear time.
_LINE_BREAKS = re.compile(r"(?<![ \t\f\v])[ \t\f\v]*+(?:\r\n|\r|\n|\u2028|\u2029|\x85)\s*")
_TAG = re.compile(r"</?(?:br|p|div|span|b|i|u|s|em|strong|small|sup|sub|ul|ol|li|a|font|center|h[1-6]|hr|img|table|"
                  r"thead|tbody|tr|td|th|blockquote|pre)(?:\s[^<>]{0,200})?/?>|<!--[^<>]{0,200}-->", re.IGNORECASE)
_CARRIAGE_RETURN = re.compile("_x000[Dd]_\n?")  # as Excel's XML spells it, and as it stays in CSV made of that


def normalise(verbatim: str) -> str:
    """Return the text that models read and that all spans index into.

    Entities and simple formatting tags are undone, characters that were certainly decoded wrongly ("cafÃ©") are put
    right, quotes and spaces take their plain form, control and invisible characters go, runs of blanks become one space
    and runs of line breaks one newline. Normalising twice gives the same text.

    Args:
        verbatim: The customer's words as received.

    Returns:
        The normalised text, "" when nothing readable is left.
    """
    previous, text = None, verbatim
    while previous != text:  # "&amp;amp;lt;" needs several passes; after the first each only shortens, so this ends
        previous, text = text, _normalise_once(text)
    return text


def _normalise_once(text: str) -> str:
    text = unescaped(text) if "&" in text else text
    text = _TAG.sub(" ", text) if "<" in text else text
    text = mended(text)  # before quotes are made plain: some of them are halves of such characters
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    text = _INVISIBLE.sub("", text)
    text = _CARRIAGE_RETURN.sub("\n", text) if "_x000" in text else text
    text = _LINE_BREAKS.sub("\n", text)
    text = "".join(c for c in text if c == "\n" or c == "\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r" ?\n ?", "\n", text).strip()
