"""Comments with their versions and segments, the imports that brought them, the ledger, what was masked, the audit log.

Revision: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None

_TIME = sa.DateTime(timezone=True)


def _content() -> list[sa.Column[object]]:
    return [
        sa.Column("received_at", _TIME), sa.Column("question", sa.Text), sa.Column("author", sa.String(32)),
        sa.Column("nps_score", sa.SmallInteger), sa.Column("rating", sa.Float), sa.Column("rating_lowest", sa.Integer),
        sa.Column("rating_highest", sa.Integer), sa.Column("verbatim", sa.Text, nullable=False),
        sa.Column("segments", sa.JSON, nullable=False), sa.Column("measures", sa.JSON, nullable=False),
        sa.Column("url", sa.Text), sa.Column("content_digest", sa.LargeBinary(16), nullable=False),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("row", sa.BigInteger, nullable=False), sa.Column("column", sa.Text, nullable=False),
        sa.Column("stored_at", _TIME, nullable=False)]


def _of_comment() -> list[sa.Column[object]]:
    return [sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id"), primary_key=True),
            sa.Column("version", sa.Integer, primary_key=True)]


def upgrade() -> None:
    """Make the tables."""
    op.create_table("settings", sa.Column("name", sa.String(64), primary_key=True),
                    sa.Column("value", sa.Text, nullable=False))
    op.create_table(
        "imports", sa.Column("id", sa.Integer, primary_key=True), sa.Column("source", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False), sa.Column("n_bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False), sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME), sa.Column("plan", sa.JSON, nullable=False), sa.Column("counts", sa.JSON),
        sa.Column("options", sa.JSON, nullable=False))
    op.create_index("ix_imports_sha256", "imports", ["sha256"])
    op.create_table(
        "comments", sa.Column("id", sa.Integer, primary_key=True), sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False), sa.Column("version", sa.Integer, nullable=False), *_content(),
        sa.Column("deleted_at", _TIME), sa.UniqueConstraint("source", "key", name="uq_comments_source_key"))
    op.create_index("ix_comments_received_at", "comments", ["received_at"])
    op.create_index("ix_comments_author", "comments", ["author"])
    op.create_index("ix_comments_source_received_at", "comments", ["source", "received_at"])
    op.create_index("ix_comments_nps_score", "comments", ["nps_score"])
    op.create_table("comment_versions", *_of_comment(), *_content())
    op.create_table(
        "comment_segments", sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
    op.create_index("ix_comment_segments_name_value", "comment_segments", ["name", "value", "comment_id"])
    op.create_table(
        "ledger", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("row", sa.BigInteger, nullable=False), sa.Column("column", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False), sa.Column("reason", sa.Text, nullable=False))
    op.create_index("ix_ledger_import_id_row", "ledger", ["import_id", "row"])
    op.create_table(
        "redactions", *_of_comment(), sa.Column("redacted_start", sa.Integer, primary_key=True),
        sa.Column("redacted_end", sa.Integer, nullable=False), sa.Column("placeholder", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False), sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False), sa.Column("is_normalised", sa.Boolean, nullable=False))
    op.create_table("vault", *_of_comment(), sa.Column("sealed", sa.LargeBinary, nullable=False))
    op.create_table(
        "audit_log", sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", _TIME, nullable=False),
        sa.Column("who", sa.Text, nullable=False), sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.JSON, nullable=False))


def downgrade() -> None:
    """Remove the tables with all that is in them."""
    for name in ("audit_log", "vault", "redactions", "ledger", "comment_segments", "comment_versions", "comments",
                 "imports", "settings"):
        op.drop_table(name)
