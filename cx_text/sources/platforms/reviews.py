"""What reviews have in common, whichever shop they stand in."""

from __future__ import annotations

from typing import Final

from cx_text.comment import RatingScale

STARS: Final = RatingScale(1, 5)


def titled(title: str, body: str) -> str:
    """Return a review with its title as first line, unless that only repeats how the review begins."""
    if not title or f"{body} ".startswith(f"{title} "):
        return body
    return f"{title}\n{body}" if body else title
