"""What was masked, sealed with a key: whoever has the key can undo placeholders, and nobody else.

There is a vault only when a key is given, in the environment: a key in an option would stay in the shell's history.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cx_text.errors import ConfigError, MissingExtra
from cx_text.privacy import Keep, MaskedCell

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

KEY_VARIABLE = "CX_TEXT_VAULT_KEY"
VAULT_FILE = "vault.sealed"
VAULT_COLUMNS = ("row", "column", "placeholder", "value")
_HOW = f"Make a key with cx-text vault key, and keep it in {KEY_VARIABLE}"


class Vault:
    """Seals masked values and opens them again; by Fernet (AES-128-CBC with HMAC-SHA-256, a time stamp in clear).

    Args:
        key: 32 bytes in URL-safe base64, as `new_key` gives.

    Raises:
        ConfigError: It is no key.
        MissingExtra: The cryptography library is not installed.
    """

    def __init__(self, key: str) -> None:
        try:
            self._fernet: Fernet = _library()(key)
        except ValueError:
            raise ConfigError("the key of the vault is none", where=KEY_VARIABLE, next=_HOW) from None

    def into(self, path: Path) -> Keep:
        """Return what seals masked values and adds them to a file, which only its owner may read."""
        def keep(masked: Sequence[tuple[MaskedCell, str]]) -> None:
            with path.open("ab") as file:
                path.chmod(0o600)
                file.write(self.seal(masked))
        return keep

    def seal(self, masked: Sequence[tuple[MaskedCell, str]]) -> bytes:
        """Return one line with some masked values, unreadable without the key."""
        values = [(cell.row, cell.column, cell.placeholder, value) for cell, value in masked]
        return self._fernet.encrypt(json.dumps(values, default=str).encode()) + b"\n"

    def open(self, path: Path) -> Iterator[tuple[object, str, str, str]]:
        """Yield what is in a vault, by VAULT_COLUMNS, in the order of the rows.

        Raises:
            ConfigError: There is none, or another key sealed it.
        """
        try:
            with path.open("rb") as file:
                for line in file:
                    yield from self.unsealed(line, where=str(path))
        except FileNotFoundError:
            raise ConfigError("there is no vault", where=str(path),
                              next=f"Results have one where {KEY_VARIABLE} was set when they were made") from None

    def unsealed(self, line: bytes, *, where: str) -> list[tuple[object, str, str, str]]:
        """Return what `seal` sealed, by VAULT_COLUMNS.

        Raises:
            ConfigError: Another key sealed it.
        """
        from cryptography.fernet import InvalidToken

        try:
            return [tuple(value) for value in json.loads(self._fernet.decrypt(line.strip()))]
        except InvalidToken:
            raise ConfigError("the vault was sealed with another key, or was changed", where=where) from None


def given_vault() -> Vault | None:
    """Return the vault of the key in the environment, None where there is no key.

    Raises:
        ConfigError: It is no key.
        MissingExtra: The cryptography library is not installed.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    return Vault(key) if key else None


def needed_vault() -> Vault:
    """Return the vault of the key in the environment.

    Raises:
        ConfigError: There is no key, or it is none.
        MissingExtra: The cryptography library is not installed.
    """
    vault = given_vault()
    if vault is None:
        raise ConfigError(f"no key in {KEY_VARIABLE}", next=_HOW)
    return vault


def new_key() -> str:
    """Return a new key at random.

    Raises:
        MissingExtra: The cryptography library is not installed.
    """
    return _library().generate_key().decode()


def _library() -> type[Fernet]:
    try:
        from cryptography.fernet import Fernet
    except ImportError as error:
        raise MissingExtra("a vault needs the cryptography library, which is not installed",
                           next="run: pip install 'cx-text[vault]'") from error
    return Fernet
