"""Files that people upload: in private folders, under names of ours, for a day at most."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from cx_text.errors import ConfigError, SourceError
from cx_text.sources.files.opening import READABLE

MAX_BYTES = 512_000_000  # of the files of one upload
MAX_FILES = 50
_KEPT_SECONDS = 24 * 3600
_PIECE = 1 << 20
_PREFIX = "cx_text_uploads_"
_EXTENSIONS = frozenset({*READABLE, ".zip", ".gz"})
_LONGEST_NAME = 200  # characters


@dataclass(slots=True)
class Upload:
    """Files that one person uploaded together.

    `names`: what their owner calls them, each once: to show, never a path. `seen`: what was found out about them, by
    what was asked, so that a page that is loaded again costs nothing.
    """

    token: str
    paths: tuple[Path, ...]
    names: tuple[str, ...]
    by: str
    at: float = field(default_factory=time.monotonic)
    seen: dict[Any, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.paths[0].parent

    @property
    def title(self) -> str:
        """What to call them."""
        n_more = len(self.names) - 1
        return self.names[0] + (f" and {n_more:,} more {'file' if n_more == 1 else 'files'}" if n_more else "")

    @property
    def is_there(self) -> bool:
        """Whether the files are there; those that were imported are gone."""
        return all(path.exists() for path in self.paths)


class Uploads:
    """The uploads of one server. Their folder is made with the first one, for its owner alone (mode 0700)."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._known: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def keep(self, files: Sequence[tuple[str, BinaryIO]], *, by: str, max_bytes: int = MAX_BYTES) -> Upload:
        """Return the upload of some files, copied piece by piece.

        Args:
            files: What their owner calls each, and its content.
            by: Who uploads them.
            max_bytes: Of all of them.

        Raises:
            SourceError: There is none, there are too many, or they are too large; nothing is kept then.
        """
        if not files:
            raise SourceError("no file was chosen", next="Choose an export from this computer")
        if len(files) > MAX_FILES:
            raise SourceError(f"these are {len(files)} files, and {MAX_FILES} can be uploaded together",
                              next="Pack them as a ZIP, or import a part of them first")
        self.sweep()
        token = secrets.token_urlsafe(16)
        folder = Path(tempfile.mkdtemp(dir=self._base()))
        names = _shown_names([name for name, _ in files])
        paths = tuple(folder / f"{number}{_extension(name)}" for number, (name, _) in enumerate(files, start=1))
        try:
            n_left = max_bytes
            for (_, content), path in zip(files, paths, strict=True):
                n_left = _copy(content, path, n_left, max_bytes)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        upload = Upload(token, paths, names, by)
        with self._lock:
            self._known[token] = upload
        return upload

    def get(self, token: str) -> Upload:
        """Return an upload that is there.

        Raises:
            ConfigError: There is none of this token.
        """
        with self._lock:
            found = self._known.get(token)
        if found is None or not found.is_there:
            raise ConfigError("this upload is not here any more: it was imported, or is older than a day",
                              next="Upload the file again")
        return found

    def remove(self, token: str) -> None:
        """Remove an upload, if it is there."""
        with self._lock:
            found = self._known.pop(token, None)
        if found is not None:
            shutil.rmtree(found.folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what was uploaded more than a day ago, by this server or by one that was killed."""
        with self._lock:
            old = [token for token, one in self._known.items() if time.monotonic() - one.at > _KEPT_SECONDS]
        for token in old:
            self.remove(token)
        for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
            if folder != self._folder and _is_old(folder):
                shutil.rmtree(folder, ignore_errors=True)  # of another user it stays: we may not

    def close(self, needed: Collection[str] = ()) -> None:
        """Remove all uploads but those whose files are needed by jobs that wait.

        Args:
            needed: Paths of files.
        """
        with self._lock:
            known, self._known = self._known, {}
        for one in known.values():
            if not any(str(path) in needed for path in one.paths):
                shutil.rmtree(one.folder, ignore_errors=True)
        if self._folder is not None and self._folder.is_dir() and not any(self._folder.iterdir()):
            self._folder.rmdir()

    def _base(self) -> Path:
        with self._lock:
            if self._folder is None or not self._folder.is_dir():
                self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            return self._folder


def _copy(content: BinaryIO, path: Path, n_left: int, max_bytes: int) -> int:
    """Copy a file and return how many bytes may still follow."""
    with path.open("xb") as file:
        while piece := content.read(_PIECE):
            n_left -= len(piece)
            if n_left < 0:
                raise SourceError(f"that is more than {max_bytes // 1_000_000:,} MB",
                                  next="Pack it as a ZIP, or import it with cx-text import, which takes any size")
            file.write(piece)
    return n_left


def _extension(name: str) -> str:
    """Return the extension of a name if it is one that says how a file is read, else none."""
    extension = Path(name.replace("\\", "/")).suffix.lower()
    return extension if extension in _EXTENSIONS else ""


def _shown_names(given: Sequence[str]) -> tuple[str, ...]:
    """Return names to show: what is behind the last slash, in one line, each once."""
    names: list[str] = []
    for number, name in enumerate(given, start=1):
        last = "".join(c if c.isprintable() else " " for c in name.replace("\\", "/").rpartition("/")[2]).strip()
        shown = last[-_LONGEST_NAME:] or f"file {number}"
        n, free = 2, shown
        while free in names:
            free, n = f"{shown} ({n})", n + 1
        names.append(free)
    return tuple(names)


def _is_old(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _KEPT_SECONDS
    except OSError:
        return False
