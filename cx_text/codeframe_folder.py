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

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from cx_text.codeframe import Certainty, Codeframe, Theme
from cx_text.decisions import Action, Decision, decide, in_force, replay
from cx_text.errors import ConfigError, OutputError

if TYPE_CHECKING:
    from cx_text.backends.base import Embedder

FORMAT = 1
PROPOSED, DIFF, LOG = "proposed", "diff.json", "decisions.jsonl"
_VERSION = re.compile(r"v(\d{4,})\.json")
_THEMES = TypeAdapter(tuple[Theme, ...])
_DECISION = TypeAdapter(Decision)


class CodeframeFolder:
    """The versions of a codeframe, a refit that waits for a person's word, and the log of decisions.

    Args:
        path: The folder, or the JSON of one of its versions, which then is the version in use.
        model: Name and revision of the embedding model in use, as `made_by` names them; None: not checked.
    """

    def __init__(self, path: Path, *, model: Mapping[str, str] | None = None) -> None:
        self.model = model
        self._pinned: int | None = None
        if path.suffix == ".json":
            found = _VERSION.fullmatch(path.name)
            if not found:
                raise ConfigError("a codeframe's file is called v0001.json, v0002.json, …", where=str(path))
            path, self._pinned = path.parent, int(found[1])
        self.path = path

    def versions(self) -> list[int]:
        """Return the numbers of the versions that are there, oldest first."""
        if not self.path.is_dir():
            return []
        return sorted(int(found[1]) for p in self.path.iterdir() if (found := _VERSION.fullmatch(p.name)))

    def create(self, codeframe: Codeframe) -> Codeframe:
        """Write the first version, and return it.

        Raises:
            OutputError: There is a codeframe in the folder already, or it cannot be written.
        """
        if self.versions():
            raise OutputError(f"there is a codeframe in '{self.path}' already",
                              next="Give another folder, or refit it: cx-text themes refit FOLDER EXPORT")
        with _told(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            first = replace(codeframe, version=1)
            self._write(_name(1), first)
        return first

    def discovered(self, embedder: Embedder, version: int | None = None) -> Codeframe:
        """Return a version as it was discovered, before any decision; the newest when none is named.

        Raises:
            ConfigError: There is no codeframe, or it cannot be read, or its vectors come from another model.
        """
        versions = self.versions()
        wanted = version or self._pinned or (versions[-1] if versions else None)
        if wanted is None or wanted not in versions:
            raise ConfigError("there is no codeframe here" if wanted is None else f"there is no version {wanted}",
                              where=str(self.path), next="Make one: cx-text themes discover EXPORT --out FOLDER")
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
        if not path.is_file():
            return []
        decisions = []
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                decisions.append(_DECISION.validate_json(line))
            except ValidationError as error:
                fault = error.errors()[0]
                raise ConfigError(f"line {number} is not a decision ({fault['msg']})", where=str(path)) from None
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
        self.discovered(embedder)  # no log where there is no codeframe
        with _told(self.path), self._locked():
            log = self.log()
            decision = Decision(len(log) + 1, action, by, datetime.now(UTC).replace(microsecond=0), **what)
            before = replay(self.discovered(embedder), log)
            if action is Action.UNDO:
                if decision.undoes not in {d.number for d in (*in_force(log), *_undoings(log))}:
                    raise ConfigError(f"there is no decision {decision.undoes} in force",
                                      next=f"Run: cx-text themes log {self.path}")
                after = replay(self.discovered(embedder), [*log, decision])
            else:
                after = decide(before, decision)
            if keep:
                with (self.path / LOG).open("a", encoding="utf-8") as file:
                    file.write(_DECISION.dump_json(decision, exclude_defaults=True).decode() + "\n")
                    file.flush()
                    os.fsync(file.fileno())
        return before, after, decision

    def propose(self, codeframe: Codeframe, diff: Sequence[Mapping[str, Any]]) -> None:
        """Lay a refit beside the versions, for a person to accept or not; an earlier proposal is replaced."""
        with _told(self.path):
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
        rows: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else []
        return rows

    def accept(self, embedder: Embedder) -> Codeframe:
        """Make the proposed refit the newest version, and return it.

        Raises:
            ConfigError: None waits.
        """
        with _told(self.path), self._locked():
            number = self.versions()[-1] + 1
            accepted = replace(self.proposed(embedder), version=number)
            self._write(_name(number), accepted)
            self.reject()
        return accepted

    def reject(self) -> None:
        """Drop the proposed refit."""
        for name in (f"{PROPOSED}.json", f"{PROPOSED}.safetensors", DIFF):
            (self.path / name).unlink(missing_ok=True)

    def _write(self, name: str, codeframe: Codeframe) -> None:
        """Write the vectors, then the JSON: who sees a version's JSON finds its vectors."""
        vectors = self.path / f"{name}.safetensors"
        save_file({"centres": np.ascontiguousarray(codeframe.centres, dtype=np.float32)}, vectors.with_suffix(".part"))
        vectors.with_suffix(".part").replace(vectors)
        facts = {"format": FORMAT, "version": codeframe.version,
                 "made_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
                 "made_by": dict(codeframe.made_by), "min_confidence": codeframe.min_confidence,
                 "certainty": codeframe.certainty._asdict(), "n_numbered": codeframe.n_numbered,
                 "themes": [asdict(t) for t in codeframe.themes], "owners": list(codeframe.owners)}
        _put(self.path / f"{name}.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")

    def _read(self, name: str, embedder: Embedder) -> Codeframe:
        path = self.path / f"{name}.json"
        try:
            facts = json.loads(path.read_text("utf-8"))
            if facts.get("format") != FORMAT:
                raise ConfigError(f"format {facts.get('format')!r} is not {FORMAT}, the one that is read here",
                                  where=str(path))
            centres = load_file(path.with_suffix(".safetensors"))["centres"]
            codeframe = Codeframe(
                _THEMES.validate_python(facts["themes"]), centres, tuple(facts["owners"]), embedder,
                Certainty(**facts["certainty"]), facts["min_confidence"], n_numbered=facts["n_numbered"],
                version=facts["version"], made_by=facts["made_by"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise ConfigError(f"this is no codeframe that can be read ({_first_line(error)})",
                              where=str(path)) from None
        self._check_model(codeframe)
        return codeframe

    def _check_model(self, codeframe: Codeframe) -> None:
        made_by = codeframe.made_by
        if self.model and made_by.get("revision", self.model["revision"]) != self.model["revision"]:
            raise ConfigError(
                f"its vectors come from {made_by.get('model')} {made_by['revision']}, the recipe's are from "
                f"{self.model['model']} {self.model['revision']}", where=str(self.path),
                next="Name that model in the recipe, or discover themes anew")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time add to the log."""
        with (self.path / LOG).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _undoings(log: Sequence[Decision]) -> list[Decision]:
    undone = {d.undoes for d in log if d.action is Action.UNDO}
    return [d for d in log if d.action is Action.UNDO and d.number not in undone]


def _name(version: int) -> str:
    return f"v{version:04d}"


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one line."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {error.strerror or error}",
                          next="Give another folder") from error
