"""The web page as a test visits it."""

import re
from datetime import UTC, datetime

from fastapi.testclient import TestClient

from cx_text.store.accounts import Role, add_account
from cx_text.web.app import create_app
from cx_text.web.passwords import hashed
from cx_text.web.settings import WebSettings

PASSWORD = "correct horse battery"
TEAM = WebSettings("0.0.0.0", 8765)


def visit(store, settings=None, **options):
    """Return a browser at the page of a store: alone on this machine, or where people log in (settings=TEAM)."""
    return TestClient(create_app(store, settings or WebSettings()), base_url="http://127.0.0.1:8765",
                      follow_redirects=False, **options)


def add_person(store, name="anna", role="admin", password=PASSWORD):
    with store.writing() as connection:
        return add_account(connection, name, Role(role), hashed(password), at=datetime.now(UTC), who="test")


def token_of(page):
    """Return the token that the forms of a page carry."""
    return re.search(r'<meta name="csrf" content="(\w+)">', page.text)[1]


def post(browser, path, data=None, **options):
    """Send a form as our own pages do."""
    token = token_of(browser.get("/login" if "at_login" in options else "/nowhere"))
    options.pop("at_login", None)
    return browser.post(path, data={**(data or {}), "csrf": token}, **options)


def log_in(browser, name="anna", password=PASSWORD, **more):
    return post(browser, "/login", {"name": name, "password": password, **more}, at_login=True)
