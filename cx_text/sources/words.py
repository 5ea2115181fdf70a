"""The words of a text as they are compared: letters and digits alone, without case, one space between."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")


def plain_words(text: str) -> str:
    """Return a text's words in order; "It's GREAT!!" and "it s great" are the same."""
    return " ".join(_WORD.findall(text.casefold()))


def n_words(plain: str) -> int:
    """Count the words of a text that `plain_words` gave."""
    return plain.count(" ") + 1 if plain else 0
