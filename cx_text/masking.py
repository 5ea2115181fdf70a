"""Records of platforms are masked as rows of exports are: a record is the scope of its placeholders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pandas as pd

from cx_text.backends.base import PiiFinder
from cx_text.comment import Comment
from cx_text.privacy import MaskedCell, RowRedactor
from cx_text.sources.columns import headers
from cx_text.sources.columns.personal import is_personal, personal_kind
from cx_text.sources.columns.plan import ColumnPlan
from cx_text.sources.platforms.base import Raw
from cx_text.sources.rows import Batch
from cx_text.text.normalise import normalise

_Path = tuple[str | int, ...]

# Columns of a row: the comments of a record, and its fields, those that are personal by their name apart.
_WORDS, _FIELD, _PERSONAL = "words ", "field ", "personal "
_IDS = frozenset({"id", "key", "uri", "url", "did", "acct", "login", "number"})
_PSEUDONYM = re.compile("[0-9a-f]{32}")  # of `Store.pseudonym`, in the place of an author's key


@dataclass(frozen=True, slots=True)
class MaskedRecord:
    """The comments of a record and the whole of it, with placeholders for personal data.

    `masked` and `values`: of each comment, what was masked in its verbatim, and that with the values themselves.
    """

    comments: tuple[Comment, ...]
    raw: Raw
    masked: tuple[tuple[MaskedCell, ...], ...]
    values: tuple[tuple[tuple[MaskedCell, str], ...], ...] = field(repr=False)


def mask_records(finder: PiiFinder, given: Sequence[tuple[Sequence[Comment], Raw]]) -> list[MaskedRecord]:
    """Return records with placeholders for personal data, in order.

    Comments are masked, and so is every field that holds words, or that is personal by its name. What was masked in a
    comment is masked in all fields of its record.

    Args:
        finder: Finds personal data.
        given: The comments of each record, and the record as JSON.
    """
    if not given:
        return []
    columns = [_columns(comments, raw) for comments, raw in given]
    table, wordings = _table(given, columns)
    told = tuple(name for name in table.columns if name.startswith(_WORDS)
                 or (name.startswith(_FIELD) and table[name].map(_may_tell).any()))
    kept: dict[int, list[tuple[MaskedCell, str]]] = {}

    def keep(found: Sequence[tuple[MaskedCell, str]]) -> None:
        for cell, value in found:
            kept.setdefault(cast("int", cell.row), []).append((cell, value))

    places = [(at, f"{_WORDS}{n}") for at, (comments, _) in enumerate(given) for n in range(len(comments))]
    batch, _ = RowRedactor(finder, ColumnPlan(told, wordings=wordings), keep)(Batch(
        table, tuple(comment for comments, _ in given for comment in comments), tuple(at for at, _ in places),
        tuple(name for _, name in places), ()))
    new = dict(zip(places, batch.comments, strict=True))
    cells = {name: batch.rows[name].tolist() for name in batch.rows.columns}
    return [_masked([new[at, f"{_WORDS}{n}"] for n in range(len(comments))], raw,
                    {path: cells[columns[at][path]][at] if path in columns[at] else words
                     for path, words in _leaves(raw)}, kept.get(at, ())) for at, (comments, raw) in enumerate(given)]


def with_pseudonym(raw: Raw, author: str, pseudonym: str) -> Raw:
    """Return a record in which a pseudonym stands in each field that is its author's key."""
    return cast("Raw", _put(raw, {path: pseudonym for path, words in _leaves(raw) if words == author}))


def with_pseudonyms(raw: Raw, pseudonym: Callable[[str], str]) -> Raw:
    """Return a record, of which it is not known who wrote it, with pseudonyms for all keys of persons."""
    keys = {path: pseudonym(words) for path, words in _leaves(raw) if _is_persons_key(path, words)}
    return cast("Raw", _put(raw, keys))


def _is_persons_key(path: _Path, words: str) -> bool:
    names = [part for part in path if isinstance(part, str)]
    if not names or not words or " " in words:
        return False
    own = set(headers.words(names[-1]))
    is_id = not own.isdisjoint(_IDS) and any(headers.has(name, headers.PERSON) for name in names)
    return is_id or (bool(own - {"id", "name"}) and headers.is_person(names[-1]))


def _columns(comments: Sequence[Comment], raw: Raw) -> dict[_Path, str]:
    """Return the column of each field that is searched; those that a comment repeats are searched there, and once."""
    said = [comment.verbatim for comment in comments]
    return {path: column for path, words in _leaves(raw) if (column := _column(path, words)).startswith(_PERSONAL)
            or not any(words in verbatim for verbatim in said) or normalise(words) != words}


def _table(given: Sequence[tuple[Sequence[Comment], Raw]],
           columns: Sequence[Mapping[_Path, str]]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a row a record, of its comments and the fields that are searched; and what personal columns are called."""
    rows = [{**{f"{_WORDS}{n}": comment.verbatim for n, comment in enumerate(comments)},
             **{own[path]: words for path, words in _leaves(raw) if path in own}}
            for (comments, raw), own in zip(given, columns, strict=True)]
    names = dict.fromkeys([f"{_WORDS}{n}" for n in range(max(len(comments) for comments, _ in given))])
    names |= dict.fromkeys(name for row in rows for name in row)
    wordings = {column: _header(path) for own in columns for path, column in own.items()
                if column.startswith(_PERSONAL)}
    return pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype="object") for name in names}), wordings


def _masked(comments: Sequence[Comment], raw: Raw, fields: dict[_Path, str],
            found: Sequence[tuple[MaskedCell, str]]) -> MaskedRecord:
    of_comments = [[(cell, value) for cell, value in found if cell.column == f"{_WORDS}{n}"]
                   for n in range(len(comments))]
    hidden = {value: cell.placeholder for those in of_comments for cell, value in those}
    if hidden:
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in sorted(hidden, key=len)[::-1]))
        fields = {path: pattern.sub(lambda match: hidden[match[0]], words) for path, words in fields.items()}
    return MaskedRecord(tuple(comments), cast("Raw", _put(raw, fields)),
                        tuple(tuple(cell for cell, _ in those) for those in of_comments),
                        tuple(tuple(those) for those in of_comments))


def _may_tell(words: str | None) -> bool:
    """Return whether words could hold personal data; the address of a page is kept, so that it can be opened."""
    if words is None or (" " not in words.strip() and words.startswith(("https://", "http://"))):
        return False
    return "@" in words or " " in words.strip()


def _leaves(value: object, path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    """Yield the path and the words of each field that holds any."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            yield from _leaves(inner, (*path, n))


def _put(value: object, new: Mapping[_Path, str], path: _Path = ()) -> object:
    """Return JSON with other words in some fields."""
    if path in new:
        return new[path]
    if isinstance(value, Mapping):
        return {name: _put(inner, new, (*path, name)) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_put(inner, new, (*path, n)) for n, inner in enumerate(value)]
    return value


def _column(path: _Path, words: str) -> str:
    """Return the column of a field: one that is masked whole where its name and what it holds are personal."""
    header = _header(path)
    kind = personal_kind(header)
    is_whole = kind is not None and not _PSEUDONYM.fullmatch(words) and is_personal(header, words, kind)
    return (_PERSONAL if is_whole else _FIELD) + ".".join(str(part) for part in path)


def _header(path: _Path) -> str:
    """Return what a field is called, where that alone says little with what it is in: "author.name", "plan.name"."""
    names = [part for part in path if isinstance(part, str)]
    own = names[-1] if names else ""
    return own if own != "name" and personal_kind(own) is not None else " ".join(names[-2:])
