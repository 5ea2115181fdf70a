"""Customers' words that codeframes, refits and decisions quote: found by what they say, and taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from cx_text.codeframe import folded
from cx_text.store.tables import codeframes, comment_versions, comments, decisions, opinions, proposals, tags


def words_of(connection: Connection, ids: Sequence[int]) -> set[str]:
    """Return what some comments say, as `folded` gives it: all their versions, and their opinions in all runs.

    Args:
        connection: To read by.
        ids: Their ids in the store, a thousand at most.
    """
    said = {*connection.execute(select(comments.c.verbatim).where(comments.c.id.in_(ids))).scalars(),
            *connection.execute(select(comment_versions.c.verbatim)
                                .where(comment_versions.c.comment_id.in_(ids))).scalars()}
    texts = {(row.run_id, row.comment_id): row.text or "" for row in connection.execute(
        select(tags.c.run_id, tags.c.comment_id, tags.c.text).where(tags.c.comment_id.in_(ids)))}
    said.update(texts.values())
    said.update(texts[row.run_id, row.comment_id][row.start:row.end] for row in connection.execute(
        select(opinions.c.run_id, opinions.c.comment_id, opinions.c.start, opinions.c.end)
        .where(opinions.c.comment_id.in_(ids))))
    return {folded(text) for text in said} - {""}


def remove_quotes(connection: Connection, gone: set[str]) -> None:
    """Take words out wherever a codeframe, a refit or a decision quotes them; labels and keywords stay.

    Who else said the same word for word is not quoted any more, either. A decision to move opinions, or to split a
    theme by examples, that has lost all of them changes nothing from then on.

    Args:
        connection: Of a writer.
        gone: The words, as `folded` gives them.
    """
    for table, columns in ((codeframes, ("definition",)), (proposals, ("definition", "diff")),
                           (decisions, ("decision",))):
        [key] = table.primary_key.columns
        for row in connection.execute(select(key.label("key"), *(table.c[name] for name in columns))).all():
            before = {name: row._mapping[name] for name in columns}
            after = {name: _without(value, gone) for name, value in before.items()}
            if after != before:
                connection.execute(update(table).where(key == row.key).values(**after))


def _without(value: Any, gone: set[str]) -> Any:
    if isinstance(value, list):
        return [_without(each, gone) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _QUOTING[name](part, gone) if name in _QUOTING else _without(part, gone)
            for name, part in value.items()}


def _kept(texts: Sequence[str], gone: set[str]) -> list[str]:
    return [text for text in texts if folded(text) not in gone]


def _kept_keys(moved: Mapping[str, str], gone: set[str]) -> dict[str, str]:
    return {text: to for text, to in moved.items() if folded(text) not in gone}


def _kept_sentence(summary: str, gone: set[str]) -> str:
    return "" if folded(summary) in gone else summary


# The fields of themes, codeframes and decisions that hold customers' words.
_QUOTING: dict[str, Callable[[Any, set[str]], Any]] = {
    "exemplars": _kept, "texts": _kept, "examples": _kept, "moved": _kept_keys, "summary": _kept_sentence}
