"""Take pictures of all pages of a store at three widths: python scripts/draw_pages.py STORE FOLDER [--dark]."""

from __future__ import annotations

import argparse
import shutil
import socket
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from cx_text.snapshots import Snapshots
from cx_text.store.opening import open_store
from cx_text.views import View
from cx_text.web.app import create_app
from cx_text.web.settings import WebSettings

WIDTHS = (1440, 1024, 390)
TALLEST = 1500  # pixels of a picture; pages of comments are longer
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


def pages_of(store):
    """Return name → path of each page, with a theme and a comment that are worth seeing."""
    taken = Snapshots(store).current()
    part = taken.snapshot.part(View())
    theme = next((row["id"] for row in part.themes.to_dict("records") if not isinstance(row["parent_id"], str)), "")
    ids = part.comment_ids(themes=part.with_sub_themes(theme))
    return {"overview": "/?all=1", "themes": "/themes", "theme": f"/themes/{theme}", "comments": "/comments",
            "comment": f"/comments/{ids[0]}", "search": "/search?q=refund&by=words",
            "codeframe": "/codeframe", "audit": "/audit", "actions": "/actions", "cases": "/actions/cases",
            "imports": "/imports", "downloads": "/download", "api": "/api"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--only", nargs="*")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    chromium = next(path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name)))
    with open_store(given.store) as store, socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(create_app(store, WebSettings(port=port)), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium, args=FLAGS)
            for name, path in pages_of(store).items():
                if not given.only or name in given.only:
                    for width in WIDTHS:
                        draw(browser, f"http://127.0.0.1:{port}{path}", width, given.dark,
                             given.folder / f"{name}-{width}{'-dark' if given.dark else ''}.png")
            browser.close()
        server.should_exit = True
        thread.join()


def draw(browser, address, width, is_dark, file):
    context = browser.new_context(viewport={"width": width, "height": 900},
                                  color_scheme="dark" if is_dark else "light")
    page = context.new_page()
    page.on("console", lambda message: print(f"{file.name}: {message.text}"))
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    size = page.evaluate("() => ({width: document.documentElement.clientWidth, "
                         "height: document.documentElement.scrollHeight})")
    page.set_viewport_size({"width": width, "height": min(TALLEST, max(900, size["height"]))})
    page.screenshot(path=file)
    print(f"{file.name}: {answer.status}, {file.stat().st_size:,} bytes")
    context.close()


if __name__ == "__main__":
    main()
