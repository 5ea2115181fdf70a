"""The tables of the store as they are now. How they came to be is in `migrations/`; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
)

from cx_text.store.column_types import UtcTime, Words

metadata = MetaData()

# What the store knows of itself; `secret` (32 bytes as hexadecimal digits) keys pseudonyms and digests.
settings = Table("settings", metadata, Column("name", String(64), primary_key=True),
                 Column("value", Words, nullable=False))

# One row each time that files were read. `finished_at` is empty while that goes on, and stays so where it was stopped.
imports = Table(
    "imports", metadata, Column("id", Integer, primary_key=True), Column("source", Words, nullable=False),
    Column("file_name", Words, nullable=False), Column("n_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False), Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime), Column("plan", JSON, nullable=False), Column("counts", JSON),
    Column("options", JSON, nullable=False), Index("ix_imports_sha256", "sha256"))


def _content() -> list[Column[object]]:
    """Return the columns of what a customer gave, which comments and their older versions share."""
    return [
        Column("received_at", UtcTime), Column("question", Words),
        Column("author", String(32)),  # a pseudonym; the customer's own key is nowhere
        Column("nps_score", SmallInteger), Column("rating", Float), Column("rating_lowest", Integer),
        Column("rating_highest", Integer), Column("verbatim", Words, nullable=False),
        Column("segments", JSON, nullable=False), Column("measures", JSON, nullable=False), Column("url", Words),
        Column("content_digest", LargeBinary(16), nullable=False),
        Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
        Column("row", BigInteger, nullable=False), Column("column", Words, nullable=False),
        Column("stored_at", UtcTime, nullable=False)]


# Each comment as it stands. A forgotten one keeps its key and `deleted_at`, so that no import brings it back.
comments = Table(
    "comments", metadata, Column("id", Integer, primary_key=True), Column("source", Words, nullable=False),
    Column("key", Words, nullable=False), Column("version", Integer, nullable=False), *_content(),
    Column("deleted_at", UtcTime),
    Column("record_id", Integer), Column("removed_at", UtcTime),  # of a platform; when it was found to be there no more
    UniqueConstraint("source", "key", name="uq_comments_source_key"),
    Index("ix_comments_received_at", "received_at"), Index("ix_comments_author", "author"),
    Index("ix_comments_source_received_at", "source", "received_at"), Index("ix_comments_nps_score", "nps_score"))
# The few that are forgotten, so that the others can be counted by the indexes above.
_IS_FORGOTTEN = comments.c.deleted_at.is_not(None)
Index("ix_comments_forgotten", comments.c.source, sqlite_where=_IS_FORGOTTEN, postgresql_where=_IS_FORGOTTEN)
_IS_OF_RECORD = comments.c.record_id.is_not(None)
Index("ix_comments_record_id", comments.c.record_id, sqlite_where=_IS_OF_RECORD, postgresql_where=_IS_OF_RECORD)

# Older versions only, numbered in the order in which the store met them.
comment_versions = Table(
    "comment_versions", metadata, Column("comment_id", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("version", Integer, primary_key=True), *_content())

# The segments of comments as they stand, to search by; names and values of more than 300 characters are cut here.
comment_segments = Table(
    "comment_segments", metadata, Column("comment_id", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("name", Words, primary_key=True), Column("value", Words, nullable=False),
    Index("ix_comment_segments_name_value", "name", "value", "comment_id"))

# Verbatims of rows that did not become comments.
ledger = Table(
    "ledger", metadata, Column("id", Integer, primary_key=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False), Column("row", BigInteger, nullable=False),
    Column("column", Words, nullable=False), Column("outcome", String(32), nullable=False),
    Column("reason", Words, nullable=False), Index("ix_ledger_import_id_row", "import_id", "row"))

# What a platform gave, masked and packed; `digest` is of the comments that it gave, before masking, empty where it
# could not be read. `checked_at`: when it was last known to be there.
records = Table(
    "records", metadata, Column("id", Integer, primary_key=True), Column("source", Words, nullable=False),
    Column("key", Words, nullable=False), Column("at", UtcTime), Column("digest", LargeBinary(16)),
    Column("raw", LargeBinary), Column("fetched_at", UtcTime, nullable=False),
    Column("checked_at", UtcTime, nullable=False), Column("removed_at", UtcTime),
    UniqueConstraint("source", "key", name="uq_records_source_key"),
    Index("ix_records_source_checked_at", "source", "checked_at"))

# How far each part of a source is; `counts` and `import_id` are those of its last look, `error` why it stopped.
collections = Table(
    "collections", metadata, Column("source", Words, primary_key=True), Column("part", Words, primary_key=True),
    Column("cursor", JSON, nullable=False), Column("counts", JSON, nullable=False),
    Column("import_id", Integer, ForeignKey("imports.id")), Column("started_at", UtcTime),
    Column("finished_at", UtcTime), Column("not_before", UtcTime), Column("error", Words))

# Where personal data was masked in a version of a comment; never the value. The places are those of MaskedCell.
redactions = Table(
    "redactions", metadata, Column("comment_id", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("version", Integer, primary_key=True), Column("redacted_start", Integer, primary_key=True),
    Column("redacted_end", Integer, nullable=False), Column("placeholder", String(64), nullable=False),
    Column("kind", String(16), nullable=False), Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False), Column("is_normalised", Boolean, nullable=False))

# The masked values of a version of a comment, sealed; only where a key was given.
vault = Table(
    "vault", metadata, Column("comment_id", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("version", Integer, primary_key=True), Column("sealed", LargeBinary, nullable=False))

# Who did what that cannot be undone. Nothing is ever changed or removed here.
audit_log = Table(
    "audit_log", metadata, Column("id", Integer, primary_key=True), Column("at", UtcTime, nullable=False),
    Column("who", Words, nullable=False), Column("action", String(32), nullable=False),
    Column("subject", JSON, nullable=False))

codeframes = Table(
    "codeframes", metadata, Column("id", Integer, primary_key=True), Column("name", Words, nullable=False),
    Column("version", Integer, nullable=False), Column("definition", JSON, nullable=False),
    Column("arrays", LargeBinary, nullable=False), Column("made_at", UtcTime, nullable=False),
    UniqueConstraint("name", "version", name="uq_codeframes_name_version"))

decisions = Table(
    "decisions", metadata, Column("id", Integer, primary_key=True), Column("codeframe_name", Words, nullable=False),
    Column("at", UtcTime, nullable=False), Column("by", Words, nullable=False),
    Column("decision", JSON, nullable=False), Column("undone_at", UtcTime),
    Index("ix_decisions_codeframe_name", "codeframe_name"))

# `finished_at` is empty until a run is whole, and then the last time that it read what had been waiting.
runs = Table(
    "runs", metadata, Column("id", Integer, primary_key=True), Column("recipe", Words, nullable=False),
    Column("manifest", JSON, nullable=False), Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime), Column("codeframe_id", Integer, ForeignKey("codeframes.id")),
    Column("is_current", Boolean, nullable=False, server_default=false()), Column("codeframe_name", Words),
    Column("decisions_upto", Integer, nullable=False, server_default="0"),  # number of the last decision carried out
    Column("read_upto", Integer, nullable=False, server_default="0"),  # the last comment of each pass that is stored
    Column("themed_upto", Integer, nullable=False, server_default="0"))

# What a run read in a version of a comment; `text` is what the spans of its opinions and mentions index.
tags = Table(
    "tags", metadata, Column("run_id", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("comment_id", Integer, ForeignKey("comments.id"), primary_key=True),
    Column("version", Integer, nullable=False), Column("text", Words), Column("language", String(8)),
    Column("kind", String(16)), Column("polarity", String(16)), Column("polarity_score", Float),
    Column("confidence", Float), Column("n_windows", Integer), Column("implied_detractor", Float),
    Column("implied_passive", Float), Column("implied_promoter", Float), Column("flagged", Words),
    Index("ix_tags_comment_id", "comment_id"))


def _span() -> list[Column[object]]:
    """Return the columns of a place in the text of tags, and what is said there."""
    return [Column("run_id", Integer, nullable=False), Column("comment_id", Integer, nullable=False),
            Column("start", Integer, nullable=False), Column("end", Integer, nullable=False),
            Column("polarity", String(16)), Column("polarity_score", Float), Column("confidence", Float)]


def _of_tags() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["run_id", "comment_id"], ["tags.run_id", "tags.comment_id"])


opinions = Table(
    "opinions", metadata, Column("id", Integer, primary_key=True), *_span(), Column("theme_id", String(64)),
    Column("theme_confidence", Float),
    Column("signs", LargeBinary),  # a bit a dimension of its vector, 1 where it is above zero, to search by meaning
    _of_tags(), Index("ix_opinions_theme", "run_id", "theme_id", "polarity"),
    Index("ix_opinions_comment", "run_id", "comment_id"))

brand_mentions = Table(
    "brand_mentions", metadata, Column("id", Integer, primary_key=True), *_span(),
    Column("brand", Words, nullable=False), _of_tags(), Index("ix_brand_mentions_brand", "run_id", "brand"),
    Index("ix_brand_mentions_comment", "run_id", "comment_id"))

# People who may use the web page where it is not for one person alone. Passwords and tokens are stored as hashes only.
users = Table(
    "users", metadata, Column("id", Integer, primary_key=True), Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False), Column("password_hash", Words, nullable=False),
    Column("created_at", UtcTime, nullable=False), Column("disabled_at", UtcTime),
    UniqueConstraint("name", name="uq_users_name"))

sessions = Table(
    "sessions", metadata, Column("digest", LargeBinary(32), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False), Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False), Column("expires_at", UtcTime, nullable=False),
    Index("ix_sessions_user_id", "user_id"))

api_tokens = Table(
    "api_tokens", metadata, Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False), Column("name", Words, nullable=False),
    Column("digest", LargeBinary(32), nullable=False), Column("scopes", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False), Column("used_at", UtcTime), Column("revoked_at", UtcTime),
    UniqueConstraint("digest", name="uq_api_tokens_digest"))

# Who failed to log in, a name or an address as a keyed digest.
login_failures = Table(
    "login_failures", metadata, Column("who", String(64), primary_key=True),
    Column("n_failures", Integer, nullable=False), Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False))

# Work that takes longer than a page: import, retag, refit. `seen_at` is when it last said that it is alive.
jobs = Table(
    "jobs", metadata, Column("id", Integer, primary_key=True), Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False), Column("options", JSON, nullable=False),
    Column("by", Words, nullable=False), Column("asked_at", UtcTime, nullable=False), Column("started_at", UtcTime),
    Column("seen_at", UtcTime), Column("finished_at", UtcTime), Column("phase", String(64)), Column("n_done", Integer),
    Column("n_total", Integer), Column("result", JSON), Column("error", Words), Index("ix_jobs_state", "state", "id"))

# What a person says of one opinion of a comment, known by a keyed digest of its words; each run carries it out.
corrections = Table(
    "corrections", metadata, Column("id", Integer, primary_key=True),
    Column("comment_id", Integer, ForeignKey("comments.id"), nullable=False),
    Column("words_digest", LargeBinary(16), nullable=False), Column("what", String(16), nullable=False),
    Column("was", String(64)), Column("value", String(64), nullable=False), Column("by", Words, nullable=False),
    Column("at", UtcTime, nullable=False), Column("undone_at", UtcTime),
    Index("ix_corrections_comment_id", "comment_id"))

# A refit that waits for a person's word, one at most a codeframe; an accepted one is a version of it.
proposals = Table(
    "proposals", metadata, Column("codeframe_name", String(64), primary_key=True),
    Column("definition", JSON, nullable=False), Column("arrays", LargeBinary, nullable=False),
    Column("diff", JSON, nullable=False), Column("by", Words, nullable=False),
    Column("made_at", UtcTime, nullable=False))

# A sample of opinions that people judge by themselves; `weight` is how many opinions each stands for.
audits = Table(
    "audits", metadata, Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("runs.id"), nullable=False), Column("plan", JSON, nullable=False),
    Column("by", Words, nullable=False), Column("started_at", UtcTime, nullable=False), Column("finished_at", UtcTime))

audit_items = Table(
    "audit_items", metadata, Column("audit_id", Integer, ForeignKey("audits.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("comment_id", Integer, ForeignKey("comments.id"), nullable=False), Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False), Column("stratum", String(64), nullable=False),
    Column("weight", Float, nullable=False), Column("theme_id", String(64)), Column("polarity", String(16)),
    Column("is_second_look", Boolean, nullable=False), Index("ix_audit_items_comment_id", "comment_id"))

audit_answers = Table(
    "audit_answers", metadata, Column("id", Integer, primary_key=True),
    Column("audit_id", Integer, ForeignKey("audits.id"), nullable=False), Column("place", Integer, nullable=False),
    Column("by", Words, nullable=False), Column("theme_id", String(64)), Column("polarity", String(16)),
    Column("at", UtcTime, nullable=False), Index("ix_audit_answers_audit_id", "audit_id", "place"))

# What is done about a theme, and about one customer.
actions = Table(
    "actions", metadata, Column("id", Integer, primary_key=True), Column("codeframe_name", Words, nullable=False),
    Column("theme_id", String(64), nullable=False), Column("title", Words, nullable=False),
    Column("owner", Words, nullable=False), Column("state", String(16), nullable=False), Column("due_at", UtcTime),
    Column("done_at", UtcTime), Column("notes", Words, nullable=False), Column("by", Words, nullable=False),
    Column("made_at", UtcTime, nullable=False), Index("ix_actions_theme", "codeframe_name", "theme_id"))

cases = Table(
    "cases", metadata, Column("id", Integer, primary_key=True),
    Column("comment_id", Integer, ForeignKey("comments.id"), nullable=False), Column("owner", Words, nullable=False),
    Column("state", String(16), nullable=False), Column("outcome", String(32)), Column("by", Words, nullable=False),
    Column("opened_at", UtcTime, nullable=False), Column("closed_at", UtcTime),
    UniqueConstraint("comment_id", name="uq_cases_comment_id"), Index("ix_cases_state", "state", "id"))

case_notes = Table(
    "case_notes", metadata, Column("id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), nullable=False), Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False), Column("words", Words, nullable=False),
    Index("ix_case_notes_case_id", "case_id"))

# A watch is one recipe's; `judged_upto` is the last day that it has judged.
watches = Table(
    "watches", metadata, Column("name", Words, primary_key=True), Column("period", String(8), nullable=False),
    Column("judged_upto", Date), Column("rules", JSON, nullable=False), Column("proposed_at", UtcTime),
    Column("drift", JSON))

# What each look did, and how long it took; `error` is one line.
watch_looks = Table(
    "watch_looks", metadata, Column("id", Integer, primary_key=True), Column("watch", Words, nullable=False),
    Column("started_at", UtcTime, nullable=False), Column("finished_at", UtcTime),
    Column("counts", JSON, nullable=False), Column("seconds", JSON, nullable=False), Column("error", Words),
    Index("ix_watch_looks_watch", "watch", "id"))

# The state of each series of each rule; days in `state` are ordinals, as `date.toordinal` gives them.
watch_states = Table(
    "watch_states", metadata, Column("watch", Words, primary_key=True), Column("rule", Words, primary_key=True),
    Column("series", Words, primary_key=True), Column("state", JSON, nullable=False),
    Column("alert_id", Integer))  # the one that fires

# A change of state that people are told of. No words of customers are here: `quotes` says where they stand.
alerts = Table(
    "alerts", metadata, Column("id", Integer, primary_key=True), Column("watch", Words, nullable=False),
    Column("rule", Words, nullable=False), Column("kind", String(16), nullable=False),
    Column("measure", String(24), nullable=False), Column("direction", String(8), nullable=False),
    Column("subject", JSON, nullable=False), Column("state", String(16), nullable=False),
    Column("began_on", Date, nullable=False), Column("fired_on", Date, nullable=False),
    Column("told_at", UtcTime, nullable=False), Column("resolved_on", Date), Column("why", String(16)),
    Column("figures", JSON, nullable=False), Column("points", JSON, nullable=False),
    Column("quotes", JSON, nullable=False), Column("seen_by", Words), Column("seen_at", UtcTime),
    Column("verdict", String(16)), Column("note", Words),
    Index("ix_alerts_state", "state", "id"), Index("ix_alerts_watch", "watch", "id"))

# What has to be sent, once a notifier and event: of an alert, or of a period ("digest 2026-03-02"). `claimed_at` is
# the token of who sends it.
deliveries = Table(
    "deliveries", metadata, Column("id", Integer, primary_key=True), Column("watch", Words, nullable=False),
    Column("notifier", Words, nullable=False), Column("event", Words, nullable=False),
    Column("alert_id", Integer, ForeignKey("alerts.id")), Column("facts", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", UtcTime, nullable=False), Column("not_before", UtcTime), Column("claimed_at", UtcTime),
    Column("sent_at", UtcTime), Column("n_tries", Integer, nullable=False), Column("error", Words),
    UniqueConstraint("watch", "notifier", "event", name="uq_deliveries_event"),
    Index("ix_deliveries_state", "state", "id"), Index("ix_deliveries_alert_id", "alert_id"))
