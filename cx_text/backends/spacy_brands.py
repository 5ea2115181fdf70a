"""Brands in texts by spaCy's phrase matcher: whole words, hashtags and handles, and never a part of an address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import normalize

from cx_text.backends.base import BrandSpan, Span
from cx_text.config import Brand, is_tag, tag_form
from cx_text.errors import MissingExtra

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.vocab import Vocab

# One character for one, so that spans stay where they are: apostrophes, hyphens, and halves of surrogate pairs, which
# spaCy cannot encode.
_PLAIN = str.maketrans("’‘ʼ′´`‐‑", "'" * 6 + "-" * 2) | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_LABELS = r"(?:[\w-]{1,63}+\.){1,8}"  # of a host; all repetition is bounded or possessive, so that time stays linear
# A bare "brindlecart.com" is how people call a shop and is read as words; with a scheme, "www." or a path it is not.
_ADDRESS = (rf"(?:https?://|www\.)[^\s<>\"]++|[^\W_][\w.+-]{{0,63}}+@{_LABELS}[^\W\d_]{{2,}}"
            rf"|{_LABELS}(?:com|net|org|info|shop|store|app|io|co|uk|ie|ca|au|nz|eu|de|fr|es|nl|ly|tv)/\S++")
_TAG = rf"(?<![\w&])[#@＃＠](?P<body>\w++)(?:\.bsky\.social\b|@{_LABELS}[^\W\d_]{{2,}})?"  # handles may name a server
# Underscores join words and do not begin or end them; accents that stand apart (U+0300 …) belong to their letter.
_WORD = r"[^\W_][\u0300-\u036f]*(?:[\w\u0300-\u036f]*[^\W_][\u0300-\u036f]*)?"
_PIECES = re.compile(rf"(?P<address>{_ADDRESS})|(?P<tag>{_TAG})|{_WORD}|\S", re.IGNORECASE)
_WORDS = re.compile(rf"{_WORD}|\S")
_WALL = "\n"  # stands where an address or tag is: no phrase goes across


class _Sense(NamedTuple):
    """What a spelling stands for: the place of its brand in the recipe, or a phrase that is not that brand."""

    brand: int
    is_excluded: bool


class _Hit(NamedTuple):
    start: int
    end: int
    sense: _Sense


class SpacyBrands:
    """Finds brands by their names and aliases.

    Names count as whole words, also before "'s" or a hyphen, over blanks and a line break, as a hashtag or handle, and
    as words of a camel-case one ("#BrindlecartFail"); a hashtag or handle is a mention as a whole. Names in e-mail and
    web addresses, and inside the brand's excluded phrases, do not count. Where names of two brands overlap, the longest
    one counts; overlapping names of one brand are one mention.

    Args:
        brands: Those to find.
    """

    def __init__(self, brands: Sequence[Brand]) -> None:
        self.brands = tuple(brands)
        spellings = [(text.translate(_PLAIN), _Sense(k, is_excluded), brand.case_sensitive and not is_excluded)
                     for k, brand in enumerate(self.brands)
                     for texts, is_excluded in ((brand.spellings, False), (brand.exclude, True)) for text in texts]
        self._tags = _TagSenses(spellings)
        self._phrases = [[(_words(text, by_case=by_case), sense) for text, sense, has_case in spellings
                          if has_case == by_case and not is_tag(text)] for by_case in (False, True)]
        self._firsts = [{words[0] for words, _ in phrases} for phrases in self._phrases]
        self._loaded: tuple[Vocab, list[PhraseMatcher]] | None = None

    def find(self, texts: Sequence[str]) -> list[list[BrandSpan]]:
        """Return each text's mentions as half-open character spans with the brand's name, in order.

        Mentions of one brand never overlap; those of two do only in a hashtag or handle that holds both.

        Raises:
            MissingExtra: spaCy is not installed.
        """
        found = {text: self._find_in(text) for text in dict.fromkeys(texts)}
        return [list(found[text]) for text in texts]

    def _find_in(self, text: str) -> list[BrandSpan]:
        pieces: list[Span] = []
        words: list[str] = []
        plain = text.translate(_PLAIN)
        mentions: set[tuple[int, int, int]] = set()
        for piece in _PIECES.finditer(plain):
            is_word = piece["address"] is None and piece["tag"] is None
            pieces.append(piece.span())
            words.append(normalize("NFC", piece[0]) if is_word else _WALL)
            if piece["tag"] is not None:
                own = _settled(self._tags.hits(piece["tag"][0], piece["body"]))
                mentions |= {(*piece.span(), brand) for _, _, brand in own}
        hits = [_Hit(pieces[a][0], pieces[b - 1][1], sense) for a, b, sense in self._match(words)]
        return [(start, end, self.brands[brand].name) for start, end, brand in sorted({*mentions, *_settled(hits)})]

    def _match(self, words: list[str]) -> Iterator[_Hit]:
        """Yield what the phrases match, as spans of words."""
        for by_case, phrases in enumerate(self._phrases):
            compared = words if by_case else [word.casefold() for word in words]
            if self._firsts[by_case].isdisjoint(compared):
                continue  # most comments name no brand, and asking spaCy of each takes twice as long
            vocab, matchers = self._matchers()
            from spacy.tokens import Doc

            with vocab.memory_zone():  # else every new word stays in spaCy's vocabulary for good
                found = [(vocab.strings[key], a, b) for key, a, b in matchers[by_case](Doc(vocab, words=compared))]
            for key, a, b in found:
                yield _Hit(a, b, phrases[int(key)][1])

    def _matchers(self) -> tuple[Vocab, list[PhraseMatcher]]:
        if self._loaded is None:
            try:
                from spacy.matcher import PhraseMatcher
                from spacy.tokens import Doc
                from spacy.vocab import Vocab
            except ImportError as error:
                raise MissingExtra("finding brands needs spaCy, which is not installed",
                                   next="run: pip install 'spacy>=3.8,<3.9'") from error
            vocab = Vocab()
            matchers = [PhraseMatcher(vocab, attr="ORTH"), PhraseMatcher(vocab, attr="ORTH")]
            for matcher, phrases in zip(matchers, self._phrases, strict=True):
                for place, (words, _) in enumerate(phrases):
                    matcher.add(str(place), [Doc(vocab, words=words)])
            self._loaded = vocab, matchers
        return self._loaded


class _TagSenses:
    """What the words of hashtags and handles stand for."""

    def __init__(self, spellings: Iterable[tuple[str, _Sense, bool]]) -> None:
        self._whole: dict[str, list[_Sense]] = defaultdict(list)  # by sign and form
        self._inside: dict[tuple[bool, str], list[_Sense]] = defaultdict(list)  # by whether case counts, and form
        for text, sense, by_case in spellings:
            form = tag_form(text)
            if is_tag(text):
                self._whole[text.strip()[0] + form.casefold()].append(sense)
            elif form:
                self._inside[by_case, form if by_case else form.casefold()].append(sense)
        self._longest = max((len(form) for _, form in self._inside), default=0)

    def hits(self, sign: str, body: str) -> Iterator[_Hit]:
        """Yield what runs of words in a tag stand for, as spans of its body, and what the whole tag stands for."""
        sign = normalize("NFKC", sign)  # the wide ones of East Asian keyboards
        for sense in self._whole.get(sign + tag_form(body).casefold(), ()):
            yield _Hit(0, len(body), sense)
        parts = _tag_parts(body)
        for first, (start, _) in enumerate(parts):
            joined = ""
            for last in range(first, len(parts)):
                a, end = parts[last]
                joined += tag_form(body[a:end])
                if len(joined) > self._longest:
                    break
                for key in ((True, joined), (False, joined.casefold())):
                    yield from (_Hit(start, end, sense) for sense in self._inside.get(key, ()))


def _tag_parts(body: str) -> list[Span]:
    """Return the words of a hashtag: cut at underscores, before capitals, and between letters and digits."""
    cuts = [0]
    for at in range(1, len(body)):
        before, here, after = body[at - 1], body[at], body[at + 1:at + 2]
        if (here == "_" or before == "_" or before.isdigit() != here.isdigit()
                or (here.isupper() and (not before.isupper() or after.islower()))):
            cuts.append(at)
    return [(a, b) for a, b in zip(cuts, [*cuts[1:], len(body)], strict=True) if body[a] != "_"]


def _words(spelling: str, *, by_case: bool) -> list[str]:
    words = [normalize("NFC", word) for word in _WORDS.findall(spelling)]
    return words if by_case else [word.casefold() for word in words]


def _settled(hits: Iterable[_Hit]) -> list[tuple[int, int, int]]:
    """Return start, end and brand of the hits that count: not excluded, one a brand and place, the longest first."""
    reach: dict[int, int] = {}  # brand → how far its excluded phrases go that began before
    kept: dict[int, list[Span]] = defaultdict(list)  # brand → its mentions so far
    for start, end, (brand, is_excluded) in sorted(hits, key=lambda h: (h.start, not h.sense.is_excluded, h.end)):
        if is_excluded:
            reach[brand] = max(end, reach.get(brand, 0))
        elif end > reach.get(brand, 0):
            own = kept[brand]
            if own and start < own[-1][1]:
                own[-1] = own[-1][0], max(end, own[-1][1])
            else:
                own.append((start, end))
    taken: set[int] = set()
    settled = []
    for start, end, brand in sorted(((a, b, brand) for brand, own in kept.items() for a, b in own),
                                    key=lambda m: (m[0] - m[1], m)):
        # All that is taken is at least as long, so that an overlap covers the first or the last character.
        if start not in taken and end - 1 not in taken:
            taken.update(range(start, end))
            settled.append((start, end, brand))
    return settled
