"""How well the themes still fit: what customers say lately, and how sure it is of its theme, against what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import norm

from cx_text.backends.base import BoolArray, IntArray
from cx_text.comment import Kind
from cx_text.insights.effects import Floats
from cx_text.insights.intervals import design_effect
from cx_text.part import Part
from cx_text.store.alerts import WatchFacts
from cx_text.store.columns import theme_confidences

if TYPE_CHECKING:
    from sqlalchemy import Connection

LATELY_DAYS = (28, 91)  # the second where the first has too few
LEAST_OPINIONS = 200
LEAST_SURE = 0.2  # share of what was said when themes were found, by which "unsure" is told
WORSE = 0.05  # by so much more a refit is worth trying; it is proposed only where it pays
_LEAST_WORSE = 100  # opinions
_BETWEEN_DAYS = 28  # two proposals
_MOST_READ = 20_000  # opinions of each time whose confidence is read
_LEVEL = 0.95
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shift:
    """A share or a mean lately and then, 0 to 1, with the 95 % interval of what it has become more by."""

    lately: float
    then: float
    low: float
    high: float

    @property
    def more(self) -> float:
        """What it has become more by."""
        return self.lately - self.then


@dataclass(frozen=True, slots=True)
class Drift:
    """How well the themes fit opinions that name something, since a day and until another, when they were found.

    `n`, `n_then`: opinions. `unclear`: share in no theme. `unsure`: share in no theme, or less sure of it than
    `least_sure`, as a fifth of those in a theme was then. `confidence`: mean of those in a theme. None where not known.
    """

    since: date
    then_until: date
    n: int
    n_then: int
    unclear: Shift
    unsure: Shift | None
    confidence: Shift | None
    least_sure: float | None

    @property
    def facts(self) -> dict[str, Any]:
        """What a watch keeps of it; shares 0 to 1, ISO days."""
        found: dict[str, Any] = {"since": self.since.isoformat(), "then_until": self.then_until.isoformat(),
                                 "n": self.n, "n_then": self.n_then}
        for name, shift in (("share_unclear", self.unclear), ("share_unsure", self.unsure),
                            ("confidence", self.confidence)):
            if shift is not None:
                found |= {name: round(shift.lately, 4), f"{name}_then": round(shift.then, 4),
                          f"{name}_low": round(shift.low, 4), f"{name}_high": round(shift.high, 4)}
        return found


def measure_drift(connection: Connection, part: Part, made_at: datetime | None, now: datetime) -> Drift | None:
    """Return how well the themes fit lately, against the time that they were found in; None where too little was said.

    That is what was received before they were made; where they were made after all of it, or there is too little, the
    first half. The last four weeks are never of it. Themes that are given to what nobody said before are seldom none:
    of held-out subjects of labelled sets one opinion in fifty was, and three in four were less sure than four fifths of
    the others (`scripts/evaluate_new_themes.py`). So the unsure count, too.

    Args:
        connection: To read by.
        part: All comments.
        made_at: When the codeframe in use was made.
        now: UTC.
    """
    names, times = _naming(part)
    names &= times <= _microseconds(now)
    firsts = [(now - timedelta(days=days)).date() for days in LATELY_DAYS]
    since = next((day for day in firsts if (names & (times >= _midnight(day))).sum() >= LEAST_OPINIONS), None)
    if since is None:
        return None
    lately, before = names & (times >= _midnight(since)), names & (times < _midnight(since))
    then = before & (times < _microseconds(made_at)) if made_at is not None else before
    if then.sum() < LEAST_OPINIONS or made_at is None or _microseconds(made_at) > times[names].max():
        then = before & (times <= np.median(times[names]))
    if then.sum() < LEAST_OPINIONS:
        return None
    whose = part.customers[part.places]
    is_unclear = part.opinions["theme_id"].isna().to_numpy()
    unclear = _shift(is_unclear[lately].astype(np.float64), whose[lately], is_unclear[then].astype(np.float64),
                     whose[then], is_share=True)
    unsure, confidence, limit = _sureness(connection, part, lately, then)
    return Drift(since, _day(int(times[then].max())), int(lately.sum()), int(then.sum()),
                 unclear, unsure, confidence, limit)


def should_propose(drift: Drift | None, facts: WatchFacts | None, now: datetime, *, is_waiting: bool) -> bool:
    """Return whether a refit is worth trying: the themes fit worse, none waits, and none was asked for lately.

    Worse: five points more are in no theme, or unsure; the interval keeps that from none; and they are so many that a
    theme could be found in them.

    Args:
        drift: Of `measure_drift`.
        facts: Of the watch.
        now: UTC.
        is_waiting: Whether a proposal waits for a person's word.
    """
    if drift is None or is_waiting:
        return False
    if facts is not None and facts.proposed_at is not None and now - facts.proposed_at < timedelta(days=_BETWEEN_DAYS):
        return False
    return any(shift is not None and shift.more >= WORSE and shift.low > 0 and shift.lately * drift.n >= _LEAST_WORSE
               for shift in (drift.unclear, drift.unsure))


def sampled(places: IntArray, n_most: int) -> IntArray:
    """Return at most so many of some places, evenly spaced."""
    if len(places) <= n_most:
        return places
    return places[np.linspace(0, len(places) - 1, n_most).astype(np.int64)]


def opinions_between(part: Part, after: date | None, until: date | None) -> IntArray:
    """Return the places of opinions that name something and were received from one day to another, both in it."""
    names, times = _naming(part)
    if after is not None:
        names &= times >= _midnight(after)
    if until is not None:
        names &= times < _midnight(until + timedelta(days=1))
    return np.flatnonzero(names)


def _naming(part: Part) -> tuple[BoolArray, IntArray]:
    """Return which opinions name something and have a date, and the time of each in microseconds, UTC."""
    received = part.comments["received_at"].dt.tz_localize(None)
    times = received.to_numpy().astype("datetime64[us]").astype(np.int64)[part.places]
    known = received.notna().to_numpy()[part.places]
    kind = (part.comments["kind"] != Kind.RATING.value).to_numpy()[part.places]
    return np.asarray(known & kind), times


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _midnight(day: date) -> int:
    return _microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _day(microseconds: int) -> date:
    return (_EPOCH + timedelta(microseconds=microseconds)).date()


def _sureness(connection: Connection, part: Part, lately: BoolArray,
              then: BoolArray) -> tuple[Shift | None, Shift | None, float | None]:
    """Return the share that is unsure, and the mean confidence of those in a theme, lately and then; and the limit."""
    ids, whose = part.opinions["id"].to_numpy(dtype=np.int64), part.customers[part.places]
    has_theme = part.opinions["theme_id"].notna().to_numpy()
    places = [sampled(np.flatnonzero(chosen), _MOST_READ) for chosen in (lately, then)]
    sure = [theme_confidences(connection, ids[own]).astype(np.float64) for own in places]
    taken = [has_theme[own] & ~np.isnan(s) for own, s in zip(places, sure, strict=True)]
    if taken[1].sum() < LEAST_OPINIONS:
        return None, None, None
    limit = float(np.quantile(sure[1][taken[1]], LEAST_SURE))
    is_unsure = [(~k | (s < limit)).astype(np.float64) for s, k in zip(sure, taken, strict=True)]
    unsure = _shift(is_unsure[0], whose[places[0]], is_unsure[1], whose[places[1]], is_share=True)
    of_taken = [(s[k], whose[own[k]]) for s, k, own in zip(sure, taken, places, strict=True)]
    confidence = _shift(*of_taken[0], *of_taken[1], is_share=False) if len(of_taken[0][0]) > 1 else None
    return unsure, confidence, limit


def _shift(lately: Floats, whose: IntArray, then: Floats, whose_then: IntArray, *, is_share: bool) -> Shift:
    """Return the mean of some values lately and then, with the interval of the difference, customers as clusters.

    Of shares by one success and one failure added to each (Agresti and Caffo 2000, The American Statistician 54:280).
    Customers who wrote in both times are taken for others, which widens it.
    """
    centres, variances = [], []
    for values, customers in ((lately, whose), (then, whose_then)):
        n = len(values) / design_effect(values, np.unique(customers, return_inverse=True)[1])
        if is_share:
            centre = (values.mean() * n + 1) / (n + 2)
            variance = centre * (1 - centre) / (n + 2)
        else:
            centre, variance = values.mean(), values.var(ddof=1) / n
        centres.append(float(centre))
        variances.append(float(variance))
    value, middle = float(lately.mean() - then.mean()), centres[0] - centres[1]
    margin = float(norm.ppf((1 + _LEVEL) / 2)) * sum(variances) ** 0.5
    return Shift(float(lately.mean()), float(then.mean()), min(value, middle - margin), max(value, middle + margin))
