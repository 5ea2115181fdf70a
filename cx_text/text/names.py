"""Names of persons in English texts: what titles, introductions and jobs say, and what a model's findings are worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cx_text.text.redact import PiiKind, PiiSpan

_ROLES = (
    "nurse|midwife|doctor|gp|physio|physiotherapist|therapist|dentist|paramedic|driver|assistant|manager|agent|waiter"
    "|waitress|receptionist|lady|gentleman|guy|man|woman|girl|rep|representative|colleague|engineer|technician|host"
    "|hostess|server|barista|stylist|steward|stewardess|guide|cashier|supervisor|operator|advisor|adviser|consultant"
    "|member of staff|specialist|carer|teacher|trainer|instructor|courier|postman|husband|wife|son|daughter|partner"
    "|boss|captain|pilot|mechanic|plumber|chef|bloke|fella|chap|neighbou?r|aunt|auntie|uncle|cousin|brother|sister|boy"
    "|son in law|daughter in law|hairdresser|trainer|coach|surgeon|consultant|pharmacist|lad")
_STRONG = re.compile(r"\b(?:(?P<small>mr|mrs|ms)\.? |(?:miss|dr|prof|professor|sir|sister|rev)\.? "
                     r"|(?P<own>(?:my|maiden|last|first|full) name(?:'s| is|:)\s)|named )", re.IGNORECASE)
_MIDDLE = re.compile(
    rf"\b(?:(?:sp(?:o|ea)ke?n?|speaking|talk(?:ed|ing)?|chatt?(?:ed|ing)?|dealt|dealing) (?:to|with) (?:(?:a|an|the) )?"
    rf"(?:(?:{_ROLES}),? )?(?:called )?|(?:served|helped|assisted|seen|treated|looked after) by "
    r"|(?:thanks|thank ?you|thank|kudos|well done|shout ?out|credit)(?: (?:so|very) much| again)?,? (?:(?:goes )?to )?"
    rf"|asked? for |(?:called|known as) |regards,?\s|(?:{_ROLES}),? (?:was |is |called |named )?"
    r"|(?:hi|hello|dear) |this is |signed,? |name:\s{1,9})", re.IGNORECASE)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Words that the models take for names, and that are none. Ambiguous ones are names only with good evidence.
_NO_NAMES = _words("""
access accident admin aftercare afternoon agent amazing amazon american android anything app apple appointment asda
asian aunt autumn avoid awful bad bank best big black blood breakfast brilliant british bus buzzer cabin call calm care
cash central character chat chinese christmas city clean clinic coffee cold company consultant costa council covid
covid-19 crew customer customers dad daddy day days dear december deck deliveroo delivery dental department desk dinner
disorder doctor doctors dr driver drivers due east easter ebay email emergency engineer english european evening
everyone everything excel excellent facebook family fantastic fast father february felt flew flight flights food french
friday friend friendly friends galaxy game games general german god good google gp gran grandad grandma granny great
guys happy head health hello help hi home hospital hotel however husband ikea indian info information instagram
insurance internet iphone italian january japanese jesus july kind king knowledge ladies lady late london lord love
lovely lunch madam management manager march matron mcdonalds microsoft midwife midwives miss monday morning mother mr
mrs ms mum mummy nan netflix new nhs nice night none north note nothing november nurse nurses october offer office ok
online open order outlook paris parking paypal people perfect personal personality phone physio plane please polite
poor post practitioner price prices prime product professor quality quick quite rang reception receptionist refund rude
safe sainsburys samsung saturday school security september service services shop sir sister slow son son's sorry south
spanish spring staff store summer sunday super superb support surgery tea team teams teddy tesco thank thanks thursday
toilet train tuesday twitter uber uk unable university update usa very virgin waiting walmart ward website wednesday
west whatsapp wife wifi windows winter wonderful word work xmas xxx youtube zoom
""")
_AMBIGUOUS = _words("""
april art august basil beste bill bob carol chase christian cliff dawn drew earl ernest faith frank ginger grace grant
guy heath holly hope iris ivy jack jean joy june lance mark mason max may melody miles olive page pat pearl penny
peter ray reed rich rob robin rose rosemary ruby sandy sky stew sue summer sunny ted terry violet wade ward will
""")
# Brands and places that are called like people; never masked.
WELL_KNOWN = (
    "Aunt Bessie", "Ben & Jerry", "Ben and Jerry", "Bob Evans", "Calvin Klein", "Captain Morgan", "Carl's Jr",
    "Charles de Gaulle", "Charlotte Tilbury", "Christian Dior", "Denny's", "Dolce & Gabbana", "Dr Martens",
    "Dr. Martens", "Dr Oetker", "Dr. Oetker", "Dr Pepper", "Dr. Pepper", "Elizabeth line", "Harry Potter", "Hugo Boss",
    "Jack Daniel", "James Cook", "Jamie Oliver", "Jimmy Choo", "Jimmy John", "Johnnie Walker", "John Deere",
    "John Lewis", "Kate Spade", "King Charles", "Levi Strauss", "Marks & Spencer", "Marks and Spencer", "Michael Kors",
    "Mr Kipling", "Mr Porter", "Mr Bean", "Mrs Doubtfire", "Papa John", "Paul Smith", "Peter Pan", "Philip Morris",
    "Queen Elizabeth", "Ralph Lauren", "Ray-Ban", "Sainsbury", "St James", "St Mary", "St Thomas", "Ted Baker",
    "Thomas Cook", "Tim Hortons", "Tom Ford", "Tom Yum", "Tommy Hilfiger", "Trader Joe", "Uncle Ben", "Virgin Mary",
    "Wendy's", "William Hill", "Zadig & Voltaire")
_PARTICLES = _words("al bin da de del den der di dos el ibn la le o' ten ter van von")
_PLACE_BEFORE = re.compile(r"\b(?:at|in|near|the|a|an|via|of|into|around|towards|per|my|your|our)\s$", re.IGNORECASE)
_PLACE_AFTER = re.compile(
    r"'?s? (?:hospital|hotel|store|street|road|house|ward|cent(?:re|er)|clinic|airport|station|university|school|ltd"
    r"|inc|plc|unit|surgery|shop|branch|team|app|restaurant|bank|park|lounge|brand|machine)\b", re.IGNORECASE)
_ACTS = re.compile(r",? (?:and )?(?:was|is|has|had|who|did|went|made|helped|really|took|gave|explained|sorted)\b")
_ENDS = re.compile(r"'s| (?:from|at|for|on|in|and)\b|[.!,;]|$")
_CAPITALISED = re.compile(r"(?<![\w'@#/.])[^\W\d_][^\W\d_A-Z]{1,14}(?![\w@])")
_JOINT = re.compile(r"(?:,? and |, ?| ?& ?|/)(?:(?:dr|mr|mrs|ms|miss)\.? )?", re.IGNORECASE)
_JOINT_BEFORE = re.compile(r"(?:,? and |, ?| ?& ?|/)$")
# Words that are common in other languages, and in English none.
_FOREIGN = _words("""
und der die das ist nicht ich ein eine einen mit für auf haben hat sie wir war sehr aber auch von zu dem den des im bei
el los las una que muy pero por para con del es y le les et est pas très mais une pour avec dans je nous vous
il che di non sono molto ma per gli het een niet zeer maar ik og er ikke det jag och är
""")
_TOKEN = re.compile(r"[^\W\d_](?:[\w'-]*\w)?\.?")
_LOWER_OWN = re.compile(r"(?:ed|ing|ly|wrong|spelt|incorrect|correct|different)$")


@cache
def given_names() -> frozenset[str]:
    """Return the given names of many countries, in lower case, that are neither words of feedback nor places."""
    listed = (Path(__file__).parent / "given_names.txt").read_text("utf-8").splitlines()
    return frozenset(name for name in listed if not name.startswith("#"))


class NameFindings(NamedTuple):
    """The name model's findings in one text: persons, and the places of the characters in them and in others."""

    persons: list[tuple[int, int]]
    in_persons: set[int]
    in_others: set[int]


NO_FINDINGS = NameFindings([], set(), set())


def named(text: str, found: NameFindings, stop_words: frozenset[str]) -> Iterator[PiiSpan]:
    """Names of persons: after a title or "my name is", after "spoke to" or a job, and those that the model names."""
    sure = list(_introduced(text, found, stop_words))
    unsure: list[PiiSpan] = []
    capitals = ((m.start(), len(text)) for m in _CAPITALISED.finditer(text) if _is_given(m[0]))
    for start, limit in [*found.persons, *capitals] if _reads_english(text, stop_words) else []:
        while start < limit and not text[start].isalpha():
            start += 1
        end = _name_end(text, start, stop_words, limit=limit)
        if end is not None:
            (sure if _is_sure(text, start, end, found) else unsure).append(PiiSpan(start, end, PiiKind.NAME, 0.6))
    yield from sure
    starts, ends = {s.start for s in sure}, {s.end for s in sure}
    for s in unsure:  # "Dmitri and David": beside a name the model may be believed
        after, before = _JOINT.match(text, s.end), _JOINT_BEFORE.search(text[max(0, s.start - 7):s.start])
        is_beside = (after and after.end() in starts) or (before and s.start - len(before[0]) in ends)
        if is_beside and not text[s.start:s.end].isupper() and not _PLACE_AFTER.match(text, s.end):
            yield PiiSpan(s.start, s.end, PiiKind.NAME, 0.5)


def _reads_english(text: str, stop_words: frozenset[str]) -> bool:
    """Whether capitals and the model say anything: in German every noun has one, and so looks like a name."""
    words = [word.strip(".,;:!?'\"()") for word in text.casefold().split()]
    return sum(word in _FOREIGN for word in words) <= sum(word in stop_words for word in words)


def _is_given(word: str) -> bool:
    """Whether a word is a given name and nothing else."""
    bare = word.rstrip(".").casefold()
    return bare in given_names() and bare not in _AMBIGUOUS and bare not in _NO_NAMES


def _introduced(text: str, found: NameFindings, stop_words: frozenset[str]) -> Iterator[PiiSpan]:
    for evidence in _STRONG.finditer(text):
        start, lower = evidence.end(), bool(evidence["small"] or evidence["own"])
        end = _name_end(text, start, stop_words, lower=lower)
        if end is not None:
            yield PiiSpan(start, end, PiiKind.NAME, 0.95)
    for evidence in _MIDDLE.finditer(text):
        start = evidence.end()
        end = _name_end(text, start, stop_words)
        if end is None and (lower_case := _TOKEN.match(text, start)) and _is_given(lower_case[0]):
            yield PiiSpan(start, start + len(lower_case[0].rstrip(".")), PiiKind.NAME, 0.6)  # "thanks josh"
        if end is None or text[start:end].isupper() or _PLACE_AFTER.match(text, end):
            continue
        is_given = _is_given(text[start:end].split()[0])
        is_other = not is_given and not found.in_others.isdisjoint(range(start, end))
        is_word = text[start:end].casefold() in _AMBIGUOUS and not _ACTS.match(text, end) and not _ENDS.match(text, end)
        if not is_other and not is_word:
            yield PiiSpan(start, end, PiiKind.NAME, 0.8)


def _is_sure(text: str, start: int, end: int, found: NameFindings) -> bool:
    """Whether words that the model calls a person, or that start with a given name, are one.

    One word alone must be a given name: of those that the model names in feedback, nine in ten are something else.
    """
    words = text[start:end].split()
    is_given = _is_given(words[0])
    if _PLACE_AFTER.match(text, end) or (
            _PLACE_BEFORE.search(text[max(0, start - 10):start]) and not (is_given and len(words) == 1)):
        return False
    called_person, called_other = (not places.isdisjoint(range(start, end)) for places in found[1:])
    if called_other and not called_person and not (is_given and (len(words) > 1 or _ACTS.match(text, end))):
        return False
    if len(words) == 1 or is_given:
        return is_given and (not words[0].isupper() or text.isupper())
    if words[0].endswith(".") or len(words[0]) == 1:  # "B. Improve parking" in a list
        return False
    return all(w.casefold() not in _AMBIGUOUS and w.strip(".").replace("-", "").replace("'", "").isalpha()
               and (len(w) < 3 or not w.isupper()) for w in (words[0], words[-1]))


def _name_end(text: str, start: int, stop_words: frozenset[str], *, lower: bool = False, limit: int | None = None
              ) -> int | None:
    """Return where a name that starts here ends, after at most four words with capitals; None where none starts.

    Args:
        text: The text.
        start: Where the name would start.
        stop_words: Words that are never names, in lower case, unless written with a capital and ambiguous.
        lower: Whether a word without a capital may be a name too, and a second one at the end.
        limit: Where it must end.
    """
    end, at = None, start
    for n in range(4):
        token = _TOKEN.match(text, at, limit if limit is not None else len(text))
        if token is None:
            break
        word = token[0].rstrip(".") if len(token[0].rstrip(".")) > 1 else token[0]
        bare = re.sub(r"['’]s$", "", word)
        folded = bare.casefold()
        if folded in _PARTICLES and n:
            at = token.start() + len(word) + 1
            continue
        is_short = "'" in folded and folded.partition("'")[0] in stop_words  # "I've"
        is_common = is_short or folded in _NO_NAMES or (folded in stop_words and folded not in _AMBIGUOUS)
        may_be_lower = (lower and len(bare) > 2 and folded not in _AMBIGUOUS and not _LOWER_OWN.search(bare)
                        and (n == 0 or (n == 1 and _ENDS.match(text, token.start() + len(word)) is not None)))
        if is_common or (not bare[0].isupper() and not may_be_lower):
            break
        end = token.start() + len(bare)
        if bare != word or text[token.start() + len(word):token.start() + len(word) + 1] != " ":
            break
        at = token.start() + len(word) + 1
    return end
