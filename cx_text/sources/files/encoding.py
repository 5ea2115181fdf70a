"""The encoding of a text file, found without loading it whole."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from cx_text.errors import SourceError

_BLOCK = 1 << 20  # bytes read at once
_MAX_LINE = 1 << 26  # characters: a line of 64 million is no table, and would be held in memory
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What exports come in when they are not Unicode; cp1252 wins ties, since it is what English-speaking Windows writes.
_OLD_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman", "cp932", "gb18030", "big5", "cp949"]
_SAMPLE_BYTES = 1 << 15
_UNREADABLE = re.compile("[\udc80-\udcff]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding's name in Python, and how many characters of the file it cannot read or are NUL."""

    name: str
    n_unreadable: int = 0
    n_nuls: int = 0
    n_non_ascii: int = 0
    is_guessed: bool = False

    def __str__(self) -> str:
        guessed = " (guessed)" if self.is_guessed else ""
        unreadable = f", {self.n_unreadable} unreadable bytes show as \ufffd" if self.n_unreadable else ""
        nuls = f", {self.n_nuls} NUL characters left out" if self.n_nuls else ""
        return f"{self.name}{guessed}{unreadable}{nuls}"


def detect_encoding(path: Path) -> Encoding:
    """Return the encoding of a text file, after reading all of it once in blocks.

    A byte-order mark decides; then UTF-8, if at most one in ten of its non-ASCII characters is broken; then the
    likeliest of the encodings of old.

    Raises:
        SourceError: A line is too long to be a row of a table.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _surveyed(path, name)
    if unmarked := _unmarked_utf16(head):
        return _surveyed(path, unmarked)
    utf8 = _surveyed(path, "utf-8")
    if utf8.n_unreadable * 10 <= utf8.n_non_ascii:
        return utf8
    return _surveyed(path, _likeliest(path), is_guessed=True)


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """Open a text file so that line ends are kept and what cannot be read shows as U+FFFD."""
    return path.open(encoding=encoding.name, errors="replace", newline="")


def _unmarked_utf16(head: bytes) -> str | None:
    """Western text in UTF-16 has a NUL in nearly every second byte."""
    half = max(1, len(head) // 2)
    low, high = head[0::2].count(0) / half, head[1::2].count(0) / half
    if len(head) >= 4 and max(low, high) > 0.6 and min(low, high) < 0.05:
        return "utf-16-le" if high > low else "utf-16-be"
    return None


def _surveyed(path: Path, name: str, *, is_guessed: bool = False) -> Encoding:
    # surrogateescape marks each byte that cannot be read; it does not exist for encodings of wider units.
    is_wide = name.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(name)("replace" if is_wide else "surrogateescape")
    unreadable = re.compile("\ufffd") if is_wide else _UNREADABLE
    n_unreadable = n_nuls = n_non_ascii = n_since_line_end = 0
    for block in _blocks(path):
        text = decoder.decode(block, not block)
        n_nuls += text.count("\0")
        if not text.isascii():
            n_unreadable += len(unreadable.findall(text))
            n_non_ascii += len(_NON_ASCII.findall(text))
        last_end = max(text.rfind("\n"), text.rfind("\r"))
        n_since_line_end = n_since_line_end + len(text) if last_end < 0 else len(text) - last_end
        if n_since_line_end > _MAX_LINE:
            raise SourceError("a line is longer than 64 million characters, so this is no table", where=str(path))
    return Encoding(name, n_unreadable, n_nuls, n_non_ascii, is_guessed)


def _blocks(path: Path) -> Iterator[bytes]:
    """Blocks of the file, and an empty one at the end."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
    yield b""


def _likeliest(path: Path) -> str:
    from charset_normalizer import from_bytes  # here, because most files never need it

    sample = b""
    for block in _blocks(path):
        found = re.finditer(rb"[^\r\n]{0,200}[\x80-\xff][^\r\n]{0,200}", block)
        sample += b"\n".join(match[0] for match in found)[:_SAMPLE_BYTES]
        if len(sample) >= _SAMPLE_BYTES:
            break
    matches = from_bytes(sample, cp_isolation=_OLD_ENCODINGS)
    best = matches.best()
    if best is None:
        return "cp1252"
    is_tie = any("cp1252" in m.could_be_from_charset and m.chaos <= best.chaos + 0.02
                 and m.coherence >= best.coherence - 0.1 for m in matches)
    return "cp1252" if is_tie else best.encoding
