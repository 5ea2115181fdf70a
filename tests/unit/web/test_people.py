"""Who may see what: every route asks for a role, and each role gets what it may."""

from datetime import UTC, datetime

import pytest
from fastapi import APIRouter, Depends
from made.web import TEAM, add_person, log_in, post, visit

from cx_text.store.accounts import Role, account_of, set_role
from cx_text.store.database import machine_user
from cx_text.store.opening import open_store
from cx_text.web import app as application
from cx_text.web import sessions
from cx_text.web.people import OPEN_PATHS, CurrentUser, editor, unguarded, viewer


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        yield opened


def test_every_route_asks_for_a_role_but_those_that_anybody_needs():
    routes = [route for router in (*application.PAGES, *application.APIS) for route in router.routes]
    assert unguarded(routes) == []
    assert sorted(OPEN_PATHS) == ["/healthz", "/healthz/watch", "/login"]
    assert len(routes) > 10


def test_a_page_that_asks_for_no_role_cannot_be_served(store, monkeypatch):
    router = APIRouter()

    @router.get("/everything")
    def forgotten(): ...

    monkeypatch.setattr(application, "PAGES", (*application.PAGES, router))
    with pytest.raises(TypeError, match=r"^routes without viewer, editor or admin: /everything$"):
        visit(store)


@pytest.mark.parametrize("path", ["/", "/users", "/account", "/users/1"])
def test_nobody_gets_the_form_to_log_in_and_nothing_else(store, path):
    browser = visit(store, TEAM)
    answer = browser.get(f"{path}?a=b&c=d")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/login?next={path}%3Fa%3Db%26c%3Dd"
    assert browser.post("/users", data={"name": "x"}).headers["location"] == "/login"
    part = browser.get(path, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/login")


def test_a_program_without_a_token_gets_401_as_json(store):
    answer = visit(store, TEAM).get("/api/v1/openapi.json")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json() == {"error": {"what": "Send a token: Authorization: Bearer cxt_…", "where": None,
                                       "next": None}}


def test_alone_the_user_of_the_machine_is_admin(store):
    page = visit(store).get("/users")
    assert page.status_code == 200
    assert f"<summary>{machine_user()}</summary>" in page.text
    assert "Log out" not in page.text


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.EDITOR, 403), (Role.ADMIN, 200)])
def test_only_admins_see_and_change_accounts(store, role, status):
    add_person(store, "root")
    add_person(store, "anna", role)
    browser = visit(store, TEAM)
    log_in(browser)
    page = browser.get("/users")
    assert page.status_code == status
    if status == 403:
        assert f"This needs the role admin, and you have the role {role.value}." in page.text
        assert post(browser, "/users", {"name": "x", "role": "admin", "password": "y" * 12}).status_code == 403


def test_another_role_counts_at_once(store):
    add_person(store, "root")
    anna = add_person(store, "anna", Role.ADMIN)
    browser = visit(store, TEAM)
    log_in(browser)
    with store.writing() as connection:
        set_role(connection, account_of(connection, anna.name), Role.VIEWER, who="root")
    assert browser.get("/users").status_code == 403
    assert browser.get("/").status_code == 200


@pytest.fixture
def programs(store, monkeypatch):
    """Return a page with a JSON route to read and one to write, and a token of each kind."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/read")
    def read(user: CurrentUser = Depends(viewer)):  # noqa: B008
        return {"name": user.name, "role": user.role}

    @router.post("/write", dependencies=[Depends(editor)])
    def write():
        return {"done": True}

    monkeypatch.setattr(application, "APIS", (router,))
    owner, at = add_person(store, "anna"), datetime.now(UTC)
    return visit(store, TEAM), {kind: {"Authorization": "Bearer " + sessions.new_token(
        store, owner, kind, may_write=kind == "write", at=at)} for kind in ("read", "write")}


def test_a_token_reads_and_with_the_scope_write_writes(programs):
    browser, tokens = programs
    assert browser.get("/api/v1/read", headers=tokens["read"]).json() == {"name": "anna", "role": "viewer"}
    assert browser.get("/api/v1/read", headers=tokens["write"]).json() == {"name": "anna", "role": "editor"}
    assert browser.post("/api/v1/write", headers=tokens["read"]).status_code == 403
    assert browser.post("/api/v1/write", headers=tokens["write"]).json() == {"done": True}
    assert browser.get("/api/v1/read", headers={"Authorization": "Bearer cxt_wrong"}).status_code == 401


def test_a_token_opens_no_page_and_a_session_changes_nothing_through_the_api(programs):
    browser, tokens = programs
    assert browser.get("/", headers=tokens["write"]).status_code == 303
    log_in(browser)
    assert browser.get("/api/v1/read").json() == {"name": "anna", "role": "admin"}
    answer = browser.post("/api/v1/write", json={})
    assert answer.status_code == 403
    assert answer.json()["error"]["what"] == "Changes through the API need a token with the scope write, not a session."


def test_alone_only_json_changes_something_through_the_api(store, programs):
    browser = visit(store)
    assert browser.post("/api/v1/write", json={}).json() == {"done": True}
    assert browser.post("/api/v1/write", content="{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert browser.post("/api/v1/write", json={}, headers={"Origin": "https://evil.example"}).status_code == 403
