"""Verbatim to text: one Unicode form, plain spaces, nothing invisible."""

from __future__ import annotations

import html
import re
import unicodedata

_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"',
                         "«": '"', "»": '"', "…": "...", "\u00a0": " ", "\u202f": " "})
# Zero-width space, word joiner, BOM, soft hyphen and direction marks carry no words (the joiner inside emoji stays).
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Possessive and looked-behind: a megabyte of blanks without a line break takes linear time.
_LINE_BREAKS = re.compile(r"(?<![ \t\f\v])[ \t\f\v]*+(?:\r\n|\r|\n|\u2028|\u2029|\x85)\s*")
_TAG = re.compile(r"</?(?:br|p|div|span|b|i|u|em|strong|ul|ol|li|a)(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)


def normalise(verbatim: str) -> str:
    """Return the text that models read and that all spans index into.

    Entities and simple formatting tags are undone, quotes and spaces take their plain form, control and invisible
    characters go, runs of blanks become one space and runs of line breaks one newline. Normalising twice gives the
    same text.

    Args:
        verbatim: The customer's words as received.

    Returns:
        The normalised text, "" when nothing readable is left.
    """
    previous, text = None, verbatim
    while previous != text:  # "&amp;amp;lt;" needs several passes; each pass only shortens, so this ends
        previous, text = text, _normalise_once(text)
    return text


def _normalise_once(text: str) -> str:
    text = html.unescape(text) if "&" in text else text
    text = _TAG.sub(" ", text) if "<" in text else text
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    text = _INVISIBLE.sub("", text)
    text = _LINE_BREAKS.sub("\n", text)
    text = "".join(c for c in text if c == "\n" or c == "\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r" ?\n ?", "\n", text).strip()
