"""Text to sentence-like pieces and to tidy spans, by the characters alone: no model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cx_text.text.word_lists import words_of

Span = tuple[int, int]

# A run-on text without a full stop is cut at a blank before this many characters. Of the sentences in app reviews 99 %
# are shorter than 300, in long complaints than 450; spaCy itself refuses 1,000,000.
MAX_PIECE = 2_000

EMOJI = ("[\U0001f000-\U0001faff\u2600-\u27bf\u2b05-\u2b55\u231a-\u23ff\u203c\u2049\u3030\u303d\u3297\u3299]"
         "[\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff]*")
EMOTICON = r"(?<!\w)(?:[:;=][-'^]?[)(DPpO/|*\]\[]+|<3+|[xX]D+)(?!\w)"
_FACE = re.compile(f"(?:{EMOJI}|{EMOTICON})")
_FACES_LAST = re.compile(rf"(?:{EMOJI}|{EMOTICON})\s*\Z")
_WORD = re.compile(r"\w+(?:['’\-./]\w+)*")

# Possessive (++) and looked-behind runs: a megabyte of dots or blanks takes linear time.
_BREAK = re.compile(
    rf"(?P<faces>(?:(?:{EMOJI}|{EMOTICON})[\s!.]*+)++)"
    r"|(?P<line>(?<![^\S\n])[^\S\n]*+(?:\n|[•●▪►✓✔])\s*+)"
    r"|(?P<dots>(?<!\.)\.{2,}+(?=[\s\w])|…(?=[\s\w]))"
    r"|(?P<stop>(?<![.!?])[.!?]++['\")\]]*+(?=\s)|(?<![!?])[!?]++(?=\w)|(?<=[a-z][a-z])\.(?=[A-Z][a-z])|[。！？؟।]++)"
    r"|(?P<soft>;\s*+|(?<=\S)\s++(?:-{1,3}|[–—])\s++(?=\S)|—|\s\|\s)"
)
_ABBREVIATIONS = words_of("""
e.g i.e eg ie etc. mr mrs ms dr prof sr jr st vs approx a.m p.m dept ext incl min max tel nr inc ltd co fig
""")
_NUMBERED = re.compile(r"(?:(?<=\s)|^)(?=\d{1,2}[.)]\s+\w)", re.MULTILINE)
_ENUMERATOR = re.compile(r"\d{1,2}[.)]\s+(?=\w)")
_DOMAIN = re.compile(r"\.(?:com|co|org|net|io|uk|de)\b", re.IGNORECASE)

# "However" before an adjective ("However hard I try") is no conjunction. "While", "yet", "except" and "otherwise" stay:
# they carry the stance ("except the food") or mean time ("While I waited").
_CONJUNCTION = re.compile(
    r"(?:(?:but|and|or|&|although|even though|though|whereas)\b,?\s+"
    r"|however(?:,\s+|\s+(?=(?:the|this|that|it|its|i|we|you|he|she"
    r"|they|there|my|our|your|their|a|an|when|if|no|not|due|in|on|for|since|once)\b)))", re.IGNORECASE)
_LEADING = frozenset(",;:.!?…-–—•●▪►✓✔*·)]}/|\\~_=>،؛、。！？؟।&+")
_TRAILING = frozenset(",;:.…-–—•●▪►*·([{/|\\~_=<،؛、。।&+")


class Piece(NamedTuple):
    """A half-open span of a text, and the number of the sentence that it belongs to."""

    start: int
    end: int
    sentence: int


def pieces_of(text: str) -> list[Piece]:
    """Return sentence-like pieces: cut at stops, line breaks, bullets, semicolons, dashes and after emoji.

    Together they cover the text. Pieces cut at a semicolon, dash, ellipsis or emoji share their sentence.
    """
    found: list[Piece] = []
    start = sentence = 0
    for at, is_sentence_end in _breaks(text):
        found += _windows(text, start, at, sentence)
        start, sentence = at, sentence + is_sentence_end
    return [*found, *_windows(text, start, len(text), sentence)]


def n_words(text: str) -> int:
    """Return the number of words; "don't", "e-mail" and "3.5" are one each."""
    return sum(1 for _ in _WORD.finditer(text))


def tidy(text: str, start: int, end: int, *, is_list: bool = False) -> Span:
    """Return the span without blanks, marks and conjunctions in front, and without blanks and marks at its end.

    "!", "?" and emoji at the end stay. What holds no letter, digit or emoji comes back empty. In a numbered list the
    number in front goes too.
    """
    while True:
        while start < end and (text[start].isspace() or text[start] in _LEADING) and not _FACE.match(text, start, end):
            start += 1
        if conjunction := _CONJUNCTION.match(text, start, end):
            if not has_words(text[conjunction.end():end]):
                break
            start = conjunction.end()
        elif is_list and (mark := _ENUMERATOR.match(text, start, end)):
            start = mark.end()
        else:
            break
    while end > start and (text[end - 1].isspace() or _is_loose_end(text, start, end)):
        end -= 1
    return (start, end) if has_words(text[start:end]) or _FACE.search(text, start, end) else (start, start)


def has_words(text: str) -> bool:
    """Return whether there is a letter or a digit."""
    return any(c.isalnum() for c in text)


def glued(text: str, pieces: Sequence[Piece]) -> list[Span]:
    """Return tidy spans of the pieces; those below two words join a neighbour of their sentence.

    An emoji joins what stands before it. A sentence of one word stays. A text with a letter, digit or emoji has a span.
    """
    out: list[tuple[int, int, int, int]] = []  # start, end, sentence, words
    is_list = bool(_numbers_of(text))
    for piece in pieces:
        start, end = tidy(text, piece.start, piece.end, is_list=is_list)
        if start == end:
            continue
        words = n_words(text[start:end])
        if out and (not words or (out[-1][2] == piece.sentence and min(words, out[-1][3]) < 2) or not out[-1][3]):
            first, _, sentence, before = out.pop()
            out.append((first, end, sentence if before else piece.sentence, before + words))
        else:
            out.append((start, end, piece.sentence, words))
    if not out:
        start, end = 0, len(text)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return [(start, end)] if has_words(text) else []
    return [(start, end) for start, end, _, _ in out]


def _breaks(text: str) -> Iterator[tuple[int, bool]]:
    """Yield (where the next piece starts, whether a sentence ends there)."""
    numbered = _numbers_of(text)
    is_list = bool(numbered)
    for match in _BREAK.finditer(text):
        while numbered and numbered[0] <= match.start():
            at = numbered.pop(0)
            if at:
                yield at, True
        if match.end() == len(text):
            return
        kind = match.lastgroup
        if kind == "stop" and not _is_stop(text, match.start(), match.end(), is_list):
            continue
        is_new_line_of_thought = kind == "dots" and text[match.end():match.end() + 3].lstrip()[:1].isupper()
        yield match.end(), kind in ("line", "stop") or is_new_line_of_thought
    for at in numbered:
        if at:
            yield at, True


def _numbers_of(text: str) -> list[int]:
    """Return where the numbers of a list stand: "1. Slow 2. Buggy". One alone is a score or a date."""
    found = [m.start() for m in _NUMBERED.finditer(text)]
    return found if len(found) > 1 and text[found[0]] == "1" and text[found[1]] == "2" else []


def _is_stop(text: str, start: int, end: int, is_list: bool) -> bool:
    if text[start] != "." or end - start > 1:
        return True
    before = text[max(0, start - 12):start].rsplit(None, 1)[-1:] or [""]
    word = before[0].lower().lstrip("('\"[")
    if word in _ABBREVIATIONS or _DOMAIN.match(text, start):
        return False
    if word == "no" and text[end:end + 2].strip().isdigit():
        return False
    if word.isdigit() and len(word) <= 2 and (is_list or _is_line_start(text, start - len(word))):
        return False
    return not (len(word) == 1 and word.isalpha() and word != "i")


def _is_line_start(text: str, at: int) -> bool:
    line = text[max(0, at - 8):at].rsplit("\n", 1)[-1]
    return not line.strip(" \t-*•") if at <= 8 or "\n" in text[max(0, at - 8):at] else False


def _is_loose_end(text: str, start: int, end: int) -> bool:
    if text[end - 1] not in _TRAILING or _FACES_LAST.search(text, max(start, end - 6), end):
        return False
    return not (text[end - 1] in "*+" and end - start > 1 and text[end - 2].isalnum())  # "5*", "A+", "18+"


def _windows(text: str, start: int, end: int, sentence: int) -> Iterator[Piece]:
    """Yield the piece, cut at blanks where it is longer than a window; a word is never cut."""
    while end - start > MAX_PIECE:
        cut = max(text.rfind(", ", start + MAX_PIECE // 2, start + MAX_PIECE), -1) + 1
        cut = cut or text.rfind(" ", start + 1, start + MAX_PIECE) + 1
        cut = cut or text.find(" ", start + MAX_PIECE, end) + 1
        if not cut or cut >= end:
            break
        yield Piece(start, cut, sentence)
        start = cut
    if end > start:
        yield Piece(start, end, sentence)
