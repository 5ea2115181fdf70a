"""Lists of comments, fifty a page: ids chosen in memory, then rows by their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cx_text.backends.base import IntArray
from cx_text.comment import Polarity
from cx_text.errors import ConfigError
from cx_text.part import Part
from cx_text.store.database import Store
from cx_text.store.reading import comments_of
from cx_text.web.viewing import Looked
from cx_text.web.words import Shown, shown

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list: comments, the place of the first (from 1), of how many, and where the pages around it begin.

    `previous` and `next` are what stands in the address as `after`: an id, "" for the first page, None for no page.
    """

    comments: tuple[Shown, ...]
    first: int
    n: int
    previous: str | None
    next: str | None

    @property
    def last(self) -> int:
        """The place of the last one, from 1."""
        return self.first + len(self.comments) - 1


def chosen_ids(part: Part, *, themes: Sequence[str] | None = None, polarity: str | None = None,
               comment_polarity: str | None = None) -> IntArray:
    """Return `Part.comment_ids`, kept with the part."""
    return part.once(f"ids {themes} {polarity} {comment_polarity}", lambda: part.comment_ids(
        themes=themes, polarity=polarity, comment_polarity=comment_polarity))


def listed(store: Store, looked: Looked, ids: IntArray, *, size: int = PAGE) -> Listed:
    """Return the page of a list that the address asks for by `after`, the id of the last comment before it.

    An id that is not in the list any more, as it was forgotten or a filter changed, gives the first page.
    """
    start = _place_after(ids, looked.value("after"))
    chosen = ids[start:start + size].tolist()
    run = looked.taken.run
    with store.reading() as connection:
        rows = comments_of(connection, chosen, None if run is None else run.id)
    before = max(0, start - size)
    return Listed(tuple(shown(rows, looked.taken.snapshot.themes)), start + 1, len(ids),
                  None if not start else str(ids[before - 1]) if before else "",
                  str(chosen[-1]) if start + size < len(ids) else None)


def polarity_of(looked: Looked, name: str = "polarity") -> str | None:
    """Return the polarity that an address asks for, None for any.

    Raises:
        ConfigError: There is no such polarity.
    """
    asked = looked.value(name)
    if not asked:
        return None
    if asked not in {p.value for p in Polarity}:
        raise ConfigError(f"there is no polarity {asked!r}", next=f"There are: {', '.join(p.value for p in Polarity)}")
    return asked


def _place_after(ids: IntArray, after: str) -> int:
    if not (after.isascii() and after.isdecimal()) or len(after) > 18:
        return 0
    found = np.flatnonzero(ids == int(after))
    return int(found[0]) + 1 if len(found) else 0
