"""JSONL exports: one JSON object a line; columns are all keys in the order in which they first appear."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow, Chunk, Row, chunked
from cx_text.sources.cells import unique_names
from cx_text.sources.columns.tools import tool_fact
from cx_text.sources.files.encoding import Encoding, detect_encoding, open_text
from cx_text.sources.files.flattened import Columns, flattened


@dataclass(frozen=True, slots=True)
class JsonlExport:
    """A JSONL file whose columns are known. Nested objects have dotted columns; see `flattened`."""

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    n_rows: int
    encoding: Encoding
    keys: tuple[str, ...]
    depth: int

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`. A row's number is its line."""
        return chunked(self._rows(), self.columns, n_rows)

    def _rows(self) -> Iterator[Row | BrokenRow]:
        for line, value in _objects(self.path, self.encoding):
            if isinstance(value, str):
                yield BrokenRow(line, value)
            else:
                cells = flattened(value, self.depth)
                yield Row(line, [cells.get(key) for key in self.keys])


def open_jsonl(path: Path) -> JsonlExport:
    """Return a JSONL export, after one pass that finds its columns.

    Raises:
        SourceError: No line is a JSON object with something in it.
    """
    encoding = detect_encoding(path)
    columns = Columns()
    n_rows, fault = 0, ""
    for line, value in _objects(path, encoding):
        n_rows += 1
        if isinstance(value, str):
            fault = fault or f"line {line}: {value}"
        else:
            columns.add(value, where=str(path))
    keys = columns.names
    if not keys:
        raise SourceError(f"no line is a JSON object with something in it{f'; {fault}' if fault else ''}",
                          where=str(path))
    facts = {"format": "JSONL", "encoding": str(encoding), **columns.facts, **tool_fact(keys)}
    return JsonlExport(path, unique_names(keys, where=str(path)), facts, n_rows, encoding, keys, columns.depth)


def _objects(path: Path, encoding: Encoding) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Give the number of each line that is not blank, with its object or why there is none."""
    with open_text(path, encoding) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):  # ValueError: also numbers of thousands of digits
                yield number, "it is not JSON"
                continue
            yield number, value if isinstance(value, dict) else "it is not a JSON object"
