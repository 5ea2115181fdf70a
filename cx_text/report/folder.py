"""The result folder: whole or absent, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cx_text.errors import OutputError

MANIFEST = "manifest.json"
_OUR_SUFFIXES = {".csv", ".parquet", ".xlsx", ".json", ".html", ".sealed"}
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # that desktops leave in any folder
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class ResultFolder:
    """A folder that appears under its name only when everything in it is written.

    As a context manager gives a hidden folder beside `out` to write into. At the end that is renamed to `out`; on an
    error, Ctrl-C too, it is removed. What a killed run left behind is removed by the next run to the same `out`.

    Args:
        out: Where the results will be; its parents are made.
        force: Whether results of an earlier run there are replaced; anything else there never is.
    """

    def __init__(self, out: Path, force: bool = False) -> None:
        self.out, self.force = out, force
        self._target = out
        self._partial: Path | None = None

    def __enter__(self) -> Path:
        """Return the folder to write into.

        Raises:
            OutputError: `out` cannot or may not be written.
        """
        try:
            self._target = self.out.resolve()  # through a link, so that the link stays
            self._target.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(self._target)
            self._check()
            partial = self._beside("partial")
            partial.mkdir()
        except OSError as error:
            raise self._refusal(error) from error
        self._partial = partial
        return partial

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        partial, self._partial = self._partial, None
        if partial is None:
            return
        try:
            if error is None:
                self._put_in_place(partial)
        except OSError as refused:
            raise self._refusal(refused) from refused
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        if error is not None and any(isinstance(e, OSError) and e.errno in _NO_SPACE for e in _chain(error)):
            raise self._no_space() from error

    def _check(self) -> None:
        """Refuse an `out` that is there and may not be replaced."""
        if not self._target.exists():
            return
        if not self._target.is_dir():
            raise OutputError(f"'{self.out}' is a file, not a folder", next="Give another --out")
        if not any(self._target.iterdir()):
            return
        if not self.force:
            raise OutputError(f"the folder '{self.out}' exists", next="Give another --out, or --force to replace it")
        if reason := _foreign(self._target):
            raise OutputError(f"the folder '{self.out}' is not replaced, since {reason}",
                              next="Give another --out, or remove the folder yourself")

    def _put_in_place(self, partial: Path) -> None:
        self._check()  # again: a long run leaves time for someone else to write there
        if not self._target.exists():
            partial.rename(self._target)
            return
        old = self._beside("old")
        self._target.rename(old)
        try:
            partial.rename(self._target)
        except BaseException:
            old.rename(self._target)
            raise
        shutil.rmtree(old, ignore_errors=True)

    def _beside(self, role: str) -> Path:
        return self._target.with_name(f"{_prefix(self._target, role)}{os.getpid()}-{secrets.token_hex(3)}")

    def _refusal(self, error: OSError) -> OutputError:
        if error.errno in _NO_SPACE:
            return self._no_space()
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return OutputError(f"the folder '{self.out}' cannot be written: no permission", next="Give another --out")
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            return OutputError(f"the folder '{self.out}' cannot be made: a file is in its way",
                               next="Give another --out")
        return OutputError(f"the folder '{self.out}' cannot be written: {error.strerror or error}",
                           next="Give another --out")

    def _no_space(self) -> OutputError:
        return OutputError(f"no space left on the disk of '{self.out}', nothing was written",
                           next="Free some space, or give another --out")


def _foreign(folder: Path) -> str:
    """Return why a folder does not look like results of ours, or ""."""
    for path in sorted(folder.iterdir()):
        if path.name not in _LITTER and (not path.is_file() or path.suffix not in _OUR_SUFFIXES):
            return f"it holds '{path.name}', which cx_text did not write"
    try:
        is_ours = "cx_text" in (folder / MANIFEST).read_text(encoding="utf-8")  # web projects have a manifest.json too
    except FileNotFoundError:
        return f"it holds no {MANIFEST} and so is no result of cx_text"
    except UnicodeDecodeError:
        is_ours = False
    return "" if is_ours else f"its {MANIFEST} is not one of cx_text"


def _prefix(target: Path, role: str) -> str:
    """Return how the names of hidden folders beside `target` begin: with the machine, since a disk may be shared."""
    host = re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:12]
    return f".{target.name}.{role}-{host}-"


def _remove_stale(target: Path) -> None:
    """Remove what runs that no longer live left beside `target`."""
    for role in ("partial", "old"):
        prefix = _prefix(target, role)
        for path in target.parent.iterdir():
            pid = re.fullmatch(re.escape(prefix) + r"(\d+)-[0-9a-f]{6}", path.name)
            if not pid or _is_alive(int(pid[1])):
                continue
            if role == "old" and not target.exists():
                path.rename(target)  # killed between the two renames: these are the earlier results
            else:
                shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # where asking this way would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # another user's
        return True
    return True


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from; libraries wrap the one of the disk in their own."""
    waiting, seen = [error], set()
    while waiting:
        at = waiting.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        yield at
        waiting += [e for e in (at.__cause__, at.__context__, *at.args) if isinstance(e, BaseException)]
