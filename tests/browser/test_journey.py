"""What issue 7 asks for in a real browser: an editor corrects what was read, refits, and the corrections hold."""

import shutil
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from made.tagged_store import MODELS, PAYLOADS, RECIPE, fill, with_fakes
from made.web import PASSWORD, TEAM, add_person, visit

from cx_text import working
from cx_text.retagging import retag
from cx_text.store import jobs
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store
from cx_text.web.settings import WebSettings

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
LOOKS = [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "light"), (390, "dark")]

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: make browser installs it")]


@contextmanager
def served(store, host):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        app = with_fakes(visit(store, WebSettings(host, port))).app
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is in the extra 'dev'")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "team.sqlite3", create=True) as opened:
        fill(opened, tmp_path, PAYLOADS, n=300)
        add_person(opened, "ed", "editor")
        add_person(opened, "vi", "viewer")
        yield opened


@contextmanager
def opened(chromium, address, width=1440, scheme="light", name=None):
    """Give a page, logged in where a name is given; its console stays quiet and it fetches from us alone."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, said, fetched = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    if name:
        page.goto(f"{address}/login")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
    yield page
    assert said == []
    assert all(url.startswith(address) for url in fetched)
    context.close()


def faults(page):
    """Return what axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    return [f"{fault['id']}: {node['html'][:160]}" for fault in Axe().run(page).response["violations"]
            for node in fault["nodes"]]


def do_jobs(store, monkeypatch):
    """Do what waits, as the worker beside the page does it, with fakes for models."""
    monkeypatch.setattr("cx_text.reassigning.Models", lambda recipe, device="auto": MODELS)
    while (claimed := jobs.claim(store)) is not None:
        working.do(store, claimed)
    with store.reading() as connection:
        assert {job.error for job in jobs.jobs_of(connection)} == {None}


def first_opinion(page):
    return page.locator(".opinions > li").first


def test_an_editor_corrects_what_was_read_and_it_holds_after_a_refit(chromium, store, monkeypatch):
    kept = StoredCodeframe(store)
    target = kept.current(MODELS.embedder).themes[-1].label
    with served(store, TEAM.host) as address, opened(chromium, address, name="ed") as page:
        page.goto(f"{address}/search?q=awful")
        page.locator(".found a").first.click()
        comment = page.url
        first_opinion(page).get_by_text("This is wrong").click()
        first_opinion(page).get_by_role("button", name="positive").click()
        assert "Corrected to positive." in page.locator("#notices").inner_text()
        first_opinion(page).get_by_text("This is wrong").click()
        first_opinion(page).get_by_label("It is really about").select_option(label=target)
        first_opinion(page).get_by_role("button", name="Move it").click()
        assert f"Moved to “{target}”" in page.locator("#notices").inner_text()

        def holds():
            page.goto(comment)
            told = first_opinion(page).inner_text()
            return target in told and "moved by a person" in told and "+ positive" in told

        assert holds()
        do_jobs(store, monkeypatch)
        page.goto(f"{address}/codeframe")
        page.get_by_role("button", name="Find themes anew").click()
        assert "Themes are being found anew" in page.locator("#progress").inner_text()
        do_jobs(store, monkeypatch)
        page.get_by_role("link", name="see what it would change").click()  # the page has noticed by itself
        page.get_by_role("button", name="Accept it").click()
        assert "Version 2 is in use" in page.locator("#notices").inner_text()
        assert holds()
        do_jobs(store, monkeypatch)
        assert holds()
        retag(store, recipe=RECIPE, models=MODELS)
        assert holds()


def test_themes_are_merged_with_a_preview_and_taken_back(chromium, store, monkeypatch):
    with served(store, TEAM.host) as address, opened(chromium, address, name="ed") as page:
        page.goto(f"{address}/codeframe")
        boxes = page.locator("tbody input[type=checkbox]")
        n = boxes.count()
        boxes.nth(0).check()
        boxes.nth(n - 1).check()
        page.get_by_role("button", name="Merge into the first…").click()
        assert "Nothing is done yet." in page.locator("main").inner_text()
        assert faults(page) == []
        page.get_by_role("button", name="Do it").click()
        page.wait_for_url(f"{address}/codeframe")
        assert page.locator("tbody input[type=checkbox]").count() == n - 1
        do_jobs(store, monkeypatch)
        page.goto(f"{address}/codeframe")
        page.get_by_role("link", name="Take back…").first.click()
        page.get_by_role("button", name="Do it").click()
        page.wait_for_url(f"{address}/codeframe")
        assert page.locator("tbody input[type=checkbox]").count() == n


def test_a_viewer_sees_no_way_to_change_anything_and_links_open_the_same_view(chromium, store):
    with served(store, TEAM.host) as address, opened(chromium, address, name="vi") as page:
        for path in ("/comments/1", "/codeframe", "/search?q=awful&from=2026-03-10"):
            page.goto(address + path)
            assert page.locator("main form[method=post]").count() == 0
            assert page.get_by_text("This is wrong").count() == 0
        found = page.locator(".found > li").count()
        with opened(chromium, address, name="ed") as other:
            other.goto(page.url)
            assert other.locator(".found > li").count() == found > 0
        token = page.locator('meta[name="csrf"]').get_attribute("content")
        answer = page.request.post(f"{address}/comments/1/polarity", form={"csrf": token, "opinion": "1",
                                                                           "polarity": "positive"},
                                   headers={"Origin": address})
        assert answer.status == 403


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_clean_at_every_width_in_dark_and_light(chromium, store, width, scheme):
    theme = StoredCodeframe(store).current(MODELS.embedder).themes[0].id
    with served(store, "127.0.0.1") as address, opened(chromium, address, width, scheme) as page:
        for path in ("/comments/1", "/comments/2", "/codeframe", f"/codeframe/themes/{theme}", "/search",
                     "/search?q=awful", "/search?q=slow+app&by=meaning", "/codeframe/refit",
                     "/codeframe/preview?action=clarity&value=90"):
            page.goto(address + path)
            for more in page.locator("details.more").all():
                more.evaluate("one => { one.open = true }")
            page.wait_for_load_state("networkidle")
            assert faults(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.locator("h1").count() == 1, path
