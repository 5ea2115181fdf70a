"""What Alembic runs: it is given a connection, inside a transaction that its caller ends."""

from __future__ import annotations

from alembic import context

from cx_text.store.tables import metadata

# DDL is part of transactions on both databases, so that a migration is whole or absent.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
