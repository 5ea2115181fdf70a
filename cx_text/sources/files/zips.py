"""What a ZIP holds, read from its directory alone and refused where the directory itself is too large."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path

# 10,000 names are more than any export and fit in a few megabytes; a directory is held in memory whole.
MAX_MEMBERS = 10_000
MAX_DIRECTORY = 16 << 20  # bytes
# What zipfile lets through on a damaged archive; NotImplementedError is a way of packing that it does not know, and
# IndexError a member without a name.
ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, NotImplementedError, IndexError,
              struct.error, EOFError)


def is_crowded(path: Path) -> bool:
    """Return whether a ZIP says that it has more members, or a longer directory of them, than we read.

    Raises:
        OSError: The file cannot be read.
    """
    n_members, n_bytes = _directory(path)
    return n_members > MAX_MEMBERS or n_bytes > MAX_DIRECTORY


def _directory(path: Path) -> tuple[int, int]:
    """Return the number of members and the length of the directory, as `zipfile` would believe them; 0 if damaged."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - 22 - 65_535)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) < at + 22:
            return 0, 0
        n_members, n_bytes = struct.unpack_from("<HL", tail, at + 10)
        if at >= 20 and tail[at - 20:at - 16] == b"PK\x06\x07":  # ZIP64 has its numbers in a record before
            [offset] = struct.unpack_from("<Q", tail, at - 12)
            file.seek(min(offset, size))
            record = file.read(56)
            if len(record) == 56 and record.startswith(b"PK\x06\x06"):
                n_members, n_bytes = struct.unpack_from("<QQ", record, 32)
    return n_members, n_bytes
