"""Lists of words, written as lines of words."""

from __future__ import annotations


def words_of(listing: str, *, separator: str | None = None) -> frozenset[str]:
    """Return the words of a listing, separated by blanks or by `separator` and line breaks."""
    if separator is None:
        return frozenset(listing.split())
    return frozenset(entry for line in listing.splitlines() for entry in line.split(separator) if entry)
