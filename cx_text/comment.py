"""Comment: one customer's words, and Tags: what we read in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

LOW_CONFIDENCE = 0.6  # below it, a person should look: see the model's card for how often the model errs there


class Polarity(StrEnum):
    """How good or bad. Mixed is for comments whose opinions disagree; one opinion is never mixed."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    MIXED = "mixed"


class NpsCategory(StrEnum):
    """Detractor 0 to 6, passive 7 and 8, promoter 9 and 10."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"

    @classmethod
    def of(cls, nps_score: int) -> NpsCategory:
        """Return the category of an NPS score.

        Raises:
            ValueError: The score is not a whole number from 0 to 10.
        """
        if not 0 <= nps_score <= 10 or nps_score != int(nps_score):
            raise ValueError(f"an NPS score is a whole number from 0 to 10, not {nps_score!r}")
        return cls.DETRACTOR if nps_score <= 6 else cls.PASSIVE if nps_score <= 8 else cls.PROMOTER


class Kind(StrEnum):
    """What a comment is before anything is read in it."""

    ANSWER = "answer"
    RATING = "rating"  # "10/10", "five stars", "very good, thank you": a judgement that names nothing
    NOTHING_TO_ADD = "nothing_to_add"  # "no further comments", "that's all"
    NON_ANSWER = "non_answer"  # "n/a", "-", "no comment", "asdf"
    SPAM = "spam"  # advertising and bait
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class RatingScale:
    """The lowest and highest rating that a customer could give; highest is best."""

    lowest: int
    highest: int

    def __str__(self) -> str:
        return f"{self.lowest}-{self.highest}"


@dataclass(frozen=True, slots=True)
class ThemeTag:
    """One theme of an opinion, with how sure we are (0 to 1)."""

    theme_id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """One thing that a comment says: a clause, as a half-open span of characters of the comment's text.

    `polarity_score` is the probability of positive minus that of negative, -1 to 1; `confidence` is the probability
    of the polarity named, 0 to 1. `themes` is None until a stage has looked, and empty when no theme fits.
    """

    start: int
    end: int
    polarity: Polarity | None = None
    polarity_score: float | None = None
    confidence: float | None = None
    themes: tuple[ThemeTag, ...] | None = None

    @property
    def low_confidence(self) -> bool | None:
        """Whether the polarity is so unsure that a person should look; None where no polarity was read."""
        return None if self.confidence is None else self.confidence < LOW_CONFIDENCE


@dataclass(frozen=True, slots=True)
class BrandMention:
    """A brand named in a comment: a half-open span of characters of its text, and what is said of that brand there.

    `polarity_score` and `confidence` as in Opinion; None until a stage has looked.
    """

    start: int
    end: int
    brand: str
    polarity: Polarity | None = None
    polarity_score: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Tags:
    """What the stages read. None: no stage has looked. Empty: looked, and found nothing."""

    text: str | None = None  # normalised; all spans index into it
    language: str | None = None  # ISO 639-1, "und" when the text is too short to tell
    is_known_language: bool | None = None  # False: no model of the recipe reads this language, so nothing is guessed
    kind: Kind | None = None
    opinions: tuple[Opinion, ...] | None = None
    polarity: Polarity | None = None
    polarity_score: float | None = None  # -1 to 1
    confidence: float | None = None  # 0 to 1
    brand_mentions: tuple[BrandMention, ...] | None = None
    implied: tuple[float, float, float] | None = None  # probabilities of detractor, passive, promoter, from the words
    n_windows: int | None = None  # in how many overlapping stretches the model read the text; long ones have several
    flagged: str | None = None  # why its row looks like a machine's or a careless person's, in words; it is kept

    @property
    def low_confidence(self) -> bool | None:
        """Whether the polarity is so unsure that a person should look; None where no polarity was read."""
        return None if self.confidence is None else self.confidence < LOW_CONFIDENCE


_TAG_NAMES = frozenset(f.name for f in fields(Tags))


@dataclass(frozen=True, slots=True)
class Comment:
    """One customer's words. `verbatim` is exactly as received; it is never changed and never logged."""

    id: str
    verbatim: str
    source: str
    question: str | None = None
    received_at: datetime | None = None  # UTC
    nps_score: int | None = None  # 0 to 10, "how likely are you to recommend us"
    rating: float | None = None
    rating_scale: RatingScale | None = None
    author: str | None = None  # the customer's own key: what several answers of one customer have in common
    segments: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)  # what else the row says of the customer: csat, churned
    url: str | None = None
    tags: Tags = Tags()

    @property
    def nps_category(self) -> NpsCategory | None:
        """Detractor, passive or promoter, from `nps_score` alone: a star rating never gives one."""
        return None if self.nps_score is None else NpsCategory.of(self.nps_score)

    @property
    def is_readable(self) -> bool:
        """Whether there is an answer or a rating in a language that the models know: only these are read further."""
        return self.tags.kind in (Kind.ANSWER, Kind.RATING) and self.tags.is_known_language is not False

    def opinion_text(self, opinion: Opinion) -> str:
        """Return the exact words of one of this comment's opinions."""
        return (self.tags.text or "")[opinion.start:opinion.end]

    def tagged(self, **tags: Any) -> Comment:
        """Return a copy with tags added.

        Raises:
            ValueError: A tag is unknown, or was set before.
        """
        for name in tags:
            if name not in _TAG_NAMES:
                raise ValueError(f"no tag {name!r}; there are {', '.join(sorted(_TAG_NAMES))}")
            if getattr(self.tags, name) is not None:
                raise ValueError(f"comment {self.id}: {name} is set already")
        return replace(self, tags=replace(self.tags, **tags))

    def with_opinions(self, opinions: tuple[Opinion, ...]) -> Comment:
        """Return a copy whose opinions carry more than before (polarity, themes); their spans must be the same.

        Raises:
            ValueError: The spans differ.
        """
        before = [(o.start, o.end) for o in self.tags.opinions or ()]
        if before != [(o.start, o.end) for o in opinions]:
            raise ValueError(f"comment {self.id}: the spans of its opinions may not change")
        return replace(self, tags=replace(self.tags, opinions=opinions))
