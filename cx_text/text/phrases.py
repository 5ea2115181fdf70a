"""Short phrases of a parsed text that could name a theme: "delivery slots", "app crashes", "cancel subscription"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cx_text.text.clauses import Word
from cx_text.text.word_lists import words_of

MAX_WORDS = 4
_NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
_LINKS = frozenset({"is", "are", "was", "were", "be", "been", "'s", "'re", "seems", "seemed", "looks", "feels"})
_VERBS = frozenset({"VB", "VBD", "VBG", "VBP", "VBZ"})
# Verbs and nouns that name nothing on their own.
_LIGHT = words_of("""
be is are was were been am do does did done have has had get gets got make makes made go goes went take took give
gave put keep keeps let want wanted need needs think thought know knew say said see saw seem seems use used try
tried come came would could should will can may might must
""")
_EMPTY = words_of("""
thing things lot lots way bit one ones something anything nothing everything everyone someone anyone nobody time
times day days year years month months week weeks hour hours minute minutes people person other others kind sort
thanks thank please ok okay yes no none reason reasons fact everybody part point case number etc n't good great nice
bad best better excellent more most much many few such same own last first next new old other whole monday tuesday
wednesday thursday friday saturday sunday january february march april may june july august september october
november december today yesterday morning afternoon evening night able sure very really just also only even still
well so too
""")
NAMES_NOTHING = _LIGHT | _EMPTY  # words that name nothing on their own


def phrases_of(words: Sequence[Word], text: str) -> list[str]:
    """Return candidate labels of one to four words, lower-cased except acronyms, in order, each once."""
    found = dict.fromkeys(" ".join(_shown(words[i], text) for i in group) for group in _groups(words))
    return [phrase for phrase in found if phrase]


def _groups(words: Sequence[Word]) -> Iterator[list[int]]:
    for i, word in enumerate(words):
        if not _is_plain(word):
            continue
        if word.tag in _NOUNS and word.dep != "compound":
            yield from _noun_groups(words, i)
        elif word.tag in _VERBS and word.form not in _LINKS:
            yield from _verb_groups(words, i)
        elif word.dep == "acomp" and word.tag in ("JJ", "VBG", "VBN") and word.form not in _EMPTY:
            subject = _child(words, word.head, "nsubj")
            if _names(words, subject) and words[word.head].form in _LINKS:
                named = _compound(words, subject or 0)
                yield ([*named, i] if word.tag != "JJ" else [i, *named])[-MAX_WORDS:]


def _noun_groups(words: Sequence[Word], i: int) -> Iterator[list[int]]:
    """The noun with its compounds, and the same with its adjectives."""
    named = _compound(words, i)
    if len(named) > 1 or words[i].form not in _EMPTY:
        yield named[-MAX_WORDS:]
    described = [c for c, w in enumerate(words[:named[0]]) if w.head == i and w.dep == "amod" and w.form not in _EMPTY
                 and _is_plain(w)]
    if described and described == list(range(named[0] - len(described), named[0])) and words[i].form not in _EMPTY:
        yield [*described, *named][-MAX_WORDS:]


def _verb_groups(words: Sequence[Word], i: int) -> Iterator[list[int]]:
    """Subject with its verb, verb with its object, verb with its particle."""
    word = words[i]
    particle = _child(words, i, "prt")
    verb = [i] if particle is None or particle < i else [i, particle]
    subject = _child(words, i, "nsubj")
    if subject is None and word.dep == "xcomp" and word.tag == "VBG":  # "the app keeps crashing"
        subject = _child(words, word.head, "nsubj")
    thing = _child(words, i, "dobj")
    is_light, is_plain_form = word.form in _LIGHT, word.tag in ("VB", "VBP")
    is_said = word.tag != "VB"  # "the ambulance arrives", not "wait for the ambulance to arrive"
    if thing is None and is_said and _names(words, subject) and not is_light:
        yield [*_compound(words, subject or 0)[-2:], *verb]
    if _names(words, thing):
        if is_plain_form and not is_light:
            yield [*verb, *_compound(words, thing or 0)[-2:]]
    elif len(verb) > 1 and is_plain_form:
        yield verb


def _names(words: Sequence[Word], i: int | None) -> bool:
    """Whether there is a noun that says something on its own."""
    return i is not None and words[i].tag in _NOUNS and words[i].form not in _EMPTY


def _compound(words: Sequence[Word], i: int) -> list[int]:
    """The noun with the compounds that stand right before it."""
    first = i
    while first > 0 and words[first - 1].dep in ("compound", "nmod") and _is_plain(words[first - 1]):
        first -= 1
    return list(range(first, i + 1))


def _child(words: Sequence[Word], i: int, dep: str) -> int | None:
    return next((c for c, w in enumerate(words) if w.head == i and w.dep == dep and c != i and _is_plain(w)), None)


def _is_plain(word: Word) -> bool:
    return len(word.form) > 1 and word.form[0].isalpha() and len(word.form) <= 30 and "://" not in word.form \
        and "@" not in word.form


def _shown(word: Word, text: str) -> str:
    written = text[word.start:word.end]
    return written if written.isupper() and len(written) <= 5 and not text.isupper() else word.form
