"""JSON exports: an array of objects, or an object around one list of them, read as a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, TextIO

import ijson

from cx_text.errors import SourceError
from cx_text.sources.base import BrokenRow, Chunk, Row, chunked
from cx_text.sources.cells import listed, unique_names
from cx_text.sources.columns.tools import tool_fact
from cx_text.sources.files.content import WRAPPERS
from cx_text.sources.files.flattened import Columns, flattened

MAX_OBJECT = 64_000_000  # characters, as the longest line of a table: one object is held in memory whole
_MAX_LISTS = 20  # to choose from
_ENDLESS_NUMBER = re.compile(r"\d{1000}")  # ijson ends the whole program at 4,300 digits, in one block or over two
# Python writes missing numbers like this, which no standard knows. Only behind a key, whose closing quote tells it from
# words of a customer: the opening quote of a text stands behind a blank, a bracket, a comma or a colon.
_BARE = re.compile(r'(?<=[^\s:,\[{\\]"):\s{0,8}(?:NaN|-?Infinity)(?=\s{0,32}[,}])')
_KEPT_BACK = 64  # characters, in which such a value may go on
_MAX_DEPTH = 100  # of lists and objects in each other; real answers have about ten
_DAMAGE = (ijson.JSONError, ValueError, ArithmeticError, OverflowError, RecursionError, UnicodeError)
_NEXT = "Export it again, or write one JSON object a line and name the file .jsonl"


@dataclass(frozen=True, slots=True)
class JsonExport:
    """A list of JSON objects whose columns are known. A row's number is its place in the list, from 1."""

    path: Path
    columns: tuple[str, ...]
    facts: Mapping[str, str]
    n_rows: int
    encoding: str
    prefix: str
    keys: tuple[str, ...]
    depth: int

    def chunks(self, n_rows: int) -> Iterator[Chunk]:
        """Give the rows in order, at most `n_rows` at once; see `Export.chunks`."""
        return chunked(self._rows(), self.columns, n_rows)

    def _rows(self) -> Iterator[Row | BrokenRow]:
        for number, value in _items(self.path, self.encoding, self.prefix):
            if isinstance(value, dict):
                cells = flattened(value, self.depth)
                yield Row(number, [cells.get(key) for key in self.keys])
            else:
                yield BrokenRow(number, "it is not a JSON object")


def open_json(path: Path) -> JsonExport:
    """Return a JSON export, after one pass that finds its columns.

    Raises:
        SourceError: It is damaged, or holds no list of objects, or several that could be meant.
    """
    with path.open("rb") as file:
        head = file.read(4)
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    prefix = _list_prefix(path, encoding)
    columns, n_rows = Columns(), 0
    for n_rows, value in _items(path, encoding, prefix):  # noqa: B007  the last number is how many there are
        if isinstance(value, dict):
            columns.add(value, where=str(path))
    if not columns.names:
        raise SourceError("its list has no object with something in it", where=str(path), next="Export it again")
    facts = {"format": "JSON", "encoding": encoding.removesuffix("-sig"), **columns.facts,
             **tool_fact(columns.names)}
    if prefix:
        facts["list"] = prefix
    return JsonExport(path, unique_names(columns.names, where=str(path)), facts, n_rows, encoding, prefix,
                      columns.names, columns.depth)


class _Utf8:
    """Text given as UTF-8, however the file has it; an object that never ends is refused while it is read."""

    def __init__(self, text: TextIO, where: str) -> None:
        self._text, self._where = text, where
        self._rest = ""
        self.n_read = 0  # since the last object ended

    def read(self, n: int = -1) -> bytes:
        text = self._rest
        while new := self._text.read(n):
            text += new
            self.n_read += len(new)
            if "NaN" in text or "Infinity" in text:
                text = _BARE.sub(": null", text)
            if len(text) > _KEPT_BACK:
                break
        text, self._rest = (text[:-_KEPT_BACK], text[-_KEPT_BACK:]) if new else (text, "")
        if self.n_read > MAX_OBJECT + 2 * max(n, 0):
            raise SourceError(f"one of its objects is longer than {MAX_OBJECT // 1_000_000} million characters",
                              where=self._where)
        if _ENDLESS_NUMBER.search(text):
            raise SourceError("it has a number of more than a thousand digits", where=self._where)
        return text.replace("\0", "").encode("utf-8", "replace")


def objects_in(file: IO[bytes], where: str, prefix: str, encoding: str = "utf-8-sig") -> Iterator[tuple[int, Any]]:
    """Give each object of a list with its place, from 1, while a file is read; numbers with a point are Decimal.

    Args:
        file: A JSON file, open; it is closed at the end.
        where: What errors call it.
        prefix: The dotted keys that lead to the list, "" where it is at the top.
        encoding: Of the file.

    Raises:
        SourceError: It is damaged, or something in it is too long.
    """
    number = 0
    try:
        with TextIOWrapper(file, encoding, errors="replace") as text:
            source = _Utf8(text, where)
            for number, value in enumerate(ijson.items(source, f"{prefix}.item" if prefix else "item"), start=1):
                source.n_read = 0
                yield number, value
    except _DAMAGE:
        raise _damaged(where, number) from None


def _items(path: Path, encoding: str, prefix: str) -> Iterator[tuple[int, Any]]:
    """Give each object of the list with its place."""
    with path.open("rb") as file:
        yield from objects_in(file, str(path), prefix, encoding)


def _list_prefix(path: Path, encoding: str) -> str:
    """Return where the list of objects is: "" at the top, else the dotted keys that lead to it."""
    try:
        with path.open(encoding=encoding, errors="replace") as text:
            found = _lists(_Utf8(text, str(path)), str(path))
    except _DAMAGE:
        raise _damaged(str(path), 0) from None
    usual = [keys for keys in found if not keys or keys[-1] in WRAPPERS] or found
    outer = min(map(len, usual), default=0)
    meant = [".".join(keys) for keys in usual if len(keys) == outer]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise SourceError(f"it has several lists of objects: {listed(meant)}", where=str(path),
                          next="Give a file with one of them, as an array")
    raise SourceError("this JSON has no list of objects, one for each comment", where=str(path),
                      next="Write one JSON object a line and name the file .jsonl")


def _lists(source: _Utf8, where: str) -> list[tuple[str, ...]]:
    """Return the keys that lead to each list of objects that is in no other list.

    It reads all of the file: what comes later needs memory for the square of the depth.
    """
    found: list[tuple[str, ...]] = []
    keys: list[str] = []
    key, n_arrays, is_new = "", 0, False
    for event, value in ijson.basic_parse(source):
        source.n_read = 0
        is_top = event == "start_array" and not keys  # whatever its first value is
        if is_top or (event == "start_map" and is_new and len(keys) > 1 and len(found) < _MAX_LISTS):
            found.append(tuple(keys[1:]))
        is_new = event == "start_array" and n_arrays == 0
        if event == "map_key":
            key = value
        elif event in ("start_map", "start_array"):
            keys.append(key)
            n_arrays += event == "start_array"
            if len(keys) > _MAX_DEPTH:
                raise SourceError(f"its values are nested more than {_MAX_DEPTH} deep", where=where)
        elif event in ("end_map", "end_array"):
            keys.pop()
            n_arrays -= event == "end_array"
    return found


def _damaged(where: str, n_read: int) -> SourceError:
    after = f" after object {n_read:,}" if n_read else ""
    return SourceError(f"the JSON is damaged{after}", where=where, next=_NEXT)
