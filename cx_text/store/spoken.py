"""Where customers' words stand in what a run read: spans of opinions, with the words, to choose quotes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from cx_text.store.tables import comments, opinions, tags


@dataclass(frozen=True, slots=True)
class SpokenPlace:
    """One opinion: a half-open span of the text of a comment's tags, and the words that stand there.

    `confidence`: of its theme, where it has one, else of its polarity; 0 to 1, None where neither was told.
    """

    comment_id: int
    start: int
    end: int
    polarity: str | None
    confidence: float | None
    words: str


def spoken_places(connection: Connection, run_id: int, comment_ids: Sequence[int], *,
                  themes: Sequence[str] | None = None, ids: Sequence[int] | None = None) -> list[SpokenPlace]:
    """Return the opinions of some comments, in their order.

    Those that are forgotten, shown no more where they were written, or newer than the run have none.

    Args:
        connection: To read by.
        run_id: What was read by this run.
        comment_ids: A thousand at most.
        themes: Only of these themes.
        ids: Only these opinions; a thousand at most.
    """
    query = (select(opinions.c.comment_id, opinions.c.start, opinions.c.end, opinions.c.polarity,
                    opinions.c.theme_id, opinions.c.theme_confidence, opinions.c.confidence, tags.c.text)
             .join(tags, and_(tags.c.run_id == opinions.c.run_id, tags.c.comment_id == opinions.c.comment_id))
             .join(comments, and_(comments.c.id == tags.c.comment_id, comments.c.version == tags.c.version))
             .where(opinions.c.run_id == run_id, opinions.c.comment_id.in_(comment_ids),
                    comments.c.deleted_at.is_(None), comments.c.removed_at.is_(None))
             .order_by(opinions.c.comment_id, opinions.c.start))
    if themes is not None:
        query = query.where(opinions.c.theme_id.in_(themes))
    if ids is not None:
        query = query.where(opinions.c.id.in_(ids))
    return [SpokenPlace(row.comment_id, row.start, row.end, row.polarity,
                        row.confidence if row.theme_id is None else row.theme_confidence,
                        (row.text or "")[row.start:row.end]) for row in connection.execute(query)]
