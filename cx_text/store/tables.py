"""The tables of the store as they are now. How they came to be is in `migrations/`; a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
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
    Column("deleted_at", UtcTime), UniqueConstraint("source", "key", name="uq_comments_source_key"),
    Index("ix_comments_received_at", "received_at"), Index("ix_comments_author", "author"),
    Index("ix_comments_source_received_at", "source", "received_at"), Index("ix_comments_nps_score", "nps_score"))

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

runs = Table(
    "runs", metadata, Column("id", Integer, primary_key=True), Column("recipe", Words, nullable=False),
    Column("manifest", JSON, nullable=False), Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime), Column("codeframe_id", Integer, ForeignKey("codeframes.id")),
    Column("is_current", Boolean, nullable=False, server_default=false()))

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
    Column("theme_confidence", Float), _of_tags(),
    Index("ix_opinions_theme", "run_id", "theme_id", "polarity"), Index("ix_opinions_comment", "run_id", "comment_id"))

brand_mentions = Table(
    "brand_mentions", metadata, Column("id", Integer, primary_key=True), *_span(),
    Column("brand", Words, nullable=False), _of_tags(), Index("ix_brand_mentions_brand", "run_id", "brand"),
    Index("ix_brand_mentions_comment", "run_id", "comment_id"))
