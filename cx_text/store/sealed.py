"""The sealed values of comments: what was masked in their words, for whoever has the key; each look is written down."""

from __future__ import annotations

from sqlalchemy import Connection, select

from cx_text.store.database import log
from cx_text.store.tables import comments, vault


def has_sealed(connection: Connection, comment_id: int) -> bool:
    """Whether values of a comment are sealed, in its version as it stands."""
    return _sealed(connection, comment_id) is not None


def take_sealed(connection: Connection, comment_id: int, *, who: str) -> bytes | None:
    """Return the sealed values of a comment as it stands, None where there are none; it is logged who took them.

    Args:
        connection: Of a writer.
        comment_id: The comment's id in the store.
        who: Who will see them.
    """
    found = _sealed(connection, comment_id)
    if found is not None:
        log(connection, "unmask", {"comment_id": comment_id}, who=who)
    return found


def _sealed(connection: Connection, comment_id: int) -> bytes | None:
    return connection.execute(
        select(vault.c.sealed).join(comments, (comments.c.id == vault.c.comment_id) &
                                    (comments.c.version == vault.c.version))
        .where(comments.c.id == comment_id, comments.c.deleted_at.is_(None))).scalar_one_or_none()
