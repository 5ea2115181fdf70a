"""What people said that was read wrongly: carried out on every later run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from cx_text.codeframe import folded
from cx_text.comment import Comment, Polarity
from cx_text.store.database import Store
from cx_text.store.tables import corrections


def corrections_in_force(connection: Connection, comment_ids: Sequence[int]) -> dict[int, dict[bytes, Polarity]]:
    """Return comment's id → digest of an opinion's words → the polarity that a person gave it; the last one counts."""
    found: dict[int, dict[bytes, Polarity]] = {}
    for row in connection.execute(select(corrections).where(
            corrections.c.comment_id.in_(comment_ids), corrections.c.undone_at.is_(None),
            corrections.c.what == "polarity").order_by(corrections.c.id)):
        found.setdefault(row.comment_id, {})[bytes(row.words_digest)] = Polarity(row.value)
    return found


def corrected(comment: Comment, store: Store, found: Mapping[bytes, Polarity]) -> Comment:
    """Return a comment whose opinions have the polarity that people gave them."""
    scores = {Polarity.NEGATIVE: -1.0, Polarity.NEUTRAL: 0.0, Polarity.POSITIVE: 1.0}
    opinions = []
    for opinion in comment.tags.opinions or ():
        said = found.get(store.digest(folded(comment.opinion_text(opinion)).encode("utf-8", "surrogatepass")))
        opinions.append(replace(opinion, polarity=said, polarity_score=scores[said], confidence=1.0) if said else
                        opinion)
    return comment.with_opinions(tuple(opinions)) if opinions else comment
