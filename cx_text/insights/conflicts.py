"""Comments whose words and score disagree: promoters who complain, and detractors who praise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cx_text.comment import Comment, NpsCategory, Polarity
from cx_text.text.answers import asks_for

SILENT_RISK = "silent risk"  # a promoter's words are surely negative: a risk that the score does not show
LOW_SCORE_PRAISE = "low score, praise"  # a detractor's words are surely positive: a slip, or a scale read upside down

POLARITY_OF = {SILENT_RISK: Polarity.NEGATIVE, LOW_SCORE_PRAISE: Polarity.POSITIVE}
_KINDS: dict[NpsCategory | None, str] = {NpsCategory.PROMOTER: SILENT_RISK, NpsCategory.DETRACTOR: LOW_SCORE_PRAISE}

CONFLICT_COLUMNS = ("comment", "conflict", "score", "polarity", "polarity_score", "confidence", "words", "text")

# How far from 0 the polarity score must be: the least of 0.5, 0.6, … 0.9 at which 0.8 or more of those listed are right
# in every table of scripts/evaluate_conflicts.py (either reading of the scores, with and without what was asked for).
LEAST_STRENGTH = {SILENT_RISK: 0.5, LOW_SCORE_PRAISE: 0.8}


@dataclass(frozen=True, slots=True)
class Measured:
    """The share of listed comments whose words people read the same way, 0 to 1, with its 95 % Wilson interval."""

    precision: float
    low: float
    high: float
    n: int
    set: str


# Shown next to the list: as it ships, and with answers to questions that ask for nothing but such words. Printed by
# scripts/evaluate_conflicts.py, on 528 answers of scores that stand for promoters and 170 of detractors.
_SET = "dev part of the NHS Friends and Family answers"
MEASURED = {SILENT_RISK: Measured(0.85, 0.58, 0.96, 13, _SET), LOW_SCORE_PRAISE: Measured(1.0, 0.51, 1.0, 4, _SET)}
MEASURED_WITH_ASKED = {SILENT_RISK: Measured(0.86, 0.75, 0.92, 63, _SET),
                       LOW_SCORE_PRAISE: Measured(0.88, 0.64, 0.97, 16, _SET)}


def conflict_of(comment: Comment, category: NpsCategory | None = None, *, with_asked: bool = False,
                least_strength: Mapping[str, float] = LEAST_STRENGTH) -> str | None:
    """Return "silent risk", "low score, praise" or None: whether a comment's words disagree with its score.

    The comment as a whole and one of its opinions must be negative (or positive), and the whole's polarity score as
    far from 0 as `least_strength` asks; a mixed comment is never in conflict. Answers that are asked for are left out,
    unless the caller wants them: see `is_asked_for`.

    Args:
        comment: With polarity and opinions.
        category: Of its score; None takes that of its NPS score. Of a rating it is a proxy, which the caller chooses.
        with_asked: Also list answers to a question that asks for nothing but such words.
        least_strength: Of each kind, 0 to 1.
    """
    kind = _KINDS.get(category or comment.nps_category)
    if kind is None or (not with_asked and is_asked_for(comment, kind)):
        return None
    tags, polarity = comment.tags, POLARITY_OF[kind]
    is_sure = tags.polarity is polarity and abs(tags.polarity_score or 0.0) >= least_strength[kind]
    return kind if is_sure and any(o.polarity is polarity for o in tags.opinions or ()) else None


def is_asked_for(comment: Comment, kind: str) -> bool:
    """Return whether the question asks for nothing but words of this kind.

    A customer who is asked what could be better, and says so, does not disagree with a good score; nor one who is asked
    what was good with a bad one.
    """
    wanted = "bad" if kind == SILENT_RISK else "good"
    return comment.question is not None and asks_for(comment.question) == wanted


def conflict_rows(comments: Sequence[Comment], keys: Sequence[object], categories: Sequence[NpsCategory | None], *,
                  with_asked: bool = False) -> pd.DataFrame:
    """Return one row a comment in conflict with CONFLICT_COLUMNS, strongest words first, index 0 … n-1.

    `score` is what the customer gave, the NPS score or else the rating; `words` the opinion that disagrees most with
    it, and `text` the whole comment.

    Args:
        comments: Tagged comments.
        keys: What the column `comment` says of each: its id, or the index of its row.
        categories: Of each comment's score, None where it has none.
        with_asked: As in `conflict_of`.
    """
    rows = []
    for comment, key, category in zip(comments, keys, categories, strict=True):
        kind = None if category is None else conflict_of(comment, category, with_asked=with_asked)
        if kind:
            score = comment.rating if comment.nps_score is None else comment.nps_score
            tags = comment.tags
            rows.append((key, kind, score, tags.polarity and tags.polarity.value, tags.polarity_score, tags.confidence,
                         _disagreeing_words(comment), tags.text))
    rows.sort(key=lambda row: -abs(row[4] or 0.0))  # stable: equals stay in the order of the comments
    frame = pd.DataFrame(rows, columns=list(CONFLICT_COLUMNS))
    return frame.astype({"conflict": "str", "score": "float64", "polarity": "str", "polarity_score": "float64",
                         "confidence": "float64", "words": "str", "text": "str"})


def _disagreeing_words(comment: Comment) -> str:
    sign = 1 if comment.tags.polarity is Polarity.POSITIVE else -1
    return comment.opinion_text(max(comment.tags.opinions or (), key=lambda o: sign * (o.polarity_score or 0.0)))
