"""The page around all pages in a real browser: quiet console, nothing fetched elsewhere, axe content, no overflow."""

from functools import partial

import pytest
from made.browser import LOOKS, MARKS, faults, opened, overflow, served
from made.style_page import add_style_page
from made.web import PASSWORD, add_person

from cx_text.store.opening import open_store

pytestmark = MARKS


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Return the address of a page for one person, and of one where people log in."""
    folder = tmp_path_factory.mktemp("stores")
    with pytest.MonkeyPatch.context() as patch, open_store(folder / "own.sqlite3", create=True) as own, \
            open_store(folder / "team.sqlite3", create=True) as team:
        add_person(team)
        add_person(team, "ben@example.com", "editor")
        style = partial(add_style_page, monkeypatch=patch)
        with served(own, prepare=style) as alone, served(team, "0.0.0.0") as shared:
            yield alone, shared


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_clean_at_every_width_in_dark_and_light(chromium, addresses, width, scheme):
    alone, shared = addresses
    with opened(chromium, addresses, width, scheme) as page:
        for address in (f"{shared}/login", f"{alone}/", f"{alone}/users", f"{alone}/account", f"{alone}/style"):
            page.goto(address)
            assert faults(page) == [], address
            assert overflow(page) <= 0, address
            assert page.locator("h1").count() == 1, address


@pytest.mark.parametrize("width", [1440, 390])
def test_somebody_logs_in_and_out(chromium, addresses, width):
    _, shared = addresses
    with opened(chromium, shared, width, allowed=["401"]) as page:  # which the browser says of each failed login
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


def test_dark_and_light_change_at_once_and_stay(chromium, addresses):
    alone, _ = addresses
    with opened(chromium, alone) as page:
        page.goto(alone)
        background = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(background)
        page.locator(".person > summary").click()
        page.get_by_role("button", name="Dark").click()
        dark = page.evaluate(background)
        assert dark != light
        page.reload()
        assert page.evaluate(background) == dark


def test_without_script_everything_is_there(chromium, addresses):
    alone, shared = addresses
    with opened(chromium, addresses, 390, java_script_enabled=False) as page:
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
    with opened(chromium, alone) as page:
        page.goto(alone)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator(".person > summary").click()
        page.keyboard.press("Escape")
        assert page.locator(".person").get_attribute("open") is None
