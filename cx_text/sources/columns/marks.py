"""Rows that a survey tool itself marks as no customer's: previews, tests and spam; and answers that were broken off."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cx_text.sources.cells import shown
from cx_text.sources.columns.column_facts import ColumnFacts
from cx_text.sources.columns.tools import folded
from cx_text.sources.outcomes import Outcome

_TAGGING = ("Delighted", "Wootric", "AskNicely")  # where people tag a response "test"
_TEST = (Outcome.TEST_ROW, "a test, not a customer")
_PREVIEW = (Outcome.TEST_ROW, "a preview of the survey, not a customer")
_SPAM = (Outcome.SPAM, "taken for spam by the survey tool")
_LABELS = {"survey preview": _PREVIEW, "preview": _PREVIEW, "survey test": _TEST, "spam": _SPAM,
           "survey preview spam": _PREVIEW, "imported spam": _SPAM, "offline survey preview": _PREVIEW}
# Exported as a number, Qualtrics' response type is a sum: 1 a preview, 2 a test, 4 imported, 8 spam, 16 offline.
# https://www.qualtrics.com/support/survey-platform/data-and-analysis-module/data/download-data/understanding-your-dataset/
_CODES = {str(code): _PREVIEW if code & 1 else _TEST if code & 2 else _SPAM for code in range(32) if code & 11}
_STATUS: Mapping[str, tuple[Outcome, str]] = MappingProxyType(_LABELS | _CODES)
_NO = frozenset(("false", "0", "no"))


@dataclass(frozen=True, slots=True)
class MarkColumn:
    """A column in which a tool marks rows. `is_list`: its cells hold several words, tags."""

    name: str
    is_list: bool = False

    def read(self, text: str | None) -> tuple[Outcome, str] | None:
        """Return what becomes of a row with this cell and why, None when the row is a customer's."""
        if not text or not text.strip():
            return None
        if self.is_list:
            tags = [tag.strip(" \t\"'[]").casefold() for tag in re.split("[,;|]", text)]
            found = _TEST if "test" in tags else None
        else:
            found = _STATUS.get(text.strip().casefold())
        return None if found is None else (found[0], f"{self.name} {shown(text.strip())}: {found[1]}")


def mark_columns(columns: Sequence[ColumnFacts], tool: str | None) -> tuple[MarkColumn, ...]:
    """Return the columns in which the tool marks previews, tests and spam; none where the tool is not known."""
    if tool == "Qualtrics":
        own = ("status", "responsetype", "distributionchannel")
        return tuple(MarkColumn(c.name) for c in columns if folded(c.name) in own or folded(c.wording) in own)
    return tuple(MarkColumn(c.name, is_list=True) for c in columns
                 if tool in _TAGGING and folded(c.name) in ("tags", "tag"))


def finished_column(columns: Sequence[ColumnFacts], tool: str | None) -> str | None:
    """Return the column that says whether a survey was finished."""
    named = (c.name for c in columns if "finished" in (folded(c.name), folded(c.wording)))
    return next(named, None) if tool in ("Qualtrics", "Formbricks") else None


def is_unfinished(text: str | None) -> bool:
    """Whether a cell of that column says that it was not."""
    return (text or "").strip().casefold() in _NO
