"""Words in pieces that a page can mark: the opinions in a text, and what was searched for in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cx_text.comment import Polarity
from cx_text.store.reading import OpinionRow

_BEFORE, _AFTER = 120, 320  # characters that are shown around what is marked first


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a text. `opinion` is the number of the opinion that they are of; `is_match`: they were searched."""

    words: str
    opinion: int | None = None
    polarity: Polarity | None = None
    is_match: bool = False


def marked(text: str, opinions: Sequence[OpinionRow] = (),
           matches: Sequence[tuple[int, int]] = ()) -> tuple[Piece, ...]:
    """Return a text in pieces, in order and without a gap; each is of one opinion or none, and a match or none.

    Args:
        text: The text that all places index.
        opinions: In order of start; where two overlap, the first one has the words.
        matches: Half-open spans, in order.
    """
    cuts = sorted({0, len(text), *(min(max(place, 0), len(text)) for o in opinions for place in (o.start, o.end)),
                   *(min(max(place, 0), len(text)) for span in matches for place in span)})
    pieces = []
    for start, end in pairwise(cuts):
        own = next((o for o in opinions if o.start <= start and end <= o.end), None)
        pieces.append(Piece(text[start:end], None if own is None else own.id, None if own is None else own.polarity,
                            any(a <= start and end <= b for a, b in matches)))
    return tuple(pieces)


def around_first_match(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the words around what is marked first, with … where a longer text goes on; cut between words."""
    first = next((k for k, piece in enumerate(pieces) if piece.is_match or piece.opinion is not None), 0)
    before = "".join(piece.words for piece in pieces[:first])
    shown = list(pieces[first:])
    if before:
        cut = before[-_BEFORE:] if len(before) > _BEFORE else before
        shown.insert(0, Piece(cut if cut == before else f"… {cut.partition(' ')[2] or cut}"))
    room, kept = _AFTER + _BEFORE, []
    for piece in shown:
        if len(piece.words) > room:
            head = piece.words[:max(room, 0)]
            kept.append(replace(piece, words=f"{head.rpartition(' ')[0] or head} …"))
            break
        kept.append(piece)
        room -= len(piece.words)
    return tuple(kept)
