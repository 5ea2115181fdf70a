"""The version of a store's tables: which it is, and how it becomes another. By Alembic, without a file of settings."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

_MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> tuple[str, ...]:
    """Return all versions of the tables, the oldest first."""
    scripts = ScriptDirectory(str(_MIGRATIONS))
    return tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def revision_of(connection: Connection) -> str | None:
    """Return the version of a database's tables, None where they are no store's."""
    return MigrationContext.configure(connection).get_current_revision()


def is_empty(connection: Connection) -> bool:
    """Whether a database has no table at all."""
    return not inspect(connection).get_table_names()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Make the tables those of a newer version, inside the caller's transaction."""
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Make the tables those of an older version, inside the caller's transaction; what has no place there is lost."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
