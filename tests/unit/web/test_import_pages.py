"""Imports in the browser: whatever is in a file is text on a page, and what is asked for becomes a job."""

import csv
import io
import re
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from made.page import Page
from sqlalchemy import update
from store_rows import COLUMNS, answer, import_rows, write_export

from cx_text import working
from cx_text.store import jobs
from cx_text.store.accounts import Role, add_account
from cx_text.store.comments import Arrival
from cx_text.store.jobs import JobState
from cx_text.store.opening import open_store
from cx_text.store.tables import audit_log, imports
from cx_text.testing import FakePii
from cx_text.web import import_plan
from cx_text.web.app import create_app
from cx_text.web.pages import new_import
from cx_text.web.pages.imports import FATES, OUTCOMES
from cx_text.web.passwords import hashed
from cx_text.web.settings import WebSettings

PASSWORD = "correct horse battery"
HOSTILE = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}{% raw %}", "=cmd|' /C calc'!A0",
           "' hx-get=/logout hx-trigger=load '", "</textarea><svg/onload=alert(1)>")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # for uploads that nobody removes
    for module in (import_plan, new_import):
        monkeypatch.setattr(module, "usual_finder", FakePii)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite3", create=True) as opened:
        yield opened


@pytest.fixture
def browser(store):
    return visit(store)


def visit(store, settings=None):
    return TestClient(create_app(store, settings or WebSettings()), base_url="http://127.0.0.1:8765",
                      follow_redirects=False)


def token_of(page):
    return re.search(r'<meta name="csrf" content="(\w+)">', page.text)[1]


def post(browser, path, data=None, *, at="/nowhere", **options):
    token = token_of(browser.get(at))
    return browser.post(path, data={**(data or {}), "csrf": token}, **options)


def upload(browser, *files):
    return post(browser, "/imports/new", files=[("files", (name, content)) for name, content in files])


def log_in(store, role):
    with store.writing() as connection:
        add_account(connection, role.value, role, hashed(PASSWORD), at=datetime.now(UTC), who="test")
    browser = visit(store, WebSettings("0.0.0.0", 8765))
    assert post(browser, "/login", {"name": role.value, "password": PASSWORD}, at="/login").status_code == 303
    return browser


@pytest.fixture
def survey_bytes(tmp_path):
    rows = [answer(n, f"Sarah said the app is slow for the {n}th time", score=n % 11) for n in range(30)]
    return write_export(tmp_path / "x.csv", [*rows, answer(1, "again"), answer(99, "Fine", score="many")]).read_bytes()


def seen(store, job_id=1):
    with store.reading() as connection:
        return jobs.job(connection, job_id)


def fields_of(page):
    """Return what the form of a plan would send as it is."""
    chosen = dict(re.findall(r'<select id="(c\d+)".*?<option value="(\w+)" selected>', page.text, re.DOTALL))
    return {**chosen, "sheet": "", "shown_sheet": "", "source": "", "tag": "yes"}


def test_from_a_file_to_the_account_of_each_row(store, browser, survey_bytes, monkeypatch):
    monkeypatch.setitem(working.WORK, "retag", lambda *_: {"n_read": 30, "n_failed": 0})
    there = upload(browser, ("../../etc/march.csv", survey_bytes))
    assert there.status_code == 303
    address = there.headers["location"]
    page = browser.get(address)
    shown = Page(page.text)
    assert shown.is_nested
    assert "march.csv" in shown.text
    assert "etc" not in shown.text
    assert "Sarah" not in page.text
    assert "<NAME_1> said the app is slow for the 0th time" in shown.text
    sent = post(browser, address, {**fields_of(page), "c4": "segments", "do": "look"})
    assert sent.headers["location"] == f"{address}?c4=segments"
    page = browser.get(sent.headers["location"])
    assert "as you said" in page.text
    sent = post(browser, address, {**fields_of(page), "source": "nps", "do": "import"})
    assert sent.headers["location"] == "/imports/jobs/1"
    job = seen(store)
    assert (job.kind, job.options["names"], job.options["tag"]) == ("import", ["march.csv"], True)
    assert (job.options["read"]["segments"], job.options["read"]["source"]) == (["Plan"], "nps")
    assert "redact" not in job.options["read"]
    waiting = browser.get("/imports/jobs/1")
    assert 'hx-trigger="every 2s"' in waiting.text
    assert "waits to begin" in Page(waiting.text).text
    job.options["read"]["redact"] = False  # the models that mask are not what is tested
    with store.writing() as connection:
        connection.execute(update(jobs.jobs).values(options=job.options))
    assert working.work(store.place, once=True) == 2
    done = browser.get("/imports/jobs/1")
    assert done.headers["location"] == "/imports/1"
    text = Page(browser.get("/imports/1").text).text
    assert "new comments 30 94" in text
    assert "all 32" in text
    assert "30 comments read." in Page(browser.get("/imports/jobs/2").text).text
    listed = Page(browser.get("/imports").text).text
    assert "30 new comments, 1 older version in the file, 1 row that could not be read" in listed
    assert not Path(job.options["paths"][0]).parent.exists()
    gone = browser.get(address)
    assert gone.status_code == 400
    assert "this upload is not here any more" in gone.text


def test_whatever_a_file_holds_is_text(store, browser):
    content = io.StringIO()
    header = [f"Comment {HOSTILE[0]}", *HOSTILE[1:], "Score"]
    rows = [[f"{HOSTILE[n % 6]} it was slow again {n}", *HOSTILE[1:], str(n % 11)] for n in range(30)]
    csv.writer(content).writerows([header, *rows, ["Fine, thank you", *HOSTILE[1:], HOSTILE[1]]])
    there = upload(browser, (f"{HOSTILE[1]}.csv", content.getvalue()))
    page = browser.get(there.headers["location"])
    check_harmless(page)
    assert f"Comment {HOSTILE[0]}" in Page(page.text).text
    failed = post(browser, there.headers["location"], {**fields_of(page), "c0": "none", "do": "import"})
    assert failed.status_code == 422
    check_harmless(failed)
    post(browser, there.headers["location"], {**fields_of(page), "do": "import"})
    check_harmless(browser.get("/imports/jobs/1"))
    check_harmless(browser.get("/imports"))
    assert HOSTILE[0] in Path(seen(store).options["paths"][0]).read_text("utf-8")
    import_rows(store, Path(seen(store).options["paths"][0]), names=seen(store).options["names"],
                **dict.fromkeys(COLUMNS), **seen(store).options["read"])
    check_harmless(browser.get("/imports/1"))
    table = browser.get("/imports/1/ledger.csv").content.decode("utf-8-sig")
    [_, *entries] = csv.reader(io.StringIO(table))
    assert entries
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in entries for cell in row)


def check_harmless(page):
    shown = Page(page.text)
    assert shown.is_nested
    assert len(shown.all("script")) == 2
    assert {attributes["src"].partition("?")[0] for attributes in shown.all("script")} == {
        "/static/htmx.min.js", "/static/app.js"}
    assert shown.all("img") == []
    assert not any(name.startswith("on") or name == "style" for _, attributes in shown.tags for name in attributes)
    assert not any(attributes.get("hx-get") == "/logout" for _, attributes in shown.tags)
    assert "49{%" not in page.text


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.csv", b"", "a.csv: the file is empty. Export it again."),
    ("/tmp/x/a.pdf", b"%PDF-1.7 x", "a.pdf: this is a PDF"),
    ("a.xlsx", b"PK\x03\x04 broken", "a.xlsx: "), ("a.zip", b"PK\x03\x04", "a.zip: ")])
def test_a_file_that_cannot_be_read_is_one_line_beside_the_field_and_is_not_kept(browser, name, content, said):
    answered = upload(browser, (name, content))
    assert answered.status_code == 422
    error = re.search(r'<p class="error" id="field-files-error"><span aria-hidden="true">▲</span> (.*?)</p>',
                      answered.text)[1]
    assert error.startswith(said)
    assert "/tmp" not in error
    assert browser.app.state.uploads._known == {}


def test_no_file_is_said(browser):
    answered = post(browser, "/imports/new")
    assert "no file was chosen. Choose an export from this computer." in answered.text


def test_a_zip_is_planned(browser, survey_bytes):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("survey.csv", survey_bytes)
    there = upload(browser, ("a.zip", packed.getvalue()))
    assert "32 rows" in Page(browser.get(there.headers["location"]).text).text


def test_a_file_without_words_cannot_be_imported_before_somebody_says_where_they_are(store, browser):
    there = upload(browser, ("a.csv", b"When,Tag\n2026-03-01,slow\n2026-03-02,fast\n")).headers["location"]
    page = browser.get(there)
    assert "Say which one with the role “customers’ words”" in page.text
    assert re.search(r'<button class="first" name="do" value="import" disabled>', page.text)
    assert post(browser, there, {**fields_of(page), "do": "import"}).status_code == 422
    assert post(browser, there, {**fields_of(page), "c1": "verbatim", "do": "import"}).status_code == 303
    assert seen(store).options["read"]["verbatim"] == ["Tag"]


def test_a_part_that_htmx_asks_for_has_the_same_address(browser, survey_bytes):
    address = upload(browser, ("a.csv", survey_bytes)).headers["location"]
    page = browser.get(address)
    part = browser.post(address, data={**fields_of(page), "c4": "segments"},
                        headers={"HX-Request": "true", "X-CSRF-Token": token_of(page)})
    assert (part.status_code, part.headers["HX-Push-Url"]) == (200, f"{address}?c4=segments")
    assert "as you said" in part.text


def test_a_viewer_may_not_import_and_only_an_admin_may_keep_personal_data(store, survey_bytes):
    viewer = log_in(store, Role.VIEWER)
    for path in ("/imports", "/imports/new", "/imports/1", "/imports/jobs/1", "/imports/1/ledger.csv"):
        assert viewer.get(path).status_code == 403
    assert post(viewer, "/imports/new", files=[("files", ("a.csv", survey_bytes))]).status_code == 403
    editor, admin = log_in(store, Role.EDITOR), log_in(store, Role.ADMIN)
    for browser in (editor, admin):
        address = post(browser, "/imports/new", files=[("files", ("a.csv", survey_bytes))]).headers["location"]
        page = browser.get(address)
        assert ('name="unmasked"' in page.text) == (browser is admin)
        sent = post(browser, address, {**fields_of(page), "do": "import", "unmasked": "yes"})
        assert sent.status_code == (303 if browser is admin else 403)
    assert seen(store).options["read"]["redact"] is False
    with store.reading() as connection:
        assert [(row.who, row.action, row.subject) for row in connection.execute(audit_log.select())
                if row.action == "import unmasked"] == [("admin", "import unmasked", {"job": 1, "files": 1})]


def test_a_failed_job_says_why_and_leads_back_to_its_plan(store, browser, survey_bytes):
    address = upload(browser, ("a.csv", survey_bytes)).headers["location"]
    post(browser, address, {**fields_of(browser.get(address)), "do": "import"})
    jobs.fail(store, jobs.claim(store), "a.csv: it is damaged <b>. Export it again.")
    page = browser.get("/imports/jobs/1")
    assert "a.csv: it is damaged &lt;b&gt;. Export it again." in page.text
    assert f'href="{address}"' in page.text
    assert "it is damaged" in Page(browser.get("/imports").text).text
    assert post(browser, "/imports/jobs/1/again").headers["location"] == "/imports/jobs/2"
    assert post(browser, "/imports/jobs/2/cancel").headers["location"] == "/imports/jobs/2"
    assert seen(store, 2).state is JobState.CANCELLED
    post(browser, f"{address}/remove")
    again = post(browser, "/imports/jobs/1/again")
    assert "the uploaded files are gone" in again.text
    assert 'href="/imports/new"' in browser.get("/imports/jobs/1").text


def test_an_import_that_was_stopped_is_marked_until_it_was_run_again(store, browser, tmp_path):
    export = write_export(tmp_path / "a.csv", [answer(1)])
    import_rows(store, export)
    with store.writing() as connection:
        connection.execute(update(imports).values(finished_at=None, counts=None))
    assert "Run it again to complete it: nothing doubles." in Page(browser.get("/imports").text).text
    import_rows(store, export)
    text = Page(browser.get("/imports").text).text
    assert "was stopped, and run again since" in text
    assert "1 comment that was here already" in text


def test_the_ledger_is_read_page_by_page(store, browser, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(n, score=99 if n < 120 else 9) for n in range(260)]))
    first = browser.get("/imports/1")
    following = re.search(r'rel="next" href="([^"#]+)', first.text)[1]
    second = browser.get(following)
    third = browser.get(re.search(r'rel="next" href="([^"#]+)', second.text)[1])
    rows = [re.findall(r'<th scope="row">(\d+)</th><td class="text what">', page.text)
            for page in (first, second, third)]
    assert [len(page) for page in rows] == [50, 50, 20]
    assert [int(number) for page in rows for number in page] == list(range(2, 122))
    assert 'rel="next"' not in third.text
    lines = list(csv.reader(io.StringIO(browser.get("/imports/1/ledger.csv").content.decode("utf-8-sig"))))
    assert (len(lines), lines[0], lines[1][:3]) == (121, ["row", "column", "outcome", "reason"],
                                                    ["2", "Why?", "rejected"])


def test_an_import_or_job_that_is_not_there_is_one_line(browser):
    assert "there is no import 7" in browser.get("/imports/7").text
    assert "there is no job 7" in browser.get("/imports/jobs/7").text


def test_every_outcome_that_an_import_can_write_has_words():
    written = {arrival.value for arrival in Arrival} | {"duplicate", "older_version", "test_row", "skipped",
                                                           "rejected"}
    assert set(FATES) == written
    assert set(OUTCOMES) <= set(FATES)


def test_what_is_new_is_read_when_asked_and_the_import_shows_that_it_goes_on(store, browser, tmp_path):
    import_rows(store, write_export(tmp_path / "a.csv", [answer(1)]))
    assert "Read what is new" in browser.get("/imports").text
    assert "the comments are read" not in browser.get("/imports/1").text
    assert post(browser, "/imports/read").headers["location"] == "/imports/jobs/1"
    assert (seen(store).kind, seen(store).options) == ("retag", {"only_waiting": True})
    for path in ("/imports", "/imports/1", "/imports/jobs/1"):
        assert 'hx-trigger="every 2s"' in browser.get(path).text
    jobs.progress(store, jobs.claim(store), "reading", 1_000, 2_500)
    assert "reading: 1,000 of 2,500" in Page(browser.get("/imports").text).text
    partial = browser.get("/imports", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in partial.headers
    with store.writing() as connection:
        jobs.cancel(connection, 1)
    assert browser.get("/imports", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
