"""What a file really is, whatever its name says."""

from __future__ import annotations

import json
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from cx_text.sources.files.zips import ZIP_DAMAGE, is_crowded


class Content(StrEnum):
    """What we can tell apart; each value is the words used in messages."""

    TEXT = "a text table"
    JSONL = "JSON, one object a line"
    JSON = "JSON"
    XLSX = "an Excel workbook"
    XLS = "an old Excel workbook"
    ODS = "an OpenDocument spreadsheet"
    PARQUET = "a Parquet file"
    # what is unpacked first
    ZIP = "a ZIP archive"
    GZIP = "a gzip archive"
    EMPTY = "an empty file"
    # and what we do not read
    LOCKED = "a workbook locked with a password, or another Office file of old"
    XLSB = "a binary Excel workbook (.xlsb)"
    OPEN_DOCUMENT = "an OpenDocument file"
    WORD = "a Word document"
    ARCHIVE = "a compressed archive"
    PDF = "a PDF"
    IMAGE = "an image"
    SQLITE = "an SQLite database"
    RTF = "an RTF document"
    HTML = "a web page (HTML)"
    XML = "an XML file"
    BINARY = "binary data"


_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"PAR1", Content.PARQUET), (b"\x1f\x8b", Content.GZIP),
    (b"BZh", Content.ARCHIVE), (b"\xfd7zXZ\x00", Content.ARCHIVE), (b"7z\xbc\xaf\x27\x1c", Content.ARCHIVE),
    (b"Rar!\x1a\x07", Content.ARCHIVE), (b"\x28\xb5\x2f\xfd", Content.ARCHIVE), (b"%PDF-", Content.PDF),
    (b"\x89PNG\r\n", Content.IMAGE), (b"\xff\xd8\xff", Content.IMAGE), (b"GIF8", Content.IMAGE),
    (b"SQLite format 3\x00", Content.SQLITE), (b"{\\rtf", Content.RTF),
)
_MARKUP = re.compile(rb"(?i)\s*<(?:(?P<xml>\?xml)|!doctype html|html|head|body|table|meta)\b")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32))  # not tab, line ends, form feed, escape
_BLOCK = 1 << 20  # bytes
# Under these names, services wrap their list of answers; a line of JSONL would rather be an answer itself.
WRAPPERS = frozenset(("items", "results", "data", "responses", "reviews", "comments", "records", "rows", "entries",
                      "value", "values", "feedback", "tickets", "conversations", "posts", "children"))


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
    if head.startswith(_OLD_OFFICE):
        return _old_office_content(path)
    if head[257:262] == b"ustar":  # tar
        return Content.ARCHIVE
    for magic, content in _MAGIC:
        if head.startswith(magic):
            return content
    content = _text_content(head)
    return _one_line_content(path, head) if content is Content.JSONL else content


def _zip_content(path: Path) -> Content:
    try:
        if is_crowded(path):
            return Content.ZIP
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.open("mimetype").read(80) if "mimetype" in names else b""
    except (*ZIP_DAMAGE, RuntimeError):  # RuntimeError: a password
        return Content.ZIP
    if "xl/workbook.xml" in names:
        return Content.XLSX
    if "xl/workbook.bin" in names:
        return Content.XLSB
    if "mimetype" in names:
        return Content.ODS if b"opendocument.spreadsheet" in kind else Content.OPEN_DOCUMENT
    return Content.WORD if "word/document.xml" in names else Content.ZIP


def _old_office_content(path: Path) -> Content:
    """Tell a workbook from a locked one and from Word by the name of its main stream, near one end of the file."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        ends = file.read(_BLOCK)
        file.seek(max(len(ends), size - _BLOCK))
        ends += file.read(_BLOCK)
    is_workbook = any(name.encode("utf-16-le") + b"\0\0" in ends for name in ("Workbook", "Book"))
    return Content.XLS if is_workbook and "EncryptedPackage".encode("utf-16-le") not in ends else Content.LOCKED


def _text_content(head: bytes) -> Content:
    if head.startswith(_UTF16_MARKS):
        return _json_content(head.decode("utf-16", "ignore").lstrip().encode("utf-8", "ignore")) or Content.TEXT
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


def _one_line_content(path: Path, head: bytes) -> Content:
    """Tell a line of JSONL from one object around a list: the only line, in which a usual name opens a list."""
    wraps = any(name.decode("utf-8", "replace") in WRAPPERS
                for name in re.findall(rb'"([a-z]{4,13})"\s*:\s*\[\s*\{', head))
    if not wraps:
        return Content.JSONL
    with path.open("rb") as file:
        has_ended = False
        while block := file.read(_BLOCK):
            _, line_end, rest = (b"", b"\n", block) if has_ended else block.partition(b"\n")
            has_ended = has_ended or bool(line_end)
            if has_ended and rest.strip():
                return Content.JSONL
    return Content.JSON
