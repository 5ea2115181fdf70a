"""Sessions and tokens: what is stored of them, when they are over, and what they allow."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from made.web import add_person
from store_rows import rows_of

from cx_text.store.accounts import Role, disable
from cx_text.store.opening import open_store
from cx_text.store.tables import api_tokens
from cx_text.store.tables import sessions as sessions_table
from cx_text.web import sessions

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


@pytest.fixture
def anna(store):
    add_person(store, "root")
    return add_person(store, "anna", Role.EDITOR)


def test_only_a_digest_of_a_session_is_stored(store, anna):
    secret = sessions.begin(store, anna, at=NOW)
    [row] = rows_of(store, sessions_table)
    assert row.digest == sha256(secret.encode()).digest()
    assert len(secret) == 43  # 32 bytes
    assert sessions.whose(store, secret, at=NOW) == anna
    assert sessions.whose(store, secret + "x", at=NOW) is None


def test_a_session_is_over_after_twelve_hours_without_a_sign(store, anna):
    secret = sessions.begin(store, anna, at=NOW)
    assert sessions.whose(store, secret, at=NOW + timedelta(hours=11)) == anna
    assert sessions.whose(store, secret, at=NOW + timedelta(hours=22)) == anna
    assert sessions.whose(store, secret, at=NOW + timedelta(hours=34)) is None


def test_a_session_is_over_after_seven_days_in_any_case(store, anna):
    secret, at = sessions.begin(store, anna, at=NOW), NOW
    while at < NOW + timedelta(days=7):
        assert sessions.whose(store, secret, at=at) == anna
        at += timedelta(hours=8)
    assert sessions.whose(store, secret, at=NOW + timedelta(days=7)) is None


def test_a_session_ends_when_it_is_told_and_with_its_account(store, anna):
    first, second = (sessions.begin(store, anna, at=NOW) for _ in range(2))
    sessions.end(store, first)
    assert sessions.whose(store, first, at=NOW) is None
    assert sessions.whose(store, second, at=NOW) == anna
    with store.writing() as connection:
        disable(connection, anna, at=NOW, who="root")
    assert sessions.whose(store, second, at=NOW) is None


def test_reading_pages_writes_once_in_five_minutes(store, anna):
    secret = sessions.begin(store, anna, at=NOW)
    for minutes, seen in ((4, 0), (5, 5), (9, 5), (10, 10)):
        sessions.whose(store, secret, at=NOW + timedelta(minutes=minutes))
        assert rows_of(store, sessions_table)[0].seen_at == NOW + timedelta(minutes=seen)


@pytest.mark.parametrize(("role", "may_write", "allowed"), [
    (Role.VIEWER, True, Role.VIEWER), (Role.EDITOR, False, Role.VIEWER), (Role.EDITOR, True, Role.EDITOR),
    (Role.ADMIN, True, Role.EDITOR)])
def test_a_token_allows_what_its_scopes_and_its_owner_allow_and_never_administers(store, role, may_write, allowed):
    add_person(store, "root")
    owner = add_person(store, "ben", role)
    token = sessions.new_token(store, owner, "export", may_write=may_write, at=NOW)
    assert token.startswith("cxt_")
    assert sessions.whose_token(store, token, at=NOW) == (owner, allowed)
    [row] = rows_of(store, api_tokens)
    assert (row.digest, row.used_at) == (sha256(token.encode()).digest(), NOW)


def test_what_is_no_token_belongs_to_nobody(store, anna):
    for token in ("", "cxt_", "cxt_" + "a" * 43, "Bearer"):
        assert sessions.whose_token(store, token, at=NOW) is None


def test_the_token_of_forms_belongs_to_one_browser_and_one_store(store, anna, tmp_path):
    token = sessions.form_token(store, "secret")
    assert sessions.is_form_token(store, "secret", token)
    assert not sessions.is_form_token(store, "other", token)
    assert not sessions.is_form_token(store, "secret", token[:-1] + "é")
    with open_store(tmp_path / "other.sqlite3", create=True) as other:
        assert not sessions.is_form_token(other, "secret", token)
