"""What was masked can be read again with the key, and not without it."""

import pytest

from cx_text.errors import ConfigError
from cx_text.privacy import MaskedCell
from cx_text.vault import KEY_VARIABLE, VAULT_FILE, Vault, given_vault, needed_vault, new_key

CELL = MaskedCell(7, "comment", "<NAME_1>", 0, 5, False, 0, 8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / VAULT_FILE


def test_values_come_back_in_order(path):
    vault = Vault(new_key())
    keep = vault.into(path)
    keep([(CELL, "Sarah"), (CELL, "Zoë 🙂\ud800")])
    keep([(CELL, "Tom")])
    assert list(vault.open(path)) == [(7, "comment", "<NAME_1>", value) for value in ("Sarah", "Zoë 🙂\ud800", "Tom")]
    assert b"Sarah" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_key_and_a_changed_file_are_refused(path):
    Vault(new_key()).into(path)([(CELL, "Sarah")])
    said = f"{path}: the vault was sealed with another key, or was changed."
    with pytest.raises(ConfigError) as fault:
        list(Vault(new_key()).open(path))
    assert str(fault.value) == said


def test_no_vault(path):
    with pytest.raises(ConfigError) as fault:
        list(Vault(new_key()).open(path))
    assert str(fault.value) == (f"{path}: there is no vault. Results have one where CX_TEXT_VAULT_KEY was set when "
                                "they were made.")


def test_the_key_comes_from_the_environment_alone(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    assert given_vault() is None
    how = "Make a key with cx-text vault key, and keep it in CX_TEXT_VAULT_KEY."
    with pytest.raises(ConfigError) as fault:
        needed_vault()
    assert str(fault.value) == f"no key in CX_TEXT_VAULT_KEY. {how}"
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    with pytest.raises(ConfigError) as fault:
        given_vault()
    assert str(fault.value) == f"CX_TEXT_VAULT_KEY: the key of the vault is none. {how}"
    monkeypatch.setenv(KEY_VARIABLE, new_key())
    assert given_vault() is not None
