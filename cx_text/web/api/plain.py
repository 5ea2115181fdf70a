"""Values as JSON holds them: no NaN, no types of numpy or pandas, no half characters; and cursors of long lists."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from cx_text.errors import ConfigError
from cx_text.report.cells import as_text
from cx_text.report.figures import is_missing

_CURSOR = re.compile(r"id:([1-9][0-9]{0,18})")


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: what is missing is None, dataclasses and mappings are dicts by name."""
    if isinstance(value, str):
        return as_text(value.value if isinstance(value, Enum) else value)  # half characters, which JSON has no way for
    if isinstance(value, datetime | date):
        return None if value is pd.NaT else value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {plain(name): plain(own) for name, own in value.items()}
    if isinstance(value, Sequence | set | frozenset | np.ndarray):
        return [plain(own) for own in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if is_missing(value) else value


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table of figures as JSON holds them."""
    return [plain(row) for row in rows.to_dict("records")]


def cursor_of(number: int) -> str:
    """Return what names the place behind an entry of a list, for `after`; it means nothing to others."""
    return base64.urlsafe_b64encode(f"id:{number}".encode()).decode().rstrip("=")


def parse_cursor(text: str) -> int:
    """Return the id of the entry that a cursor stands behind.

    Raises:
        ConfigError: It is none that we gave.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        found = _CURSOR.fullmatch(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (binascii.Error, ValueError):
        found = None
    if found is None or cursor_of(int(found[1])) != text:
        raise ConfigError("`after` is no place in this list", next="Give what `next` of the page before said")
    return int(found[1])
