"""The words of customers on a page: a text cut into pieces along its opinions. Escaping is the template's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cx_text.codeframe import Theme
from cx_text.comment import NpsCategory, RatingScale
from cx_text.insights.nps import proxy_category
from cx_text.store.reading import CommentRow, OpinionRow

Piece = tuple[str, OpinionRow | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A comment as a list shows it: its words in pieces, the themes that they raise, and its NPS category if any."""

    comment: CommentRow
    pieces: tuple[Piece, ...]
    themes: tuple[Theme, ...]
    category: str

    @property
    def score(self) -> float | None:
        """The score from 0 to 10, else the rating."""
        return self.comment.rating if self.comment.nps_score is None else self.comment.nps_score


def pieces(text: str, opinions: Iterable[OpinionRow]) -> list[Piece]:
    """Return a text in pieces, each with its opinion or None; put together they are the text.

    Spans count code points. Of two that overlap the first is cut where the second begins; what lies outside the text is
    left out.
    """
    found: list[Piece] = []
    at = 0
    ordered = sorted(opinions, key=lambda o: (o.start, o.end))
    for k, opinion in enumerate(ordered):
        start = max(opinion.start, at)
        end = min(opinion.end, len(text), ordered[k + 1].start if k + 1 < len(ordered) else len(text))
        if end <= start:
            continue
        if start > at:
            found.append((text[at:start], None))
        found.append((text[start:end], opinion))
        at = end
    return [*found, (text[at:], None)] if at < len(text) else found


def shown(comments: Iterable[CommentRow], themes: Sequence[Theme]) -> list[Shown]:
    """Return comments as a list shows them; hidden themes are not named."""
    by_id = {t.id: t for t in themes if not t.is_hidden}
    found = []
    for comment in comments:
        text = (comment.tags.text if comment.tags else None) or comment.verbatim
        spans = comment.opinions if comment.tags and comment.tags.text else ()
        named = dict.fromkeys(o.theme_id for o in comment.opinions if o.theme_id in by_id)
        found.append(Shown(comment, tuple(pieces(text, spans)), tuple(by_id[str(i)] for i in named),
                           category_of(comment)))
    return found


def category_of(comment: CommentRow) -> str:
    """Return the NPS category of a comment's score, else that of its rating, "" without either."""
    if comment.nps_score is not None:
        return NpsCategory.of(comment.nps_score).value
    if comment.rating is None or comment.rating_lowest is None or comment.rating_highest is None:
        return ""
    return proxy_category(comment.rating, RatingScale(comment.rating_lowest, comment.rating_highest)).value
