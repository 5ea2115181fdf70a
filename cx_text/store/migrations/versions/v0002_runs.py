"""Runs with what they read, codeframes, and the log of decisions about them.

Revision: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"

_TIME = sa.DateTime(timezone=True)


def _span() -> list[sa.Column[object]]:
    return [sa.Column("run_id", sa.Integer, nullable=False), sa.Column("comment_id", sa.Integer, nullable=False),
            sa.Column("start", sa.Integer, nullable=False), sa.Column("end", sa.Integer, nullable=False),
            sa.Column("polarity", sa.String(16)), sa.Column("polarity_score", sa.Float),
            sa.Column("confidence", sa.Float)]


def _of_tags() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["run_id", "comment_id"], ["tags.run_id", "tags.comment_id"])


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "codeframes", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False), sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("arrays", sa.LargeBinary, nullable=False), sa.Column("made_at", _TIME, nullable=False),
        sa.UniqueConstraint("name", "version", name="uq_codeframes_name_version"))
    op.create_table(
        "decisions", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("codeframe_name", sa.Text, nullable=False), sa.Column("at", _TIME, nullable=False),
        sa.Column("by", sa.Text, nullable=False), sa.Column("decision", sa.JSON, nullable=False),
        sa.Column("undone_at", _TIME))
    op.create_index("ix_decisions_codeframe_name", "decisions", ["codeframe_name"])
    op.create_table(
        "runs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("manifest", sa.JSON, nullable=False), sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME), sa.Column("codeframe_id", sa.Integer, sa.ForeignKey("codeframes.id")),
        sa.Column("is_current", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "tags", sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False), sa.Column("text", sa.Text),
        sa.Column("language", sa.String(8)), sa.Column("kind", sa.String(16)), sa.Column("polarity", sa.String(16)),
        sa.Column("polarity_score", sa.Float), sa.Column("confidence", sa.Float), sa.Column("n_windows", sa.Integer),
        sa.Column("implied_detractor", sa.Float), sa.Column("implied_passive", sa.Float),
        sa.Column("implied_promoter", sa.Float), sa.Column("flagged", sa.Text))
    op.create_index("ix_tags_comment_id", "tags", ["comment_id"])
    op.create_table("opinions", sa.Column("id", sa.Integer, primary_key=True), *_span(),
                    sa.Column("theme_id", sa.String(64)), sa.Column("theme_confidence", sa.Float), _of_tags())
    op.create_index("ix_opinions_theme", "opinions", ["run_id", "theme_id", "polarity"])
    op.create_index("ix_opinions_comment", "opinions", ["run_id", "comment_id"])
    op.create_table("brand_mentions", sa.Column("id", sa.Integer, primary_key=True), *_span(),
                    sa.Column("brand", sa.Text, nullable=False), _of_tags())
    op.create_index("ix_brand_mentions_brand", "brand_mentions", ["run_id", "brand"])
    op.create_index("ix_brand_mentions_comment", "brand_mentions", ["run_id", "comment_id"])


def downgrade() -> None:
    """Remove the tables with all that is in them; comments stay."""
    for name in ("brand_mentions", "opinions", "tags", "runs", "decisions", "codeframes"):
        op.drop_table(name)
