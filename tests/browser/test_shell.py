"""The page around all pages in a real browser: quiet console, nothing fetched elsewhere, axe content, no overflow."""

import shutil
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn
from made.style_page import add_style_page
from made.web import PASSWORD, add_person, visit

from cx_text.store.opening import open_store
from cx_text.web.settings import WebSettings

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
LOOKS = [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "light"), (390, "dark")]

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: make browser installs it")]


@contextmanager
def served(store, host, monkeypatch):
    """Serve a store, with a page that has every macro on it, and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        browser = visit(store, WebSettings(host, port))
        add_style_page(browser, monkeypatch)
        server = uvicorn.Server(uvicorn.Config(browser.app, log_level="error", access_log=False))
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


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Return the address of a page for one person, and of one where people log in."""
    folder = tmp_path_factory.mktemp("stores")
    with pytest.MonkeyPatch.context() as patch, open_store(folder / "own.sqlite3", create=True) as own, \
            open_store(folder / "team.sqlite3", create=True) as team:
        add_person(team)
        add_person(team, "ben@example.com", "editor")
        with served(own, "127.0.0.1", patch) as alone, served(team, "0.0.0.0", patch) as shared:
            yield alone, shared


@contextmanager
def opened(chromium, width=1440, scheme="light", **options):
    """Give a page, and what its console says and what it fetches."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page, said, fetched = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    yield page, said, fetched
    context.close()


def faults(page):
    """Return what axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    return [f"{fault['id']}: {node['html'][:160]}" for fault in Axe().run(page).response["violations"]
            for node in fault["nodes"]]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_clean_at_every_width_in_dark_and_light(chromium, addresses, width, scheme):
    alone, shared = addresses
    with opened(chromium, width, scheme) as (page, said, fetched):
        for address in (f"{shared}/login", f"{alone}/", f"{alone}/users", f"{alone}/account", f"{alone}/style"):
            page.goto(address)
            assert faults(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            assert page.locator("h1").count() == 1, address
        assert said == []
        assert all(url.startswith((alone, shared)) for url in fetched)


@pytest.mark.parametrize("width", [1440, 390])
def test_somebody_logs_in_and_out(chromium, addresses, width):
    _, shared = addresses
    with opened(chromium, width) as (page, said, _):
        page.goto(f"{shared}/users")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Log in").click()
        assert page.get_by_role("alert").inner_text().split("\n") == ["▲", "Name or password is wrong."]
        assert faults(page) == []
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{shared}/users")
        page.get_by_role("link", name="ben@example.com").click()
        assert faults(page) == []
        page.locator("summary", has_text="anna").click()
        assert faults(page) == []
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url(f"{shared}/login")
        page.goto(f"{shared}/users")
        assert page.url == f"{shared}/login?next=/users"
        assert [words for words in said if "401" not in words] == []  # which the browser says of each failed login


def test_dark_and_light_change_at_once_and_stay(chromium, addresses):
    alone, _ = addresses
    with opened(chromium) as (page, said, _):
        page.goto(alone)
        background = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(background)
        page.locator(".person > summary").click()
        page.get_by_role("button", name="Dark").click()
        dark = page.evaluate(background)
        assert dark != light
        page.reload()
        assert page.evaluate(background) == dark
        assert said == []


def test_without_script_everything_is_there(chromium, addresses):
    alone, shared = addresses
    with opened(chromium, 390, java_script_enabled=False) as (page, _, _):
        page.goto(alone)
        page.locator("summary", has_text="Pages").click()
        assert page.get_by_role("link", name="Themes").is_visible()
        page.locator("summary", has_text="Pages").click()
        page.locator(".person > summary").click()
        page.get_by_role("button", name="Dark").click()
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.goto(f"{shared}/login")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        assert page.url == f"{shared}/"


def test_the_keyboard_reaches_the_page_first_and_closes_menus(chromium, addresses):
    alone, _ = addresses
    with opened(chromium) as (page, _, _):
        page.goto(alone)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator(".person > summary").click()
        page.keyboard.press("Escape")
        assert page.locator(".person").get_attribute("open") is None
