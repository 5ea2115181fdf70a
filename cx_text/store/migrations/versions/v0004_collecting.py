"""What is collected from platforms: their records, and how far each source is.

Revision: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and let comments say which record they come from."""
    op.create_table(
        "records", sa.Column("id", sa.Integer, primary_key=True), sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False), sa.Column("at", _TIME), sa.Column("digest", sa.LargeBinary(16)),
        sa.Column("raw", sa.LargeBinary), sa.Column("fetched_at", _TIME, nullable=False),
        sa.Column("checked_at", _TIME, nullable=False), sa.Column("removed_at", _TIME),
        sa.UniqueConstraint("source", "key", name="uq_records_source_key"))
    op.create_index("ix_records_source_checked_at", "records", ["source", "checked_at"])
    op.create_table(
        "collections", sa.Column("source", sa.Text, primary_key=True), sa.Column("part", sa.Text, primary_key=True),
        sa.Column("cursor", sa.JSON, nullable=False), sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id")), sa.Column("started_at", _TIME),
        sa.Column("finished_at", _TIME), sa.Column("not_before", _TIME), sa.Column("error", sa.Text))
    # Without a foreign key: SQLite could not take the column away again.
    op.add_column("comments", sa.Column("record_id", sa.Integer))
    op.add_column("comments", sa.Column("removed_at", _TIME))
    is_of_record = sa.text("record_id IS NOT NULL")
    op.create_index("ix_comments_record_id", "comments", ["record_id"], sqlite_where=is_of_record,
                    postgresql_where=is_of_record)


def downgrade() -> None:
    """Remove all of it; the comments that were collected stay."""
    op.drop_index("ix_comments_record_id", "comments")
    op.drop_column("comments", "removed_at")
    op.drop_column("comments", "record_id")
    op.drop_table("collections")
    op.drop_table("records")
