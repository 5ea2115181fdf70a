"""Names in recipes and cards → what they stand for. Built-ins and other people's packages use the same door."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from cx_text.errors import ConfigError, hint

# Each names a callable that takes the open models of a run (cx_text.backends.opening.Models) and returns a stage.
# A package adds its own under the entry point group "cx_text.stages".
STAGES = {
    "brand_mentions": "cx_text.stages.brand_mentions:build",
    "clean": "cx_text.stages.clean:build",
    "kind": "cx_text.stages.kind:build",
    "language": "cx_text.stages.language:build",
    "opinions": "cx_text.stages.opinions:build",
    "polarity": "cx_text.stages.polarity:build",
    "implied": "cx_text.stages.implied:build",
    "themes": "cx_text.stages.themes:build",
}


def stage_names() -> list[str]:
    """Return the names of all stages at hand, sorted."""
    return sorted({*STAGES, *(e.name for e in entry_points(group="cx_text.stages"))})


def find_stage(name: str) -> Callable[..., Any]:
    """Return the builder of a stage.

    Raises:
        ConfigError: There is none of this name.
    """
    if name in STAGES:
        module, _, attribute = STAGES[name].partition(":")
        return getattr(import_module(module), attribute)  # type: ignore[no-any-return]
    for entry in entry_points(group="cx_text.stages"):
        if entry.name == name:
            return entry.load()  # type: ignore[no-any-return]
    raise ConfigError(f"no stage {name!r}; there are {', '.join(stage_names())}",
                      next=hint(name, stage_names()))
