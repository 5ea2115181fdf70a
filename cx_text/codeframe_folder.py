"""A codeframe on disk: readable, versioned, with the log of what people decided about it.

    FOLDER/
      v0001.json          themes, labels, exemplars, settings: as discovered, before any decision
      v0001.safetensors   the centres, float32
      v0002.json …        refits that a person accepted; earlier versions stay
      proposed.json …     a refit that nobody has accepted yet, and diff.json, what accepting it would change
      decisions.jsonl     one decision a line, never changed, only added to

What is in use is the newest version with the decisions carried out on it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from cx_text.codeframe import Codeframe
from cx_text.codeframe_form import check_model, codeframe_of, facts_of, first_fault, vectors_of
from cx_text.decisions import Action, Decision, check_refit, replay, take
from cx_text.errors import ConfigError, OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from cx_text.backends.base import Embedder

PROPOSED, DIFF, LOG = "proposed", "diff.json", "decisions.jsonl"
_VERSION = re.compile(r"v(\d{4,})\.json")
_DECISION = TypeAdapter(Decision)
_ROWS = TypeAdapter(list[dict[str, Any]])


class CodeframeFolder:
    """The versions of a codeframe, a refit that waits for a person's word, and the log of decisions.

    Args:
        path: The folder, or the JSON of one of its versions, which then is the version in use.
        model: Name and revision of the embedding model in use, as `made_by` names them; None: not checked.
    """

    def __init__(self, path: Path | str, *, model: Mapping[str, str] | None = None) -> None:
        self.model = model
        self._pinned: int | None = None
        path = Path(path)
        if path.suffix == ".json":
            found = _VERSION.fullmatch(path.name)
            if not found:
                raise ConfigError("a codeframe's file is called v0001.json, v0002.json and so on", where=str(path))
            path, self._pinned = path.parent, int(found[1])
        self.path = path

    def versions(self) -> list[int]:
        """Return the numbers of the versions that are there, oldest first."""
        if not self.path.is_dir():
            return []
        return sorted(int(found[1]) for p in self.path.iterdir() if (found := _VERSION.fullmatch(p.name)))

    def check_free(self) -> None:
        """Return where there is no codeframe yet.

        Raises:
            OutputError: There is one.
        """
        if self.versions():
            raise OutputError(f"there is a codeframe in '{self.path}' already",
                              next="Give another folder, or refit it: cx-text themes refit FOLDER EXPORT")

    def create(self, codeframe: Codeframe) -> Codeframe:
        """Write the first version, and return it.

        Raises:
            OutputError: There is a codeframe in the folder already, or it cannot be written.
        """
        first = replace(codeframe, version=1)
        with _told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            with self._locked():
                self.check_free()
                self._write(_name(1), first)
        return first

    def discovered(self, embedder: Embedder, version: int | None = None) -> Codeframe:
        """Return a version as it was discovered, before any decision; the newest when none is named.

        Raises:
            ConfigError: There is no codeframe, or it cannot be read, or its vectors come from another model.
        """
        versions = self.versions()
        wanted = version or self._pinned or max(versions, default=0)
        if not versions:
            raise ConfigError("there is no codeframe here", where=str(self.path),
                              next="Make one: cx-text themes discover EXPORT --out FOLDER")
        if wanted not in versions:
            raise ConfigError(f"there is no version {wanted}; there are {', '.join(map(str, versions))}",
                              where=str(self.path))
        return self._read(_name(wanted), embedder)

    def current(self, embedder: Embedder) -> Codeframe:
        """Return the codeframe in use: the newest version with the decisions in force carried out."""
        return replay(self.discovered(embedder), self.log())

    def log(self) -> list[Decision]:
        """Return all decisions, oldest first.

        Raises:
            ConfigError: A line of the log is not a decision.
        """
        path = self.path / LOG
        decisions = []
        # Lines end at \n alone: the other line breaks of Unicode may stand in what customers wrote.
        for number, line in enumerate(path.read_bytes().split(b"\n") if path.is_file() else (), start=1):
            try:
                if line.strip():
                    decisions.append(_DECISION.validate_json(line))
            except ValidationError as error:
                raise ConfigError(f"line {number} is not a decision ({first_fault(error)})", where=str(path),
                                  next="Put back a copy of the file, or take out the line") from None
        return decisions

    def add(self, action: Action, embedder: Embedder, *, by: str, keep: bool = True,
            **what: Any) -> tuple[Codeframe, Codeframe, Decision]:
        """Carry out a decision and add it to the log; return the codeframe before it and after it, and the decision.

        Args:
            action: What is decided.
            embedder: Of the codeframe.
            by: Who decides.
            keep: False shows what it would do, and adds nothing.
            **what: The fields of `Decision` that the action needs.

        Raises:
            ConfigError: It makes no sense; nothing was added.
        """
        found = self.discovered(embedder)
        with _told(self.path), self._locked() if keep else nullcontext():
            before, after, decision = take(found, self.log(), action, by=by,
                                           again=f"Run: cx-text themes log {self.path}", **what)
            if keep:
                self._append(decision)
        return before, after, decision

    def _append(self, decision: Decision) -> None:
        with (self.path / LOG).open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":  # an editor may have left the last line without its end
                    file.write(b"\n")
            file.write(_DECISION.dump_json(decision, exclude_defaults=True) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def propose(self, codeframe: Codeframe, diff: Sequence[Mapping[str, Any]]) -> None:
        """Lay a refit beside the versions, for a person to accept or not; an earlier proposal is replaced.

        Args:
            codeframe: The refit; its `version` is that of the codeframe that it was matched to.
            diff: The rows of what accepting it would change.
        """
        with _told(self.path), self._locked():
            self._drop()
            self._write(PROPOSED, codeframe)
            _put(self.path / DIFF, json.dumps(list(diff), indent=1, ensure_ascii=False) + "\n")

    def proposed(self, embedder: Embedder) -> Codeframe:
        """Return the refit that waits, as it was found.

        Raises:
            ConfigError: None waits.
        """
        if not (self.path / f"{PROPOSED}.json").is_file():
            raise ConfigError("no refit waits to be accepted", where=str(self.path),
                              next=f"Make one: cx-text themes refit {self.path} EXPORT")
        return self._read(PROPOSED, embedder)

    def diff(self) -> list[dict[str, Any]]:
        """Return the rows of what accepting the proposed refit would change; none when none waits."""
        path = self.path / DIFF
        try:
            return _ROWS.validate_json(path.read_bytes()) if path.is_file() else []
        except ValidationError as error:
            raise ConfigError(f"this is no difference that can be read ({first_fault(error)})", where=str(path),
                              next=f"Make it again: cx-text themes refit {self.path} EXPORT") from None

    def accept(self, embedder: Embedder) -> Codeframe:
        """Make the proposed refit the newest version, and return it.

        Raises:
            ConfigError: None waits, or it no longer fits what is in use.
        """
        self.proposed(embedder)
        with _told(self.path), self._locked():
            refit = self.proposed(embedder)
            newest = self.discovered(embedder, max(self.versions(), default=0))
            check_refit(refit, newest, self.log(), where=str(self.path),
                        again=f"Make it again: cx-text themes refit {self.path} EXPORT")
            accepted = replace(refit, version=newest.version + 1)
            self._write(_name(accepted.version), accepted)
            self._drop()
        return accepted

    def reject(self) -> None:
        """Drop the proposed refit, if one waits."""
        with _told(self.path), self._locked() if self.path.is_dir() else nullcontext():
            self._drop()

    def _drop(self) -> None:
        for name in (DIFF, f"{PROPOSED}.json", f"{PROPOSED}.safetensors"):
            (self.path / name).unlink(missing_ok=True)

    def _write(self, name: str, codeframe: Codeframe) -> None:
        """Write the vectors, then the JSON: who sees a version's JSON finds its vectors."""
        vectors = self.path / f"{name}.safetensors"
        vectors.with_suffix(".part").write_bytes(vectors_of(codeframe))
        vectors.with_suffix(".part").replace(vectors)
        _put(self.path / f"{name}.json", json.dumps(facts_of(codeframe), indent=1, ensure_ascii=False) + "\n")

    def _read(self, name: str, embedder: Embedder) -> Codeframe:
        path = self.path / f"{name}.json"
        try:
            facts = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"this is no codeframe that can be read ({first_fault(error)})",
                              where=str(path)) from None
        vectors = path.with_suffix(".safetensors")
        try:
            held = vectors.read_bytes()
        except OSError as error:
            raise ConfigError(f"these vectors cannot be read ({error.strerror})", where=str(vectors)) from None
        codeframe = codeframe_of(facts, held, embedder, where=str(path), vectors_at=str(vectors))
        check_model(codeframe, self.model, str(self.path))
        return codeframe

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time write; the lock of one that was killed is free."""
        if sys.platform == "win32":  # which locks files alone
            with (self.path / ".lock").open("a") as file:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                yield
        else:
            folder = os.open(self.path, os.O_RDONLY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
            finally:
                os.close(folder)


def _name(version: int) -> str:
    return f"v{version:04d}"


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one line."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {error.strerror or error}",
                          next="Give another folder") from error
