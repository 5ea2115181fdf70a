"""Personal data that has a form of its own: disguised e-mail addresses, pages, cards, phones, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cx_text.text.redact import PiiKind, PiiSpan

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
