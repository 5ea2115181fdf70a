"""What a file really is, whatever its name says."""

from __future__ import annotations

import json
import re
import zipfile
from enum import StrEnum
from pathlib import Path


class Content(StrEnum):
    """What we can tell apart; each value is the words used in messages."""

    TEXT = "a text table"
    JSONL = "JSON, one object a line"
    XLSX = "an Excel workbook"
    PARQUET = "a Parquet file"
    EMPTY = "an empty file"
    # and what we do not read
    OLD_EXCEL = "an old Excel workbook (.xls) or one locked with a password"
    OPEN_DOCUMENT = "an OpenDocument file"
    WORD = "a Word document"
    ZIP = "a ZIP archive"
    GZIP = "a gzip archive"
    ARCHIVE = "a compressed archive"
    PDF = "a PDF"
    IMAGE = "an image"
    SQLITE = "an SQLite database"
    RTF = "an RTF document"
    JSON = "one JSON value instead of one object a line"
    HTML = "a web page (HTML)"
    XML = "an XML file"
    BINARY = "binary data"


_MAGIC = (
    (b"PAR1", Content.PARQUET), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content.OLD_EXCEL), (b"\x1f\x8b", Content.GZIP),
    (b"BZh", Content.ARCHIVE), (b"\xfd7zXZ\x00", Content.ARCHIVE), (b"7z\xbc\xaf\x27\x1c", Content.ARCHIVE),
    (b"Rar!\x1a\x07", Content.ARCHIVE), (b"\x28\xb5\x2f\xfd", Content.ARCHIVE), (b"%PDF-", Content.PDF),
    (b"\x89PNG\r\n", Content.IMAGE), (b"\xff\xd8\xff", Content.IMAGE), (b"GIF8", Content.IMAGE),
    (b"SQLite format 3\x00", Content.SQLITE), (b"{\\rtf", Content.RTF),
)
_MARKUP = re.compile(rb"(?i)\s*<(?:(?P<xml>\?xml)|!doctype html|html|head|body|table|meta)\b")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32))  # not tab, line ends, form feed, escape


def content_of(path: Path) -> Content:
    """Return what the file holds, from its first bytes (and, for a ZIP, the names inside).

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        return Content.EMPTY if path.stat().st_size <= len(head) else Content.TEXT
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_content(path)
    for magic, content in _MAGIC:
        if head.startswith(magic):
            return content
    return _text_content(head)


def _zip_content(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Content.ZIP
    if "xl/workbook.xml" in names:
        return Content.XLSX
    return Content.OPEN_DOCUMENT if "mimetype" in names else Content.WORD if "word/document.xml" in names \
        else Content.ZIP


def _text_content(head: bytes) -> Content:
    if head.startswith(_UTF16_MARKS):
        return Content.TEXT
    head = head.removeprefix(b"\xef\xbb\xbf")
    if markup := _MARKUP.match(head):
        return Content.XML if markup["xml"] and b"<html" not in head.lower() else Content.HTML
    is_wide = max(head[0::2].count(0), head[1::2].count(0)) > 0.6 * (len(head) // 2)  # UTF-16 without its mark
    if not is_wide and len(head) - len(head.translate(None, _CONTROL)) > 0.02 * len(head):
        return Content.BINARY
    return _json_content(head.lstrip()) or Content.TEXT


def _json_content(head: bytes) -> Content | None:
    line, line_end, _ = head.partition(b"\n")
    if line.startswith(b"[") and re.match(rb"\[\s*[\[{\]]", head):
        return Content.JSON
    if not line.startswith(b"{"):
        return None
    if re.match(rb"\{\s*\}?\s*$", line):  # "{" alone: one object over many lines
        return Content.JSONL if b"}" in line else Content.JSON
    if not re.match(rb"\{\s*\"", line):
        return None
    if not line_end:
        return Content.JSONL  # one line, longer than what we looked at or the whole file
    try:
        json.loads(line)
    except ValueError:
        return Content.JSON if head.count(b"\n{") == 0 else Content.JSONL
    return Content.JSONL
