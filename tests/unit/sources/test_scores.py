"""NPS scores and ratings as people export them."""

import pytest

from cx_text.comment import RatingScale
from cx_text.errors import ConfigError
from cx_text.sources.scores import NotAScoreError, parse_rating_scale, read_nps_score, read_rating

STARS = RatingScale(1, 5)


@pytest.mark.parametrize(("text", "score"), [
    (None, None), ("", None), ("  ", None), ("9", 9), ("9.0", 9), (" 8 ", 8), ("7,0", 7), ("0", 0), ("10", 10),
    ("9 - Likely", 9), ("10/10", 10), ("9 / 10", 9), ("9 out of 10", 9), ("0 - Not at all likely", 0),
    ("10: Extremely likely\n(best)", 10), ("10 (extremely likely)", 10), ("3 – meh", 3), ("+5", 5),
    ("Extremely likely - 10", 10), ("Not at all likely (0)", 0),
])
def test_nps_scores(text, score):
    assert read_nps_score(text) == score


@pytest.mark.parametrize(("text", "reason"), [
    ("11", "score 11 is outside 0 to 10"), ("-1", "score -1 is outside 0 to 10"),
    ("8.5", "score 8.5 is not a whole number"), ("ten", "score 'ten' is not a number"),
    ("N/A", "score 'N/A' is not a number"), ("7 - 8", "score '7 - 8' is not a number"),
    ("7 or 8", "score '7 or 8' is not a number"), ("4/5", "score '4/5' is not out of 10"),
    ("9" * 400, "score inf is outside 0 to 10"), ("nan", "score 'nan' is not a number"),
    ("they never answered my calls", "score 'they never answered…' is not a number"),
    ("room - 7", "score 'room - 7' is not a number"), ("★★★★", "score '★★★★' is not a number"),
])
def test_what_is_no_nps_score(text, reason):
    with pytest.raises(NotAScoreError) as raised:
        read_nps_score(text)
    assert str(raised.value) == reason


@pytest.mark.parametrize(("text", "rating"), [
    (None, None), ("4", 4), ("4.5", 4.5), ("4,5", 4.5), ("5 stars", 5), ("1 star", 1), ("4/5", 4), ("2 - poor", 2),
    ("★★★★", 4), ("★★★★☆", 4), (" ⭐⭐ ", 2), ("★ ★ ★ ☆ ☆", 3), ("4 stars", 4), ("Excellent - 5", 5)])
def test_ratings(text, rating):
    assert read_rating(text, STARS) == rating


@pytest.mark.parametrize(("text", "reason"), [
    ("0", "rating 0 is outside 1 to 5"), ("6", "rating 6 is outside 1 to 5"),
    ("4/10", "rating '4/10' is not out of 5"), ("good", "rating 'good' is not a number"),
    ("★★☆", "rating '2/3' is not out of 5"), ("★★★★★★", "rating 6 is outside 1 to 5"),
    ("☆☆☆☆☆", "rating '☆☆☆☆☆' is not a number")])
def test_what_is_no_rating(text, reason):
    with pytest.raises(NotAScoreError) as raised:
        read_rating(text, STARS)
    assert str(raised.value) == reason


@pytest.mark.parametrize(("text", "scale"), [
    ("1-5", STARS), ("0 to 10", RatingScale(0, 10)), (" 1 – 7 ", RatingScale(1, 7)), ("0..100", RatingScale(0, 100))])
def test_scales(text, scale):
    assert parse_rating_scale(text) == scale


@pytest.mark.parametrize("text", ["5", "5-1", "1-1", "good", "", "1-5-9", "-5-5"])
def test_what_is_no_scale(text):
    with pytest.raises(ConfigError) as raised:
        parse_rating_scale(text)
    assert str(raised.value) == (f"the rating scale {text!r} is not two whole numbers, the lower first. "
                                 "Write it as --rating-scale 1-5.")
