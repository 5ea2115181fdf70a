"""The form in which a codeframe is kept, in a folder or in a store: plain facts, and the vectors of its centres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cx_text.codeframe import Certainty, Codeframe, Theme
from cx_text.errors import ConfigError

if TYPE_CHECKING:
    from cx_text.backends.base import Embedder, FloatArray

FORMAT = 1


class _Saved(BaseModel):
    """What the facts of a version hold."""

    version: int
    made_by: dict[str, str | int | float]
    min_confidence: float
    certainty: Certainty
    n_numbered: int
    themes: tuple[Theme, ...]
    owners: tuple[str, ...]
    moved: dict[str, str] = {}


def facts_of(codeframe: Codeframe) -> dict[str, Any]:
    """Return all of a codeframe but its centres and its embedder, as JSON can hold it."""
    return {"format": FORMAT, "version": codeframe.version,
            "made_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "made_by": dict(codeframe.made_by), "min_confidence": codeframe.min_confidence,
            "certainty": codeframe.certainty._asdict(), "n_numbered": codeframe.n_numbered,
            "themes": [asdict(t) for t in codeframe.themes], "owners": list(codeframe.owners),
            "moved": dict(codeframe.moved)}


def vectors_of(codeframe: Codeframe) -> bytes:
    """Return the centres as the bytes of a safetensors file."""
    return save({"centres": np.ascontiguousarray(codeframe.centres, dtype=np.float32)})


def codeframe_of(facts: object, vectors: bytes, embedder: Embedder, *, where: str,
                 vectors_at: str | None = None) -> Codeframe:
    """Return the codeframe that was kept.

    Args:
        facts: As `facts_of` gives them.
        vectors: As `vectors_of` gives them.
        embedder: Turns texts into such vectors.
        where: What to name in an error.
        vectors_at: What to name in an error of the vectors, where that is something else.

    Raises:
        ConfigError: It cannot be read.
    """
    made_in = facts.get("format") if isinstance(facts, dict) else None
    if made_in != FORMAT:
        raise ConfigError(f"format {made_in!r} is not {FORMAT}, the one that is read here", where=where)
    try:
        saved = _Saved.model_validate(facts)
        return Codeframe(saved.themes, _centres(vectors, vectors_at or where), saved.owners, embedder, saved.certainty,
                         saved.min_confidence, saved.moved, saved.n_numbered, saved.version, saved.made_by)
    except ValueError as error:
        raise ConfigError(f"this is no codeframe that can be read ({first_fault(error)})", where=where) from None


def check_model(codeframe: Codeframe, model: Mapping[str, str] | None, where: str) -> None:
    """Return where the vectors of a codeframe come from the model in use.

    Args:
        codeframe: As it was kept.
        model: Name and revision of the embedding model in use, as `made_by` names them; None: not checked.
        where: What to name in an error.

    Raises:
        ConfigError: They come from another one.
    """
    by = codeframe.made_by
    if model is None or "revision" not in by:
        return
    is_same = by.get("model") == model["model"] if by["revision"] == "unknown" else True
    if by["revision"] != model["revision"] or not is_same:
        raise ConfigError(
            f"its vectors come from {by.get('model')} {by['revision']}, the recipe's are from {model['model']} "
            f"{model['revision']}", where=where, next="Name that model in the recipe, or discover themes anew")


def _centres(vectors: bytes, where: str) -> FloatArray:
    try:
        centres = load(vectors)["centres"]
    except (KeyError, SafetensorError) as error:
        raise ConfigError(f"these vectors cannot be read ({first_fault(error)})", where=where) from None
    if centres.dtype != np.float32 or centres.ndim != 2:
        raise ConfigError(f"these vectors are not float32 on two axes but {centres.dtype} on {centres.ndim}",
                          where=where)
    return centres


def first_fault(error: Exception) -> str:
    """Return the first line of what is wrong."""
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        return ": ".join(filter(None, (".".join(map(str, fault["loc"])), fault["msg"])))
    return str(error).partition("\n")[0]
