"""The pages of a view in a real browser: quiet console, nothing from elsewhere, axe finds nothing, nothing too wide."""

import pytest
from made.browser import MARKS, faults, opened, overflow, served, settle
from made.view_store import fill_view_store

from cx_text.store.opening import open_store

LOOKS = [(1024, "dark"), (390, "light")]  # the other two are looked at in test_every_page
PATHS = ("/", "/themes?open=all", "/themes?compare=time", "/themes?compare=segment.Plan", "THEME", "THEME?tab=voices",
         "/themes/unclear", "/comments", "/?from=2031-01-01")

pytestmark = MARKS


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of a page that has something to show."""
    folder = tmp_path_factory.mktemp("pages")
    with open_store(folder / "feedback.sqlite3", create=True) as store:
        fill_view_store(store, folder, 240)
        with served(store) as address:
            yield address


@pytest.fixture
def page(chromium, address, request):
    width, scheme = getattr(request, "param", (1440, "light"))
    with opened(chromium, address, width, scheme, permissions=["clipboard-read", "clipboard-write"]) as given:
        yield given


@pytest.mark.parametrize("page", LOOKS, indirect=True, ids=lambda look: f"{look[0]}-{look[1]}")
def test_every_page_opens_clean(page, address):
    page.goto(f"{address}/themes?sort=n")
    settle(page)
    theme = page.locator(".theme-name a").first.get_attribute("href").partition("?")[0]
    for path in PATHS:
        page.goto(address + path.replace("THEME", theme))
        settle(page)
        assert faults(page) == [], path
        assert overflow(page) <= 0, path


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
    with opened(chromium, address, java_script_enabled=False) as page:
        page.goto(f"{address}/")
        page.get_by_role("link", name="Show the page when it is counted").first.click()
        assert page.locator(".late").count() == 0
        assert page.locator("#change svg").count()
        page.locator("summary", has_text="Plan").click()
        page.get_by_label("Basic").check()
        page.locator("details[open] button", has_text="Apply").click()
        assert "segment.Plan=Basic" in page.url
