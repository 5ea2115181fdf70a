"""Characters that were decoded wrongly somewhere on their way ("donâ€™t", "cafÃ©"), put right where that is certain."""

from __future__ import annotations

import re

# What UTF-8 looks like when it was read as an encoding of old, or Windows' quotes as Latin-1. A quick look: only where
# one of these stands is ftfy asked, whose own measure of nonsense then decides. The pattern begins with one set of
# characters, which `re` looks for ten times faster than for alternatives.
_TAIL = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # bytes 80 to BF as cp1252 and as Latin-1 show them
_MARKER = re.compile(
    "[\x80-\x84\x86-\x9f\xc2-\xf4√‚вРС](?:"
    "(?<=[\x80-\x9f])"  # "don\x92t"; \x85 alone is a line end
    f"|(?<=[\xc2-\xdf])[{_TAIL}]|(?<=[\xe0-\xf4])[{_TAIL}]{{2}}|(?<=â)€"  # cp1252, Latin-1; "café’s" is none
    "|(?<=Ã)[ a]"  # "Ã la carte": its no-break space became a space
    "|(?<=‚)Ä|(?<=√)[©®™´¢°ß¶†≠Æ]"  # Mac
    "|(?<=в)Ђ|(?<=[РС])[\u0400-\u040f\u0450-\u045f°±µ¶·»«¬®])")  # cp1251


def has_mojibake(text: str) -> bool:
    """Return whether a text has characters that are certain to be decoded wrongly."""
    return mended(text) != text


def mended(text: str) -> str:
    """Return a text with its wrongly decoded characters put right; any other text as it is.

    Nothing else is changed: ftfy's work on quotes, ligatures and widths stays out.
    """
    if text.isascii() or not _MARKER.search(text):
        return text
    from ftfy import fix_encoding  # here, because most exports never need it

    return fix_encoding(text)
