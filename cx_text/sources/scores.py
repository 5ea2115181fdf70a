"""NPS scores and ratings as people export them, read or refused with a reason."""

from __future__ import annotations

import re

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.cells import shown

# "9", "9.0", "7,0", "10/10", "9 out of 10", "9 - Likely", "5 stars", "4 (good)"; "7 - 8" is none: it is two numbers.
_NUMBER = re.compile(r"\s*(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?:(?:/|out of)\s*(?P<of>\d+)(?:[.,]0+)?\s*)?"
                     r"(?:stars?\s*)?(?:[-–—:(]\s*[^\W\d].*)?", re.IGNORECASE | re.DOTALL)
_LABEL_FIRST = re.compile(r"\s*[^\W\d][^\d]*?\s*[-–—:(]\s*(?P<number>\d+)\s*\)?\s*")  # "Extremely likely - 10"
_STARS = re.compile(r"\s*(?P<full>(?:[★⭐]\ufe0f?\s?)+)(?P<hollow>(?:[☆✩]\ufe0f?\s?)*)\s*")
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
    return _read("rating", text if text is None else _counted(text), scale)


def read_number(text: str) -> float | None:
    """Return the number that a score or rating starts with, None when there is none."""
    found = _NUMBER.fullmatch(_counted(text))
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


def _counted(text: str) -> str:
    """Return "4/5" for "★★★★☆", "4" for "★★★★", and any other text as it is."""
    found = _STARS.fullmatch(text)
    if found is None:
        return text
    n_full, n_hollow = (len(re.findall("[★⭐☆✩]", found[part])) for part in ("full", "hollow"))
    return f"{n_full}/{n_full + n_hollow}" if n_hollow else str(n_full)


def _read(name: str, text: str | None, scale: RatingScale) -> float | None:
    if text is None or not text.strip():
        return None
    found = _NUMBER.fullmatch(text)
    if found is None and (last := _LABEL_FIRST.fullmatch(text)) and last["number"] in (
            str(scale.lowest), str(scale.highest)):  # only the ends of a scale have such names
        return float(last["number"])
    if found is None or (found["of"] and found["of"] != str(scale.highest)):
        raise NotAScoreError(f"{name} {shown(text)} is not a number" if found is None else
                        f"{name} {shown(text)} is not out of {scale.highest}")
    number = float(found["number"].replace(",", "."))
    if not scale.lowest <= number <= scale.highest:
        raise NotAScoreError(f"{name} {_plain(number)} is outside {scale.lowest} to {scale.highest}")
    return number


def _plain(number: float) -> str:
    return format(number, ".6g")
