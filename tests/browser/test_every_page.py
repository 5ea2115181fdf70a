"""Every page of three stores in a real browser: quiet, ours alone, clean to axe, no wider than a phone.

A page that is in none of the lists fails a test, so that no page is forgotten.
"""

import re

import pytest
from made.browser import MARKS, faults, opened, overflow, served, settle
from made.furnished_store import furnish
from made.pages import OTHERS, PAGES
from made.view_store import fill_view_store

from cx_text.store.opening import open_store
from cx_text.web.app import PAGES as ROUTERS

pytestmark = MARKS

FULL = {"audit": 2, "only_full": "", "action": 1, "case": 1, "import": 1, "user": 1}


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as given:
        yield given


@pytest.fixture(scope="module")
def stores(tmp_path_factory, patch):
    """Return name → the address of a store and what stands for ids in it."""
    folder = tmp_path_factory.mktemp("stores")
    with (open_store(folder / "full.sqlite3", create=True) as full,
          open_store(folder / "unread.sqlite3", create=True) as unread,
          open_store(folder / "empty.sqlite3", create=True) as empty):
        fill_view_store(full, folder)
        ids = FULL | furnish(full, folder, patch)
        fill_view_store(unread, folder, 40, read=False)
        with served(full) as a, served(unread) as b, served(empty) as c:
            yield {"full": (a, ids), "unread": (b, {"comment": 1, "import": 1}), "empty": (c, {})}


def test_every_route_is_in_a_list():
    asked = {route.path for router in ROUTERS for route in router.routes if "GET" in route.methods}
    assert asked == PAGES.keys() | OTHERS


def upload(page, address):
    """Upload a file and return the token of its plan."""
    page.goto(f"{address}/imports/new")
    page.locator("input[type=file]").set_input_files(
        {"name": "new.csv", "mimeType": "text/csv", "buffer": b"ID,When,Score,Why?\n1,2026-03-01,3,It crashes\n"
                                                              b"2,2026-03-02,9,Staff are kind\n"})
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url("**/imports/plans/*")
    return page.url.rpartition("/")[2]


def wrong_with(page, address, path, worst=399):
    """Return what is wrong with a page at a desk by day and on a phone by night, and with a status above `worst`."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    answered = page.goto(address + path)
    settle(page)
    found = [f"status {answered.status}"] if answered.status > worst else []
    if not page.title().removesuffix(" · cx_text").strip() or page.locator("h1").count() != 1:
        found.append(f"title {page.title()!r}, {page.locator('h1').count()} h1")
    for more in page.locator("details.more").all():
        more.evaluate("one => { one.open = true }")
    settle(page)
    found += faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    if overflow(page) > 0:
        found.append(f"{overflow(page)} px wider than a phone")
    return [f"{path}: {fault}" for fault in [*found, *(f"phone: {one}" for one in faults(page))]]


@pytest.mark.parametrize("name", ["full", "unread", "empty"])
def test_every_page_is_clean(chromium, stores, name):
    address, ids = stores[name]
    # What a store does not have yet is not found, or says what comes first.
    allowed, worst = ([], 399) if name == "full" else (["400", "404"], 404)
    with opened(chromium, address, allowed=allowed) as page:
        ids = ids | {"token": upload(page, address)}
        found = []
        for path in (path for paths in PAGES.values() for path in paths):
            if all(part in ids for part in re.findall(r"{(\w+)}", path)):
                found += wrong_with(page, address, path.format(**ids), worst)
        assert not found, "\n".join(found)


def test_pages_that_are_not_there_say_so(chromium, stores):
    address, _ = stores["full"]
    with opened(chromium, address, allowed=["404", "400"]) as page:
        for path in ("/nowhere", "/themes/t999", "/comments/99999", "/audit/99", "/?from=never"):
            assert wrong_with(page, address, path, 404) == []
