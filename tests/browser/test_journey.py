"""What issue 7 asks for in a real browser: an editor corrects what was read, refits, and the corrections hold."""

import pytest
from made.browser import MARKS, faults, opened, overflow, served, settle
from made.tagged_store import MODELS, PAYLOADS, RECIPE, fill
from made.web import TEAM, add_person

from cx_text import working
from cx_text.retagging import retag
from cx_text.store import jobs
from cx_text.store.codeframes import StoredCodeframe
from cx_text.store.opening import open_store

pytestmark = MARKS


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "team.sqlite3", create=True) as opened:
        fill(opened, tmp_path, PAYLOADS, n=300)
        add_person(opened, "ed", "editor")
        add_person(opened, "vi", "viewer")
        yield opened


def do_jobs(store, monkeypatch):
    """Do what waits, as the worker beside the page does it, with fakes for models."""
    monkeypatch.setattr("cx_text.reassigning.Models", lambda recipe, device="auto": MODELS)
    while (claimed := jobs.claim(store)) is not None:
        working.do(store, claimed)
    with store.reading() as connection:
        assert {job.error for job in jobs.jobs_of(connection)} == {None}


def first_opinion(page):
    return page.locator(".opinions > li").first


def test_an_editor_corrects_what_was_read_and_it_holds_after_a_refit(chromium, store, monkeypatch):
    kept = StoredCodeframe(store)
    target = kept.current(MODELS.embedder).themes[-1].label
    with served(store, TEAM.host) as address, opened(chromium, address, name="ed") as page:
        page.goto(f"{address}/search?q=awful")
        page.locator(".found a").first.click()
        comment = page.url
        first_opinion(page).get_by_text("This is wrong").click()
        first_opinion(page).get_by_role("button", name="positive").click()
        assert "Corrected to positive." in page.locator("#notices").inner_text()
        first_opinion(page).get_by_text("This is wrong").click()
        first_opinion(page).get_by_label("It is really about").select_option(label=target)
        first_opinion(page).get_by_role("button", name="Move it").click()
        assert f"Moved to “{target}”" in page.locator("#notices").inner_text()

        def holds():
            page.goto(comment)
            told = first_opinion(page).inner_text()
            return target in told and "moved by a person" in told and "+ positive" in told

        assert holds()
        do_jobs(store, monkeypatch)
        page.goto(f"{address}/codeframe")
        page.get_by_role("button", name="Find themes anew").click()
        assert "Themes are being found anew" in page.locator("#progress").inner_text()
        do_jobs(store, monkeypatch)
        page.get_by_role("link", name="see what it would change").click()  # the page has noticed by itself
        page.get_by_role("button", name="Accept it").click()
        assert "Version 2 is in use" in page.locator("#notices").inner_text()
        assert holds()
        do_jobs(store, monkeypatch)
        assert holds()
        retag(store, recipe=RECIPE, models=MODELS)
        assert holds()


def test_themes_are_merged_with_a_preview_and_taken_back(chromium, store, monkeypatch):
    with served(store, TEAM.host) as address, opened(chromium, address, name="ed") as page:
        page.goto(f"{address}/codeframe")
        boxes = page.locator("tbody input[type=checkbox]")
        n = boxes.count()
        boxes.nth(0).check()
        boxes.nth(n - 1).check()
        page.get_by_role("button", name="Merge into the first…").click()
        assert "Nothing is done yet." in page.locator("main").inner_text()
        assert faults(page) == []
        page.get_by_role("button", name="Do it").click()
        page.wait_for_url(f"{address}/codeframe")
        assert page.locator("tbody input[type=checkbox]").count() == n - 1
        do_jobs(store, monkeypatch)
        page.goto(f"{address}/codeframe")
        page.get_by_role("link", name="Take back…").first.click()
        page.get_by_role("button", name="Do it").click()
        page.wait_for_url(f"{address}/codeframe")
        assert page.locator("tbody input[type=checkbox]").count() == n


def test_a_viewer_sees_no_way_to_change_anything_and_links_open_the_same_view(chromium, store):
    with served(store, TEAM.host) as address, opened(chromium, address, name="vi") as page:
        for path in ("/comments/1", "/codeframe", "/search?q=awful&from=2026-03-10"):
            page.goto(address + path)
            assert page.locator("main form[method=post]").count() == 0
            assert page.get_by_text("This is wrong").count() == 0
        found = page.locator(".found > li").count()
        with opened(chromium, address, name="ed") as other:
            other.goto(page.url)
            assert other.locator(".found > li").count() == found > 0
        token = page.locator('meta[name="csrf"]').get_attribute("content")
        answer = page.request.post(f"{address}/comments/1/polarity", form={"csrf": token, "opinion": "1",
                                                                           "polarity": "positive"},
                                   headers={"Origin": address})
        assert answer.status == 403


# Desk by day and phone by night are looked at in test_every_page.
@pytest.mark.parametrize(("width", "scheme"), [(1024, "light"), (1440, "dark")])
def test_pages_are_clean_at_every_width_in_dark_and_light(chromium, store, width, scheme):
    theme = StoredCodeframe(store).current(MODELS.embedder).themes[0].id
    with served(store, "127.0.0.1") as address, opened(chromium, address, width, scheme) as page:
        for path in ("/comments/1", "/comments/2", "/codeframe", f"/codeframe/themes/{theme}", "/search",
                     "/search?q=awful", "/search?q=slow+app&by=meaning", "/codeframe/refit",
                     "/codeframe/preview?action=clarity&value=90"):
            page.goto(address + path)
            for more in page.locator("details.more").all():
                more.evaluate("one => { one.open = true }")
            settle(page)
            assert faults(page) == [], path
            assert overflow(page) <= 0, path
            assert page.locator("h1").count() == 1, path
