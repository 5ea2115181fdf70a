"""Exports that are alike, read one after the other as one; and one export told under another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cx_text.errors import SourceError
from cx_text.sources.base import MAX_CHUNK_CHARACTERS, BrokenRow, Chunk, Export
from cx_text.sources.cells import listed, unique_names

_CHUNK = 2_000
_MOST_TOLD = 5  # different things said of the files


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ToldExport:
    """An export that is told to the user under the name of the file that was given, with more facts."""

    path: Path
    facts: Mapping[str, str]
    inner: Export
    where: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns; see `Export.columns`."""
        return self.inner.columns

    @property
    def n_rows(self) -> int | None:
        """How many rows there are; see `Export.n_rows`."""
        return self.inner.n_rows

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        try:
            yield from self.inner.chunks(n_rows)
        except SourceError as error:
            raise told(error, self.where) from None


def told(error: SourceError, where: str) -> SourceError:
    """Return an error that names the file as the user knows it."""
    return type(error)(error.what, where=where, next=error.next, permanent=error.permanent)


@dataclass(frozen=True, slots=True)
class JoinedExport:
    """Several exports one after the other, with a column that names each row's file (or sheet).

    `path`: what holds them all; `title`: what to call them, where the name of that does not say it.

    The rows of the first keep their numbers; those of the second begin anew at a round number that no row of the
    first reaches, such as 10,000, so that row 10,007 is row 7 of the second file.
    """

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    n_rows: int
    names: tuple[str, ...]
    parts: tuple[Export, ...]
    step: int
    title: str = ""

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`.

        Small files share a chunk, so that what is told from the first one is told from all of them.
        """
        waiting: list[Chunk] = []
        n_waiting = n_bytes = 0
        for chunk in self._parts(n_rows):
            n, size = _n_rows(chunk), int(chunk.rows.memory_usage(deep=True).sum())
            if waiting and (n_waiting + n > n_rows or n_bytes + size > MAX_CHUNK_CHARACTERS):
                yield _together(waiting)
                waiting, n_waiting, n_bytes = [], 0, 0
            waiting.append(chunk)
            n_waiting, n_bytes = n_waiting + n, n_bytes + size
        if waiting:
            yield _together(waiting)

    def _parts(self, n_rows: int) -> Iterator[Chunk]:
        for number, (name, part) in enumerate(zip(self.names, self.parts, strict=True)):
            try:
                for chunk in part.chunks(n_rows):
                    yield self._renumbered(chunk, name, number * self.step)
            except SourceError as error:
                raise told(error, str(self.path / name)) from None

    def _renumbered(self, chunk: Chunk, name: str, added: int) -> Chunk:
        rows = chunk.rows[list(self.columns[:-1])]  # the first file's order
        rows = rows.assign(**{self.columns[-1]: name}).astype({self.columns[-1]: object})
        rows.index = rows.index + added
        rows.attrs = dict(chunk.rows.attrs)
        broken = (BrokenRow(b.row + added, f"row {b.row} of {name}: {b.reason}") for b in chunk.broken)
        return Chunk(rows, tuple(broken))


def joined(path: Path, names: Sequence[str], parts: Sequence[Export], *, column: str = "file",
           title: str = "") -> JoinedExport:
    """Return exports with the same columns as one, after a pass that counts their rows.

    Args:
        path: The file or folder that holds them all.
        names: What the user calls each of them.
        parts: The exports, in that order.
        column: The last column, in which each row has the name of its export: "file" or "sheet".
        title: What to call them all, where the name of `path` does not say it.

    Raises:
        SourceError: One has other columns than the first, or is damaged.
    """
    columns = parts[0].columns
    for name, part in zip(names, parts, strict=True):
        missing = [column for column in columns if column not in part.columns]
        extra = [column for column in part.columns if column not in columns]
        if missing or extra:
            odd = f"lacks {listed(missing, 5)}" if missing else f"also has {listed(extra, 5)}"
            raise SourceError(f"it has other columns than {names[0]}: it {odd}", where=str(path / name),
                              next=f"Give one of the two, or {column}s with the same columns")
    n_rows, last = 0, 0
    for name, part in zip(names, parts, strict=True):
        try:
            for chunk in part.chunks(_CHUNK):
                n_rows += _n_rows(chunk)
                last = max([last, *chunk.rows.index[-1:], *(b.row for b in chunk.broken)])
        except SourceError as error:
            raise told(error, str(path / name)) from None
    step: int = 10 ** max(3, len(str(last)))
    every = unique_names([*columns, column], where=str(path))
    facts = {**_facts(names, parts), f"{column}s": listed(names),
             "rows": f"row {step + 7:,} is row 7 of {names[1]}, the second {column}, and so on; column {every[-1]!r} "
                     f"says which {column}"}
    return JoinedExport(path, every, facts, n_rows, tuple(names), tuple(parts), step, title)


def _facts(names: Sequence[str], parts: Sequence[Export]) -> dict[str, str]:
    """Return what was seen of the files; what differs from the first one is told with the names of its files."""
    said: dict[str, dict[str, list[str]]] = {}
    for name, part in zip(names, parts, strict=True):
        for key, value in part.facts.items():
            said.setdefault(key, {}).setdefault(value, []).append(name)
    told = {key: [value if files[0] == names[0] else f"{value} ({listed(files, 3)})" for value, files in of.items()]
            for key, of in said.items()}
    return {key: "; ".join(values[:_MOST_TOLD]) + ("; …" if len(values) > _MOST_TOLD else "")
            for key, values in told.items()}


def _n_rows(chunk: Chunk) -> int:
    return len(chunk.rows) + len(chunk.broken)


def _together(chunks: Sequence[Chunk]) -> Chunk:
    """Return several chunks as one."""
    if len(chunks) == 1:
        return chunks[0]
    filled = [chunk.rows for chunk in chunks if len(chunk.rows)] or [chunks[0].rows]
    rows = pd.concat(filled)
    rows.attrs = dict(filled[0].attrs)
    return Chunk(rows, tuple(row for chunk in chunks for row in chunk.broken))
