"""Text with personal data to text with placeholders, and a record of what was masked where.

What plain patterns can tell is found here too; names and numbers that need more are the work of a back-end.
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

_BEFORE = 40  # characters in front of a number that may say what it is
_ORDER = re.compile(
    r"\b(?:order|account|acc|ref|reference|booking|ticket|case|invoice|tracking|parcel|serial|model|policy|customer)\b"
    r"[^\n.?!]{0,18}$", re.IGNORECASE)
_CALL = re.compile(r"\b(?:phone|tele?phone|tel|mobile|mob|cell|call|called|calling|ring|rang|text|fax|desk|whatsapp"
                   r"|contact|reach|hotline|number is)\b[^\d\n]{0,25}$", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w.,/-])(?:\+|\()?\d(?:[ ().-]{0,2}\d){6,18}(?![\w/]|[.,:-]\d)")
_CARD_WORD = re.compile(r"\b(?:card|visa|master ?card|amex|maestro|cc)\b[^\d\n]{0,25}$", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){11,18}(?![\w-]|\.\d)")
_PLUS = re.compile(r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){8,14}(?: ?(?:x|ext\.? ?)\d{1,5})?(?!\w)")
_AT, _DOT = r"(?: ?[\[({<] ?at ?[\])}>] ?| ?@ ?)", r"(?: ?[\[({<] ?dot ?[\])}>] ?|\.)"
_LABELS = r"[\w-]{1,63}(?: dot [\w-]{1,63}){0,3}"
_HIDDEN_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,4}}"
    rf"|(?<![\w.+-])[\w.+-]{{1,64}}(?: dot [\w-]{{1,63}}){{0,3}} at {_LABELS} dot (?:com|co|org|net|uk|edu|gov|io|de|fr"
    r"|ie)(?: dot uk)?\b", re.IGNORECASE)
_PROFILE = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?:[a-z]{1,3}\.|mobile\.)?(?:(?:facebook|fb|instagram|twitter|x|tiktok|threads|snapchat|venmo)"
    r"\.com/|linkedin\.com/in/|(?:youtube|medium)\.com/@|reddit\.com/u(?:ser)?/|(?:wa|paypal|t)\.me/)[\w.@%+-]+"
    r"[^\s<>\"')\],]*"
    r"|https?://[^\s<>\"']{1,300}[?&](?:e-?mail|token|user|phone|name|session)=[^\s<>\"']+", re.IGNORECASE)

_SUFFIX = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Cres|Gardens|Grove|Terrace|Place|Pl"
    r"|Square|Sq|Boulevard|Blvd|Way|Highway|Hwy|Parkway|Pkwy|Hill|Mews|Row|Walk|Quay|Circle|Trail)\b\.?")
_UNIT = r"(?:,? ?(?:Apt|Apartment|Suite|Ste|Flat|Unit)\b\.? ?\w{1,5})?"
_WORD = r"[^\W\d_a-z][\w'-]*"  # capital, also outside ASCII
_COUNTED = r"(?:(?:Hour|Minute|Min|Mile|Day|Week|Star|Item|Year)s?|Way)\b"
_STATE = (
    r"(?:A[LKZRAEP]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]"
    r"|W[AVIY])")
_OF = r"(?:(?:de|del|della|des|du|da|do|la|le|di) ){0,2}"
# Whatever stands between a street and a postcode: flat, town, country.
_TAIL = (rf"(?:(?:[\s,]{{1,3}}(?:(?i:apt|suite|flat|unit)\.? ?\w{{1,5}}|{_WORD})){{0,6}}?[\s,]{{1,3}}\d{{4,5}}"
         r"(?:-\d{3,4})?\b)?")
_ADDRESSES = [re.compile(p) for p in (
    rf"(?<![\w£$€.])\d{{1,5}}[A-Za-z]?,? (?!{_COUNTED})(?:{_WORD} ){{1,3}}{_SUFFIX}{_UNIT}{_TAIL}",
    # Without capitals only names of streets that are nothing else: "a 10 minute drive" is no address.
    r"(?i:(?<![\w£$€.])\d{1,5}[a-z]? (?!hours?|min|miles?|of |on |the |in |star|way|busy|more)[a-z'-]{3,}"
    r"(?: [a-z'-]{3,})? (?:street|road|avenue|lane|crescent)\b)",
    r"\b(?:[A-PR-UWYZ][A-HJ-Y]?\d[\dA-Z]? ?\d[ABD-HJLNP-UW-Z]{2})\b",
    r"\b(?:[a-pr-uwyz][a-hj-y]?\d[\da-z]? \d(?!st|nd|rd|th)[abd-hjlnp-uw-z]{2})\b",
    rf"(?<=, ){_STATE},? \d{{5}}(?:-\d{{3,4}})?\b", rf"\b(?:{_WORD} ){{1,2}}{_STATE} \d{{5}}(?:-\d{{3,4}})?\b",
    r"(?i:\bP\.? ?O\.? ?Box \d{1,6}\b)",
    r"(?:\b\d{1,5} )?\b[^\W\d_a-z]\w*(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|straat|laan|vej|gade|gatan|vägen|gata|veien"
    r"|katu|tie|utca) \d{1,4}[a-z]?\b",
    rf"\b(?:Rue|Via|Calle|Rua|Viale|Avenida) {_OF}{_WORD}(?: {_WORD}){{0,2}},? \d{{1,4}}\b",
)]
_AFTER_ADDRESS_WORD = re.compile(
    r"(?i:\b(?:address(?:\s+(?:is|to|was|with))?|lives? (?:at|in)|living at|zip(?: ?code)?(?: is)?|post(?: ?|al )code"
    r"(?: is)?|located at|moved to|offices? (?:is|are) at|send it to|sent to|meet me at)\b[:\s]{1,8})"
    rf"((?:\d{{1,5}}[A-Za-z]?,? {_WORD}(?:,? {_WORD}|,? \d{{1,5}}){{0,5}}"
    rf"|{_WORD}(?: {_WORD}){{0,2}} \d{{1,4}}[A-Za-z]?\b){_TAIL}|\d{{4,5}}(?:-\d{{3,4}})?(?![\w/]))")


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


def patterned(text: str) -> Iterator[PiiSpan]:
    """Yield what has a form of its own: disguised e-mail addresses, pages of one person, cards, phones, addresses.

    Spans may overlap.
    """
    for hidden in _HIDDEN_EMAIL.finditer(text):
        yield PiiSpan(*hidden.span(), PiiKind.EMAIL, 0.9)
    for page in _PROFILE.finditer(text):
        yield PiiSpan(page.start(), page.start() + len(page[0].rstrip(".,;:!?")), PiiKind.URL, 0.9)
    for card in _CARD.finditer(text):
        if _CARD_WORD.search(text[max(0, card.start() - _BEFORE):card.start()]) or _is_card(card[0]):
            yield PiiSpan(*card.span(), PiiKind.CARD, 0.8)
    for plus in _PLUS.finditer(text):
        yield PiiSpan(*plus.span(), PiiKind.PHONE, 0.9)
    for number in _DIGITS.finditer(text):
        if is_called(text, number.start()) and not is_of_order(text, number.start()) and not _is_date(number[0]):
            yield PiiSpan(*number.span(), PiiKind.PHONE, 0.6)
    yield from _addresses(text)


def is_of_order(text: str, start: int) -> bool:
    """Return whether a number that starts here is that of an order, an account, a ticket or the like."""
    return _ORDER.search(text[max(0, start - _BEFORE):start]) is not None


def is_called(text: str, start: int) -> bool:
    """Return whether the words before a number speak of calling."""
    return _CALL.search(text[max(0, start - _BEFORE):start]) is not None


def _is_card(number: str) -> bool:
    """Whether a number starts as cards do and its check digit (Luhn) is right."""
    digits = [int(c) for c in number if c.isdigit()]
    doubled = [d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))]
    return len(digits) > 12 and 2 <= digits[0] <= 6 and sum(doubled) % 10 == 0


def _is_date(number: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d[ .-]\d\d?[ .-]\d\d?|\d\d?[ .-]\d\d?[ .-](?:19|20)\d\d", number) is not None


def _addresses(text: str) -> Iterator[PiiSpan]:
    """Street addresses and postcodes."""
    if not any(c.isdigit() for c in text):
        return
    spans = [m.span() for pattern in _ADDRESSES for m in pattern.finditer(text)]
    spans += [m.span(1) for m in _AFTER_ADDRESS_WORD.finditer(text)]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and (start <= joined[-1][1] or not text[joined[-1][1]:start].strip(" ,\n")):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))  # a street with its postcode is one address
        else:
            joined.append((start, end))
    for start, end in joined:
        yield PiiSpan(start, end, PiiKind.ADDRESS, 0.8)
