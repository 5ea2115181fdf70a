"""What stands before every page: names, origins, sizes, headers, and errors that tell no words."""

import logging

import pytest
from fastapi import Request, UploadFile
from made.web import PASSWORD, TEAM, add_person, log_in, post, visit

from cx_text.errors import ConfigError, OutputError, StageError
from cx_text.store.opening import open_store
from cx_text.web.guard import HEADERS
from cx_text.web.settings import WebSettings

STRICT = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
          "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        yield opened


@pytest.fixture
def alone(store):
    return visit(store)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/static/app.css", "/api/v1/nothing", "/login"])
def test_every_answer_has_the_headers(alone, path):
    headers = alone.get(path).headers
    assert HEADERS["Content-Security-Policy"] == STRICT
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")


def test_static_files_are_kept_for_ever_under_the_address_that_pages_use(alone):
    import re

    address = re.search(r'href="(/static/app\.css\?v=\w+)"', alone.get("/").text)[1]
    assert alone.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert alone.get("/static/app.css?v=other").headers["Cache-Control"] == "no-cache"
    assert alone.get("/static/../app.py").status_code == 404


def test_a_name_that_was_made_to_point_here_is_refused(alone):
    answer = alone.get("/", headers={"Host": "evil.example:8765"})
    assert answer.status_code == 400
    assert "This page is not served under the name &#39;evil.example:8765&#39;." in answer.text
    assert "cx-text serve with --allow-host NAME" in answer.text
    assert "No comments yet" not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Proto"])
def test_a_proxy_before_a_page_without_accounts_is_refused(store, alone, header):
    answer = alone.get("/", headers={header: "10.0.0.7"})
    assert answer.status_code == 403
    assert "A proxy passed this on, and nobody logs in here." in answer.text
    behind = visit(store, WebSettings(allowed_hosts=("feedback.example.com",)))
    assert behind.get("/login", headers={header: "10.0.0.7"}).status_code == 200


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:9999"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_forms_of_other_sites_are_refused_even_with_the_right_token(alone, headers):
    answer = post(alone, "/appearance", {"theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert "This was sent by a page of another site." in answer.text


@pytest.mark.parametrize("headers", [
    {}, {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_our_own_forms_pass(alone, headers):
    assert post(alone, "/appearance", {"theme": "dark"}, headers=headers).status_code == 303


@pytest.mark.parametrize("token", [None, "", "0" * 32, "é"])
def test_forms_without_the_token_of_this_browser_are_refused(alone, token):
    alone.get("/")
    answer = alone.post("/appearance", data={"theme": "dark"} | ({} if token is None else {"csrf": token}))
    assert answer.status_code == 403
    assert "This form is outdated. Go back, load the page again, and send it anew." in answer.text
    assert "set-cookie" not in answer.headers


def test_the_token_of_another_browser_is_refused_and_a_header_does_as_well(store, alone):
    other = visit(store)
    foreign = other.get("/").text.partition('name="csrf" content="')[2][:32]
    assert alone.post("/appearance", data={"theme": "dark", "csrf": foreign}).status_code == 403
    own = alone.get("/").text.partition('name="csrf" content="')[2][:32]
    assert alone.post("/appearance", data={"theme": "dark"}, headers={"X-CSRF-Token": own}).status_code == 303


def test_large_forms_are_refused_by_what_they_say_and_by_what_they_are(alone):
    assert post(alone, "/appearance", {"theme": "x" * 1_000_001}).status_code == 413

    def endless():
        for _ in range(20):
            yield b"theme=" + b"x" * 100_000

    answer = alone.post("/appearance", content=endless(), headers={
        "Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": "any"})
    assert answer.status_code == 413
    assert "This is larger than 1 MB." in answer.text


def test_only_who_may_import_may_send_much(store):
    add_person(store, "root")
    add_person(store, "vera", "viewer")
    much = {"Content-Length": str(400_000_000), "Content-Type": "text/plain"}
    status = {}
    for name in (None, "vera", "root"):
        browser = visit(store, TEAM)
        if name:
            log_in(browser, name)
        status[name] = browser.post("/imports", content=b"", headers=much).status_code
    assert status == {None: 413, "vera": 413, "root": 405}  # the size is right, the address is not
    browser = visit(store, TEAM)
    log_in(browser, "root", PASSWORD)
    assert browser.post("/imports", headers={"Content-Length": str(600_000_000)}).status_code == 413


def with_route(store, break_it):
    browser = visit(store, raise_server_exceptions=False)

    @browser.app.get("/broken")
    @browser.app.get("/api/v1/broken")
    def broken(request: Request):
        break_it()

    return browser


def test_what_breaks_is_told_without_its_words(store, caplog):
    def break_it():
        raise ValueError("a customer's words")

    browser = with_route(store, break_it)
    with caplog.at_level(logging.DEBUG):
        page, program = browser.get("/broken"), browser.get("/api/v1/broken")
    assert (page.status_code, program.status_code) == (500, 500)
    assert "Something broke. The server&#39;s log has it under the number" in page.text
    assert set(program.json()["error"]) == {"what", "where", "next"}
    assert page.headers["Content-Security-Policy"] == STRICT
    written = "\n".join(record.getMessage() for record in caplog.records)
    assert "ValueError at " in written
    assert "customer" not in written + page.text + program.text


@pytest.mark.parametrize(("error", "status"), [
    (ConfigError("there is no theme 't99'", where="themes", next="Choose another one"), 400),
    (OutputError("another process writes", where="themes", next="Try again"), 503),
    (StageError("a stage broke", where="themes", next="Look"), 500)])
def test_a_users_mistake_is_its_one_line_with_the_next_step(store, error, status):
    def break_it():
        raise error

    browser = with_route(store, break_it)
    page, program = browser.get("/broken"), browser.get("/api/v1/broken")
    assert (page.status_code, program.status_code) == (status, status)
    assert program.json() == {"error": {"what": error.what, "where": "themes", "next": error.next}}
    assert f"{error.next}." in page.text


@pytest.mark.parametrize(("status", "title"), [
    (403, "Not allowed"), (404, "Nothing here"), (422, "That cannot be done"), (429, "Too many attempts"),
    (503, "Not now")])
def test_each_refusal_has_a_page(store, status, title):
    from fastapi import HTTPException

    def break_it():
        raise HTTPException(status)

    page = with_route(store, break_it).get("/broken")
    assert page.status_code == status
    assert f"<h1>{title}</h1>" in page.text


def test_an_upload_reaches_its_route(store):
    browser = visit(store)

    @browser.app.post("/imports/of-this-test")
    def take(file: UploadFile):
        return {"n": len(file.file.read())}

    answer = browser.post("/imports/of-this-test", files={"file": ("a.csv", b"x" * 2_000_000)})
    assert answer.json() == {"n": 2_000_000}
