"""Language by lingua, behind a quick path for plain English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cx_text.errors import MissingExtra
from cx_text.text.word_lists import words_of

if TYPE_CHECKING:
    from lingua import LanguageDetector

UNKNOWN = "und"

# The fixed list: a text in another language is called by its nearest one here, so it still counts as foreign.
LANGUAGES = (
    "ARABIC", "BOKMAL", "CHINESE", "CZECH", "DANISH", "DUTCH", "ENGLISH", "FINNISH", "FRENCH", "GERMAN", "GREEK",
    "HEBREW", "HINDI", "HUNGARIAN", "ITALIAN", "JAPANESE", "KOREAN", "POLISH", "PORTUGUESE", "ROMANIAN", "RUSSIAN",
    "SPANISH", "SWEDISH", "THAI", "TURKISH", "UKRAINIAN", "VIETNAMESE",
)

# Words that are common in English feedback and are no word, or a rare one, of the other languages with Latin letters:
# "for", "of", "also", "was", "excellent" and "service" are missing on purpose.
_ENGLISH = words_of("""
the and were with have they this that very you are it would could been what when there from more your our which who
because other after before just only she his its how why where should can can't don't didn't wasn't i'm it's i've
always every never really good great staff helpful friendly waiting time nothing everything nice quick quickly
better bad poor slow thank thanks much too any some love doesn't isn't won't i'll works working keeps again easy
lovely wonderful awesome amazing everyone anything someone nobody nurse know think need early crashes crashing
""")
# With a fifth of the words from that list no other test is made: 85 % of 4,647 distinct survey answers pass this way,
# 114 of which lingua alone would have called foreign, and so do 3 of 13,141 foreign sentences.
_ENGLISH_SHARE = 0.2

# Short English words that other languages write too. Four words in ten from both lists together settle it as well.
_SHARED = words_of("""
a i is my me to on in no not for of was be but as had so an all can do did at us up off out has he we or if by am go
got get let one also then than them about like please app phone work update
""")
_SHARED_SHARE = 0.4

_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LATIN = re.compile(r"[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")

# The highest probability of English at which a text with Latin letters is called foreign, by its number of words. Short
# English answers with a typo or a name look foreign, so they need more proof. With 0.3 instead of 0.1 from five words
# on, twice as many English answers were called foreign; with 0.1, 5 in 1,000 foreign sentences are missed.
_MAX_ENGLISH = {1: 0.0, 2: 0.001, 3: 0.01, 4: 0.01}
_MAX_ENGLISH_LONG = 0.1
_MIN_TOP = 0.5  # two foreign languages at less than this: call neither

_MAX_CHARACTERS = 1_000  # lingua's own page calls its low-accuracy mode as good as the other from 120 characters on


class LinguaLanguage:
    """Names the language of texts, and rather says "und" than call English survey answers foreign.

    Low-accuracy mode (trigrams): loads in under a second, a few thousand texts a second. Loads on first use.
    """

    def __init__(self) -> None:
        self._loaded: LanguageDetector | None = None

    def detect(self, texts: Sequence[str]) -> list[str]:
        """Return an ISO 639-1 code per text, "und" where the text is too short or too mixed to tell.

        Raises:
            MissingExtra: lingua is not installed.
        """
        known: dict[str, str] = {}
        for text in texts:
            if text not in known:
                known[text] = self._language_of(text)
        return [known[text] for text in texts]

    def _language_of(self, text: str) -> str:
        start = text[:_MAX_CHARACTERS].encode("utf-8", "ignore").decode("utf-8")  # lingua fails on half a pair
        words = _WORDS.findall(start.casefold())
        if not words:
            return UNKNOWN
        n_english = sum(word in _ENGLISH for word in words)
        n_shared = sum(word in _SHARED for word in words)
        if n_english and n_english >= _ENGLISH_SHARE * len(words):
            return "en"
        if len(words) > 2 and n_english + n_shared >= _SHARED_SHARE * len(words) and n_english + n_shared > 1:
            return "en"
        shares = {value.language.iso_code_639_1.name.lower(): value.value
                  for value in self._detector().compute_language_confidence_values(start)}
        top = max(shares, key=lambda code: shares[code])
        if top == "en":
            return "en" if len(words) > 2 or shares["en"] > 0.5 else UNKNOWN
        n_latin = len(_LATIN.findall(start))
        if 2 * n_latin < sum(map(len, words)):  # another script settles it, however short the text is
            return top if shares[top] > 0 else UNKNOWN
        n_telling = len(words) - sum(word.istitle() for word in _WORDS.findall(start)[1:5])  # names tell nothing
        limit = _MAX_ENGLISH.get(n_telling if len(words) < 5 else 5, _MAX_ENGLISH_LONG)
        is_foreign = shares["en"] < limit and shares[top] >= _MIN_TOP
        return top if is_foreign else UNKNOWN

    def _detector(self) -> LanguageDetector:
        if self._loaded is None:
            try:
                from lingua import Language, LanguageDetectorBuilder
            except ImportError as error:
                raise MissingExtra("language detection needs lingua, which is not installed",
                                   next="run: pip install 'lingua-language-detector==2.1.1'") from error
            chosen = [getattr(Language, name) for name in LANGUAGES]
            self._loaded = LanguageDetectorBuilder.from_languages(*chosen).with_low_accuracy_mode().build()
        return self._loaded
