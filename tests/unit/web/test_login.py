"""Logging in and out, the own account, and what admins do with those of others."""

import re

import pytest
from argon2 import PasswordHasher
from made.web import PASSWORD, TEAM, add_person, log_in, post, visit
from store_rows import rows_of

from cx_text.store.accounts import Role, add_account
from cx_text.store.opening import open_store
from cx_text.store.tables import api_tokens, sessions, users
from cx_text.web.passwords import is_right


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        yield opened


@pytest.fixture
def anna(store):
    return add_person(store)


@pytest.fixture
def browser(store, anna):
    return visit(store, TEAM)


def session_of(browser):
    return browser.cookies.get("cx_text_session_8765")


def test_logging_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(browser):
    answer = log_in(browser, "ANNA", next="/users?a=b")
    assert (answer.status_code, answer.headers["location"]) == (303, "/users?a=b")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(r"cx_text_session_8765=[\w-]{43}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax", cookie)
    assert browser.get("/users").status_code == 200


def test_under_https_cookies_stay_there(store, anna):
    from fastapi.testclient import TestClient

    browser = TestClient(visit(store, TEAM).app, base_url="https://feedback.example.com", follow_redirects=False)
    assert "; Secure" in browser.get("/login").headers["set-cookie"]
    assert "; Secure" in log_in(browser).headers["set-cookie"]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x",
                                       "\\\\evil.example", "/a\nb", "evil"])
def test_logging_in_leads_nowhere_else(browser, elsewhere):
    assert log_in(browser, next=elsewhere).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(browser):
    pages = [log_in(browser, name, "wrong password").text for name in ("anna", "nobody")]
    assert "Name or password is wrong." in pages[0]
    assert pages[0].replace("anna", "nobody") == pages[1]
    assert session_of(browser) is None


def test_an_unknown_name_is_checked_as_long(browser, monkeypatch):
    checked = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda self, *given: checked.append(1) or real(self, *given))
    log_in(browser, "anna", "wrong")
    log_in(browser, "nobody", "wrong")
    assert len(checked) == 2


def test_after_five_wrong_attempts_the_right_password_has_to_wait_too(browser):
    for _ in range(5):
        assert log_in(browser, password="wrong").status_code == 401
    answer = log_in(browser)
    assert answer.status_code == 429
    assert "There were too many wrong attempts. Try again in a minute." in answer.text
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    for _ in range(5):  # nor does the answer tell whether there is such a name
        log_in(browser, "nobody", "wrong")
    assert log_in(browser, "nobody", "wrong").status_code == 429


def test_logging_in_again_rotates_the_session_and_logging_out_ends_it(store, browser):
    log_in(browser)
    first = session_of(browser)
    page = browser.get("/nowhere")
    token = re.search(r'name="csrf" content="(\w+)"', page.text)[1]
    browser.post("/login", data={"name": "anna", "password": PASSWORD, "csrf": token})
    assert session_of(browser) != first
    assert len(rows_of(store, sessions)) == 1
    second = session_of(browser)
    assert post(browser, "/logout").headers["location"] == "/login"
    assert session_of(browser) is None
    browser.cookies.set("cx_text_session_8765", second)
    assert browser.get("/").headers["location"] == "/login"
    assert rows_of(store, sessions) == []


def test_older_parameters_of_a_hash_are_renewed_at_login(store, browser):
    from datetime import UTC, datetime

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with store.writing() as connection:
        add_account(connection, "ben", Role.VIEWER, old, at=datetime.now(UTC), who="test")
    assert log_in(browser, "ben").status_code == 303
    new = next(row.password_hash for row in rows_of(store, users) if row.name == "ben")
    assert new != old
    assert is_right(PASSWORD, new)


def test_without_an_account_the_form_says_how_to_make_one(store):
    page = visit(store, TEAM).get("/login")
    assert "There are no accounts yet" in page.text
    assert "cx-text users add NAME --role admin" in page.text


def test_changing_the_password_ends_other_sessions_and_goes_on_with_a_new_one(store, anna, browser):
    other = visit(store, TEAM)
    log_in(other)
    log_in(browser)
    before = session_of(browser)
    new = "another long one"
    for given, said in ((("wrong", new, new), "This is not the present password."),
                        ((PASSWORD, new, new + "x"), "The two are not the same."),
                        ((PASSWORD, "short", "short"), "the password has 5 characters. Use at least 12.")):
        answer = post(browser, "/account/password", dict(zip(("present", "password", "again"), given, strict=True)))
        assert answer.status_code == 422
        assert said in answer.text
    answer = post(browser, "/account/password", {"present": PASSWORD, "password": new, "again": new})
    assert answer.headers["location"] == "/account"
    assert session_of(browser) != before
    assert "Your password was changed, and all other sessions were ended." in browser.get("/account").text
    assert "Your password was changed" not in browser.get("/account").text
    assert other.get("/").status_code == 303
    assert log_in(other).status_code == 401
    assert log_in(other, password=new).status_code == 303


def test_a_token_is_shown_once_and_can_be_revoked(store, browser):
    log_in(browser)
    assert "Give it a name of up to 100 characters" in post(browser, "/account/tokens", {"name": " "}).text
    token = re.search(r"cxt_[\w-]{43}", post(browser, "/account/tokens", {"name": "<b>", "scope": "write"}).text)[0]
    page = browser.get("/account").text
    assert token not in page
    assert "&lt;b&gt;" in page
    [row] = rows_of(store, api_tokens)
    assert row.scopes == ["read", "write"]
    headers = {"Authorization": f"Bearer {token}"}
    assert visit(store, TEAM).get("/api/v1/openapi.json", headers=headers).status_code == 200
    post(browser, f"/account/tokens/{row.id}/revoke")
    assert visit(store, TEAM).get("/api/v1/openapi.json", headers=headers).status_code == 401


def test_an_admin_makes_changes_and_closes_accounts(store, browser):
    log_in(browser)
    for given, said in (({"name": "a b"}, "cannot be the name of an account"),
                        ({"name": "ben", "password": "short"}, "the password has 5 characters. Use at least 12."),
                        ({"name": "anna"}, "there is an account &#39;anna&#39; already.")):
        answer = post(browser, "/users", {"role": "viewer", "password": PASSWORD} | given)
        assert answer.status_code == 422
        assert said in answer.text
    assert post(browser, "/users", {"name": "Ben", "role": "viewer", "password": PASSWORD}).status_code == 303
    ben = visit(store, TEAM)
    assert log_in(ben, "ben").status_code == 303
    post(browser, "/users/2/role", {"role": "editor"})
    assert "ben is editor now." in browser.get("/users").text
    post(browser, "/users/2/password", {"password": "a third long one"})
    assert ben.get("/").status_code == 303
    assert log_in(ben, "ben", "a third long one").status_code == 303
    post(browser, "/users/2/disable")
    assert ben.get("/").status_code == 303
    assert log_in(ben, "ben", "a third long one").status_code == 401
    post(browser, "/users/2/enable")
    assert log_in(ben, "ben", "a third long one").status_code == 303
    refused = post(browser, "/users/1/disable")
    assert refused.status_code == 400
    assert "anna is the only admin" in refused.text


def test_the_page_remembers_dark_and_light(browser):
    log_in(browser)
    assert post(browser, "/appearance", {"theme": "dark", "next": "/account"}).headers["location"] == "/account"
    assert '<html lang="en" data-theme="dark">' in browser.get("/account").text
    post(browser, "/appearance", {"theme": ""})
    assert '<html lang="en">' in browser.get("/account").text
