"""Passwords are hashed with argon2id, and asked for length alone."""

import pytest
from argon2 import PasswordHasher

from cx_text.errors import ConfigError
from cx_text.web.passwords import checked, hashed, is_outdated, is_right


def test_a_hash_is_argon2id_with_a_salt_of_its_own():
    first, second = hashed("correct horse"), hashed("correct horse")
    assert first.startswith("$argon2id$")
    assert first != second
    assert is_right("correct horse", first)
    assert not is_right("correct horses", first)
    assert not is_right("correct horse", None)
    assert not is_right("correct horse", "no hash")


def test_how_a_keyboard_puts_letters_together_does_not_matter():
    assert is_right("cafe\u0301 cafe\u0301 cafe", hashed("caf\u00e9 caf\u00e9 cafe"))


def test_older_parameters_are_known():
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse"))
    assert not is_outdated(hashed("correct horse"))


@pytest.mark.parametrize(("password", "said"), [
    ("short", "the password has 5 characters. Use at least 12."),
    ("a" * 1025, "the password has 1,025 characters. Use at most 1,024."),
    ("Anna@example.com", "the password is the name of the account. Use another one.")])
def test_what_cannot_be_a_password(password, said):
    with pytest.raises(ConfigError) as raised:
        checked(password, name="anna@example.com")
    assert str(raised.value) == said
    assert checked("twelve chars") == "twelve chars"
