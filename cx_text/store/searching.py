"""Full text: the comments that have some words, by the index of the database; the same answers on both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, cast, column, func, literal, not_, or_, select, table
from sqlalchemy.dialects.postgresql import REGCONFIG

from cx_text.store.tables import comments
from cx_text.text.search_query import COMMON_WORDS, Phrase, SearchQuery, parse_query

MOST = 5_000  # comments that a search finds: a page shows 50, and who gets more adds a word or a filter
# Made by the migrations on each database in its own way, and filled by triggers.
_LITE_WORDS = table("comment_words", column("rowid"), column("comment_words"))
_POSTGRES_WORDS = table("comment_words", column("comment_id"), column("words"))


@dataclass(frozen=True, slots=True)
class WordMatches:
    """The comments that a search found. `is_cut`: there are more, and these are the ones stored last."""

    ids: list[int]  # newest stored first
    is_cut: bool


def search_words(connection: Connection, query: str | SearchQuery, *, limit: int = MOST) -> WordMatches:
    """Return the comments that have what is searched, in their words as they stand.

    One query on the index of the words; it grows with the number of comments that have the words. What can be typed:
    `parse_query`. The databases differ where English does not say what a word is: only SQLite finds café by cafe.

    Args:
        connection: To read by.
        query: As it was typed, or read by `parse_query`.
        limit: How many at most.

    Raises:
        ConfigError: There is nothing to look for, or too much.
    """
    asked = parse_query(query) if isinstance(query, str) else query
    if connection.dialect.name == "sqlite":
        place = _LITE_WORDS.c.rowid
        condition: ColumnElement[bool] = _LITE_WORDS.c.comment_words.op("MATCH")(_fts5(asked))
    else:
        place, condition = _POSTGRES_WORDS.c.comment_id, _tsquery(asked)
    ids = list(connection.execute(select(place).where(condition).order_by(place.desc()).limit(limit + 1)).scalars())
    return WordMatches(ids[:limit], len(ids) > limit)


def _fts5(query: SearchQuery) -> str:
    """Return a query for FTS5; every phrase is quoted, and has letters and digits alone."""
    groups = " AND ".join(f"({_any_of(group)})" for group in query.all_of)
    return f"({groups}) NOT ({_any_of(query.without)})" if query.without else groups


def _any_of(phrases: tuple[Phrase, ...]) -> str:
    return " OR ".join(f'"{" ".join(phrase)}"' for phrase in phrases)


def _tsquery(query: SearchQuery) -> ColumnElement[bool]:
    """Return a condition for PostgreSQL, in which each phrase is a parameter."""
    return and_(*(or_(*map(_has, group)) for group in query.all_of), *(not_(_has(p)) for p in query.without))


def _has(phrase: Phrase) -> ColumnElement[bool]:
    english = cast(literal("english"), REGCONFIG)
    indexed = _POSTGRES_WORDS.c.words.bool_op("@@")(func.phraseto_tsquery(english, " ".join(phrase)))
    if COMMON_WORDS.isdisjoint(phrase):
        return indexed
    # The index has no common words: where a phrase has some, the comments that have the others are read, one
    # by one: as a join the server would read all there are.
    verbatim = select(comments.c.verbatim).where(comments.c.id == _POSTGRES_WORDS.c.comment_id).scalar_subquery()
    return and_(indexed, verbatim.bool_op("~*")(_pattern(phrase)))


def _pattern(phrase: Phrase) -> str:
    r"""Return a regular expression of PostgreSQL for words that follow each other: \mnot\M\W+work\w*."""
    words = (rf"\m{word}\M" if word in COMMON_WORDS else rf"\m{re.escape(_beginning(word))}\w*" for word in phrase)
    return r"\W+".join(words)


def _beginning(word: str) -> str:
    """Return what all forms of a word begin with; the index has said that it is one of them."""
    return word[:max(3, len(word) - 4)]
