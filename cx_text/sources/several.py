"""Exports that are alike, read one after the other as one; and one export told under another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow, Chunk, Export
from cx_text.sources.cells import listed, unique_names

_FILE = "file"  # the column that names each row's file
_CHUNK = 2_000


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
    return SourceError(error.what, where=where, next=error.next, permanent=error.permanent)


@dataclass(frozen=True, slots=True)
class JoinedExport:
    """Several exports one after the other, with a column that names each row's file.

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

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        for number, (name, part) in enumerate(zip(self.names, self.parts, strict=True)):
            try:
                for chunk in part.chunks(n_rows):
                    yield self._renumbered(chunk, name, number * self.step)
            except SourceError as error:
                raise told(error, f"{self.path}/{name}") from None

    def _renumbered(self, chunk: Chunk, name: str, added: int) -> Chunk:
        rows = chunk.rows[list(self.columns[:-1])]  # the first file's order
        rows = rows.assign(**{self.columns[-1]: name}).astype({self.columns[-1]: object})
        rows.index = rows.index + added
        rows.attrs = dict(chunk.rows.attrs)
        broken = (BrokenRow(b.row + added, f"row {b.row} of {name}: {b.reason}") for b in chunk.broken)
        return Chunk(rows, tuple(broken))


def joined(path: Path, names: Sequence[str], parts: Sequence[Export]) -> JoinedExport:
    """Return exports with the same columns as one, after a pass that counts their rows.

    Args:
        path: The file that holds them all.
        names: What the user calls each of them.
        parts: The exports, in that order.

    Raises:
        SourceError: One has other columns than the first, or is damaged.
    """
    columns = parts[0].columns
    for name, part in zip(names, parts, strict=True):
        missing = [column for column in columns if column not in part.columns]
        extra = [column for column in part.columns if column not in columns]
        if missing or extra:
            odd = f"lacks {listed(missing, 5)}" if missing else f"also has {listed(extra, 5)}"
            raise SourceError(f"it holds {listed(names, 10)}, and {name} has other columns than {names[0]}: it {odd}",
                              where=str(path), next="Unpack it and give one of the files")
    n_rows, last = 0, 0
    for name, part in zip(names, parts, strict=True):
        try:
            for chunk in part.chunks(_CHUNK):
                n_rows += len(chunk.rows) + len(chunk.broken)
                last = max([last, *chunk.rows.index[-1:], *(b.row for b in chunk.broken)])
        except SourceError as error:
            raise told(error, f"{path}/{name}") from None
    step: int = 10 ** max(3, len(str(last)))
    every = unique_names([*columns, _FILE], where=str(path))
    facts = {**parts[0].facts, "files": listed(names),
             "rows": f"row {step + 7:,} is row 7 of {names[1]}, the second file, and so on; column {every[-1]!r} says "
                     "which file"}
    return JoinedExport(path, every, facts, n_rows, tuple(names), tuple(parts), step)
