"""What is watched, the alerts of it, and what has to be sent.

Revision: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "watches", sa.Column("name", sa.Text, primary_key=True), sa.Column("period", sa.String(8), nullable=False),
        sa.Column("judged_upto", sa.Date), sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("proposed_at", _TIME), sa.Column("drift", sa.JSON))
    op.create_table(
        "watch_looks", sa.Column("id", sa.Integer, primary_key=True), sa.Column("watch", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False), sa.Column("finished_at", _TIME),
        sa.Column("counts", sa.JSON, nullable=False), sa.Column("seconds", sa.JSON, nullable=False),
        sa.Column("error", sa.Text))
    op.create_index("ix_watch_looks_watch", "watch_looks", ["watch", "id"])
    op.create_table(
        "watch_states", sa.Column("watch", sa.Text, primary_key=True), sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("series", sa.Text, primary_key=True), sa.Column("state", sa.JSON, nullable=False),
        sa.Column("alert_id", sa.Integer))
    op.create_table(
        "alerts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("watch", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False), sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("measure", sa.String(24), nullable=False), sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("subject", sa.JSON, nullable=False), sa.Column("state", sa.String(16), nullable=False),
        sa.Column("began_on", sa.Date, nullable=False), sa.Column("fired_on", sa.Date, nullable=False),
        sa.Column("told_at", _TIME, nullable=False), sa.Column("resolved_on", sa.Date),
        sa.Column("why", sa.String(16)), sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("points", sa.JSON, nullable=False), sa.Column("quotes", sa.JSON, nullable=False),
        sa.Column("seen_by", sa.Text), sa.Column("seen_at", _TIME), sa.Column("verdict", sa.String(16)),
        sa.Column("note", sa.Text))
    op.create_index("ix_alerts_state", "alerts", ["state", "id"])
    op.create_index("ix_alerts_watch", "alerts", ["watch", "id"])
    op.create_table(
        "deliveries", sa.Column("id", sa.Integer, primary_key=True), sa.Column("watch", sa.Text, nullable=False),
        sa.Column("notifier", sa.Text, nullable=False), sa.Column("event", sa.Text, nullable=False),
        sa.Column("alert_id", sa.Integer, sa.ForeignKey("alerts.id")), sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False), sa.Column("not_before", _TIME), sa.Column("claimed_at", _TIME),
        sa.Column("sent_at", _TIME), sa.Column("n_tries", sa.Integer, nullable=False), sa.Column("error", sa.Text),
        sa.UniqueConstraint("watch", "notifier", "event", name="uq_deliveries_event"))
    op.create_index("ix_deliveries_state", "deliveries", ["state", "id"])
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"])


def downgrade() -> None:
    """Remove all of it."""
    for table in ("deliveries", "alerts", "watch_states", "watch_looks", "watches"):
        op.drop_table(table)
