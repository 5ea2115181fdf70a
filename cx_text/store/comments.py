"""Comments come in: new ones are stored, changed ones become versions, known ones leave everything as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from cx_text.comment import Comment
from cx_text.privacy import MaskedCell
from cx_text.sources.seen import joined
from cx_text.store.database import Store
from cx_text.store.tables import comment_segments, comment_versions, comments, redactions, runs, tags, vault

_AT_ONCE = 1000  # keys in one query; SQLite allows 32,766 variables
_LONGEST_KEY = 300  # characters; an entry of PostgreSQL's index holds 2,700 bytes
_MOST_SEARCHED = 300  # characters of a name or value to search by: an entry of PostgreSQL's index holds 2,700 bytes
_CONTENT = tuple(c.name for c in comment_versions.c if c.name not in ("comment_id", "version"))


class Arrival(StrEnum):
    """What a comment of an export is to the store."""

    NEW = "new"
    CHANGED = "changed"  # newer than what was there, which is an older version now
    UNCHANGED = "unchanged"  # known: as it stands, or as one of its older versions
    OLDER = "older"  # not known, and older than what is there
    FORGOTTEN = "forgotten"  # was erased, and is not stored again


@dataclass(frozen=True, slots=True)
class Incoming:
    """A comment of an export on its way into the store.

    `key`: its id without the source. `digest`: of what was given, before masking, by `Store.digest`. `author`: by
    `Store.pseudonym`. `masked`: what was masked in its verbatim; `sealed`: those values, where there is a key.
    """

    comment: Comment
    key: str
    digest: bytes
    author: str | None
    row: int
    column: str
    masked: tuple[MaskedCell, ...] = ()
    sealed: bytes | None = None
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A comment that is there: its highest version so far, and the digests of all of them."""

    id: int
    received_at: datetime | None
    last_version: int
    digest: bytes
    digests: frozenset[bytes]
    is_forgotten: bool

    def arrival(self, digest: bytes, at: datetime | None) -> Arrival:
        if self.is_forgotten:
            return Arrival.FORGOTTEN
        if digest in self.digests:
            return Arrival.UNCHANGED
        is_older = at is not None and self.received_at is not None and at < self.received_at
        return Arrival.OLDER if is_older else Arrival.CHANGED


def stored_key(store: Store, comment: Comment) -> str:
    """Return a comment's id without its source, a digest in place of a long one."""
    key = comment.id[len(comment.source) + 1:]
    return key if len(key) <= _LONGEST_KEY else f"long-{store.pseudonym(key)}"


def content_of(comment: Comment, *, is_masked: bool) -> bytes:
    """Return all that was given as one, and whether it is stored masked: whoever asks for that later must get it."""
    told: list[Any] = [comment.received_at, comment.nps_score, comment.rating, comment.rating_scale,
                       json.dumps(dict(comment.segments), sort_keys=True),
                       json.dumps(dict(comment.measures), sort_keys=True), "masked" if is_masked else "as given"]
    return joined([comment.verbatim, comment.question, comment.author, comment.url,
                   *("" if value is None else str(value) for value in told)])


def known(connection: Connection, source: str, digests: Mapping[str, bytes]) -> dict[str, Arrival]:
    """Return which of some comments need no storing: key → unchanged or forgotten. Two queries a thousand keys.

    Args:
        connection: To read by.
        source: Of the comments.
        digests: Key → digest.
    """
    standing = _standing(connection, source, digests)
    found = {key: there.arrival(digests[key], None) for key, there in standing.items()}
    return {key: arrival for key, arrival in found.items() if arrival in (Arrival.UNCHANGED, Arrival.FORGOTTEN)}


def put(connection: Connection, import_id: int, source: str, incoming: Sequence[Incoming]) -> dict[str, Arrival]:
    """Store comments in the caller's transaction, and return what each of them was to the store, by key.

    Of two versions the one received later stands, and where either has no time, the one that is stored later. Versions
    are numbered in the order in which the store meets them.

    Args:
        connection: Of a writer.
        import_id: Of the import that brings them.
        source: Of the comments.
        incoming: The comments, each key once.
    """
    standing = _standing(connection, source, [one.key for one in incoming])
    by_arrival: dict[Arrival, list[Incoming]] = {arrival: [] for arrival in Arrival}
    for one in incoming:
        there = standing.get(one.key)
        arrival = Arrival.NEW if there is None else there.arrival(one.digest, one.comment.received_at)
        by_arrival[arrival].append(one)
    stored = {**_add(connection, import_id, source, by_arrival[Arrival.NEW]),
              **_change(connection, import_id, by_arrival[Arrival.CHANGED], standing)}
    _remove_segments(connection, [standing[one.key].id for one in by_arrival[Arrival.CHANGED]])
    _add_segments(connection, stored, [*by_arrival[Arrival.NEW], *by_arrival[Arrival.CHANGED]])
    stored |= _add_older(connection, import_id, by_arrival[Arrival.OLDER], standing)
    _keep_masked(connection, stored, incoming)
    return {one.key: arrival for arrival, those in by_arrival.items() for one in those}


def n_waiting(connection: Connection) -> int:
    """Return how many comments with words have no tags of the run in use in their version; it looks at each."""
    is_tagged = and_(tags.c.comment_id == comments.c.id, tags.c.version == comments.c.version,
                     tags.c.run_id.in_(select(runs.c.id).where(runs.c.is_current)))
    query = (select(func.count()).select_from(comments.outerjoin(tags, is_tagged))
             .where(comments.c.deleted_at.is_(None), func.trim(comments.c.verbatim) != "", tags.c.run_id.is_(None)))
    return connection.execute(query).scalar_one()


def _standing(connection: Connection, source: str, keys: Iterable[str]) -> dict[str, _Standing]:
    found: dict[str, _Standing] = {}
    wanted = list(keys)
    for first in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(
            select(comments.c.id, comments.c.key, comments.c.version, comments.c.received_at,
                   comments.c.content_digest, comments.c.deleted_at)
            .where(comments.c.source == source, comments.c.key.in_(wanted[first:first + _AT_ONCE]))).all()
        versions: dict[int, list[tuple[int, bytes]]] = {}
        for older in connection.execute(
                select(comment_versions.c.comment_id, comment_versions.c.version, comment_versions.c.content_digest)
                .where(comment_versions.c.comment_id.in_([row.id for row in rows]))):
            versions.setdefault(older.comment_id, []).append((older.version, older.content_digest))
        for row in rows:
            every = [(row.version, row.content_digest), *versions.get(row.id, [])]
            found[row.key] = _Standing(row.id, row.received_at, max(version for version, _ in every),
                                       row.content_digest, frozenset(digest for _, digest in every),
                                       row.deleted_at is not None)
    return found


def _content(one: Incoming, import_id: int) -> dict[str, Any]:
    comment = one.comment
    scale = comment.rating_scale
    return {"received_at": comment.received_at, "question": comment.question, "author": one.author,
            "nps_score": comment.nps_score, "rating": comment.rating, "rating_lowest": scale.lowest if scale else None,
            "rating_highest": scale.highest if scale else None, "verbatim": comment.verbatim,
            "segments": dict(comment.segments), "measures": dict(comment.measures), "url": comment.url,
            "content_digest": one.digest, "import_id": import_id, "row": one.row, "column": one.column,
            "stored_at": datetime.now(UTC)}


_Places = dict[str, tuple[int, int]]  # key → comment's id in the store, version


def _add(connection: Connection, import_id: int, source: str, new: Sequence[Incoming]) -> _Places:
    if not new:
        return {}
    rows = [{"source": source, "key": one.key, "version": 1, "record_id": one.record_id, **_content(one, import_id)}
            for one in new]
    # By key, not by order: for ids in the order of the rows, SQLite would be given one row at a time.
    made = connection.execute(insert(comments).returning(comments.c.id, comments.c.key), rows)
    return {key: (comment_id, 1) for comment_id, key in made}


def _change(connection: Connection, import_id: int, changed: Sequence[Incoming],
            standing: Mapping[str, _Standing]) -> _Places:
    """Make what stands an older version, and what comes in what stands."""
    if not changed:
        return {}
    places = {one.key: (standing[one.key].id, standing[one.key].last_version + 1) for one in changed}
    as_it_stands = (select(comments.c.id, comments.c.version, *(comments.c[name] for name in _CONTENT))
                    .where(comments.c.id == bindparam("comment")))
    connection.execute(insert(comment_versions).from_select(["comment_id", "version", *_CONTENT], as_it_stands),
                       [{"comment": comment_id} for comment_id, _ in places.values()])
    connection.execute(update(comments).where(comments.c.id == bindparam("comment")),
                       [{"comment": places[one.key][0], "version": places[one.key][1], **_content(one, import_id)}
                        for one in changed])
    return places


def _add_older(connection: Connection, import_id: int, older: Sequence[Incoming],
               standing: Mapping[str, _Standing]) -> _Places:
    if not older:
        return {}
    places = {one.key: (standing[one.key].id, standing[one.key].last_version + 1) for one in older}
    connection.execute(insert(comment_versions), [
        {"comment_id": places[one.key][0], "version": places[one.key][1], **_content(one, import_id)} for one in older])
    return places


def _remove_segments(connection: Connection, ids: Sequence[int]) -> None:
    for first in range(0, len(ids), _AT_ONCE):
        connection.execute(delete(comment_segments)
                           .where(comment_segments.c.comment_id.in_(ids[first:first + _AT_ONCE])))


def _add_segments(connection: Connection, places: _Places, stored: Sequence[Incoming]) -> None:
    rows = [{"comment_id": places[one.key][0], "name": name, "value": value[:_MOST_SEARCHED]} for one in stored
            for name, value in {name[:_MOST_SEARCHED]: text for name, text in one.comment.segments.items()}.items()]
    if rows:
        connection.execute(insert(comment_segments), rows)


def _keep_masked(connection: Connection, places: _Places, incoming: Sequence[Incoming]) -> None:
    stored = [one for one in incoming if one.key in places]
    found = [{"comment_id": places[one.key][0], "version": places[one.key][1], "redacted_start": cell.redacted_start,
              "redacted_end": cell.redacted_end, "placeholder": cell.placeholder, "kind": cell.kind.value,
              "start": cell.start, "end": cell.end, "is_normalised": cell.is_normalised}
             for one in stored for cell in one.masked]
    if found:
        connection.execute(insert(redactions), found)
    sealed = [{"comment_id": places[one.key][0], "version": places[one.key][1], "sealed": one.sealed}
              for one in stored if one.sealed]
    if sealed:
        connection.execute(insert(vault), sealed)
