"""A folder in which exports arrive, such as by night: each new or changed file is imported once, and left as it is.

What is remembered of each file is its size, the time of its last change, the digest of its content and how its import
ended, so that a look at a folder in which nothing happened costs a question to the file system for each file. An import
that was killed is not remembered, and doing it again doubles nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cx_text.backends.base import PiiFinder
from cx_text.config import Recipe
from cx_text.errors import ConfigError, CxTextError, SourceError
from cx_text.importing import Imported, import_export
from cx_text.receiving import Received
from cx_text.run import Progress
from cx_text.sources.files.opening import READABLE
from cx_text.sources.outcomes import Outcome
from cx_text.sources.platforms.base import WHOLE, PlatformError
from cx_text.sources.platforms.folder import FolderOptions
from cx_text.store.collections import keep_standing, standing_of
from cx_text.store.comments import Arrival
from cx_text.store.database import Store

_ENDINGS = {*READABLE, ".zip", ".gz"} - {".txt"}  # a README.txt is no export; a glob can name others
_CAME = {Arrival.NEW: Received.NEW, Arrival.CHANGED: Received.CHANGED, Arrival.OLDER: Received.CHANGED,
         Arrival.UNCHANGED: Received.UNCHANGED, Arrival.FORGOTTEN: Received.UNCHANGED}


def look_into(store: Store, source: str, options: FolderOptions, recipe: Recipe, *,
              finder: Callable[[], PiiFinder] | None, now: Callable[[], datetime], progress: Progress,
              ) -> tuple[Counter[str], dict[str, str]]:
    """Import what is new or changed in a folder, and return counts of comments by `Received`, and file → its error.

    A file that cannot be read does not keep the others from being imported. It is not read again before it, or what the
    recipe says of its columns, is changed, and its error is told until then.

    Args:
        store: Where to.
        source: The source's name.
        options: What the recipe says of the folder.
        recipe: Says what is masked.
        finder: Gives what finds personal data; None: nothing is masked.
        now: Gives the time (UTC).
        progress: Told the source and how many rows were stored.

    Raises:
        PlatformError: The folder cannot be opened.
        OutputError: The store cannot be written to.
        ModelError: Personal data cannot be found on this machine.
    """
    look = _Look(store, source, options, recipe, finder, now, progress)
    return look.go()


class _Look:
    """A look while it goes on. `_files`: name → what is remembered of that file."""

    def __init__(self, store: Store, source: str, options: FolderOptions, recipe: Recipe,
                 finder: Callable[[], PiiFinder] | None, now: Callable[[], datetime], progress: Progress) -> None:
        self._store, self._source, self._options, self._recipe = store, source, options, recipe
        self._finder, self._now, self._progress = finder, now, progress
        with store.reading() as connection:
            standing = standing_of(connection, source, WHOLE)
        self._reading = hashlib.sha256(repr(sorted(options.reading.items())).encode()).hexdigest()
        self._files: dict[str, dict[str, Any]] = dict(standing.cursor.get("files", {}))
        self._standing = replace(standing, started_at=now(), finished_at=None, error=None, counts={})
        self._counts, self._errors = Counter[str](), dict[str, str]()

    def go(self) -> tuple[Counter[str], dict[str, str]]:
        """Look at each file."""
        for name, path in self._found():
            self._look_at(name, path)
        said = [f"{name}: {error}" for name, error in self._errors.items()]
        self._keep(finished_at=self._now(), error=said[0] if said else None)
        return self._counts, self._errors

    def _found(self) -> list[tuple[str, Path]]:
        """Return the files, by name; neither links nor hidden ones, nor what lies outside of the folder."""
        folder = self._options.path.expanduser()
        try:
            root = folder.resolve(strict=True)
            paths = sorted(root.glob(self._options.glob or "*")) if os.listdir(root) else []  # noqa: PTH208  says why not
        except OSError as error:
            raise PlatformError(f"this folder cannot be opened: {error.strerror}", where=str(folder),
                                next="Make it, or name another one in the recipe", permanent=False) from None
        return [(os.fsencode(path.relative_to(root)).decode("utf-8", "replace"), path) for path in paths
                if not path.name.startswith((".", "~")) and path.resolve() == path and path.is_file()
                and (self._options.glob or path.suffix.lower() in _ENDINGS)]

    def _look_at(self, name: str, path: Path) -> None:
        known = self._files.get(name, {})
        try:
            at = path.stat()
            seen = {"n_bytes": at.st_size, "changed_ns": at.st_mtime_ns}
            is_same = all(known.get(field) == value for field, value in seen.items())
            if is_same and self._is_done(known):
                self._errors |= {name: known["error"]} if known.get("error") else {}
                return
            now = self._now().timestamp()
            seen_at = known["seen_at"] if is_same and "seen_at" in known else now
            if max(now - at.st_mtime, now - seen_at) < self._options.settle_seconds:  # clocks of servers differ
                self._remember(name, {**seen, "seen_at": seen_at})
                return
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            self._errors[name] = f"it cannot be opened: {error.strerror}"
            return
        self._remember(name, {**seen, **self._outcome(name, path, digest)})

    def _is_done(self, known: Mapping[str, Any]) -> bool:
        """Whether nothing is to be done for a file that is as it was."""
        return "sha256" in known and ("error" not in known or known.get("reading") == self._reading)

    def _outcome(self, name: str, path: Path, digest: str) -> dict[str, Any]:
        """Import a file whose content was not imported yet, and return how that ended."""
        if any(one.get("sha256") == digest and "error" not in one for one in self._files.values()):
            return {"sha256": digest}
        try:
            self._count(import_export(
                self._store, path, finder=self._finder() if self._finder else None, names=[name], source=self._source,
                recipe=self._recipe, redact=self._finder is not None, progress=self._tell, **self._options.reading))
        except SourceError as error:
            return self._failed(name, digest, str(error))
        except (ConfigError, OSError) as error:  # not the fault of what is in the file: it is tried again
            self._errors[name] = str(error)
            return {}
        except CxTextError:
            raise
        except Exception as error:  # noqa: BLE001  one odd file must not stop the others, nor its words be shown
            return self._failed(name, digest, f"it has a form that nobody foresaw ({type(error).__name__})")
        return {"sha256": digest}

    def _failed(self, name: str, digest: str, error: str) -> dict[str, Any]:
        self._errors[name] = error
        return {"sha256": digest, "error": error, "reading": self._reading}

    def _count(self, done: Imported) -> None:
        for arrival, n in done.comments.items():
            self._counts[_CAME[arrival].value] += n
        for outcome, n in done.ledger.items():
            is_failed = outcome is Outcome.REJECTED
            self._counts[(Received.FAILED if is_failed else Received.SKIPPED).value] += n

    def _tell(self, phase: str, n_done: int, n_total: int | None) -> None:
        if phase == "storing":
            self._progress(self._source, self._counts.total() + n_done, None)
        del n_total

    def _remember(self, name: str, what: dict[str, Any]) -> None:
        if self._files.get(name) != what:
            self._files[name] = what
            self._keep()

    def _keep(self, **more: Any) -> None:
        self._standing = replace(self._standing, cursor={"files": self._files}, counts=dict(self._counts), **more)
        with self._store.writing() as connection:
            keep_standing(connection, self._standing)
