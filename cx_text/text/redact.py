"""Text with personal data to text with placeholders, and a record of what was masked where.

What is personal is found by `pii_patterns`, `names` and a back-end.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class PiiKind(StrEnum):
    """What sort of personal data."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"
    CARD = "CARD"
    IBAN = "IBAN"
    ADDRESS = "ADDRESS"  # street addresses and postcodes, not towns
    NAME = "NAME"
    URL = "URL"  # pages of one person, not of a company
    IP = "IP"


PLACEHOLDER = re.compile(rf"<({'|'.join(PiiKind)})_([1-9][0-9]{{0,8}})>")
_LEFT_OUT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class PiiSpan:
    """Personal data at a half-open character span of a text, with how sure we are (0 to 1)."""

    start: int
    end: int
    kind: PiiKind
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Masked:
    """One masked span: where it was in the original text, and where its placeholder is in the redacted one."""

    kind: PiiKind
    start: int
    end: int
    redacted_start: int
    redacted_end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text with placeholders, and for audit what was masked, in order. It holds no masked value."""

    text: str
    spans: tuple[Masked, ...]


class View:
    """A text as the recognisers see it: whatever is masked already stands as "<KIND>", whichever number it has."""

    def __init__(self, text: str, spans: Sequence[PiiSpan]) -> None:
        hidden = [(m.start(), m.end(), m[1]) for m in PLACEHOLDER.finditer(text)]
        hidden += [(s.start, s.end, s.kind.value) for s in spans]
        self._kept: list[tuple[int, int, int]] = []  # start in the view, start and end in the text
        parts: list[str] = []
        end, length = 0, 0
        for start, hidden_end, kind in [*sorted(hidden), (len(text), len(text), None)]:
            self._kept.append((length, end, start))
            parts += [text[end:start], f"<{kind}>" if kind else ""]
            length += len(parts[-2]) + len(parts[-1])
            end = hidden_end
        self.text = "".join(parts)

    def back(self, span: PiiSpan) -> Iterator[PiiSpan]:
        """Yield the parts of a span of the view that are in the text."""
        for at, start, end in self._kept:
            first, last = max(start, span.start - at + start), min(end, span.end - at + start)
            if first < last:
                yield PiiSpan(first, last, span.kind, span.score)


class Placeholders:
    """Numbers values within one scope, a comment or a run: the same value has the same number, others have others.

    It remembers keyed hashes, so neither a dump of it nor a guess at a value gives a value away.

    Args:
        texts: All texts of the scope, where they are at hand: the numbers of placeholders in them are never given.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._key = secrets.token_bytes(32)
        self._numbers: dict[tuple[PiiKind, bytes], int] = {}
        self._last = dict.fromkeys(PiiKind, 0)
        self._reserved: set[tuple[PiiKind, int]] = set()
        for text in texts:
            self.reserve(text)

    def reserve(self, text: str) -> None:
        """Never give the numbers of the placeholders in a text, unless they were given before."""
        self._reserved.update((PiiKind(m[1]), int(m[2])) for m in PLACEHOLDER.finditer(text))

    def of(self, kind: PiiKind, value: str) -> str:
        """Return the placeholder of a value, "<EMAIL_1>"; case, blanks and marks make no other value."""
        bare = _LEFT_OUT.sub("", value).casefold() or value
        coded = bare.encode("utf-8", "surrogatepass")
        place = kind, hashlib.blake2b(coded, key=self._key, digest_size=16).digest()
        if place not in self._numbers:
            number = self._last[kind] + 1
            while (kind, number) in self._reserved:
                number += 1
            self._numbers[place] = self._last[kind] = number
        return f"<{kind}_{self._numbers[place]}>"


def redact(text: str, spans: Iterable[PiiSpan], seen: Placeholders) -> Redacted:
    """Return the text with a placeholder for each span, and what was masked.

    Spans may overlap. Placeholders that the text already has stay, so that redacting a redacted text changes nothing.

    Args:
        text: What to redact, normalised or not.
        spans: Where personal data is.
        seen: The placeholders of the scope so far; those of new values are added.

    Raises:
        ValueError: A span is empty or reaches beyond the text.
    """
    seen.reserve(text)
    parts: list[str] = []
    masked: list[Masked] = []
    end, length = 0, 0
    for span in resolved(text, spans):
        before, placeholder = text[end:span.start], seen.of(span.kind, text[span.start:span.end])
        start = length + len(before)
        length = start + len(placeholder)
        masked.append(Masked(span.kind, span.start, span.end, start, length))
        parts += [before, placeholder]
        end = span.end
    return Redacted("".join([*parts, text[end:]]), tuple(masked))


def resolved(text: str, spans: Iterable[PiiSpan]) -> list[PiiSpan]:
    """Return what to mask, in order and without overlap.

    The longest span wins, then the surest; what sticks out of a span that lost is masked under its own kind, so that
    no part is left readable. Placeholders are cut out of spans.

    Raises:
        ValueError: A span is empty or reaches beyond the text.
    """
    given = list(spans)
    for span in given:
        if not 0 <= span.start < span.end <= len(text):
            raise ValueError(f"a span from {span.start} to {span.end} in a text of {len(text)} characters")
    kept: list[PiiSpan] = []
    busy: list[tuple[int, ...]] = [(m.start(), m.end()) for m in PLACEHOLDER.finditer(text)]
    for span in sorted(given, key=lambda s: (s.start - s.end, -s.score, s.start, s.kind)):
        first = max(bisect_left(busy, (span.start,)) - 1, 0)
        near = busy[first:bisect_left(busy, (span.end,))]  # only these can overlap: a text may hold thousands
        for start, end in free(text, span.start, span.end, near):
            kept.append(PiiSpan(start, end, span.kind, span.score))
            insort(busy, (start, end))
    return sorted(kept, key=lambda s: s.start)


def free(text: str, start: int, end: int, busy: Sequence[tuple[int, ...]]) -> list[tuple[int, int]]:
    """Return the parts of a span that are in no busy one (in order), without blanks around and without mere marks."""
    parts, at = [], start
    for busy_start, busy_end in busy:
        if busy_end > at and busy_start < end:
            parts.append((at, busy_start))
            at = busy_end
    if at == start:
        return [(start, end)]
    bare = []
    for first, last in [*parts, (at, end)]:
        words = text[first:last]
        if first < last and any(c.isalnum() for c in words):
            bare.append((first + len(words) - len(words.lstrip()), last - len(words) + len(words.rstrip())))
    return bare


def everywhere(text: str, spans: Iterable[PiiSpan]) -> list[PiiSpan]:
    """Return what to mask, as `resolved`, with all other places that hold the words of a span as whole words.

    Raises:
        ValueError: A span is empty or reaches beyond the text.
    """
    kept = resolved(text, spans)
    for _ in range(10):  # a repeat that overlaps another span leaves a part, which may be elsewhere too
        by_words = {text[s.start:s.end]: s for s in kept if any(c.isalnum() for c in text[s.start:s.end])}
        repeats = [PiiSpan(m.start(), m.end(), span.kind, span.score) for words, span in by_words.items()
                   for m in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text)]
        more = resolved(text, [*kept, *repeats])
        if more == kept:
            break
        kept = more
    return kept


def in_words(text: str) -> str:
    """Return a text with everyday words for its placeholders, as models know them, so that all spans stay.

    "<NAME_1>" is as long as "somebody", and "<PHONE_1>" as "the phone"; blanks make up for longer numbers.
    """
    return PLACEHOLDER.sub(_in_words, text) if "<" in text else text


def _in_words(placeholder: re.Match[str]) -> str:
    words = "somebody" if placeholder[1] == PiiKind.NAME else f"the {placeholder[1].lower()}"
    return words.ljust(len(placeholder[0]))
