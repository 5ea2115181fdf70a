"""What goes into the store comes out again, whatever it holds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from cx_text.store.column_types import Words
from cx_text.store.opening import open_store
from cx_text.store.tables import audit_log

HARD = ["", "'; DROP TABLE comments; --", "\0", "a\0b", "\ud800", "\udfff\ud800", "👩‍👩‍👧‍👦", "\ue01b", "\ue01b0000",
        "%s %(x)s :x ?", "\r\n\t", "x" * 1_000_000]


def test_words_and_times_come_back_from_both_databases(place):
    at = datetime(2026, 3, 1, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
    with open_store(place, create=True) as store:
        with store.writing() as connection:
            connection.execute(insert(audit_log), [{"at": at, "who": words, "action": "x", "subject": {"w": words[:9]}}
                                                   for words in HARD])
        with store.reading() as connection:
            found = connection.execute(select(audit_log).order_by(audit_log.c.id)).all()
            sought = connection.execute(select(audit_log.c.who).where(audit_log.c.who == "a\0b")).scalars().all()
    assert [row.who for row in found] == HARD
    assert [row.subject["w"] for row in found] == [words[:9] for words in HARD]
    assert {row.at for row in found} == {at}
    assert {row.at.tzinfo for row in found} == {UTC}
    assert sought == ["a\0b"]


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("\0\ue01b\ud800f0")))
def test_words_are_restored_and_what_is_stored_can_be(words):
    stored = Words().process_bind_param(words, None)
    stored.encode("utf-8")
    assert "\0" not in stored
    assert Words().process_result_value(stored, None) == words


def test_a_time_without_a_zone_is_refused(tmp_path):
    wrong = insert(audit_log).values(at=datetime(2026, 1, 1), who="", action="", subject={})
    with (open_store(tmp_path / "a", create=True) as store, store.writing() as connection,
          pytest.raises(StatementError, match="a time without a zone cannot be stored")):
        connection.execute(wrong)
