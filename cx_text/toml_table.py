"""What all tables of recipes and model cards have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class TomlTable(BaseModel):
    """A table whose keys are all known, and which nothing changes once it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
