"""The exact text of a cell, whatever type it has, and the names of columns."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

import numpy as np
import pandas as pd

from cx_text.errors import SourceError

MAX_COLUMNS = 16_384  # what a sheet of Excel can hold


def as_text(value: Any) -> str | None:
    """Return a cell's text, or None when it is missing or empty.

    Text is never stripped and never guessed to be missing: "NA" stays "NA". Whole numbers lose ".0", other numbers
    have the 15 digits that a spreadsheet shows, times are ISO (a midnight is a date), nested values are JSON.
    """
    if isinstance(value, str):
        return value or None
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        is_whole = math.isfinite(number) and number.is_integer() and abs(number) < 1e15
        return str(int(number)) if is_whole else format(number, ".15g")
    if isinstance(value, datetime):
        is_date = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if is_date else value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") or None
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value) or None


def shown(text: str) -> str:
    """Return a value in quotes for a message, at most 20 characters of it: it may be a customer's words."""
    text = " ".join(text.split())
    return repr(text if len(text) <= 20 else text[:19] + "…")


def unique_names(names: Iterable[object], *, where: str) -> tuple[str, ...]:
    """Return column names as text: a blank one is "column 3", a repeated one "name (2)".

    Raises:
        SourceError: There are more columns than any spreadsheet holds.
    """
    given = [as_text(name) or "" for name in names]
    if len(given) > MAX_COLUMNS:
        raise SourceError(f"the header has {len(given):,} columns; at most {MAX_COLUMNS:,} can be read", where=where)
    taken, unique = {name for name in given if name.strip()}, list[str]()
    for position, name in enumerate(given, start=1):
        name = name if name.strip() else _free(f"column {position}", taken)
        unique.append(_free(name, {*unique} | taken) if name in unique else name)
    return tuple(unique)


def listed(names: Sequence[str], most: int = 20) -> str:
    """Return names joined by commas in one line, cut after `most` of them with the number of the others."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(re.sub(r"[\r\n]+", " ", name) for name in names[:most]) + more


def _free(name: str, taken: set[str]) -> str:
    n = 2
    free = name
    while free in taken:
        free, n = f"{name} ({n})", n + 1
    return free
