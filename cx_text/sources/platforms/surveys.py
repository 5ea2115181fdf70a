"""What survey tools have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from cx_text.comment import RatingScale
from cx_text.sources.platforms.base import Raw, UnreadableRecord, whole_in


def scores_of(raw: Raw, kind: str, *, kind_field: str, nps_kinds: Collection[str],
              highest: Mapping[str, int]) -> dict[str, Any]:
    """Return the number in the field `score` as fields of a comment: NPS score, or rating with its scale.

    Args:
        raw: A record.
        kind: Of its survey.
        kind_field: The field that says so, for the message.
        nps_kinds: Kinds that ask from 0 to 10, unless `highest` names them.
        highest: Other kinds → their highest rating; the lowest is 1.

    Raises:
        UnreadableRecord: The number is none of its scale, or the scale is not known.
    """
    if kind in nps_kinds and kind not in highest:
        return {"nps_score": whole_in(raw, "score", 0, 10), "rating": None}
    if kind not in highest:
        raise UnreadableRecord(f"{kind_field} is a kind whose scale the recipe does not name in highest")
    rating = whole_in(raw, "score", 1, highest[kind])
    return {"nps_score": None, "rating": rating,
            "rating_scale": None if rating is None else RatingScale(1, highest[kind])}
