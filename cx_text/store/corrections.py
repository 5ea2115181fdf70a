"""Corrections: a person says that the polarity of an opinion is wrong, and every later run heeds it.

An opinion is known by the comment and the words, compared as `folded` gives them: an opinion of other words is another.
Of several corrections of the same words the last one in force counts. `corrections.was` keeps what the models had read,
score and confidence too, of the opinion and of the whole comment, so that an undoing brings exactly that back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from cx_text.codeframe import folded
from cx_text.comment import Comment, Polarity
from cx_text.errors import ConfigError
from cx_text.stages.polarity import SURE
from cx_text.store.database import Store
from cx_text.store.tables import comments, corrections, opinions, runs, tags

POLARITY = "polarity"  # what is corrected here; themes are corrected by decisions about the codeframe
_AT_ONCE = 1000  # ids in one query; SQLite allows 32,766 variables
_SCORES = {Polarity.NEGATIVE: -1.0, Polarity.NEUTRAL: 0.0, Polarity.POSITIVE: 1.0}


class Reading(NamedTuple):
    """How good or bad: as in `Opinion`, of an opinion or of a whole comment."""

    polarity: Polarity | None
    polarity_score: float | None
    confidence: float | None

    @classmethod
    def of(cls, row: Any) -> Reading:
        """Return the reading in a row, an opinion or tags."""
        return cls(None if row.polarity is None else Polarity(row.polarity), row.polarity_score, row.confidence)

    @classmethod
    def by_person(cls, polarity: Polarity) -> Reading:
        """Return what a person says, who is sure."""
        return cls(polarity, _SCORES[polarity], 1.0)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of an opinion; times are UTC. `was`: what the models had read, None where nothing was."""

    id: int
    comment_id: int
    comment: str  # "source:key", as results name it
    was: Polarity | None
    polarity: Polarity
    by: str
    at: datetime
    undone_at: datetime | None


def correct_polarity(connection: Connection, store: Store, comment_id: int, start: int, end: int, polarity: Polarity,
                     by: str) -> int:
    """Correct the polarity of an opinion in the run in use, and return the number of the correction.

    All opinions of the comment that have the same words get the polarity, its score (-1, 0 or 1) and confidence 1; the
    polarity of the comment follows where it hung on them (see `whole`).

    Args:
        connection: Of a writer.
        store: The store that it writes to.
        comment_id: The comment's id in the store.
        start: Where the opinion begins in the text of the tags.
        end: Where it ends.
        polarity: What it is: negative, neutral or positive.
        by: Who says so.

    Raises:
        ConfigError: There is no such opinion in the run in use, or the polarity is none that an opinion can have.
    """
    if polarity not in _SCORES:
        raise ConfigError(f"one opinion is never {polarity}", next="Say negative, neutral or positive")
    there = _read(connection, store, comment_id)
    spoken = next((one for one in there.opinions if (one.start, one.end) == (start, end)), None) if there else None
    if there is None or spoken is None:
        raise ConfigError(f"the comment has no opinion from {start} to {end} in the run in use",
                          next="Open it anew: it was tagged again, or changed")
    digest = there.digests[spoken.id]
    standing = _in_force(connection, there)
    first = next((row.was for row in standing if row.words_digest == digest), None)
    opinion = _parsed(first)[0] if first else Reading.of(spoken)
    before = _parsed(standing[0].was)[1] if standing else there.whole
    correction_id: int = connection.execute(insert(corrections).values(
        comment_id=comment_id, words_digest=digest, what=POLARITY, was=_written(opinion, before), value=polarity.value,
        by=by, at=datetime.now(UTC)).returning(corrections.c.id)).scalar_one()
    _update(connection, there, digest, Reading.by_person(polarity), before, is_corrected=True)
    return correction_id


def undo_correction(connection: Connection, store: Store, correction_id: int) -> None:
    """Undo a correction: an earlier one of the same words counts again, else what the models had read.

    After a run that came later, that is what they read in the run in which the words were corrected first.

    Args:
        connection: Of a writer.
        store: The store that it writes to.
        correction_id: The number of the correction.

    Raises:
        ConfigError: There is no such correction in force.
    """
    row = connection.execute(select(corrections).where(
        corrections.c.id == correction_id, corrections.c.what == POLARITY, corrections.c.undone_at.is_(None))).first()
    if row is None:
        raise ConfigError(f"there is no correction {correction_id} in force")
    connection.execute(update(corrections).where(corrections.c.id == correction_id).values(undone_at=datetime.now(UTC)))
    there = _read(connection, store, row.comment_id)
    if there is None or row.words_digest not in there.digests.values():  # a newer version says something else
        return
    left = _in_force(connection, there)
    same = [other for other in left if other.words_digest == row.words_digest]
    opinion, before = _parsed(row.was)
    reading = Reading.by_person(Polarity(same[-1].value)) if same else opinion
    _update(connection, there, row.words_digest, reading, before, is_corrected=bool(left))


def corrections_in_force(connection: Connection, comment_ids: Sequence[int]) -> dict[int, dict[bytes, Polarity]]:
    """Return what people said of some comments: comment id → digest of an opinion's words → polarity."""
    found: dict[int, dict[bytes, Polarity]] = defaultdict(dict)
    c = corrections.c
    for first in range(0, len(comment_ids), _AT_ONCE):
        for row in connection.execute(
                select(c.comment_id, c.words_digest, c.value).where(
                    c.comment_id.in_(comment_ids[first:first + _AT_ONCE]), c.what == POLARITY,
                    c.undone_at.is_(None)).order_by(c.id)):
            found[row.comment_id][row.words_digest] = Polarity(row.value)
    return dict(found)


def corrected_since(connection: Connection, since: datetime) -> list[int]:
    """Return the comments of which something was corrected, or undone, from a time (UTC) on: their ids."""
    c = corrections.c
    return list(connection.execute(select(c.comment_id).distinct().where(or_(c.at >= since, c.undone_at >= since))
                                   .order_by(c.comment_id)).scalars())


def corrected(comment: Comment, store: Store, found: Mapping[bytes, Polarity]) -> Comment:
    """Return a tagged comment with what people said of its opinions.

    Args:
        comment: As the stages have left it.
        store: The store whose digests these are.
        found: Digest of an opinion's words → polarity: those of this comment from `corrections_in_force`.
    """
    said = [found.get(_digest(store, comment.opinion_text(o))) for o in comment.tags.opinions or ()]
    if not any(said):
        return comment
    changed = tuple(o if p is None else replace(o, **Reading.by_person(p)._asdict())
                    for o, p in zip(comment.tags.opinions or (), said, strict=True))
    reading = whole(Reading.of(comment.tags), map(Reading.of, changed))
    return replace(comment, tags=replace(comment.tags, opinions=changed, **reading._asdict()))


def corrections_of(connection: Connection, comment_id: int) -> list[Correction]:
    """Return all corrections of a comment, undone ones too, oldest first."""
    return _corrections(connection, corrections.c.comment_id == comment_id)[::-1]


def all_corrections(connection: Connection, before_id: int | None = None, limit: int = 50) -> list[Correction]:
    """Return corrections, undone ones too, newest first: a page of `limit`, of those before `before_id`."""
    return _corrections(connection, *(() if before_id is None else (corrections.c.id < before_id,)), limit=limit)


def whole(read: Reading, said: Iterable[Reading]) -> Reading:
    """Return the reading of a whole comment some of whose opinions were corrected.

    One opinion, or several that agree, are what the comment is; a sure negative and a sure positive one make it mixed.
    Where it was mixed and is not any more, it is what the surest of its opinions is that are not neutral. Else what the
    model read in the whole stands. That is the rule of the polarity stage, but for opinions that agree: there it asks
    the model, and here people have settled it.

    Args:
        read: What the model read in the whole.
        said: The readings of its opinions, corrected.
    """
    told = [one for one in said if one.polarity is not None]
    named = {one.polarity for one in told}
    sure = {sign: max((one.confidence or 0.0 for one in told if one.polarity is sign), default=0.0)
            for sign in (Polarity.NEGATIVE, Polarity.POSITIVE)}
    if not told:
        return read
    if min(sure.values()) >= SURE:
        return read._replace(polarity=Polarity.MIXED, confidence=min(sure.values()))
    if len(named) == 1 or read.polarity is Polarity.MIXED:
        signed = [one for one in told if one.polarity is not Polarity.NEUTRAL]
        return max(signed or told, key=lambda one: one.confidence or 0.0)
    return read


class _There(NamedTuple):
    """What the run in use has of a comment: the whole, its opinions, and the digest of each one's words."""

    run_id: int
    comment_id: int
    whole: Reading
    opinions: Sequence[Row[Any]]
    digests: Mapping[int, bytes]


def _read(connection: Connection, store: Store, comment_id: int) -> _There | None:
    found = connection.execute(
        select(tags).join(runs, runs.c.id == tags.c.run_id)
        .join(comments, and_(comments.c.id == tags.c.comment_id, comments.c.version == tags.c.version))
        .where(runs.c.is_current, tags.c.comment_id == comment_id)).first()
    if found is None:
        return None
    rows = connection.execute(select(opinions).where(
        opinions.c.run_id == found.run_id, opinions.c.comment_id == comment_id).order_by(opinions.c.start)).all()
    digests = {row.id: _digest(store, (found.text or "")[row.start:row.end]) for row in rows}
    return _There(found.run_id, comment_id, Reading.of(found), rows, digests)


def _in_force(connection: Connection, there: _There) -> list[Row[Any]]:
    """Return the corrections in force of words that the comment still has, oldest first."""
    rows = connection.execute(select(corrections).where(
        corrections.c.comment_id == there.comment_id, corrections.c.what == POLARITY,
        corrections.c.undone_at.is_(None)).order_by(corrections.c.id))
    return [row for row in rows if row.words_digest in there.digests.values()]


def _update(connection: Connection, there: _There, digest: bytes, reading: Reading, before: Reading, *,
            is_corrected: bool) -> None:
    """Write a reading of the opinions with some words, and the whole that follows from what the model read in it."""
    same = [row.id for row in there.opinions if there.digests[row.id] == digest]
    connection.execute(update(opinions).where(opinions.c.id.in_(same)).values(**reading._asdict()))
    now = [reading if row.id in same else Reading.of(row) for row in there.opinions]
    connection.execute(update(tags).where(tags.c.run_id == there.run_id, tags.c.comment_id == there.comment_id)
                       .values(**(whole(before, now) if is_corrected else before)._asdict()))


def _corrections(connection: Connection, *conditions: Any, limit: int | None = None) -> list[Correction]:
    c = corrections.c
    rows = connection.execute(
        select(corrections, comments.c.source, comments.c.key).join(comments, comments.c.id == c.comment_id)
        .where(c.what == POLARITY, *conditions).order_by(c.id.desc()).limit(limit)).all()
    return [Correction(row.id, row.comment_id, f"{row.source}:{row.key}", _parsed(row.was)[0].polarity,
                       Polarity(row.value), row.by, row.at, row.undone_at) for row in rows]


def _digest(store: Store, words: str) -> bytes:
    return store.digest(folded(words).encode("utf-8", "surrogatepass"))


def _written(*readings: Reading) -> str:
    """Return readings as `was` has them: polarity, score and confidence of each, "-" where there is none."""
    return " ".join(("-" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value))
                    for reading in readings for value in reading)


def _parsed(was: str) -> tuple[Reading, Reading]:
    """Return the readings of the opinion and of the whole comment from what `_written` gave."""
    given = [None if word == "-" else word for word in was.split(" ")]

    def reading(at: int) -> Reading:
        name, score, confidence = given[at:at + 3]
        return Reading(None if name is None else Polarity(name), None if score is None else float(score),
                       None if confidence is None else float(confidence))

    return reading(0), reading(3)
