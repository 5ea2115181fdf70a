import pytest

from cx_text.text.ratings import is_rating


@pytest.mark.parametrize("text", [
    "10/10", "9.5 out of 10", "nine out of ten", "5 stars", "5*", "⭐⭐⭐⭐⭐", "100%", "A+", "0", "excellent",
    "Very very good!",
    "Good, thank you very much", "Thank you, excellent", "Not good at all", "sooooo gooood", "It was great",
    "poor", "Neither good nor bad", "Great 😊", "4 stars out of 5", "ok…",
])
def test_judges_and_names_nothing(text):
    assert is_rating(text)


@pytest.mark.parametrize("text", [
    "", "excellent staff", "10 minutes wait", "5 star service", "ten out of ten for the nurse", "7 days a week", "1234",
    "2019",
    "helpful", "slow", "good but slow", "thank you", "thanks for the great help", "very", "not", "and", "it was",
    "3 lifts", "🚑", "good " * 40, "everything",
])
def test_names_something_or_judges_nothing(text):
    assert not is_rating(text)
