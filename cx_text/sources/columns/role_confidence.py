"""How sure it is that a column has the role that was guessed for it, from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cx_text.sources.cells import as_text
from cx_text.sources.columns import headers
from cx_text.sources.columns.column_facts import ColumnFacts
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.dates import decide_format
from cx_text.sources.scores import NotAScoreError, read_nps_score

UNSURE = 0.6  # below it, a person should say what the column is
_PLAIN, _FAIR, _WEAK = 1.0, 0.8, 0.6  # what a header says: nothing else could be meant, it fits, others have it too
_SILENT = 0.4  # a header that says nothing, such as "Q5"
_MANY_NUMBERS = 5  # different ones: more are rather amounts than groups
_OFTEN = 5  # answers to a group: with fewer, it could as well be a name
_CODES = frozenset(("version", "code", "year", "quarter", "month", "week", "tier", "level", "id", "age"))
# The option that settles each role.
OPTIONS = {"verbatim": "--verbatim-column", "nps_score": "--nps-column", "rating": "--rating-column",
           "received_at": "--date-column", "id": "--id-column", "question": "--question-column",
           "segments": "--segment-column", "customer": "--customer-column", "channel": "--channel-column"}


def role_of(name: str, plan: ColumnPlan) -> str | None:
    """Return the role that the plan gives a column, by its name in OPTIONS; None for none, or a further measure."""
    single = {plan.nps_score: "nps_score", plan.rating: "rating", plan.received_at: "received_at", plan.id: "id",
              plan.question: "question", plan.customer: "customer", plan.channel: "channel"}
    if name in plan.verbatims:
        return "verbatim"
    if name in plan.nps_options:
        return "nps_score"
    return single.get(name) or ("segments" if name in plan.segments else None)


def role_confidence(facts: ColumnFacts, plan: ColumnPlan, columns: Sequence[ColumnFacts]) -> float | None:
    """Return how sure the role of a column is, 0 to 1; None where it has none.

    1.0 is what the user, or a saved profile, named. A guess has the geometric mean of two figures: what its header says
    (1 where it can mean nothing else, 0.8 where it fits, 0.6 where other roles have such headers too, 0.4 where it says
    nothing; less where another column fits as well) and what its values say (the share of them that can be read as that
    role, less where few repeat that should, or the ends of a scale are never reached). So neither makes up for a lack
    of the other. It orders guesses and is no probability: below 0.6 a person should look.

    Args:
        facts: Of the column.
        plan: Of the export.
        columns: The facts of all its columns.
    """
    role = role_of(facts.name, plan)
    if role is None:
        return 1.0 if any(m.column == facts.name for m in plan.measures) else None
    if facts.name in plan.named:
        return 1.0
    header, values = _EVIDENCE[role](_Seen(facts, plan, columns))
    return round(math.sqrt(header * min(1.0, max(0.0, values))), 2)


class _Seen(NamedTuple):
    facts: ColumnFacts
    plan: ColumnPlan
    columns: Sequence[ColumnFacts]


_Evidence = tuple[float, float]  # of the header and of the values, 0 to 1


def _verbatim(seen: _Seen) -> _Evidence:
    facts = seen.facts
    says = headers.has(facts.wording, headers.VERBATIM) or headers.reads_like_question(facts.wording)
    values = min(1.0, facts.sentence_share / 0.3) * min(1.0, facts.distinct_sentence_share / 0.5)
    return _PLAIN if says else _SILENT, values


def _nps_score(seen: _Seen) -> _Evidence:
    facts, plan = seen.facts, seen.plan
    if facts.name in plan.nps_options:
        return _PLAIN, 0.9
    is_plain = headers.has(facts.wording, headers.RECOMMEND | headers.NPS)
    header = _PLAIN if is_plain else _FAIR if headers.has(facts.wording, headers.LIKELY) else _WEAK
    reaches = 1.0 if (facts.highest or 0) >= 9 else 0.5
    return header, (2 * sum(map(_is_score, facts.values)) / max(1, facts.n_filled) - 1) * reaches


def _rating(seen: _Seen) -> _Evidence:
    facts, plan = seen.facts, seen.plan
    words = frozenset(headers.words(facts.wording))
    header = _PLAIN if words & {"star", "stars", "rating", "ratings"} else _WEAK if "score" in words else _FAIR
    scale = plan.rating_scale
    if scale is None or facts.n_distinct < 2:
        return header, 0.2
    is_usual = scale.highest <= 5 or "-" in facts.wording or str(scale.highest) in words
    return header, facts.number_share * (1.0 if facts.highest == scale.highest else 0.6) * (1.0 if is_usual else 0.7)


def _received_at(seen: _Seen) -> _Evidence:
    facts, plan, columns = seen.facts, seen.plan, seen.columns
    rank = _date_rank(facts)
    rivals = [c for c in columns if c.name != facts.name and _date_rank(c) == rank
              and decide_format(c.values, order="dmy")[0] is not None]
    header = rank * (0.8 if rivals else 1.0)
    if plan.date_format is None:
        return header, 0.2
    read = sum(plan.date_format.read(value) is not None for value in facts.values)
    return header, read / max(1, facts.n_filled)


def _date_rank(facts: ColumnFacts) -> float:
    if not headers.has(facts.wording, headers.DATE) or headers.has(facts.wording, headers.NOT_DATE):
        return 0.0
    if headers.has(facts.wording, headers.WORST_DATE):
        return _WEAK
    return _PLAIN if headers.has(facts.wording, headers.BEST_DATE) else _FAIR


def _id(seen: _Seen) -> _Evidence:
    facts = seen.facts
    header = _PLAIN if headers.has(facts.wording, headers.BEST_ID) else _FAIR
    return header, facts.distinct_share * facts.n_filled / max(1, len(facts.values))


def _customer(seen: _Seen) -> _Evidence:
    facts = seen.facts
    is_key = headers.has(facts.wording, headers.ID)
    filled_share = facts.n_filled / max(1, len(facts.values))
    return _PLAIN if is_key else _FAIR, filled_share * (1.0 if facts.n_distinct < facts.n_filled else 0.8)


def _question(seen: _Seen) -> _Evidence:
    facts = seen.facts
    n_asking = sum("?" in (as_text(value) or "") for value in facts.values)
    return _PLAIN, max(facts.sentence_share, n_asking / max(1, facts.n_filled))


def _channel(seen: _Seen) -> _Evidence:
    header = _PLAIN if headers.has_short(seen.facts.wording, headers.CHANNEL) else _SILENT
    return header, _segment(seen)[1]


def _segment(seen: _Seen) -> _Evidence:
    facts = seen.facts
    words = frozenset(headers.words(facts.wording))
    is_amount = facts.number_share > 0.9 and facts.n_distinct > _MANY_NUMBERS and words.isdisjoint(_CODES)
    repeats = facts.n_filled / max(1, facts.n_distinct)  # on average
    return _FAIR, min(1.0, repeats / _OFTEN) * (0.4 if is_amount else 1.0)


_EVIDENCE: dict[str, Callable[[_Seen], _Evidence]] = {
    "verbatim": _verbatim, "nps_score": _nps_score, "rating": _rating, "received_at": _received_at, "id": _id,
    "question": _question, "segments": _segment, "customer": _customer,
    "channel": _channel}


def _is_score(value: object) -> bool:
    try:
        return read_nps_score(as_text(value)) is not None
    except NotAScoreError:
        return False
