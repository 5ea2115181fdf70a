"""Customers' words that are quoted: by messages as long as they stand, by codeframes and decisions till taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select, update

from cx_text.codeframe import folded
from cx_text.store.tables import (
    codeframes,
    comment_versions,
    comments,
    decisions,
    imports,
    opinions,
    proposals,
    tags,
)


@dataclass(frozen=True, slots=True)
class StandingText:
    """The text that a run read in a comment that still stands; `is_masked`: its import masked personal data."""

    text: str
    is_masked: bool


def standing_text(connection: Connection, run_id: int, comment_id: int) -> StandingText | None:
    """Return what a run read in a comment, None where that is not what stands any more.

    So it is where the comment was forgotten or changed since, where its platform shows it no more, and where it is not
    read in that run.
    """
    same = and_(tags.c.comment_id == comments.c.id, tags.c.version == comments.c.version)
    row = connection.execute(
        select(tags.c.text, imports.c.options).join(comments, same)
        .join(imports, imports.c.id == comments.c.import_id)
        .where(tags.c.run_id == run_id, tags.c.comment_id == comment_id, tags.c.text.is_not(None),
               comments.c.deleted_at.is_(None), comments.c.removed_at.is_(None))).one_or_none()
    return None if row is None else StandingText(row.text, bool((row.options or {}).get("redact", False)))


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
