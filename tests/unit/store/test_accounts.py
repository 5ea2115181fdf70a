"""Accounts as rows: names, roles, and that somebody is always left who can administer them."""

from datetime import UTC, datetime, timedelta

import pytest
from store_rows import rows_of

from cx_text.errors import ConfigError
from cx_text.store import accounts
from cx_text.store.accounts import Role
from cx_text.store.opening import open_store
from cx_text.store.tables import api_tokens, audit_log, sessions

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def store(place):
    with open_store(place, create=True) as opened:
        yield opened


def add(store, name, role=Role.VIEWER):
    with store.writing() as connection:
        return accounts.add_account(connection, name, role, "hash", at=NOW, who="root")


def test_names_are_stored_in_small_letters_and_are_taken_once(store):
    assert add(store, " Anna@Example.com ").name == "anna@example.com"
    with pytest.raises(ConfigError) as raised:
        add(store, "ANNA@example.com")
    assert str(raised.value) == ("there is an account 'anna@example.com' already. Give another name, or a new password "
                                 "with cx-text users password anna@example.com.")
    assert add(store, "ben").name == "ben"  # the writer's transaction was not spoiled


@pytest.mark.parametrize("name", ["", "a b", "<b>", ".a", "é", "a" * 101])
def test_what_is_no_name_is_refused(store, name):
    with pytest.raises(ConfigError) as raised:
        add(store, name)
    assert str(raised.value) == (f"{name!r} cannot be the name of an account. Use up to 100 letters, digits and "
                                 ". _ @ + -, such as anna or anna@example.com.")


def test_roles_include_those_before_them():
    assert [[has.includes(needed) for needed in Role] for has in Role] == [
        [True, False, False], [True, True, False], [True, True, True]]
    assert accounts.checked_role("editor") is Role.EDITOR
    with pytest.raises(ConfigError) as raised:
        accounts.checked_role("edit")
    assert str(raised.value) == "there is no role 'edit'; did you mean 'editor'? Give one of viewer, editor, admin."


def test_the_only_admin_stays(store):
    anna = add(store, "anna", Role.ADMIN)
    for change in (lambda c: accounts.disable(c, anna, at=NOW, who="anna"),
                   lambda c: accounts.set_role(c, anna, Role.VIEWER, who="anna")):
        with pytest.raises(ConfigError) as raised, store.writing() as connection:
            change(connection)
        assert str(raised.value) == "anna is the only admin. Make another admin first."
    add(store, "ben", Role.ADMIN)
    with store.writing() as connection:
        accounts.disable(connection, anna, at=NOW, who="ben")
        assert accounts.n_active(connection, Role.ADMIN) == accounts.n_active(connection) == 1
        assert [one.name for one in accounts.accounts(connection)] == ["ben", "anna"]


def test_closing_an_account_ends_its_sessions_and_tokens_for_good(store):
    add(store, "root", Role.ADMIN)
    anna, ben = add(store, "anna"), add(store, "ben")
    with store.writing() as connection:
        for account, digest in ((anna, b"a" * 32), (ben, b"b" * 32)):
            accounts.add_session(connection, digest, account, at=NOW, expires_at=NOW + timedelta(days=1),
                                 idle_since=NOW - timedelta(hours=1))
            accounts.add_token(connection, digest, account, "export", ["read"], at=NOW)
        accounts.disable(connection, anna, at=NOW, who="root")
    assert [row.user_id for row in rows_of(store, sessions)] == [ben.id]
    with store.writing() as connection:
        assert accounts.token(connection, b"a" * 32) is None
        assert accounts.password_hash(connection, "anna") is None
        accounts.enable(connection, anna, who="root")
        assert accounts.password_hash(connection, "anna")[1] == "hash"
        assert accounts.token(connection, b"a" * 32) is None
        assert accounts.token(connection, b"b" * 32)[0].name == "ben"


def test_a_new_password_ends_sessions_and_is_written_down_without_it(store):
    anna = add(store, "anna")
    with store.writing() as connection:
        accounts.add_session(connection, b"a" * 32, anna, at=NOW, expires_at=NOW + timedelta(days=1),
                             idle_since=NOW - timedelta(hours=1))
        accounts.set_password(connection, anna, "new hash", who="root")
        assert accounts.session(connection, b"a" * 32) is None
        assert accounts.password_hash(connection, "anna")[1] == "new hash"
    assert [(row.who, row.action, row.subject) for row in rows_of(store, audit_log)] == [
        ("root", "user_add", {"name": "anna", "role": "viewer"}), ("root", "user_password", {"name": "anna"})]


def test_a_new_session_removes_those_that_are_over(store):
    anna = add(store, "anna")
    with store.writing() as connection:
        for digest, at in ((b"1" * 32, NOW - timedelta(days=8)), (b"2" * 32, NOW - timedelta(hours=13)),
                           (b"3" * 32, NOW)):
            accounts.add_session(connection, digest, anna, at=at, expires_at=at + timedelta(days=7),
                                 idle_since=at - timedelta(hours=12))
    assert [row.digest for row in rows_of(store, sessions)] == [b"3" * 32]


def test_a_token_is_revoked_by_its_owner_alone(store):
    anna, ben = add(store, "anna"), add(store, "ben")
    with store.writing() as connection:
        accounts.add_token(connection, b"a" * 32, anna, "export", ["read", "write"], at=NOW)
        [known] = accounts.tokens(connection, anna.id)
        accounts.revoke_token(connection, ben, known.id, at=NOW)
        assert accounts.token(connection, b"a" * 32) == (anna, known)
        accounts.revoke_token(connection, anna, known.id, at=NOW)
        assert accounts.token(connection, b"a" * 32) is None
        assert accounts.tokens(connection, anna.id) == []
    assert [row.revoked_at for row in rows_of(store, api_tokens)] == [NOW]


def test_an_unknown_name_is_told_with_what_is_near(store):
    add(store, "anna")
    with store.reading() as connection, pytest.raises(ConfigError) as raised:
        accounts.account_of(connection, "ana")
    assert str(raised.value) == ("there is no account 'ana'; did you mean 'anna'? See them with cx-text users list.")
    with store.reading() as connection, pytest.raises(ConfigError) as raised:
        accounts.account_by_id(connection, 99)
    assert str(raised.value) == "there is no such account. Open the page of users anew."
