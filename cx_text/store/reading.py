"""Comments as a page shows them: the words, what a run read in them, where something was masked, older versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from cx_text.comment import BrandMention, Polarity
from cx_text.store.tables import brand_mentions, comment_versions, comments, imports, opinions, redactions, tags


@dataclass(frozen=True, slots=True)
class MaskedPlace:
    """Where something was masked: a half-open span of characters of the stored verbatim, and what stands there."""

    start: int
    end: int
    placeholder: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """What a customer gave in one version of a comment, and where it came from; times are UTC.

    `verbatim` is what was stored, personal data masked unless the import kept it. `author` is a pseudonym. `row` and
    `column` are those of the file; for what was collected `column` is empty, and `file_name` names the platform.
    """

    version: int
    verbatim: str
    question: str | None
    received_at: datetime | None
    author: str | None
    nps_score: int | None
    rating: float | None
    rating_lowest: int | None
    rating_highest: int | None
    segments: Mapping[str, str]
    measures: Mapping[str, float]
    url: str | None
    stored_at: datetime
    file_name: str
    row: int
    column: str
    masked: tuple[MaskedPlace, ...]


@dataclass(frozen=True, slots=True)
class TagsRow:
    """What a run read in the whole comment. `text` is normalised: the spans of opinions and mentions index it."""

    text: str | None
    language: str | None
    kind: str | None
    polarity: Polarity | None
    polarity_score: float | None
    confidence: float | None
    n_windows: int | None
    implied_detractor: float | None
    implied_passive: float | None
    implied_promoter: float | None
    flagged: str | None


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """One opinion: a half-open span of the text of the tags, its polarity as in `Opinion`, and its theme if it has one.

    `theme_confidence` is that of the nearest theme, also where `theme_id` is None as it was too low.
    """

    id: int
    start: int
    end: int
    polarity: Polarity | None
    polarity_score: float | None
    confidence: float | None
    theme_id: str | None
    theme_confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRow(VersionRow):
    """A comment as it stands, with what one run read in it.

    `tags` is None, and `opinions` and `mentions` are empty, where that run has not read this version. `versions` are
    the older ones, newest first; only `comment_of` reads them.
    """

    id: int
    key: str  # "source:key", as results name it
    source: str
    removed_at: datetime | None  # when it was found that its platform shows it no more
    tags: TagsRow | None = None
    opinions: tuple[OpinionRow, ...] = ()  # in order of start
    mentions: tuple[BrandMention, ...] = ()
    versions: tuple[VersionRow, ...] = ()

    def words_of(self, opinion: OpinionRow) -> str:
        """Return the exact words of one of its opinions."""
        return ((self.tags and self.tags.text) or "")[opinion.start:opinion.end]


_GIVEN = tuple(f.name for f in fields(VersionRow) if f.name not in ("file_name", "masked"))
_TAGS = tuple(f.name for f in fields(TagsRow))


def comment_of(connection: Connection, comment_id: int, run_id: int | None) -> CommentRow | None:
    """Return a comment with its older versions, None where there is none or it was forgotten; six queries.

    Args:
        connection: To read by.
        comment_id: Its id in the store.
        run_id: The run whose tags are shown; None: no tags.
    """
    found = comments_of(connection, [comment_id], run_id)
    if not found:
        return None
    [comment] = found
    older = connection.execute(
        select(*(comment_versions.c[name] for name in _GIVEN), imports.c.file_name)
        .join(imports, imports.c.id == comment_versions.c.import_id)
        .where(comment_versions.c.comment_id == comment_id).order_by(comment_versions.c.version.desc())).all()
    masked = _masked(connection, [comment_id])
    versions = tuple(VersionRow(**row._mapping, masked=masked[comment_id, row.version]) for row in older)
    return replace(comment, versions=versions)


def comments_of(connection: Connection, ids: Sequence[int], run_id: int | None) -> list[CommentRow]:
    """Return comments in the order of their ids, without older versions; four queries however many they are.

    Those that are not there or were forgotten are left out. It is made for a page: 50 or so.

    Args:
        connection: To read by.
        ids: Their ids in the store.
        run_id: The run whose tags are shown; None: no tags.
    """
    rows = {row.id: row for row in connection.execute(_standing(run_id).where(comments.c.id.in_(ids)))}
    tagged = [row.id for row in rows.values() if row.tagged is not None]
    said, named = _opinions(connection, tagged, run_id), _mentions(connection, tagged, run_id)
    masked = _masked(connection, list(rows))
    return [_comment(rows[k], said[k], named[k], masked[k, rows[k].version]) for k in ids if k in rows]


def customer_comments(connection: Connection, author: str, limit: int, *,
                      run_id: int | None = None) -> list[CommentRow]:
    """Return the comments of one customer, newest first: by when they were received, else by when they were stored.

    Args:
        connection: To read by.
        author: The customer's pseudonym.
        limit: How many at most.
        run_id: The run whose tags are shown; None: no tags.
    """
    newest = func.coalesce(comments.c.received_at, comments.c.stored_at).desc()
    ids = connection.execute(select(comments.c.id).where(comments.c.author == author, comments.c.deleted_at.is_(None))
                             .order_by(newest, comments.c.id.desc()).limit(limit)).scalars().all()
    return comments_of(connection, ids, run_id)


def _standing(run_id: int | None) -> Select[Any]:
    """Return the query of comments as they stand, with the tags of a run where those are of the same version."""
    same = and_(tags.c.run_id == run_id, tags.c.comment_id == comments.c.id, tags.c.version == comments.c.version)
    return (select(comments.c.id, comments.c.source, comments.c.key, comments.c.removed_at,
                   *(comments.c[name] for name in _GIVEN), imports.c.file_name, tags.c.comment_id.label("tagged"),
                   *(tags.c[name].label(f"tags_{name}") for name in _TAGS))
            .join(imports, imports.c.id == comments.c.import_id).outerjoin(tags, same)
            .where(comments.c.deleted_at.is_(None)))


def _comment(row: Row[Any], said: Iterable[OpinionRow], named: Iterable[BrandMention],
             masked: tuple[MaskedPlace, ...]) -> CommentRow:
    given = {name: row._mapping[name] for name in (*_GIVEN, "file_name")}
    read = {name: row._mapping[f"tags_{name}"] for name in _TAGS}
    found = None if row.tagged is None else TagsRow(**{**read, "polarity": _polarity(read["polarity"])})
    return CommentRow(id=row.id, key=f"{row.source}:{row.key}", source=row.source, removed_at=row.removed_at, **given,
                      masked=masked, tags=found, opinions=tuple(said), mentions=tuple(named))


def _opinions(connection: Connection, ids: Sequence[int], run_id: int | None) -> dict[int, list[OpinionRow]]:
    found: dict[int, list[OpinionRow]] = defaultdict(list)
    c = opinions.c
    for row in connection.execute(
            select(c.comment_id, c.id, c.start, c.end, c.polarity, c.polarity_score, c.confidence, c.theme_id,
                   c.theme_confidence).where(c.run_id == run_id, c.comment_id.in_(ids)).order_by(c.start, c.id)):
        found[row.comment_id].append(OpinionRow(row.id, row.start, row.end, _polarity(row.polarity),
                                                row.polarity_score, row.confidence, row.theme_id,
                                                row.theme_confidence))
    return found


def _mentions(connection: Connection, ids: Sequence[int], run_id: int | None) -> dict[int, list[BrandMention]]:
    found: dict[int, list[BrandMention]] = defaultdict(list)
    c = brand_mentions.c
    for row in connection.execute(
            select(c.comment_id, c.start, c.end, c.brand, c.polarity, c.polarity_score, c.confidence)
            .where(c.run_id == run_id, c.comment_id.in_(ids)).order_by(c.start, c.id)):
        found[row.comment_id].append(BrandMention(row.start, row.end, row.brand, _polarity(row.polarity),
                                                  row.polarity_score, row.confidence))
    return found


def _masked(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, int], tuple[MaskedPlace, ...]]:
    """Return comment and version → the places that were masked there, in order."""
    found: dict[tuple[int, int], tuple[MaskedPlace, ...]] = defaultdict(tuple)
    c = redactions.c
    for row in connection.execute(
            select(c.comment_id, c.version, c.redacted_start, c.redacted_end, c.placeholder, c.kind)
            .where(c.comment_id.in_(ids)).order_by(c.comment_id, c.version, c.redacted_start)):
        found[row.comment_id, row.version] += (MaskedPlace(row.redacted_start, row.redacted_end, row.placeholder,
                                                           row.kind),)
    return found


def _polarity(name: str | None) -> Polarity | None:
    return None if name is None else Polarity(name)
