"""NPS scores and ratings as people export them, read or refused with a reason."""

from __future__ import annotations

import re

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.cells import shown

# "9", "9.0", "7,0", "10/10", "9 out of 10", "9 - Likely", "5 stars", "4 (good)"; "7 - 8" is none: it is two numbers.
_NUMBER = re.compile(r"\s*(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?:(?:/|out of)\s*(?P<of>\d+)(?:[.,]0+)?\s*)?"
                     r"(?:stars?\s*)?(?:[-–—:(]\s*[^\W\d].*)?", re.IGNORECASE | re.DOTALL)
_SCALE = re.compile(r"\s*(\d{1,3})\s*(?:-|–|:|to|\.\.)\s*(\d{1,3})\s*")
NPS_SCALE = RatingScale(0, 10)


class NotAScoreError(ValueError):
    """A value that is no score; the text is the reason, with at most 20 characters of the value."""


def read_nps_score(text: str | None) -> int | None:
    """Return the NPS score (0 to 10) in a cell, None when it is blank.

    Raises:
        NotAScoreError: It is a word, not a whole number, or outside 0 to 10.
    """
    number = _read("score", text, NPS_SCALE)
    if number is not None and not number.is_integer():
        raise NotAScoreError(f"score {_plain(number)} is not a whole number")
    return None if number is None else int(number)


def read_rating(text: str | None, scale: RatingScale) -> float | None:
    """Return the rating in a cell, within its scale, None when it is blank.

    Raises:
        NotAScoreError: It is a word, or outside the scale.
    """
    return _read("rating", text, scale)


def read_number(text: str) -> float | None:
    """Return the number that a score or rating starts with, None when there is none."""
    found = _NUMBER.fullmatch(text)
    return None if found is None else float(found["number"].replace(",", "."))


def parse_rating_scale(text: str) -> RatingScale:
    """Return the scale written as "1-5" or "0 to 10".

    Raises:
        ConfigError: It is not two whole numbers, the lower first.
    """
    found = _SCALE.fullmatch(text)
    if found is None or int(found[1]) >= int(found[2]):
        raise ConfigError(f"the rating scale {shown(text)} is not two whole numbers, the lower first",
                          next="Write it as --rating-scale 1-5")
    return RatingScale(int(found[1]), int(found[2]))


def _read(name: str, text: str | None, scale: RatingScale) -> float | None:
    if text is None or not text.strip():
        return None
    found = _NUMBER.fullmatch(text)
    if found is None or (found["of"] and found["of"] != str(scale.highest)):
        raise NotAScoreError(f"{name} {shown(text)} is not a number" if found is None else
                        f"{name} {shown(text)} is not out of {scale.highest}")
    number = float(found["number"].replace(",", "."))
    if not scale.lowest <= number <= scale.highest:
        raise NotAScoreError(f"{name} {_plain(number)} is outside {scale.lowest} to {scale.highest}")
    return number


def _plain(number: float) -> str:
    return format(number, ".6g")
