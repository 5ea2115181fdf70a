"""Records of a platform go into the store: read, masked where they bring something, and each accounted for."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from cx_text.backends.base import PiiFinder
from cx_text.comment import Comment
from cx_text.masking import MaskedRecord, mask_records, with_pseudonym, with_pseudonyms
from cx_text.privacy import MaskedCell
from cx_text.sources.authors import known_author
from cx_text.sources.outcomes import Outcome
from cx_text.sources.platforms.base import Platform, PlatformError, Raw, Record, UnreadableRecord
from cx_text.sources.rows import LedgerEntry
from cx_text.store import collections, imports
from cx_text.store.comments import Arrival, Incoming, content_of, stored_key
from cx_text.store.database import Store
from cx_text.store.records import (
    IncomingRecord,
    KeptRecord,
    KnownRecord,
    known_records,
    mark_removed,
    mark_there,
    put_records,
)
from cx_text.text.redact import PLACEHOLDER
from cx_text.vault import given_vault

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST_UNREAD = 5  # records of a page; where half of it and as many cannot be read, the platform's form has changed


class Received(StrEnum):
    """What became of a record; a look's counts add up to what it fetched."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"  # it, or its words, are not there any more
    SKIPPED = "skipped"  # no comment of a customer
    FAILED = "failed"  # could not be read; kept, to be read again by a newer version


_RECEIVED = {Arrival.NEW: Received.NEW, Arrival.CHANGED: Received.CHANGED, Arrival.OLDER: Received.CHANGED,
             Arrival.UNCHANGED: Received.UNCHANGED, Arrival.FORGOTTEN: Received.UNCHANGED}


@dataclass(frozen=True, slots=True)
class Portion:
    """Some records, read and ready to be stored. `times`: those of the records, by which the platform orders."""

    arrived: tuple[IncomingRecord, ...]
    removed: tuple[str, ...]
    there_again: tuple[str, ...]
    entries: tuple[tuple[str, Outcome, str], ...]  # key, outcome, reason
    counts: Mapping[Received, int]
    times: tuple[datetime, ...]


@dataclass(slots=True)
class Look:
    """One look at a part of a source, in numbers. `import_id` is None until it brings something."""

    began_at: datetime
    import_id: int | None
    counts: Counter[str]

    @property
    def n_fetched(self) -> int:
        """How many records it fetched."""
        return self.counts.total()


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record that was read, or why it could not be."""

    record: Record
    raw: Raw
    why_unread: str | None = None

    @property
    def why_not(self) -> tuple[Outcome, str]:
        """Return why it is no comment, for the ledger."""
        if self.why_unread is not None:
            return Outcome.REJECTED, self.why_unread
        return Outcome.SKIPPED, self.record.why_skipped or "it holds nothing that a customer said"


class Reception:
    """Takes in the records of one source.

    Args:
        store: Where to.
        platform: Reads the records.
        name: Of the platform.
        finder: Gives what finds personal data, when there is something to mask; None: nothing is masked.
    """

    def __init__(self, store: Store, platform: Platform, name: str, finder: Callable[[], PiiFinder] | None) -> None:
        self.store, self.platform, self.name, self._finder = store, platform, name, finder
        self._vault = given_vault() if finder else None

    def read(self, raws: Sequence[Raw]) -> Portion:
        """Return records ready to be stored; nothing is changed.

        Raises:
            PlatformError: So many could not be read that the platform's form must have changed.
        """
        read = [read_record(self.platform, raw) for raw in raws]
        _check(read)
        by_key = {one.record.key: one for one in read}  # of two, the later one
        with self.store.reading() as connection:
            there = known_records(connection, self.platform.source, list(by_key))
        outcomes = {key: self._outcome(one, there.get(key)) for key, one in by_key.items()}
        counts = Counter(outcome for outcome in outcomes.values() if outcome is not None)
        counts[Received.UNCHANGED] += len(raws) - len(by_key)
        told = [one for key, one in by_key.items() if key not in there and not one.record.is_removed
                and outcomes[key] in (Received.SKIPPED, Received.FAILED)]
        return Portion(
            (*self._incoming([one for key, one in by_key.items() if outcomes[key] is None]), *self._set_aside(told)),
            tuple(key for key, one in by_key.items() if one.record.is_removed and key in there),
            tuple(key for key, known in there.items() if known.is_removed and not by_key[key].record.is_removed),
            tuple((one.record.key, *one.why_not) for one in told), counts,
            tuple(one.record.at for one in read if one.record.at))

    def read_again(self, kept: Sequence[KeptRecord], look: Look) -> None:
        """Read records anew that were kept, masked, and store what is read otherwise now."""
        found = list[IncomingRecord]()
        for one in kept:
            read = read_record(self.platform, one.raw)
            comments = tuple(self._one(c, c.author, _placeholders_of(c)) for c in read.record.comments)
            if comments:
                found.append(IncomingRecord(read.record.key, read.record.at, one.digest, one.raw, comments))
            else:
                look.counts[Received.FAILED if read.why_unread else Received.SKIPPED] += 1
        with self.store.writing() as connection:
            self.put(connection, Portion(tuple(found), (), (), (), {}, ()), look)

    def put(self, connection: Connection, portion: Portion, look: Look) -> None:
        """Store a portion in the caller's transaction, and count it in the look."""
        counts = Counter({received.value: n for received, n in portion.counts.items()})
        if (portion.arrived or portion.entries) and look.import_id is None:
            look.import_id = collections.begin_look(connection, self.platform.source, self.name, look.began_at,
                                                    is_masked=self._finder is not None,
                                                    measures=self.platform.measures)
        if portion.arrived and look.import_id is not None:
            at = datetime.now(UTC)
            came = put_records(connection, look.import_id, self.platform.source, portion.arrived, at)
            counts += Counter(_RECEIVED[came[one.key]].value for one in portion.arrived if one.incoming)
        mark_removed(connection, self.platform.source, portion.removed, datetime.now(UTC),
                     erases=self.platform.erases_removed)
        mark_there(connection, self.platform.source, portion.there_again, datetime.now(UTC))
        if look.import_id is not None:
            imports.add_entries(connection, look.import_id, [
                LedgerEntry(look.n_fetched + n, key, outcome, reason)
                for n, (key, outcome, reason) in enumerate(portion.entries, start=1)])
        look.counts.update(counts)
        if look.import_id is not None:
            stored = {name.value: look.counts[name] for name in (Received.NEW, Received.CHANGED, Received.UNCHANGED)}
            set_aside = {Outcome.SKIPPED.value: look.counts[Received.SKIPPED],
                         Outcome.REJECTED.value: look.counts[Received.FAILED]}
            collections.count_look(connection, look.import_id, look.n_fetched - look.counts[Received.REMOVED],
                                   stored, set_aside)

    def _outcome(self, one: ReadRecord, there: KnownRecord | None) -> Received | None:
        """Return what becomes of a record that brings nothing to store, None of one that may."""
        if one.why_unread is not None:
            return Received.FAILED
        if one.record.is_removed:
            return Received.SKIPPED if there is None else Received.UNCHANGED if there.is_removed else Received.REMOVED
        if not one.record.comments:
            return Received.SKIPPED
        return Received.UNCHANGED if there is not None and there.digest == self._digest(one) else None

    def _digest(self, one: ReadRecord) -> bytes:
        whole = [content_of(comment, is_masked=self._finder is not None) for comment in one.record.comments]
        return self.store.digest(b"\0".join(whole))

    def _incoming(self, read: Sequence[ReadRecord]) -> list[IncomingRecord]:
        """Return records with their comments, masked."""
        found = []
        for one, masked in zip(read, self._masked(read), strict=True):
            incoming = []
            for comment, cells, values in zip(masked.comments, masked.masked, masked.values, strict=True):
                pseudonym = self.store.pseudonym(comment.author) if comment.author else None
                sealed = self._vault.seal(values) if self._vault is not None and values else None
                incoming.append(replace(self._one(comment, pseudonym, cells), sealed=sealed))
            found.append(IncomingRecord(one.record.key, one.record.at, self._digest(one), masked.raw, tuple(incoming)))
        return found

    def _set_aside(self, read: Sequence[ReadRecord]) -> list[IncomingRecord]:
        """Return records without comments, so that they are told once: those that could not be read, masked."""
        masked = iter(self._masked([one for one in read if one.why_unread is not None]))
        return [IncomingRecord(one.record.key, one.record.at, None,
                               None if one.why_unread is None else next(masked).raw) for one in read]

    def _masked(self, read: Sequence[ReadRecord]) -> list[MaskedRecord]:
        given = []
        for one in read:
            author = next((comment.author for comment in one.record.comments if comment.author), None)
            raw = with_pseudonym(one.raw, author, self.store.pseudonym(author)) if author else one.raw
            if one.why_unread is not None:
                raw = with_pseudonyms(raw, self.store.pseudonym)
            given.append((one.record.comments, raw))
        if self._finder is None:
            return [MaskedRecord(tuple(comments), raw, ((),) * len(comments), ((),) * len(comments))
                    for comments, raw in given]
        return mask_records(self._finder(), given) if given else []

    def _one(self, comment: Comment, pseudonym: str | None, masked: Sequence[MaskedCell]) -> Incoming:
        """Return a masked comment on its way into the store; its digest is of what is stored."""
        digest = self.store.digest(content_of(replace(comment, author=pseudonym), is_masked=self._finder is not None))
        return Incoming(comment, stored_key(self.store, comment), digest, pseudonym, 0, "", tuple(masked))


def read_record(platform: Platform, raw: Raw) -> ReadRecord:
    """Return what is in a record of a platform, or why it could not be read; whatever its form is."""
    try:
        record = platform.read(raw)
    except UnreadableRecord as error:
        return _unread(raw, str(error))
    except Exception as error:  # noqa: BLE001  one odd record must not stop the others, nor its words be shown
        return _unread(raw, f"its form is not the one that is documented ({type(error).__name__})")
    comments = tuple(replace(comment, author=known_author(comment.author)) for comment in record.comments)
    return ReadRecord(replace(record, comments=comments), raw)


def _check(read: Sequence[ReadRecord]) -> None:
    reasons = [one.why_unread for one in read if one.why_unread]
    if len(reasons) >= max(_MOST_UNREAD, len(read) / 2):
        raise PlatformError(f"{len(reasons)} of {len(read)} records could not be read: {reasons[0]}",
                            next="The platform's form may have changed: see whether there is a newer cx_text")


def _unread(raw: Raw, why: str) -> ReadRecord:
    """Return a record that could not be read, under a key that the same record will have again."""
    whole = json.dumps(raw, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    return ReadRecord(Record(f"unread-{hashlib.sha256(whole).hexdigest()[:32]}", None), raw, why)


def _placeholders_of(comment: Comment) -> tuple[MaskedCell, ...]:
    return tuple(MaskedCell(0, "", found[0], *found.span(), False, *found.span())
                 for found in PLACEHOLDER.finditer(comment.verbatim))
