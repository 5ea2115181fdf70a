"""Whatever customers and people write is text: on every page, in every answer for programs, in every download."""

import csv
import io
import re

import pytest
from made.browser import MARKS, opened, served, settle
from made.furnished_store import furnish
from made.page import Page
from made.pages import PAGES
from made.tagged_store import MODELS, RECIPE, with_fakes
from made.web import visit
from openpyxl import load_workbook
from sqlalchemy import update
from store_rows import import_rows, write_export

from cx_text.retagging import retag
from cx_text.store.opening import open_store
from cx_text.store.tables import comments
from cx_text.web.tables import TABLES

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "<svg onload=alert(3)>",
           "' onfocus='alert(4)", "{{1371*1371}}{% raw %}", "${1371*1371}",
           '=HYPERLINK("javascript:alert(5)","x")', "@SUM(1+1)", "+1+1|cmd", "javascript:alert(6)",
           "\u202egnp.exe\u202c", "nul\x00byte",
           "</textarea></title><style>*{display:none}</style>")
NAME = '=HYPERLINK("javascript:alert(7)")"><svg onload=alert(8)>{{1371*1371}}{% raw %}\''
EVALUATED = str(1371 * 1371)
SAID = ("app is slow but staff are kind", "price is bad", "app is great now", "staff are rude. staff are slow")
API = ("meta", "filters", "overview", "themes", "themes/{theme}", "themes/{theme}/trend", "drivers", "segments",
       "change", "codeframe", "comments", "comments/{comment}", "search?q=slow", "corrections", "decisions", "audits",
       "audits/1", "actions", "cases", "jobs", "imports")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Return a store in which every text is hostile, and what stands for ids in addresses."""
    folder = tmp_path_factory.mktemp("hostile")
    header = ("ID", "When", "Score", f"Why? {HOSTILE[0]}", f"Plan {HOSTILE[2]}", HOSTILE[4])
    rows = [(f"{HOSTILE[k % 13]} {k}", f"2026-03-{1 + k % 28:02d} 10:00", k % 11,
             (f"{HOSTILE[k % 13]} {SAID[k % 4]}", f"{SAID[k % 4]} {HOSTILE[k % 13]}")[k % 2], HOSTILE[k % 5],
             f"{HOSTILE[k % 13]} {k % 30}") for k in range(130)]
    columns = {"id": "ID", "received_at": "When", "nps_score": "Score", "verbatim": header[3], "segments": [header[4]],
               "customer": header[5]}
    with open_store(folder / "hostile.sqlite3", create=True) as store, pytest.MonkeyPatch.context() as patch:
        import_rows(store, write_export(folder / "export.csv", rows, header), source=HOSTILE[1], names=[HOSTILE[1]],
                    **columns)
        retag(store, recipe=RECIPE, models=MODELS)
        with store.writing() as connection:
            connection.execute(update(comments).values(url=HOSTILE[9]))
        yield store, furnish(store, folder, patch, name=NAME, words=" ".join(HOSTILE[:12]), after=HOSTILE[1]) | {
            "audit": 2, "only_full": "", "action": 1, "case": 1, "import": 1, "user": 1}


def addresses(ids):
    """Return the addresses of all pages but the plan, which the tests of imports have."""
    every = [path for paths in PAGES.values() for path in paths if "{token}" not in path]
    return [path.format(**ids) for path in every] + [
        f"/themes/{ids['theme']}/effects", "/overview/effects", "/overview/change", "/charts/trend.html",
        *(f"/comments/{k}" for k in range(1, 14))]


def live(page):
    """Return the tags of a page that run or fetch what is not ours."""
    return [(tag, attributes) for tag, attributes in page.tags if any(
        name.startswith("on") or (name in ("href", "src", "action", "formaction") and "javascript:" in (value or "")
                                  and not value.startswith("/")) for name, value in attributes.items())
            or (tag == "script" and not attributes.get("src", "").startswith("/static/")) or tag in ("img", "style")]


def test_every_page_shows_it_as_text(hostile):
    store, ids = hostile
    browser, seen = with_fakes(visit(store)), ""
    for address in addresses(ids):
        answered = browser.get(address)
        page = Page(answered.text)
        assert answered.status_code < 500, address
        assert live(page) == [], address
        assert EVALUATED not in page.text, address
        seen += page.text
    for words in (*HOSTILE[:10], NAME):
        assert words in seen, words


def test_programs_get_it_as_json(hostile):
    store, ids = hostile
    browser = visit(store)
    with_fakes(browser)
    for path in API:
        answered = browser.get(f"/api/v1/{path.format(**ids)}")
        assert answered.status_code == 200, (path, answered.text[:300])
        assert answered.headers["content-type"] == "application/json", path
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert EVALUATED not in str(answered.json()), path


def is_number(text):
    return re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", text) is not None


def test_no_cell_of_a_download_is_a_formula(hostile):
    store, _ = hostile
    browser = visit(store)
    n_tables = 0
    for table in TABLES:
        answered = browser.get(f"/download/{table}.csv")
        if answered.status_code == 404:  # no brands
            continue
        n_tables += 1
        cells = [cell for row in csv.reader(io.StringIO(answered.text.removeprefix("\ufeff"))) for cell in row]
        assert [c for c in cells if c[:1] in "=+-@\t\r" and c and not is_number(c)] == [], table
        book = load_workbook(io.BytesIO(browser.get(f"/download/{table}.xlsx").content))
        assert [c.coordinate for row in book[table].iter_rows() for c in row if c.data_type == "f"] == [], table
    assert n_tables >= 9
    ledger = browser.get("/imports/1/ledger.csv").text
    assert [line for line in ledger.splitlines() if ",=" in line or ",@" in line] == []


@pytest.mark.browser
@pytest.mark.skipif(MARKS[1].args[0], reason=MARKS[1].kwargs["reason"])
def test_nothing_of_it_runs_in_a_browser(chromium, hostile):
    store, ids = hostile
    asked = []
    with served(store) as address, opened(chromium, address, allowed=["400", "404", "409"]) as page:
        page.on("dialog", lambda dialog: (asked.append((page.url, dialog.message)), dialog.dismiss()))
        for path in addresses(ids):
            page.goto(address + path)
            settle(page)
            assert page.locator("[href^=javascript]").count() == 0, path
    assert asked == []
