"""The pages of a view in a real browser: quiet console, nothing from elsewhere, axe finds nothing, nothing too wide."""

import shutil
import socket
import threading
import time

import pytest
import uvicorn
from made.view_store import fill_view_store

from cx_text.store.opening import open_store
from cx_text.web.app import create_app
from cx_text.web.settings import WebSettings

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
LOOKS = [(1440, "light"), (1024, "dark"), (390, "light"), (390, "dark")]
PATHS = ("/", "/themes?open=all", "/themes?compare=time", "/themes?compare=segment.Plan", "THEME", "THEME?tab=voices",
         "/themes/unclear", "/comments", "/?from=2031-01-01")

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: make browser installs it")]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of a page that has something to show."""
    folder = tmp_path_factory.mktemp("pages")
    with open_store(folder / "feedback.sqlite3", create=True) as store, \
            socket.create_server(("127.0.0.1", 0)) as listening:
        fill_view_store(store, folder, 240)
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(create_app(store, WebSettings(port=port)), log_level="error"))
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
def page(chromium, request):
    width, scheme = getattr(request, "param", (1440, "light"))
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.said, opened.fetched = [], []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.on("request", lambda sent: opened.fetched.append(sent.url))
    yield opened
    context.close()


def settle(page):
    page.wait_for_selector(".late", state="detached", timeout=60_000)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=lambda look: f"{look[0]}-{look[1]}")
def test_every_page_opens_clean(page, address):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(f"{address}/themes?sort=n")
    settle(page)
    theme = page.locator(".theme-name a").first.get_attribute("href").partition("?")[0]
    for path in PATHS:
        page.goto(address + path.replace("THEME", theme))
        settle(page)
        found = Axe().run(page)
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]] == [], path
        assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.said == []
    assert {url.split("/")[2] for url in page.fetched} == {address.split("/")[2]}


def test_filters_change_the_page_and_its_address(page, address):
    page.goto(f"{address}/themes")
    settle(page)
    page.locator("summary", has_text="Plan").click()
    page.get_by_label("Basic").check()
    page.locator("details[open] button", has_text="Apply").click()
    page.wait_for_url("**segment.Plan=Basic**")
    settle(page)
    assert page.locator(".chip").inner_text().startswith("Plan: Basic")
    link = page.url
    page.locator(".chip").click()
    page.wait_for_selector(".chip", state="detached")
    assert "segment" not in page.url
    page.go_back()
    page.wait_for_selector(".chip")
    assert page.url == link
    assert page.said == []


def test_columns_are_sorted_by_the_address(page, address):
    page.goto(f"{address}/themes")
    settle(page)
    page.get_by_role("link", name="Comments", exact=True).last.click()
    page.wait_for_url("**sort=n**")
    page.wait_for_selector('th[aria-sort="descending"]')
    texts = page.locator(".top-theme td:nth-child(2)").all_inner_texts()
    counts = [int(text.split()[0].replace(",", "")) for text in texts]
    assert counts == sorted(counts, reverse=True)


def test_a_positive_voice_is_copied(page, address):
    page.goto(f"{address}/themes?sort=n")
    settle(page)
    for href in [one.get_attribute("href") for one in page.locator(".theme-name a").all()]:
        page.goto(f"{address}{href.partition('?')[0]}?tab=voices")
        if page.locator("[data-copy]").count():
            break
    page.locator("[data-copy]").first.click()
    page.get_by_text("Copied").wait_for()
    words = page.evaluate("() => navigator.clipboard.readText()")
    assert words.startswith("“")
    assert "Score" in words


def test_pages_work_without_script(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/")
    page.get_by_role("link", name="Show the page when it is counted").first.click()
    assert page.locator(".late").count() == 0
    assert page.locator("#change svg").count()
    page.locator("summary", has_text="Plan").click()
    page.get_by_label("Basic").check()
    page.locator("details[open] button", has_text="Apply").click()
    assert "segment.Plan=Basic" in page.url
    context.close()
