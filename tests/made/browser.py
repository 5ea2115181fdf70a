"""A page in a real Chromium: a store is served, a page of it opened, and what must hold of every page is looked at."""

import shutil
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from cx_text.testing import FakeEmbedder
from cx_text.web.app import create_app
from cx_text.web.settings import WebSettings

from .web import PASSWORD

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
# Without these Chromium looks for updates and the like, which is no business of a test.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
LOOKS = [(1440, "light"), (1440, "dark"), (1024, "light"), (390, "light"), (390, "dark")]
MARKS = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: make browser installs it")]
# The page says itself what is wrong: all that axe can tell of it is megabytes to send and to read.
_FAULTS = """axe.run({resultTypes: ["violations"]}).then(found => found.violations.flatMap(
    fault => fault.nodes.map(node => `${fault.id}: ${node.html.slice(0, 160)}`)))"""
_BUSY = ".late, .htmx-request, .htmx-swapping, .htmx-settling"


@contextmanager
def launched():
    """Give Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is in the extra 'dev'")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(store, host="127.0.0.1", *, prepare=None, works=False):
    """Serve a store that fakes have read, and give its address on this machine.

    Args:
        store: An open one.
        host: What the settings name; people log in where it is none of this machine alone.
        prepare: Given the application before it is served.
        works: Whether jobs are done beside the page, by processes of their own.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        app = create_app(store, WebSettings(host, port))
        app.state.embedder = FakeEmbedder()
        if prepare is not None:
            prepare(app)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False,
                                               lifespan="on" if works else "off", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
            app.state.uploads.close()


@contextmanager
def opened(chromium, address, width=1440, scheme="light", *, name=None, allowed=(), **options):
    """Give a page whose console stays quiet and which fetches from us alone.

    Args:
        chromium: What `launched` gave.
        address: Of the store; of several, all that are ours.
        width: Of the window, px.
        scheme: "light" or "dark".
        name: Who logs in, None for nobody.
        allowed: Words by which a line of the console is known that may be there.
        **options: Of the browser's context.
    """
    ours = (address,) if isinstance(address, str) else tuple(address)
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    page, said, fetched = context.new_page(), [], []
    page.on("console", lambda message: said.append(f"{message.text} at {page.url}"))
    page.on("pageerror", lambda error: said.append(f"{error} at {page.url}"))
    page.on("request", lambda request: fetched.append(request.url))
    try:
        if name:
            log_in(page, ours[0], name)
        yield page
        assert [line for line in said if not any(words in line for words in allowed)] == []
        assert [url for url in fetched if not url.startswith((*ours, "data:"))] == []
    finally:
        context.close()


def log_in(page, address, name, password=PASSWORD):
    """Log in and wait for the overview."""
    page.goto(f"{address}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def settle(page):
    """Wait until nothing on the page is being fetched or counted."""
    page.wait_for_function(f"() => !document.querySelector('{_BUSY}')", timeout=60_000)


def faults(page):
    """Return what axe finds."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(_FAULTS)


def overflow(page):
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
