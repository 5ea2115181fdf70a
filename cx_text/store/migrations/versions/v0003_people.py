"""What people do with a store: accounts, corrections, refits, audits, actions, jobs; and an index of the words.

Revision: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"

_TIME = sa.DateTime(timezone=True)
_TABLES = ("case_notes", "cases", "actions", "audit_answers", "audit_items", "audits", "proposals", "corrections",
           "jobs", "login_failures", "api_tokens", "sessions", "users")
# Words are indexed by triggers, so that no writer can forget it.
_SQLITE_WORDS = (
    "CREATE VIRTUAL TABLE comment_words USING fts5(verbatim, content='comments', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2')",
    "INSERT INTO comment_words(comment_words) VALUES('rebuild')",
    "CREATE TRIGGER comment_words_insert AFTER INSERT ON comments BEGIN "
    "INSERT INTO comment_words(rowid, verbatim) VALUES (new.id, new.verbatim); END",
    "CREATE TRIGGER comment_words_update AFTER UPDATE OF verbatim ON comments BEGIN "
    "INSERT INTO comment_words(comment_words, rowid, verbatim) VALUES ('delete', old.id, old.verbatim); "
    "INSERT INTO comment_words(rowid, verbatim) VALUES (new.id, new.verbatim); END",
    "CREATE TRIGGER comment_words_delete AFTER DELETE ON comments BEGIN "
    "INSERT INTO comment_words(comment_words, rowid, verbatim) VALUES ('delete', old.id, old.verbatim); END",
)
# A vector of words holds a megabyte at most; marks that PostgreSQL takes for parts of addresses would hide words.
_AS_WORDS = r"to_tsvector('english', translate(left({0}, 100000), './\@_-+:', '        '))"
_POSTGRES_WORDS = (
    "CREATE TABLE comment_words (comment_id integer PRIMARY KEY REFERENCES comments (id) ON DELETE CASCADE, "
    "words tsvector NOT NULL)",
    f"INSERT INTO comment_words SELECT id, {_AS_WORDS.format('verbatim')} FROM comments",  # noqa: S608  our own words
    "CREATE INDEX ix_comment_words ON comment_words USING gin (words)",
    "CREATE FUNCTION index_comment_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
    f"INSERT INTO comment_words VALUES (new.id, {_AS_WORDS.format('new.verbatim')}) "
    "ON CONFLICT (comment_id) DO UPDATE SET words = excluded.words; RETURN new; END $$",
    "CREATE TRIGGER comment_words_write AFTER INSERT OR UPDATE OF verbatim ON comments FOR EACH ROW "
    "EXECUTE FUNCTION index_comment_words()",
)


def upgrade() -> None:
    """Make the tables, and index the words that are there."""
    op.add_column("runs", sa.Column("codeframe_name", sa.Text))
    op.add_column("runs", sa.Column("decisions_upto", sa.Integer, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("read_upto", sa.Integer, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("themed_upto", sa.Integer, nullable=False, server_default="0"))
    op.add_column("opinions", sa.Column("signs", sa.LargeBinary))
    is_forgotten = sa.text("deleted_at IS NOT NULL")
    op.create_index("ix_comments_forgotten", "comments", ["source"], sqlite_where=is_forgotten,
                    postgresql_where=is_forgotten)
    _make_accounts()
    _make_corrections()
    _make_audits()
    _make_actions()
    words = _SQLITE_WORDS if op.get_bind().dialect.name == "sqlite" else _POSTGRES_WORDS
    for statement in words:
        op.execute(statement)


def _make_accounts() -> None:
    op.create_table(
        "users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(16), nullable=False), sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False), sa.Column("disabled_at", _TIME),
        sa.UniqueConstraint("name", name="uq_users_name"))
    op.create_table(
        "sessions", sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("created_at", _TIME, nullable=False), sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False))
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_table(
        "api_tokens", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False), sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False), sa.Column("created_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME), sa.Column("revoked_at", _TIME),
        sa.UniqueConstraint("digest", name="uq_api_tokens_digest"))
    op.create_table(
        "login_failures", sa.Column("who", sa.String(64), primary_key=True),
        sa.Column("n_failures", sa.Integer, nullable=False), sa.Column("first_at", _TIME, nullable=False),
        sa.Column("last_at", _TIME, nullable=False))
    op.create_table(
        "jobs", sa.Column("id", sa.Integer, primary_key=True), sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False), sa.Column("options", sa.JSON, nullable=False),
        sa.Column("by", sa.Text, nullable=False), sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("started_at", _TIME), sa.Column("seen_at", _TIME), sa.Column("finished_at", _TIME),
        sa.Column("phase", sa.String(64)), sa.Column("n_done", sa.Integer), sa.Column("n_total", sa.Integer),
        sa.Column("result", sa.JSON), sa.Column("error", sa.Text))
    op.create_index("ix_jobs_state", "jobs", ["state", "id"])


def _make_corrections() -> None:
    op.create_table(
        "corrections", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id"), nullable=False),
        sa.Column("words_digest", sa.LargeBinary(16), nullable=False), sa.Column("what", sa.String(16), nullable=False),
        sa.Column("was", sa.String(64)), sa.Column("value", sa.String(64), nullable=False),
        sa.Column("by", sa.Text, nullable=False), sa.Column("at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME))
    op.create_index("ix_corrections_comment_id", "corrections", ["comment_id"])
    op.create_table(
        "proposals", sa.Column("codeframe_name", sa.String(64), primary_key=True),
        sa.Column("definition", sa.JSON, nullable=False), sa.Column("arrays", sa.LargeBinary, nullable=False),
        sa.Column("diff", sa.JSON, nullable=False), sa.Column("by", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False))


def _make_audits() -> None:
    op.create_table(
        "audits", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("plan", sa.JSON, nullable=False), sa.Column("by", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False), sa.Column("finished_at", _TIME))
    op.create_table(
        "audit_items", sa.Column("audit_id", sa.Integer, sa.ForeignKey("audits.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id"), nullable=False),
        sa.Column("start", sa.Integer, nullable=False), sa.Column("end", sa.Integer, nullable=False),
        sa.Column("stratum", sa.String(64), nullable=False), sa.Column("weight", sa.Float, nullable=False),
        sa.Column("theme_id", sa.String(64)), sa.Column("polarity", sa.String(16)),
        sa.Column("is_second_look", sa.Boolean, nullable=False))
    op.create_index("ix_audit_items_comment_id", "audit_items", ["comment_id"])
    op.create_table(
        "audit_answers", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("audit_id", sa.Integer, sa.ForeignKey("audits.id"), nullable=False),
        sa.Column("place", sa.Integer, nullable=False), sa.Column("by", sa.Text, nullable=False),
        sa.Column("theme_id", sa.String(64)), sa.Column("polarity", sa.String(16)),
        sa.Column("at", _TIME, nullable=False))
    op.create_index("ix_audit_answers_audit_id", "audit_answers", ["audit_id", "place"])


def _make_actions() -> None:
    op.create_table(
        "actions", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("codeframe_name", sa.Text, nullable=False), sa.Column("theme_id", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False), sa.Column("owner", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False), sa.Column("due_at", _TIME), sa.Column("done_at", _TIME),
        sa.Column("notes", sa.Text, nullable=False), sa.Column("by", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False))
    op.create_index("ix_actions_theme", "actions", ["codeframe_name", "theme_id"])
    op.create_table(
        "cases", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("comment_id", sa.Integer, sa.ForeignKey("comments.id"), nullable=False),
        sa.Column("owner", sa.Text, nullable=False), sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(32)), sa.Column("by", sa.Text, nullable=False),
        sa.Column("opened_at", _TIME, nullable=False), sa.Column("closed_at", _TIME),
        sa.UniqueConstraint("comment_id", name="uq_cases_comment_id"))
    op.create_index("ix_cases_state", "cases", ["state", "id"])
    op.create_table(
        "case_notes", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("at", _TIME, nullable=False), sa.Column("by", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False))
    op.create_index("ix_case_notes_case_id", "case_notes", ["case_id"])


def downgrade() -> None:
    """Remove all of it; comments, runs, codeframes and decisions stay."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER comment_words_{name}")
        op.execute("DROP TABLE comment_words")
    else:
        op.execute("DROP TRIGGER comment_words_write ON comments")
        op.execute("DROP FUNCTION index_comment_words")
        op.drop_table("comment_words")
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("ix_comments_forgotten", "comments")
    op.drop_column("opinions", "signs")
    for name in ("themed_upto", "read_upto", "decisions_upto", "codeframe_name"):
        op.drop_column("runs", name)
