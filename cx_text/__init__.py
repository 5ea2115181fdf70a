"""Reads what customers write and says what to fix first.

Start with `tag` (a DataFrame) or `tag_export` (a file). `drivers`, `scores`, `segments`, `journey`,
`compare`, `conflicts`, `brands` and `brand_themes` answer questions about what they found; `discover_themes` and
`load_polarity_model` are the two models by themselves. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cx_text.codeframe import Codeframe, Theme
    from cx_text.codeframe_folder import CodeframeFolder
    from cx_text.comment import Comment, NpsCategory, Opinion, Polarity, Tags
    from cx_text.config import load_recipe
    from cx_text.errors import CxTextError
    from cx_text.opinions import discover_themes, load_polarity_model
    from cx_text.questions import (
        brand_themes,
        brands,
        compare,
        conflicts,
        drivers,
        journey,
        scores,
        segments,
    )
    from cx_text.summary import Summary
    from cx_text.tagging import TagResult, tag, tag_export

_HOMES = {
    "Codeframe": "codeframe", "Theme": "codeframe", "CodeframeFolder": "codeframe_folder",
    "Comment": "comment", "NpsCategory": "comment", "Opinion": "comment", "Polarity": "comment", "Tags": "comment",
    "load_recipe": "config", "CxTextError": "errors", "Summary": "summary",
    "discover_themes": "opinions", "load_polarity_model": "opinions",
    **dict.fromkeys(("brand_themes", "brands", "compare", "conflicts", "drivers", "journey", "scores",
                     "segments"), "questions"),
    "TagResult": "tagging", "tag": "tagging", "tag_export": "tagging",
}

__all__ = [
    "Codeframe",
    "CodeframeFolder",
    "Comment",
    "CxTextError",
    "NpsCategory",
    "Opinion",
    "Polarity",
    "Summary",
    "TagResult",
    "Tags",
    "Theme",
    "brand_themes",
    "brands",
    "compare",
    "conflicts",
    "discover_themes",
    "drivers",
    "journey",
    "load_polarity_model",
    "load_recipe",
    "scores",
    "segments",
    "tag",
    "tag_export",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"cx_text.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'cx_text' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
