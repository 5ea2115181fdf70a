"""What can be measured in a column: words, repeats, numbers. Guesses of roles rest on nothing else and the header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cx_text.sources.cells import as_text
from cx_text.sources.columns import headers
from cx_text.sources.scores import read_number

_NOT_SPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # Thai to Chinese
_MACHINE = re.compile(r"\s*(?:https?://|www\.|Mozilla/|[{\[<]|[\w.+-]+@[\w-]+\.\w+\s*$|\d{1,3}(?:\.\d{1,3}){3}\s*$)")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Measurements of one column over a sample; shares are of the filled cells, 0 to 1, and 0 when there are none."""

    name: str
    wording: str  # what was asked there, or the name: what roles are told from
    values: Sequence[object]  # as given
    n_filled: int
    n_distinct: int
    mean_words: float
    sentence_share: float  # at least three words
    distinct_sentence_share: float  # of those sentences: in an open question "no" repeats, sentences do not
    machine_share: float  # addresses of the web and of mail, IPs, user agents, JSON, markup
    number_share: float  # "9", "9.0", "9 - Likely", "10/10"
    whole_share: float
    lowest: float | None
    highest: float | None
    longest: int

    @property
    def distinct_share(self) -> float:
        """Distinct values among the filled ones, 0 to 1."""
        return self.n_distinct / self.n_filled if self.n_filled else 0.0

    @property
    def is_analytics(self) -> bool:
        """Whether the column is the output of other text analytics, never a customer's words or group."""
        return headers.is_analytics(self.name) or headers.is_analytics(self.wording)

    @property
    def is_metadata(self) -> bool:
        """Whether the column is of the answer or the device, and groups no customers."""
        return any(headers.has_short(text, headers.METADATA) for text in (self.name, self.wording))

    @property
    def is_open_text(self) -> bool:
        """Whether people wrote here in their own words: sentences, seldom the same ones.

        A header such as "Comment", or one that is a question, lowers what is asked for: many skip that question or
        answer in a word. Answers to a closed question ("Very likely to recommend") repeat, texts of machines have a
        form, and labels ("London to Madrid") are short.
        """
        if self.is_analytics or self.machine_share > 0.5 or self.number_share > 0.8:
            return False
        if headers.is_person(self.wording) or headers.has_short(self.wording, headers.STAFF):
            return False
        if headers.has(self.wording, headers.VERBATIM) or headers.reads_like_question(self.wording):
            return self.sentence_share >= 0.1 and self.distinct_sentence_share >= 0.2
        is_label = headers.has_short(self.wording, headers.NOT_VERBATIM) or self.mean_words < 5
        return self.sentence_share >= 0.3 and self.distinct_sentence_share >= 0.4 and not is_label


def measure(name: str, values: Sequence[object], wording: str | None = None) -> ColumnFacts:
    """Return the facts of one column; `wording`: what was asked there, where the name does not say it."""
    texts = [text for value in values if (text := (as_text(value) or "").strip())]
    counts = [_n_words(text) for text in texts]
    sentences = [text for text, count in zip(texts, counts, strict=True) if count >= 3]
    numbers = [number for text in texts if (number := read_number(text)) is not None]
    n = max(1, len(texts))
    return ColumnFacts(
        name=name, wording=wording or name, values=values, n_filled=len(texts), n_distinct=len(set(texts)),
        mean_words=sum(counts) / n,
        sentence_share=len(sentences) / n, distinct_sentence_share=len(set(sentences)) / max(1, len(sentences)),
        machine_share=sum(_MACHINE.match(text) is not None for text in texts) / n,
        number_share=len(numbers) / n, whole_share=sum(number.is_integer() for number in numbers) / n,
        lowest=min(numbers, default=None), highest=max(numbers, default=None),
        longest=max(map(len, texts), default=0))


def _n_words(text: str) -> int:
    """Words with a letter; two characters count as one where words are not set apart by spaces."""
    return max(sum(_LETTER.search(word) is not None for word in text.split()), len(_NOT_SPACED.findall(text)) // 2)
