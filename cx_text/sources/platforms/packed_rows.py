"""Rows of a download: a ZIP with one JSON file, read as a stream, so that memory does not grow with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from cx_text.sources.files.json_export import objects_in


class PackedRows:
    """The rows of a list in a file that a platform made, read on from any place.

    Args:
        name: The platform's own of the file.
        file: What was downloaded; it is closed with this, or at once where it is no ZIP.
        prefix: The key of the list of rows.

    Raises:
        BadZipFile: It is no ZIP, or an empty one; where it is damaged, the other errors of `ZIP_DAMAGE`.
    """

    def __init__(self, name: str, file: IO[bytes], prefix: str) -> None:
        self.name, self._file, self._prefix = name, file, prefix
        self._at = 0
        try:
            self._archive = ZipFile(file)
            self._objects = self._from_start()
        except BaseException:
            file.close()
            raise

    def rows(self, at: int, n: int) -> list[Any]:
        """Return up to `n` rows behind the first `at`, as JSON.

        Raises:
            SourceError: The JSON is damaged; errors of `ZIP_DAMAGE` where the ZIP is.
        """
        if at < self._at:
            self._objects, self._at = self._from_start(), 0
        for _ in islice(self._objects, at - self._at):
            pass
        rows = [_as_json(row) for _, row in islice(self._objects, n)]
        self._at = at + len(rows)
        return rows

    def close(self) -> None:
        """Close the file."""
        self._archive.close()
        self._file.close()

    def _from_start(self) -> Iterator[tuple[int, Any]]:
        for member in self._archive.infolist():
            return objects_in(self._archive.open(member), self.name, self._prefix)
        raise BadZipFile("it is empty")


def _as_json(row: Any) -> Any:
    """Return a row with plain numbers in place of decimal ones; most rows have none, and are given back."""
    n_decimals = 0

    def plain(number: Any) -> float:
        nonlocal n_decimals
        n_decimals += 1
        return float(number)

    text = json.dumps(row, default=plain)
    return json.loads(text) if n_decimals else row
