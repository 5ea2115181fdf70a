"""What is refused before a workbook is read: XML that would fill the memory, and cells where no sheet has any."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from cx_text.errors import SourceError
from cx_text.sources.files.zips import MAX_MEMBERS, ZIP_DAMAGE, is_crowded

MAX_UNPACKED = 4 << 30  # bytes; a full sheet of a million rows has about one
MAX_CELLS = 32_000_000  # of OpenDocument, empty ones too: they take 32 bytes each
_LAST_ROW = 1_048_576
_BLOCK = 1 << 20
_OVERLAP = 200  # bytes, so that nothing is missed where two blocks meet
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0D\0O\0C\0T\0Y\0P\0E")
# A row of seven digits or more, a column of four letters or more, or a number spelt as entities.
_FAR = re.compile(rb"""<(?:\w+:)?(?:row|c)\b[^<>]{0,120}?\br\s*=\s*["']"""
                  rb"""(?:(?P<column>[A-Z]{0,20})(?P<row>\d{7,30})|[A-Z]{4,}|[^"'<>]{0,9}&)""")
_DAMAGE = (*ZIP_DAMAGE, expat.ExpatError, RuntimeError)
_SAVE_AGAIN = "Open it in Excel or LibreOffice and save it again, or export it as CSV"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "


def check_workbook(path: Path) -> None:
    """Refuse an Excel workbook whose XML declares entities, or has cells outside of any sheet; macros are never run.

    Raises:
        SourceError: It is such a workbook, or unpacks to too much.
    """
    with _damage_told(path):
        for part, name in _parts(path, lambda name: name.endswith((".xml", ".rels"))):
            before = b""
            while block := part.read(_BLOCK):
                text = before + block
                if _DECLARES.search(text):
                    raise SourceError("its XML declares entities, as no workbook does", where=str(path),
                                      next=_SAVE_AGAIN)
                if name.startswith("xl/worksheets/"):
                    _refuse_far(text, str(path))
                before = text[-_OVERLAP:]


def _refuse_far(xml: bytes, where: str) -> None:
    """Refuse a sheet's row a billion: every row before it would be read."""
    for found in _FAR.finditer(xml):
        column, row = found["column"], found["row"]
        if column is None or len(column) > 3 or int(row or 0) > _LAST_ROW:
            raise SourceError("one of its rows or columns is further out than any sheet reaches", where=where,
                              next=_SAVE_AGAIN)


def check_open_document(path: Path, max_cells: int = MAX_CELLS) -> None:
    """Refuse an OpenDocument spreadsheet whose XML declares entities, or whose repeated cells fill the memory.

    Raises:
        SourceError: It is such a spreadsheet, locked or damaged.
    """
    with _damage_told(path):
        for part, _ in _parts(path, lambda name: name == "META-INF/manifest.xml"):
            if b"encryption-data" in part.read(_BLOCK):
                raise SourceError("it is locked with a password", where=str(path), next="Save it without a password")
        for part, _ in _parts(path, lambda name: name == "content.xml"):
            counter = _Cells(str(path), max_cells)
            parser = expat.ParserCreate(namespace_separator=" ")
            parser.StartElementHandler = counter.start
            parser.EndElementHandler = counter.end
            parser.StartDoctypeDeclHandler = counter.declared
            parser.ParseFile(part)


class _Cells:
    """Counts the cells between the first one and the last that holds something, sheet by sheet."""

    def __init__(self, where: str, most: int) -> None:
        self._where, self._most = where, most
        self._n_cells = self._rows = self._width = self._height = self._repeat = self._columns = self._filled = 0

    def declared(self, *_: Any) -> None:
        raise SourceError("its XML declares entities, as no spreadsheet does", where=self._where, next=_SAVE_AGAIN)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE}table":
            self._rows = self._width = self._height = 0
        elif name == f"{_TABLE}table-row":
            self._repeat = _number(attributes.get(f"{_TABLE}number-rows-repeated"))
            self._columns = self._filled = 0
        elif name in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._columns += _number(attributes.get(f"{_TABLE}number-columns-repeated"))
            if f"{_OFFICE}value-type" in attributes:
                self._filled = self._columns

    def end(self, name: str) -> None:
        if name == f"{_TABLE}table-row":
            self._rows += self._repeat
            if self._filled:
                self._height, self._width = self._rows, max(self._width, self._filled)
                if self._n_cells + self._height * self._width > self._most:
                    raise SourceError(f"its sheets reach over more than {self._most:,} cells", where=self._where,
                                      next="Save the one sheet with the comments as CSV")
        elif name == f"{_TABLE}table":
            self._n_cells += self._height * self._width


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 1


def _parts(path: Path, is_meant: Callable[[str], bool]) -> Iterator[tuple[IO[bytes], str]]:
    """Give each part of a workbook to read as a stream, with its name."""
    if is_crowded(path):
        raise SourceError(f"it has more than {MAX_MEMBERS:,} parts, which no workbook has", where=str(path))
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        n_bytes = sum(member.file_size for member in members)
        if n_bytes > MAX_UNPACKED:
            raise SourceError(f"it unpacks to {n_bytes / 2**30:.0f} GiB, more than a workbook can hold",
                              where=str(path))
        for member in members:
            if is_meant(member.filename):
                with archive.open(member) as part:
                    yield part, member.filename


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE:
        raise SourceError("the workbook is damaged", where=str(path), next=_SAVE_AGAIN) from None
