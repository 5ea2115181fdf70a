"""Profiles: the plan of an export's columns, saved as TOML that people edit, and found again for files alike."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cx_text.errors import ConfigError, hint
from cx_text.measures import MeasureColumn
from cx_text.sources.columns.plan import ColumnPlan

_HEAD = "# How cx_text reads exports with these columns. Edit freely; remove a line to have its column guessed again.\n"


class Profile(BaseModel):
    """The columns of an export by role, under the names of the options of `cx_text.tag`, and all column names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...]
    verbatim: tuple[str, ...] = ()
    nps_score: str | None = None
    rating: str | None = None
    rating_scale: str | None = None
    received_at: str | None = None
    date_order: str | None = None
    id: str | None = None
    question: str | None = None
    segments: tuple[str, ...] | None = None
    customer: str | None = None
    channel: str | None = None
    measures: Mapping[str, str] = {}

    @property
    def options(self) -> dict[str, Any]:
        """What `cx_text.tag` is told; roles that the profile does not name are guessed."""
        given = {name: getattr(self, name) for name in ("nps_score", "rating", "rating_scale", "received_at",
                                                        "date_order", "id", "customer",
                                                        "channel")}
        found = {name: value for name, value in given.items() if value is not None}
        found |= {"verbatim": list(self.verbatim)} if self.verbatim else {}
        found |= {"question_column": self.question} if self.question else {}
        found |= {"segments": list(self.segments)} if self.segments is not None else {}
        return found | ({"measures": dict(self.measures)} if self.measures else {})

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether an export has these columns, in any order, and no others."""
        return set(columns) == set(self.columns)


def profile_of(plan: ColumnPlan, columns: Sequence[str], *, date_order: str | None = None) -> Profile:
    """Return the profile of a plan.

    Args:
        plan: Of the export.
        columns: All names of its columns.
        date_order: "dmy" or "mdy" where a person had to say it.
    """
    return Profile(
        columns=tuple(columns), verbatim=plan.verbatims, nps_score=plan.nps_score, rating=plan.rating,
        rating_scale=str(plan.rating_scale) if plan.rating_scale else None, received_at=plan.received_at,
        date_order=date_order, id=plan.id, question=plan.question, segments=plan.segments, customer=plan.customer,
        channel=plan.channel, measures={m.measure: _with_scale(m) for m in plan.measures})


def save_profile(profile: Profile, name: str, *, folder: Path | None = None) -> Path:
    """Write a profile and return its file; one of the same name is replaced.

    Raises:
        ConfigError: The name is a path, or the file cannot be written.
    """
    if not name or name != Path(name).name or name.startswith("."):
        raise ConfigError(f"a profile cannot be called {name!r}", next="Give a plain name, such as support_survey")
    path = (folder or profiles_folder()) / f"{name}.toml"
    lines = [f"{key} = {_toml(value)}" for key, value in profile.model_dump(exclude={"measures"}).items()
             if value is not None]
    lines += ["", "[measures]", *(f"{key} = {_toml(value)}" for key, value in profile.measures.items())] \
        if profile.measures else []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_HEAD + "\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        raise ConfigError(f"the profile cannot be written: {error.strerror or error}", where=str(path)) from None
    return path


def load_profile(name: str, *, folder: Path | None = None) -> Profile:
    """Return a profile by name or by path.

    Raises:
        ConfigError: There is none of this name, or it is wrong.
    """
    path = Path(name) if name.endswith(".toml") else (folder or profiles_folder()) / f"{name}.toml"
    try:
        return Profile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        known = sorted(p.stem for p in path.parent.glob("*.toml")) if path.parent.is_dir() else []
        there = f"There are: {', '.join(known)}" if known else "Make one: cx-text inspect FILE --save-profile NAME"
        raise ConfigError(f"there is no profile {name!r}", next=hint(name, known) or there) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not valid TOML ({error})", where=str(path)) from None
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"]))
        raise ConfigError(f"{key}: {fault['msg'][0].lower()}{fault['msg'][1:]}", where=str(path)) from None


def find_profile(columns: Sequence[str], *, folder: Path | None = None) -> tuple[str, Profile] | None:
    """Return the name and the profile that was saved for an export with just these columns; None without one.

    A profile that cannot be read is passed over: it is an error only when it is named.
    """
    folder = folder or profiles_folder()
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            found = load_profile(str(path))
        except ConfigError:
            continue
        if found.fits(columns):
            return path.stem, found
    return None


def profiles_folder() -> Path:
    """Return where profiles are kept: the user's own folder of settings."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "cx_text" / "profiles"


def _with_scale(column: MeasureColumn) -> str:
    return f"{column.column}:{column.scale}" if column.scale else column.column


def _toml(value: object) -> str:
    """Return a text or a list of texts as TOML, whose basic strings are those of JSON but for the escaped DEL."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False).replace("\x7f", "\\u007F")
