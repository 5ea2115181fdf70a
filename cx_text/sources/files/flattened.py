"""An object of JSON becomes one row: nested objects get dotted columns, answers of a form that of their question."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from cx_text.errors import SourceError
from cx_text.sources.cells import MAX_COLUMNS, as_text

MAX_FLAT_COLUMNS = 1_000  # more are keys that stand for data (a user's id, a day), and stay one cell
MAX_DEPTH = 8  # of objects in objects; what is deeper stays JSON text
_REMOVED = frozenset(("[removed]", "[deleted]"))  # what Reddit leaves of a text, and of its author


def flattened(value: Mapping[str, Any], depth: int = MAX_DEPTH) -> dict[str, str | None]:
    """Return the cells of an object by column, in its order; with depth 0, nested objects are JSON text.

    Lists of plain values are joined by ", ", other lists are JSON text, and what was removed is empty. The answers of
    a Typeform response have the title of their question as column, else its ref or id.
    """
    cells: dict[str, str | None] = {}
    _add(cells, value, "", depth)
    return cells


def _add(cells: dict[str, str | None], value: Mapping[str, Any], prefix: str, depth: int) -> None:
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, dict) and inner and depth > 0:
            _add(cells, inner, f"{name}.", depth - 1)
        elif depth > 0 and key == "answers" and _are_answers(inner):
            titles = _titles(value)
            for answer in inner:
                cells[_free(cells, _question(answer["field"], titles))] = _answer(answer)
        elif isinstance(inner, list) and inner and not any(isinstance(item, dict | list) for item in inner):
            cells[_free(cells, name)] = ", ".join(text for item in inner if (text := cell_text(item))) or None
        else:
            cells[_free(cells, name)] = cell_text(inner)


def cell_text(value: object) -> str | None:
    """Return a value's text, or None when it is missing, empty, removed, or no finite number."""
    if isinstance(value, float) and not math.isfinite(value):  # NaN and Infinity, which Python writes for missing ones
        return None
    try:
        text = as_text(float(value) if isinstance(value, Decimal) else value)
    except RecursionError:  # read by a parser that goes deeper than Python's writer
        return None
    if text is None or text in _REMOVED:
        return None
    # JSON can write half of a character ("\\ud83d"), which no file and no model takes.
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _are_answers(value: object) -> bool:
    """Tell Typeform's answers: objects that each name a field and the type of what they hold."""
    return isinstance(value, list) and bool(value) and all(
        isinstance(item, dict) and isinstance(item.get("field"), dict) and isinstance(item.get("type"), str)
        for item in value)


def _titles(response: Mapping[str, Any]) -> dict[str, str]:
    """Return the titles of questions by id, which a webhook sends beside the answers."""
    definition = response.get("definition")
    fields = definition.get("fields") if isinstance(definition, dict) else None
    return {str(field.get("id")): field["title"] for field in fields or ()
            if isinstance(field, dict) and isinstance(field.get("title"), str)} if isinstance(fields, list) else {}


def _question(field: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    known = (field.get("title"), titles.get(str(field.get("id"))), field.get("ref"), field.get("id"))
    return next((str(name) for name in known if name), "answer")


def _answer(answer: Mapping[str, Any]) -> str | None:
    value = answer.get(answer["type"])
    if isinstance(value, dict):  # choice, choices, payment
        parts = [value.get("label"), *_listed(value.get("labels")), value.get("other"), value.get("amount")]
        return ", ".join(text for part in parts if (text := cell_text(part))) or cell_text(value)
    return cell_text(value)


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _free(cells: Mapping[str, str | None], name: str) -> str:
    free, n = name, 2
    while free in cells:
        free, n = f"{name} ({n})", n + 1
    return free


class Columns:
    """The columns of many objects, in the order in which they first appear; nested ones only while they are few.

    `depth`: how deep `flattened` is to go for them.
    """

    def __init__(self) -> None:
        self._flat: dict[str, None] = {}
        self._plain: dict[str, None] = {}
        self.depth = MAX_DEPTH
        self._n_removed = 0

    def add(self, value: Mapping[str, Any], *, where: str) -> None:
        """Take the columns of one more object.

        Raises:
            SourceError: There are more keys than columns can be.
        """
        self._plain |= dict.fromkeys(value)
        if self.depth:
            self._flat |= dict.fromkeys(flattened(value))
            if len(self._flat) > max(MAX_FLAT_COLUMNS, len(self._plain)):
                self.depth, self._flat = 0, {}
        if len(self._plain) > MAX_COLUMNS:
            raise SourceError(f"its objects have more than {MAX_COLUMNS:,} different keys, too many for columns",
                              where=where)
        self._n_removed += _is_removed(value, MAX_DEPTH)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns as `flattened` gives them with `depth`."""
        return tuple(self._flat if self.depth else self._plain)

    @property
    def facts(self) -> dict[str, str]:
        """What a reader has to know of what was removed."""
        rows = f"{self._n_removed:,} row{'' if self._n_removed == 1 else 's'}"
        return {"removed": f"{rows} with [removed] or [deleted], which are taken as empty"} if self._n_removed else {}


def _is_removed(value: Mapping[str, Any], depth: int) -> bool:
    """Return whether a text of an object, or its author, was removed by its platform."""
    return any(inner in _REMOVED if isinstance(inner, str) else
               isinstance(inner, dict) and depth > 0 and _is_removed(inner, depth - 1) for inner in value.values())
