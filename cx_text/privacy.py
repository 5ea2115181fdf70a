"""Personal data is masked in rows and comments before anything else sees them: tables, figures, models, pages.

A row is the scope of its placeholders: one value has one number in all cells of the row, and rows are not related.
So the same row is masked the same way whenever, and in whatever company, it is read.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

import pandas as pd

from cx_text.backends.base import PiiFinder
from cx_text.sources.cells import as_text
from cx_text.sources.columns.personal import is_personal, personal_columns, roled_columns
from cx_text.sources.columns.plan import ColumnPlan, column_names
from cx_text.sources.rows import Batch, LedgerEntry, Outcome
from cx_text.text.normalise import normalise
from cx_text.text.redact import PLACEHOLDER, PiiKind, PiiSpan, Placeholders, redact

REDACTION_COLUMNS = ("row", "column", "kind", "placeholder", "start", "end", "is_normalised", "redacted_start",
                     "redacted_end")
KIND_WORDS = {PiiKind.NAME: "names", PiiKind.EMAIL: "e-mail addresses", PiiKind.PHONE: "phone numbers",
              PiiKind.ADDRESS: "addresses", PiiKind.CARD: "card numbers", PiiKind.IBAN: "bank accounts",
              PiiKind.URL: "personal pages", PiiKind.IP: "network addresses"}
# Cells of columns without a role are searched where they could hold words, an address or a number.
_MAY_TELL = re.compile(r"@|\+\d|\S+\s+\S+\s+\S+\s+\S")


@dataclass(frozen=True, slots=True)
class MaskedCell:
    """One masked value: its cell, and its half-open places in the cell before and after.

    Where something only showed when the words were normalised ("jo&#64;example.com"), the cell holds the normalised
    words, and `start` and `end` are places in them. The masked value itself is not in it.
    """

    row: Hashable
    column: str
    placeholder: str
    start: int
    end: int
    is_normalised: bool
    redacted_start: int
    redacted_end: int

    @property
    def kind(self) -> PiiKind:
        """Return what sort of personal data it was."""
        return PiiKind(self.placeholder[1:].rpartition("_")[0])


def privacy_note(redactor: RowRedactor | None) -> str:
    """Return the sentence that says what was masked."""
    if redactor is None:
        return "Personal data was not masked: names, addresses and numbers are in the results as they were given."
    counts = [f"{words} {redactor.counts[kind]:,}" for kind, words in KIND_WORDS.items() if redactor.counts[kind]]
    if not counts:
        return "No personal data was found to mask."
    return f"Personal data was masked ({', '.join(counts)}); some is always missed, rare names above all."


def pseudonyms() -> Callable[[str], str]:
    """Return what gives each key of a customer a pseudonym, the same for the same key, by a secret that nobody has."""
    secret = secrets.token_bytes(32)
    return lambda key: hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=secret, digest_size=16).hexdigest()


def masked_texts(finder: PiiFinder, texts: Sequence[str]) -> list[str]:
    """Return texts with placeholders for personal data, each a scope of its own."""
    return [redact(text, spans, Placeholders()).text for text, spans in zip(texts, finder.find(texts), strict=True)]


def redaction_rows(masked: Sequence[MaskedCell]) -> pd.DataFrame:
    """Return one row a masked value with REDACTION_COLUMNS, for audit; it holds no masked value."""
    found = [(m.row, m.column, m.kind.value, m.placeholder, m.start, m.end, m.is_normalised, m.redacted_start,
              m.redacted_end) for m in masked]
    table = pd.DataFrame(found, columns=list(REDACTION_COLUMNS))
    return table.astype({"row": "object", "column": "str", "kind": "str", "placeholder": "str", "is_normalised": "bool",
                         **dict.fromkeys(("start", "end", "redacted_start", "redacted_end"), "int64")})


Keep = Callable[[Sequence[tuple[MaskedCell, str]]], None]


class RowRedactor:
    """Masks personal data in batches of rows.

    Columns of words are searched, and so are cells without a role that could hold any. Columns that are personal by
    their header are masked whole. Those with a role that figures need (id, date, scores, segments, measures) stay.

    Args:
        finder: Finds personal data in texts.
        plan: The roles of the columns.
        keep: Given what was masked and the values themselves, such as a vault; without one they are forgotten.
        pseudonym: Gives what stands for a customer's key in comments; without one that stays.
    """

    def __init__(self, finder: PiiFinder, plan: ColumnPlan, keep: Keep | None = None,
                 pseudonym: Callable[[str], str] | None = None) -> None:
        self.finder, self.plan, self.keep, self.pseudonym = finder, plan, keep, pseudonym
        self.counts: Counter[PiiKind] = Counter()

    def __call__(self, batch: Batch) -> tuple[Batch, tuple[MaskedCell, ...]]:
        """Return the batch with placeholders in its rows, comments and reasons, and what was masked in its rows."""
        names = column_names(batch.rows)
        table = _Table({name: batch.rows.iloc[:, place].tolist() for place, name in enumerate(names)})
        personal = personal_columns(self.plan, names)
        for name, kind in personal.items():
            table.mask_whole(name, kind)
        others = {name for name in names if name not in {*self.plan.verbatims, *personal}}
        rejected = {entry.row for entry in batch.entries if entry.outcome is Outcome.REJECTED}  # cells may have shifted
        shifted = {position for position, label in enumerate(batch.rows.index) if label in rejected}
        table.mask_found(self.finder, self.plan.verbatims, others - roled_columns(self.plan), others, shifted)
        found = table.masked(batch.rows.index)
        if self.keep is not None and found:
            self.keep(found)
        masked = tuple(cell for cell, _ in found)
        self.counts.update(cell.kind for cell in masked)
        comments = tuple(
            replace(comment, verbatim=table.changed.get(place, comment.verbatim), author=self._who(comment.author))
            for comment, place in zip(batch.comments, zip(batch.positions, batch.columns, strict=True), strict=True))
        rows = table.written(batch.rows, names)
        return replace(batch, rows=rows, comments=comments, entries=self._reasons(batch.entries)), masked

    def _who(self, author: str | None) -> str | None:
        return author if author is None or self.pseudonym is None else self.pseudonym(author)

    def _reasons(self, entries: Sequence[LedgerEntry]) -> tuple[LedgerEntry, ...]:
        """Mask the reasons, too: they quote the cells that could not be read."""
        quoting = list(dict.fromkeys(entry.reason for entry in entries if "'" in entry.reason))
        spans = dict(zip(quoting, self.finder.find(quoting), strict=True))
        return tuple(replace(entry, reason=redact(entry.reason, found, Placeholders()).text)
                     if (found := spans.get(entry.reason)) else entry for entry in entries)


class _Table:
    """The cells of a batch while they are masked. `changed`: position and column → the cell with placeholders."""

    def __init__(self, columns: dict[str, list[object]]) -> None:
        self.columns = columns
        self.changed: dict[tuple[int, str], str] = {}
        self._scopes: dict[int, Placeholders] = {}
        self._masked: list[tuple[int, MaskedCell, str]] = []  # position of the row, cell, value

    def mask_whole(self, name: str, kind: PiiKind) -> None:
        """Mask the cells of a personal column."""
        for position, value in enumerate(self.columns[name]):
            text = as_text(value)
            if text and is_personal(name, text, kind) and not PLACEHOLDER.search(text):
                start = len(text) - len(text.lstrip())
                self._redact(position, name, text, [PiiSpan(start, len(text.rstrip()), kind)])

    def mask_found(self, finder: PiiFinder, verbatims: Sequence[str], searched: Set[str], every: Set[str],
                   shifted: Set[int]) -> None:
        """Mask what is found in columns of words, as given and as normalised, and in cells of others.

        Args:
            finder: Finds personal data.
            verbatims: Columns of words.
            searched: Other columns to search.
            every: All other columns, which are searched in some rows.
            shifted: The positions of those rows.
        """
        wanted = [cell for name in verbatims for cell in self._texts(name)]
        # Entities and tags may hide what the words say; in columns of words the normalised text is what is read.
        read = {text: normalise(text) for _, _, text in wanted}
        wanted += [cell for name in self.columns if name in every for cell in self._texts(name)
                   if (name in searched or cell[0] in shifted) and _MAY_TELL.search(cell[2])]
        texts = list(dict.fromkeys([*(text for _, _, text in wanted), *read.values()]))
        spans = dict(zip(texts, finder.find(texts), strict=True))
        for position, name, text in sorted(wanted, key=lambda cell: cell[0]):
            shown = read.get(text, text) if name in verbatims else text
            given = {normalise(value): span.kind for value, span in _values(text, spans[text])}
            if shown == text or {value for value, _ in _values(shown, spans[shown])} <= given.keys():
                self._redact(position, name, text, spans[text])
            else:
                again = [PiiSpan(m.start(), m.end(), kind) for value, kind in given.items() if value
                         for m in re.finditer(re.escape(value), shown)]
                self._redact(position, name, shown, [*spans[shown], *again], is_normalised=True)

    def masked(self, labels: pd.Index) -> list[tuple[MaskedCell, str]]:
        """Return what was masked and its values, by row, column and place."""
        order = {name: place for place, name in enumerate(self.columns)}
        found = sorted(self._masked, key=lambda m: (m[0], order[m[1].column], m[1].start))
        return [(replace(cell, row=labels[position]), value) for position, cell, value in found]

    def written(self, rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
        """Return the rows with placeholders; columns without any keep their type."""
        rows = rows.copy(deep=False)
        touched = {name for _, name in self.changed}
        for place in (place for place, name in enumerate(names) if name in touched):
            cells = [self.changed.get((position, names[place]), value)
                     for position, value in enumerate(self.columns[names[place]])]
            before = rows.dtypes.iloc[place]  # object stays: pandas' own text type would make NaN of None
            dtype = before if isinstance(before, pd.StringDtype) else "object"
            rows.isetitem(place, pd.Series(cells, index=rows.index, dtype=dtype))  # type: ignore[arg-type]
        return rows

    def _texts(self, name: str) -> Iterator[tuple[int, str, str]]:
        for position, value in enumerate(self.columns[name]):
            if isinstance(value, str) and value.strip():
                yield position, name, value

    def _redact(self, position: int, name: str, text: str, spans: Sequence[PiiSpan], *,
                is_normalised: bool = False) -> None:
        if not spans:
            return
        found = redact(text, spans, self._scopes.setdefault(position, Placeholders()))
        self.changed[position, name] = found.text
        self._masked += [(position, MaskedCell(None, name, found.text[m.redacted_start:m.redacted_end], m.start, m.end,
                                               is_normalised, m.redacted_start, m.redacted_end), text[m.start:m.end])
                         for m in found.spans]


def _values(text: str, spans: Sequence[PiiSpan]) -> list[tuple[str, PiiSpan]]:
    return [(text[span.start:span.end], span) for span in spans]
