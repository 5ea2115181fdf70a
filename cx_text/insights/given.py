"""Themes that people wrote down: a TOML or CSV file becomes a codeframe to start from."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cx_text.backends.base import Embedder
from cx_text.codeframe import Codeframe, JourneyStage, Theme
from cx_text.config import shipped
from cx_text.errors import ConfigError, hint
from cx_text.insights.stability import USUAL, unit

GENERAL = "general"  # the shipped codeframe of general praise and general complaints
_SEPARATORS = re.compile(r"\s*[|\n;]\s*")


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

        Raises:
            ConfigError: Two themes have one label or one id, or a theme's parent has a parent.
        """
        listed: dict[str, tuple[Theme, list[str]]] = {}
        ids = {t.label.casefold(): t.id or _slug(t.label) for t in self.themes}
        for given in self.themes:
            if given.parent and given.parent.casefold() not in ids and given.parent not in ids.values():
                parent_id = _slug(given.parent)
                ids[given.parent.casefold()] = parent_id
                listed[parent_id] = (Theme(parent_id, given.parent, (), 0, is_given=True), [])
            theme_id = ids[given.label.casefold()]
            if theme_id in listed:
                raise ConfigError(f"two themes are called {given.label!r}", where=self.where)
            parent = ids.get(given.parent.casefold(), given.parent) if given.parent else None
            listed[theme_id] = (Theme(theme_id, given.label, (), 0, parent, given.examples[:10], given.description,
                                      stage=given.stage, is_given=True), given.texts)
        for theme, _ in listed.values():
            if theme.parent and listed[theme.parent][0].parent:
                raise ConfigError(f"the parent of {theme.label!r} has a parent itself, and there are two levels",
                                  where=self.where)
        parents = {theme.parent for theme, _ in listed.values()}
        owners = [theme_id for theme_id, (_, texts) in listed.items() if texts and theme_id not in parents]
        rows = [unit(embedder.embed(listed[owner][1]).mean(axis=0, keepdims=True)) for owner in owners]
        centres = np.concatenate(rows) if rows else np.zeros((0, 1), np.float32)
        return Codeframe(tuple(theme for theme, _ in listed.values()), centres, tuple(owners), embedder, USUAL)


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
        raise ConfigError(f"this cannot be read ({error})", where=str(path)) from None
    themes = []
    for number, row in enumerate(rows, start=1):
        try:
            themes.append(GivenTheme.model_validate(row))
        except ValidationError as error:
            fault = error.errors()[0]
            key = ".".join(map(str, fault["loc"]))
            raise ConfigError(f"theme {number}, {key}: {fault['msg'][0].lower()}{fault['msg'][1:]}", where=str(path),
                              next=hint(key, GivenTheme.model_fields)) from None
    if not themes:
        raise ConfigError("it holds no themes", where=str(path),
                          next="Write [[theme]] tables with label, description and examples")
    return GivenThemes(tuple(themes), str(path))


def shipped_codeframes() -> list[str]:
    """Return the names of the codeframes that cx_text ships, sorted."""
    return sorted(p.stem for p in (shipped("pipelines") / "codeframes").glob("*.toml"))


def _toml_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        values = tomllib.load(file)
    unknown = [key for key in values if key != "theme"]
    if unknown:
        raise ConfigError(f"unknown key {unknown[0]!r}; themes are [[theme]] tables", where=str(path))
    yield from values.get("theme", [])


def _csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            cells = {str(key).strip().lower(): value.strip() for key, value in row.items() if key and value}
            if not any(cells.values()):
                continue
            examples = [x for x in _SEPARATORS.split(cells.pop("examples", "")) if x]
            yield {**cells, "examples": tuple(examples)}


def _slug(label: str) -> str:
    return re.sub(r"\W+", "-", label.casefold()).strip("-") or "theme"
