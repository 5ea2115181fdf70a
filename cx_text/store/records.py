"""Records of platforms: kept masked beside the comments that were read in them, for reading them again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from cx_text.store.comments import Arrival, Incoming, known, put
from cx_text.store.forgetting import erase
from cx_text.store.tables import comments, records

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """A record on its way into the store: what was read in it, masked, and the whole of it, masked.

    `digest`: of its comments as they were given, before masking, by `Store.digest`; None where it could not be read.
    `raw` is None where it is not to be kept.
    """

    key: str
    at: datetime | None
    digest: bytes | None
    raw: Mapping[str, Any] | None
    incoming: tuple[Incoming, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A record that is there."""

    id: int
    key: str
    digest: bytes | None
    is_removed: bool


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record as it was kept, masked."""

    id: int
    key: str
    digest: bytes | None
    raw: Mapping[str, Any]


def known_records(connection: Connection, source: str, keys: Sequence[str]) -> dict[str, KnownRecord]:
    """Return those of some records that are there, by key; one query a thousand keys."""
    there: dict[str, KnownRecord] = {}
    for first in range(0, len(keys), _AT_ONCE):
        rows = connection.execute(select(records.c.id, records.c.key, records.c.digest, records.c.removed_at).where(
            records.c.source == source, records.c.key.in_(keys[first:first + _AT_ONCE])))
        there |= {row.key: KnownRecord(row.id, row.key, row.digest, row.removed_at is not None) for row in rows}
    return there


def put_records(connection: Connection, import_id: int, source: str, arrived: Sequence[IncomingRecord],
                at: datetime) -> dict[str, Arrival]:
    """Store records with their comments in the caller's transaction, and return what each was to the store, by key.

    A record is new or changed where one of its comments is. One whose comments were all forgotten leaves nothing.

    Args:
        connection: Of a writer.
        import_id: Of the look that brings them.
        source: Of the records.
        arrived: The records, each key once.
        at: The time of the look (UTC).
    """
    digests = {one.key: one.digest for record in arrived for one in record.incoming}
    forgotten = {key for key, arrival in known(connection, source, digests).items() if arrival is Arrival.FORGOTTEN}
    kept = [record for record in arrived
            if not record.incoming or any(one.key not in forgotten for one in record.incoming)]
    ids = _put_rows(connection, source, kept, at)
    incoming = [replace(one, record_id=ids[record.key]) for record in kept for one in record.incoming]
    came = put(connection, import_id, source, incoming) if incoming else {}
    return {record.key: _of_all([came.get(one.key, Arrival.FORGOTTEN) for one in record.incoming])
            for record in arrived}


def mark_removed(connection: Connection, source: str, keys: Sequence[str], at: datetime, *, erases: bool) -> int:
    """Mark records that are there no more on their platform, with their comments; return how many were not before.

    Args:
        connection: Of a writer.
        source: Of the records.
        keys: Theirs; those that the store does not have are left out.
        at: The time of the look (UTC).
        erases: Erase them, as `forget` does, but for leaving traces in the file until the next `forget` or `backup`.
    """
    gone = [one for one in known_records(connection, source, keys).values() if not one.is_removed]
    for first in range(0, len(gone), _AT_ONCE):
        ids = [one.id for one in gone[first:first + _AT_ONCE]]
        is_theirs = comments.c.record_id.in_(ids)
        connection.execute(update(comments).where(is_theirs, comments.c.deleted_at.is_(None)).values(removed_at=at))
        connection.execute(update(records).where(records.c.id.in_(ids)).values(removed_at=at))
        if erases:
            erase(connection, list(connection.execute(select(comments.c.id).where(
                is_theirs, comments.c.deleted_at.is_(None))).scalars()), how="removed")
    return len(gone)


def mark_there(connection: Connection, source: str, keys: Sequence[str], at: datetime) -> None:
    """Write down that records were seen on their platform; a mark that they were removed is taken away."""
    for first in range(0, len(keys), _AT_ONCE):
        is_one = records.c.source == source, records.c.key.in_(keys[first:first + _AT_ONCE])
        was_removed = select(records.c.id).where(*is_one, records.c.removed_at.is_not(None))
        back = connection.execute(was_removed).scalars().all()
        connection.execute(update(records).where(*is_one).values(checked_at=at, removed_at=None))
        connection.execute(update(comments).where(comments.c.record_id.in_(back)).values(removed_at=None))


def longest_unchecked(connection: Connection, source: str, since: datetime | None, n: int) -> list[str]:
    """Return the keys of records that were not seen for longest, of those that hold what a customer said.

    Args:
        connection: To read by.
        source: Of the records.
        since: Older ones are left out (UTC), those without a time too; None: none are.
        n: How many at most.
    """
    query = (select(records.c.key).where(records.c.source == source, records.c.removed_at.is_(None),
                                         records.c.digest.is_not(None))
             .order_by(records.c.checked_at, records.c.id).limit(n))
    return list(connection.execute(query if since is None else query.where(records.c.at >= since)).scalars())


def kept_records(connection: Connection, source: str, n: int, after: int = 0) -> list[KeptRecord]:
    """Return records that were kept, by id.

    Args:
        connection: To read by.
        source: Of the records.
        n: How many at most.
        after: Only those with a larger id.
    """
    query = (select(records.c.id, records.c.key, records.c.digest, records.c.raw)
             .where(records.c.source == source, records.c.id > after, records.c.raw.is_not(None))
             .order_by(records.c.id).limit(n))
    return [KeptRecord(row.id, row.key, row.digest, json.loads(zlib.decompress(row.raw)))
            for row in connection.execute(query)]


def _put_rows(connection: Connection, source: str, arrived: Sequence[IncomingRecord], at: datetime) -> dict[str, int]:
    """Write the rows of records, and return their ids by key."""
    there = known_records(connection, source, [record.key for record in arrived])
    ids = {key: one.id for key, one in there.items()}
    new = [record for record in arrived if record.key not in ids]
    if new:
        rows = [{"source": source, "key": record.key, "fetched_at": at, "checked_at": at, **_row(record)}
                for record in new]
        made = connection.execute(insert(records).returning(records.c.id, records.c.key), rows)
        ids |= {key: record_id for record_id, key in made}
    if there:
        connection.execute(
            update(records).where(records.c.id == bindparam("record")),
            [{"record": ids[record.key], "fetched_at": at, "checked_at": at, **_row(record)}
             for record in arrived if record.key in there])
    return ids


def _row(record: IncomingRecord) -> dict[str, Any]:
    packed = None if record.raw is None else zlib.compress(json.dumps(record.raw, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"))
    return {"at": record.at, "digest": record.digest, "raw": packed}


def _of_all(came: Sequence[Arrival]) -> Arrival:
    """Return what a record was, from what its comments were."""
    if not came or Arrival.NEW in came:
        return Arrival.NEW
    if Arrival.CHANGED in came or Arrival.OLDER in came:
        return Arrival.CHANGED
    return Arrival.FORGOTTEN if set(came) == {Arrival.FORGOTTEN} else Arrival.UNCHANGED
