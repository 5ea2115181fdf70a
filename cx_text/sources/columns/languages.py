"""Columns that say in which language a comment is: recognised and kept, since the words themselves tell it better."""

from __future__ import annotations

import re

from cx_text.sources.cells import as_text
from cx_text.sources.columns import headers
from cx_text.sources.columns.column_facts import ColumnFacts

_HEADER = frozenset(("language", "languages", "lang", "locale", "langue", "sprache", "idioma", "lingua"))
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4}){0,2}", re.IGNORECASE)
_NAMES = frozenset((
    "english", "german", "deutsch", "french", "français", "spanish", "español", "italian", "italiano", "portuguese",
    "português", "dutch", "nederlands", "polish", "polski", "swedish", "danish", "norwegian", "finnish", "czech",
    "greek", "turkish", "russian", "ukrainian", "romanian", "hungarian", "arabic", "hebrew", "hindi", "chinese",
    "japanese", "korean", "welsh", "irish", "catalan", "thai", "vietnamese", "indonesian"))
_LEAST_SHARE = 0.8  # of the values


def is_language(facts: ColumnFacts) -> bool:
    """Return whether a column holds codes or names of languages: its header says so, and so do most values."""
    if not any(headers.has_short(name, _HEADER) or "userlanguage" in headers.words(name)
               for name in (facts.name, facts.wording)):
        return False
    texts = [text for value in facts.values if (text := (as_text(value) or "").strip())]
    n = sum(_CODE.fullmatch(text) is not None or text.casefold().split(" ")[0].rstrip(",(") in _NAMES for text in texts)
    return bool(texts) and n >= _LEAST_SHARE * len(texts)
