"""What people do on the page: who may not edit, what a link shows, the keyboard alone, no script, and paper."""

import re

import pytest
from made.browser import MARKS, opened, served, settle
from made.furnished_store import furnish
from made.view_store import fill_view_store
from made.web import add_person

from cx_text.store.opening import open_store

pytestmark = MARKS
ROLES = ("viewer", "editor", "admin")
FILTERS = "segment.Plan=Basic&category=detractor"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Return the address where one person works alone, that where people log in, and ids; of one store."""
    folder = tmp_path_factory.mktemp("journeys")
    with open_store(folder / "team.sqlite3", create=True) as store, pytest.MonkeyPatch.context() as patch:
        fill_view_store(store, folder, 240)
        ids = furnish(store, folder, patch)
        for role in ROLES:
            add_person(store, role, role)
        with served(store) as alone, served(store, "0.0.0.0") as shared:
            yield alone, shared, ids


def shown(page):
    """Return what a view says of itself: how many comments, and what was chosen."""
    settle(page)
    return page.locator(".n-in-view").inner_text(), page.locator(".chip").all_inner_texts()


def sent_by_page(page, path, **form):
    """Send a form from the page itself, with its own token, and return the status."""
    return page.evaluate("""async ([path, form]) => {
        const csrf = document.querySelector('meta[name="csrf"]').content
        return (await fetch(path, {method: "POST", body: new URLSearchParams({csrf, ...form})})).status
    }""", [path, form])


def test_a_viewer_sees_all_and_changes_nothing(chromium, addresses):
    _, address, ids = addresses
    theme, comment, opinion = ids["theme"], ids["comment"], str(ids["opinion"])
    with opened(chromium, address, name="viewer", allowed=["403"]) as page:
        for path in ("/", "/themes", f"/themes/{theme}", "/comments", f"/comments/{comment}", "/search?q=slow",
                     "/codeframe", f"/codeframe/themes/{theme}", "/codeframe/refit", "/audit", "/audit/1/result",
                     "/actions", "/actions/1", "/actions/cases", "/actions/cases/1", "/download", "/api"):
            assert page.goto(address + path).status == 200, path
            assert page.locator("main form[method=post]").count() == 0, path
            assert page.locator("main button[name=action]").count() == 0, path
            assert page.get_by_text("This is wrong").count() == 0, path
        refused = {path: sent_by_page(page, path, **form) for path, form in {
            f"/comments/{comment}/polarity": {"opinion": opinion, "polarity": "positive"},
            f"/comments/{comment}/theme": {"opinion": opinion, "theme": theme},
            f"/comments/{comment}/unmasked": {}, "/codeframe/refit": {}, "/codeframe/refit/accept": {},
            "/codeframe/decisions": {"action": "rename", "theme": theme, "label": "mine"},
            "/audit": {"n": "30"}, "/audit/2/answers": {"place": "1", "polarity": "negative", "theme": theme},
            "/actions": {"theme": theme, "title": "mine"}, "/actions/1": {"title": "mine"},
            "/actions/cases": {"comment_id": "4"}, "/actions/cases/1/notes": {"words": "mine"},
            "/imports/read": {}, "/waiting/read": {}, "/users": {"name": "mine", "role": "admin"}}.items()}
        assert set(refused.values()) == {403}, refused
        for path in ("/users", "/imports", "/imports/new", "/audit/2", "/actions/new", "/codeframe/preview?action=pin"):
            assert page.goto(address + path).status == 403, path
        page.goto(address)
        page.locator(".person > summary").click()
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url(f"{address}/login")
        page.goto(f"{address}/themes")
        assert page.url == f"{address}/login?next=/themes"


def test_an_editor_does_not_come_to_the_users(chromium, addresses):
    _, address, _ = addresses
    with opened(chromium, address, name="editor", allowed=["403"]) as page:
        assert page.get_by_role("link", name="Users").count() == 0
        assert page.goto(f"{address}/users").status == 403
        assert sent_by_page(page, "/users", name="mine", role="admin", password="correct horse battery") == 403
        assert page.goto(f"{address}/imports/new").status == 200


@pytest.mark.parametrize("path", ["/", "/themes", "/comments", "THEME"])
def test_a_link_shows_others_the_same(chromium, addresses, path):
    _, address, ids = addresses
    path = path.replace("THEME", f"/themes/{ids['other']}")
    with opened(chromium, address, name="editor") as page, opened(chromium, address, name="viewer") as other:
        page.goto(address + path)
        for name, value in (("Plan", "Basic"), ("NPS category", "detractor")):
            page.locator("summary", has_text=name).click()
            page.get_by_role("checkbox", name=re.compile(value, re.IGNORECASE)).check()
            page.locator("details[open] button", has_text="Apply").click()
            page.wait_for_url(f"**{value}**")
            settle(page)
        other.goto(page.url)
        assert shown(other) == shown(page)
        assert len(shown(page)[1]) == 2
        assert " of " in shown(page)[0]


def test_back_and_forward_show_what_was_there(chromium, addresses):
    address, _, _ = addresses
    with opened(chromium, address) as page:
        page.goto(f"{address}/themes")
        seen = [(page.url, shown(page))]
        for value in ("Basic", "Family"):
            page.locator("summary", has_text="Plan").click()
            page.get_by_role("checkbox", name=re.compile(value)).check()
            page.locator("details[open] button", has_text="Apply").click()
            page.wait_for_url(f"**={value}**")
            seen.append((page.url, shown(page)))
        assert len({view for _, (view, _) in seen}) == 3
        for move, expected in ((page.go_back, 1), (page.go_back, 0), (page.go_forward, 1), (page.go_forward, 2)):
            move()
            page.wait_for_url(seen[expected][0])
            page.wait_for_function("n => document.querySelectorAll('.chip').length === n", arg=expected)
            assert shown(page) == seen[expected][1]
            boxes = page.locator("input[name='segment.Plan']:checked")
            assert boxes.count() == expected  # what is ticked agrees with what is shown


def tab_to(page, chosen, most=120):
    """Press Tab until an element is reached."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", chosen):
            return
    pytest.fail(f"{chosen} is not reached by the keyboard")


def test_the_keyboard_is_enough(chromium, addresses):
    address, _, _ = addresses
    with opened(chromium, address) as page:
        page.goto(f"{address}/themes")
        settle(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # past the navigation
        assert page.evaluate("document.activeElement.id") == "main"
        tab_to(page, ".view-filters summary")
        while "Plan" not in page.evaluate("document.activeElement.textContent"):
            tab_to(page, ".view-filters summary")
        page.keyboard.press("Enter")
        tab_to(page, "input[value=Basic]")
        page.keyboard.press("Space")
        tab_to(page, "details[open] button")
        page.keyboard.press("Enter")
        page.wait_for_url("**segment.Plan=Basic**")
        settle(page)
        tab_to(page, ".theme-name a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/themes/*segment.Plan=Basic**")

        page.goto(f"{address}/audit/2")
        judged = page.locator("progress").get_attribute("value")
        page.keyboard.press(page.locator("input[name=polarity]").first.get_attribute("data-key"))
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        page.wait_for_function("n => document.querySelector('progress').getAttribute('value') !== n", arg=judged)


def test_without_script_people_read_and_decide(chromium, addresses):
    address, _, ids = addresses
    with opened(chromium, address, java_script_enabled=False) as page:
        page.goto(f"{address}/comments")
        page.locator("summary", has_text="Plan").click()
        page.get_by_role("checkbox", name=re.compile("Basic")).check()
        page.locator("details[open] button", has_text="Apply").click()
        assert "segment.Plan=Basic" in page.url
        page.get_by_role("link", name="Next →").click()
        assert "segment.Plan=Basic" in page.url
        assert "51 to" in page.locator(".pager").inner_text()
        page.goto(f"{address}/themes/{ids['other']}")
        assert page.locator(".comment-words mark").count() > 0
        page.goto(f"{address}/codeframe/themes/{ids['other']}")
        page.get_by_label("What to call it").fill("Named without script")
        page.get_by_role("button", name="Rename…").click()
        assert "Nothing is done yet." in page.locator("main").inner_text()
        page.get_by_role("button", name="Do it").click()
        page.goto(f"{address}/codeframe")
        assert page.get_by_role("link", name="Named without script").count() == 1


def test_an_overview_on_paper_has_its_charts_and_no_navigation(chromium, addresses):
    address, _, _ = addresses
    with opened(chromium, address) as page:
        page.goto(f"{address}/?{FILTERS}")
        settle(page)
        page.emulate_media(media="print")
        assert not page.locator("header.top").is_visible()
        assert not page.locator(".view-filters").is_visible()
        assert page.locator("h1").is_visible()
        assert page.locator("figure svg:visible").count() >= 1
        assert all(page.locator(".chip").nth(k).is_visible() for k in range(2))  # of what the figures are
