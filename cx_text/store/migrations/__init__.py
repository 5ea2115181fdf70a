"""How a store of one version becomes one of the next, and back; run by Alembic."""
