"""An analyst's first hour: an ugly export, its plan, its account, the comments read, a theme, a correction, a refit."""

import sys
from pathlib import Path

import pytest
from made import fake_working
from made.browser import MARKS, faults, opened, served, settle
from made.tagged_store import MODELS, RECIPE
from made.ugly_export import ugly_export

from cx_text.retagging import retag
from cx_text.store.opening import open_store
from cx_text.testing import FakePii
from cx_text.web import import_plan, workers
from cx_text.web.pages import new_import

pytestmark = MARKS
JOB_MILLISECONDS = 60_000  # a process starts for each, and the machine may be busy


@pytest.fixture
def address(tmp_path, monkeypatch, store):
    """Return where the page is; processes of their own do jobs beside it, with fakes for models."""
    monkeypatch.setattr(workers, "COMMAND", (sys.executable, str(Path(fake_working.__file__))))
    monkeypatch.setenv("PYTHONPATH", str(Path(import_plan.__file__).parents[2]))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    for module in (import_plan, new_import):
        monkeypatch.setattr(module, "usual_finder", FakePii)
    with served(store, works=True) as given:
        yield given


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "first.sqlite3", create=True) as opened_store:
        yield opened_store


def import_in_browser(page, address):
    """Import the export with one role put right, and return what the account says became of its cells."""
    page.goto(address)
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("Export").set_input_files(
        {"name": "answers <i>March.csv", "mimeType": "text/csv", "buffer": ugly_export()})
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url("**/imports/plans/*")
    assert "app is awful & slow" in page.locator("#preview").inner_text()
    page.get_by_label("Role of What else?").select_option(label="customers’ words")
    page.wait_for_url("**/imports/plans/*?c5=verbatim")  # the plan was looked at again, and is in the address
    settle(page)
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url("**/imports/1", timeout=JOB_MILLISECONDS)  # by itself, when the job is done
    account = page.locator("#account tbody tr")
    return {row.locator("th").inner_text(): int(row.locator("td").first.inner_text()) for row in account.all()}


def first_opinion(page):
    return page.locator(".opinions > li").first


def n_of(page, address, theme):
    """Return how many comments the table of themes counts for a theme."""
    page.goto(f"{address}/themes?open=all")
    settle(page)
    row = page.locator("table.themes tr", has=page.get_by_role("link", name=theme, exact=True))
    return int(row.locator("td").first.inner_text().split()[0])


def test_from_a_file_to_a_correction_that_holds(chromium, store, address):
    with opened(chromium, address) as page:
        account = import_in_browser(page, address)
        assert sum(account.values()) == 120  # 60 rows of two columns
        assert account["test rows"] == 2
        page.locator("#reading .notice").wait_for(state="detached", timeout=JOB_MILLISECONDS)  # the comments are read

        page.get_by_role("link", name="Themes").first.click()
        settle(page)
        page.locator(".theme-name a").first.click()
        settle(page)
        assert page.locator(".comment-words mark").count() > 0
        page.goto(f"{address}/search?q=awful")
        page.locator(".found a").first.click()
        comment = page.url
        was = first_opinion(page).locator("a[href^='/themes/']").inner_text()
        first_opinion(page).get_by_text("This is wrong").click()
        options = first_opinion(page).locator("select option").all_inner_texts()
        target = next(label for label in options if label not in (was, "no theme"))
        n_before = n_of(page, address, target)

        page.goto(comment)
        first_opinion(page).get_by_text("This is wrong").click()
        first_opinion(page).get_by_role("button", name="positive").click()
        page.locator("#notices", has_text="Corrected to positive.").wait_for()
        first_opinion(page).get_by_text("This is wrong").click()
        first_opinion(page).get_by_label("It is really about").select_option(label=target)
        first_opinion(page).get_by_role("button", name="Move it").click()
        page.locator("#notices", has_text=f"Moved to “{target}”").wait_for()

        def holds():
            page.goto(comment)
            told = first_opinion(page).inner_text()
            return target in told and "moved by a person" in told and "+ positive" in told

        assert holds()
        assert n_of(page, address, target) > n_before

        page.goto(f"{address}/codeframe")
        page.get_by_role("button", name="Find themes anew").click()
        page.get_by_role("link", name="see what it would change").click(timeout=JOB_MILLISECONDS)
        assert faults(page) == []
        page.get_by_role("button", name="Accept it").click()
        page.locator("#notices", has_text="Version 2 is in use").wait_for()
        assert holds()
        retag(store, recipe=RECIPE, models=MODELS)
        assert holds()
