"""What people type into a search: words, "exact phrases", -without, OR; and where a text has what they searched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from cx_text.errors import ConfigError
from cx_text.text.word_lists import words_of

MAX_WORDS = 32
# PostgreSQL's own list (tsearch_data/english.stop): its index has none of them, so no search can ask for them.
COMMON_WORDS = words_of("""
i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its
itself they them their theirs themselves what which who whom this that these those am is are was were be been being
have has had having do does did doing a an the and but if or because as until while of at by for with about against
between into through during before after above below to from up down in out on off over under again further then once
here there when where why how all any both each few more most other some such no nor not only own same so than too very
s t can will just don should now
""")
_PIECE = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<one>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_STEMMER = snowballstemmer.stemmer("english")

Phrase = tuple[str, ...]  # words that follow each other; most often one


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is searched: of each group in `all_of` one phrase at least, and none of the phrases in `without`."""

    all_of: tuple[tuple[Phrase, ...], ...]
    without: tuple[Phrase, ...] = ()


def parse_query(query: str) -> SearchQuery:
    """Return what a person searches for.

    All words must be there, in any form that English gives them. Quotes make an exact phrase, a minus in front leaves
    out what has the word or phrase, and OR (in capitals) binds what stands on its two sides: `late OR slow delivery`
    finds delivery with late or slow. What a minus is in front of is never part of an OR. Very common words (the, of,
    not) count inside phrases only.

    Raises:
        ConfigError: There is nothing to look for, or too much.
    """
    groups: list[list[Phrase]] = []
    without: list[Phrase] = []
    is_bound, n_words, n_common = False, 0, 0
    for piece in _PIECE.finditer(unicodedata.normalize("NFC", query.replace("“", '"').replace("”", '"'))):
        if piece["one"] == "OR" and not piece["minus"]:
            is_bound = bool(groups)
            continue
        phrase = tuple(word.lower() for word in _WORD.findall(piece["phrase"] or piece["one"] or ""))
        n_words += len(phrase)
        if not phrase or all(word in COMMON_WORDS for word in phrase):
            n_common += bool(phrase)
        elif piece["minus"]:
            without.append(phrase)
        elif is_bound:
            groups[-1].append(phrase)
        else:
            groups.append([phrase])
        is_bound = False
    _check(n_words, n_common, len(groups), len(without))
    return SearchQuery(tuple(map(tuple, groups)), tuple(without))


def _check(n_words: int, n_common: int, n_groups: int, n_without: int) -> None:
    if n_words > MAX_WORDS:
        raise ConfigError(f"a search has {MAX_WORDS} words at most, not {n_words}", next="Leave some out")
    if n_groups:
        return
    if n_without:
        raise ConfigError("a search needs something that is there, not only what is not",
                          next="Add a word without a minus in front")
    if n_common:
        raise ConfigError("these words are too common to search for", next="Add one that says more")
    raise ConfigError("there are no words to search for", next='Type some, such as late delivery or "late delivery"')


def matched_words(query: SearchQuery) -> frozenset[str]:
    """Return the stems of the words that a text was found by, lower case."""
    return frozenset(_stem(word) for group in query.all_of for phrase in group for word in phrase)


def highlight_spans(text: str, query: SearchQuery) -> list[tuple[int, int]]:
    """Return the half-open spans of a text where it has what is searched, in order, none touching another's.

    Forms of a word count as that word, as far as English endings go; it may differ from the database in rare words.
    """
    found = [(m.start(), m.end(), _stem(m[0].lower())) for m in _WORD.finditer(text)]
    stems = [stem for *_, stem in found]
    spans = {(found[at][0], found[at + len(phrase) - 1][1])
             for group in query.all_of for phrase in group for at in _places(stems, [_stem(w) for w in phrase])}
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _places(stems: Sequence[str], phrase: Sequence[str]) -> list[int]:
    n = len(phrase)
    return [at for at in range(len(stems) - n + 1) if stems[at] == phrase[0] and list(stems[at:at + n]) == phrase]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    stem: str = _STEMMER.stemWord(word)
    return stem
