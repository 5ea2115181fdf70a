"""What can become of one verbatim of one row of an export."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one verbatim of one row; the counts of all outcomes add up to the rows of the export."""

    ANALYSED = "analysed"
    BLANK = "blank"
    NON_ANSWER = "non_answer"
    NOTHING_TO_ADD = "nothing_to_add"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    OLDER_VERSION = "older_version"  # of an answer that was given again under the same id
    TEST_ROW = "test_row"
    OTHER_LANGUAGE = "other_language"
    SKIPPED = "skipped"  # of a platform, and no comment of a customer
    REJECTED = "rejected"
