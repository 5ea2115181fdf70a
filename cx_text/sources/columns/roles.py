"""Guesses of what a column is, each with the sentence that says why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cx_text.comment import RatingScale
from cx_text.sources.cells import as_text
from cx_text.sources.columns import headers
from cx_text.sources.columns.column_facts import ColumnFacts
from cx_text.sources.dates import ORDER_HINT, DateFormat, DateOrder, decide_format
from cx_text.sources.scores import NotAScoreError, parse_rating_scale, read_nps_score

Guess = tuple[ColumnFacts, str]  # the column, and "because …"
FEW = 20  # values; below, that no score is above 5 says little about the scale
_LEAST_UNIQUE_SHARE = 0.95  # of an id: a few rows may be exported twice
_MOST_GROUPS = 50  # distinct values of a segment; more are hardly groups to compare
_LEAST_CUSTOMERS = 0.05  # distinct values to an answer; fewer are companies or stores, which are segments
_QUESTION = frozenset(("question", "questions", "text", "wording", "title", "asked", "label"))
_PLAIN_VERBATIM = frozenset(("comment", "comments", "feedback", "review", "reviews", "verbatim", "text", "suggestions",
                             "message"))
_SCALE_IN_HEADER = re.compile(r"(?P<both>\b\d{1,2}\s*(?:-|–|to)\s*\d{1,2}\b)|(?:out of|/)\s*(?P<highest>\d{1,3})\b")


def guess_id(columns: Sequence[ColumnFacts]) -> Guess | None:
    """Return the column that names each answer: its header says id, and its values hardly repeat."""
    found = [c for c in columns if headers.has(c.wording, headers.ID) and not headers.has(c.wording, headers.NOT_ROW_ID)
             and c.n_filled and c.n_filled >= _LEAST_UNIQUE_SHARE * len(c.values)
             and c.distinct_share >= _LEAST_UNIQUE_SHARE and c.mean_words < 5]
    if not found:
        return None
    best = min(found, key=lambda c: (not headers.has(c.wording, headers.BEST_ID), len(headers.words(c.wording))))
    return best, f"because its header says id and {percent(best.distinct_share)} of its values are different"


def guess_customer(columns: Sequence[ColumnFacts]) -> Guess | None:
    """Return the column with the key of the customer or account: what several answers of one have in common."""
    for column in columns:
        words = frozenset(headers.words(column.wording))
        is_named = not words.isdisjoint(headers.CUSTOMER) and not words.isdisjoint(headers.ID)
        is_mail = words <= headers.MAIL and not words.isdisjoint(headers.MAIL)
        if (is_named or is_mail) and not headers.reads_like_question(column.wording) and (
                2 * column.n_filled >= len(column.values)) and column.n_distinct > _MOST_GROUPS // 5 and (
                column.distinct_share >= _LEAST_CUSTOMERS and column.mean_words < 3):
            return column, f"because its header names customers and it has {column.n_distinct:,} different values"
    return None


def guess_date(columns: Sequence[ColumnFacts], order: DateOrder | None, *,
               counts_from_1904: bool = False) -> tuple[ColumnFacts, str, DateFormat | None] | None:
    """Return the column of the time of the answer, and its format, None when day and month cannot be told apart."""
    named = [c for c in columns
             if headers.has(c.wording, headers.DATE) and not headers.has(c.wording, headers.NOT_DATE)]
    for column in sorted(named, key=lambda c: (headers.has(c.wording, headers.WORST_DATE),
                                               not headers.has(c.wording, headers.BEST_DATE))):
        chosen, said = decide_format(column.values, order=order, counts_from_1904=counts_from_1904)
        if chosen is not None or said.endswith(ORDER_HINT):
            return column, f"because its header says date or time; {said}", chosen
    return None


def guess_nps_score(columns: Sequence[ColumnFacts]) -> Guess | None:
    """Return the column of answers to "how likely are you to recommend us", 0 to 10; never one of stars."""
    ranks = (headers.RECOMMEND, headers.NPS, headers.LIKELY, headers.SCORE)
    for known in ranks:
        for column in columns:
            if not headers.has(column.wording, known) or column.is_analytics:
                continue
            if headers.has_short(column.wording, headers.NOT_NPS):
                continue
            # Scores of a survey reach 9 or 0; a column called "score" that does not has another scale, or codes.
            is_wide = (column.highest or 0) >= 9 or (column.lowest == 0 and (column.highest or 0) > 5)
            is_short = not is_wide and (known is headers.SCORE or column.n_filled >= FEW)
            least = 0.9 if known in (headers.LIKELY, headers.SCORE) else 0.5  # "NPS" is plain; bad rows are rejected
            if column.n_filled and not is_short and _share_of_nps_scores(column) >= least:
                word = next(w for w in headers.words(column.wording) if w in known)
                return column, (f"because its header says {word!r} and {percent(_share_of_nps_scores(column))} of its "
                                "values are whole numbers from 0 to 10")
    return None


def _share_of_nps_scores(column: ColumnFacts) -> float:
    return sum(_is_nps_score(value) for value in column.values) / max(1, column.n_filled)


def _is_nps_score(value: object) -> bool:
    try:
        return read_nps_score(as_text(value)) is not None
    except NotAScoreError:
        return False


def guess_rating(columns: Sequence[ColumnFacts], scale: RatingScale | None, *, has_nps: bool) -> Guess | None:
    """Return the column of stars or ratings: up to 5, or up to 10 where no NPS score was named."""
    for column in columns:
        asks = headers.reads_like_question(column.wording) and headers.has(column.wording, headers.RATE)
        is_named = asks or headers.has(column.wording, headers.RATING)
        if not is_named or headers.has_short(column.wording, headers.NOT_RATING):
            continue
        guessed = scale or guess_scale(column)
        if guessed is None or column.number_share < 0.95 or not _holds(guessed, column):
            continue
        if scale is None and guessed.highest > 5 and (has_nps or (column.highest or 0) < 0.9 * guessed.highest):
            continue  # values up to 7 on a scale to 10 are rather codes ("6: did not answer") than ratings
        word = next(w for w in headers.words(column.wording) if w in headers.RATING | headers.RATE)
        return column, f"because its header says {word!r} and its values are numbers from {_range(column)}"
    return None


def guess_scale(column: ColumnFacts) -> RatingScale | None:
    """Return the scale that a header says ("1-10", "out of 5"), else the usual one that holds the values."""
    said = _SCALE_IN_HEADER.search(column.wording)
    if said and said["both"] and int(re.split(r"\D+", said["both"])[0]) < int(re.split(r"\D+", said["both"])[1]):
        return parse_rating_scale(said["both"])
    lowest = 0 if (column.lowest or 0) < 1 and column.n_filled else 1
    highest = column.highest or 0
    if said and said["highest"] and highest <= int(said["highest"]) > 1:
        return RatingScale(lowest, int(said["highest"]))
    return RatingScale(lowest, 5) if highest <= 5 else RatingScale(lowest, 10) if highest <= 10 else None


def guess_question(columns: Sequence[ColumnFacts]) -> Guess | None:
    """Return the column with the wording of each row's question."""
    for column in columns:
        words = frozenset(headers.words(column.wording))
        is_named = words <= _QUESTION or (column.n_distinct <= _MOST_GROUPS and column.distinct_share <= 0.5)
        n_asking = sum("?" in (as_text(value) or "") for value in column.values)
        reads_so = column.sentence_share >= 0.5 or 2 * n_asking > column.n_filled
        if "question" in words and is_named and reads_so and "?" not in column.wording:
            return column, f"because its header says question and it has {column.n_distinct} different wordings"
    return None


def guess_verbatims(columns: Sequence[ColumnFacts]) -> list[Guess]:
    """Return every column of open text; titles, then headers that say comment, where there is none."""
    found = [c for c in columns if c.is_open_text]
    found = [c for c in found if not headers.has_short(c.wording, headers.TITLE)] or found
    if found:
        return [(c, f"because {percent(c.sentence_share)} of its values are sentences") for c in found]
    named = [c for c in columns if headers.has(c.wording, _PLAIN_VERBATIM) and c.number_share < 0.5
             and c.machine_share < 0.5 and not c.is_analytics
             and not headers.has_short(c.wording, headers.STAFF | headers.ID | headers.DATE | headers.TITLE)]
    return [(c, "because its header says so") for c in named[:1]]


def guess_segments(columns: Sequence[ColumnFacts]) -> list[ColumnFacts]:
    """Return the columns that put customers into groups: short values, 2 to 50 different ones, each repeated."""
    return [c for c in columns if 2 <= c.n_distinct <= _MOST_GROUPS and c.distinct_share <= 0.5 and c.longest <= 60
            and c.machine_share < 0.1 and not c.is_metadata and not headers.has_short(c.wording, headers.COUNT)
            and not headers.is_person(c.wording) and not c.is_analytics
            and not (headers.has(c.wording, headers.DATE) and decide_format(c.values, order="dmy")[0])]


def guess_channel(columns: Sequence[ColumnFacts]) -> Guess | None:
    """Return the column that says where each customer spoke: headed so, with a few values that repeat."""
    for column in guess_segments(columns):
        if headers.has_short(column.wording, headers.CHANNEL):
            word = next(w for w in headers.words(column.wording) if w in headers.CHANNEL)
            return column, f"because its header says {word!r} and it has {column.n_distinct} values that repeat"
    return None


def percent(share: float) -> str:
    """Return a share as people write it: "94 %"."""
    return f"{100 * share:.0f} %"


def _holds(scale: RatingScale, column: ColumnFacts) -> bool:
    return column.lowest is not None and column.highest is not None and (
        scale.lowest <= column.lowest and column.highest <= scale.highest)


def _range(column: ColumnFacts) -> str:
    return f"{column.lowest:g} to {column.highest:g}"
