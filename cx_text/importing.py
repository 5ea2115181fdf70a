"""An export goes into the store: read like `tag` reads it, masked, and so that doing it again changes nothing.

The rows are read twice. What only the last row tells (newer versions, words told in another channel) is known after the
first time, so that the second stores each portion once and for all: whoever reads the store meanwhile sees nothing that
will be taken back, and an import that is stopped anywhere has only to be run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from cx_text.backends.base import PiiFinder
from cx_text.backends.opening import Models
from cx_text.comment import Comment
from cx_text.config import load_recipe
from cx_text.manifest import file_facts, plan_facts
from cx_text.planning import COLUMN_OPTIONS, SAMPLE_ROWS, ReadOptions, plan_rows, with_profile
from cx_text.privacy import MaskedCell, RowRedactor, privacy_note
from cx_text.run import Progress, no_progress
from cx_text.sources.base import Export
from cx_text.sources.files.folders import source_files, title_of
from cx_text.sources.files.opening import open_export
from cx_text.sources.rows import Batch, LedgerEntry, Outcome, RowReader
from cx_text.store import imports
from cx_text.store.comments import Arrival, Incoming, content_of, known, n_waiting, put, stored_key
from cx_text.store.database import Store
from cx_text.vault import Vault, given_vault

CHUNK_ROWS = 2000  # in one transaction


class ImportOptions(ReadOptions, total=False):
    """What `import_export` can be told; `cx_text.tag` and `tag_export` say what each means."""

    sheet: str | None
    names: Sequence[str] | None  # what to call the files, in place of their own names


@dataclass(frozen=True, slots=True)
class Imported:
    """What one import did. The counts of `comments` and `ledger` add up to the rows times the columns of words.

    `ledger`: why verbatims became no comment. `n_waiting`: comments of the whole store that no run in use has tagged.
    `notes`: how the rows were read, in sentences.
    """

    import_id: int
    n_rows: int
    comments: Mapping[Arrival, int]
    ledger: Mapping[Outcome, int]
    n_waiting: int
    notes: tuple[str, ...]


def import_export(store: Store, path: str | Path | Sequence[str | Path], *, finder: PiiFinder | None = None,
                  progress: Progress = no_progress, **options: Unpack[ImportOptions]) -> Imported:
    """Store the comments of an export, each portion of 2,000 rows in one transaction.

    A comment is known by its source and its row's own id, else by the row's content and position. What is stored
    already stays as it is, so that the same export can be imported again, also after it was stopped in the middle.

    Args:
        store: Where to.
        path: File, folder or files, as for `tag_export`.
        finder: Finds personal data; the recipe's own when not given.
        progress: Told the phase, how many rows are done and of how many.
        **options: As for `tag`, and with its errors.

    Raises:
        SourceError: The file cannot be read; nothing of it is stored then.
        ConfigError: An option, the recipe or the profile is wrong.
        OutputError: The store cannot be written to.
        ModelError: Personal data cannot be found on this machine.
    """
    job = _Job(store, path, options, finder, progress)
    job.look_ahead()
    with store.writing() as connection:
        import_id, has_ledger = imports.begin(connection, job.facts())
    comments: Counter[Arrival] = Counter()
    ledger: Counter[Outcome] = Counter()
    for portion, arrivals, entries in job.portions(has_ledger=has_ledger):
        with store.writing() as connection:
            comments.update(put(connection, import_id, job.source, portion).values())
            if has_ledger:
                imports.add_entries(connection, import_id, entries)
        comments += arrivals
        ledger.update(entry.outcome for entry in entries)
    counts = {"rows": job.n_rows, "comments": dict(comments), "ledger": dict(ledger)}
    with store.writing() as connection:
        imports.finish(connection, import_id, counts)
        waiting = n_waiting(connection)
    return Imported(import_id, job.n_rows, comments, ledger, waiting, job.notes(comments))


class _Job:
    """The reading side of one import."""

    def __init__(self, store: Store, path: str | Path | Sequence[str | Path], options: ImportOptions,
                 finder: PiiFinder | None, progress: Progress) -> None:
        recipe = options.get("recipe", "nps_survey")
        chosen = load_recipe(recipe) if isinstance(recipe, str) else recipe
        self.store, self.progress = store, progress
        self._names = options.get("names")
        self.export: Export = open_export(path, sheet=options.get("sheet"), names=self._names)
        where = str(self.export.path)
        question, given = options.get("question"), {name: options.get(name) for name in COLUMN_OPTIONS}
        if given["question_column"] is None and question in self.export.columns:
            question, given["question_column"] = None, question
        merged, self.profile = with_profile(self.export.columns, given, options.get("profile"), where=where)
        self.plan = plan_rows(next(iter(self.export.chunks(SAMPLE_ROWS))).rows, where, merged)
        self.source = options.get("source") or chosen.source
        self._question, self._date_order = question, merged.get("date_order")
        redact = options.get("redact")
        self.is_masked = chosen.privacy.redact if redact is None else redact
        self._vault: Vault | None = given_vault() if self.is_masked else None
        self._values: dict[tuple[object, str], list[tuple[MaskedCell, str]]] = {}
        self._redactor = (RowRedactor(finder or Models(chosen).pii, self.plan, self._keep if self._vault else None)
                          if self.is_masked else None)
        self._ahead = self._reader()
        self.n_rows = 0

    def look_ahead(self) -> None:
        """Read all rows for what only the last one tells."""
        for chunk in self.export.chunks(CHUNK_ROWS):
            self._ahead.read(chunk.rows, chunk.broken)
            self.n_rows += len(chunk.rows) + len(chunk.broken)
            self.progress("reading", self.n_rows, self.export.n_rows)

    def facts(self) -> imports.ImportFacts:
        """Return what is read, and how."""
        seen = file_facts(source_files(self.export), self.export.facts, title=title_of(self.export))
        options = {"question": self._question, "date_order": self._date_order, "redact": self.is_masked}
        name = self._names[0] if self._names and len(self._names) == 1 else seen["name"]
        return imports.ImportFacts(self.source, name, seen["n_bytes"], seen["sha256"], plan_facts(self.plan), options)

    def portions(self, *, has_ledger: bool) -> Iterator[tuple[list[Incoming], Counter[Arrival], Sequence[LedgerEntry]]]:
        """Yield, portion by portion, what has to be stored, how many are known already, and entries of the ledger.

        Their reasons are masked only where the ledger will be written: finding personal data takes most of the time.
        """
        reader = self._reader()
        n_before = n_done = 0
        for chunk in self.export.chunks(CHUNK_ROWS):
            batch = self._settled(reader.read(chunk.rows, chunk.broken), n_before)
            digests = {self._key(c): self.store.digest(content_of(c, is_masked=self.is_masked)) for c in batch.comments}
            with self.store.reading() as connection:
                there = known(connection, self.source, digests)
            incoming, entries = self._incoming(batch, digests, set(there), is_told=has_ledger)
            yield incoming, Counter(there.values()), entries
            n_before += len(chunk.rows)
            n_done += len(chunk.rows) + len(chunk.broken)
            self.progress("storing", n_done, self.n_rows)

    def notes(self, comments: Mapping[Arrival, int]) -> tuple[str, ...]:
        """Return what a user has to know of how the rows were read."""
        said = (f"The columns were read by the profile {self.profile!r}.",) if self.profile else ()
        is_told = self._redactor is None or any(comments.get(arrival) for arrival in
                                                (Arrival.NEW, Arrival.CHANGED, Arrival.OLDER))
        return (*said, *self._ahead.notes, *((privacy_note(self._redactor),) if is_told else ()))

    def _reader(self) -> RowReader:
        return RowReader(self.plan, source=self.source, question=self._question, date_order=self._date_order)

    def _settled(self, batch: Batch, n_before: int) -> Batch:
        """Return a batch without what is set aside now that all rows are known."""
        later = self._ahead.later(n_before, len(batch.rows))
        entries = [entry for entry in batch.entries if (entry.position, entry.question) not in later]
        entries += [LedgerEntry(batch.rows.index[position], column, outcome, reason, position)
                    for (position, column), (outcome, reason) in later.items()]
        return _with_comments(replace(batch, entries=tuple(entries)),
                              [at for at, place in enumerate(zip(batch.positions, batch.columns, strict=True))
                               if place not in later])

    def _incoming(self, batch: Batch, digests: Mapping[str, bytes], left_out: Set[str], *,
                  is_told: bool) -> tuple[list[Incoming], Sequence[LedgerEntry]]:
        """Return the comments of a batch that have to be stored, and its entries; all of them masked."""
        wanted = _with_comments(batch, [at for at, c in enumerate(batch.comments) if self._key(c) not in left_out])
        masked: dict[tuple[object, str], list[MaskedCell]] = {}
        self._values.clear()
        if self._redactor is not None and (wanted.comments or is_told):
            wanted, cells = self._redactor(_rows_of_comments(wanted))
            for cell in cells:
                masked.setdefault((cell.row, cell.column), []).append(cell)
        found = []
        for comment, position, column in zip(wanted.comments, wanted.positions, wanted.columns, strict=True):
            row, key = wanted.rows.index[position], self._key(comment)
            values = self._values.get((row, column))
            found.append(Incoming(
                comment, key, digests[key], self.store.pseudonym(comment.author) if comment.author else None, int(row),
                column, tuple(masked.get((row, column), ())),
                self._vault.seal(values) if self._vault is not None and values else None))
        return found, wanted.entries

    def _keep(self, masked: Sequence[tuple[MaskedCell, str]]) -> None:
        for cell, value in masked:
            self._values.setdefault((cell.row, cell.column), []).append((cell, value))

    def _key(self, comment: Comment) -> str:
        return stored_key(self.store, comment)


def _with_comments(batch: Batch, kept: Sequence[int]) -> Batch:
    """Return a batch with some of its comments alone."""
    return replace(batch, comments=tuple(batch.comments[at] for at in kept),
                   positions=tuple(batch.positions[at] for at in kept),
                   columns=tuple(batch.columns[at] for at in kept))


def _rows_of_comments(batch: Batch) -> Batch:
    """Return a batch with the rows of its comments alone, so that no others are searched for personal data."""
    kept = sorted(set(batch.positions))
    place = {position: number for number, position in enumerate(kept)}
    return replace(batch, rows=batch.rows.iloc[kept], positions=tuple(place[p] for p in batch.positions))
