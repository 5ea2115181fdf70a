"""Themes that people wrote down: a TOML or CSV file becomes a codeframe to start from."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cx_text.backends.base import Embedder
from cx_text.codeframe import Codeframe, JourneyStage, Theme
from cx_text.config import shipped
from cx_text.decisions import MAX_EXEMPLARS
from cx_text.errors import ConfigError, hint
from cx_text.insights.stability import USUAL, unit

GENERAL = "general"  # the shipped codeframe of general praise and general complaints
_HOW = "Write [[theme]] tables, or a CSV with the columns label, description and examples"
_SEPARATORS = re.compile(r"\s*[|\n;]\s*")
_NUMBERED = re.compile(r"[gst]\d+[a-z]?")  # ids of themes that are found, or made by decisions


class GivenTheme(BaseModel):
    """One theme as a person writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    label: str = Field(min_length=1)
    id: str = ""
    description: str = ""
    examples: tuple[str, ...] = ()
    parent: str = ""
    stage: JourneyStage | None = None

    @property
    def texts(self) -> list[str]:
        """What its centre is made from: its words and those of its examples."""
        return [text for text in (self.label, self.description, *self.examples) if text]


@dataclass(frozen=True, slots=True)
class GivenThemes:
    """The themes of a file, in its order, and where they were read."""

    themes: tuple[GivenTheme, ...]
    where: str

    def codeframe(self, embedder: Embedder) -> Codeframe:
        """Return the themes as a codeframe: each has the mean of the vectors of its label, description and examples.

        A theme that others name as their parent has a centre of its own only if it has examples; one that others name
        and that is not in the file is made.

        Raises:
            ConfigError: Two themes have one label or one id, or a theme's parent has a parent.
        """
        ids = self._ids()
        themes: dict[str, Theme] = {}
        texts: dict[str, list[str]] = {}
        for given in self.themes:
            theme_id, parent = ids[given.label.casefold()], None
            if given.parent:
                parent = ids.get(given.parent.casefold()) or given.parent
                if parent not in ids.values():
                    parent = _slug(given.parent)
                    if parent not in ids.values():
                        themes.setdefault(parent, Theme(parent, given.parent, (), 0, is_given=True))
            examples = tuple(filter(None, given.examples))[:MAX_EXEMPLARS]
            themes[theme_id] = Theme(theme_id, given.label, (), 0, parent, examples, given.description,
                                     stage=given.stage, is_given=True)
            texts[theme_id] = given.texts
        parents = {theme.parent for theme in themes.values()}
        for theme in themes.values():
            if theme.parent and themes[theme.parent].parent:
                raise ConfigError(f"the parent of {theme.label!r} has a parent itself, and there are two levels",
                                  where=self.where)
        owners = [theme_id for theme_id in texts if theme_id not in parents or themes[theme_id].exemplars]
        centres = [unit(embedder.embed(texts[owner]).mean(axis=0, keepdims=True)) for owner in owners]
        return Codeframe(tuple(themes.values()), np.concatenate(centres), tuple(owners), embedder, USUAL)

    def _ids(self) -> dict[str, str]:
        """Return label, folded → id."""
        ids: dict[str, str] = {}
        for theme in self.themes:
            theme_id = theme.id or _slug(theme.label)
            if theme.label.casefold() in ids:
                raise ConfigError(f"two themes are called {theme.label!r}", where=self.where)
            if theme_id in ids.values():
                raise ConfigError(f"two themes have the id {theme_id!r}", where=self.where,
                                  next=f"Give {theme.label!r} another id")
            if _NUMBERED.fullmatch(theme_id):
                raise ConfigError(f"the id {theme_id!r} of {theme.label!r} is one that found themes get",
                                  where=self.where, next="Give it another id")
            ids[theme.label.casefold()] = theme_id
        return ids


def given_codeframe(names: Sequence[str], embedder: Embedder) -> Codeframe | None:
    """Return the themes of several files as one codeframe; None for no file.

    Args:
        names: Paths of TOML or CSV files, or names of codeframes that cx_text ships.
        embedder: Turns their words into vectors.

    Raises:
        ConfigError: A file cannot be read, or is wrong.
    """
    if not names:
        return None
    read = [read_given(name) for name in names]
    return GivenThemes(tuple(t for file in read for t in file.themes),
                       ", ".join(file.where for file in read)).codeframe(embedder)


def read_given(name: str) -> GivenThemes:
    """Return the themes of one file, unread by any model yet.

    Raises:
        ConfigError: There is none of this name, or it is wrong; the message says where.
    """
    path = Path(name)
    if path.suffix.lower() not in (".toml", ".csv"):
        path = shipped("pipelines") / "codeframes" / f"{name}.toml"
        if not path.is_file():
            known = shipped_codeframes()
            raise ConfigError(f"no codeframe {name!r}; cx_text ships {', '.join(known)}",
                              next=hint(name, known) or "Give a TOML or CSV file with label, description, examples")
    try:
        rows = list(_csv_rows(path) if path.suffix.lower() == ".csv" else _toml_rows(path))
    except FileNotFoundError:
        raise ConfigError("there is no such file", where=str(path)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, csv.Error) as error:
        fault = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"this cannot be read ({fault})", where=str(path)) from None
    if not rows:
        raise ConfigError("it holds no themes", where=str(path), next=_HOW)
    return GivenThemes(tuple(_checked(row, number, path) for number, row in enumerate(rows, start=1)), str(path))


def _checked(row: Mapping[str, Any], number: int, path: Path) -> GivenTheme:
    """Return one theme of a file.

    Raises:
        ConfigError: It is wrong; what is not known comes first, as a mistyped key is missing too.
    """
    try:
        return GivenTheme.model_validate(row)
    except ValidationError as error:
        faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    key, keys = ".".join(map(str, faults[0]["loc"])), list(GivenTheme.model_fields)
    if faults[0]["type"] == "extra_forbidden":
        raise ConfigError(f"theme {number} has an unknown key {key!r}", where=str(path),
                          next=hint(key, keys) or f"Valid keys are {', '.join(keys)}")
    said = faults[0]["msg"]
    raise ConfigError(f"theme {number}, {key}: {said[0].lower()}{said[1:]}", where=str(path),
                      next=hint(str(row.get(key)), [s.value for s in JourneyStage]) if key == "stage" else None)


def shipped_codeframes() -> list[str]:
    """Return the names of the codeframes that cx_text ships, sorted."""
    return sorted(p.stem for p in (shipped("pipelines") / "codeframes").glob("*.toml"))


def _toml_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        values = tomllib.load(file)
    unknown = [key for key in values if key != "theme"]
    if unknown:
        raise ConfigError(f"unknown key {unknown[0]!r}; themes are [[theme]] tables", where=str(path))
    themes = values.get("theme", [])
    if not isinstance(themes, list) or not all(isinstance(theme, dict) for theme in themes):
        raise ConfigError("'theme' is not a list of tables", where=str(path), next=_HOW)
    yield from themes


def _csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline()
        file.seek(0)
        # Spreadsheets write semicolons where the comma is the decimal mark.
        for row in csv.DictReader(file, delimiter=";" if ";" in header and "," not in header else ","):
            cells = {str(key).strip().lower(): value.strip() for key, value in row.items() if key and value}
            if row.get(None):
                raise ConfigError(f"the row of {cells.get('label')!r} has more cells than the header", where=str(path),
                                  next="Put quotation marks around cells with commas in them")
            if any(cells.values()):
                examples = [x for x in _SEPARATORS.split(cells.pop("examples", "")) if x]
                yield {**{key: value for key, value in cells.items() if value}, "examples": tuple(examples)}


def _slug(label: str) -> str:
    slug = re.sub(r"\W+", "-", label.casefold()).strip("-") or "theme"
    return f"theme-{slug}" if _NUMBERED.fullmatch(slug) else slug
