import time

import pytest

from cx_text.text.spam import AGAINST, ENOUGH, RULES, is_spam, spam_points


@pytest.mark.parametrize("text", [
    "Earn $5000 a week from home www.example-riches.com", "Congratulations you won, click here",
    "Our SEO services rank your site first", "Loans with instant approval, apply now",
    "Text WIN to 80000 for your chance to win", "Free spins at our casino, join now www.example.com",
])
def test_spam(text):
    assert is_spam(text)


@pytest.mark.parametrize("text", [
    "www.example.com", "name@example.com", "https://www.example.com/help", "Call me on 07700 900123",
    "Too much spam from you", "I got a message that said I won a prize, it is a scam", "YOU CHARGED ME $50 TWICE!!!",
    "The link www.example.com does not work, I want a refund", "I won a voucher and never got it",
])
def test_a_customer_s_words(text):
    assert not is_spam(text)


def test_no_sign_is_enough_without_its_points_and_all_signs_have_names_of_their_own():
    names = [rule.name for rule in (*RULES, *AGAINST)]
    assert len(set(names)) == len(names)
    assert all(0 < rule.points <= ENOUGH for rule in RULES)
    assert all(rule.points < 0 for rule in AGAINST)


def test_the_points_say_why():
    assert spam_points("Visit www.example.com today") == {"link": 1, "link to follow": 2}
    assert spam_points("The food was cold") == {}


@pytest.mark.parametrize("text", ["call " * 200_000, "$1 " * 300_000, "1" * 1_000_000, "win a " * 100_000])
def test_a_megabyte_takes_no_time(text):
    began = time.perf_counter()
    is_spam(text)
    assert time.perf_counter() - began < 1
